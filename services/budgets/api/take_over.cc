#include "services/budgets/api/take_over.h"

#include "common/error/macros.h"
#include "services/budgets/api/engine.h"
#include "services/budgets/store/commitment_store.h"

namespace jointly::budgets {
namespace {

constexpr const char* kOpening = "opening";

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

Commitment CommitmentOf(const Desk& desk, const OpeningCommitment& opening) {
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
  commitment.requester = desk.budget().requester;
  commitment.approver = desk.budget().approver;
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

}  // namespace

absl::Status RefuseBadRows(const Opening& opening) {
  Violations violations;
  for (const BadRow& row : opening.bad_rows) {
    violations.Add(row.file + "_csv[" + std::to_string(row.row) + "]." + row.column, row.problem);
  }
  return violations.ToStatus();
}

TakeOver ReadTakeOver(Desk& desk, const store::OpeningFiles& files) {
  TakeOver read{.opening = ReadOpening(desk.budget(), desk.periods(), desk.today(), files.lines_csv,
                                       files.commitments_csv),
                .journals = {}};
  Convert(desk, read.opening);
  read.journals =
      OpeningJournals(desk.budget(), read.opening, [&](Date date, const std::string& document) {
        return desk.EntryOf(date, document, kOpening);
      });
  return read;
}

absl::Status TakeOverWith(Desk& desk, const store::OpeningFiles& files, bus::Outbox& outbox,
                          const Budget& before, const BudgetDecision& active, const Hand& hand) {
  db::Tx& tx = desk.tx();
  desk.Save(active.after);
  TakeOver read = ReadTakeOver(desk, files);
  RETURN_IF_ERROR(RefuseBadRows(read.opening));
  RememberLines(tx, desk.budget().id, read.opening);
  for (Journal& journal : read.journals) RETURN_IF_ERROR(desk.Post(std::move(journal)));
  std::vector<PeriodDecision> opened;
  RETURN_IF_ERROR(OpenPeriods(desk, hand, opened));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  outbox.Append(tx, BudgetChanged(desk.who(), &before, desk.budget(),
                                  {.action = active.move->event,
                                   .from = Name(active.from),
                                   .to = Name(active.after.state)},
                                  alerts, &balance));
  for (const PeriodDecision& decision : opened) {
    SetTimers(desk, decision.timers);
    outbox.Append(tx,
                  PeriodChanged(desk.who(), desk.place(), nullptr, decision.after,
                                {.action = "opened", .from = "", .to = Name(decision.after.state)},
                                &balance));
  }
  for (const OpeningCommitment& row : read.opening.commitments) {
    const Commitment commitment = CommitmentOf(desk, row);
    store::InsertCommitment(tx, commitment);
    outbox.Append(tx, CommitmentChanged(desk.who(), desk.place(), nullptr, commitment,
                                        {.action = "reserved", .from = "", .to = "approved"}, {}));
  }
  SetTimers(desk, active.timers);
  store::DeleteOpening(tx, desk.budget().id);
  return absl::OkStatus();
}

}  // namespace jointly::budgets
