#include "services/budgets/api/budgets_api.h"

#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/api/take_over.h"
#include "services/budgets/domain/deadlines_of.h"
#include "services/budgets/store/statement_store.h"

// Budgets.
namespace jointly::budgets {
namespace {

const std::vector<std::string_view> kChangeable = {
    "display_name",      "unit",       "partners",   "contract_amount",
    "sources",           "start_date", "end_date",   "agreement_reference",
    "funding_reference", "terms",      "categories", "grants",
    "time_zone"};

const rpc::ListSpec& BudgetList() {
  static const rpc::ListSpec spec = {
      .columns = {{.field = "state", .sql = "budget.state", .map = &LowerCase},
                  {.field = "institution", .sql = "budget.institution"},
                  {.field = "unit", .sql = "budget.unit"},
                  {.field = "demo", .sql = "budget.demo", .type = rpc::FilterColumn::Type::kBool}},
      .key_sql = "budget.id",
      .descending = false};
  return spec;
}

}  // namespace

absl::StatusOr<pb::Budget> Api::AnswerBudget(Desk& desk, const auth::Principal& principal) {
  const Budget& budget = desk.budget();
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  pb::Budget message = ToProto(budget);
  *message.mutable_totals() = ToProto(TotalOf(balance, ""), balance.paid, budget.currency);
  *message.mutable_pool() = AmountToProto({balance.pool, budget.currency});
  message.set_last_sequence(desk.last_sequence());
  ASSIGN_OR_RETURN(BudgetFacts facts, FactsOf(desk));
  facts.actor.hand = {.person = principal.name, .in_place_of = ""};
  for (const Role role : RolesOn(principal, budget))
    AddAllowed(AllowedActions(facts, role), message);
  AddDeadlines(DeadlinesOf(budget, desk.who().now), message);
  return message;
}

absl::StatusOr<pb::Budget> Api::CreateBudget(rpc::Call& call,
                                             const pb::CreateBudgetRequest& request) {
  Violations violations;
  Budget budget = ReadBudget(request.budget(), "budget", violations);
  violations.Require(request.budget_id().empty() || rpc::IsResourceId(request.budget_id()),
                     "budget_id", "must be lower case letters, digits and dashes");
  budget.id = request.budget_id().empty() ? ids_.Next() : request.budget_id();
  std::vector<Period> periods = ReadPeriods(request.periods(), budget, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const std::vector<Role> roles = RolesOn(call.principal, budget);
  RETURN_IF_ERROR(RequireRole(roles, Role::kManager, "create").status());
  budget.create_time = budget.update_time = call.now;
  budget.revision = 1;
  budget.requester = {.person = call.principal.name, .in_place_of = ""};
  return Run<pb::Budget>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Budget> {
    const Who who = WhoOf(call);
    store::InsertBudget(tx, budget);
    store::CreateLedger(tx, budget.id, budget.currency.code);
    for (const Period& period : periods) store::SavePeriod(tx, period);
    engine_.outbox().Append(
        tx,
        BudgetChanged(who, nullptr, budget,
                      {.action = "created", .from = "", .to = Name(budget.state)}, {}, nullptr));
    ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, who, budget.id, store::Everything()));
    return AnswerBudget(desk, call.principal);
  });
}

