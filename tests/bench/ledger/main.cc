#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "common/bus/outbox.h"
#include "common/db/lane.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/rpc/batch.h"
#include "services/budgets/domain/movements.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/migrations.h"
#include "tests/bench/ledger/approve.h"
#include "tests/bench/ledger/figures.h"
#include "tests/bench/ledger/raw.h"
#include "tests/bench/ledger/views.h"
#include "tests/support/database_fixture.h"

// bench_ledger sqlite|postgresql WHAT COUNT: reservations through a budget's lane, with everything
// that a command writes: balance, journal, postings, event of 400 bytes, audit row, stored reply.
//   hot     one line, 20 clients        spread  50 lines, 20 clients       single  one client
//   raw     the same statements as hot, recorded, on a bare connection
//   read    the available balance, a statement's input, and what the Api shows of it, over COUNT
//           entries: a fifth of them in yen, one in fifty a reversal
//   approve_hot, approve_spread, approve_single, approve_raw   the same of Api::ApproveCommitment,
//           on commitments that were asked for beforehand
// PostgreSQL is the server that JOINTLY_TEST_POSTGRES names. Prints one JSON line per figure.
namespace jointly::bench {
namespace {

using budgets::Journal;
using budgets::LineKey;
using budgets::store::Posted;
using std::chrono::steady_clock;

constexpr int kLines = 50;
constexpr std::int64_t kPlenty = 1'000'000'000'000;
const money::Currency kEur{"EUR", 2};
const Date kStart = std::chrono::year(2020) / 4 / 1;

LineKey LineOf(int number) {
  return {.period = "p1",
          .category = "C" + std::to_string(number),
          .partner = number % 2 == 0 ? "institutions/uga" : "institutions/tsukuba"};
}

struct Command {
  Journal journal;
  const rpc::Asked* asked = nullptr;
};
using Outcome = absl::StatusOr<std::string>;

class Bench {
 public:
  Bench(test::Engine engine, bool record)
      : place_(engine),
        database_(test::OpenMigrated(place_.options(), {{"budgets", &budgets::Migrations()}})),
        outbox_("budgets", "bench", clock_, ids_),
        record_(record),
        lane_(*database_,
              [this](db::Tx& tx, const std::string& budget, const std::vector<Command>& commands) {
                return Apply(tx, budget, commands);
              }) {
    Found();
  }

  budgets::Entry NextEntry(int day = 0) {
    return {.budget = "b",
            .id = ids_.Next(),
            .effective_on = AddDays(kStart, day),
            .record_time = clock_.Now(),
            .actor = "people/bench",
            .document = "commitments/" + ids_.Next(),
            .reference = "",
            .currency = kEur};
  }

  // One reservation as the API makes it.
  void ReserveOnce(int line) {
    rpc::Call call;
    call.principal.name = "people/bench";
    call.method = "jointly.budgets.v1.Budgets.MoveCommitment";
    call.request_id = ids_.Next();
    call.now = clock_.Now();
    call.deadline = steady_clock::now() + std::chrono::seconds(30);
    google::protobuf::StringValue request;
    request.set_value(call.request_id);
    const auto reply = rpc::MutateInLane<google::protobuf::StringValue>(
        *database_, call, request, [&](const rpc::Asked& asked) -> Outcome {
          auto journal = budgets::Reserve(NextEntry(), LineOf(line), 100);
          if (!journal.ok()) return journal.status();
          ASSIGN_OR_RETURN(Outcome outcome,
                           lane_.Run("b", {*std::move(journal), &asked}, call.transact_options()));
          return outcome;
        });
    Check(reply.ok(), reply.status().ToString());
  }

  absl::StatusOr<std::vector<Outcome>> Apply(db::Tx& tx, const std::string& budget,
                                             const std::vector<Command>& commands) {
    if (!record_) return ApplyBatch(tx, budget, commands);
    Transaction transaction;
    RecordingTx recording(tx, transaction);
    auto outcomes = ApplyBatch(recording, budget, commands);
    const std::lock_guard lock(mutex_);
    recorded_.push_back(std::move(transaction));
    return outcomes;
  }

  void MakeEntries(int count);
  void SealAll();
  const test::DatabasePlace& place() const { return place_; }
  db::Database& database() { return *database_; }
  const std::vector<Transaction>& recorded() const { return recorded_; }

 private:
  void Found();
  absl::StatusOr<std::vector<Outcome>> ApplyBatch(db::Tx& tx, const std::string& budget,
                                                  const std::vector<Command>& commands);

