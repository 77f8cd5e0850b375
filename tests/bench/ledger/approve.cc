#include "tests/bench/ledger/approve.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/domain/movements.h"
#include "services/budgets/store/budget_store.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/migrations.h"
#include "tests/bench/ledger/figures.h"
#include "tests/bench/ledger/raw.h"

namespace jointly::bench {
namespace {

namespace store = budgets::store;
namespace pb = budgets::v1;
using std::chrono::steady_clock;

constexpr int kLines = 50;
constexpr int kCommitmentsPerTransaction = 500;
constexpr std::int64_t kPlenty = 1'000'000'000'000;
const money::Currency kEur{"EUR", 2};
const Date kStart = std::chrono::year(2020) / 4 / 1;
const Date kEnd = std::chrono::year(2030) / 3 / 31;

// Passes everything on and keeps the statements of what was committed.
class RecordingDatabase final : public db::Database {
 public:
  explicit RecordingDatabase(db::Database& database) : database_(database) {}
  bool is_postgres() const override { return database_.is_postgres(); }
  bool TryLead(std::int64_t key) override { return database_.TryLead(key); }
  bool StillLeads(std::int64_t key) override { return database_.StillLeads(key); }
  std::vector<Transaction> TakeRecorded() { return std::move(recorded_); }

 private:
  absl::Status Run(const std::function<absl::Status(db::Tx&)>& body,
                   const db::TransactOptions& options, bool read_only) override {
    if (read_only) return database_.Read(body, options);
    Transaction transaction;
    const absl::Status status = database_.Transact(
        [&](db::Tx& tx) {
          transaction.clear();
          RecordingTx recording(tx, transaction);
          return body(recording);
        },
        options);
    if (!status.ok()) return status;
    const std::lock_guard lock(mutex_);
    recorded_.push_back(std::move(transaction));
    return status;
  }

  db::Database& database_;
  std::mutex mutex_;
  std::vector<Transaction> recorded_;
};

budgets::LineKey LineOf(int number) {
  return {.period = "p1",
          .category = "C" + std::to_string(number),
          .partner = number % 2 == 0 ? "institutions/uga" : "institutions/tsukuba"};
}

budgets::Budget ActiveBudget(Time now) {
  budgets::Budget budget;
  budget.id = "b";
  budget.display_name = "A joint laboratory";
  budget.institution = "institutions/uga";
  budget.partners = {"institutions/uga", "institutions/tsukuba"};
  budget.currency = kEur;
  budget.contract_amount = kPlenty * kLines;
  budget.sources = {{.organisation = "institutions/uga", .promised = kPlenty * kLines}};
  budget.start_date = kStart;
  budget.end_date = kEnd;
  budget.agreement_reference = "UGA-TSUKUBA-2019";
  for (int i = 0; i < kLines; ++i) {
    const std::string id = LineOf(i).category;
    budget.categories.push_back({.id = id, .display_name = id, .envelope = "fonctionnement"});
  }
  budget.time_zone = "Europe/Paris";
  budget.state = budgets::BudgetState::kActive;
  budget.authorised_version = 1;
  budget.create_time = budget.update_time = now;
  budget.revision = 1;
  return budget;
}

// A budget with as many commitments that wait for their approval.
class World {
 public:
  World(test::Engine engine, bool record, int commitments, int lines)
      : place_(engine),
        database_(test::OpenMigrated(place_.options(), {{"budgets", &budgets::Migrations()}})),
        recording_(*database_),
        blobs_(OpenBlobs()),
        api_({.database = record ? recording_ : *database_,
              .outbox = outbox_,
              .clock = clock_,
              .ids = ids_,
              .blobs = *blobs_,
              .sign = [](std::string_view text) { return std::string(text); }}) {
    Found();
    for (int made = 0; made < commitments; made += kCommitmentsPerTransaction) {
      Order(made, std::min(made + kCommitmentsPerTransaction, commitments), lines);
    }
  }

  void Approve(int number) {
    rpc::Call call;
    call.principal = {.kind = auth::Principal::Kind::kPerson,
                      .name = "people/approver",
                      .grants = {{auth::Role::kBudgetManager, "institutions/uga"}},
                      .institution = "institutions/uga",
                      .session = "session"};
    call.method = "jointly.budgets.v1.Budgets.ApproveCommitment";
    call.request_id = ids_.Next();
    call.correlation_id = call.request_id;
    call.now = clock_.Now();
    call.deadline = steady_clock::now() + std::chrono::seconds(30);
    pb::ApproveCommitmentRequest request;
    request.set_name("budgets/b/commitments/" + IdOf(number));
    request.set_etag("\"1\"");
    request.set_request_id(call.request_id);
    const auto reply = api_.ApproveCommitment(call, request);
    Check(reply.ok(), reply.status().ToString());
  }

