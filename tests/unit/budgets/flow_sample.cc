#include "tests/unit/budgets/flow_sample.h"

#include "common/error/check.h"

namespace jointly::budgets::sample {

Time At(const std::string& rfc3339) {
  const auto time = ParseTime(rfc3339);
  Check(time.ok(), rfc3339);
  return *time;
}

Date Day(const std::string& text) {
  const auto date = ParseDate(text);
  Check(date.ok(), text);
  return *date;
}

money::Currency Euro() { return {.code = "EUR", .decimals = 2}; }
money::Currency Yen() { return {.code = "JPY", .decimals = 0}; }

std::int64_t Cents(const std::string& euros) {
  const auto money = money::ParseMoney(euros, Euro());
  Check(money.ok(), euros);
  return money->minor;
}

LineKey Line(const std::string& period, const std::string& category) {
  return {.period = period, .category = category, .partner = "institutions/tsukuba"};
}

Hand Self(const std::string& person) { return {.person = person, .in_place_of = ""}; }

Actor By(const std::string& person) {
  return {.hand = Self(person),
          .able = {"people/manager", "people/other"},
          .delegations = {},
          .today = Day("2020-06-15")};
}

Budget GrenobleUnit() {
  Budget budget;
  budget.id = "grenoble-unit";
  budget.display_name = "Grenoble Unit";
  budget.institution = "institutions/uga";
  budget.partners = {"institutions/tsukuba", "institutions/uga"};
  budget.currency = Euro();
  budget.contract_amount = Cents("250000");
  budget.sources = {{.organisation = "institutions/uga", .promised = Cents("250000")}};
  budget.start_date = Day("2020-04-01");
  budget.end_date = Day("2023-03-31");
  budget.agreement_reference = "UGA-TSUKUBA-2019";
  budget.terms.rule_set = "kakenhi";
  budget.terms.rule_variant = "subsidy";
  const auto category = [&](const char* id, const char* funder, const char* envelope) {
    budget.categories.push_back(
        {.id = id, .display_name = id, .funder_category = funder, .envelope = envelope});
  };
  category("PERS", "personnel", "personnel");
  category("EQUIP", "goods", "investissement");
  category("TRAVEL", "travel", "fonctionnement");
  category("CONS", "goods", "fonctionnement");
  category("SERV", "other", "fonctionnement");
  category("OVH", "indirect", "fonctionnement");
  category("GIFTS", "gifts", "fonctionnement");
  budget.time_zone = "Europe/Paris";
  budget.state = BudgetState::kActive;
  budget.authorised_version = 1;
  budget.requester = Self("people/manager");
  budget.revision = 4;
  return budget;
}

std::vector<Period> Periods() {
  std::vector<Period> periods;
  for (int i = 0; i < 3; ++i) {
    Period period;
    period.budget = "grenoble-unit";
    period.id = "p" + std::to_string(i + 1);
    period.start_date = Day(std::to_string(2020 + i) + "-04-01");
    period.end_date = Day(std::to_string(2021 + i) + "-03-31");
    period.state = i == 0 ? PeriodState::kOpen : PeriodState::kPlanned;
    period.revision = 1;
    periods.push_back(period);
  }
  return periods;
}

std::vector<LineHistory> Lines() {
  struct Initial {
    const char* category;
    int thousands[3];
  };
  std::vector<LineHistory> lines;
  for (const Initial& row : std::initializer_list<Initial>{{"PERS", {30, 35, 35}},
                                                           {"EQUIP", {30, 15, 5}},
                                                           {"TRAVEL", {10, 15, 15}},
                                                           {"CONS", {8, 8, 8}},
                                                           {"SERV", {4, 4, 4}},
                                                           {"OVH", {8, 8, 8}}}) {
    for (int i = 0; i < 3; ++i) {
      lines.push_back({.key = Line("p" + std::to_string(i + 1), row.category),
                       .initial = row.thousands[i] * 100'000});
    }
  }
  return lines;
}

BudgetFacts In(BudgetState state) {
  BudgetFacts facts;
  facts.budget = GrenobleUnit();
  facts.budget.state = state;
  facts.now = At("2020-06-15T09:00:00Z");
  facts.actor = By("people/other");
  facts.periods = Periods();
  for (Period& period : facts.periods) {
    if (state == BudgetState::kClosing) period.state = PeriodState::kClosed;
  }
  facts.input.reason = "The split was wrong.";
  facts.input.effective_date = Day("2020-06-15");
  facts.input.updated = facts.budget;
  return facts;
}

PeriodFacts In(PeriodState state) {
  PeriodFacts facts;
  facts.budget = GrenobleUnit();
  const auto periods = Periods();
  facts.period = periods[0];
  facts.period.state = state;
  facts.next = periods[1];
  if (state == PeriodState::kClosed) {
    facts.period.reopen_requester = Self("people/manager");
    facts.period.reopen_reason = "An invoice was found.";
  }
  facts.now = At("2021-04-20T09:00:00Z");
  facts.actor = By("people/other");
  facts.input.reason = "An invoice was found.";
  return facts;
}

CommitmentFacts In(CommitmentState state) {
  CommitmentFacts facts;
  facts.budget = GrenobleUnit();
  facts.period = Periods()[0];
  Commitment& commitment = facts.commitment;
  commitment.id = "c1";
  commitment.budget = facts.budget.id;
  commitment.line = Line("p1", "EQUIP");
  commitment.supplier_reference = "PO-17";
  commitment.amount = {.minor = Cents("1000"), .currency = Euro()};
  commitment.effective_date = Day("2020-06-15");
  commitment.expire_date = Day("2020-06-30");
  commitment.state = state;
  commitment.requester = Self("people/manager");
  commitment.revision = 1;
  if (IsOpen(state)) {
    commitment.reserved = commitment.remaining = commitment.original_remaining = Cents("1000");
  }
  facts.now = At("2020-07-01T09:00:00Z");
  facts.actor = By("people/other");
  facts.available = Cents("30000");
  facts.today = Day("2020-07-01");
  facts.input.reason = "Not needed.";
  facts.input.control = facts.input.original = Cents("1000");
  facts.input.to_period = "p2";
  return facts;
}

ClaimFacts In(ClaimState state) {
  ClaimFacts facts;
  const CommitmentFacts commitment = In(CommitmentState::kApproved);
  facts.budget = commitment.budget;
  facts.period = commitment.period;
  facts.commitment = commitment.commitment;
  ExpenseClaim& claim = facts.claim;
  claim.id = "m1";
  claim.budget = facts.budget.id;
  claim.commitment = "c1";
  claim.claimant = "people/researcher";
  claim.mission_start_date = Day("2020-06-20");
  claim.mission_end_date = Day("2020-06-25");
  claim.currency = Euro();
  claim.items = {{.date = Day("2020-06-20"), .description = "Train", .amount = Cents("180.50")},
                 {.date = Day("2020-06-25"), .description = "Hotel", .amount = Cents("419.50")}};
  claim.attachments = {{.id = "a1",
                        .kind = "receipt",
                        .file_name = "train.pdf",
                        .media_type = "application/pdf",
                        .size_bytes = 10,
                        .sha256 = "00",
                        .create_time = {}}};
  claim.state = state;
  claim.revision = 1;
  using enum ClaimState;
  const bool certified =
      state == kCertified || state == kApproved || state == kPaid || state == kPaymentFailed;
  if (certified) claim.certifier = Self("people/manager");
  if (certified && state != kCertified) claim.approver = Self("people/other");
  if (certified && state != kCertified) claim.recognised = Cents("600");
  if (state == kPaid) claim.payment_journal = "journal-9";
  facts.now = At("2020-07-01T09:00:00Z");
  facts.actor = By("people/other");
  facts.available = Cents("1000");
  facts.input = {.note = "The hotel's receipt is missing.",
                 .payment_reference = "SEPA-1",
                 .payment_journal = "journal-9",
                 .effective_date = {},
                 .control = Cents("600"),
                 .updated = claim};
  return facts;
}

TransferFacts In(TransferState state) {
  TransferFacts facts;
  facts.budget = GrenobleUnit();
  facts.period = Periods()[0];
  LineTransfer& transfer = facts.transfer;
  transfer.id = "t1";
  transfer.budget = facts.budget.id;
  transfer.from = Line("p1", "TRAVEL");
  transfer.to = Line("p1", "CONS");
  transfer.amount = Cents("6000");
  transfer.effective_date = Day("2021-03-10");
  transfer.state = state;
  transfer.requester = Self("people/manager");
  transfer.revision = 1;
  facts.now = At("2021-03-10T09:00:00Z");
  facts.actor = By("people/other");
  facts.available = Cents("8750");
  facts.judgement = JudgeTransfer(*FindCategoryRule("kakenhi", "subsidy", Day("2021-03-10")),
                                  facts.budget, Lines(), transfer);
  facts.input = {.funder_approval = "JSPS letter 12", .reason = "Not now."};
  return facts;
}

AmendmentFacts In(AmendmentState state) {
  AmendmentFacts facts;
  facts.budget = GrenobleUnit();
  facts.periods = Periods();
  Amendment& amendment = facts.amendment;
  amendment.id = "am1";
  amendment.budget = facts.budget.id;
  amendment.type = AmendmentType::kNoCostExtension;
  amendment.reason = "Borders were closed.";
  amendment.signed_date = Day("2023-02-20");
  amendment.new_end_date = Day("2023-09-30");
  amendment.state = state;
  amendment.requester = Self("people/manager");
  amendment.content_hash = "hash";
  amendment.revision = 1;
  facts.now = At("2023-02-20T09:00:00Z");
  facts.actor = By("people/other");
  facts.input = {
      .institution = "institutions/tsukuba", .content_hash = "hash", .effective_date = {}};
  return facts;
}

CarryOverFactsOf In(CarryOverState state) {
  CarryOverFactsOf facts;
  facts.budget = GrenobleUnit();
  facts.budget.terms.carry_over = "on_reason";
  const auto periods = Periods();
  facts.from = periods[0];
  facts.to = periods[1];
  facts.carry_over.id = "co1";
  facts.carry_over.budget = facts.budget.id;
  facts.carry_over.from_period = "p1";
  facts.carry_over.to_period = "p2";
  facts.carry_over.lines = {{.line = Line("p1", "TRAVEL"), .change = Cents("2750")}};
  facts.carry_over.reason = "Borders were closed.";
  facts.carry_over.state = state;
  facts.carry_over.requester = Self("people/manager");
  facts.carry_over.revision = 1;
  facts.leftovers = {{.line = Line("p1", "TRAVEL"), .available = Cents("2750")}};
  facts.judgement.returned = {{.line = Line("p1", "TRAVEL"), .change = Cents("2750")}};
  facts.now = At("2021-03-20T09:00:00Z");
  facts.actor = By("people/other");
  return facts;
}

ReportFacts In(ReportState state) {
  ReportFacts facts;
  facts.budget = GrenobleUnit();
  facts.period = Periods()[0];
  facts.report.id = "p1";
  facts.report.budget = facts.budget.id;
  facts.report.period = "p1";
  facts.report.due_date = Day("2021-05-30");
  facts.report.state = state;
  facts.report.preparer = Self("people/manager");
  facts.report.as_of_sequence = 17;
  facts.report.content_hash = "hash";
  facts.report.revision = 1;
  facts.now = At("2021-05-31T09:00:00Z");
  facts.actor = By("people/accountant");
  facts.today = Day("2021-05-31");
  facts.input = {.as_of_sequence = 17, .content_hash = "hash"};
  return facts;
}

std::string Refusal(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason != "GUARD_REFUSED") return reason;
  // "... is refused for <subject>: GUARD evidence": the first guard is enough for a table.
  const std::string text = MessageOf(status);
  const std::size_t begin = text.find(": ") + 2;
  return text.substr(begin, text.find(' ', begin) - begin);
}

}  // namespace jointly::budgets::sample
