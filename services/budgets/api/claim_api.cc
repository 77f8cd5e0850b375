#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/counter.h"
#include "services/budgets/api/payments.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/deadlines_of.h"
#include "services/budgets/store/claim_store.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/document_days.h"

// Expense claims. The claimant need not see the budget: they see their own claims.
namespace jointly::budgets {
namespace {

const std::vector<std::string_view> kChangeable = {"mission_start_date", "mission_end_date",
                                                   "items"};

const rpc::ListSpec& ClaimList() {
  static const rpc::ListSpec spec = {
      .columns = {{.field = "state", .sql = "claim.state", .map = &LowerCase},
                  {.field = "commitment",
                   .sql = "claim.commitment",
                   .map =
                       [](std::string_view name) {
                         return std::string(name.substr(name.rfind('/') + 1));
                       }}},
      .key_sql = "claim.id",
      .descending = false};
  return spec;
}

struct ClaimName {
  std::string budget;
  std::string id;
};
absl::StatusOr<ClaimName> ParseClaimName(const std::string& name, std::string_view path) {
  const auto ids = rpc::ParseName("budgets/*/claims/*", name);
  if (ids.size() == 2) return ClaimName{ids[0], ids[1]};
  Violations violations;
  violations.Add(path, "must look like budgets/{b}/claims/{c}");
  return violations.ToStatus();
}

absl::StatusOr<ClaimFacts> ClaimFactsOf(Desk& desk, const ExpenseClaim& claim,
                                        const auth::Principal& principal) {
  ClaimFacts facts;
  facts.sees_budget = store::Sees(ScopeOf(principal), desk.budget());
  facts.budget = desk.budget();
  ASSIGN_OR_RETURN(facts.commitment, store::LoadCommitment(desk.tx(), claim.budget,
                                                           claim.commitment, store::Lock::kYes));
  ASSIGN_OR_RETURN(facts.period, desk.PeriodOf(facts.commitment.line.period));
  facts.claim = claim;
  facts.now = desk.who().now;
  facts.actor.today = desk.today();
  ASSIGN_OR_RETURN(facts.available, desk.Available(facts.commitment.line));
  return facts;
}

absl::StatusOr<pb::ExpenseClaim> AnswerWith(Desk& desk, const ExpenseClaim& claim,
                                            const auth::Principal& principal) {
  pb::ExpenseClaim message = ToProto(claim);
  ASSIGN_OR_RETURN(ClaimFacts facts, ClaimFactsOf(desk, claim, principal));
  facts.actor.hand = {.person = principal.name, .in_place_of = ""};
  for (const Role role : RolesOn(principal, desk.budget(), claim)) {
    facts.role = role;
    AddAllowed(AllowedActions(facts, role), message);
  }
  AddDeadlines(DeadlinesOf(claim, desk.budget(), desk.who().now), message);
  return message;
}

// What the claim's step does to its commitment, on that day.
absl::StatusOr<CommitmentFacts> CommitmentOf(Desk& desk, const ClaimFacts& facts, Date date) {
  CommitmentFacts each;
  each.budget = facts.budget;
  each.period = facts.period;
  each.commitment = facts.commitment;
  each.now = facts.now;
  each.actor = facts.actor;
  each.role = facts.role;
  each.available = facts.available;
  each.today = desk.today();
  ASSIGN_OR_RETURN(each.revalued_on, RevaluedOn(desk, facts.commitment));
  each.input.effective_date = date;
  each.input.through_claim = true;
  return each;
}

// The claim's approval turns its total into cost on the mission's commitment.
absl::StatusOr<CommitmentDecision> LiquidateFor(Desk& desk, const ClaimFacts& facts, Date date,
                                                const Cost& cost) {
  ASSIGN_OR_RETURN(CommitmentFacts each, CommitmentOf(desk, facts, date));
  each.input.original = TotalOf(facts.claim);
  each.input.control = cost.control;
  each.input.conversion = cost.conversion;
  return Decide(each, LiquidateAction(facts.commitment, each.input.original, false),
                Role::kManager);
}

// The day of the claim's payment; of one that is not paid, the last one of its mission.
absl::StatusOr<Date> PaidOn(Desk& desk, const ExpenseClaim& claim) {
  ASSIGN_OR_RETURN(const std::optional<Journal> payment,
                   store::FindJournal(desk.tx(), claim.budget, claim.payment_journal));
  return payment.has_value() ? payment->effective_on : claim.mission_end_date;
}

// CP of the commitment: what its claims were paid, and what came back. Only what is owed is paid.
absl::StatusOr<CommitmentDecision> SettleFor(Desk& desk, const ClaimFacts& facts,
                                             const MovementPlan& plan) {
  const bool pays = plan.kind == MovementKind::kPay;
  ASSIGN_OR_RETURN(CommitmentFacts each, CommitmentOf(desk, facts, plan.effective_date));
  each.input.settled = plan.amount;
  if (!pays) {
    ASSIGN_OR_RETURN(const Date paid_on, PaidOn(desk, facts.claim));
    each.input.taken_back = TakenBack{.journal = plan.reverses, .effective_on = paid_on};
  }
  if (pays) {
    RETURN_IF_ERROR(CheckOwed(desk, plan.partner, plan.effective_date, plan.amount));
    ASSIGN_OR_RETURN(each.owed, store::LeastOwed(desk.tx(), facts.commitment.budget,
                                                 facts.commitment.id, plan.effective_date));
  }
  return Decide(each, pays ? CommitmentAction::kPay : CommitmentAction::kReversePayment,
                Role::kAccountant);
}

}  // namespace

absl::StatusOr<pb::ExpenseClaim> Api::CreateClaim(rpc::Call& call,
                                                  const pb::CreateClaimRequest& request) {
  ASSIGN_OR_RETURN(const std::string budget, rpc::IdOf("budgets", request.parent(), "parent"));
  const auto ids = rpc::ParseName("budgets/*/commitments/*", request.claim().commitment());
  Violations shape;
  shape.Require(ids.size() == 2 && ids[0] == budget, "claim.commitment",
                "must be a commitment of the budget");
  RETURN_IF_ERROR(shape.ToStatus());
  return Run<pb::ExpenseClaim>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::ExpenseClaim> {
        const auto found = store::LoadCommitment(tx, budget, ids[1], store::Lock::kNo);
        RETURN_IF_ERROR(found.status());
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), budget, store::Everything()));
        // To anybody else a commitment that is there is one that is not.
        if (!MayClaim(call.principal, desk.budget()))
          return store::NoSuchCommitment(budget, ids[1]);
        Violations violations;
        ExpenseClaim claim =
            ReadClaim(request.claim(), found->amount.currency, "claim", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        claim.id = ids_.Next();
        claim.budget = budget;
        claim.commitment = ids[1];
        claim.claimant = call.principal.name;
        claim.create_time = claim.update_time = call.now;
        claim.revision = 1;
        RETURN_IF_ERROR(claims_.Save(tx, claim, call.now));
        engine_.outbox().Append(
            tx, ClaimChanged(desk.who(), desk.place(), nullptr, claim,
                             {.action = "created", .from = "", .to = Name(claim.state)}));
        return AnswerWith(desk, claim, call.principal);
      });
}

