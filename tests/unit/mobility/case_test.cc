#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "services/mobility/domain/decide.h"
#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;
using testing::HasSubstr;

constexpr Role kRoles[] = {Role::kStudent, Role::kHomeOffice, Role::kHostOffice, Role::kTimer};

TEST(MobilityWorkflow, AnswersEveryStep) {
  for (const Row& row : Table(R"(
           from                   action     by             result
           nominated              approve    host_office    approved
           nominated              approve    home_office    WRONG_ROLE
           nominated              approve    student        WRONG_ROLE
           nominated              reject     host_office    nomination_rejected
           nominated              reject     home_office    WRONG_ROLE
           nominated              correct    home_office    ILLEGAL_MOVE
           nominated              cancel     home_office    cancelled
           nominated              cancel     host_office    WRONG_ROLE
           nominated              cancel     student        WRONG_ROLE
           approved               approve    host_office    ILLEGAL_MOVE
           approved               reject     host_office    ILLEGAL_MOVE
           approved               correct    home_office    ILLEGAL_MOVE
           approved               cancel     home_office    cancelled
           nomination_rejected    approve    host_office    ILLEGAL_MOVE
           nomination_rejected    reject     host_office    ILLEGAL_MOVE
           nomination_rejected    correct    home_office    nominated
           nomination_rejected    correct    host_office    WRONG_ROLE
           nomination_rejected    cancel     home_office    cancelled
           cancelled              approve    host_office    ILLEGAL_MOVE
           cancelled              correct    home_office    ILLEGAL_MOVE
           cancelled              cancel     home_office    ILLEGAL_MOVE
           approved               fund             timer          approved
           approved               fund             host_office    WRONG_ROLE
           nominated              fund             timer          ILLEGAL_MOVE
           cancelled              fund             timer          ILLEGAL_MOVE
           approved               refuse_funding   timer          approved
           cancelled              refuse_funding   timer          ILLEGAL_MOVE
           approved               release_funding  timer          approved
           cancelled              release_funding  timer          cancelled
       )")) {
    SCOPED_TRACE(row.text());
    EXPECT_EQ(sample::ResultOf(sample::In(*ParseMobilityState(row["from"])),
                               *ParseMobilityAction(row["action"]), *ParseRole(row["by"])),
              row["result"]);
  }
}

TEST(MobilityWorkflow, TellsOfEventsThatTheContractNames) {
  std::set<std::string_view> told = {"nominated"};
  for (const auto& move : kMobilityWorkflow) told.insert(move.event);
  EXPECT_EQ(told, (std::set<std::string_view>{"nominated", "approved", "rejected", "corrected",
                                              "cancelled", "funded", "unfunded", "funding_released",
                                              "funding_requested"}));
  EXPECT_EQ(workflow::Diagram("nominated", MobilityEdges()),
            "stateDiagram-v2\n"
            "  [*] --> nominated\n"
            "  nominated --> approved : approve\n"
            "  nominated --> nomination_rejected : reject\n"
            "  nomination_rejected --> nominated : correct\n"
            "  nominated --> cancelled : cancel\n"
            "  approved --> cancelled : cancel\n"
            "  nomination_rejected --> cancelled : cancel\n");
}

// G12: an approval never covers a proposal that was corrected meanwhile.
TEST(Proposal, ThatIsNotCurrentIsAConflict) {
  for (const MobilityAction action : {MobilityAction::kApprove, MobilityAction::kReject}) {
    MobilityFacts facts = sample::In(MobilityState::kNominated);
    facts.input.proposal_id = "proposal-0";
    const auto status = Decide(facts, action, Role::kHostOffice).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(ReasonOf(status), "STALE_PROPOSAL");
    EXPECT_THAT(MessageOf(status), HasSubstr("given proposal-0, current proposal-1"));
  }
}

TEST(Mobility, AsksForItsInputs) {
  for (const Row& row : Table(R"(
           state        action     by             without
           nominated    approve    host_office    proposal_id
           nominated    reject     host_office    proposal_id
           nominated    reject     host_office    comment
           nominated    cancel     home_office    reason
       )")) {
    SCOPED_TRACE(row.text());
    MobilityFacts facts = sample::In(*ParseMobilityState(row["state"]));
    if (row["without"] == "proposal_id") facts.input.proposal_id.clear();
    if (row["without"] == "comment") facts.input.comment.clear();
    if (row["without"] == "reason") facts.input.reason.clear();
    const auto status =
        Decide(facts, *ParseMobilityAction(row["action"]), *ParseRole(row["by"])).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "MISSING_INPUT");
  }
}

