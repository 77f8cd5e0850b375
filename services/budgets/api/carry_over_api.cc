#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/store/change_store.h"

// Carry-overs. What the close of a period does with them is in period_api.cc.
namespace jointly::budgets {
namespace {

// A filter names a period as the document does; the column has its bare id.
std::string LastPart(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

const rpc::ListSpec& CarryOverList() {
  static const rpc::ListSpec spec = {
      .columns = {{.field = "state", .sql = "carry_over.state", .map = &LowerCase},
                  {.field = "from_period", .sql = "carry_over.from_period", .map = &LastPart}},
      .key_sql = "carry_over.id",
      .descending = false};
  return spec;
}

absl::StatusOr<CarryOverFactsOf> CarryFactsOf(Desk& desk, const CarryOver& carry_over) {
  CarryOverFactsOf facts;
  facts.budget = desk.budget();
  ASSIGN_OR_RETURN(facts.from, desk.PeriodOf(carry_over.from_period));
  if (const Period* next = desk.PeriodAfter(carry_over.from_period)) facts.to = *next;
  facts.carry_over = carry_over;
  ASSIGN_OR_RETURN(const std::vector<CarryOver> all,
                   store::CarryOversFrom(desk.tx(), carry_over.budget, carry_over.from_period,
                                         store::Lock::kNo));
  for (const CarryOver& other : all) {
    const bool stands =
        other.state == CarryOverState::kProposed || other.state == CarryOverState::kApproved;
    if (stands && other.id != carry_over.id) facts.other = other;
  }
  ASSIGN_OR_RETURN(facts.leftovers, desk.Leftovers(carry_over.from_period));
  facts.now = desk.who().now;
  facts.actor.today = desk.today();
  return facts;
}

absl::StatusOr<pb::CarryOver> AnswerWith(Desk& desk, const CarryOver& carry_over,
                                         const auth::Principal& principal) {
  pb::CarryOver message = ToProto(carry_over, desk.budget().currency);
  ASSIGN_OR_RETURN(CarryOverFactsOf facts, CarryFactsOf(desk, carry_over));
  facts.actor.hand = {.person = principal.name, .in_place_of = ""};
  for (const Role role : RolesOn(principal, desk.budget())) {
    AddAllowed(AllowedActions(facts, role), message);
  }
  return message;
}

// The last part of "budgets/b/periods/p", checked.
std::string PeriodIn(const std::string& name, const Budget& budget, const std::string& path,
                     Violations& violations) {
  const auto ids = rpc::ParseName("budgets/*/periods/*", name);
  if (violations.Require(ids.size() == 2 && ids[0] == budget.id, path,
                         "must be a period of the budget")) {
    return ids[1];
  }
  return "";
}

CarryOver ReadCarryOver(const pb::CarryOver& message, const Budget& budget,
                        Violations& violations) {
  CarryOver carry_over;
  carry_over.budget = budget.id;
  carry_over.from_period =
      PeriodIn(message.from_period(), budget, "carry_over.from_period", violations);
  carry_over.to_period = PeriodIn(message.to_period(), budget, "carry_over.to_period", violations);
  CheckNote(message.reason(), false, "carry_over.reason", violations);
  carry_over.reason = message.reason();
  violations.Require(message.lines_size() <= static_cast<int>(kRowsMax), "carry_over.lines",
                     "has more than 200 rows");
  for (int i = 0; i < message.lines_size(); ++i) {
    const std::string at = "carry_over.lines[" + std::to_string(i) + "]";
    const LineKey line = ReadLine(message.lines(i).line(), budget, at + ".line", violations);
    violations.Require(line.period == carry_over.from_period, at + ".line.period",
                       "must be the from_period");
    const bool again =
        std::any_of(carry_over.lines.begin(), carry_over.lines.end(),
                    [&](const Reallocation& earlier) { return earlier.line == line; });
    violations.Require(!again, at + ".line", "was named before");
    carry_over.lines.push_back({line, ReadAmountIn(message.lines(i).change(), budget.currency,
                                                   Sign::kPositive, at + ".change", violations)});
  }
  return carry_over;
}

}  // namespace

absl::StatusOr<pb::CarryOver> Api::CreateCarryOver(rpc::Call& call,
                                                   const pb::CreateCarryOverRequest& request) {
  ASSIGN_OR_RETURN(const std::string budget, rpc::IdOf("budgets", request.parent(), "parent"));
  return Run<pb::CarryOver>(
      call, request, request.validate_only(), [&](db::Tx& tx) -> absl::StatusOr<pb::CarryOver> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), budget, ScopeOf(call)));
        RETURN_IF_ERROR(
            RequireRole(RolesOn(call.principal, desk.budget()), Role::kManager, "create").status());
        Violations violations;
        CarryOver carry_over = ReadCarryOver(request.carry_over(), desk.budget(), violations);
        RETURN_IF_ERROR(violations.ToStatus());
        carry_over.id = ids_.Next();
        carry_over.requester = {.person = call.principal.name, .in_place_of = ""};
        carry_over.create_time = carry_over.update_time = call.now;
        carry_over.revision = 1;
        ASSIGN_OR_RETURN(const CarryOverFactsOf facts, CarryFactsOf(desk, carry_over));
        RETURN_IF_ERROR(CheckProposal(facts));
        if (carry_over.lines.empty()) {
          for (const Leftover& leftover : facts.leftovers) {
            if (leftover.available > 0) {
              carry_over.lines.push_back({leftover.line, leftover.available});
            }
          }
        }
        store::SaveCarryOver(tx, carry_over);
        engine_.outbox().Append(
            tx, CarryOverChanged(desk.who(), desk.place(), nullptr, carry_over,
                                 {.action = "created", .from = "", .to = Name(carry_over.state)}));
        return AnswerWith(desk, carry_over, call.principal);
      });
}

