#include "common/error/macros.h"
#include "common/money/wide.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/counter.h"
#include "services/budgets/api/payments.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/text.h"
#include "services/budgets/store/claim_store.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/document_days.h"
#include "services/budgets/store/payable_store.h"

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
    if (journal.movement == Movement::kReverse) original = -original;
    if (journal.counts_as == Movement::kLiquidate) open += original;
    if (journal.counts_as == Movement::kPay) open -= original;
  }
  const std::int64_t remaining = commitment.liquidated - commitment.credited - commitment.paid;
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

// Which step takes an entry of a document back.
std::string_view StepFor(const Journal& original) {
  if (!original.reverses.empty()) return "it takes another entry back: post what is wanted anew";
  const auto of = [&](std::string_view documents) {
    return original.document.starts_with(documents);
  };
  if (original.movement == Movement::kReserve) return "release the commitment";
  if (original.movement == Movement::kRelease) return "ask for another commitment";
  if (original.movement == Movement::kRevalue) return "revalue the budget by another day's rate";
  if (original.movement == Movement::kCarry) return "have the closed period opened again";
  if (original.movement == Movement::kCorrect) return "enter the cost again";
  if (of("claims/")) return "move the claim by payment_failed";
  if (of("transfers/")) return "ask for a transfer back";
  if (of("amendments/")) return "make another amendment";
  return "only the document's own steps change it";
}

absl::Status BelongsToDocument(const Journal& original, std::string_view step) {
  return FailedPrecondition(
      kBelongsToDocument,
      "the journal belongs to " +
          (original.document.empty() ? original.reverses : original.document) + ": " +
          std::string(step),
      {{"journal", original.id}, {"document", original.document}});
}

// What a document says would no longer be true: its own steps take it back.
absl::Status CheckReversible(const Journal& original) {
  const bool own = original.document.empty() || original.document.starts_with("budgets/");
  if (own && original.reverses.empty()) return absl::OkStatus();
  return BelongsToDocument(original, StepFor(original));
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

struct ReversalOrder {
  Journal original;
  std::optional<LineKey> cost;  // Its line, when it is one.
  std::vector<Journal> notes;   // Credit notes for it.
  std::optional<std::int64_t> amount;
  Date date{};
  std::string reason;
  Actor actor;
};

std::string NameOf(const Journal& journal) {
  return NameIn(journal.budget, "journals", std::to_string(journal.sequence));
}

// Whose document the entry is: "commitments/x" gives x; empty: of no such document.
std::string IdIn(std::string_view collection, const std::string& document) {
  return document.starts_with(collection) ? document.substr(collection.size()) : "";
}

std::int64_t CreditedBy(const std::vector<Journal>& notes) {
  std::int64_t credited = 0;
  for (const Journal& note : notes) {
    for (const Posting& posting : note.postings) {
      const bool back = FamilyOf(posting.account) == Family::kSpent;
      if (back && posting.side == Side::kCredit) credited += posting.amount;
    }
  }
  return credited;
}

// Together, credit notes take back no more than the cost was.
absl::StatusOr<std::int64_t> CreditOf(const Desk& desk, const ReversalOrder& order) {
  const std::int64_t cost = UseOf(order.original).spent;
  const std::int64_t credited = CreditedBy(order.notes);
  const std::int64_t left = cost - credited;
  const std::int64_t amount = order.amount.value_or(left);
  if (amount > 0 && amount <= left) return amount;
  if (!order.amount.has_value()) {
    return FailedPrecondition(kAlreadyReversed, "all of the journal was corrected before",
                              {{"journal", order.original.id}, {"by", order.notes.back().id}});
  }
  const money::Currency& currency = desk.budget().currency;
  return FailedPrecondition(
      kCreditExceedsCost,
      "of a cost of " + Text(cost, currency) + " " + Text(credited, currency) +
          " was credited before: " + Text(std::max<std::int64_t>(left, 0), currency) +
          " can be credited still",
      {{"cost", Text(cost, currency)},
       {"credited", Text(credited, currency)},
       {"requested", Text(amount, currency)},
       {"journal", NameOf(order.original)}});
}

absl::Status CheckStands(Desk& desk, const Journal& original) {
  ASSIGN_OR_RETURN(const std::optional<std::string> mirror,
                   store::MirrorOf(desk.tx(), desk.budget().id, original.id));
  if (!mirror.has_value()) return absl::OkStatus();
  return FailedPrecondition(kAlreadyReversed, "the journal was reversed before",
                            {{"journal", original.id}, {"by", *mirror}});
}

absl::Status CheckNotBefore(const ReversalOrder& order) {
  if (order.date >= order.original.effective_on) return absl::OkStatus();
  return FailedPrecondition(kDateOutsideBudget,
                            FormatDate(order.date) + " is before the day of what it takes back",
                            {{"date", FormatDate(order.date)},
                             {"start", FormatDate(order.original.effective_on)},
                             {"end", ""}});
}

// What is taken back of a cost without a commitment is not paid (B15).
absl::Status CheckNotPaid(Desk& desk, const std::string& partner, Date date, std::int64_t cost) {
  ASSIGN_OR_RETURN(const std::int64_t owed,
                   store::OwedWithoutCommitment(desk.tx(), desk.budget().id, partner));
  if (cost <= owed && CheckOwed(desk, partner, date, cost).ok()) return absl::OkStatus();
  const money::Currency& currency = desk.budget().currency;
  return FailedPrecondition(kStillPaid,
                            "of what was recognised as owed to " + partner +
                                " without a commitment " + Text(owed, currency) +
                                " is not paid: take a payment back first",
                            {{"cost", Text(cost, currency)},
                             {"remaining", Text(owed, currency)},
                             {"partner", partner},
                             {"payments", ""}});
}

absl::StatusOr<TakenBack> TakenBackBy(Desk& desk, const Commitment& before,
                                      const ReversalOrder& order) {
  const Journal& original = order.original;
  TakenBack back{.journal = original.id,
                 .name = NameOf(original),
                 .effective_on = original.effective_on,
                 .line = order.cost.value_or(before.line)};
  if (!order.cost.has_value()) return back;
  back.use = UseOf(original);
  back.use.original_used = back.use.from_reservation;
  if (before.amount.currency != desk.budget().currency) {
    ASSIGN_OR_RETURN(const std::optional<std::int64_t> kept,
                     store::OriginalUse(desk.tx(), before.budget, original.sequence));
    if (!kept.has_value()) {
      return BelongsToDocument(
          original,
          "what it used of the original amount is not known: close its period, "
          "then enter a credit note");
    }
    back.use.original_used = *kept;
  }
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> payments,
                   store::StandingPayments(desk.tx(), before.budget, before.id));
  for (const std::int64_t sequence : payments) {
    back.payments.push_back(NameIn(before.budget, "journals", std::to_string(sequence)));
  }
  return back;
}

