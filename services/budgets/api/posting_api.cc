#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/money/wide.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/payments.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/api/statement_convert.h"
#include "services/budgets/domain/text.h"
#include "services/budgets/store/commitment_store.h"

// Postings without a document of their own. Each is one revision of the budget.
namespace jointly::budgets {
namespace {

const workflow::Set<Role> kOffice{Role::kManager, Role::kAccountant};

absl::Status CheckRuns(const Budget& budget) {
  if (TakesDocuments(budget.state)) return absl::OkStatus();
  const std::string state(Name(budget.state));
  return FailedPrecondition(kBudgetNotActive, "the budget is " + state + ": activate it first",
                            {{"budget", BudgetName(budget.id)}, {"state", state}});
}

absl::Status CheckCategory(const Budget& budget, const LineKey& line, Date date) {
  const Category* category = FindCategory(budget, line.category);
  const CategoryRule* rule =
      FindCategoryRule(budget.terms.rule_set, budget.terms.rule_variant, date);
  if (category != nullptr && rule != nullptr && Eligible(*rule, *category)) return absl::OkStatus();
  return FailedPrecondition(
      kCategoryRefused, line.category + " is no category that the funder pays",
      {{"category", line.category},
       {"rule", rule == nullptr ? budget.terms.rule_set : std::string(rule->id)}});
}

// Writes what was posted: ledger, lines, the budget's revision and event; and answers with it.
absl::StatusOr<pb::PostingReply> Finish(Desk& desk, bus::Outbox& outbox, std::string_view action) {
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  const Budget before = desk.budget();
  Budget after = before;
  after.revision += 1;
  after.update_time = desk.who().now;
  desk.Save(after);
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  pb::PostingReply reply;
  *reply.mutable_journal() = JournalToProto(desk.journals().front(), "");
  std::set<LineKey> lines;
  for (const Posting& posting : desk.journals().front().postings) {
    const auto account = ParseAccount(posting.account);
    if (account.has_value() && account->family == Family::kLine) lines.insert(*account->line);
  }
  for (const LineKey& line : lines) {
    const auto found = balance.lines.find(line);
    if (found == balance.lines.end()) continue;
    *reply.add_lines() = ToProto(line, found->second, after.id, after.currency);
  }
  for (const Alert& alert : alerts) {
    *reply.add_alerts() = ToProto(alert, after.id, after.currency);
  }
  outbox.Append(
      desk.tx(),
      BudgetChanged(desk.who(), &before, after,
                    {.action = action, .from = Name(before.state), .to = Name(after.state)}, alerts,
                    &balance));
  return reply;
}

// What every posting does first: the desk, the caller's role, a budget that runs.
struct Counter {
  Desk desk;
  Role role;
};
absl::StatusOr<Counter> Begin(db::Tx& tx, const rpc::Call& call, const std::string& budget,
                              workflow::Set<Role> roles, std::string_view action) {
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), budget, ScopeOf(call)));
  ASSIGN_OR_RETURN(const Role role,
                   RequireRole(RolesOn(call.principal, desk.budget()), roles, action));
  RETURN_IF_ERROR(CheckRuns(desk.budget()));
  return Counter{std::move(desk), role};
}

// A source of the budget; the first cash one when none is named.
absl::StatusOr<std::string> SourceOf(const Budget& budget, const std::string& organisation) {
  for (const Source& source : budget.sources) {
    if (source.kind == Kind::kCash && (organisation.empty() || organisation == source.organisation))
      return source.organisation;
  }
  Violations violations;
  violations.Add("organisation", "is no cash source of the budget");
  return violations.ToStatus();
}

// B15: no more is paid than was recognised.
absl::Status CheckRemainsToPay(const Commitment& commitment, std::int64_t recognised,
                               const money::Currency& currency) {
  const std::int64_t remaining = commitment.liquidated - commitment.paid;
  if (recognised <= remaining) return absl::OkStatus();
  return FailedPrecondition(
      kMoreThanRemains,
      "of what was recognised on the commitment " + Text(remaining, currency) +
          " remains to be paid",
      {{"remaining", Text(remaining, currency)},
       {"requested", Text(recognised, currency)},
       {"commitment", NameIn(commitment.budget, "commitments", commitment.id)}});
}

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
  if (amount.minor == open) return remaining;
  // Refused as more than remains.
  if (amount.minor > open) return money::Clamped(money::Wide{remaining} + cost.control);
  ASSIGN_OR_RETURN(const money::Money share,
                   money::Convert({.minor = remaining, .currency = desk.budget().currency},
                                  amount.minor, money::Clamped(open), desk.budget().currency));
  return share.minor;
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

