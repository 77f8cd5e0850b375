#include "services/mobility/domain/application_workflow.h"

#include <gtest/gtest.h>

#include <set>

#include "services/mobility/domain/decide.h"
#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;

constexpr Role kRoles[] = {Role::kStudent, Role::kHomeOffice, Role::kHostOffice, Role::kTimer};

std::vector<ApplicationState> AllStates() {
  std::vector<ApplicationState> states;
  for (int i = 1; i <= static_cast<int>(ApplicationState::kNominated); ++i) {
    states.push_back(static_cast<ApplicationState>(i));
  }
  return states;
}

std::vector<ApplicationAction> AllActions() {
  std::vector<ApplicationAction> actions;
  for (int i = 0; i <= static_cast<int>(ApplicationAction::kNominate); ++i) {
    actions.push_back(static_cast<ApplicationAction>(i));
  }
  return actions;
}

// Each row takes a sound case in its state; "late" ones are beyond the state's time.
void CheckMoves(std::string_view table) {
  for (const Row& row : Table(table)) {
    SCOPED_TRACE(row.text());
    const auto state = ParseApplicationState(row["from"]);
    const auto action = ParseApplicationAction(row["action"]);
    const auto role = ParseRole(row["by"]);
    ASSERT_TRUE(state.has_value() && action.has_value() && role.has_value());
    const ApplicationFacts facts =
        row["when"] == "late" ? sample::Overdue(*state) : sample::In(*state);
    EXPECT_EQ(sample::ResultOf(facts, *action, *role), row["result"]);
  }
}

TEST(ApplicationWorkflow, AnswersEveryStepUpToTheRanking) {
  CheckMoves(R"(
    from            action                    by           when     result
    draft           update                    student      in time  draft
    draft           submit                    student      in time  submitted
    draft           submit                    student      late     G1
    draft           submit                    home_office  in time  WRONG_ROLE
    draft           withdraw                  student      in time  withdrawn
    draft           nominate                  home_office  in time  ILLEGAL_MOVE
    submitted       update                    student      in time  ILLEGAL_MOVE
    submitted       submit                    student      in time  ILLEGAL_MOVE
    submitted       find_eligible             home_office  in time  eligible
    submitted       find_eligible             host_office  in time  WRONG_ROLE
    submitted       find_eligible             student      in time  WRONG_ROLE
    submitted       find_ineligible           home_office  in time  ineligible
    submitted       find_incomplete           home_office  in time  incomplete
    submitted       withdraw                  student      in time  withdrawn
    submitted       score                     home_office  in time  ILLEGAL_MOVE
    incomplete      update                    student      in time  incomplete
    incomplete      resubmit                  student      in time  submitted
    incomplete      resubmit                  student      late     COMPLETION_TIME
    incomplete      submit                    student      in time  ILLEGAL_MOVE
    incomplete      find_ineligible           home_office  in time  COMPLETION_TIME_OVER
    incomplete      find_ineligible           home_office  late     ineligible
    incomplete      withdraw                  student      in time  withdrawn
    eligible        score                     home_office  in time  ranked
    eligible        offer                     home_office  in time  ILLEGAL_MOVE
    eligible        withdraw                  student      in time  withdrawn
    ineligible      appeal                    student      in time  appealed
    ineligible      appeal                    student      late     APPEAL_TIME
    ineligible      score                     home_office  in time  ILLEGAL_MOVE
  )");
}

