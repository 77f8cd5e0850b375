#include <algorithm>
#include <utility>

#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/opening.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/replica_store.h"

// A budget that runs elsewhere is taken over as it stands: active, its begun periods open, its
// lines with what was spent and paid, its open commitments approved. Whoever approved all that did
// so elsewhere, which is why the importer is its requester and nobody its approver; the guards of
// submission and activation hold as for any other budget.
namespace jointly::budgets {
namespace {

constexpr const char* kOpening = "opening";

struct ImportFacts {
  Budget budget;
  std::vector<Period> periods;
};

absl::StatusOr<ImportFacts> ReadImport(const pb::ImportBudgetRequest& request, IdSource& ids) {
  Violations violations;
  ImportFacts facts;
  facts.budget = ReadBudget(request.budget(), "budget", violations);
  const std::string& name = request.budget().name();
  const auto given = rpc::ParseName("budgets/*", name);
  violations.Require(name.empty() || given.size() == 1, "budget.name", "must be budgets/{id}");
  facts.budget.id = given.size() == 1 ? given.front() : ids.Next();
  facts.periods = ReadPeriods(request.periods(), facts.budget, violations);
  violations.Require(!request.lines_csv().empty(), "lines_csv", "is required");
  RETURN_IF_ERROR(violations.ToStatus());
  std::sort(facts.periods.begin(), facts.periods.end(),
            [](const Period& a, const Period& b) { return a.start_date < b.start_date; });
  return facts;
}

// The budget as it is after its submission and activation, which its guards allow.
absl::StatusOr<BudgetDecision> Activated(db::Tx& tx, const ImportFacts& imported, const Hand& hand,
                                         Date today, Time now) {
  BudgetFacts facts;
  facts.budget = imported.budget;
  facts.periods = imported.periods;
  facts.now = now;
  facts.actor = {.hand = hand, .able = {}, .delegations = {}, .today = today};
  facts.input.effective_date = today;
  ASSIGN_OR_RETURN(facts.unknown_partners,
                   store::UnknownInstitutions(tx, imported.budget.partners));
  ASSIGN_OR_RETURN(BudgetDecision submitted, Decide(facts, BudgetAction::kSubmit, Role::kManager));
  facts.budget = std::move(submitted.after);
  facts.budget.state = BudgetState::kApproved;
  ASSIGN_OR_RETURN(BudgetDecision active, Decide(facts, BudgetAction::kActivate, Role::kManager));
  active.after.create_time = now;
  active.after.update_time = now;
  active.after.revision = 1;
  return active;
}

void AddBadRows(const Opening& opening, pb::ImportBudgetResponse& response) {
  for (const BadRow& row : opening.bad_rows) {
    pb::BadRow& added = *response.add_bad_rows();
    added.set_file(row.file);
    added.set_row(row.row);
    added.set_column(row.column);
    added.set_problem(row.problem);
  }
}

absl::Status RefuseBadRows(const Opening& opening) {
  Violations violations;
  for (const BadRow& row : opening.bad_rows) {
    violations.Add(row.file + "_csv[" + std::to_string(row.row) + "]." + row.column, row.problem);
  }
  return violations.ToStatus();
}

// Those that have no rate cannot be judged any further.
void Convert(const Desk& desk, Opening& opening) {
  std::erase_if(opening.commitments, [&](OpeningCommitment& commitment) {
    auto cost = desk.CostOf(commitment.amount, commitment.date);
    if (cost.ok()) {
      commitment.control = cost->control;
      commitment.conversion = std::move(cost->conversion);
    } else if (opening.bad_rows.size() < kBadRowsMax) {
      opening.bad_rows.push_back({.file = "commitments",
                                  .row = commitment.row,
                                  .column = "amount",
                                  .problem = MessageOf(cost.status())});
    }
    return !cost.ok();
  });
}

Commitment CommitmentOf(const Desk& desk, const OpeningCommitment& opening, const Hand& requester) {
  Commitment commitment;
  commitment.id = opening.id;
  commitment.budget = desk.budget().id;
  commitment.line = opening.line;
  commitment.display_name = opening.supplier_reference;
  commitment.supplier_reference = opening.supplier_reference;
  commitment.amount = opening.amount;
  commitment.effective_date = opening.date;
  commitment.reserved = opening.control;
  commitment.remaining = opening.control;
  commitment.original_remaining = opening.amount.minor;
  commitment.conversion = opening.conversion;
  commitment.state = CommitmentState::kApproved;
  commitment.requester = requester;
  commitment.create_time = desk.who().now;
  commitment.update_time = desk.who().now;
  commitment.revision = 1;
  commitment.demo = desk.budget().demo;
  return commitment;
}

// Opens what has begun, without closing what is over: its bookkeeper does that here, with its rule.
absl::Status OpenPeriods(Desk& desk, const Hand& hand, std::vector<PeriodDecision>& opened) {
  for (const Period& period : desk.periods()) {
    if (period.start_date > desk.today()) continue;
    ASSIGN_OR_RETURN(PeriodFacts facts, FactsOf(desk, period));
    facts.actor = {.hand = hand, .able = {}, .delegations = {}, .today = desk.today()};
    facts.input.reason = "taken over while it runs";
    ASSIGN_OR_RETURN(PeriodDecision decision,
                     Decide(facts, PeriodAction::kOpenPeriod, Role::kManager));
    desk.Save(decision.after);
    opened.push_back(std::move(decision));
  }
  return absl::OkStatus();
}

// What a line was given at first, for the funder's category rules.
void RememberLines(db::Tx& tx, const std::string& budget, const Opening& opening) {
  for (const OpeningLine& line : opening.lines) {
    store::LineRow row;
    row.history = {.key = line.key, .initial = line.authorised, .transferred = 0};
    store::SaveLine(tx, budget, row);
  }
}

// What the others are told, in the order in which it came to be.
struct Events {
  bus::Outbox& outbox;
  const Desk& desk;