TEST(Mobility, AsksForItsGrantWhenTheCallNamesAFunding) {
  MobilityFacts facts = sample::In(MobilityState::kNominated);
  auto decision = Decide(facts, MobilityAction::kApprove, Role::kHostOffice);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->after.funding.state, FundingState::kNone);
  facts.call.funding_reference = "grenoble-unit";
  decision = Decide(facts, MobilityAction::kApprove, Role::kHostOffice);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->after.funding.state, FundingState::kRequested);
  EXPECT_EQ(decision->after.funding.reference, "grenoble-unit");

  MobilityFacts asked = sample::In(MobilityState::kApproved);
  asked.mobility.funding = decision->after.funding;
  asked.input.funding = {.state = FundingState::kUnfunded, .reason = "AMOUNT_NOT_AVAILABLE"};
  decision = Decide(asked, MobilityAction::kRefuseFunding, Role::kTimer);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->after.funding.state, FundingState::kUnfunded);
  EXPECT_EQ(decision->after.funding.reference, "grenoble-unit");
  EXPECT_EQ(decision->after.funding.reason, "AMOUNT_NOT_AVAILABLE");
}

TEST(Mobility, CancelledGivesItsPlaceToTheWaitingList) {
  MobilityFacts facts = sample::In(MobilityState::kApproved);
  facts.mobility.places = 2;
  const auto decision = Decide(facts, MobilityAction::kCancel, Role::kHomeOffice);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->after.cancel_reason, "The student has other plans.");
  EXPECT_EQ(decision->promote_quota, "quota-1");
  ASSERT_EQ(decision->quota.size(), 1u);
  EXPECT_EQ(decision->quota[0].kind, QuotaCommandKind::kRelease);
  EXPECT_EQ(decision->quota[0].application, "application-1");
  EXPECT_EQ(decision->quota[0].places, 2);
  EXPECT_EQ(decision->after.revision, 3);
}

TEST(Mobility, CorrectedHasANewProposalAndKeepsItsNominee) {
  MobilityFacts facts = sample::In(MobilityState::kNominationRejected);
  auto decision = Decide(facts, MobilityAction::kCorrect, Role::kHomeOffice);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->after.proposal_id, "proposal-2");
  EXPECT_EQ(decision->after.nominee->email, "fictional@example.org");
  EXPECT_EQ(decision->after.student, facts.mobility.student);

  facts.input.nominee = sample::CompleteNominee();
  facts.input.nominee->email = "corrected@example.org";
  decision = Decide(facts, MobilityAction::kCorrect, Role::kHomeOffice);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->after.nominee->email, "corrected@example.org");

  facts.input.nominee->email.clear();
  EXPECT_EQ(sample::ResultOf(facts, MobilityAction::kCorrect, Role::kHomeOffice), "G11");
  facts.input.nominee.reset();
  facts.now = sample::At("2025-03-15T09:00:00Z");
  EXPECT_EQ(sample::ResultOf(facts, MobilityAction::kCorrect, Role::kHomeOffice), "G11");
}

TEST(Mobility, AllowsEachOfficeItsSteps) {
  const auto host = AllowedActions(sample::In(MobilityState::kNominated), Role::kHostOffice);
  ASSERT_EQ(host.size(), 2u);
  EXPECT_TRUE(host[0].ready() && host[1].ready());
  MobilityFacts late = sample::In(MobilityState::kNominationRejected);
  late.now = sample::At("2025-03-15T09:00:00Z");
  const auto home = AllowedActions(late, Role::kHomeOffice);
  ASSERT_EQ(home.size(), 2u);
  EXPECT_EQ(Name(home[0].action), "correct");
  EXPECT_FALSE(home[0].ready());
  EXPECT_TRUE(AllowedActions(late, Role::kStudent).empty());
}

TEST(CallWorkflow, AnswersEveryStep) {
  for (const Row& row : Table(R"(
           from         action     by             result
           draft        update     home_office    draft
           draft        publish    home_office    published
           draft        publish    host_office    WRONG_ROLE
           draft        cancel     home_office    cancelled
           published    update     home_office    published
           published    publish    home_office    ILLEGAL_MOVE
           published    cancel     home_office    cancelled
           published    cancel     student        WRONG_ROLE
           cancelled    update     home_office    ILLEGAL_MOVE
           cancelled    publish    home_office    ILLEGAL_MOVE
           cancelled    cancel     home_office    ILLEGAL_MOVE
       )")) {
    SCOPED_TRACE(row.text());
    const CallFacts facts = sample::In(*ParseCallState(row["from"]));
    CallAction action = CallAction::kUpdate;
    if (row["action"] == "publish") action = CallAction::kPublish;
    if (row["action"] == "cancel") action = CallAction::kCancel;
    EXPECT_EQ(sample::ResultOf(facts, action, *ParseRole(row["by"])), row["result"]);
  }
}

