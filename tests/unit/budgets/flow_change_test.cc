#include <gtest/gtest.h>

#include "services/budgets/domain/deadlines_of.h"
#include "tests/support/table.h"
#include "tests/unit/budgets/flow_sample.h"

namespace jointly::budgets {
namespace {

using sample::Cents;
using sample::Day;
using sample::Line;
using test::Row;
using test::Table;

std::string FactOf(const absl::Status& status, std::string_view name) {
  for (const auto& [key, value] : FactsOf(status)) {
    if (key == name) return value;
  }
  return "";
}

// The close of P1: 12,009.53 goes on, line by line, and the lines are 0 afterwards.
TEST(PeriodDecision, CarriesTheWorkedExamplesFirstYear) {
  PeriodFacts facts = sample::In(PeriodState::kSoftClosed);
  for (const Row& row : Table(R"(
    line    left
    PERS    1600
    EQUIP   5759.53
    TRAVEL  2750
    CONS    800
    SERV    1100
    OVH     0
  )")) {
    facts.leftovers.push_back({Line("p1", row["line"]), Cents(row["left"])});
  }
  const auto decision = Decide(facts, PeriodAction::kClose, Role::kAccountant);
  ASSERT_TRUE(decision.ok()) << decision.status();
  std::int64_t carried = 0;
  for (const MovementPlan& plan : decision->movements) {
    EXPECT_EQ(plan.kind, MovementKind::kCarry);
    EXPECT_EQ(plan.to.period, "p2");
    EXPECT_EQ(plan.effective_date, Day("2021-03-31"));
    carried += plan.amount;
  }
  EXPECT_EQ(carried, Cents("12009.53"));
  EXPECT_EQ(decision->movements.size(), 5u);  // Nothing of OVH.
}

// The close of P2: 18,725.27 free and one commitment of 9,254.26.
TEST(PeriodDecision, CarriesOpenCommitmentsAlong) {
  PeriodFacts facts = sample::In(PeriodState::kSoftClosed);
  facts.leftovers = {{Line("p1", "EQUIP"), Cents("505.27")}, {Line("p1", "CONS"), Cents("18220")}};
  Commitment open = sample::In(CommitmentState::kApproved).commitment;
  open.reserved = open.remaining = Cents("9254.26");
  open.line = Line("p1", "EQUIP");
  facts.open_commitments = {open};
  auto decision = Decide(facts, PeriodAction::kClose, Role::kAccountant);
  ASSERT_TRUE(decision.ok()) << decision.status();
  std::int64_t moved = 0;
  for (const MovementPlan& plan : decision->movements) {
    moved += plan.amount;
    for (const std::int64_t remainder : plan.reserved) moved += remainder;
  }
  EXPECT_EQ(moved, Cents("27979.53"));
  EXPECT_EQ(decision->carried, std::vector<std::string>{"c1"});
  // A line with nothing free still gives its commitment.
  facts.leftovers[0].available = 0;
  decision = Decide(facts, PeriodAction::kClose, Role::kAccountant);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->movements.size(), 2u);

  facts.next.reset();
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kClose, Role::kAccountant), "ALL_SETTLED");
}

TEST(PeriodDecision, RefusesWhatIsNotReady) {
  PeriodFacts facts = sample::In(PeriodState::kSoftClosed);
  facts.drafts = 2;
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kClose, Role::kAccountant), "NO_DRAFTS");
  facts.drafts = 0;
  facts.proposed = sample::In(CarryOverState::kProposed).carry_over;
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kClose, Role::kAccountant), "NO_DRAFTS");
  const auto undecided = Decide(facts, PeriodAction::kClose, Role::kAccountant);
  EXPECT_NE(MessageOf(undecided.status()).find("/carryOvers/co1 is proposed"), std::string::npos)
      << MessageOf(undecided.status());
  facts = sample::In(PeriodState::kSoftClosed);
  facts.input.effective_date = Day("2021-03-30");
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kClose, Role::kAccountant), "PERIOD_OVER");
  facts = sample::In(PeriodState::kPlanned);
  facts.previous = facts.period;
  facts.previous->state = PeriodState::kOpen;
  facts.input.reason.clear();
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kOpenPeriod, Role::kManager), "PREDECESSOR");
  facts.input.reason = "The lab moves.";
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kOpenPeriod, Role::kManager), "open");
  facts = sample::In(PeriodState::kClosed);
  facts.actor = sample::By("people/manager");
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kReopen, Role::kManager), "SELF_APPROVAL");
}