  void Tell(const BudgetBalance& balance, const std::vector<Alert>& alerts) const {
    outbox.Append(desk.tx(), BudgetChanged(desk.who(), nullptr, desk.budget(),
                                           {.action = "activated", .from = "", .to = "active"},
                                           alerts, &balance));
  }
  void Tell(const BudgetBalance& balance, const PeriodDecision& opened) const {
    outbox.Append(
        desk.tx(),
        PeriodChanged(desk.who(), desk.place(), nullptr, opened.after,
                      {.action = "opened", .from = "", .to = Name(opened.after.state)}, &balance));
  }
  void Tell(const Commitment& commitment) const {
    outbox.Append(desk.tx(),
                  CommitmentChanged(desk.who(), desk.place(), nullptr, commitment,
                                    {.action = "reserved", .from = "", .to = "approved"}, {}));
  }
};

// Writes all of it, or finds what is wrong with it: then nothing may be kept.
absl::StatusOr<Opening> Import(Desk& desk, bus::Outbox& outbox, const Hand& hand,
                               const pb::ImportBudgetRequest& request) {
  Opening opening = ReadOpening(desk.budget(), desk.periods(), desk.today(), request.lines_csv(),
                                request.commitments_csv());
  Convert(desk, opening);
  std::vector<Journal> journals =
      OpeningJournals(desk.budget(), opening, [&](Date date, const std::string& document) {
        return desk.EntryOf(date, document, kOpening);
      });
  if (!opening.bad_rows.empty()) return opening;
  RememberLines(desk.tx(), desk.budget().id, opening);
  for (Journal& journal : journals) RETURN_IF_ERROR(desk.Post(std::move(journal)));
  std::vector<PeriodDecision> opened;
  RETURN_IF_ERROR(OpenPeriods(desk, hand, opened));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  const Events events{outbox, desk};
  events.Tell(balance, alerts);
  for (const PeriodDecision& decision : opened) {
    SetTimers(desk, decision.timers);
    events.Tell(balance, decision);
  }
  for (const OpeningCommitment& row : opening.commitments) {
    const Commitment commitment = CommitmentOf(desk, row, hand);
    store::InsertCommitment(desk.tx(), commitment);
    events.Tell(commitment);
  }
  return opening;
}

pb::Budget Shown(const Desk& desk, const BudgetBalance& balance) {
  const money::Currency& currency = desk.budget().currency;
  pb::Budget proto = ToProto(desk.budget());
  *proto.mutable_totals() = ToProto(TotalOf(balance, ""), balance.paid, currency);
  *proto.mutable_pool() = AmountToProto({balance.pool, currency});
  proto.set_last_sequence(desk.last_sequence());
  return proto;
}

}  // namespace

absl::StatusOr<pb::ImportBudgetResponse> Api::ImportBudget(rpc::Call& call,
                                                           const pb::ImportBudgetRequest& request) {
  ASSIGN_OR_RETURN(const ImportFacts facts, ReadImport(request, ids_));
  RETURN_IF_ERROR(
      RequireRole(RolesOn(call.principal, facts.budget), {Role::kManager}, "import").status());
  return Run<pb::ImportBudgetResponse>(
      call, request, request.validate_only(),
      [&](db::Tx& tx) -> absl::StatusOr<pb::ImportBudgetResponse> {
        const Who who = WhoOf(call);
        const Hand hand{.person = call.principal.name, .in_place_of = ""};
        ASSIGN_OR_RETURN(const CivilTime here, ToCivil(call.now, facts.budget.time_zone));
        ASSIGN_OR_RETURN(const BudgetDecision active,
                         Activated(tx, facts, hand, here.date, call.now));
        store::CreateLedger(tx, active.after.id, active.after.currency.code);
        store::InsertBudget(tx, active.after);
        for (const Period& period : facts.periods) store::SavePeriod(tx, period);
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, who, active.after.id, store::Everything()));
        ASSIGN_OR_RETURN(const Opening opening, Import(desk, engine_.outbox(), hand, request));
        pb::ImportBudgetResponse response;
        AddBadRows(opening, response);
        if (!opening.bad_rows.empty()) {
          // A rehearsal lists them; a real import is refused with the same list.
          if (request.validate_only()) return response;
          return RefuseBadRows(opening);
        }
        SetTimers(desk, active.timers);
        ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
        *response.mutable_budget() = Shown(desk, balance);
        return response;
      });
}

}  // namespace jointly::budgets
