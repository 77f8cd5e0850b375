#include <algorithm>

#include "common/auth/cipher.h"
#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/deadlines_of.h"
#include "services/budgets/domain/watch.h"
#include "services/budgets/store/change_store.h"
#include "services/budgets/store/payable_store.h"
#include "services/budgets/store/terms_store.h"

// Amendments.
namespace jointly::budgets {
namespace {

absl::StatusOr<AmendmentFacts> AmendmentFactsOf(Desk& desk, const Amendment& amendment) {
  AmendmentFacts facts;
  facts.budget = desk.budget();
  facts.amendment = amendment;
  facts.periods = desk.periods();
  facts.now = desk.who().now;
  facts.actor.today = desk.today();
  ASSIGN_OR_RETURN(facts.pool, desk.Pool());
  ASSIGN_OR_RETURN(facts.leftovers, desk.Leftovers(""));
  for (const std::string& partner : amendment.leaving_partners) {
    ASSIGN_OR_RETURN(Standing standing, store::StandingOf(desk.tx(), amendment.budget, partner));
    for (const Leftover& leftover : facts.leftovers) {
      if (leftover.line.partner == partner) standing.available += leftover.available;
    }
    // What the amendment itself moves from its lines, or to them.
    for (const Reallocation& row : amendment.reallocations) {
      if (row.line.partner == partner) standing.available += row.change;
    }
    facts.leaving.push_back(std::move(standing));
  }
  return facts;
}

// Whether the caller manages budgets of a partner that joins by it: a party to what it has not
// signed yet.
bool Joins(const auth::Principal& principal, const Amendment& amendment) {
  const bool pending =
      amendment.state != AmendmentState::kInForce && amendment.state != AmendmentState::kVoid;
  return pending && std::any_of(amendment.new_partners.begin(), amendment.new_partners.end(),
                                [&](const std::string& partner) {
                                  return principal.HoldsIn(auth::Role::kBudgetManager, partner);
                                });
}

std::vector<Role> RolesOn(const auth::Principal& principal, const Budget& budget,
                          const Amendment& amendment) {
  std::vector<Role> roles = RolesOn(principal, budget);
  const bool known = std::find(roles.begin(), roles.end(), Role::kPartner) != roles.end();
  if (!known && Joins(principal, amendment)) roles.push_back(Role::kPartner);
  return roles;
}

// Of a budget in which the caller is nobody yet, what they are a party to.
absl::StatusOr<std::vector<Amendment>> AmendmentsFor(db::Tx& tx, const rpc::Call& call,
                                                     const std::string& budget) {
  ASSIGN_OR_RETURN(std::vector<Amendment> rows, store::ListAmendments(tx, budget));
  const auto loaded = store::LoadBudget(tx, budget, ScopeOf(call), store::Lock::kNo);
  if (loaded.ok()) return rows;
  std::erase_if(rows, [&](const Amendment& row) { return !Joins(call.principal, row); });
  if (rows.empty()) return loaded.status();
  return rows;
}

absl::StatusOr<pb::Amendment> AnswerWith(Desk& desk, const Amendment& amendment,
                                         const auth::Principal& principal) {
  pb::Amendment message = ToProto(amendment, desk.budget().currency);
  ASSIGN_OR_RETURN(AmendmentFacts facts, AmendmentFactsOf(desk, amendment));
  facts.actor.hand = {.person = principal.name, .in_place_of = ""};
  facts.input.institution = principal.institution;
  for (const Role role : RolesOn(principal, desk.budget(), amendment)) {
    AddAllowed(AllowedActions(facts, role), message);
  }
  AddDeadlines(DeadlinesOf(amendment, desk.budget(), desk.who().now), message);
  return message;
}

}  // namespace

absl::StatusOr<pb::Amendment> Api::CreateAmendment(rpc::Call& call,
                                                   const pb::CreateAmendmentRequest& request) {
  ASSIGN_OR_RETURN(const std::string budget, rpc::IdOf("budgets", request.parent(), "parent"));
  return Run<pb::Amendment>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Amendment> {
    ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), budget, ScopeOf(call)));
    RETURN_IF_ERROR(
        RequireRole(RolesOn(call.principal, desk.budget()), Role::kManager, "create").status());
    Violations violations;
    Amendment amendment =
        ReadAmendment(request.amendment(), desk.budget(), "amendment", violations);
    RETURN_IF_ERROR(violations.ToStatus());
    amendment.id = ids_.Next();
    amendment.content_hash = auth::Sha256Hex(ContentOf(amendment));
    amendment.requester = {.person = call.principal.name, .in_place_of = ""};
    amendment.create_time = amendment.update_time = call.now;
    amendment.revision = 1;
    store::SaveAmendment(tx, amendment);
    engine_.outbox().Append(
        tx, AmendmentChanged(desk.who(), desk.place(), nullptr, amendment,
                             {.action = "created", .from = "", .to = Name(amendment.state)}));
    return AnswerWith(desk, amendment, call.principal);
  });
}