// What the step that takes an entry of a commitment back looks at.
absl::StatusOr<CommitmentFacts> FactsToTakeBack(Desk& desk, const Commitment& before,
                                                const ReversalOrder& order) {
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, before));
  facts.role = Role::kAccountant;
  facts.actor = order.actor;
  facts.input.effective_date = order.date;
  ASSIGN_OR_RETURN(facts.input.taken_back, TakenBackBy(desk, before, order));
  facts.input.settled = SettledBy(order.original);
  if (order.cost.has_value()) {
    ASSIGN_OR_RETURN(facts.owed, store::LeastOwed(desk.tx(), before.budget, before.id, order.date));
  }
  return facts;
}

// The claim whose approval the entry is; nothing when it is an invoice's.
absl::StatusOr<std::optional<ExpenseClaim>> ClaimOf(Desk& desk, const Journal& original) {
  const std::string id = IdIn("claims/", original.reference);
  if (id.empty() || original.movement != Movement::kLiquidate) return std::nullopt;
  auto claim = store::LoadClaim(desk.tx(), desk.budget().id, id,
                                {.offices = store::Everything(), .person = ""}, store::Lock::kYes);
  // Whoever entered an invoice may have called it so.
  if (absl::IsNotFound(claim.status())) return std::nullopt;
  RETURN_IF_ERROR(claim.status());
  const bool its = "commitments/" + claim->commitment == original.document;
  if (!its || claim->recognised != UseOf(original).spent) return std::nullopt;
  return *std::move(claim);
}

// What a claim still waits to be paid is not taken back in part: nobody could pay it any more.
absl::Status CheckCreditable(Desk& desk, const Journal& original) {
  ASSIGN_OR_RETURN(const std::optional<ExpenseClaim> claim, ClaimOf(desk, original));
  if (!claim.has_value() || claim->state == ClaimState::kPaid) return absl::OkStatus();
  return BelongsToDocument(
      original, "it is the cost of claims/" + claim->id + ", which is not paid yet: pay it first");
}

