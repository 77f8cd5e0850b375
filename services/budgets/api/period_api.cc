#include "common/auth/cipher.h"
#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/api/statement_convert.h"
#include "services/budgets/domain/deadlines_of.h"
#include "services/budgets/store/change_store.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/statement_store.h"

// Lines and periods.
namespace jointly::budgets {
namespace {

pb::Period AnswerWith(Desk& desk, const BudgetBalance& balance, const Period& period,
                      const std::vector<Allowed<PeriodAction>>& allowed) {
  pb::Period message = ToProto(period);
  *message.mutable_totals() = ToProto(TotalOf(balance, period.id), 0, desk.budget().currency);
  AddAllowed(allowed, message);
  AddDeadlines(DeadlinesOf(period, desk.budget(), desk.who().now), message);
  return message;
}

absl::StatusOr<std::vector<Allowed<PeriodAction>>> AllowedOn(Desk& desk, const Period& period,
                                                             const auth::Principal& principal) {
  std::vector<Allowed<PeriodAction>> allowed;
  const std::vector<Role> roles = RolesOn(principal, desk.budget());
  if (roles.empty()) return allowed;
  ASSIGN_OR_RETURN(PeriodFacts facts, FactsOf(desk, period));
  facts.actor.hand = {.person = principal.name, .in_place_of = ""};
  for (const Role role : roles) {
    for (auto& row : AllowedActions(facts, role)) allowed.push_back(std::move(row));
  }
  return allowed;
}

// What the filter of lines names, already as it is stored.
struct LineFilter {
  std::string period;
  std::string category;
  std::string partner;
  std::string kind;
};

bool Matches(const LineFilter& filter, const LineKey& line) {
  const auto same = [](const std::string& wanted, std::string_view is) {
    return wanted.empty() || wanted == is;
  };
  return same(filter.period, line.period) && same(filter.category, line.category) &&
         same(filter.partner, line.partner) && same(filter.kind, Name(line.kind));
}

// `field = "value" AND ...` over four fields, compared in memory: a budget has few lines.
absl::StatusOr<LineFilter> ParseLineFilter(std::string_view text) {
  const rpc::ListSpec spec = {.columns = {{.field = "period", .sql = "period"},
                                          {.field = "category", .sql = "category"},
                                          {.field = "partner", .sql = "partner"},
                                          {.field = "kind", .sql = "kind"}},
                              .key_sql = "id",
                              .descending = false};
  // The grammar and its refusals are those of every list; the values come in the text's order.
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ParsePage(spec, {.page_size = 0, .page_token = "", .filter = text}, 1));
  LineFilter filter;
  std::size_t at = 0;
  for (const db::Value& value : page.parameters) {
    const auto* given = std::get_if<std::string>(&value.variant());
    const std::string number = "$" + std::to_string(++at);
    const auto names = [&](std::string_view column) {
      return page.where.find(std::string(column) + " = " + number) != std::string::npos;
    };
    if (given == nullptr) continue;
    const std::string last = given->substr(given->rfind('/') + 1);
    if (names("period")) filter.period = last;
    if (names("category")) filter.category = *given;
    if (names("partner")) filter.partner = *given;
    if (names("kind")) filter.kind = *given == "IN_KIND" ? "inkind" : "cash";
  }
  return filter;
}

constexpr int kLinesPage = 200;

}  // namespace