absl::StatusOr<pb::ExpenseClaim> Api::GetClaim(rpc::Call& call,
                                               const pb::GetClaimRequest& request) {
  ASSIGN_OR_RETURN(const ClaimName name, ParseClaimName(request.name(), "name"));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ExpenseClaim> {
        ASSIGN_OR_RETURN(
            const ExpenseClaim claim,
            claims_.Load(tx, name.budget, name.id, ClaimScopeOf(call), store::Lock::kNo));
        ASSIGN_OR_RETURN(Desk desk, Desk::Look(tx, WhoOf(call), name.budget, store::Everything()));
        return AnswerWith(desk, claim, call.principal);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListClaimsResponse> Api::ListClaims(rpc::Call& call,
                                                       const pb::ListClaimsRequest& request) {
  ASSIGN_OR_RETURN(const std::string budget, rpc::IdOf("budgets", request.parent(), "parent"));
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(ClaimList(),
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = request.filter()},
                                                        store::kClaimParameters + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListClaimsResponse> {
        ASSIGN_OR_RETURN(std::vector<ExpenseClaim> rows,
                         claims_.List(tx, budget, ClaimScopeOf(call),
                                      {.where = page.where,
                                       .order_and_limit = page.order_and_limit,
                                       .parameters = page.parameters}));
        pb::ListClaimsResponse response;
        const bool more = rows.size() > static_cast<std::size_t>(page.size);
        if (more) rows.resize(static_cast<std::size_t>(page.size));
        for (const ExpenseClaim& row : rows) *response.add_claims() = ToProto(row);
        if (more) response.set_next_page_token(rpc::NextPageToken(page, rows.back().id));
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::ExpenseClaim> Api::UpdateClaim(rpc::Call& call,
                                                  const pb::UpdateClaimRequest& request) {
  ASSIGN_OR_RETURN(const ClaimName name, ParseClaimName(request.claim().name(), "claim.name"));
  return Run<pb::ExpenseClaim>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::ExpenseClaim> {
        const store::ClaimScope scope = ClaimScopeOf(call);
        RETURN_IF_ERROR(
            store::LoadClaim(tx, name.budget, name.id, scope, store::Lock::kNo).status());
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), name.budget, store::Everything()));
        ASSIGN_OR_RETURN(const ExpenseClaim before,
                         claims_.Load(tx, name.budget, name.id, scope, store::Lock::kYes));
        RETURN_IF_ERROR(rpc::MatchEtag(request.claim().etag(), before.revision));
        pb::ExpenseClaim changed = ToProto(before);
        RETURN_IF_ERROR(
            rpc::ApplyMask(request.update_mask(), kChangeable, request.claim(), changed));
        Violations violations;
        ClaimFacts facts;
        ASSIGN_OR_RETURN(facts, ClaimFactsOf(desk, before, call.principal));
        facts.input.updated = ReadClaim(changed, before.currency, "claim", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(facts.role, ActingRole(RolesOn(call.principal, desk.budget(), before),
                                                kClaimWorkflow, ClaimAction::kUpdate));
        ASSIGN_OR_RETURN(const ClaimDecision decision,
                         Decide(facts, ClaimAction::kUpdate, facts.role));
        RETURN_IF_ERROR(claims_.Save(tx, decision.after, call.now));
        engine_.outbox().Append(tx, ClaimChanged(desk.who(), desk.place(), &before, decision.after,
                                                 {.action = decision.move->event,
                                                  .from = Name(decision.from),
                                                  .to = Name(decision.after.state)}));
        return AnswerWith(desk, decision.after, call.principal);
      });
}

absl::StatusOr<pb::ExpenseClaim> Api::TakeClaimStep(db::Tx& tx, rpc::Call& call,
                                                    const pb::MoveClaimRequest& request) {
  ASSIGN_OR_RETURN(const ClaimName name, ParseClaimName(request.name(), "name"));
  const ClaimAction action = *Parse<ClaimAction>(request.action());
  const store::ClaimScope scope = ClaimScopeOf(call);
  RETURN_IF_ERROR(store::LoadClaim(tx, name.budget, name.id, scope, store::Lock::kNo).status());
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), name.budget, store::Everything()));
  ASSIGN_OR_RETURN(const ExpenseClaim before,
                   claims_.Load(tx, name.budget, name.id, scope, store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
  ASSIGN_OR_RETURN(ClaimFacts facts, ClaimFactsOf(desk, before, call.principal));
  ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, request.on_behalf_of()));
  ASSIGN_OR_RETURN(facts.role, RoleFor(facts.actor, RolesOn(call.principal, desk.budget(), before),
                                       kClaimWorkflow, action));
  facts.input.note = request.note();
  facts.input.payment_reference = request.payment_reference();
  facts.input.payment_journal = DerivedId(desk.who().seed, 0);
  if (request.has_effective_date()) {
    facts.input.effective_date = rpc::FromProto(request.effective_date());
  }
  if (action == ClaimAction::kFailPayment && !facts.input.effective_date.has_value()) {
    ASSIGN_OR_RETURN(facts.input.effective_date, PaidOn(desk, before));
  }
  const Date day = facts.input.effective_date.value_or(before.mission_end_date);
  const money::Money total{.minor = TotalOf(before), .currency = before.currency};
  Cost cost;
  if (action == ClaimAction::kApprove && before.state == ClaimState::kCertified) {
    ASSIGN_OR_RETURN(cost, desk.CostOf(total, day));
    facts.input.control = cost.control;
  }
  ASSIGN_OR_RETURN(const ClaimDecision decision,
                   DecideFor(desk, facts, action, facts.role,
                             action == ClaimAction::kPay ? auth::Role::kAccountant
                                                         : auth::Role::kBudgetManager));
  std::optional<CommitmentDecision> settled;
  for (const MovementPlan& plan : decision.movements) {
    RETURN_IF_ERROR(CheckDate(desk, plan.effective_date, "", facts.role).status());
    ASSIGN_OR_RETURN(settled, SettleFor(desk, facts, plan));
  }
  if (decision.liquidates) {
    ASSIGN_OR_RETURN(settled, LiquidateFor(desk, facts, day, cost));
    RETURN_IF_ERROR(desk.Carry(settled->movements, "claims/" + before.id));
    KeepUse(desk, *settled);
  }
  RETURN_IF_ERROR(desk.Carry(decision.movements, request.payment_reference()));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  RETURN_IF_ERROR(SettleClaim(desk, facts, decision, settled, alerts));
  return AnswerWith(desk, decision.after, call.principal);
}