absl::StatusOr<pb::PostingReply> Api::AllocateBudget(rpc::Call& call,
                                                     const pb::AllocateBudgetRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::PostingReply>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, Role::kManager, "allocate"));
        Desk& desk = counter.desk;
        Violations violations;
        violations.Require(request.allocations_size() > 0, "allocations", "needs at least one");
        violations.Require(request.allocations_size() <= static_cast<int>(kRowsMax), "allocations",
                           "has more than 200 rows");
        const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                                   "effective_date", violations);
        std::vector<LineAmount> lines;
        for (int i = 0; i < request.allocations_size(); ++i) {
          const std::string at = "allocations[" + std::to_string(i) + "]";
          const pb::Allocation& row = request.allocations(i);
          lines.push_back({ReadLine(row.line(), desk.budget(), at + ".line", violations),
                           ReadAmountIn(row.amount(), desk.budget().currency, Sign::kPositive,
                                        at + ".amount", violations)});
          violations.Require(lines.back().line.kind == Kind::kCash, at + ".line.kind",
                             "in kind is recorded, not allocated");
        }
        RETURN_IF_ERROR(violations.ToStatus());
        RETURN_IF_ERROR(CheckNotClosed(desk, date));
        for (const LineAmount& line : lines) {
          ASSIGN_OR_RETURN(const Period period, desk.PeriodOf(line.line.period));
          if (period.state == PeriodState::kPlanned || period.state == PeriodState::kOpen) continue;
          return FailedPrecondition(
              kPeriodNotOpen, "the period takes no more allocations",
              {{"period", period.id}, {"state", std::string(Name(period.state))}});
        }
        for (const LineAmount& line : lines) {
          RETURN_IF_ERROR(CheckCategory(desk.budget(), line.line, date));
        }
        RETURN_IF_ERROR(desk.Allocate(date, lines));
        return Finish(desk, engine_.outbox(), "allocated");
      });
}

absl::StatusOr<pb::PostingReply> Api::ReceiveInstalment(
    rpc::Call& call, const pb::ReceiveInstalmentRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::PostingReply>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, Role::kAccountant, "receive"));
        Desk& desk = counter.desk;
        Violations violations;
        const std::int64_t amount = ReadAmountIn(request.amount(), desk.budget().currency,
                                                 Sign::kPositive, "amount", violations);
        const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                                   "effective_date", violations);
        CheckLine(request.reference(), false, "reference", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const std::string source, SourceOf(desk.budget(), request.organisation()));
        RETURN_IF_ERROR(CheckDate(desk, date, "", counter.role).status());
        RETURN_IF_ERROR(desk.Post(budgets::ReceiveInstalment(
            desk.EntryOf(date, BudgetName(id), request.reference()), source, amount)));
        return Finish(desk, engine_.outbox(), "posted");
      });
}

absl::StatusOr<pb::PostingReply> Api::RecogniseCost(rpc::Call& call,
                                                    const pb::RecogniseCostRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::PostingReply>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, kOffice, "recognise"));
        Desk& desk = counter.desk;
        Violations violations;
        const LineKey line = ReadLine(request.line(), desk.budget(), "line", violations);
        violations.Require(line.kind == Kind::kCash, "line.kind", "in kind is recorded");
        const money::Money amount =
            ReadAmount(request.amount(), Sign::kPositive, "amount", violations);
        const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                                   "effective_date", violations);
        CheckLine(request.reference(), false, "reference", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        RETURN_IF_ERROR(desk.PeriodOf(line.period).status());
        RETURN_IF_ERROR(CheckDate(desk, date, line.period, counter.role).status());
        RETURN_IF_ERROR(CheckCategory(desk.budget(), line, date));
        ASSIGN_OR_RETURN(const Cost cost, desk.CostOf(amount, date));
        RETURN_IF_ERROR(desk.Post(Recognise(desk.EntryOf(date, "", request.reference()), line,
                                            cost.control, cost.conversion)));
        return Finish(desk, engine_.outbox(), "posted");
      });
}