absl::StatusOr<pb::CarryOver> Api::GetCarryOver(rpc::Call& call,
                                                const pb::GetCarryOverRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/carryOvers/*", request.name());
  Violations violations;
  violations.Require(ids.size() == 2, "name", "must look like budgets/{b}/carryOvers/{c}");
  RETURN_IF_ERROR(violations.ToStatus());
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::CarryOver> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Look(tx, WhoOf(call), ids[0], ScopeOf(call)));
        ASSIGN_OR_RETURN(const CarryOver carry_over,
                         store::LoadCarryOver(tx, ids[0], ids[1], store::Lock::kNo));
        return AnswerWith(desk, carry_over, call.principal);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListCarryOversResponse> Api::ListCarryOvers(
    rpc::Call& call, const pb::ListCarryOversRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(CarryOverList(),
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = request.filter()},
                                                        store::kCarryOverParameters + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListCarryOversResponse> {
        ASSIGN_OR_RETURN(const Budget budget,
                         store::LoadBudget(tx, id, ScopeOf(call), store::Lock::kNo));
        ASSIGN_OR_RETURN(std::vector<CarryOver> rows,
                         store::ListCarryOvers(tx, id,
                                               {.where = page.where,
                                                .order_and_limit = page.order_and_limit,
                                                .parameters = page.parameters}));
        pb::ListCarryOversResponse response;
        const bool more = rows.size() > static_cast<std::size_t>(page.size);
        if (more) rows.resize(static_cast<std::size_t>(page.size));
        for (const CarryOver& row : rows) {
          *response.add_carry_overs() = ToProto(row, budget.currency);
        }
        if (more) response.set_next_page_token(rpc::NextPageToken(page, rows.back().id));
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::CarryOver> Api::TakeCarryOverStep(db::Tx& tx, rpc::Call& call,
                                                     const pb::MoveCarryOverRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/carryOvers/*", request.name());
  const CarryOverAction action = *Parse<CarryOverAction>(request.action());
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), ids[0], ScopeOf(call)));
  ASSIGN_OR_RETURN(const CarryOver before,
                   store::LoadCarryOver(tx, ids[0], ids[1], store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
  ASSIGN_OR_RETURN(CarryOverFactsOf facts, CarryFactsOf(desk, before));
  ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, request.on_behalf_of()));
  ASSIGN_OR_RETURN(const Role role, RoleFor(facts.actor, RolesOn(call.principal, desk.budget()),
                                            kCarryOverWorkflow, action));
  ASSIGN_OR_RETURN(const CarryOverDecision decision,
                   DecideFor(desk, facts, action, role, auth::Role::kBudgetManager));
  store::SaveCarryOver(tx, decision.after);
  engine_.outbox().Append(tx, CarryOverChanged(desk.who(), desk.place(), &before, decision.after,
                                               {.action = decision.move->event,
                                                .from = Name(decision.from),
                                                .to = Name(decision.after.state)}));
  return AnswerWith(desk, decision.after, call.principal);
}

absl::StatusOr<pb::CarryOver> Api::MoveCarryOver(rpc::Call& call,
                                                 const pb::MoveCarryOverRequest& request) {
  Violations violations;
  violations.Require(rpc::ParseName("budgets/*/carryOvers/*", request.name()).size() == 2, "name",
                     "must look like budgets/{b}/carryOvers/{c}");
  const auto action = Parse<CarryOverAction>(request.action());
  violations.Require(action == CarryOverAction::kApprove || action == CarryOverAction::kRefuse,
                     "action", "must be approve or refuse");
  if (!request.on_behalf_of().empty()) {
    CheckName("people/*", request.on_behalf_of(), "on_behalf_of", violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::CarryOver>(call, request, request.validate_only(),
                            [&](db::Tx& tx) { return TakeCarryOverStep(tx, call, request); });
}

}  // namespace jointly::budgets
