#include <algorithm>
#include <utility>

#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/api/take_over.h"
#include "services/budgets/store/replica_store.h"

// A budget that runs elsewhere is taken over as it stands: a draft first, which another person
// approves as any other (B14); its activation then opens the periods that have begun, posts the
// lines with what was spent and paid, and reserves the open commitments, asked for by who submitted
// the budget and approved by who approved it.
namespace jointly::budgets {
namespace {

struct ImportFacts {
  Budget budget;
  std::vector<Period> periods;
};

absl::StatusOr<ImportFacts> ReadImport(const pb::ImportBudgetRequest& request, IdSource& ids) {
  Violations violations;
  ImportFacts facts;
  facts.budget = ReadBudget(request.budget(), "budget", violations);
  const std::string& name = request.budget().name();
  const auto given = rpc::ParseName("budgets/*", name);
  violations.Require(name.empty() || given.size() == 1, "budget.name", "must be budgets/{id}");
  facts.budget.id = given.size() == 1 ? given.front() : ids.Next();
  facts.periods = ReadPeriods(request.periods(), facts.budget, violations);
  violations.Require(!request.lines_csv().empty(), "lines_csv", "is required");
  RETURN_IF_ERROR(violations.ToStatus());
  std::sort(facts.periods.begin(), facts.periods.end(),
            [](const Period& a, const Period& b) { return a.start_date < b.start_date; });
  return facts;
}

// What submission and activation would refuse is refused now.
absl::Status CheckGuards(db::Tx& tx, const ImportFacts& imported, const Hand& hand, Date today,
                         Time now) {
  BudgetFacts facts;
  facts.budget = imported.budget;
  facts.periods = imported.periods;
  facts.now = now;
  facts.actor = {.hand = hand, .able = {}, .delegations = {}, .today = today};
  facts.input.effective_date = today;
  ASSIGN_OR_RETURN(facts.unknown_partners,
                   store::UnknownInstitutions(tx, imported.budget.partners));
  ASSIGN_OR_RETURN(BudgetDecision submitted, Decide(facts, BudgetAction::kSubmit, Role::kManager));
  facts.budget = std::move(submitted.after);
  facts.budget.state = BudgetState::kApproved;
  return Decide(facts, BudgetAction::kActivate, Role::kManager).status();
}

void AddBadRows(const Opening& opening, pb::ImportBudgetResponse& response) {
  for (const BadRow& row : opening.bad_rows) {
    pb::BadRow& added = *response.add_bad_rows();
    added.set_file(row.file);
    added.set_row(row.row);
    added.set_column(row.column);
    added.set_problem(row.problem);
  }
}

}  // namespace

absl::StatusOr<pb::ImportBudgetResponse> Api::ImportBudget(rpc::Call& call,
                                                           const pb::ImportBudgetRequest& request) {
  ASSIGN_OR_RETURN(const ImportFacts facts, ReadImport(request, ids_));
  RETURN_IF_ERROR(
      RequireRole(RolesOn(call.principal, facts.budget), {Role::kManager}, "import").status());
  return Run<pb::ImportBudgetResponse>(
      call, request, request.validate_only(),
      [&](db::Tx& tx) -> absl::StatusOr<pb::ImportBudgetResponse> {
        const Who who = WhoOf(call);
        const Hand hand{.person = call.principal.name, .in_place_of = ""};
        ASSIGN_OR_RETURN(const CivilTime here, ToCivil(call.now, facts.budget.time_zone));
        RETURN_IF_ERROR(CheckGuards(tx, facts, hand, here.date, call.now));
        Budget draft = facts.budget;
        draft.requester = hand;
        draft.create_time = draft.update_time = call.now;
        draft.revision = 1;
        store::CreateLedger(tx, draft.id, draft.currency.code);
        store::InsertBudget(tx, draft);
        for (const Period& period : facts.periods) store::SavePeriod(tx, period);
        const store::OpeningFiles files{request.lines_csv(), request.commitments_csv()};
        store::SaveOpening(tx, draft.id, files);
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, who, draft.id, store::Everything()));
        const TakeOver opening = ReadTakeOver(desk, files);
        pb::ImportBudgetResponse response;
        AddBadRows(opening.opening, response);
        if (!opening.opening.bad_rows.empty()) {
          // A rehearsal lists them; a real import is refused with the same list.
          if (request.validate_only()) return response;
          return RefuseBadRows(opening.opening);
        }
        engine_.outbox().Append(
            tx,
            BudgetChanged(who, nullptr, draft,
                          {.action = "created", .from = "", .to = Name(draft.state)}, {}, nullptr));
        ASSIGN_OR_RETURN(*response.mutable_budget(), AnswerBudget(desk, call.principal));
        return response;
      });
}

}  // namespace jointly::budgets