absl::StatusOr<pb::ListLinesResponse> Api::ListLines(rpc::Call& call,
                                                     const pb::ListLinesRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  ASSIGN_OR_RETURN(const LineFilter filter, ParseLineFilter(request.filter()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListLinesResponse> {
        ASSIGN_OR_RETURN(const Budget budget,
                         store::LoadBudget(tx, id, ScopeOf(call), store::Lock::kNo));
        ASSIGN_OR_RETURN(const auto sums,
                         store::LoadSums(tx, id, store::AsOf{}, store::Span::kAll));
        const BudgetBalance balance = BalanceOf(sums);
        const int size = request.page_size() <= 0 ? rpc::kPageSizeDefault
                                                  : std::min(request.page_size(), kLinesPage);
        pb::ListLinesResponse response;
        for (const auto& [line, part] : balance.lines) {
          if (!Matches(filter, line)) continue;
          pb::Line message = ToProto(line, part, id, budget.currency);
          // The token is the name of the last line: lines keep their order.
          if (!request.page_token().empty() && message.name() <= request.page_token()) continue;
          if (response.lines_size() == size) {
            response.set_next_page_token(response.lines(size - 1).name());
            break;
          }
          *response.add_lines() = std::move(message);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::ListPeriodsResponse> Api::ListPeriods(rpc::Call& call,
                                                         const pb::ListPeriodsRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListPeriodsResponse> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Look(tx, WhoOf(call), id, ScopeOf(call)));
        ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
        pb::ListPeriodsResponse response;
        for (const Period& period : desk.periods()) {
          ASSIGN_OR_RETURN(const auto allowed, AllowedOn(desk, period, call.principal));
          *response.add_periods() = AnswerWith(desk, balance, period, allowed);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::MovePeriodResponse> Api::MovePeriod(rpc::Call& call,
                                                       const pb::MovePeriodRequest& request) {
  const auto ids = rpc::ParseName("budgets/*/periods/*", request.name());
  Violations violations;
  violations.Require(ids.size() == 2, "name", "must look like budgets/{b}/periods/{p}");
  const auto action = Parse<PeriodAction>(request.action());
  violations.Require(action.has_value() && action != PeriodAction::kRemind, "action",
                     "must be open, soft_close, close, request_reopen or reopen");
  CheckNote(request.reason(), false, "reason", violations);
  const auto effective_date = ReadMaybeDate(request.has_effective_date(), request.effective_date(),
                                            "effective_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return Run<pb::MovePeriodResponse>(
      call, request, request.validate_only(),
      [&](db::Tx& tx) -> absl::StatusOr<pb::MovePeriodResponse> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), ids[0], ScopeOf(call)));
        ASSIGN_OR_RETURN(const Period before, desk.PeriodOf(ids[1]));
        RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), before.revision));
        ASSIGN_OR_RETURN(const Role role, ActingRole(RolesOn(call.principal, desk.budget()),
                                                     kPeriodWorkflow, *action));
        ASSIGN_OR_RETURN(PeriodFacts facts, FactsOf(desk, before));
        ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, ""));
        facts.input.reason = request.reason();
        facts.input.effective_date = effective_date;
        ASSIGN_OR_RETURN(PeriodDecision decision,
                         DecideFor(desk, facts, *action, role, auth::Role::kBudgetManager));
        return CarryOut(desk, facts, decision, call.principal);
      });
}

absl::StatusOr<pb::MovePeriodResponse> Api::CarryOut(Desk& desk, const PeriodFacts& facts,
                                                     PeriodDecision& decision,
                                                     const auth::Principal& principal) {
  db::Tx& tx = desk.tx();
  const bool closes =
      decision.after.state == PeriodState::kClosed && decision.from != PeriodState::kClosed;
  RETURN_IF_ERROR(desk.Carry(decision.movements));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  pb::MovePeriodResponse response;
  if (closes) RETURN_IF_ERROR(SettleClose(desk, facts, decision, response));
  if (decision.after.state == PeriodState::kReopened) {
    store::SetPeriodClosed(tx, desk.budget().id, decision.after.id, false);
  }
  if (decision.report.has_value()) store::SaveReport(tx, *decision.report);
  desk.Save(decision.after);
  SetTimers(desk, decision.timers);
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk.Balance());
  engine_.outbox().Append(tx, PeriodChanged(desk.who(), desk.place(), &facts.period, decision.after,
                                            {.action = decision.move->event,
                                             .from = Name(decision.from),
                                             .to = Name(decision.after.state),
                                             .note = decision.carry_over.rationale},
                                            &balance));
  response.set_carry_over_rationale(decision.carry_over.rationale);
  // What was carried to a period that is open already may be most of its line.
  engine_.TellAlerts(desk, alerts);
  ASSIGN_OR_RETURN(const auto allowed, AllowedOn(desk, decision.after, principal));
  *response.mutable_period() = AnswerWith(desk, balance, decision.after, allowed);
  for (const Journal& journal : desk.journals()) {
    *response.add_journals() = JournalToProto(journal, "");
  }
  return response;
}

