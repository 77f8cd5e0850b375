#include "common/error/macros.h"
#include "common/money/wide.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/counter.h"
#include "services/budgets/api/payments.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/document_days.h"

// What is paid, and what is taken back: of a commitment as steps of its workflow.
namespace jointly::budgets {
namespace {

// What a payment in the commitment's foreign currency settles of what was recognised: the share of
// its original amount; the last one settles all of it. The rest of the bank's cost is the exchange.
absl::StatusOr<std::int64_t> Settled(Desk& desk, const Commitment& commitment,
                                     const money::Money& amount, const Cost& cost) {
  if (amount.currency != commitment.amount.currency || !cost.conversion.has_value()) {
    return cost.control;
  }
  money::Wide open = 0;
  ASSIGN_OR_RETURN(const std::vector<Journal> journals,
                   store::JournalsOf(desk.tx(), desk.budget().id, "commitments/" + commitment.id));
  for (const Journal& journal : journals) {
    money::Wide original = 0;
    for (const Conversion& conversion : journal.conversions) original += conversion.from.minor;
    if (journal.movement == Movement::kLiquidate) open += original;
    if (journal.movement == Movement::kPay) open -= original;
  }
  const std::int64_t remaining = commitment.liquidated - commitment.paid;
  if (remaining <= 0) return cost.control;
  if (amount.minor == open) return remaining;
  // Refused as more than remains.
  if (amount.minor > open) return money::Clamped(money::Wide{remaining} + cost.control);
  ASSIGN_OR_RETURN(const money::Money share,
                   money::Convert({.minor = remaining, .currency = desk.budget().currency},
                                  amount.minor, money::Clamped(open), desk.budget().currency));
  return share.minor;
}

struct PaymentOrder {
  std::string partner;  // Empty: the commitment's, or the budget's first one.
  std::string source;
  money::Money amount;
  Date date{};
  std::string reference;
  Cost cost;
  Actor payer;
};

absl::Status PayWithoutCommitment(Desk& desk, const PaymentOrder& order) {
  const std::string& partner =
      order.partner.empty() ? desk.budget().partners.front() : order.partner;
  RETURN_IF_ERROR(CheckOwedWithoutCommitment(desk, order.payer, partner, order.cost.control));
  RETURN_IF_ERROR(CheckOwed(desk, partner, order.date, order.cost.control));
  return desk.Post(budgets::Pay(desk.EntryOf(order.date, "", order.reference),
                                {.partner = partner,
                                 .organisation = order.source,
                                 .recognised = order.cost.control,
                                 .conversion = order.cost.conversion}));
}

absl::StatusOr<CommitmentDecision> PayFor(Desk& desk, const Commitment& before,
                                          const PaymentOrder& order) {
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, before));
  facts.role = Role::kAccountant;
  facts.actor = order.payer;
  facts.input.effective_date = order.date;
  facts.input.organisation = order.source;
  facts.input.conversion = order.cost.conversion;
  ASSIGN_OR_RETURN(facts.input.settled, Settled(desk, before, order.amount, order.cost));
  ASSIGN_OR_RETURN(facts.owed, store::LeastOwed(desk.tx(), before.budget, before.id, order.date));
  ASSIGN_OR_RETURN(
      CommitmentDecision decision,
      DecideFor(desk, facts, CommitmentAction::kPay, Role::kAccountant, auth::Role::kAccountant));
  // It was recognised as owed to the partner of its line.
  const std::string& partner = before.line.partner;
  Violations violations;
  violations.Require(order.partner.empty() || order.partner == partner, "partner",
                     "must be the commitment's: " + partner);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(CheckOwed(desk, partner, order.date, facts.input.settled));
  RETURN_IF_ERROR(desk.Carry(decision.movements, order.reference));
  return decision;
}

inline constexpr Reason kBelongsToDocument{"BELONGS_TO_DOCUMENT"};  // journal, document

// What a document says would no longer be true: its own steps take it back.
absl::Status CheckReversible(const Journal& original) {
  const bool own = original.document.empty() || original.document.starts_with("budgets/");
  if (own && original.reverses.empty()) return absl::OkStatus();
  return FailedPrecondition(
      kBelongsToDocument,
      "the journal belongs to " + original.document + ": take it back by the document's own steps",
      {{"journal", original.id}, {"document", original.document}});
}

// The line of a cost.
std::optional<LineKey> CostLine(const Journal& original) {
  if (original.movement != Movement::kRecognise && original.movement != Movement::kLiquidate) {
    return std::nullopt;
  }
  for (const Posting& posting : original.postings) {
    const auto account = ParseAccount(posting.account);
    if (account.has_value() && account->family == Family::kSpent) return account->line;
  }
  return std::nullopt;
}

