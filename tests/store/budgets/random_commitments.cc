#include "common/error/check.h"
#include "tests/store/budgets/random_treasury.h"

// Commitments, and postings without a document of their own.
namespace jointly::budgets {
namespace {

constexpr const char* kHolds =
    "state IN ('approved', 'partially_liquidated', 'carried', 'undercovered')";

}  // namespace

void RandomTreasury::Order() {
  const PeriodRow period = AnyPeriod();
  pb::CreateCommitmentRequest request;
  request.set_parent("budgets/" + fund_.id);
  pb::Commitment& commitment = *request.mutable_commitment();
  *commitment.mutable_line() = LineIn(period.id);
  commitment.set_display_name("An order");
  if (!Chance(3)) commitment.set_supplier_reference("PO " + std::to_string(++number_));
  const std::int64_t minor = Around(Available(commitment.line()));
  const bool foreign = Chance(45);
  *commitment.mutable_amount() = foreign ? Foreign(minor) : Own(minor);
  *commitment.mutable_effective_date() = DayIn(period);
  if (Chance(25)) {
    *commitment.mutable_expire_date() = Chance(85) ? commitment.effective_date() : DayIn(period);
  }
  const auto made = Send(foreign ? "order in foreign money" : "order", AnyManager(),
                         &Api::CreateCommitment, request);
  if (!made.has_value() || Chance(25)) return;
  const std::string id = made->name().substr(made->name().rfind('/') + 1);
  Approve(Query("SELECT * FROM commitment WHERE id = $1", {id}).front());
}

void RandomTreasury::ActOnCommitment() {
  const db::Rows waiting = AnyRow("commitment", "state = 'requested'");
  if (!waiting.empty() && Chance(35)) {
    return Chance(85) ? Approve(waiting.front()) : Refuse(waiting.front());
  }
  const db::Rows unpaid = AnyRow("commitment", "liquidated > paid");
  if (!unpaid.empty() && Chance(35)) return PayFor(unpaid.front());
  const db::Rows held = AnyRow("commitment", Chance(94) ? kHolds : "");
  if (held.empty()) return Order();
  const std::int64_t chance = Below(100);
  if (chance < 12) return TakeBack();
  if (chance < 14) return CreditNote();
  if (chance < 58) return Liquidate(held.front());
  if (chance < 82) return Release(held.front());
  if (chance < 90) return Claims(held.front());
  if (chance < 93) return Approve(held.front());
  Revalue();
}

void RandomTreasury::Approve(const db::Row& commitment) {
  pb::ApproveCommitmentRequest request;
  request.set_name(Name("commitments", commitment.Text("id")));
  request.set_on_behalf_of(InPlaceOf(commitment));
  const bool stands_in = !request.on_behalf_of().empty();
  const std::string who =
      stands_in && Chance(70) ? (Chance(50) ? "accountant" : "auditor") : Approver(commitment);
  Send(stands_in ? "approve in place" : "approve", who, &Api::ApproveCommitment, request);
}

void RandomTreasury::Refuse(const db::Row& commitment) {
  pb::RefuseCommitmentRequest request;
  request.set_name(Name("commitments", commitment.Text("id")));
  request.set_reason("Not this year.");
  Send("refuse", AnyManager(), &Api::RefuseCommitment, request);
}

// Part of what remains, all of it, or more.
void RandomTreasury::Liquidate(const db::Row& commitment) {
  const std::int64_t remains = commitment.Int("original_remaining");
  const std::int64_t percent = Chance(25) ? 100 : 1 + Below(Chance(15) ? 120 : 70);
  pb::LiquidateCommitmentRequest request;
  request.set_name(Name("commitments", commitment.Text("id")));
  *request.mutable_amount() = Minor(remains * percent / 100, commitment.Text("currency_code"));
  request.set_final(Chance(15));
  *request.mutable_effective_date() = DayOf(commitment.Text("period"));
  if (Chance(30)) {
    *request.mutable_effective_date() = Day(commitment.Text("effective_date"));
  }
  request.set_invoice_reference("F " + std::to_string(++number_));
  const std::string kind = request.final() ? "liquidate finally" : "liquidate";
  const auto entered =
      Send(kind, Chance(50) ? AnyAccountant() : AnyManager(), &Api::LiquidateCommitment, request);
  if (!entered.has_value() || Chance(60)) return;
  if (Chance(35)) return TakeBack();
  PayFor(Query("SELECT * FROM commitment WHERE id = $1", {commitment.Text("id")}).front());
  if (Chance(50)) TakeBack();
}

void RandomTreasury::Release(const db::Row& commitment, bool all) {
  pb::ReleaseCommitmentRequest request;
  request.set_name(Name("commitments", commitment.Text("id")));
  request.set_reason("It came cheaper.");
  if (!all && Chance(65)) {
    const std::int64_t remains = commitment.Int("original_remaining");
    *request.mutable_amount() =
        Minor(remains * (1 + Below(105)) / 100, commitment.Text("currency_code"));
  }
  if (all || Chance(60)) *request.mutable_effective_date() = DayOf(commitment.Text("period"));
  Send(all || !request.has_amount() ? "release all" : "release", AnyManager(),
       &Api::ReleaseCommitment, request);
}

void RandomTreasury::PayFor(const db::Row& commitment) {
  const std::int64_t open = commitment.Int("liquidated") - commitment.Int("paid");
  const std::int64_t part = Chance(55) ? open : 1 + Below(open + open / 5 + 1);
  const bool foreign = commitment.Text("currency_code") != fund_.currency && Chance(30);
  pb::PayCostRequest request;
  request.set_name("budgets/" + fund_.id);
  request.set_document(Name("commitments", commitment.Text("id")));
  *request.mutable_amount() = foreign ? Foreign(part) : Own(part);
  *request.mutable_effective_date() = DayIn(AnyPeriod());
  request.set_reference("T " + std::to_string(++number_));
  const std::string who =
      Chance(75) ? Other({"accountant", "payer"}, commitment.Text("approver")) : AnyAccountant();
  Send(foreign ? "pay for in foreign money" : "pay for", who, &Api::PayCost, request);
}

void RandomTreasury::Post() {
  const std::int64_t chance = Below(100);
  if (chance < 30) return Recognise();
  if (chance < 44) return Pay();
  if (chance < 54) return Allocate();
  if (chance < 62) return Receive();
  if (chance < 68) return Return();
  if (chance < 72) return RecordInKind();
  return chance < 88 ? Reverse() : Revalue();
}

void RandomTreasury::Allocate() {
  pb::AllocateBudgetRequest request;
  request.set_name("budgets/" + fund_.id);
  const std::int64_t rows = 1 + Below(2);
  for (std::int64_t i = 0; i < rows; ++i) {
    pb::Allocation& row = *request.add_allocations();
    *row.mutable_line() = LineIn(AnyPeriod().id);
    *row.mutable_amount() = Own(1 + Below(Chance(95) ? 120'000 : 9'000'000));
  }
  *request.mutable_effective_date() = DayIn(AnyPeriod());
  Send("allocate", AnyManager(), &Api::AllocateBudget, request);
}

void RandomTreasury::Receive() {
  pb::ReceiveInstalmentRequest request;
  request.set_name("budgets/" + fund_.id);
  *request.mutable_amount() = Own(1 + Below(900'000));
  *request.mutable_effective_date() = DayIn(AnyPeriod());
  Send("receive", AnyAccountant(), &Api::ReceiveInstalment, request);
}

void RandomTreasury::Recognise() {
  const PeriodRow period = AnyPeriod();
  pb::RecogniseCostRequest request;
  request.set_name("budgets/" + fund_.id);
  *request.mutable_line() = LineIn(period.id);
  const std::int64_t minor = Around(Available(request.line())) / 2 + 1;
  const bool foreign = Chance(25);
  *request.mutable_amount() = foreign ? Foreign(minor) : Own(minor);
  *request.mutable_effective_date() = DayIn(period);
  request.set_reference("Payroll " + std::to_string(++number_));
  Send(foreign ? "recognise in foreign money" : "recognise",
       Chance(50) ? AnyManager() : AnyAccountant(), &Api::RecogniseCost, request);
}

void RandomTreasury::Pay() {
  pb::PayCostRequest request;
  request.set_name("budgets/" + fund_.id);
  if (Chance(5)) request.set_partner("institutions/uga");
  const std::int64_t minor = 1 + Below(Chance(85) ? 60'000 : 5'000'000);
  *request.mutable_amount() = Chance(25) ? Foreign(minor) : Own(minor);
  *request.mutable_effective_date() = DayIn(AnyPeriod());
  Send("pay", AnyAccountant(), &Api::PayCost, request);
}

void RandomTreasury::Return() {
  const PeriodRow period = AnyPeriod();
  pb::ReturnUnspentRequest request;
  request.set_name("budgets/" + fund_.id);
  if (Chance(50)) *request.mutable_line() = LineIn(period.id);
  *request.mutable_amount() = Own(1 + Below(Chance(90) ? 40'000 : 6'000'000));
  *request.mutable_effective_date() = DayIn(period);
  Send("return", AnyAccountant(), &Api::ReturnUnspent, request);
}

void RandomTreasury::RecordInKind() {
  pb::RecordInKindRequest request;
  request.set_name("budgets/" + fund_.id);
  request.set_partner("institutions/tsukuba");
  request.set_category("EQUIP");
  *request.mutable_value() = Own(1 + Below(40'000));
  request.set_valuation("12 h x 45.00");
  *request.mutable_effective_date() = DayIn(AnyPeriod());
  Send("record in kind", AnyManager(), &Api::RecordInKind, request);
}

// Mostly one that may be taken back; now and then any entry at all.
void RandomTreasury::Reverse() {
  const db::Rows rows = Query(R"sql(
      SELECT sequence, effective_on FROM journal
       WHERE budget = $1 AND movement IN ('recognise', 'pay', 'allocate', 'instalment', 'return')
         AND (document = '' OR document LIKE 'budgets/%') ORDER BY sequence)sql",
                              {fund_.id});
  const db::Rows any =
      Query("SELECT sequence, effective_on FROM journal WHERE budget = $1", {fund_.id});
  const db::Rows& of = rows.empty() || Chance(15) ? any : rows;
  const db::Row& row = of[static_cast<std::size_t>(Below(std::ssize(of)))];
  Reverse("reverse", row, Chance(40) ? Day(row.Text("effective_on")) : DayIn(AnyPeriod()));
}

void RandomTreasury::Reverse(const std::string& kind, const db::Row& entry,
                             const google::type::Date& day, const pb::Amount* amount) {
  pb::ReverseJournalRequest request;
  request.set_name(Name("journals", std::to_string(entry.Int("sequence"))));
  request.set_reason("Credit note " + std::to_string(++number_));
  *request.mutable_effective_date() = day;
  if (amount != nullptr) *request.mutable_amount() = *amount;
  Send(kind, AnyAccountant(), &Api::ReverseJournal, request);
}

// An invoice, a payment or a claim's approval that stands, in a period that is not closed.
void RandomTreasury::TakeBack() {
  const bool payment = Chance(50);
  const db::Rows rows = Query(R"sql(
      SELECT j.sequence, j.effective_on, j.reference, period.id AS period
        FROM journal AS j JOIN period
          ON period.budget = j.budget AND j.effective_on >= period.start_date
             AND j.effective_on <= period.end_date AND (period.state <> 'closed' OR $2 = 'pay')
       WHERE j.budget = $1 AND j.movement = $2 AND j.document LIKE 'commitments/%'
         AND NOT EXISTS (SELECT 1 FROM journal AS mirror
                          WHERE mirror.budget = j.budget AND mirror.reverses = j.id)
       ORDER BY j.sequence)sql",
                              {fund_.id, payment ? "pay" : "liquidate"});
  if (rows.empty()) return Order();
  const db::Row& row = rows[static_cast<std::size_t>(Below(std::ssize(rows)))];
  const google::type::Date day =
      Chance(40) ? Day(row.Text("effective_on")) : DayOf(row.Text("period"));
  if (payment) return Reverse("reverse payment", row, Chance(75) ? day : DayIn(AnyPeriod()));
  const bool approval = row.Text("reference").starts_with("claims/");
  Reverse(approval ? "reverse approval" : "reverse liquidation", row, day);
}

// For a part of a closed period's cost, now and then for more than it was.
void RandomTreasury::CreditNote() {
  const db::Rows rows = Query(R"sql(
      SELECT j.sequence, p.amount
        FROM journal AS j JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
        JOIN period ON period.budget = j.budget AND period.state = 'closed'
             AND p.path LIKE 'spent/' || period.id || '/%'
       WHERE j.budget = $1 AND j.movement IN ('liquidate', 'recognise')
       ORDER BY j.sequence)sql",
                              {fund_.id});
  if (rows.empty()) return TakeBack();
  const db::Row& row = rows[static_cast<std::size_t>(Below(std::ssize(rows)))];
  const pb::Amount part = Own(row.Int("amount") * (10 + Below(95)) / 100);
  Reverse("credit note", row, DayIn(AnyPeriod()), Chance(80) ? &part : nullptr);
}

void RandomTreasury::Revalue() {
  pb::RevalueBudgetRequest request;
  request.set_name("budgets/" + fund_.id);
  *request.mutable_rate_date() = DayIn(AnyPeriod());
  *request.mutable_effective_date() = DayIn(AnyPeriod());
  Send("revalue", AnyAccountant(), &Api::RevalueBudget, request);
}

}  // namespace jointly::budgets