  const test::DatabasePlace& place() const { return place_; }
  std::vector<Transaction> TakeRecorded() { return recording_.TakeRecorded(); }

 private:
  static std::string IdOf(int number) {
    const std::string digits = std::to_string(number);
    return "018f4b3c-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
  }
  std::unique_ptr<blob::Store> OpenBlobs() {
    auto blobs = blob::Store::Open(place_.directory() + "/blobs");
    Check(blobs.ok(), "the blobs cannot be opened");
    return *std::move(blobs);
  }
  void Found();
  void Order(int first, int end, int lines);

  test::DatabasePlace place_;
  std::unique_ptr<db::Database> database_;
  RecordingDatabase recording_;
  SystemClock clock_;
  SystemRng rng_;
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"budgets", "bench", clock_, ids_};
  std::unique_ptr<blob::Store> blobs_;
  budgets::Api api_;
};

void World::Found() {
  const absl::Status status = database_->Transact([&](db::Tx& tx) -> absl::Status {
    store::InsertBudget(tx, ActiveBudget(clock_.Now()));
    store::SavePeriod(tx, {.budget = "b",
                           .id = "p1",
                           .start_date = kStart,
                           .end_date = kEnd,
                           .state = budgets::PeriodState::kOpen,
                           .update_time = clock_.Now(),
                           .revision = 1});
    store::CreateLedger(tx, "b", "EUR");
    std::vector<budgets::LineAmount> lines;
    for (int i = 0; i < kLines; ++i) lines.push_back({LineOf(i), kPlenty});
    budgets::Entry entry{.budget = "b",
                         .id = ids_.Next(),
                         .effective_on = kStart,
                         .record_time = clock_.Now(),
                         .actor = "people/requester",
                         .document = "budgets/b",
                         .reference = "",
                         .currency = kEur};
    ASSIGN_OR_RETURN(budgets::Journal authorised,
                     budgets::Authorise(entry, "institutions/uga", kPlenty * kLines));
    entry.id = ids_.Next();
    ASSIGN_OR_RETURN(budgets::Journal allocated, budgets::Allocate(entry, lines));
    return store::PostJournals(tx, "b", {authorised, allocated}).status();
  });
  Check(status.ok(), status.ToString());
}

void World::Order(int first, int end, int lines) {
  std::vector<budgets::Commitment> made;
  for (int i = first; i < end; ++i) {
    budgets::Commitment& commitment = made.emplace_back();
    commitment.id = IdOf(i);
    commitment.budget = "b";
    commitment.line = LineOf(i % lines);
    commitment.display_name = "An order of equipment";
    commitment.supplier_reference = "PO " + std::to_string(i);
    commitment.amount = {100, kEur};
    commitment.effective_date = AddDays(kStart, 75);
    commitment.requester = {.person = "people/requester", .in_place_of = ""};
    commitment.create_time = commitment.update_time = clock_.Now();
    commitment.revision = 1;
  }
  std::vector<const budgets::Commitment*> saved;
  for (const budgets::Commitment& commitment : made) saved.push_back(&commitment);
  const absl::Status status = database_->Transact([&](db::Tx& tx) {
    store::SaveCommitments(tx, saved);
    return absl::OkStatus();
  });
  Check(status.ok(), status.ToString());
}

}  // namespace

void MeasureApprovals(test::Engine engine, const std::string& what, int count) {
  World world(engine, /*record=*/false, count, what == "approve_spread" ? kLines : 1);
  MeasureClients(what, count, what == "approve_single" ? 1 : kClients,
                 [&](int i) { world.Approve(i); });
}

void MeasureRawApprovals(test::Engine engine, int count) {
  std::vector<Transaction> transactions;
  {
    World recorded(engine, /*record=*/true, count, 1);
    MeasureClients("approve_hot, recorded", count, kClients, [&](int i) { recorded.Approve(i); });
    transactions = recorded.TakeRecorded();
  }
  World fresh(engine, /*record=*/false, count, 1);
  const double seconds = ReplayRaw(fresh.place(), transactions);
  Print("approve_raw",
        Figures("\"rate\": %.0f, \"transactions\": %.0f, \"per_transaction\": %.1f",
                count / seconds, static_cast<double>(transactions.size()),
                static_cast<double>(count) / static_cast<double>(transactions.size())));
}

}  // namespace jointly::bench
