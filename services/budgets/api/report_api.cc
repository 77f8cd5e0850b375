#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/deadlines_of.h"
#include "services/budgets/store/change_store.h"
#include "services/budgets/store/statement_store.h"

// Periodic reports and delegations.
namespace jointly::budgets {
namespace {

// The report's numbers at a sequence (0: now), and their hash.
struct Numbers {
  std::int64_t sequence = 0;
  std::string content_hash;
};
absl::StatusOr<Numbers> NumbersOf(const Desk& desk, const PeriodicReport& report,
                                  std::int64_t sequence) {
  ASSIGN_OR_RETURN(const StatementInput input,
                   store::LoadStatement(desk.tx(), desk.budget(), desk.periods(),
                                        {.as_of_sequence = sequence,
                                         .as_of_date = {},
                                         .calendar = Calendar::kBudget,
                                         .period = report.period}));
  ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
  return Numbers{statement.as_of_sequence, statement.content_hash};
}

absl::StatusOr<ReportFacts> ReportFactsOf(const Desk& desk, const PeriodicReport& report) {
  ReportFacts facts;
  facts.budget = desk.budget();
  ASSIGN_OR_RETURN(facts.period, desk.PeriodOf(report.period));
  facts.report = report;
  facts.now = desk.who().now;
  facts.today = desk.today();
  facts.actor.today = facts.today;
  // As the caller will find them: the frozen numbers are looked at when they are certified.
  facts.input = {.as_of_sequence = desk.last_sequence(), .content_hash = report.content_hash};
  return facts;
}

absl::StatusOr<pb::PeriodicReport> AnswerWith(const Desk& desk, const PeriodicReport& report,
                                              const auth::Principal& principal) {
  pb::PeriodicReport message = ToProto(report);
  ASSIGN_OR_RETURN(ReportFacts facts, ReportFactsOf(desk, report));
  facts.actor.hand = {.person = principal.name, .in_place_of = ""};
  for (const Role role : RolesOn(principal, desk.budget())) {
    AddAllowed(AllowedActions(facts, role), message);
  }
  AddDeadlines(DeadlinesOf(report, desk.budget(), desk.who().now), message);
  return message;
}

}  // namespace

absl::StatusOr<pb::ListReportsResponse> Api::ListReports(rpc::Call& call,
                                                         const pb::ListReportsRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListReportsResponse> {
        ASSIGN_OR_RETURN(const Desk desk, Desk::Look(tx, WhoOf(call), id, ScopeOf(call)));
        ASSIGN_OR_RETURN(const auto rows, store::ListReports(tx, id));
        pb::ListReportsResponse response;
        for (const PeriodicReport& row : rows) {
          ASSIGN_OR_RETURN(*response.add_reports(), AnswerWith(desk, row, call.principal));
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::PeriodicReport> Api::MoveReport(rpc::Call& call,
                                                   const pb::MoveReportRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/reports/*", request.name());
  Violations violations;
  violations.Require(ids.size() == 2, "name", "must look like budgets/{b}/reports/{r}");
  const auto action = Parse<ReportAction>(request.action());
  violations.Require(action.has_value() && action != ReportAction::kFallDue &&
                         action != ReportAction::kFindOverdue,
                     "action", "must be prepare, certify, send, accept or revise");
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::PeriodicReport>(
      call, request, request.validate_only(),
      [&](db::Tx& tx) -> absl::StatusOr<pb::PeriodicReport> {
        ASSIGN_OR_RETURN(const Desk desk, Desk::Open(tx, WhoOf(call), ids[0], ScopeOf(call)));
        ASSIGN_OR_RETURN(const PeriodicReport before,
                         store::LoadReport(tx, ids[0], ids[1], store::Lock::kYes));
        RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
        ASSIGN_OR_RETURN(const Role role, ActingRole(RolesOn(call.principal, desk.budget()),
                                                     kReportWorkflow, *action));
        ASSIGN_OR_RETURN(ReportFacts facts, ReportFactsOf(desk, before));
        ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, ""));
        const bool prepares = *action == ReportAction::kPrepare;
        if (prepares || *action == ReportAction::kCertify || *action == ReportAction::kSend) {
          ASSIGN_OR_RETURN(const Numbers numbers,
                           NumbersOf(desk, before, prepares ? 0 : before.as_of_sequence));
          facts.input = {.as_of_sequence = numbers.sequence, .content_hash = numbers.content_hash};
        }
        ASSIGN_OR_RETURN(const ReportDecision decision,
                         DecideFor(desk, facts, *action, role, auth::Role::kAccountant));
        store::SaveReport(tx, decision.after);
        SetTimers(desk, decision.timers);
        engine_.outbox().Append(tx, ReportChanged(desk.who(), desk.place(), &before, decision.after,
                                                  {.action = decision.move->event,
                                                   .from = Name(decision.from),
                                                   .to = Name(decision.after.state)}));
        return AnswerWith(desk, decision.after, call.principal);
      });
}

absl::StatusOr<pb::Delegation> Api::CreateDelegation(rpc::Call& call,
                                                     const pb::CreateDelegationRequest& request) {
  ASSIGN_OR_RETURN(const std::string budget, rpc::IdOf("budgets", request.parent(), "parent"));
  const pb::Delegation& message = request.delegation();
  Violations violations;
  CheckName("people/*", message.delegate(), "delegation.delegate", violations);
  violations.Require(message.delegate() != call.principal.name, "delegation.delegate",
                     "must be somebody else");
  violations.Require(message.delegator().empty() || message.delegator() == call.principal.name,
                     "delegation.delegator", "is the caller");
  Delegation delegation;
  delegation.budget = budget;
  delegation.delegator = call.principal.name;
  delegation.delegate = message.delegate();
  delegation.start_date =
      ReadDate(message.has_start_date(), message.start_date(), "delegation.start_date", violations);
  delegation.end_date =
      ReadDate(message.has_end_date(), message.end_date(), "delegation.end_date", violations);
  violations.Require(delegation.start_date <= delegation.end_date, "delegation.end_date",
                     "is before the start date");
  RETURN_IF_ERROR(violations.ToStatus());
  delegation.id = ids_.Next();
  delegation.revision = 1;
  return Run<pb::Delegation>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Delegation> {
        ASSIGN_OR_RETURN(const Budget loaded,
                         store::LoadBudget(tx, budget, ScopeOf(call), store::Lock::kYes));
        RETURN_IF_ERROR(RequireRole(RolesOn(call.principal, loaded),
                                    {Role::kManager, Role::kAccountant}, "delegate")
                            .status());
        store::SaveDelegation(tx, delegation);
        engine_.outbox().Append(
            tx, DelegationChanged(WhoOf(call), loaded, nullptr, delegation, "created"));
        return ToProto(delegation);
      });
}

absl::StatusOr<pb::ListDelegationsResponse> Api::ListDelegations(
    rpc::Call& call, const pb::ListDelegationsRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListDelegationsResponse> {
        RETURN_IF_ERROR(store::LoadBudget(tx, id, ScopeOf(call), store::Lock::kNo).status());
        ASSIGN_OR_RETURN(const auto rows, store::ListDelegations(tx, id));
        pb::ListDelegationsResponse response;
        for (const Delegation& row : rows) *response.add_delegations() = ToProto(row);
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Delegation> Api::RevokeDelegation(rpc::Call& call,
                                                     const pb::RevokeDelegationRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/delegations/*", request.name());
  Violations violations;
  violations.Require(ids.size() == 2, "name", "must look like budgets/{b}/delegations/{d}");
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::Delegation>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Delegation> {
        ASSIGN_OR_RETURN(const Budget loaded,
                         store::LoadBudget(tx, ids[0], ScopeOf(call), store::Lock::kYes));
        RETURN_IF_ERROR(RequireRole(RolesOn(call.principal, loaded),
                                    {Role::kManager, Role::kAccountant}, "revoke")
                            .status());
        ASSIGN_OR_RETURN(Delegation delegation,
                         store::LoadDelegation(tx, ids[0], ids[1], store::Lock::kYes));
        if (delegation.delegator != call.principal.name) {
          return PermissionDenied(kWrongRole, "only who delegated takes it back",
                                  {{"delegator", delegation.delegator}});
        }
        if (!delegation.revoked) {
          const Delegation before = delegation;
          delegation.revoked = true;
          delegation.revision += 1;
          store::SaveDelegation(tx, delegation);
          engine_.outbox().Append(
              tx, DelegationChanged(WhoOf(call), loaded, &before, delegation, "revoked"));
        }
        return ToProto(delegation);
      });
}

}  // namespace jointly::budgets