TEST(ApplicationWorkflow, AnswersEveryStepFromTheRankingOn) {
  CheckMoves(R"(
    from            action                    by           when     result
    ranked          score                     home_office  in time  ranked
    ranked          offer                     home_office  in time  offered
    ranked          offer                     student      in time  WRONG_ROLE
    ranked          waitlist                  home_office  in time  waitlisted
    ranked          reject                    home_office  in time  rejected
    ranked          promote                   timer        in time  ILLEGAL_MOVE
    ranked          withdraw                  student      in time  withdrawn
    waitlisted      promote                   timer        in time  offered
    waitlisted      promote                   home_office  in time  WRONG_ROLE
    waitlisted      offer                     home_office  in time  offered
    waitlisted      reject                    home_office  in time  rejected
    waitlisted      withdraw                  student      in time  withdrawn
    offered         accept                    student      in time  confirmed
    offered         accept                    student      late     OFFER_STANDS
    offered         accept                    home_office  in time  WRONG_ROLE
    offered         decline                   student      in time  declined
    offered         decline                   student      late     declined
    offered         expire                    timer        in time  OFFER_OVER
    offered         expire                    timer        late     expired
    offered         expire                    student      late     WRONG_ROLE
    offered         offer                     home_office  in time  ILLEGAL_MOVE
    offered         withdraw                  student      in time  withdrawn
    rejected        appeal                    student      in time  appealed
    rejected        appeal                    student      late     APPEAL_TIME
    rejected        offer                     home_office  in time  ILLEGAL_MOVE
    appealed        grant_appeal_to_ranked    home_office  in time  ranked
    appealed        grant_appeal_to_eligible  home_office  in time  INELIGIBILITY_APPEALED
    appealed        grant_appeal_to_ranked    student      in time  WRONG_ROLE
    appealed        refuse_appeal             home_office  in time  rejected_final
    appealed        withdraw                  student      in time  withdrawn
    confirmed       accept                    student      in time  ILLEGAL_MOVE
    confirmed       expire                    timer        late     ILLEGAL_MOVE
    confirmed       nominate                  home_office  in time  nominated
    confirmed       nominate                  home_office  late     G11
    confirmed       nominate                  host_office  in time  WRONG_ROLE
    confirmed       withdraw                  student      in time  withdrawn
    nominated       nominate                  home_office  in time  ILLEGAL_MOVE
    nominated       withdraw                  student      in time  withdrawn
    nominated       withdraw                  student      late     NO_LIVE_MOBILITY
    declined        accept                    student      in time  ILLEGAL_MOVE
    expired         accept                    student      in time  ILLEGAL_MOVE
    withdrawn       submit                    student      in time  ILLEGAL_MOVE
    rejected_final  appeal                    student      in time  ILLEGAL_MOVE
  )");
}

// Whatever the table does not list is refused: for all states, actions and roles.
TEST(ApplicationWorkflow, RefusesWhatItDoesNotList) {
  int open = 0;
  for (const ApplicationState state : AllStates()) {
    for (const ApplicationAction action : AllActions()) {
      const ApplicationMove* move = workflow::Find(kApplicationWorkflow, state, action);
      for (const Role role : kRoles) {
        const std::string result = sample::ResultOf(sample::In(state), action, role);
        SCOPED_TRACE(std::string(Name(state)) + " " + std::string(Name(action)) + " " +
                     std::string(Name(role)) + " -> " + result);
        if (move == nullptr) {
          EXPECT_EQ(result, "ILLEGAL_MOVE");
        } else if (!move->by.Has(role)) {
          EXPECT_EQ(result, "WRONG_ROLE");
        } else {
          EXPECT_NE(result, "ILLEGAL_MOVE");
          EXPECT_NE(result, "WRONG_ROLE");
          ++open;
        }
      }
    }
  }
  EXPECT_EQ(open, 37) << "steps that somebody may take";
}

TEST(ApplicationWorkflow, HasNoMoveOutOfItsEnds) {
  for (const ApplicationState state : AllStates()) {
    bool ends = true;
    for (const auto& move : kApplicationWorkflow) ends = ends && !move.from.Has(state);
    EXPECT_EQ(ends, !IsLive(state)) << Name(state);
  }
}

// The names that consumers know: those of mobility_events.proto.
TEST(ApplicationWorkflow, TellsOfEventsThatTheContractNames) {
  const std::set<std::string_view> contract = {
      "created",          "updated",   "submitted", "resubmitted",      "found_eligible",
      "found_ineligible", "offered",   "promoted",  "found_incomplete", "scored",
      "waitlisted",       "rejected",  "accepted",  "declined",         "expired",
      "appealed",         "withdrawn", "nominated", "appeal_granted",   "appeal_refused"};
  std::set<std::string_view> told = {"created"};
  for (const auto& move : kApplicationWorkflow) told.insert(move.event);
  EXPECT_EQ(told, contract);
}

TEST(ApplicationWorkflow, IsDrawn) {
  const std::string diagram = workflow::Diagram("draft", ApplicationEdges());
  EXPECT_TRUE(
      diagram.starts_with("stateDiagram-v2\n  [*] --> draft\n  draft --> submitted : submit\n"))
      << diagram;
  EXPECT_NE(diagram.find("  waitlisted --> offered : promote\n"), std::string::npos);
  EXPECT_EQ(diagram.find("draft --> draft"), std::string::npos) << "self-moves are left out";
  std::set<std::string> lines;
  for (const auto& edge : ApplicationEdges()) {
    EXPECT_TRUE(lines.insert(edge.from + ">" + edge.to + ":" + edge.label).second);
  }
  EXPECT_EQ(lines.size(), 34u);
}

}  // namespace
}  // namespace jointly::mobility