absl::StatusOr<pb::PostingReply> Api::PayCost(rpc::Call& call, const pb::PayCostRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::PostingReply>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, Role::kAccountant, "pay"));
        Desk& desk = counter.desk;
        const Budget& budget = desk.budget();
        Violations violations;
        std::string partner =
            request.partner().empty() ? budget.partners.front() : request.partner();
        violations.Require(HasPartner(budget, partner), "partner", "is no partner of the budget");
        const money::Money amount =
            ReadAmount(request.amount(), Sign::kPositive, "amount", violations);
        const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                                   "effective_date", violations);
        CheckLine(request.reference(), false, "reference", violations);
        const auto document = rpc::ParseName("budgets/*/commitments/*", request.document());
        violations.Require(
            request.document().empty() || (document.size() == 2 && document[0] == id), "document",
            "must be a commitment of the budget");
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const std::string source, SourceOf(budget, request.organisation()));
        RETURN_IF_ERROR(CheckDate(desk, date, "", counter.role).status());
        ASSIGN_OR_RETURN(const Cost cost, desk.CostOf(amount, date));
        ASSIGN_OR_RETURN(const Actor payer, ActorOf(desk, call, ""));
        std::optional<Commitment> commitment;
        std::int64_t settled = cost.control;
        if (!document.empty()) {
          ASSIGN_OR_RETURN(commitment,
                           store::LoadCommitment(tx, id, document[1], store::Lock::kYes));
          RETURN_IF_ERROR(CheckPayer(payer, *commitment));
          ASSIGN_OR_RETURN(settled, Settled(desk, *commitment, amount, cost));
          RETURN_IF_ERROR(CheckRemainsToPay(*commitment, settled, budget.currency));
          // It was recognised as owed to the partner of its line.
          violations.Require(request.partner().empty() || partner == commitment->line.partner,
                             "partner", "must be the commitment's: " + commitment->line.partner);
          RETURN_IF_ERROR(violations.ToStatus());
          RETURN_IF_ERROR(CheckOwedOn(desk, *commitment, date, settled));
          partner = commitment->line.partner;
        } else {
          RETURN_IF_ERROR(CheckOwedWithoutCommitment(desk, payer, partner, settled));
        }
        RETURN_IF_ERROR(CheckOwed(desk, partner, date, settled));
        RETURN_IF_ERROR(desk.Post(budgets::Pay(
            desk.EntryOf(date, commitment.has_value() ? "commitments/" + commitment->id : "",
                         request.reference()),
            {.partner = partner,
             .organisation = source,
             .recognised = settled,
             .conversion = cost.conversion})));
        if (commitment.has_value()) {
          commitment->paid += settled;
          store::SaveCommitment(tx, *commitment);
        }
        return Finish(desk, engine_.outbox(), "posted");
      });
}

absl::StatusOr<pb::PostingReply> Api::ReturnUnspent(rpc::Call& call,
                                                    const pb::ReturnUnspentRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::PostingReply>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, Role::kAccountant, "return"));
        Desk& desk = counter.desk;
        Violations violations;
        std::optional<LineKey> line;
        if (request.has_line()) {
          line = ReadLine(request.line(), desk.budget(), "line", violations);
          violations.Require(line->kind == Kind::kCash, "line.kind", "in kind is not returned");
        }
        const std::int64_t amount = ReadAmountIn(request.amount(), desk.budget().currency,
                                                 Sign::kPositive, "amount", violations);
        const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                                   "effective_date", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const std::string source, SourceOf(desk.budget(), request.organisation()));
        // What is left in the pool may go back when the last period is over.
        if (line.has_value() || date <= desk.budget().end_date) {
          const std::string period = line.has_value() ? line->period : "";
          RETURN_IF_ERROR(CheckDate(desk, date, period, counter.role).status());
        }
        RETURN_IF_ERROR(
            desk.Post(Return(desk.EntryOf(date, BudgetName(id)), line, source, amount)));
        return Finish(desk, engine_.outbox(), "posted");
      });
}

absl::StatusOr<pb::PostingReply> Api::RecordInKind(rpc::Call& call,
                                                   const pb::RecordInKindRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return Run<pb::PostingReply>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, Role::kManager, "record_in_kind"));
        Desk& desk = counter.desk;
        Violations violations;
        violations.Require(HasPartner(desk.budget(), request.partner()), "partner",
                           "is no partner of the budget");
        violations.Require(FindCategory(desk.budget(), request.category()) != nullptr, "category",
                           "is no category of the budget");
        const std::int64_t value = ReadAmountIn(request.value(), desk.budget().currency,
                                                Sign::kPositive, "value", violations);
        CheckLine(request.valuation(), true, "valuation", violations);
        const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                                   "effective_date", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const Period period, CheckDate(desk, date, "", counter.role));
        const LineKey line{.period = period.id,
                           .category = request.category(),
                           .partner = request.partner(),
                           .kind = Kind::kInKind};
        RETURN_IF_ERROR(desk.Post(
            DeliverInKind(desk.EntryOf(date, BudgetName(id), request.valuation()), line, value)));
        return Finish(desk, engine_.outbox(), "posted");
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
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
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

absl::StatusOr<pb::RevalueBudgetResponse> Api::RevalueBudget(
    rpc::Call& call, const pb::RevalueBudgetRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  Violations violations;
  const Date rate_date =
      ReadDate(request.has_rate_date(), request.rate_date(), "rate_date", violations);
  const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                             "effective_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::RevalueBudgetResponse>(
      call, request, request.validate_only(),
      [&](db::Tx& tx) -> absl::StatusOr<pb::RevalueBudgetResponse> {
        ASSIGN_OR_RETURN(Counter counter, Begin(tx, call, id, Role::kAccountant, "revalue"));
        return engine_.Revalue(counter.desk, {.rate_date = rate_date, .effective_date = date});
      });
}

}  // namespace jointly::budgets