// A period has one carry-over that is proposed or approved, whatever lines it names.
TEST(CarryOverDecision, IsOneOfItsPeriod) {
  for (const CarryOverState state : {CarryOverState::kProposed, CarryOverState::kApproved}) {
    CarryOverFactsOf facts = sample::In(CarryOverState::kProposed);
    EXPECT_TRUE(CheckProposal(facts).ok());
    facts.other = facts.carry_over;
    facts.other->id = "co2";
    facts.other->state = state;
    facts.other->lines = {{Line("p1", "CONS"), Cents("800")}};
    const absl::Status proposed = CheckProposal(facts);
    EXPECT_EQ(ReasonOf(proposed), "CARRY_OVER_EXISTS");
    const auto approved = Decide(facts, CarryOverAction::kApprove, Role::kManager);
    EXPECT_EQ(ReasonOf(approved.status()), "CARRY_OVER_EXISTS");
    for (const absl::Status& status : {proposed, approved.status()}) {
      EXPECT_EQ(FactOf(status, "carry_over"), "budgets/grenoble-unit/carryOvers/co2");
      EXPECT_EQ(FactOf(status, "period"), "p1");
      EXPECT_EQ(FactOf(status, "state"), Name(state));
    }
  }
  CarryOverFactsOf late = sample::In(CarryOverState::kProposed);
  late.from.state = PeriodState::kClosed;
  EXPECT_EQ(ReasonOf(CheckProposal(late)), "PERIOD_NOT_OPEN");
}

TEST(CarryOverDecision, IsSettledByWhatTheCloseDoes) {
  // Of 2,750 on its line the close carries and gives back: what becomes of it.
  for (const Row& row : Table(R"(
    state     carried  returned  result
    approved  2750     0         post
    approved  2000     750       post
    approved  0        0         post
    approved  0        2750      return
    refused   0        2750      return
    refused   2000     750       return
    refused   2750     0         -
    proposed  2750     0         -
    posted    2750     0         -
    returned  0        2750      -
  )")) {
    CarryOverFactsOf facts = sample::In(*Parse<CarryOverState>(row["state"]));
    CarryOverJudgement close;
    close.carried = {{Line("p1", "TRAVEL"), Cents(row["carried"])}, {Line("p1", "CONS"), 100}};
    close.returned = {{Line("p1", "TRAVEL"), Cents(row["returned"])}, {Line("p1", "CONS"), 700}};
    const auto action = SettledBy(facts.carry_over, close);
    EXPECT_EQ(action.has_value() ? Name(*action) : "", row["result"]) << row["state"];
    if (!action.has_value()) continue;
    facts.judgement = close;
    const auto settled = Decide(facts, *action, Role::kAccountant);
    ASSERT_TRUE(settled.ok()) << settled.status();
    const bool posted = *action == CarryOverAction::kPost;
    EXPECT_EQ(settled->after.carried, posted ? Cents(row["carried"]) : 0);
    EXPECT_EQ(settled->after.returned, Cents(row["returned"]));
    EXPECT_EQ(settled->after.revision, 2);
  }
  CarryOverFactsOf goes_on = sample::In(CarryOverState::kRefused);
  goes_on.judgement.returned.clear();
  EXPECT_EQ(sample::ResultOf(goes_on, CarryOverAction::kReturn, Role::kAccountant), "GIVEN_BACK");
}

TEST(AmendmentDecision, ProlongsInTimeOnly) {
  AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
  const auto decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->budget->end_date, Day("2023-09-30"));
  EXPECT_EQ(decision->budget->authorised_version, 2);
  ASSERT_EQ(decision->new_periods.size(), 1u);
  EXPECT_EQ(decision->new_periods[0].id, "p4");
  EXPECT_EQ(decision->new_periods[0].start_date, Day("2023-04-01"));
  EXPECT_TRUE(decision->movements.empty());
  facts.amendment.signed_date = Day("2023-04-01");
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager),
            "SIGNED_IN_TIME");
}

