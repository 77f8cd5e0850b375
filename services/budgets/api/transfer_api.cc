#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/deadlines_of.h"
#include "services/budgets/store/change_store.h"

// Line transfers.
namespace jointly::budgets {
namespace {

const rpc::ListSpec& TransferList() {
  static const rpc::ListSpec spec = {
      .columns = {{.field = "state", .sql = "line_transfer.state", .map = &LowerCase},
                  {.field = "requester", .sql = "line_transfer.requester"}},
      .key_sql = "line_transfer.id",
      .descending = false};
  return spec;
}

// The rule judges what was transferred so far, each time anew.
absl::StatusOr<TransferFacts> TransferFactsOf(Desk& desk, const LineTransfer& transfer) {
  const Budget& budget = desk.budget();
  TransferFacts facts;
  facts.budget = budget;
  ASSIGN_OR_RETURN(facts.period, desk.PeriodOf(transfer.from.period));
  facts.transfer = transfer;
  facts.now = desk.who().now;
  facts.actor.today = desk.today();
  ASSIGN_OR_RETURN(facts.available, desk.Available(transfer.from));
  const CategoryRule* rule =
      FindCategoryRule(budget.terms.rule_set, budget.terms.rule_variant, transfer.effective_date);
  const bool known = FindCategory(budget, transfer.from.category) != nullptr &&
                     FindCategory(budget, transfer.to.category) != nullptr;
  if (rule == nullptr || !known) {
    facts.judgement.rationale = "no rule of " + budget.terms.rule_set + " holds on this day";
    return facts;
  }
  ASSIGN_OR_RETURN(const std::vector<LineHistory> histories, desk.Histories());
  facts.judgement = JudgeTransfer(*rule, budget, histories, transfer);
  return facts;
}

absl::StatusOr<pb::LineTransfer> AnswerWith(Desk& desk, const LineTransfer& transfer,
                                            const auth::Principal& principal) {
  pb::LineTransfer message = ToProto(transfer, desk.budget().currency);
  ASSIGN_OR_RETURN(TransferFacts facts, TransferFactsOf(desk, transfer));
  facts.actor.hand = {.person = principal.name, .in_place_of = ""};
  for (const Role role : RolesOn(principal, desk.budget())) {
    AddAllowed(AllowedActions(facts, role), message);
  }
  AddDeadlines(DeadlinesOf(transfer, facts.period, desk.budget(), desk.who().now), message);
  return message;
}

}  // namespace

absl::StatusOr<pb::LineTransfer> Api::CreateTransfer(rpc::Call& call,
                                                     const pb::CreateTransferRequest& request) {
  ASSIGN_OR_RETURN(const std::string budget, rpc::IdOf("budgets", request.parent(), "parent"));
  return Run<pb::LineTransfer>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::LineTransfer> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), budget, ScopeOf(call)));
        Violations violations;
        LineTransfer transfer =
            ReadTransfer(request.transfer(), desk.budget(), "transfer", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        transfer.id = ids_.Next();
        transfer.create_time = call.now;
        ASSIGN_OR_RETURN(TransferFacts facts, TransferFactsOf(desk, transfer));
        ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, ""));
        const TransferAction action =
            facts.judgement.free ? TransferAction::kFindFree : TransferAction::kFindBound;
        ASSIGN_OR_RETURN(const Role role, ActingRole(RolesOn(call.principal, desk.budget()),
                                                     kTransferWorkflow, action));
        ASSIGN_OR_RETURN(const TransferDecision decision, Decide(facts, action, role));
        store::SaveTransfer(tx, decision.after);
        engine_.outbox().Append(
            tx,
            TransferChanged(
                desk.who(), desk.place(), nullptr, decision.after,
                {.action = decision.move->event, .from = "", .to = Name(decision.after.state)}));
        return AnswerWith(desk, decision.after, call.principal);
      });
}

absl::StatusOr<pb::ListTransfersResponse> Api::ListTransfers(
    rpc::Call& call, const pb::ListTransfersRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(TransferList(),
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = request.filter()},
                                                        store::kTransferParameters + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListTransfersResponse> {
        ASSIGN_OR_RETURN(const Budget budget,
                         store::LoadBudget(tx, id, ScopeOf(call), store::Lock::kNo));
        ASSIGN_OR_RETURN(std::vector<LineTransfer> rows,
                         store::ListTransfers(tx, id,
                                              {.where = page.where,
                                               .order_and_limit = page.order_and_limit,
                                               .parameters = page.parameters}));
        pb::ListTransfersResponse response;
        const bool more = rows.size() > static_cast<std::size_t>(page.size);
        if (more) rows.resize(static_cast<std::size_t>(page.size));
        for (const LineTransfer& row : rows) {
          *response.add_transfers() = ToProto(row, budget.currency);
        }
        if (more) response.set_next_page_token(rpc::NextPageToken(page, rows.back().id));
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::LineTransfer> Api::TakeTransferStep(db::Tx& tx, rpc::Call& call,
                                                       const pb::MoveTransferRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/transfers/*", request.name());
  const TransferAction action = *Parse<TransferAction>(request.action());
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), ids[0], ScopeOf(call)));
  ASSIGN_OR_RETURN(const LineTransfer before,
                   store::LoadTransfer(tx, ids[0], ids[1], store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
  ASSIGN_OR_RETURN(TransferFacts facts, TransferFactsOf(desk, before));
  ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, request.on_behalf_of()));
  facts.input.funder_approval = request.funder_approval();
  facts.input.reason = request.reason();
  ASSIGN_OR_RETURN(const Role role, RoleFor(facts.actor, RolesOn(call.principal, desk.budget()),
                                            kTransferWorkflow, action));
  ASSIGN_OR_RETURN(const TransferDecision decision,
                   DecideFor(desk, facts, action, role, auth::Role::kBudgetManager));
  RETURN_IF_ERROR(desk.Carry(decision.movements, decision.after.funder_approval));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  store::SaveTransfer(tx, decision.after);
  engine_.outbox().Append(tx, TransferChanged(desk.who(), desk.place(), &before, decision.after,
                                              {.action = decision.move->event,
                                               .from = Name(decision.from),
                                               .to = Name(decision.after.state)}));
  engine_.TellAlerts(desk, alerts);
  return AnswerWith(desk, decision.after, call.principal);
}

absl::StatusOr<pb::LineTransfer> Api::MoveTransfer(rpc::Call& call,
                                                   const pb::MoveTransferRequest& request) {
  Violations violations;
  violations.Require(rpc::ParseName("budgets/*/transfers/*", request.name()).size() == 2, "name",
                     "must look like budgets/{b}/transfers/{t}");
  const auto action = Parse<TransferAction>(request.action());
  const bool open = action == TransferAction::kApprove || action == TransferAction::kRefuse ||
                    action == TransferAction::kWithdraw || action == TransferAction::kFunderApprove;
  violations.Require(open, "action", "must be approve, refuse, withdraw or funder_approve");
  CheckLine(request.funder_approval(), action == TransferAction::kFunderApprove, "funder_approval",
            violations);
  CheckNote(request.reason(), false, "reason", violations);
  if (!request.on_behalf_of().empty()) {
    CheckName("people/*", request.on_behalf_of(), "on_behalf_of", violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::LineTransfer>(call, request, request.validate_only(),
                               [&](db::Tx& tx) { return TakeTransferStep(tx, call, request); });
}

}  // namespace jointly::budgets