absl::StatusOr<pb::PostingReply> Api::ReverseApproval(Desk& desk, const rpc::Call& call,
                                                      const std::string& claim,
                                                      const CommitmentFacts& facts,
                                                      const std::string& reason) {
  ASSIGN_OR_RETURN(const ExpenseClaim before,
                   claims_.Load(desk.tx(), desk.budget().id, claim,
                                {.offices = store::Everything(), .person = ""}, store::Lock::kYes));
  ASSIGN_OR_RETURN(ClaimFacts each, ClaimFactsOf(desk, before, call.principal));
  each.role = Role::kAccountant;
  each.actor = facts.actor;
  each.input.note = reason;
  ASSIGN_OR_RETURN(const ClaimDecision decision,
                   Decide(each, ClaimAction::kReverseApproval, Role::kAccountant));
  ASSIGN_OR_RETURN(const CommitmentDecision back, TakeBack(desk, facts, reason));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  RETURN_IF_ERROR(SettleClaim(desk, each, decision, back, alerts));
  return Answer(desk, alerts);
}

absl::Status Api::SettleClaim(Desk& desk, const ClaimFacts& facts, const ClaimDecision& decision,
                              const std::optional<CommitmentDecision>& settled,
                              const std::vector<Alert>& alerts) {
  if (settled.has_value()) {
    SaveStep(desk, engine_.outbox(), facts.commitment, *settled, alerts);
  }
  RETURN_IF_ERROR(claims_.Save(desk.tx(), decision.after, facts.now));
  engine_.outbox().Append(desk.tx(),
                          ClaimChanged(desk.who(), desk.place(), &facts.claim, decision.after,
                                       {.action = decision.move->event,
                                        .from = Name(decision.from),
                                        .to = Name(decision.after.state)}));
  return absl::OkStatus();
}

absl::StatusOr<pb::ExpenseClaim> Api::MoveClaim(rpc::Call& call,
                                                const pb::MoveClaimRequest& request) {
  Violations violations;
  const auto action = Parse<ClaimAction>(request.action());
  violations.Require(action.has_value() && action != ClaimAction::kUpdate &&
                         action != ClaimAction::kReverseApproval,
                     "action",
                     "must be submit, certify, request_changes, decline, approve, pay or "
                     "payment_failed");
  CheckNote(request.note(), false, "note", violations);
  CheckLine(request.payment_reference(), false, "payment_reference", violations);
  ReadMaybeDate(request.has_effective_date(), request.effective_date(), "effective_date",
                violations);
  if (!request.on_behalf_of().empty()) {
    CheckName("people/*", request.on_behalf_of(), "on_behalf_of", violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::ExpenseClaim>(call, request, request.validate_only(),
                               [&](db::Tx& tx) { return TakeClaimStep(tx, call, request); });
}

}  // namespace jointly::budgets
