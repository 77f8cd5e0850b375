#include <gtest/gtest.h>

#include <set>

#include "tests/support/table.h"
#include "tests/unit/budgets/flow_sample.h"

namespace jointly::budgets {
namespace {

using test::Row;
using test::Table;

// Each row takes a sound document in its state.
template <typename State, typename Action>
void CheckMoves(std::string_view table) {
  for (const Row& row : Table(table)) {
    SCOPED_TRACE(row.text());
    const auto state = Parse<State>(row["from"]);
    const auto action = Parse<Action>(row["action"]);
    const auto role = Parse<Role>(row["by"]);
    ASSERT_TRUE(state.has_value() && action.has_value() && role.has_value());
    EXPECT_EQ(sample::ResultOf(sample::In(*state), *action, *role), row["result"]);
  }
}

TEST(BudgetWorkflow, AnswersEveryStep) {
  CheckMoves<BudgetState, BudgetAction>(R"(
    from       action         by          result
    draft      update         manager     draft
    draft      submit         manager     submitted
    draft      submit         accountant  WRONG_ROLE
    draft      activate       manager     ILLEGAL_MOVE
    submitted  approve        manager     approved
    submitted  reject         manager     rejected
    submitted  update         manager     ILLEGAL_MOVE
    rejected   update         manager     draft
    rejected   submit         manager     ILLEGAL_MOVE
    approved   activate       accountant  active
    active     suspend        manager     suspended
    suspended  resume         accountant  active
    active     begin_closing  timer       closing
    suspended  begin_closing  manager     closing
    active     close          accountant  ILLEGAL_MOVE
    closing    close          manager     WRONG_ROLE
    closing    close          accountant  closed
    closed     archive        manager     archived
    archived   update         manager     ILLEGAL_MOVE
  )");
}

TEST(PeriodWorkflow, AnswersEveryStep) {
  CheckMoves<PeriodState, PeriodAction>(R"(
    from         action          by          result
    planned      open            manager     open
    planned      close           accountant  ILLEGAL_MOVE
    open         remind          timer       open
    open         soft_close      manager     soft_closed
    open         close           accountant  ILLEGAL_MOVE
    soft_closed  remind          timer       soft_closed
    soft_closed  close           manager     WRONG_ROLE
    soft_closed  close           accountant  closed
    closed       request_reopen  manager     closed
    closed       reopen          manager     reopened
    closed       soft_close      manager     ILLEGAL_MOVE
    reopened     close           accountant  closed
  )");
}

TEST(CommitmentWorkflow, AnswersEveryStep) {
  CheckMoves<CommitmentState, CommitmentAction>(R"(
    from                  action            by          result
    requested             approve           manager     approved
    requested             approve           accountant  WRONG_ROLE
    requested             refuse            manager     refused
    requested             liquidate         manager     ILLEGAL_MOVE
    approved              approve           manager     ILLEGAL_MOVE
    approved              liquidate_all     accountant  liquidated
    approved              release_all       manager     cancelled
    approved              expire            timer       expired
    approved              expire            manager     WRONG_ROLE
    approved              carry             accountant  carried
    approved              revalue           accountant  approved
    approved              find_undercovered  accountant  undercovered
    partially_liquidated  release_rest      manager     liquidated
    partially_liquidated  revalue           accountant  partially_liquidated
    carried               liquidate_all     manager     liquidated
    carried               expire            timer       expired
    undercovered          liquidate_all     manager     liquidated
    undercovered          revalue           accountant  approved
    liquidated            release           manager     ILLEGAL_MOVE
    cancelled             expire            timer       ILLEGAL_MOVE
    refused               approve           manager     ILLEGAL_MOVE
    requested             pay               accountant  ILLEGAL_MOVE
    cancelled             pay               accountant  ILLEGAL_MOVE
    approved              pay               manager     WRONG_ROLE
    approved              pay               accountant  MORE_THAN_REMAINS
    requested             reverse_liquidation  accountant  ILLEGAL_MOVE
    cancelled             reverse_only_liquidation  accountant  ILLEGAL_MOVE
    liquidated            reverse_liquidation  manager     WRONG_ROLE
  )");
}

TEST(CommitmentWorkflow, TakesBackAndCreditsInEveryStateInWhichACostIsRecognised) {
  for (const Row& row : Table(R"(
    state                 action                    paid  credit  date        result
    approved              reverse_liquidation       0     0       2020-06-20  partially_liquidated
    partially_liquidated  reverse_only_liquidation  0     0       2020-06-20  approved
    liquidated            reverse_only_liquidation  0     0       2020-06-20  approved
    expired               reverse_liquidation       0     0       2020-06-20  partially_liquidated
    carried               reverse_liquidation       0     0       2020-06-20  partially_liquidated
    undercovered          reverse_only_liquidation  0     0       2020-06-20  approved
    liquidated            reverse_liquidation       1     0       2020-06-20  STILL_PAID
    liquidated            reverse_liquidation       0     1       2020-06-20  STILL_PAID
    liquidated            reverse_liquidation       0     0       2020-06-19  DATE_OUTSIDE_BUDGET
    liquidated            reverse_payment           100   0       2020-06-20  liquidated
    carried               reverse_payment           100   0       2020-06-20  carried
    carried               reverse_payment           0     0       2020-06-20  PAYMENT
    liquidated            reverse_payment           100   0       2020-06-19  DATE_OUTSIDE_BUDGET
    expired               credit                    100   0       2020-06-20  expired
    approved              credit                    0     0       2020-06-20  approved
    approved              credit                    0     0       2020-06-19  DATE_OUTSIDE_BUDGET
  )")) {
    SCOPED_TRACE(row.text());
    CommitmentFacts facts = sample::In(*Parse<CommitmentState>(row["state"]));
    Commitment& commitment = facts.commitment;
    commitment.liquidated = sample::Cents("100");
    commitment.reserved += commitment.liquidated;
    commitment.paid = sample::Cents(row["paid"]);
    commitment.credited = sample::Cents(row["credit"]);
    facts.role = Role::kAccountant;
    facts.input.effective_date = sample::Day(row["date"]);
    facts.input.settled = sample::Cents("100");
    const ReservationUse use{.spent = sample::Cents("100"),
                             .from_reservation = sample::Cents("100"),
                             .original_used = sample::Cents("100")};
    facts.input.taken_back = TakenBack{.journal = "j7",
                                       .name = "budgets/b/journals/7",
                                       .effective_on = sample::Day("2020-06-20"),
                                       .line = commitment.line,
                                       .use = use};
    const auto action = *Parse<CommitmentAction>(row["action"]);
    EXPECT_EQ(sample::ResultOf(facts, action, Role::kAccountant), row["result"]);
  }
}

TEST(CommitmentWorkflow, IsPaidInEveryStateInWhichACostIsRecognised) {
  for (const Row& row : Table(R"(
    state                 payer              paid  on_day  pays  result
    approved              people/accountant  0     100     100   approved
    partially_liquidated  people/accountant  40    60      60    partially_liquidated
    liquidated            people/accountant  40    60      61    MORE_THAN_REMAINS
    liquidated            people/accountant  40    60      60    liquidated
    liquidated            people/accountant  0     59      60    MORE_THAN_REMAINS
    expired               people/accountant  0     100     1     expired
    carried               people/accountant  0     100     1     carried
    undercovered          people/accountant  0     100     1     undercovered
    liquidated            people/manager     0     100     1     SELF_APPROVAL
    liquidated            people/other       0     100     1     SELF_APPROVAL
  )")) {
    SCOPED_TRACE(row.text());
    CommitmentFacts facts = sample::In(*Parse<CommitmentState>(row["state"]));
    Commitment& commitment = facts.commitment;
    commitment.approver = sample::Self("people/other");
    commitment.liquidated = sample::Cents("100");
    commitment.reserved += commitment.liquidated;
    commitment.paid = sample::Cents(row["paid"]);
    facts.actor = sample::By(row["payer"]);
    facts.owed = sample::Cents(row["on_day"]);
    facts.input.settled = sample::Cents(row["pays"]);
    EXPECT_EQ(sample::ResultOf(facts, CommitmentAction::kPay, Role::kAccountant), row["result"]);
    // A claim has judged its own hands.
    facts.input.through_claim = true;
    const auto decision = Decide(facts, CommitmentAction::kPay, Role::kAccountant);
    if (row["result"] == "MORE_THAN_REMAINS") continue;
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_TRUE(decision->movements.empty());
    EXPECT_EQ(decision->after.paid, commitment.paid + facts.input.settled);
    EXPECT_EQ(decision->after.revision, commitment.revision + 1);
  }
}

TEST(ClaimWorkflow, AnswersEveryStep) {
  CheckMoves<ClaimState, ClaimAction>(R"(
    from               action           by          result
    draft              update           claimant    draft
    draft              submit           claimant    submitted
    draft              submit           manager     WRONG_ROLE
    submitted          certify          manager     certified
    submitted          certify          accountant  WRONG_ROLE
    submitted          approve          manager     ILLEGAL_MOVE
    submitted          request_changes  accountant  changes_requested
    submitted          decline          manager     declined
    changes_requested  update           claimant    changes_requested
    changes_requested  submit           claimant    submitted
    certified          approve          manager     approved
    certified          decline          manager     declined
    approved           pay              manager     WRONG_ROLE
    approved           decline          manager     ILLEGAL_MOVE
    paid               payment_failed   accountant  payment_failed
    paid               pay              accountant  ILLEGAL_MOVE
    payment_failed     approve          accountant  approved
    declined           update           claimant    ILLEGAL_MOVE
    approved           reverse_approval  accountant  changes_requested
    payment_failed     reverse_approval  accountant  changes_requested
    paid               reverse_approval  accountant  ILLEGAL_MOVE
    approved           reverse_approval  manager     WRONG_ROLE
  )");
  ClaimFacts facts = sample::In(ClaimState::kApproved);
  facts.actor = sample::By("people/accountant");
  EXPECT_EQ(sample::ResultOf(facts, ClaimAction::kPay, Role::kAccountant), "paid");
}

TEST(OtherWorkflows, AnswerEveryStep) {
  CheckMoves<TransferState, TransferAction>(R"(
    from            action          by          result
    requested       find_free       manager     auto_approved
    requested       find_bound      manager     TRANSFER_IS_FREE
    auto_approved   approve         manager     posted
    auto_approved   approve         accountant  WRONG_ROLE
    auto_approved   refuse          manager     refused
    pending_funder  funder_approve  manager     approved
    pending_funder  approve         manager     posted
    approved        approve         manager     posted
    posted          refuse          manager     ILLEGAL_MOVE
    auto_approved   withdraw        manager     REQUESTER
  )");
  CheckMoves<AmendmentState, AmendmentAction>(R"(
    from           action        by          result
    draft          sign          partner     partly_signed
    partly_signed  sign_last     partner     all_signed
    draft          put_in_force  manager     ILLEGAL_MOVE
    all_signed     sign          partner     ILLEGAL_MOVE
    all_signed     put_in_force  partner     WRONG_ROLE
    all_signed     put_in_force  manager     in_force
    all_signed     void          manager     void
    in_force       void          manager     ILLEGAL_MOVE
  )");
  CheckMoves<CarryOverState, CarryOverAction>(R"(
    from      action   by          result
    proposed  approve  manager     approved
    proposed  refuse   manager     refused
    proposed  post     accountant  ILLEGAL_MOVE
    approved  post     accountant  posted
    approved  return   accountant  returned
    approved  refuse   manager     ILLEGAL_MOVE
    refused   return   accountant  returned
    refused   return   manager     WRONG_ROLE
    refused   approve  manager     ILLEGAL_MOVE
    posted    return   accountant  ILLEGAL_MOVE
    returned  post     accountant  ILLEGAL_MOVE
  )");
  CheckMoves<ReportState, ReportAction>(R"(
    from       action        by          result
    scheduled  fall_due      timer       due
    scheduled  prepare       manager     prepared
    due        find_overdue  timer       overdue
    overdue    prepare       accountant  prepared
    prepared   certify       manager     WRONG_ROLE
    prepared   certify       accountant  certified
    certified  send          manager     sent
    sent       accept        manager     accepted
    sent       revise        manager     revision
    revision   prepare       manager     prepared
    accepted   revise        manager     ILLEGAL_MOVE
  )");
}

TEST(Workflows, NameEveryStateAndEveryEventOnce) {
  const auto names = [](const std::vector<workflow::Edge>& edges) {
    std::set<std::string> states;
    for (const auto& edge : edges) states.insert({edge.from, edge.to});
    return states.size();
  };
  EXPECT_EQ(names(BudgetEdges()), 9u);
  EXPECT_EQ(names(PeriodEdges()), 5u);
  EXPECT_EQ(names(CommitmentEdges()), 9u);
  EXPECT_EQ(names(ClaimEdges()), 8u);
  EXPECT_EQ(names(TransferEdges()), 7u);
  EXPECT_EQ(names(AmendmentEdges()), 5u);
  EXPECT_EQ(names(CarryOverEdges()), 5u);
  EXPECT_EQ(names(ReportEdges()), 8u);
}

TEST(Workflows, RefusalsSayWhatIsPossible) {
  const auto refused =
      Decide(sample::In(BudgetState::kSubmitted), BudgetAction::kUpdate, Role::kManager);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(MessageOf(refused.status()).find("approve,reject"), std::string::npos)
      << MessageOf(refused.status());
}

}  // namespace
}  // namespace jointly::budgets