// A credit note for a cost of a closed period: on the same line of the period of its own date,
// naming the journal that it corrects.
absl::StatusOr<pb::PostingReply> CreditCost(Desk& desk, bus::Outbox& outbox,
                                            const ReversalOrder& order) {
  RETURN_IF_ERROR(CheckStands(desk, order.original));
  RETURN_IF_ERROR(CheckNotBefore(order));
  RETURN_IF_ERROR(CheckCreditable(desk, order.original));
  LineKey line = *order.cost;
  line.period = desk.PeriodAt(order.date)->id;
  ASSIGN_OR_RETURN(const std::int64_t amount, CreditOf(desk, order));
  const std::string id = IdIn("commitments/", order.original.document);
  if (id.empty()) {
    const std::string note = "journals/" + std::to_string(order.original.sequence);
    RETURN_IF_ERROR(desk.Post(Correct(desk.EntryOf(order.date, note, order.reason), line, amount)));
    return Finish(desk, outbox, "posted");
  }
  ASSIGN_OR_RETURN(const Commitment before,
                   store::LoadCommitment(desk.tx(), desk.budget().id, id, store::Lock::kYes));
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, before));
  facts.role = Role::kAccountant;
  facts.actor = order.actor;
  facts.input.effective_date = order.date;
  facts.input.settled = amount;
  facts.input.taken_back = TakenBack{.journal = order.original.id,
                                     .name = NameOf(order.original),
                                     .effective_on = order.original.effective_on,
                                     .line = line};
  ASSIGN_OR_RETURN(const CommitmentDecision decision,
                   Decide(facts, CommitmentAction::kCredit, Role::kAccountant));
  RETURN_IF_ERROR(desk.Carry(decision.movements, order.reason));
  return Finish(desk, outbox, before, decision);
}

// An invoice or a payment: a step of its commitment takes it back.
bool IsStepOfCommitment(const Journal& original) {
  const bool step =
      original.movement == Movement::kLiquidate || original.movement == Movement::kPay;
  return step && !IdIn("commitments/", original.document).empty();
}

// What is in an open period and of no document: the mirror.
absl::StatusOr<pb::PostingReply> MirrorEntry(Desk& desk, bus::Outbox& outbox,
                                             const ReversalOrder& order) {
  RETURN_IF_ERROR(CheckReversible(order.original));
  // The mirror of a cost is one of the same period (B7).
  if (order.cost.has_value()) {
    RETURN_IF_ERROR(CheckDate(desk, order.date, order.cost->period, Role::kAccountant).status());
    RETURN_IF_ERROR(CheckStands(desk, order.original));
    RETURN_IF_ERROR(
        CheckNotPaid(desk, order.cost->partner, order.date, UseOf(order.original).spent));
  }
  RETURN_IF_ERROR(desk.Post(Reverse(desk.EntryOf(order.date, "", order.reason), order.original)));
  if (order.original.movement == Movement::kAllocate) {
    RETURN_IF_ERROR(desk.ForgetAllocation(order.original));
  }
  return Finish(desk, outbox, "posted");
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
        ReversalOrder order{.date = date, .reason = request.reason()};
        ASSIGN_OR_RETURN(order.original, desk.JournalBySequence(ids[1]));
        ASSIGN_OR_RETURN(order.actor, ActorOf(desk, call, ""));
        order.cost = CostLine(order.original);
        const bool closed = order.cost.has_value() && LiesInClosed(desk, *order.cost);
        Violations asked;
        if (request.has_amount()) {
          order.amount = ReadAmountIn(request.amount(), desk.budget().currency, Sign::kPositive,
                                      "amount", asked);
          asked.Require(
              closed, "amount",
              "is for a cost of a closed period: elsewhere the whole entry is taken back");
        }
        RETURN_IF_ERROR(asked.ToStatus());
        ASSIGN_OR_RETURN(order.notes, store::JournalsOf(tx, ids[0], "journals/" + ids[1]));
        if (closed) return CreditCost(desk, engine_.outbox(), order);
        // What credit notes took back is not mirrored as well when its period is opened again.
        if (!order.notes.empty()) {
          order.amount = UseOf(order.original).spent;
          RETURN_IF_ERROR(CreditOf(desk, order).status());
        }
        if (!IsStepOfCommitment(order.original)) {
          return MirrorEntry(desk, engine_.outbox(), order);
        }
        RETURN_IF_ERROR(CheckStands(desk, order.original));
        const std::string id = IdIn("commitments/", order.original.document);
        ASSIGN_OR_RETURN(const Commitment before,
                         store::LoadCommitment(tx, ids[0], id, store::Lock::kYes));
        ASSIGN_OR_RETURN(CommitmentFacts facts, FactsToTakeBack(desk, before, order));
        ASSIGN_OR_RETURN(const std::optional<ExpenseClaim> claim, ClaimOf(desk, order.original));
        if (claim.has_value()) {
          facts.input.through_claim = true;
          return ReverseApproval(desk, call, claim->id, facts, order.reason);
        }
        ASSIGN_OR_RETURN(const CommitmentDecision back, TakeBack(desk, facts, order.reason));
        return Finish(desk, engine_.outbox(), before, back);
      });
}

}  // namespace jointly::budgets