TEST(AmendmentDecision, JudgesEachType) {
  for (const Row& row : Table(R"(
    type               end         change   result
    no_cost_extension  2023-09-30  0        in_force
    no_cost_extension  2023-03-31  0        END_MOVES
    no_cost_extension  2023-09-30  1        AMOUNT_FITS
    costed_extension   2023-09-30  50000    in_force
    costed_extension   2023-09-30  0        AMOUNT_FITS
    costed_extension   -           50000    END_MOVES
    supplement         -           50000    in_force
    supplement         -           -1       AMOUNT_FITS
    deobligation       -           -1000    in_force
    deobligation       -           -1000.01  AMOUNT_NOT_AVAILABLE
    deobligation       2023-09-30  -1000    END_MOVES
    date_change        2023-01-31  0        in_force
    date_change        2022-03-31  0        END_MOVES
    rebudget           -           0        REALLOCATION_BALANCED
    correction         -           0        in_force
  )")) {
    SCOPED_TRACE(row.text());
    AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
    facts.pool = Cents("1000");
    facts.amendment.type = *Parse<AmendmentType>(row["type"]);
    facts.amendment.new_end_date.reset();
    if (!row["end"].empty()) facts.amendment.new_end_date = Day(row["end"]);
    facts.amendment.change = Cents(row["change"]);
    EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager), row["result"]);
  }
}

TEST(AmendmentDecision, LeavesAClosedLastPeriodAsItWasSigned) {
  for (const Row& row : Table(R"(
    type               end         change  state        result
    date_change        2023-09-30  0       open         in_force
    date_change        2023-09-30  0       soft_closed  in_force
    date_change        2023-09-30  0       closed       LAST_PERIOD_CLOSED
    date_change        2023-01-31  0       closed       LAST_PERIOD_CLOSED
    termination        2023-01-31  0       closed       LAST_PERIOD_CLOSED
    no_cost_extension  2023-09-30  0       soft_closed  in_force
    no_cost_extension  2023-09-30  0       closed       LAST_PERIOD_CLOSED
    correction         -           0       closed       in_force
  )")) {
    SCOPED_TRACE(row.text());
    AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
    facts.periods.back().state = *Parse<PeriodState>(row["state"]);
    facts.amendment.type = *Parse<AmendmentType>(row["type"]);
    facts.amendment.new_end_date.reset();
    if (!row["end"].empty()) facts.amendment.new_end_date = Day(row["end"]);
    facts.amendment.change = Cents(row["change"]);
    EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager), row["result"]);
  }
}

// An amendment that moves money is dated in the budget as it leaves it, and in no period that is
// closed or closing; one that moves none only needs its signature in time.
TEST(AmendmentDecision, IsDatedWhereEntriesMayBe) {
  for (const Row& row : Table(R"(
    type               end         change  line  date        result
    supplement         -           50      -     2020-04-01  PERIOD_NOT_OPEN
    supplement         -           50      -     2021-03-31  PERIOD_NOT_OPEN
    supplement         -           50      -     2021-04-01  in_force
    supplement         -           50      -     2023-03-31  in_force
    supplement         -           50      -     2023-04-01  DATE_OUTSIDE_BUDGET
    supplement         -           50      -     1999-01-01  DATE_OUTSIDE_BUDGET
    deobligation       -           -50     -     2021-03-31  PERIOD_NOT_OPEN
    deobligation       -           -50     -     1999-01-01  DATE_OUTSIDE_BUDGET
    deobligation       -           -50     -     2021-04-01  in_force
    rebudget           -           0       300   2021-03-31  PERIOD_NOT_OPEN
    rebudget           -           0       300   2020-03-31  DATE_OUTSIDE_BUDGET
    rebudget           -           0       300   2021-04-01  in_force
    costed_extension   2023-09-30  50      -     2023-09-30  in_force
    costed_extension   2023-09-30  50      -     2023-10-01  DATE_OUTSIDE_BUDGET
    termination        2022-12-31  -50     -     2022-12-31  in_force
    termination        2022-12-31  -50     -     2023-01-01  DATE_OUTSIDE_BUDGET
    no_cost_extension  2023-09-30  0       -     -           in_force
    supplement         -           50      -     -           PERIOD_NOT_OPEN
  )")) {
    SCOPED_TRACE(row.text());
    AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
    facts.pool = Cents("1000");
    facts.periods[0].state = PeriodState::kClosed;
    facts.periods[1].state = PeriodState::kOpen;
    facts.amendment.type = *Parse<AmendmentType>(row["type"]);
    facts.amendment.signed_date = Day("2021-03-15");  // In the period that is closed.
    facts.amendment.new_end_date.reset();
    if (!row["end"].empty()) facts.amendment.new_end_date = Day(row["end"]);
    facts.amendment.change = Cents(row["change"]);
    if (!row["line"].empty()) {
      facts.amendment.reallocations = {{Line("p2", "EQUIP"), -Cents(row["line"])},
                                       {Line("p2", "CONS"), Cents(row["line"])}};
      facts.leftovers = {{Line("p2", "EQUIP"), Cents(row["line"])}};
    }
    if (!row["date"].empty()) facts.input.effective_date = Day(row["date"]);
    EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager), row["result"]);
  }
}

