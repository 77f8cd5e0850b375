#include <set>
#include <sstream>

#include "services/notifications/domain/rules.h"
#include "tests/store/notifications/budget_world.h"

namespace jointly::notifications {
namespace {

// "managers" are those of the laboratory and of the university.
std::map<std::string, std::string> ByAction(std::string_view table) {
  std::istringstream rows{std::string(table)};
  std::map<std::string, std::string> expected;
  std::string line, aggregate, action, word;
  while (std::getline(rows, line)) {
    std::istringstream words(line);
    if (!(words >> aggregate >> action)) continue;
    std::set<std::string> told;
    while (words >> word) {
      const bool both = word.starts_with("managers:");
      if (both) told.insert({"lab" + word.substr(8), "manager" + word.substr(8)});
      if (!both) told.insert(word);
    }
    for (const std::string& row : told) expected[aggregate + " " + action] += row + " ";
  }
  return expected;
}

// Who is told what of budgets and their documents.
class BudgetNoticesTest : public BudgetWorld {};

// The whole policy, by person. Nobody
// else hears of anything, and an action that is not here is told to nobody.
TEST_P(BudgetNoticesTest, EachActionTellsThoseWhoHaveToKnow) {
  std::map<std::string, std::string> expected = ByAction(R"(
      budgets.budget      submitted         managers:budget_submitted
      budgets.budget      approved          asker:budget_approved
      budgets.budget      rejected          asker:budget_rejected
      budgets.budget      activated         managers:budget_activated
      budgets.budget      suspended         managers:budget_suspended
      budgets.budget      closing           accountant:budget_closing managers:budget_closing
      budgets.budget exercice_provisional accountant:budget_provisional managers:budget_provisional
      budgets.budget exercice_executory   managers:budget_executory
      budgets.period      soft_closed       managers:period_soft_closed
      budgets.period      close_due         accountant:period_close_due
      budgets.period      closed            managers:period_closed
      budgets.period      reopen_requested  accountant:period_reopen_requested
      budgets.period      reopened          managers:period_reopened
      budgets.commitment  requested         managers:commitment_requested
      budgets.commitment  reserved          asker:commitment_reserved
      budgets.commitment  refused           asker:commitment_refused
      budgets.commitment  expired           asker:commitment_expired managers:commitment_expired
      budgets.commitment  undercovered      managers:commitment_undercovered
      budgets.commitment payment_reversed     asker:commitment_payment_reversed
      budgets.commitment liquidation_reversed asker:commitment_liquidation_reversed
      budgets.claim       submitted         managers:claim_submitted
      budgets.claim       certified         managers:claim_certified
      budgets.claim       changes_requested traveller:claim_changes_requested
      budgets.claim       declined          traveller:claim_declined
      budgets.claim       approved          accountant:claim_approved
      budgets.claim       paid              traveller:claim_paid
      budgets.claim payment_failed accountant:claim_payment_failed traveller:claim_payment_returned
      budgets.claim       approval_reversed traveller:claim_approval_reversed
      budgets.transfer    requested         managers:transfer_requested
      budgets.transfer    needs_funder      managers:transfer_needs_funder
      budgets.transfer    funder_approved   managers:transfer_funder_approved
      budgets.transfer    posted            asker:transfer_posted
      budgets.transfer    refused           asker:transfer_refused
      budgets.amendment   created           managers:amendment_created partner:amendment_to_sign
      budgets.amendment   signed            managers:amendment_signed
      budgets.amendment   in_force          managers:amendment_in_force partner:amendment_in_force
      budgets.carry_over  created           managers:carry_over_created
      budgets.carry_over  approved          asker:carry_over_approved
      budgets.carry_over  refused           asker:carry_over_refused
      budgets.carry_over  posted            asker:carry_over_posted
      budgets.carry_over  returned          asker:carry_over_returned
      budgets.report      due               accountant:report_due
      budgets.report      prepared          accountant:report_prepared
      budgets.report      overdue           accountant:report_overdue
      budgets.delegation  created           asker:delegation_given
      budgets.delegation  revoked           asker:delegation_revoked
  )");
  std::size_t told = 0;
  for (const KnownAction& known : AllActions()) {
    if (!known.aggregate.starts_with("budgets.")) continue;
    const std::string key = std::string(known.aggregate) + " " + std::string(known.action);
    const std::string subject = GiveAny(std::string(known.aggregate), std::string(known.action));
    EXPECT_EQ(ToldOf(subject), expected[key]) << key;
    told += expected[key].empty() ? 0 : 1;
    EXPECT_EQ(Query("SELECT id FROM activity WHERE subject = $1", {subject}).size(), 1U) << key;
  }
  EXPECT_EQ(told, 46U);
}

TEST_P(BudgetNoticesTest, AnEventTellsOnceHoweverOftenItComes) {
  const auto event = CommitmentEvent("c1", 1, "requested");
  Give(event);
  Give(event);
  EXPECT_EQ(Kinds("manager"), "commitment_requested");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery"), 2);
  SendMails();
  EXPECT_EQ(Sent(), "manager");  // "lab" has no address in this world.
  EXPECT_EQ(transport_.sent[0].subject, "Engagement à valider : Microscope");
  EXPECT_NE(transport_.sent[0].text.find("https://jointly.example/budgets/b1/commitments/c1"),
            std::string::npos);
  EXPECT_NE(transport_.sent[0].text.find("Un engagement de 24828.27 EUR pour « Microscope »"),
            std::string::npos);
}

TEST_P(BudgetNoticesTest, WhoeverDidItIsNotTold) {
  Give(CommitmentEvent("c1", 1, "requested", "people/manager"));
  EXPECT_EQ(ToldOf("budgets/b1/commitments/c1"), "lab:commitment_requested ");
  Give(CommitmentEvent("c2", 1, "reserved", "people/asker"));
  EXPECT_EQ(ToldOf("budgets/b1/commitments/c2"), "");
  Give(ClaimEvent("k1", 1, "paid", "people/traveller"));
  EXPECT_EQ(ToldOf("budgets/b1/claims/k1"), "");
  // Who asked and manages too hears of an expiry once.
  auto event = CommitmentEvent("c3", 1, "expired", "timer");
  event.mutable_commitment()->set_requester("people/manager");
  Give(event);
  EXPECT_EQ(ToldOf("budgets/b1/commitments/c3"),
            "lab:commitment_expired manager:commitment_expired ");
}

TEST_P(BudgetNoticesTest, AServiceThatAskedIsNobody) {
  for (const char* action : {"reserved", "refused"}) {
    auto event = CommitmentEvent(action, 1, action, "service:mobility");
    event.mutable_commitment()->set_requester("services/mobility");
    Give(event);
    EXPECT_EQ(ToldOf(event.commitment().name()), "");
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM activity WHERE aggregate = 'budgets.commitment'"), 2);
}

TEST_P(BudgetNoticesTest, ABudgetWithoutAUnitIsNotTheUnits) {
  auto event = CommitmentEvent("c1", 1, "requested");
  *event.mutable_budget() = Scope("");
  Give(event);
  EXPECT_EQ(ToldOf("budgets/b1/commitments/c1"), "manager:commitment_requested ");
}

TEST_P(BudgetNoticesTest, WhatNobodyCouldBeToldWaitsForTheFirstWhoGetsTheRole) {
  for (const bool unit_first : {true, false}) {
    const std::string id = unit_first ? "north" : "south";
    const std::string unit = "institutions/" + id + "/units/lab";
    auto event = CommitmentEvent(id, 1, "requested");
    event.mutable_budget()->set_institution("institutions/" + id);
    event.mutable_budget()->set_unit(unit);
    Give(event);
    if (unit_first) AddPersonOfUnit(id + "-unit", unit);
    AddPerson(id + "-all", "en", "UTC", id, options::v1::BUDGET_MANAGER);
    if (!unit_first) AddPersonOfUnit(id + "-unit", unit);
    EXPECT_EQ(ToldOf("budgets/b1/commitments/" + id),
              id + (unit_first ? "-unit" : "-all") + ":commitment_requested ");
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM unclaimed"), 0);
}

TEST_P(BudgetNoticesTest, AWarningIsToldOnceWhateverEventsBringIt) {
  auto event = CommitmentEvent("c1", 2, "reserved", "people/manager");
  *event.add_alerts() = AlertOf(80, 1);
  *event.add_alerts() = AlertOf(90, 1);
  Give(event);
  Give(event);
  // Also to the one who caused it: that the line is nearly used up is not what they did.
  EXPECT_EQ(Kinds("manager"), "alert_used alert_used");
  EXPECT_EQ(Kinds("lab"), "alert_used alert_used");
  EXPECT_EQ(Kinds("accountant") + Kinds("partner") + Kinds("elsewhere") + Kinds("office-uga"), "");
  // The same ones with another commitment and with the budget.
  auto other = CommitmentEvent("c2", 1, "reserved");
  *other.add_alerts() = AlertOf(80, 1);
  Give(other);
  auto budget = BudgetEvent(4, "alerted", "timer");
  *budget.add_alerts() = AlertOf(90, 1);
  Give(budget);
  EXPECT_EQ(ToldOf("budgets/b1"),
            "lab:alert_used lab:alert_used manager:alert_used manager:alert_used ");
  // Others: the second crossing, another authorised version, another kind.
  budget = BudgetEvent(5, "alerted", "timer");
  *budget.add_alerts() = AlertOf(80, 2);
  *budget.add_alerts() = AlertOf(80, 1, 2);
  *budget.add_alerts() = AlertOf(0, 0, 1, "underspend");
  *budget.add_alerts() = AlertOf(0, 0, 1, "unspendable");
  *budget.add_alerts() = AlertOf(0, 0, 1, "open_commitments");
  *budget.add_alerts() = AlertOf(0, 0, 1, "not_known_yet");
  Give(budget);
  Give(budget);
  EXPECT_EQ(ToldOf("budgets/b1"),
            "lab:alert_open_commitments lab:alert_underspend lab:alert_unspendable lab:alert_used "
            "lab:alert_used lab:alert_used lab:alert_used "
            "manager:alert_open_commitments manager:alert_underspend manager:alert_unspendable "
            "manager:alert_used manager:alert_used manager:alert_used manager:alert_used ");
  // It leads to the budget, and no activity is made of it.
  EXPECT_EQ(Number("SELECT COUNT(*) FROM activity WHERE aggregate LIKE 'budgets.%'"), 4);
}

TEST_P(BudgetNoticesTest, AWarningSaysLineAndAmount) {
  auto event = BudgetEvent(2, "alerted", "timer");
  *event.add_alerts() = AlertOf(80, 1);
  Give(event);
  const auto inbox = Inbox("manager");
  ASSERT_EQ(inbox.notifications_size(), 1);
  EXPECT_EQ(inbox.notifications(0).title(), "80 % consommés : p1-equip, Grenoble Unit");
  EXPECT_EQ(inbox.notifications(0).text(),
            "24828.27 EUR sont engagés ou dépensés sur la ligne p1-equip du budget « Grenoble "
            "Unit » : le seuil de 80 % du montant autorisé est atteint.");
}

TEST_P(BudgetNoticesTest, APeriodSaysItsDaysAndTheDateOfItsClose) {
  budgets::PeriodEvent event;
  auto& period = *event.mutable_period();
  period.set_name("budgets/b1/periods/p1");
  *period.mutable_start_date() = rpc::ToProto(*ParseDate("2025-10-01"));
  *period.mutable_end_date() = rpc::ToProto(*ParseDate("2026-10-31"));
  period.set_revision(3);
  AddBudgetDeadline(*period.mutable_deadlines(), period.name(), 3, "close",
                    "2026-11-30 23:59:59 Europe/Paris", "accountant");
  *event.mutable_change() = ChangeOf("close_due", "timer");
  *event.mutable_budget() = Scope();
  Give("budgets.period", period.name(), 3, event, "close_due");
  const auto inbox = Inbox("accountant");
  ASSERT_EQ(inbox.notifications_size(), 1);
  EXPECT_EQ(inbox.notifications(0).text(),
            "La période 1er octobre 2025 – 31 octobre 2026 du budget « Grenoble Unit » doit être "
            "clôturée avant le 30 novembre 2026 à 23 h 59 (heure de Paris).");
}

TEST_P(BudgetNoticesTest, AnAmendmentAndATransferSayWhatTheyChange) {
  auto amendment =
      Simple(&budgets::AmendmentEvent::mutable_amendment, "budgets/b1/amendments/a1", "signed");
  amendment.mutable_amendment()->set_type(budgets::Amendment::NO_COST_EXTENSION);
  amendment.mutable_amendment()->add_signed_by("institutions/uga");
  amendment.mutable_amendment()->add_signed_by("institutions/tsukuba");
  Give("budgets.amendment", "budgets/b1/amendments/a1", 1, amendment, "signed");
  EXPECT_EQ(Inbox("lab").notifications(0).text(),
            "University of Tsukuba has signed the amendment of “Grenoble Unit”: extension without "
            "additional funds.");
  auto transfer =
      Simple(&budgets::TransferEvent::mutable_transfer, "budgets/b1/transfers/t1", "posted");
  auto& row = *transfer.mutable_transfer();
  row.set_requester("people/asker");
  row.mutable_from()->set_category("TRAVEL");
  row.mutable_from()->set_partner("institutions/uga");
  row.mutable_to()->set_category("CONS");
  row.mutable_to()->set_partner("institutions/uga");
  Set(*row.mutable_amount(), "6000.00");
  Give("budgets.transfer", "budgets/b1/transfers/t1", 1, transfer, "posted");
  EXPECT_EQ(Inbox("asker").notifications(0).text(),
            "6000.00 EUR were transferred from TRAVEL to CONS on “Grenoble Unit”.");
}

TEST_P(BudgetNoticesTest, ACarryOverIsDecidedByAnotherAndSaysWhatTheCloseDid) {
  auto event =
      Simple(&budgets::CarryOverEvent::mutable_carry_over, "budgets/b1/carryOvers/co1", "created");
  auto& row = *event.mutable_carry_over();
  row.set_requester("people/manager");
  row.set_from_period("budgets/b1/periods/p1");
  row.set_to_period("budgets/b1/periods/p2");
  Set(*row.mutable_total(), "2500.00");
  event.mutable_change()->set_actor("people/manager");
  Give("budgets.carry_over", row.name(), 1, event, "created");
  EXPECT_EQ(ToldOf(row.name()), "lab:carry_over_created ");
  EXPECT_EQ(Inbox("lab").notifications(0).title(), "Carry-over to approve: Grenoble Unit");
  row.set_revision(2);
  Set(*row.mutable_carried(), "2000.00");
  Set(*row.mutable_returned(), "500.00");
  event.mutable_change()->set_action("posted");
  event.mutable_change()->set_actor("people/accountant");
  Give("budgets.carry_over", row.name(), 2, event, "posted");
  ASSERT_EQ(Inbox("manager").notifications_size(), 1);
  EXPECT_EQ(Inbox("manager").notifications(0).text(),
            "La clôture de p1 du budget « Grenoble Unit » a reporté 2000.00 EUR sur p2, comme "
            "approuvé.");
  row.set_revision(3);
  row.set_requester("people/partner");
  event.mutable_change()->set_action("returned");
  Give("budgets.carry_over", row.name(), 3, event, "returned");
  ASSERT_EQ(Inbox("partner").notifications_size(), 1);
  EXPECT_EQ(Inbox("partner").notifications(0).text(),
            "予算「Grenoble Unit」のp1の締め処理で、p2へ繰り越さなかった500.00 "
            "EURを返還しました。");
}

TEST_P(BudgetNoticesTest, AnUnreadableEventIsRefusedForGood) {
  for (const auto& [aggregate, handler] : by_aggregate_) {
    if (!aggregate.starts_with("budgets.")) continue;
    bus::Message message;
    message.message_id = "broken";
    message.aggregate_type = aggregate;
    message.body = "\xff\xff\xff";
    const auto status = database().Transact([&](db::Tx& tx) { return handler(tx, message); });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << aggregate << ": " << status;
  }
}

INSTANTIATE_ON_ENGINES(BudgetNoticesTest);

}  // namespace
}  // namespace jointly::notifications