// Nothing can be posted any more in the period of this line.
bool LiesInClosed(const Desk& desk, const LineKey& line) {
  const Period* period = FindPeriod(desk.periods(), line.period);
  return period != nullptr && period->state == PeriodState::kClosed;
}

std::int64_t CostIn(const Journal& journal) {
  std::int64_t cost = 0;
  for (const Posting& posting : journal.postings) {
    const auto family = FamilyOf(posting.account);
    if (family == Family::kSpent && posting.side == Side::kDebit) cost += posting.amount;
  }
  return cost;
}

// A credit note for a cost of a closed period: on the same line of the period of its own date,
// naming the journal that it corrects; once.
absl::Status CorrectLater(Desk& desk, const Journal& original, const LineKey& closed, Date date,
                          const std::string& reason) {
  const std::string document = "journals/" + std::to_string(original.sequence);
  ASSIGN_OR_RETURN(const std::vector<Journal> before,
                   store::JournalsOf(desk.tx(), desk.budget().id, document));
  if (!before.empty()) {
    return FailedPrecondition(kAlreadyReversed, "the journal was corrected before",
                              {{"journal", original.id}, {"by", before.front().id}});
  }
  LineKey line = closed;
  line.period = desk.PeriodAt(date)->id;
  return desk.Post(Correct(desk.EntryOf(date, document, reason), line, CostIn(original)));
}

}  // namespace

absl::StatusOr<pb::PostingReply> Api::PayCost(rpc::Call& call, const pb::PayCostRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::PostingReply>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, Role::kAccountant, "pay"));
        Desk& desk = counter.desk;
        const Budget& budget = desk.budget();
        Violations violations;
        PaymentOrder order{.partner = request.partner(), .reference = request.reference()};
        violations.Require(order.partner.empty() || HasPartner(budget, order.partner), "partner",
                           "is no partner of the budget");
        order.amount = ReadAmount(request.amount(), Sign::kPositive, "amount", violations);
        order.date = ReadDate(request.has_effective_date(), request.effective_date(),
                              "effective_date", violations);
        CheckLine(request.reference(), false, "reference", violations);
        const auto document = rpc::ParseName("budgets/*/commitments/*", request.document());
        violations.Require(
            request.document().empty() || (document.size() == 2 && document[0] == id), "document",
            "must be a commitment of the budget");
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(order.source, SourceOf(budget, request.organisation()));
        RETURN_IF_ERROR(CheckDate(desk, order.date, "", counter.role).status());
        ASSIGN_OR_RETURN(order.cost, desk.CostOf(order.amount, order.date));
        ASSIGN_OR_RETURN(order.payer, ActorOf(desk, call, ""));
        if (document.empty()) {
          RETURN_IF_ERROR(PayWithoutCommitment(desk, order));
          return Finish(desk, engine_.outbox(), "posted");
        }
        ASSIGN_OR_RETURN(const Commitment before,
                         store::LoadCommitment(tx, id, document[1], store::Lock::kYes));
        ASSIGN_OR_RETURN(const CommitmentDecision paid, PayFor(desk, before, order));
        return Finish(desk, engine_.outbox(), before, paid);
      });
}

absl::StatusOr<pb::PostingReply> Api::ReverseJournal(rpc::Call& call,
                                                     const pb::ReverseJournalRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/journals/*", request.name());
  Violations violations;
  violations.Require(ids.size() == 2, "name", "must look like budgets/{b}/journals/{sequence}");
  CheckLine(request.reason(), true, "reason", violations);
  const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                             "effective_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::PostingReply>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, ids[0], Role::kAccountant, "reverse"));
        Desk& desk = counter.desk;
        RETURN_IF_ERROR(CheckDate(desk, date, "", counter.role).status());
        ASSIGN_OR_RETURN(const Journal original, desk.JournalBySequence(ids[1]));
        const std::optional<LineKey> cost = CostLine(original);
        if (cost.has_value() && LiesInClosed(desk, *cost)) {
          RETURN_IF_ERROR(CorrectLater(desk, original, *cost, date, request.reason()));
          return Finish(desk, engine_.outbox(), "posted");
        }
        RETURN_IF_ERROR(CheckReversible(original));
        // The mirror of a cost is one of the same period (B7).
        if (cost.has_value()) {
          RETURN_IF_ERROR(CheckDate(desk, date, cost->period, counter.role).status());
        }
        RETURN_IF_ERROR(desk.Post(Reverse(desk.EntryOf(date, "", request.reason()), original)));
        if (original.movement == Movement::kAllocate) {
          RETURN_IF_ERROR(desk.ForgetAllocation(original));
        }
        return Finish(desk, engine_.outbox(), "posted");
      });
}

}  // namespace jointly::budgets