TEST(AmendmentDecision, SupplementsAndReallocates) {
  AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
  facts.amendment.type = AmendmentType::kCostedExtension;
  facts.amendment.change = Cents("50000");
  auto decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->budget->contract_amount, Cents("300000"));
  EXPECT_EQ(decision->budget->sources[0].promised, Cents("300000"));
  ASSERT_EQ(decision->movements.size(), 1u);
  EXPECT_EQ(decision->movements[0].amount, Cents("50000"));

  facts = sample::In(AmendmentState::kAllSigned);
  facts.amendment.type = AmendmentType::kRebudget;
  facts.amendment.new_end_date.reset();
  facts.amendment.reallocations = {{Line("p1", "EQUIP"), Cents("-300")},
                                   {Line("p1", "TRAVEL"), Cents("-200")},
                                   {Line("p2", "CONS"), Cents("100")},
                                   {Line("p1", "SERV"), Cents("400")}};
  facts.leftovers = {{Line("p1", "EQUIP"), Cents("300")}, {Line("p1", "TRAVEL"), Cents("200")}};
  decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  std::int64_t moved = 0;
  for (const MovementPlan& plan : decision->movements) moved += plan.amount;
  EXPECT_EQ(moved, Cents("500"));
  EXPECT_EQ(decision->movements.size(), 3u);
  facts.leftovers[1].available = Cents("199.99");
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager),
            "AMOUNT_NOT_AVAILABLE");
}

TEST(AmendmentDecision, IsSignedByEveryPartnerOnceAndOfOneContent) {
  AmendmentFacts facts = sample::In(AmendmentState::kDraft);
  EXPECT_EQ(SignAction(facts.budget, facts.amendment, "institutions/tsukuba"),
            AmendmentAction::kSign);
  facts.amendment.signed_by = {"institutions/uga"};
  EXPECT_EQ(SignAction(facts.budget, facts.amendment, "institutions/tsukuba"),
            AmendmentAction::kSignLast);
  facts.amendment.new_partners = {"institutions/air-liquide"};
  EXPECT_EQ(SignAction(facts.budget, facts.amendment, "institutions/tsukuba"),
            AmendmentAction::kSign);
  facts.input.institution = "institutions/uga";
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kSign, Role::kManager), "NOT_SIGNED_YET");
  facts.input.institution = "institutions/elsewhere";
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kSign, Role::kPartner), "SIGNS_FOR_PARTNER");
  facts.input.content_hash = "another";
  const auto status = Decide(facts, AmendmentAction::kSign, Role::kPartner).status();
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_EQ(ReasonOf(status), "CONTENT_CHANGED");
  Amendment other = facts.amendment;
  other.change = 1;
  EXPECT_NE(ContentOf(facts.amendment), ContentOf(other));
}