absl::StatusOr<pb::ListAmendmentsResponse> Api::ListAmendments(
    rpc::Call& call, const pb::ListAmendmentsRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListAmendmentsResponse> {
        ASSIGN_OR_RETURN(const auto rows, AmendmentsFor(tx, call, id));
        ASSIGN_OR_RETURN(Desk desk, Desk::Look(tx, WhoOf(call), id, store::Everything()));
        pb::ListAmendmentsResponse response;
        for (const Amendment& row : rows) {
          ASSIGN_OR_RETURN(*response.add_amendments(), AnswerWith(desk, row, call.principal));
        }
        return response;
      },
      call.transact_options());
}

absl::Status Api::PutInForce(Desk& desk, const AmendmentDecision& decision) {
  RETURN_IF_ERROR(store::KeepTerms(desk.tx(), desk.budget(), desk.periods(), desk.last_sequence()));
  RETURN_IF_ERROR(desk.Carry(decision.movements));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  const Budget before = desk.budget();
  desk.Save(*decision.budget);
  for (const Period& period : decision.new_periods) desk.Save(period);
  for (const Period& period : decision.changed_periods) {
    const auto old = desk.PeriodOf(period.id);
    RETURN_IF_ERROR(old.status());
    desk.Save(period);
    if (period.revision == old->revision) continue;
    // Its close is announced before its new end.
    if (const auto notice = NextCloseNotice(period, desk.today()); notice.has_value()) {
      SetTimers(desk, {{.arm = true,
                        .kind = std::string(kPeriodDue),
                        .subject = period.budget + "/" + period.id,
                        .on = *notice}});
    }
    engine_.outbox().Append(
        desk.tx(),
        PeriodChanged(desk.who(), desk.place(), &*old, period,
                      {.action = "updated", .from = Name(old->state), .to = Name(period.state)},
                      nullptr));
  }
  SetTimers(desk, {{.arm = true,
                    .kind = std::string(kBudgetEnds),
                    .subject = desk.budget().id,
                    .on = AddDays(desk.budget().end_date, 1)}});
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  engine_.outbox().Append(
      desk.tx(),
      BudgetChanged(desk.who(), &before, desk.budget(),
                    {.action = "updated", .from = Name(before.state), .to = Name(before.state)},
                    alerts, &balance));
  return absl::OkStatus();
}

absl::StatusOr<pb::Amendment> Api::TakeAmendmentStep(db::Tx& tx, rpc::Call& call,
                                                     const pb::MoveAmendmentRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/amendments/*", request.name());
  AmendmentAction action = *Parse<AmendmentAction>(request.action());
  // Who may not see the budget gets the same answer as where there is none.
  const auto seen = store::LoadAmendment(tx, ids[0], ids[1], store::Lock::kNo);
  const bool joins = seen.ok() && Joins(call.principal, *seen);
  ASSIGN_OR_RETURN(
      Desk desk, Desk::Open(tx, WhoOf(call), ids[0], joins ? store::Everything() : ScopeOf(call)));
  ASSIGN_OR_RETURN(const Amendment before,
                   store::LoadAmendment(tx, ids[0], ids[1], store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
  ASSIGN_OR_RETURN(AmendmentFacts facts, AmendmentFactsOf(desk, before));
  ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, ""));
  facts.input.institution =
      request.institution().empty() ? call.principal.institution : request.institution();
  facts.input.content_hash = request.content_hash();
  if (request.has_effective_date()) {
    facts.input.effective_date = rpc::FromProto(request.effective_date());
  }
  ASSIGN_OR_RETURN(Role role, ActingRole(RolesOn(call.principal, desk.budget(), before),
                                         kAmendmentWorkflow, action));
  if (action == AmendmentAction::kSign) {
    action = SignAction(desk.budget(), before, facts.input.institution);
    // Nobody signs for another institution, whatever else they may do here.
    if (!call.principal.HoldsIn(auth::Role::kBudgetManager, facts.input.institution)) {
      return PermissionDenied(kNotOwnInstitution,
                              "sign for an institution whose budget manager you are",
                              {{"institution", facts.input.institution}});
    }
  }
  ASSIGN_OR_RETURN(const AmendmentDecision decision,
                   DecideFor(desk, facts, action, role, auth::Role::kBudgetManager));
  if (decision.budget.has_value()) RETURN_IF_ERROR(PutInForce(desk, decision));
  store::SaveAmendment(tx, decision.after);
  engine_.outbox().Append(tx, AmendmentChanged(desk.who(), desk.place(), &before, decision.after,
                                               {.action = decision.move->event,
                                                .from = Name(decision.from),
                                                .to = Name(decision.after.state)}));
  return AnswerWith(desk, decision.after, call.principal);
}

absl::StatusOr<pb::Amendment> Api::MoveAmendment(rpc::Call& call,
                                                 const pb::MoveAmendmentRequest& request) {
  Violations violations;
  violations.Require(rpc::ParseName("budgets/*/amendments/*", request.name()).size() == 2, "name",
                     "must look like budgets/{b}/amendments/{a}");
  const auto action = Parse<AmendmentAction>(request.action());
  violations.Require(action.has_value() && action != AmendmentAction::kSignLast, "action",
                     "must be sign, put_in_force or void");
  if (!request.institution().empty()) {
    CheckName("institutions/*", request.institution(), "institution", violations);
  }
  ReadMaybeDate(request.has_effective_date(), request.effective_date(), "effective_date",
                violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::Amendment>(call, request, request.validate_only(),
                            [&](db::Tx& tx) { return TakeAmendmentStep(tx, call, request); });
}

}  // namespace jointly::budgets