// The approved one is posted, and what was refused is given back, as far as the close does so.
absl::Status Api::SettleCarryOvers(Desk& desk, const PeriodFacts& facts,
                                   const CarryOverJudgement& close) {
  std::vector<CarryOver> carry_overs = facts.refused;
  if (facts.carry_over.has_value()) carry_overs.push_back(*facts.carry_over);
  for (const CarryOver& before : carry_overs) {
    const auto action = SettledBy(before, close);
    if (!action.has_value()) continue;
    ASSIGN_OR_RETURN(const CarryOverDecision settled,
                     Decide(CarryOverFactsOf{.budget = facts.budget,
                                             .from = facts.period,
                                             .to = facts.next,
                                             .carry_over = before,
                                             .other = std::nullopt,
                                             .leftovers = facts.leftovers,
                                             .judgement = close,
                                             .now = facts.now,
                                             .actor = facts.actor},
                            *action, Role::kAccountant));
    store::SaveCarryOver(desk.tx(), settled.after);
    engine_.outbox().Append(desk.tx(),
                            CarryOverChanged(desk.who(), desk.place(), &before, settled.after,
                                             {.action = settled.move->event,
                                              .from = Name(settled.from),
                                              .to = Name(settled.after.state)}));
  }
  return absl::OkStatus();
}

absl::Status Api::SettleClose(Desk& desk, const PeriodFacts& facts, PeriodDecision& decision,
                              pb::MovePeriodResponse& response) {
  db::Tx& tx = desk.tx();
  const Budget& budget = desk.budget();
  // Commitments go along in the decision's own words.
  for (const Commitment& before : facts.open_commitments) {
    CommitmentFacts each;
    each.budget = budget;
    each.period = facts.period;
    each.commitment = before;
    each.now = facts.now;
    each.role = Role::kAccountant;
    each.input.to_period = facts.next->id;
    ASSIGN_OR_RETURN(const CommitmentDecision carried,
                     Decide(each, CommitmentAction::kCarry, Role::kAccountant));
    store::SaveCommitment(tx, carried.after);
    engine_.outbox().Append(tx, CommitmentChanged(desk.who(), desk.place(), &before, carried.after,
                                                  {.action = carried.move->event,
                                                   .from = Name(carried.from),
                                                   .to = Name(carried.after.state)},
                                                  {}));
    *response.add_carried() = ToProto(carried.after, budget.currency);
  }
  RETURN_IF_ERROR(SettleCarryOvers(desk, facts, decision.carry_over));
  // The digest is that of the statement that anybody can print again at this sequence.
  ASSIGN_OR_RETURN(const StatementInput input, store::LoadStatement(tx, budget, desk.periods(),
                                                                    {.as_of_sequence = 0,
                                                                     .as_of_date = {},
                                                                     .calendar = Calendar::kBudget,
                                                                     .period = decision.after.id}));
  ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
  decision.after.digest = statement.content_hash;
  decision.after.closing_sequence = statement.as_of_sequence;
  decision.after.digest_signature = auth::Base64UrlEncode(
      sign_(NameIn(budget.id, "periods", decision.after.id) + "\n" +
            std::to_string(decision.after.closing_sequence) + "\n" + decision.after.digest));
  store::SetPeriodClosed(tx, budget.id, decision.after.id, true);
  return absl::OkStatus();
}

}  // namespace jointly::budgets