TEST(TransferDecision, NeedsTheFunderAboveTheLimit) {
  TransferFacts facts = sample::In(TransferState::kRequested);
  facts.judgement.free = false;
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kFindFree, Role::kManager),
            "TRANSFER_NEEDS_FUNDER");
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kFindBound, Role::kManager), "pending_funder");
  facts.transfer.state = TransferState::kPendingFunder;
  facts.input.funder_approval.clear();
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kApprove, Role::kManager),
            "TRANSFER_NEEDS_FUNDER");
  // A transfer that was free when it was asked for is bound when others were posted meanwhile.
  facts.transfer.state = TransferState::kAutoApproved;
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kApprove, Role::kManager),
            "TRANSFER_NEEDS_FUNDER");
  facts.period.state = PeriodState::kSoftClosed;
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kApprove, Role::kManager), "PERIOD_NOT_OPEN");
}

TEST(BudgetDecision, ChecksSourcesPeriodsAndStart) {
  BudgetFacts facts = sample::In(BudgetState::kDraft);
  facts.budget.contract_amount += 1;
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "SOURCES_ADD_UP");
  facts = sample::In(BudgetState::kDraft);
  facts.periods[1].start_date = Day("2021-04-02");
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "PERIODS_COVER");
  facts.periods.clear();
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "PERIODS_COVER");
  facts = sample::In(BudgetState::kDraft);
  facts.unknown_partners = {"institutions/nowhere"};
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "PARTNERS_EXIST");
  facts = sample::In(BudgetState::kSubmitted);
  facts.actor = sample::By("people/manager");
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kApprove, Role::kManager), "SELF_APPROVAL");
  facts = sample::In(BudgetState::kApproved);
  facts.input.effective_date = Day("2020-03-31");
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kActivate, Role::kManager), "START_REACHED");
  facts = sample::In(BudgetState::kApproved);
  facts.budget.agreement_reference.clear();
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kActivate, Role::kManager), "AGREEMENT_SIGNED");
  facts = sample::In(BudgetState::kClosing);
  facts.pool = 1;
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kClose, Role::kAccountant), "NOTHING_LEFT");
}

std::string DatesOf(const std::vector<deadlines::Deadline>& list) {
  std::string text;
  for (const auto& deadline : list) {
    text += (text.empty() ? "" : ", ") + deadline.kind + " " + FormatDate(deadline.due.date) + " " +
            std::string(deadlines::Name(deadline.state));
  }
  return text;
}

TEST(Deadlines, AreDatesOfTheBudgetsZone) {
  const Time now = sample::At("2021-03-20T09:00:00Z");
  const Budget budget = sample::GrenobleUnit();
  const Period period = sample::Periods()[0];
  EXPECT_EQ(DatesOf(DeadlinesOf(budget, now)),
            "start 2020-04-01 met, end 2023-03-31 armed, settle 2023-05-30 armed, "
            "exercice 2021-01-01 waived, exercice 2022-01-01 armed");
  EXPECT_EQ(DatesOf(DeadlinesOf(period, budget, now)),
            "end 2021-03-31 armed, close 2021-04-30 armed");
  EXPECT_EQ(
      DatesOf(DeadlinesOf(sample::In(CommitmentState::kApproved).commitment, period, budget, now)),
      "expire 2020-06-30 missed, settle 2021-03-31 armed");
  EXPECT_EQ(DatesOf(DeadlinesOf(sample::In(ClaimState::kDraft).claim, budget, now)),
            "submit 2020-07-25 missed");
  EXPECT_EQ(
      DatesOf(DeadlinesOf(sample::In(TransferState::kAutoApproved).transfer, period, budget, now)),
      "post 2021-03-16 missed");
  EXPECT_EQ(DatesOf(DeadlinesOf(sample::In(AmendmentState::kDraft).amendment, budget, now)),
            "notice 2023-03-01 armed");
  EXPECT_EQ(DatesOf(DeadlinesOf(sample::In(ReportState::kScheduled).report, budget, now)),
            "due 2021-05-30 armed");
  const auto end = DeadlinesOf(period, budget, now)[0];
  EXPECT_EQ(end.due.zone, "Europe/Paris");
  EXPECT_EQ(FormatTime(end.due_time), "2021-03-31T21:59:59.000000Z");
  EXPECT_EQ(end.id, "budgets/grenoble-unit/periods/p1/end");
}

