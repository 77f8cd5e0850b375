#include <gtest/gtest.h>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/store/budget_store.h"
#include "services/budgets/store/change_store.h"
#include "services/budgets/store/claim_store.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/migrations.h"
#include "tests/support/database_fixture.h"

// What is stored comes back as it was, is seen by whom it concerns and by nobody else.
namespace jointly::budgets {
namespace {

using store::Lock;
using store::Scope;

Date Day(const char* text) { return *ParseDate(text); }
Time At(std::int64_t micros) { return FromMicros(micros); }
const money::Currency kEuro{.code = "EUR", .decimals = 2};
const money::Currency kYen{.code = "JPY", .decimals = 0};

LineKey Line(const char* category) {
  return {.period = "p1", .category = category, .partner = "institutions/tsukuba"};
}
Hand HandOf(const char* person, const char* absent = "") {
  return {.person = person, .in_place_of = absent};
}

Attachment Receipt() {
  return {.id = "a1",
          .kind = "receipt",
          .file_name = "re\tceipt \\ 1\n.pdf",
          .media_type = "application/pdf",
          .size_bytes = 42,
          .sha256 = "ab",
          .create_time = At(5)};
}

Budget SomeBudget(const std::string& id) {
  Budget budget;
  budget.id = id;
  budget.display_name = "Unit\twith a tab";
  budget.institution = "institutions/uga";
  budget.unit = "institutions/uga/units/lab";
  budget.partners = {"institutions/tsukuba", "institutions/uga"};
  budget.currency = kEuro;
  budget.contract_amount = 25'000'000;
  budget.sources = {{"institutions/uga", 20'000'000, Kind::kCash},
                    {"institutions/tsukuba", 500, Kind::kInKind}};
  budget.start_date = Day("2020-04-01");
  budget.end_date = Day("2023-03-31");
  budget.agreement_reference = "A-1";
  budget.funding_reference = "GRANT-7";
  budget.terms = {.rule_set = "kakenhi",
                  .rule_variant = "fund",
                  .rate_policy = "previous_target_day",
                  .carry_over = "on_reason",
                  .carry_over_maximum_percent = 90,
                  .carry_over_minimum = 100'000,
                  .liquidation_tolerance_percent = 5,
                  .indirect_on_top = true};
  budget.categories = {{"EQUIP", "Equipment", "goods", "investissement"}};
  budget.grants = {{.id = "erasmus",
                    .call = "calls/c1",
                    .category = "TRAVEL",
                    .partner = "institutions/uga",
                    .rate_per_day = money::Money{.minor = 4000, .currency = kYen},
                    .day_convention = "calendar_days",
                    .standing_approver = "people/standing"}};
  budget.time_zone = "Europe/Paris";
  budget.state = BudgetState::kActive;
  budget.state_reason = "reason";
  budget.authorised_version = 2;
  budget.requester = HandOf("people/a");
  budget.approver = HandOf("people/b", "people/c");
  budget.create_time = At(1);
  budget.update_time = At(2);
  budget.revision = 3;
  budget.demo = true;
  return budget;
}

Commitment SomeCommitment(const std::string& id) {
  Commitment commitment;
  commitment.id = id;
  commitment.budget = "b1";
  commitment.line = Line("EQUIP");
  commitment.display_name = "Cryostat";
  commitment.supplier_reference = "PO-17";
  commitment.amount = {.minor = 3'000'000, .currency = kYen};
  commitment.effective_date = Day("2020-06-15");
  commitment.expire_date = Day("2020-12-31");
  commitment.reserved = 2'482'827;
  commitment.liquidated = 1'000'000;
  commitment.released = 2'827;
  commitment.remaining = 1'480'000;
  commitment.paid = 1'000'000;
  commitment.original_remaining = 1'700'000;
  commitment.conversion = Conversion{.from = {.minor = 3'000'000, .currency = kYen},
                                     .to = {.minor = 2'482'827, .currency = kEuro},
                                     .rate = "120.83",
                                     .rate_date = Day("2020-06-15"),
                                     .policy = "day"};
  commitment.state = CommitmentState::kPartiallyLiquidated;
  commitment.requester = HandOf("people/a");
  commitment.approver = HandOf("people/b", "people/c");
  commitment.attachments = {Receipt()};
  commitment.create_time = At(10);
  commitment.update_time = At(11);
  commitment.revision = 4;
  return commitment;
}

class DocumentsTest : public test::DatabaseTest {
 public:
  DocumentsTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  template <typename Body>
  void Write(Body&& body) {
    const absl::Status status = database().Transact([&](db::Tx& tx) {
      body(tx);
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  template <typename Body>
  auto Read(Body&& body) {
    return database().Transact(body);
  }
  std::string BudgetSeen(const Scope& scope) {
    const auto budget = Read([&](db::Tx& tx) -> absl::StatusOr<Budget> {
      return store::LoadBudget(tx, "b1", scope, Lock::kYes);
    });
    return budget.ok() ? "seen" : ReasonOf(budget.status());
  }
};

TEST_P(DocumentsTest, BudgetsComeBackAsTheyWere) {
  const Budget before = SomeBudget("b1");
  Write([&](db::Tx& tx) { store::InsertBudget(tx, before); });
  auto after =
      Read([&](db::Tx& tx) { return store::LoadBudget(tx, "b1", store::Everything(), Lock::kNo); });
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->display_name, before.display_name);
  EXPECT_EQ(after->partners, before.partners);
  EXPECT_EQ(after->sources, before.sources);
  EXPECT_EQ(after->terms, before.terms);
  EXPECT_EQ(after->categories, before.categories);
  EXPECT_EQ(after->grants, before.grants);
  EXPECT_EQ(after->start_date, before.start_date);
  EXPECT_EQ(after->end_date, before.end_date);
  EXPECT_EQ(after->currency, before.currency);
  EXPECT_EQ(after->state, before.state);
  EXPECT_EQ(after->authorised_version, 2);
  EXPECT_EQ(after->approver, before.approver);
  EXPECT_TRUE(after->demo);
  // A second budget of the same id is refused by its key, not written over the first.
  const absl::Status twice = database().Transact([&](db::Tx& tx) {
    store::InsertBudget(tx, SomeBudget("b1"));
    return absl::OkStatus();
  });
  EXPECT_EQ(ReasonOf(twice), "UNIQUE_VIOLATION");
}

TEST_P(DocumentsTest, BudgetsAreSeenByTheirOfficesAndPartnersOnly) {
  Write([&](db::Tx& tx) { store::InsertBudget(tx, SomeBudget("b1")); });
  EXPECT_EQ(BudgetSeen({.offices = {"institutions/uga"}}), "seen");
  EXPECT_EQ(BudgetSeen({.offices = {"institutions/uga/units/lab"}}), "seen");
  EXPECT_EQ(BudgetSeen({.offices = {"institutions/tsukuba"}}), "seen");
  EXPECT_EQ(BudgetSeen({.offices = {"institutions/sapporo", "institutions/uga/units/other"}}),
            "BUDGET_NOT_FOUND");
  EXPECT_EQ(BudgetSeen({}), "BUDGET_NOT_FOUND");
  EXPECT_EQ(BudgetSeen(store::Everything()), "seen");
  // A partner that leaves sees it no more.
  Budget changed = SomeBudget("b1");
  changed.partners = {"institutions/uga"};
  Write([&](db::Tx& tx) { store::SaveBudget(tx, changed); });
  EXPECT_EQ(BudgetSeen({.offices = {"institutions/tsukuba"}}), "BUDGET_NOT_FOUND");
  const auto listed = Read([&](db::Tx& tx) {
    return store::ListBudgets(tx, {.offices = {"institutions/uga"}},
                              {.order_and_limit = " ORDER BY budget.id LIMIT 5"});
  });
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->size(), 1u);
}

TEST_P(DocumentsTest, APayerIsFoundByItsReference) {
  Write([&](db::Tx& tx) { store::InsertBudget(tx, SomeBudget("b1")); });
  const auto payer = [&](const char* reference) {
    const auto found = Read([&](db::Tx& tx) { return store::FindPayer(tx, "", reference); });
    Check(found.ok(), found.status().ToString());
    return found->has_value() ? (*found)->id : "nobody";
  };
  EXPECT_EQ(payer("GRANT-7"), "b1");
  EXPECT_EQ(payer("GRANT-8"), "nobody");
  EXPECT_EQ(payer(""), "nobody");
  Budget closed = SomeBudget("b1");
  closed.state = BudgetState::kClosed;
  Write([&](db::Tx& tx) { store::SaveBudget(tx, closed); });
  EXPECT_EQ(payer("GRANT-7"), "nobody");
}

TEST_P(DocumentsTest, PeriodsAndLinesComeBackAsTheyWere) {
  Period period;
  period.budget = "b1";
  period.id = "p2";
  period.start_date = Day("2021-04-01");
  period.end_date = Day("2022-03-31");
  period.state = PeriodState::kClosed;
  period.digest = "d1";
  period.digest_signature = "s1";
  period.reopen_requester = HandOf("people/a");
  period.reopen_reason = "found";
  period.closing_sequence = 17;
  period.update_time = At(3);
  period.revision = 2;
  store::LineRow line;
  line.history = {.key = Line("EQUIP"), .initial = 3'000'000, .transferred = -600};
  line.thresholds = {{80, 1, 2, true}, {90, 1, 0, false}};
  Write([&](db::Tx& tx) {
    Period first = period;
    first.id = "p1";
    first.start_date = Day("2020-04-01");
    store::SavePeriod(tx, period);
    store::SavePeriod(tx, first);
    period.state = PeriodState::kReopened;
    store::SavePeriod(tx, period);
    store::SaveLine(tx, "b1", line);
  });
  const auto periods = Read([&](db::Tx& tx) { return store::LoadPeriods(tx, "b1", Lock::kYes); });
  ASSERT_TRUE(periods.ok()) << periods.status();
  ASSERT_EQ(periods->size(), 2u);
  EXPECT_EQ((*periods)[0].id, "p1");
  EXPECT_EQ((*periods)[1].state, PeriodState::kReopened);
  EXPECT_EQ((*periods)[1].digest_signature, "s1");
  EXPECT_EQ((*periods)[1].reopen_requester, HandOf("people/a"));
  EXPECT_EQ((*periods)[1].closing_sequence, 17);
  const auto missing =
      Read([&](db::Tx& tx) { return store::LoadPeriod(tx, "b1", "p9", Lock::kNo); });
  EXPECT_EQ(ReasonOf(missing.status()), "PERIOD_NOT_FOUND");
  const auto row = Read([&](db::Tx& tx) { return store::LoadLine(tx, "b1", Line("EQUIP")); });
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->history.initial, 3'000'000);
  EXPECT_EQ(row->history.transferred, -600);
  EXPECT_EQ(row->thresholds, line.thresholds);
  const auto fresh = Read([&](db::Tx& tx) { return store::LoadLine(tx, "b1", Line("CONS")); });
  ASSERT_TRUE(fresh.ok());
  EXPECT_EQ(fresh->history.initial, 0);
}

TEST_P(DocumentsTest, CommitmentsComeBackAsTheyWere) {
  Commitment before = SomeCommitment("c1");
  before.mobility = "mobilities/m1";
  before.thesis = "theses/t1";
  Write([&](db::Tx& tx) { store::InsertCommitment(tx, before); });
  auto after = Read([&](db::Tx& tx) { return store::LoadCommitment(tx, "b1", "c1", Lock::kYes); });
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->line, before.line);
  EXPECT_EQ(after->amount, before.amount);
  EXPECT_EQ(after->expire_date, before.expire_date);
  EXPECT_EQ(after->reserved, before.reserved);
  EXPECT_EQ(after->remaining, before.remaining);
  EXPECT_EQ(after->original_remaining, before.original_remaining);
  ASSERT_TRUE(after->conversion.has_value());
  EXPECT_EQ(after->conversion->rate, "120.83");
  EXPECT_EQ(after->conversion->to, before.conversion->to);
  EXPECT_EQ(after->approver, before.approver);
  EXPECT_EQ(after->attachments, before.attachments);
  EXPECT_EQ(after->mobility + " " + after->thesis, "mobilities/m1 theses/t1");
  const auto found = Read([&](db::Tx& tx) { return store::FindCommitment(tx, "c1", Lock::kNo); });
  ASSERT_TRUE(found.ok() && found->has_value());
  const auto other =
      Read([&](db::Tx& tx) { return store::LoadCommitment(tx, "b2", "c1", Lock::kNo); });
  EXPECT_EQ(ReasonOf(other.status()), "COMMITMENT_NOT_FOUND");
}

TEST_P(DocumentsTest, ACommitmentThatDoesNotAddUpIsNotStored) {
  Commitment broken = SomeCommitment("c1");
  broken.remaining += 1;
  const absl::Status status = database().Transact([&](db::Tx& tx) {
    store::InsertCommitment(tx, broken);
    return absl::OkStatus();
  });
  EXPECT_FALSE(status.ok());
}

TEST_P(DocumentsTest, OpenOnesAndDraftsAreCountedPerPeriod) {
  Write([&](db::Tx& tx) {
    Commitment commitment = SomeCommitment("c1");
    store::InsertCommitment(tx, commitment);
    commitment.mobility.clear();  // A stay has one commitment.
    commitment.id = "c2";
    commitment.state = CommitmentState::kLiquidated;
    store::InsertCommitment(tx, commitment);
    commitment.id = "c3";
    commitment.state = CommitmentState::kRequested;
    store::InsertCommitment(tx, commitment);
    commitment.id = "c4";
    commitment.line.period = "p2";
    store::InsertCommitment(tx, commitment);
    LineTransfer transfer;
    transfer.id = "t1";
    transfer.budget = "b1";
    transfer.from = Line("EQUIP");
    transfer.to = Line("CONS");
    transfer.effective_date = Day("2021-03-10");
    transfer.state = TransferState::kPendingFunder;
    store::SaveTransfer(tx, transfer);
    ExpenseClaim claim;
    claim.id = "m1";
    claim.budget = "b1";
    claim.commitment = "c1";
    claim.currency = kEuro;
    claim.mission_start_date = claim.mission_end_date = Day("2020-06-20");
    claim.state = ClaimState::kCertified;
    store::SaveClaim(tx, claim);
    claim.id = "m2";
    claim.state = ClaimState::kDraft;
    store::SaveClaim(tx, claim);
  });
  const auto open =
      Read([&](db::Tx& tx) { return store::OpenCommitments(tx, "b1", "p1", Lock::kYes); });
  ASSERT_TRUE(open.ok()) << open.status();
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ((*open)[0].id, "c1");
  const auto drafts = [&](const char* period) {
    const auto count = Read([&](db::Tx& tx) { return store::CountDrafts(tx, "b1", period); });
    Check(count.ok(), count.status().ToString());
    return *count;
  };
  EXPECT_EQ(drafts("p1"), 3);  // A request, a transfer, a claim that somebody must decide.
  EXPECT_EQ(drafts("p2"), 1);
  EXPECT_EQ(drafts("p3"), 0);
}

TEST_P(DocumentsTest, ClaimsAreSeenByTheirClaimantAndTheBudgetsOffices) {
  ExpenseClaim before;
  before.id = "m1";
  before.budget = "b1";
  before.commitment = "c1";
  before.claimant = "people/r";
  before.mission_start_date = Day("2020-06-20");
  before.mission_end_date = Day("2020-06-25");
  before.currency = kEuro;
  before.items = {{Day("2020-06-20"), "Train\tto Lyon", 18'050}, {Day("2020-06-25"), "Hotel", 1}};
  before.state = ClaimState::kApproved;
  before.certifier = HandOf("people/a");
  before.approver = HandOf("people/b", "people/c");
  before.note = "A note";
  before.recognised = 18'051;
  before.attachments = {Receipt()};
  before.create_time = At(1);
  before.update_time = At(2);
  before.revision = 5;
  Write([&](db::Tx& tx) {
    store::InsertBudget(tx, SomeBudget("b1"));
    store::SaveClaim(tx, before);
    store::InsertAttachment(tx, {.id = "a1",
                                 .budget = "b1",
                                 .parent = "claims/m1",
                                 .person = "people/r",
                                 .sha256 = "ab",
                                 .size_bytes = 42});
  });
  const auto load = [&](const store::ClaimScope& scope) {
    return Read([&](db::Tx& tx) { return store::LoadClaim(tx, "b1", "m1", scope, Lock::kYes); });
  };
  const auto own = load({.offices = {}, .person = "people/r"});
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->items, before.items);
  EXPECT_EQ(own->approver, before.approver);
  EXPECT_EQ(own->attachments, before.attachments);
  EXPECT_EQ(own->recognised, 18'051);
  EXPECT_TRUE(load({.offices = {.offices = {"institutions/uga"}}, .person = "people/x"}).ok());
  EXPECT_EQ(ReasonOf(load({.offices = {}, .person = "people/x"}).status()), "CLAIM_NOT_FOUND");
  EXPECT_EQ(
      ReasonOf(load({.offices = {.offices = {"institutions/sapporo"}}, .person = ""}).status()),
      "CLAIM_NOT_FOUND");
  const auto listed = Read([&](db::Tx& tx) {
    return store::ListClaims(tx, "b1", {.offices = {}, .person = "people/x"},
                             {.order_and_limit = " ORDER BY claim.id"});
  });
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_TRUE(listed->empty());
  EXPECT_TRUE(*Read([&](db::Tx& tx) { return store::IsNamed(tx, "ab"); }));
  EXPECT_FALSE(*Read([&](db::Tx& tx) { return store::IsNamed(tx, "cd"); }));
  EXPECT_EQ(*Read([&](db::Tx& tx) { return store::AttachedBytes(tx, "b1", "claims/m1"); }), 42);
}

TEST_P(DocumentsTest, AmendmentsComeBackAsTheyWere) {
  Amendment amendment;
  amendment.id = "am1";
  amendment.budget = "b1";
  amendment.type = AmendmentType::kRebudget;
  amendment.reason = "why";
  amendment.signed_date = Day("2023-02-20");
  amendment.new_end_date = Day("2023-09-30");
  amendment.change = -5;
  amendment.new_sources = {{"https://ror.org/02rx3b187", 7, Kind::kCash}};
  amendment.reallocations = {{Line("EQUIP"), -300}, {Line("CONS"), 300}};
  amendment.state = AmendmentState::kPartlySigned;
  amendment.signed_by = {"institutions/uga"};
  amendment.signers = {HandOf("people/a", "people/b")};
  amendment.revision = 2;
  Write([&](db::Tx& tx) { store::SaveAmendment(tx, amendment); });
  const auto loaded =
      Read([&](db::Tx& tx) { return store::LoadAmendment(tx, "b1", "am1", Lock::kYes); });
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->type, amendment.type);
  EXPECT_EQ(loaded->new_end_date, amendment.new_end_date);
  EXPECT_EQ(loaded->new_sources, amendment.new_sources);
  EXPECT_EQ(loaded->reallocations, amendment.reallocations);
  EXPECT_EQ(loaded->signers, amendment.signers);
  EXPECT_EQ(loaded->signed_by, amendment.signed_by);
  EXPECT_EQ(Read([&](db::Tx& tx) { return store::ListAmendments(tx, "b1"); })->size(), 1u);
}

TEST_P(DocumentsTest, CarryOversAndReportsComeBackAsTheyWere) {
  CarryOver carry;
  carry.id = "co1";
  carry.budget = "b1";
  carry.from_period = "p1";
  carry.to_period = "p2";
  carry.lines = {{Line("EQUIP"), 575'953}};
  carry.state = CarryOverState::kApproved;
  carry.carried = 500'000;
  carry.returned = 75'953;
  PeriodicReport report;
  report.id = "p1";
  report.budget = "b1";
  report.due_date = Day("2021-05-30");
  report.as_of_sequence = 17;
  report.preparer = HandOf("people/a");
  Write([&](db::Tx& tx) {
    store::SaveCarryOver(tx, carry);
    store::SaveReport(tx, report);
  });
  const auto found =
      Read([&](db::Tx& tx) { return store::CarryOversFrom(tx, "b1", "p1", Lock::kYes); });
  ASSERT_TRUE(found.ok() && found->size() == 1u) << found.status();
  EXPECT_EQ(found->front().lines, carry.lines);
  EXPECT_EQ(found->front().state, CarryOverState::kApproved);
  EXPECT_EQ(found->front().carried, 500'000);
  EXPECT_EQ(found->front().returned, 75'953);
  const auto reports = Read([&](db::Tx& tx) { return store::ListReports(tx, "b1"); });
  ASSERT_TRUE(reports.ok());
  EXPECT_EQ((*reports)[0].as_of_sequence, 17);
  EXPECT_EQ((*reports)[0].preparer, report.preparer);
  // Two carry-overs of one period cannot both wait for a decision.
  carry.id = "co2";
  const absl::Status second = database().Transact([&](db::Tx& tx) {
    store::SaveCarryOver(tx, carry);
    return absl::OkStatus();
  });
  EXPECT_EQ(ReasonOf(second), "UNIQUE_VIOLATION");
}

INSTANTIATE_ON_ENGINES(DocumentsTest);

}  // namespace
}  // namespace jointly::budgets
