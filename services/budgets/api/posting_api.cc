#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/counter.h"
#include "services/budgets/api/payments.h"

// Postings without a document of their own. Each is one revision of the budget.
namespace jointly::budgets {
namespace {

const workflow::Set<Role> kOffice{Role::kManager, Role::kAccountant};

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
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::PostingReply> {
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