  test::DatabasePlace place_;
  std::unique_ptr<db::Database> database_;
  SystemClock clock_;
  SystemRng rng_;
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_;
  bool record_;
  std::mutex mutex_;
  std::vector<Transaction> recorded_;
  db::Lane<Command, Outcome> lane_;
};

void Bench::Found() {
  const absl::Status status = database_->Transact([&](db::Tx& tx) -> absl::Status {
    budgets::store::CreateLedger(tx, "b", "EUR");
    std::vector<budgets::LineAmount> lines;
    for (int i = 0; i < kLines; ++i) lines.push_back({LineOf(i), kPlenty});
    ASSIGN_OR_RETURN(Journal authorised,
                     budgets::Authorise(NextEntry(), "institutions/uga", kPlenty * kLines));
    ASSIGN_OR_RETURN(Journal allocated, budgets::Allocate(NextEntry(), lines));
    return budgets::store::PostJournals(tx, "b", {authorised, allocated}).status();
  });
  Check(status.ok(), status.ToString());
}

absl::StatusOr<std::vector<Outcome>> Bench::ApplyBatch(db::Tx& tx, const std::string& budget,
                                                       const std::vector<Command>& commands) {
  std::vector<const rpc::Asked*> asked;
  std::vector<Journal> journals;
  for (const Command& command : commands) {
    asked.push_back(command.asked);
    journals.push_back(command.journal);
  }
  ASSIGN_OR_RETURN(const std::vector<rpc::Earlier> earlier, rpc::FindEarlier(tx, asked));
  ASSIGN_OR_RETURN(const auto posted, budgets::store::PostEach(tx, budget, journals));
  static const std::string kBody(400, 'b');
  static const std::string kReply = [] {
    google::protobuf::StringValue reply;
    reply.set_value(std::string(300, 'r'));
    return reply.SerializeAsString();
  }();
  std::vector<Outcome> outcomes;
  std::vector<bus::Event> events;
  std::vector<rpc::ReplyTo> replies;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (earlier[i].has_value() || !posted[i].ok()) {
      outcomes.push_back(earlier[i].has_value() ? *earlier[i] : Outcome(posted[i].status()));
      continue;
    }
    bus::Event& event = events.emplace_back();
    event.aggregate_type = "budgets.commitment";
    event.aggregate_id = journals[i].document.substr(12);
    event.revision = 1;
    event.action = "reserved";
    event.subject = journals[i].document;
    event.message_name = "jointly.budgets.v1.CommitmentEvent";
    event.body = kBody;
    event.from = "requested";
    event.to = "approved";
    event.actor = "people/bench";
    event.request_id = commands[i].asked->request_id;
    event.audience = {"institutions/uga"};
    replies.push_back({.asked = commands[i].asked, .bytes = kReply});
    outcomes.emplace_back(kReply);
  }
  outbox_.AppendAll(tx, events);
  rpc::StoreReplies(tx, replies);
  return outcomes;
}

// 121 yen are 1.00 euro on that day.
budgets::Conversion Yen() {
  return {.from = {121, {"JPY", 0}},
          .to = {100, kEur},
          .rate = "120.83",
          .rate_date = std::chrono::year(2020) / 6 / 15,
          .policy = "day"};
}

// Three years of one budget: per entry a reservation, every fourth one liquidated; every fifth one
// in yen, one of fifty taken back.
void Bench::MakeEntries(int count) {
  constexpr int kBatch = 1'000;
  for (int made = 0; made < count; made += kBatch) {
    const absl::Status status = database_->Transact([&](db::Tx& tx) -> absl::Status {
      std::vector<Journal> journals;
      for (int i = made; i < std::min(made + kBatch, count); ++i) {
        const LineKey line = LineOf(i % kLines);
        // In the order of days, as work is.
        const int day = static_cast<int>(std::int64_t{i} * 1'090 / count);
        absl::StatusOr<Journal> journal = absl::UnknownError("");
        const auto conversion = i % 5 == 0 ? std::optional(Yen()) : std::nullopt;
        if (i % 50 == 49) {
          // One of the fifty before it, each time another line's.
          journal = budgets::Reverse(NextEntry(day), *(journals.end() - 1 - i / 50 % 40));
        } else if (i / kLines % 4 == 3) {
          auto liquidated = budgets::Liquidate(NextEntry(day), {.line = line,
                                                                .remaining = 100,
                                                                .cost = 90,
                                                                .part = std::nullopt,
                                                                .final = true,
                                                                .conversion = conversion});
          if (liquidated.ok()) journal = std::move(liquidated->journal);
        } else {
          journal = budgets::Reserve(NextEntry(day), line, 100, conversion);
        }
        if (!journal.ok()) return journal.status();
        journals.push_back(*std::move(journal));
      }
      return budgets::store::PostJournals(tx, "b", std::move(journals)).status();
    });
    Check(status.ok(), status.ToString());
  }
}

void Bench::SealAll() {
  while (true) {
    const auto sealed = budgets::store::SealJournals(*database_, 5'000);
    Check(sealed.ok(), "sealing failed");
    if (*sealed == 0) return;
  }
}

void MeasureReservations(Bench& bench, const std::string& what, int count, int clients) {
  const bool spread = what == "spread";
  MeasureClients(what, count, clients, [&](int i) { bench.ReserveOnce(spread ? i % kLines : 0); });
}

void MeasureRaw(test::Engine engine, int count) {
  std::vector<Transaction> transactions;
  {
    Bench recorded(engine, /*record=*/true);
    MeasureReservations(recorded, "hot, recorded", count, kClients);
    transactions = recorded.recorded();
  }
  Bench fresh(engine, /*record=*/false);
  const double seconds = ReplayRaw(fresh.place(), transactions);
  Print("raw", Figures("\"rate\": %.0f, \"transactions\": %.0f, \"per_transaction\": %.1f",
                       count / seconds, static_cast<double>(transactions.size()),
                       static_cast<double>(count) / static_cast<double>(transactions.size())));
}

void MeasureReads(test::Engine engine, int count) {
  Bench bench(engine, /*record=*/false);
  auto began = steady_clock::now();
  bench.MakeEntries(count);
  double seconds = Milliseconds(steady_clock::now() - began) / 1e3;
  Print("written", Figures("\"rate\": %.0f, \"seconds\": %.1f", count / seconds, seconds));
  began = steady_clock::now();
  bench.SealAll();
  seconds = Milliseconds(steady_clock::now() - began) / 1e3;
  Print("sealed", Figures("\"rate\": %.0f, \"seconds\": %.1f", count / seconds, seconds));
  namespace store = budgets::store;
  const std::string path = budgets::LineAccount(LineOf(7));
  db::Database& database = bench.database();
  MeasureTimes("available", 500, [&] {
    return database.Read([&](db::Tx& tx) { return store::LoadBalance(tx, "b", path); }).status();
  });
  MeasureTimes("all balances", 200, [&] {
    return database.Read([&](db::Tx& tx) { return store::LoadBalances(tx, "b"); }).status();
  });
  const auto statement = [&](const std::string& what, const store::AsOf& as_of, store::Span span) {
    MeasureTimes(what, 20, [&] {
      return database.Read([&](db::Tx& tx) { return store::LoadTurnovers(tx, "b", as_of, span); })
          .status();
    });
  };
  statement("statement, now", {}, store::Span::kAll);
  statement("statement, by month", {}, store::Span::kMonth);
  statement("statement, until a date", {.sequence = {}, .date = AddDays(kStart, 500)},
            store::Span::kAll);
  statement("statement, 10000 entries ago", {.sequence = count - 10'000, .date = {}},
            store::Span::kAll);
  statement("statement, half way back", {.sequence = count / 2, .date = {}}, store::Span::kAll);
  MeasureViews(database, bench.place().directory(), count);
  bench.SealAll();
  began = steady_clock::now();
  const auto proof = store::VerifyLedger(
      database, "b", {.deadline = steady_clock::now() + std::chrono::minutes(10)});
  Check(proof.ok() && proof->findings.empty(), "the ledger does not verify");
  Print("verified", Figures("\"entries\": %.0f, \"seconds\": %.1f", static_cast<double>(count),
                            Milliseconds(steady_clock::now() - began) / 1e3));
}

}  // namespace
}  // namespace jointly::bench

int main(int argc, char** argv) {
  using namespace jointly;
  if (argc != 4) {
    std::fprintf(stderr,
                 "usage: bench_ledger sqlite|postgresql "
                 "[approve_]hot|[approve_]spread|[approve_]single|[approve_]raw|read COUNT\n");
    return 2;
  }
  const auto engine =
      std::string(argv[1]) == "sqlite" ? test::Engine::kSqlite : test::Engine::kPostgres;
  const std::string what = argv[2];
  const int count = std::atoi(argv[3]);
  if (what == "raw") {
    bench::MeasureRaw(engine, count);
  } else if (what == "approve_raw") {
    bench::MeasureRawApprovals(engine, count);
  } else if (what.starts_with("approve_")) {
    bench::MeasureApprovals(engine, what, count);
  } else if (what == "read") {
    bench::MeasureReads(engine, count);
  } else {
    bench::Bench bench(engine, /*record=*/false);
    bench::MeasureReservations(bench, what, count, what == "single" ? 1 : bench::kClients);
  }
  return 0;
}