TEST(CallWorkflow, OpensToTheHomeOfficeOnly) {
  for (const CallState state : {CallState::kDraft, CallState::kPublished, CallState::kCancelled}) {
    for (const Role role : kRoles) {
      const std::size_t expected = role != Role::kHomeOffice        ? 0
                                   : state == CallState::kDraft     ? 3
                                   : state == CallState::kPublished ? 2
                                                                    : 0;
      EXPECT_EQ(OpenActions(state, role).size(), expected);
      EXPECT_EQ(AllowedActions(sample::In(state), role).size(), expected);
    }
  }
}

TEST(Call, IsPublishedUnderAnAgreementInEffectBeforeItCloses) {
  for (const Row& row : Table(R"(
           change            result
           none              published
           unknown           AGREEMENT_IN_EFFECT
           not effective     AGREEMENT_IN_EFFECT
           sends nobody      AGREEMENT_IN_EFFECT
           closed            CLOSE_AHEAD
       )")) {
    SCOPED_TRACE(row.text());
    CallFacts facts = sample::In(CallState::kDraft);
    if (row["change"] == "unknown") facts.agreement_known = false;
    if (row["change"] == "not effective") facts.agreement_effective = false;
    if (row["change"] == "sends nobody") facts.sends_students = false;
    if (row["change"] == "closed") facts.now = sample::At("2024-11-14T11:00:00Z");
    EXPECT_EQ(sample::ResultOf(facts, CallAction::kPublish, Role::kHomeOffice), row["result"]);
  }
}

// Of a published call only the closing and the decision move, to later, while nothing is decided.
TEST(Call, MovesItsDatesToLaterOnly) {
  for (const Row& row : Table(R"(
           close                decision            decided    name    result
           2024-11-14 12:00     2025-01-31 18:00    no         same    published
           2024-11-21 12:00     2025-01-31 18:00    no         same    published
           2024-11-21 12:00     2025-02-07 18:00    no         same    published
           2024-11-14 11:59     2025-01-31 18:00    no         same    DECISION_MOVABLE
           2024-11-14 12:00     2025-01-31 17:59    no         same    DECISION_MOVABLE
           2025-02-14 12:00     2025-01-31 18:00    no         same    published
           2024-11-21 12:00     2025-01-31 18:00    yes        same    DECISION_MOVABLE
           2024-11-14 12:00     2025-02-07 18:00    yes        same    DECISION_MOVABLE
           2024-11-14 12:00     2025-01-31 18:00    yes        same    published
           2024-11-14 12:00     2025-01-31 18:00    no         new     DECISION_MOVABLE
       )")) {
    SCOPED_TRACE(row.text());
    CallFacts facts = sample::In(CallState::kPublished);
    facts.updated->close_time = sample::Civil(row["close"]);
    facts.updated->decision_time = sample::Civil(row["decision"]);
    if (row["name"] == "new") facts.updated->display_name = "Another name";
    facts.decisions_exist = row["decided"] == "yes";
    EXPECT_EQ(sample::ResultOf(facts, CallAction::kUpdate, Role::kHomeOffice), row["result"]);
  }
}

TEST(Call, KeepsWhatIsTheServicesOwn) {
  CallFacts facts = sample::In(CallState::kDraft);
  facts.updated->id = "another";
  facts.updated->home_institution = "institutions/inp";
  facts.updated->state = CallState::kPublished;
  facts.updated->revision = 99;
  facts.updated->display_name = "Another name";
  const auto decision = Decide(facts, CallAction::kUpdate, Role::kHomeOffice);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->after.id, "call-1");
  EXPECT_EQ(decision->after.home_institution, "institutions/uga");
  EXPECT_EQ(decision->after.state, CallState::kDraft);
  EXPECT_EQ(decision->after.revision, 4);
  EXPECT_EQ(decision->after.display_name, "Another name");
}

TEST(Call, IsCancelledWithAReasonAndWithoutLiveMobilities) {
  CallFacts facts = sample::In(CallState::kPublished);
  facts.live_mobilities_exist = true;
  EXPECT_EQ(sample::ResultOf(facts, CallAction::kCancel, Role::kHomeOffice), "NO_LIVE_MOBILITIES");
  facts.live_mobilities_exist = false;
  facts.cancel_reason.clear();
  EXPECT_EQ(sample::ResultOf(facts, CallAction::kCancel, Role::kHomeOffice), "MISSING_INPUT");
}

TEST(CallWorkflow, TellsOfEventsThatTheContractNames) {
  std::set<std::string_view> told = {"created"};
  for (const auto& move : kCallWorkflow) told.insert(move.event);
  EXPECT_EQ(told, (std::set<std::string_view>{"created", "updated", "published", "cancelled"}));
  EXPECT_EQ(workflow::Diagram("draft", CallEdges()),
            "stateDiagram-v2\n"
            "  [*] --> draft\n"
            "  draft --> published : publish\n"
            "  draft --> cancelled : cancel\n"
            "  published --> cancelled : cancel\n");
}

}  // namespace
}  // namespace jointly::mobility