// Who has to act on a date sees that nobody works on it, by the holidays of the budget's country.
TEST(Deadlines, SayThatTheirDayIsClosed) {
  PeriodicReport report = sample::In(ReportState::kScheduled).report;
  Budget budget = sample::GrenobleUnit();
  const auto rationale = [&](const char* due) {
    report.due_date = Day(due);
    return DeadlinesOf(report, budget, sample::At("2021-03-20T09:00:00Z"))[0].rationale;
  };
  const auto closed = [&](const char* due, const char* place) {
    return rationale(due).ends_with(std::string(", a closed day (") + place + ")");
  };
  EXPECT_TRUE(closed("2021-07-14", "France"));  // A Wednesday.
  EXPECT_TRUE(closed("2021-05-30", "France"));  // A Sunday.
  EXPECT_FALSE(closed("2021-05-31", "France"));
  EXPECT_FALSE(closed("2021-05-04", "France"));
  budget.time_zone = "Asia/Tokyo";
  EXPECT_TRUE(closed("2021-05-04", "Japan"));  // Greenery Day, a Tuesday.
  EXPECT_FALSE(closed("2021-07-14", "Japan"));
}

// On 1 January the office says whether the exercice is executory; each year is a date of its own.
TEST(Deadlines, OfAnExerciceAreEach1JanuaryOfAFrenchBudget) {
  Budget budget = sample::GrenobleUnit();
  const auto exercices = [&](const char* now) {
    std::string text;
    for (const auto& deadline : DeadlinesOf(budget, sample::At(now))) {
      if (deadline.kind != "exercice") continue;
      text += deadline.id.substr(deadline.id.rfind('/') + 1) + " " +
              std::string(deadlines::Name(deadline.state)) + " ";
    }
    return text;
  };
  EXPECT_EQ(exercices("2020-06-01T09:00:00Z"), "2021 armed ");  // Not the one before its start.
  EXPECT_EQ(exercices("2020-12-31T22:59:59Z"), "2021 armed ");
  EXPECT_EQ(exercices("2021-01-01T22:59:58Z"), "2021 armed 2022 armed ");  // Until the day is over.
  EXPECT_EQ(exercices("2021-01-01T23:00:00Z"), "2021 waived 2022 armed ");
  budget.exercices = {{.year = 2021, .provisional = true, .actor = "people/accountant"}};
  EXPECT_EQ(exercices("2020-12-15T09:00:00Z"), "2021 met ");
  EXPECT_EQ(exercices("2021-02-15T09:00:00Z"), "2021 met 2022 armed ");
  EXPECT_EQ(exercices("2022-06-15T09:00:00Z"), "2022 waived 2023 armed ");
  EXPECT_EQ(exercices("2023-02-15T09:00:00Z"), "2023 waived ");  // It ends on 31 March 2023.
  const auto list = DeadlinesOf(budget, sample::At("2021-02-15T09:00:00Z"));
  EXPECT_EQ(list.back().id, "budgets/grenoble-unit/exercice/2022");
  EXPECT_EQ(FormatTime(list.back().due_time), "2022-01-01T22:59:59.000000Z");
  ASSERT_EQ(list.back().audience.size(), 2u);
  budget.state = BudgetState::kClosing;
  EXPECT_EQ(exercices("2021-02-15T09:00:00Z"), "2021 met 2022 cancelled ");
  budget.state = BudgetState::kActive;
  budget.time_zone = "Asia/Tokyo";
  EXPECT_EQ(exercices("2021-02-15T09:00:00Z"), "");
}

TEST(Deadlines, OfAClaimThatIsApprovedEndWithItsPayment) {
  ClaimFacts facts = sample::In(ClaimState::kApproved);
  facts.claim.update_time = sample::At("2020-07-01T23:30:00Z");  // The 2nd in Grenoble.
  const Time now = sample::At("2020-07-05T09:00:00Z");
  EXPECT_EQ(DatesOf(DeadlinesOf(facts.claim, facts.budget, now)),
            "submit 2020-07-25 met, pay 2020-08-01 armed");
  facts.claim.state = ClaimState::kPaid;
  EXPECT_EQ(DatesOf(DeadlinesOf(facts.claim, facts.budget, now)),
            "submit 2020-07-25 met, pay 2020-08-01 met");
}

}  // namespace
}  // namespace jointly::budgets
