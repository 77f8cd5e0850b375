#include <gtest/gtest.h>

#include "tests/store/budgets/flow_world.h"
#include "tests/support/accounting_tools.h"

// The worked example of the Grenoble Unit, EUR 250,000.00, through the Api, to the cent.
namespace jointly::budgets {
namespace {

class StoryTest : public FlowTest {
 protected:
  void Costs(const std::string& period, const std::string& date,
             const std::vector<std::pair<std::string, std::string>>& costs) {
    for (const auto& [category, amount] : costs) {
      Must(world().Cost(period, category, amount, date), category.c_str());
    }
  }
  pb::LineTransfer Transfer(const std::string& amount) {
    pb::CreateTransferRequest request;
    request.set_parent("budgets/unit");
    pb::LineTransfer& transfer = *request.mutable_transfer();
    *transfer.mutable_from() = world().Line("p1", "TRAVEL");
    *transfer.mutable_to() = world().Line("p1", "CONS");
    *transfer.mutable_amount() = Euro(amount);
    *transfer.mutable_effective_date() = Day("2021-03-10");
    transfer.set_reason("Borders are closed.");
    rpc::Call manager = world().As("manager");
    return Must(api().CreateTransfer(manager, request), "transfer");
  }
  absl::StatusOr<pb::LineTransfer> Post(const std::string& name, const std::string& who) {
    pb::MoveTransferRequest request;
    request.set_name(name);
    request.set_action("approve");
    rpc::Call call = world().As(who);
    return api().MoveTransfer(call, request);
  }
  pb::Period Close(const std::string& period) {
    Must(world().MovePeriod(period, "soft_close", "manager"), "soft close");
    return Must(world().MovePeriod(period, "close"), "close").period();
  }
  void FirstYear() {
    world().Found();
    world().Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
    Must(world().Approve("c1"));
    Must(world().Invoice("c1", Yen("3000000"), "2020-09-30"));
    Must(Post(Transfer("6000").name(), "other"), "post");
    Costs("p1", "2021-03-20",
          {{"PERS", "28400"},
           {"TRAVEL", "1250"},
           {"CONS", "13200"},
           {"SERV", "2900"},
           {"OVH", "8000"}});
  }
  void SecondYear() {
    Must(world().MovePeriod("p2", "open"), "open");
    SecondYearCosts();
    SecondYearOrder();
  }
  void SecondYearCosts() {
    Costs("p2", "2021-10-12",
          {{"PERS", "34100"},
           {"EQUIP", "10500"},
           {"TRAVEL", "3480"},
           {"CONS", "8650"},
           {"SERV", "4300"},
           {"OVH", "8000"}});
  }
  void SecondYearOrder() {
    world().Order("c2", "p2", "EQUIP", Yen("1200000"), "2022-03-15");
    Must(world().Approve("c2"));
  }
  pb::Statement StatementOf(const std::string& calendar, const std::string& date) {
    pb::GetStatementRequest request;
    request.set_name("budgets/unit");
    request.set_calendar(calendar);
    *request.mutable_as_of_date() = Day(date);
    rpc::Call call = world().As("auditor");
    return Must(api().GetStatement(call, request), "statement");
  }
  // The exercices until a day in which anything was consumed.
  std::string Exercices(const std::string& date) {
    const pb::Statement statement = StatementOf("exercice", date);
    std::string text;
    for (const pb::ExerciceRow& row : statement.exercices()) {
      if (row.commitments().value() == "0.00" && row.payments().value() == "0.00") continue;
      text += std::to_string(row.year()) + " AE " + row.commitments().value() + " CP " +
              row.payments().value() + " open " + row.outstanding().value() + ";";
    }
    return text;
  }
  // Costs of both years, none of them paid: 53,750 of P1 and 69,030 of P2.
  static constexpr const char* kYearEnd2021 =
      "2020 AE 24240.47 CP 0.00 open 24240.47;2021 AE 122780.00 CP 0.00 open 147020.47;";
  // What the service itself exports, as a whole and in parts.
  void AcceptedByTheTools() {
    test::AccountingTools tools;
    for (const int limit : {0, 9}) {
      for (const char* format : {"hledger", "beancount"}) {
        pb::ExportStatementRequest request;
        request.set_name("budgets/unit");
        request.set_format(format);
        request.set_journal_limit(limit);
        do {
          rpc::Call call = world().As("auditor");
          const pb::ExportedFile file = Must(api().ExportStatement(call, request), "export");
          const auto checked = std::string(format) == "hledger" ? tools.Hledger(file.content())
                                                                : tools.BeanCheck(file.content());
          EXPECT_EQ(checked.code, 0) << format << " after " << request.after_sequence() << "\n"
                                     << checked.output;
          request.set_after_sequence(file.next_after_sequence());
        } while (request.after_sequence() != 0);
      }
    }
  }
  void ThirdYear() {
    Must(world().MovePeriod("p3", "open"), "open");
    Must(world().Invoice("c2", Yen("1200000"), "2022-05-20"));
    Costs("p3", "2022-10-12",
          {{"PERS", "37200"},
           {"EQUIP", "6000"},
           {"TRAVEL", "27900"},
           {"CONS", "8100"},
           {"SERV", "4750"},
           {"OVH", "8000"}});
  }
};

TEST_P(StoryTest, TheWorkedExampleToTheCent) {
  world().Found();
  rpc::Call call = world().As("manager");
  pb::GetBudgetRequest get;
  get.set_name("budgets/unit");
  EXPECT_EQ(Must(api().GetBudget(call, get)).pool().value(), "0.00");

  world().Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
  const pb::Commitment reserved = Must(world().Approve("c1"));
  EXPECT_EQ(reserved.reserved().value(), "24828.27");
  EXPECT_EQ(reserved.conversion().rate(), "120.83");
  EXPECT_EQ(world().Available("p1", "EQUIP"), "5171.73");
  const pb::Commitment paid = Must(world().Invoice("c1", Yen("3000000"), "2020-09-30"));
  EXPECT_EQ(paid.state(), pb::Commitment::LIQUIDATED);
  EXPECT_EQ(paid.liquidated().value(), "24240.47");
  EXPECT_EQ(paid.released().value(), "587.80");
  EXPECT_EQ(world().Available("p1", "EQUIP"), "5759.53");

  const pb::LineTransfer transfer = Transfer("6000");
  EXPECT_EQ(transfer.state(), pb::LineTransfer::AUTO_APPROVED);
  EXPECT_NE(transfer.rationale().find("6000.00 of 41000.00"), std::string::npos)
      << transfer.rationale();
  EXPECT_EQ(Outcome(Post(transfer.name(), "manager")), "SELF_APPROVAL");
  EXPECT_EQ(Must(Post(transfer.name(), "other")).state(), pb::LineTransfer::POSTED);
  Costs("p1", "2021-03-20",
        {{"PERS", "28400"},
         {"TRAVEL", "1250"},
         {"CONS", "13200"},
         {"SERV", "2900"},
         {"OVH", "8000"}});
  const pb::Period first = Close("p1");
  EXPECT_EQ(first.totals().spent().value(), "77990.47");
  EXPECT_EQ(first.totals().carried().value(), "12009.53");
  EXPECT_EQ(first.digest().size(), 64u);
  EXPECT_FALSE(first.digest_signature().empty());
  for (const char* category : {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV", "OVH"}) {
    EXPECT_EQ(world().Available("p1", category), "0.00") << category;
  }
  EXPECT_EQ(world().Actions("budgets.commitment", "c1"), "requested,reserved,liquidated");
  EXPECT_EQ(world().Actions("budgets.period", "unit/p1"), "opened,soft_closed,closed");
}

TEST_P(StoryTest, TheSecondCloseCarriesTheOpenOrder) {
  FirstYear();
  Close("p1");
  SecondYear();
  Must(world().MovePeriod("p2", "soft_close", "manager"));
  const auto closed = Must(world().MovePeriod("p2", "close"));
  EXPECT_EQ(closed.period().totals().authorised().value(), "97009.53");
  EXPECT_EQ(closed.period().totals().spent().value(), "69030.00");
  EXPECT_EQ(closed.period().totals().carried().value(), "27979.53");
  ASSERT_EQ(closed.carried_size(), 1);
  EXPECT_EQ(closed.carried(0).state(), pb::Commitment::CARRIED);
  EXPECT_EQ(closed.carried(0).remaining().value(), "9254.26");
  EXPECT_EQ(closed.carried(0).line().period(), "budgets/unit/periods/p3");
  ThirdYear();
  EXPECT_EQ(world().Available("p3", "EQUIP"), "392.97");
  const pb::Period last = Close("p3");
  EXPECT_EQ(last.totals().authorised().value(), "102979.53");
  EXPECT_EQ(last.totals().spent().value(), "100816.56");
  // What is left goes back by the close itself: 247,837.03 + 2,162.97 = 250,000.00.
  EXPECT_EQ(last.totals().returned().value(), "2162.97");
  rpc::Call call = world().As("auditor");
  pb::GetBudgetRequest get;
  get.set_name("budgets/unit");
  const pb::Budget budget = Must(api().GetBudget(call, get));
  EXPECT_EQ(budget.totals().spent().value(), "247837.03");
  EXPECT_EQ(budget.totals().returned().value(), "2162.97");
  EXPECT_EQ(world().Actions("budgets.commitment", "c2"), "requested,reserved,carried,liquidated");
  AcceptedByTheTools();
  // Nothing is left: the budget closes.
  Must(world().MoveBudget("begin_closing", "manager"));
  EXPECT_EQ(Must(world().MoveBudget("close", "accountant")).state(), pb::Budget::CLOSED);
}

TEST_P(StoryTest, AnExtensionSignedInTimeKeepsTheRest) {
  FirstYear();
  Close("p1");
  SecondYear();
  Close("p2");
  ThirdYear();
  const auto extend = [](const char* signed_on) {
    return [signed_on](pb::Amendment& amendment) {
      amendment.set_type(pb::Amendment::NO_COST_EXTENSION);
      *amendment.mutable_signed_date() = Day(signed_on);
      *amendment.mutable_new_end_date() = Day("2023-09-30");
    };
  };
  const pb::Amendment late = world().Amend(extend("2023-04-01"));
  EXPECT_EQ(Outcome(world().PutInForce(late)), "GUARD_REFUSED");
  const pb::Amendment in_force = Must(world().PutInForce(world().Amend(extend("2023-02-20"))));
  EXPECT_EQ(in_force.authorised_version(), 2);
  const pb::Period third = Close("p3");
  EXPECT_EQ(third.totals().carried().value(), "2162.97");
  EXPECT_EQ(third.totals().returned().value(), "0.00");
  Must(world().MovePeriod("p4", "open"));
  EXPECT_EQ(world().Available("p4", "TRAVEL"), "1370.00");
}

// The Japanese close of P1 and the French year-end of 2021 in either order: what one says of its
// year does not depend on when the other was made.
TEST_P(StoryTest, TheCloseBeforeTheFrenchYearEnd) {
  FirstYear();
  Close("p1");
  SecondYear();
  EXPECT_EQ(Exercices("2021-12-31"), kYearEnd2021);
  EXPECT_EQ(
      Must(world().MovePeriod("p2", "soft_close", "manager")).period().totals().spent().value(),
      "69030.00");
  EXPECT_EQ(Must(world().MovePeriod("p2", "close")).period().totals().carried().value(),
            "27979.53");
}

TEST_P(StoryTest, TheFrenchYearEndBeforeTheClose) {
  FirstYear();
  Must(world().MovePeriod("p1", "soft_close", "manager"), "soft close");
  Must(world().MovePeriod("p2", "open"), "open");
  // What does not live on money that the close will carry.
  Costs("p2", "2021-10-12",
        {{"PERS", "34100"}, {"EQUIP", "10500"}, {"TRAVEL", "3480"}, {"OVH", "8000"}});
  const std::string year_end =
      "2020 AE 24240.47 CP 0.00 open 24240.47;2021 AE 109830.00 CP 0.00 open 134070.47;";
  EXPECT_EQ(Exercices("2021-12-31"), year_end);
  const pb::Period first = Must(world().MovePeriod("p1", "close"), "close").period();
  EXPECT_EQ(first.totals().spent().value(), "77990.47");
  EXPECT_EQ(first.totals().carried().value(), "12009.53");
  EXPECT_EQ(Exercices("2021-12-31"), year_end);
  Costs("p2", "2021-10-12", {{"CONS", "8650"}, {"SERV", "4300"}});
  EXPECT_EQ(Exercices("2021-12-31"), kYearEnd2021);
  SecondYearOrder();
  Must(world().MovePeriod("p2", "soft_close", "manager"));
  EXPECT_EQ(Must(world().MovePeriod("p2", "close")).period().totals().carried().value(),
            "27979.53");
}

// Committed in one French year and paid in the next, within one Japanese year.
TEST_P(StoryTest, AnOrderCrossesTheFrenchYearsOnly) {
  world().Found();
  world().Order("winter", "p1", "CONS", Euro("1000"), "2020-12-10");
  Must(world().Approve("winter"));
  EXPECT_EQ(Exercices("2020-12-31"), "2020 AE 1000.00 CP 0.00 open 1000.00;");
  Must(world().Invoice("winter", Euro("1000"), "2021-01-20"));
  pb::PayCostRequest pay;
  pay.set_name("budgets/unit");
  pay.set_partner("institutions/tsukuba");
  pay.set_document("budgets/unit/commitments/winter");
  *pay.mutable_amount() = Euro("1000");
  *pay.mutable_effective_date() = Day("2021-01-20");
  rpc::Call payer = world().As("accountant");
  Must(api().PayCost(payer, pay), "pay");
  EXPECT_EQ(Exercices("2021-03-31"),
            "2020 AE 1000.00 CP 0.00 open 1000.00;2021 AE 0.00 CP 1000.00 open 0.00;");
  // As of the French year's end it was open still, whenever that is asked.
  EXPECT_EQ(Exercices("2020-12-31"), "2020 AE 1000.00 CP 0.00 open 1000.00;");
  const pb::Statement japanese = StatementOf("japanese_fiscal_year", "2021-03-31");
  for (const pb::StatementRow& row : japanese.by_period()) {
    EXPECT_EQ(row.actual().value(), row.period() == "FY2020" ? "1000.00" : "0.00") << row.period();
  }
}

TEST_P(StoryTest, ACostedExtensionAddsToThePool) {
  world().Found();
  const pb::Amendment costed = world().Amend([](pb::Amendment& amendment) {
    amendment.set_type(pb::Amendment::COSTED_EXTENSION);
    *amendment.mutable_signed_date() = Day("2022-12-01");
    *amendment.mutable_new_end_date() = Day("2024-03-31");
    *amendment.mutable_change() = Euro("50000");
  });
  Must(world().PutInForce(costed));
  rpc::Call call = world().As("auditor");
  pb::GetBudgetRequest get;
  get.set_name("budgets/unit");
  const pb::Budget budget = Must(api().GetBudget(call, get));
  EXPECT_EQ(budget.pool().value(), "50000.00");
  EXPECT_EQ(budget.contract_amount().value(), "300000.00");
  EXPECT_EQ(
      world().Actions("budgets.amendment", costed.name().substr(costed.name().rfind('/') + 1)),
      "created,signed,signed,in_force");
}

TEST_P(StoryTest, OfTwoApprovalsForTheLastEuroOneWins) {
  world().Found();
  world().Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
  Must(world().Approve("c1"));
  world().Order("a", "p1", "EQUIP", Euro("5000"), "2020-07-01");
  world().Order("b", "p1", "EQUIP", Euro("5000"), "2020-07-01");
  EXPECT_EQ(Outcome(world().Approve("a")), "OK");
  const auto second = world().Approve("b");
  ASSERT_EQ(Outcome(second), "AMOUNT_NOT_AVAILABLE");
  EXPECT_EQ(world().Available("p1", "EQUIP"), "171.73");
  EXPECT_EQ(world().Actions("budgets.commitment", "b"), "requested");
}

TEST_P(StoryTest, ACreditNoteAfterTheCloseCorrectsTheNextPeriod) {
  FirstYear();
  const auto cost = Must(world().Cost("p1", "SERV", "100", "2021-03-21"));
  Close("p1");
  Must(world().MovePeriod("p2", "open"));
  pb::ReverseJournalRequest request;
  request.set_name("budgets/unit/journals/" + std::to_string(cost.journal().sequence()));
  request.set_reason("Credit note 7");
  *request.mutable_effective_date() = Day("2021-05-01");
  rpc::Call call = world().As("accountant");
  const auto corrected = Must(api().ReverseJournal(call, request), "credit note");
  EXPECT_EQ(corrected.journal().movement(), "correct");
  // 4,000 of the year, 1,000 carried, 100 back.
  EXPECT_EQ(world().Available("p2", "SERV"), "5100.00");
  rpc::Call again = world().As("accountant");
  EXPECT_EQ(Outcome(api().ReverseJournal(again, request)), "ALREADY_REVERSED");
}

TEST_P(StoryTest, AClosedPeriodIsOpenedAgainByTwoPersons) {
  FirstYear();
  const pb::Period closed = Close("p1");
  EXPECT_EQ(Outcome(world().Cost("p1", "PERS", "1", "2021-03-30")), "PERIOD_NOT_OPEN");
  EXPECT_EQ(Outcome(world().MovePeriod("p1", "reopen", "other")), "GUARD_REFUSED");
  Must(world().MovePeriod("p1", "request_reopen", "manager"));
  EXPECT_EQ(Outcome(world().MovePeriod("p1", "reopen", "manager")), "SELF_APPROVAL");
  Must(world().MovePeriod("p1", "reopen", "accountant"));
  // Finance only, and what was carried is gone.
  EXPECT_EQ(Outcome(world().Cost("p1", "PERS", "1", "2021-03-30")), "PERIOD_NOT_OPEN");
  const auto again = Must(world().MovePeriod("p1", "close"));
  EXPECT_EQ(again.period().totals().carried().value(), "12009.53");
  EXPECT_EQ(world().Actions("budgets.period", "unit/p1"),
            "opened,soft_closed,closed,reopen_requested,reopened,closed");
  EXPECT_FALSE(closed.digest().empty());
}

INSTANTIATE_ON_ENGINES(StoryTest);

}  // namespace
}  // namespace jointly::budgets