absl::StatusOr<pb::Budget> Api::GetBudget(rpc::Call& call, const pb::GetBudgetRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Budget> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Look(tx, WhoOf(call), id, ScopeOf(call)));
        return AnswerBudget(desk, call.principal);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListBudgetsResponse> Api::ListBudgets(rpc::Call& call,
                                                         const pb::ListBudgetsRequest& request) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(BudgetList(),
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = request.filter()},
                                                        store::kBudgetScopeParameters + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListBudgetsResponse> {
        ASSIGN_OR_RETURN(std::vector<Budget> budgets,
                         store::ListBudgets(tx, ScopeOf(call),
                                            {.where = page.where,
                                             .order_and_limit = page.order_and_limit,
                                             .parameters = page.parameters}));
        pb::ListBudgetsResponse response;
        const bool more = budgets.size() > static_cast<std::size_t>(page.size);
        if (more) budgets.resize(static_cast<std::size_t>(page.size));
        for (const Budget& budget : budgets) {
          pb::Budget& message = *response.add_budgets();
          message = ToProto(budget);
          ASSIGN_OR_RETURN(const auto sums,
                           store::LoadSums(tx, budget.id, store::AsOf{}, store::Span::kAll));
          const BudgetBalance balance = BalanceOf(sums);
          *message.mutable_totals() = ToProto(TotalOf(balance, ""), balance.paid, budget.currency);
          *message.mutable_pool() = AmountToProto({balance.pool, budget.currency});
          for (const Role role : RolesOn(call.principal, budget)) {
            for (const BudgetAction action : OpenActions(budget.state, role)) {
              message.add_allowed_actions()->set_action(std::string(Name(action)));
            }
          }
        }
        if (more) response.set_next_page_token(rpc::NextPageToken(page, budgets.back().id));
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Budget> Api::UpdateBudget(rpc::Call& call,
                                             const pb::UpdateBudgetRequest& request) {
  ASSIGN_OR_RETURN(const std::string id,
                   rpc::IdOf("budgets", request.budget().name(), "budget.name"));
  return Run<pb::Budget>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Budget> {
    ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), id, ScopeOf(call)));
    const Budget before = desk.budget();
    RETURN_IF_ERROR(rpc::MatchEtag(request.budget().etag(), before.revision));
    pb::Budget changed = ToProto(before);
    RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(), kChangeable, request.budget(), changed));
    Violations violations;
    Budget updated = ReadBudget(changed, "budget", violations);
    RETURN_IF_ERROR(violations.ToStatus());
    ASSIGN_OR_RETURN(BudgetFacts facts, FactsOf(desk));
    updated.state_reason = before.state_reason;
    facts.input.updated = std::move(updated);
    ASSIGN_OR_RETURN(const Role role, ActingRole(RolesOn(call.principal, before), kBudgetWorkflow,
                                                 BudgetAction::kUpdate));
    ASSIGN_OR_RETURN(const BudgetDecision decision, Decide(facts, BudgetAction::kUpdate, role));
    desk.Save(decision.after);
    engine_.outbox().Append(tx, BudgetChanged(desk.who(), &before, decision.after,
                                              {.action = decision.move->event,
                                               .from = Name(decision.from),
                                               .to = Name(decision.after.state)},
                                              {}, nullptr));
    return AnswerBudget(desk, call.principal);
  });
}

absl::StatusOr<pb::Budget> Api::MoveBudget(rpc::Call& call, const pb::MoveBudgetRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.name()));
  Violations violations;
  const auto action = Parse<BudgetAction>(request.action());
  violations.Require(action.has_value() && action != BudgetAction::kUpdate, "action",
                     "must be submit, approve, reject, activate, suspend, resume, begin_closing, "
                     "close or archive");
  CheckNote(request.reason(), false, "reason", violations);
  const auto effective_date = ReadMaybeDate(request.has_effective_date(), request.effective_date(),
                                            "effective_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::Budget>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::Budget> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), id, ScopeOf(call)));
        const Budget before = desk.budget();
        RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
        ASSIGN_OR_RETURN(const Role role,
                         ActingRole(RolesOn(call.principal, before), kBudgetWorkflow, *action));
        ASSIGN_OR_RETURN(BudgetFacts facts, FactsOf(desk));
        ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, ""));
        facts.input.reason = request.reason();
        facts.input.effective_date = effective_date;
        ASSIGN_OR_RETURN(const BudgetDecision decision,
                         DecideFor(desk, facts, *action, role, auth::Role::kBudgetManager));
        if (*action == BudgetAction::kActivate) {
          ASSIGN_OR_RETURN(const auto files, store::FindOpening(tx, id));
          if (files.has_value()) {
            RETURN_IF_ERROR(
                TakeOverWith(desk, *files, engine_.outbox(), before, decision, facts.actor.hand));
            return AnswerBudget(desk, call.principal);
          }
        }
        RETURN_IF_ERROR(desk.Carry(decision.movements));
        ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
        desk.Save(decision.after);
        SetTimers(desk, decision.timers);
        ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
        engine_.outbox().Append(tx, BudgetChanged(desk.who(), &before, decision.after,
                                                  {.action = decision.move->event,
                                                   .from = Name(decision.from),
                                                   .to = Name(decision.after.state)},
                                                  alerts, &balance));
        return AnswerBudget(desk, call.principal);
      });
}

}  // namespace jointly::budgets
