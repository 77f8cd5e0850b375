#include "common/error/check.h"
#include "services/budgets/api/amounts.h"
#include "tests/store/budgets/random_treasury.h"
#include "tests/support/sample_files.h"

// Claims, transfers, amendments, closes, reports, delegations.
namespace jointly::budgets {
namespace {

std::string Person(const std::string& name) { return name.substr(name.find('/') + 1); }

}  // namespace

void RandomTreasury::ActOnClaim() {
  const db::Rows claim = AnyRow("claim", "state NOT IN ('declined') ");
  if (claim.empty() || Chance(20)) {
    const db::Rows held = AnyRow("commitment", "remaining > 0");
    return held.empty() ? Order() : Claims(held.front());
  }
  const db::Row& row = claim.front();
  const std::string& state = row.Text("state");
  const std::string own = Person(row.Text("claimant"));
  const std::string other =
      Chance(85) ? Other({"manager", "other", "both"}, row.Text("claimant"), row.Text("certifier"))
                 : AnyManager();
  if (state == "draft" || state == "changes_requested") return MoveClaim(row, "submit", own);
  if (state == "submitted")
    return MoveClaim(row, Chance(85) ? "certify" : "request_changes", other);
  if (state == "certified") return MoveClaim(row, Chance(90) ? "approve" : "decline", other);
  if (state == "approved") {
    const std::string payer = Chance(80) ? Other({"accountant", "payer"}, own) : AnyAccountant();
    return MoveClaim(row, "pay", payer);
  }
  if (state == "payment_failed") return MoveClaim(row, "approve", other);
  MoveClaim(row, Chance(60) ? "payment_failed" : "pay", AnyAccountant());
}

// Written, with its receipt, and mostly handed in at once.
void RandomTreasury::Claims(const db::Row& commitment) {
  const std::string who = Chance(75) ? "researcher" : AnyManager();
  const google::type::Date day = DayOf(commitment.Text("period"));
  pb::CreateClaimRequest request;
  request.set_parent("budgets/" + fund_.id);
  pb::ExpenseClaim& claim = *request.mutable_claim();
  claim.set_commitment(Name("commitments", commitment.Text("id")));
  *claim.mutable_mission_start_date() = day;
  *claim.mutable_mission_end_date() = day;
  pb::ExpenseItem& item = *claim.add_items();
  *item.mutable_date() = day;
  item.set_description("Train " + std::to_string(++number_));
  *item.mutable_amount() = Minor(commitment.Int("original_remaining") * (1 + Below(80)) / 100,
                                 commitment.Text("currency_code"));
  const auto made = Send("claim", who, &Api::CreateClaim, request);
  if (!made.has_value() || Chance(5)) return;
  Attach(who, made->name());
  const std::string id = made->name().substr(made->name().rfind('/') + 1);
  const db::Rows row = Query("SELECT * FROM claim WHERE id = $1", {id});
  MoveClaim(row.front(), "submit", who);
  if (Chance(40)) return;
  const std::string first = who == "manager" ? "other" : "manager";
  MoveClaim(row.front(), "certify", first);
  MoveClaim(row.front(), "approve", Other({"manager", "other", "both"}, who, first));
  if (Chance(60)) MoveClaim(row.front(), "pay", Other({"accountant", "payer"}, who));
}

// A stream in production; what it does to books is nothing.
void RandomTreasury::Attach(const std::string& who, const std::string& claim) {
  pb::UploadAttachmentRequest::Start start;
  start.set_parent(claim);
  start.set_kind("receipt");
  start.set_file_name("receipt.pdf");
  rpc::Call call = As(who);
  const auto upload = Must(world_.api().BeginUpload(call, start), "begin");
  Check(upload->Append(test::SamplePdf()).ok() && upload->Close().ok(), "a receipt is stored");
  Must(world_.api().FinishUpload(call, *upload), "finish");
}

void RandomTreasury::MoveClaim(const db::Row& claim, const std::string& action,
                               const std::string& who) {
  pb::MoveClaimRequest request;
  request.set_name(Name("claims", claim.Text("id")));
  request.set_action(action);
  const bool refuses =
      action == "request_changes" || action == "decline" || action == "payment_failed";
  if (refuses) request.set_note("Because.");
  if (action == "pay") {
    request.set_payment_reference("T " + std::to_string(++number_));
    *request.mutable_effective_date() = DayIn(AnyPeriod());
  }
  if (Chance(8)) *request.mutable_effective_date() = DayIn(AnyPeriod());
  if (action == "certify" || action == "approve") {
    if (Chance(12)) request.set_on_behalf_of("people/" + AnyManager());
    if (Chance(3)) request.set_on_behalf_of(claim.Text("claimant"));
  }
  Send(action + " claim", who, &Api::MoveClaim, request);
}

void RandomTreasury::ActOnTransfer() {
  const db::Rows waiting =
      AnyRow("line_transfer", "state IN ('auto_approved', 'pending_funder', 'approved')");
  if (waiting.empty() || Chance(45)) return Transfer();
  const db::Row& row = waiting.front();
  if (row.Text("state") == "pending_funder" && Chance(65)) {
    return MoveTransfer(row, "funder_approve", AnyManager());
  }
  const std::int64_t chance = Below(100);
  if (chance < 80) return MoveTransfer(row, "approve", Approver(row));
  MoveTransfer(row, chance < 92 ? "refuse" : "withdraw",
               Chance(70) ? Person(row.Text("requester")) : AnyManager());
}

void RandomTreasury::Transfer() {
  const PeriodRow period = AnyPeriod();
  pb::CreateTransferRequest request;
  request.set_parent("budgets/" + fund_.id);
  pb::LineTransfer& transfer = *request.mutable_transfer();
  *transfer.mutable_from() = LineIn(period.id);
  *transfer.mutable_to() = LineIn(period.id);
  const std::int64_t available = Available(transfer.from());
  *transfer.mutable_amount() = Own(Chance(35) ? available : Around(available));
  *transfer.mutable_effective_date() = DayIn(period);
  transfer.set_reason("Borders are closed.");
  const auto made = Send("ask for transfer", AnyManager(), &Api::CreateTransfer, request);
  if (!made.has_value() || Chance(40)) return;
  const std::string id = made->name().substr(made->name().rfind('/') + 1);
  const db::Rows row = Query("SELECT * FROM line_transfer WHERE id = $1", {id});
  if (made->state() == pb::LineTransfer::PENDING_FUNDER && Chance(70)) {
    MoveTransfer(row.front(), "funder_approve", "manager");
  }
  MoveTransfer(row.front(), "approve", Approver(row.front()));
}

void RandomTreasury::MoveTransfer(const db::Row& transfer, const std::string& action,
                                  const std::string& who) {
  pb::MoveTransferRequest request;
  request.set_name(Name("transfers", transfer.Text("id")));
  request.set_action(action);
  if (action == "funder_approve") request.set_funder_approval("Letter 7");
  request.set_reason("Because.");
  if (action == "approve") request.set_on_behalf_of(InPlaceOf(transfer));
  Send(action + " transfer", who, &Api::MoveTransfer, request);
}

void RandomTreasury::ActOnAmendment() {
  const db::Rows open = AnyRow("amendment", "state IN ('draft', 'partly_signed', 'all_signed')");
  if (!open.empty() && Chance(80)) {
    const db::Row& row = open.front();
    if (row.Text("state") == "all_signed") {
      return MoveAmendment(row, "put_in_force", Approver(row));
    }
    if (Chance(5)) return MoveAmendment(row, "void", AnyManager());
    MoveAmendment(row, "sign", "tsukuba");
    return MoveAmendment(row, "sign", AnyManager());
  }
  pb::CreateAmendmentRequest request;
  request.set_parent("budgets/" + fund_.id);
  pb::Amendment& amendment = *request.mutable_amendment();
  amendment.set_reason("Borders were closed.");
  *amendment.mutable_signed_date() = Day("2020-12-01");
  const std::int64_t minor = 1 + Below(300'000);
  const std::int64_t chance = Below(100);
  if (chance < 40) {
    amendment.set_type(pb::Amendment::SUPPLEMENT);
    *amendment.mutable_change() = Own(minor);
  } else if (chance < 60) {
    amendment.set_type(pb::Amendment::DEOBLIGATION);
    *amendment.mutable_change() = AmountToProto(-minor, fund_.currency);
  } else {
    amendment.set_type(pb::Amendment::REBUDGET);
    const std::string period = AnyPeriod().id;
    for (const std::int64_t sign : {-1, 1}) {
      pb::Reallocation& row = *amendment.add_reallocations();
      *row.mutable_line() = LineIn(period);
      *row.mutable_change() = AmountToProto(sign * minor, fund_.currency);
    }
  }
  Send("amend", AnyManager(), &Api::CreateAmendment, request);
}

void RandomTreasury::MoveAmendment(const db::Row& amendment, const std::string& action,
                                   const std::string& who) {
  pb::MoveAmendmentRequest request;
  request.set_name(Name("amendments", amendment.Text("id")));
  request.set_action(action);
  if (action == "sign") request.set_content_hash(amendment.Text("content_hash"));
  Send(action + " amendment", who, &Api::MoveAmendment, request);
}

void RandomTreasury::ActOnPeriod() {
  const PeriodRow period = AnyOf(Periods());
  const std::string who = Chance(50) ? AnyManager() : AnyAccountant();
  if (period.state == "planned") return MovePeriod(period.id, "open", who);
  if (period.state == "open") {
    if (Chance(45)) return Decide(period.id);
    return Chance(70) ? CarryOver(period.id) : MovePeriod("p2", "open", who);
  }
  if (period.state == "closed") {
    const db::Rows asked = Query(
        "SELECT reopen_requester FROM period WHERE budget = $1 AND id = $2", {fund_.id, period.id});
    const bool waits = !asked.front().Text("reopen_requester").empty();
    return MovePeriod(period.id, waits ? "reopen" : "request_reopen", who);
  }
  MovePeriod(period.id, "close", AnyAccountant());
}

void RandomTreasury::MovePeriod(const std::string& period, const std::string& action,
                                const std::string& who) {
  pb::MovePeriodRequest request;
  request.set_name(Name("periods", period));
  request.set_action(action);
  if (action == "request_reopen" || Chance(70)) request.set_reason("An invoice was found.");
  Send(action + " period", who, &Api::MovePeriod, request);
}

// All that waits in a period is decided, then it is closed.
void RandomTreasury::Decide(const std::string& period) {
  for (int tries = 0; tries < 40; ++tries) {
    const db::Rows waiting =
        AnyRow("commitment", "state = 'requested' AND period = '" + period + "'");
    if (waiting.empty()) break;
    Refuse(waiting.front());
  }
  for (int tries = 0; tries < 40; ++tries) {
    const db::Rows waiting = AnyRow(
        "line_transfer",
        "state IN ('auto_approved', 'pending_funder', 'approved') AND period = '" + period + "'");
    if (waiting.empty()) break;
    MoveTransfer(waiting.front(), "refuse", "manager");
  }
  for (int tries = 0; tries < 40; ++tries) {
    const db::Rows waiting = AnyRow("claim", "state IN ('submitted', 'certified')");
    if (waiting.empty()) break;
    MoveClaim(waiting.front(), "decline",
              Other({"manager", "other"}, waiting.front().Text("claimant")));
  }
  const bool last = period == "p3";
  if (!last && (fund_.carry_over == "on_reason" || Chance(60))) CarryOver(period);
  // A close over one that waits is refused; mostly it is decided before.
  const db::Rows waiting =
      AnyRow("carry_over", "state = 'proposed' AND from_period = '" + period + "'");
  if (!waiting.empty() && Chance(85)) MoveCarryOver(waiting.front(), "refuse");
  for (int tries = 0; last && tries < 40; ++tries) {
    const db::Rows held =
        AnyRow("commitment", "original_remaining > 0 AND reserved > 0 AND period = '" + period +
                                 "' AND state IN ('approved', "
                                 "'partially_liquidated', 'carried', "
                                 "'undercovered')");
    if (held.empty()) break;
    Release(held.front(), true);
  }
  MovePeriod(period, "soft_close", AnyManager());
  MovePeriod(period, "close", Chance(90) ? "accountant" : AnyAccountant());
  if (last) return;
  MovePeriod(period == "p1" ? "p2" : "p3", "open", "accountant");
  for (int i = 0; i < 2; ++i) CreditNote();
}

// Proposes where nothing waits, and now and then a second one; then decides.
void RandomTreasury::CarryOver(const std::string& period) {
  const std::string waits = "state = 'proposed' AND from_period = '" + period + "'";
  if (AnyRow("carry_over", waits).empty() || Chance(15)) Propose(period);
  const db::Rows row = AnyRow("carry_over", Chance(85) ? waits : "from_period = '" + period + "'");
  if (!row.empty()) MoveCarryOver(row.front(), Chance(60) ? "approve" : "refuse");
}

// All that is left, or a part of a line.
void RandomTreasury::Propose(const std::string& period) {
  pb::CreateCarryOverRequest request;
  request.set_parent("budgets/" + fund_.id);
  pb::CarryOver& carry_over = *request.mutable_carry_over();
  carry_over.set_from_period(Name("periods", period));
  carry_over.set_to_period(Name("periods", period == "p1" ? "p2" : "p3"));
  if (!Chance(5)) carry_over.set_reason("The virus.");
  if (Chance(40)) {
    pb::Reallocation& row = *carry_over.add_lines();
    *row.mutable_line() = LineIn(period);
    *row.mutable_change() = Own(Around(Available(row.line())));
  }
  Send("carry over", AnyManager(), &Api::CreateCarryOver, request);
}

void RandomTreasury::MoveCarryOver(const db::Row& row, const std::string& action) {
  pb::MoveCarryOverRequest request;
  request.set_name(Name("carryOvers", row.Text("id")));
  request.set_action(action);
  request.set_on_behalf_of(InPlaceOf(row));
  Send(action + " carry over", Approver(row), &Api::MoveCarryOver, request);
}

void RandomTreasury::WindUp() {
  for (const Fund& fund : funds_) {
    fund_ = fund;
    for (const PeriodRow& period : Periods()) {
      if (period.state == "open") Decide(period.id);
    }
  }
}

void RandomTreasury::ActOnReport() {
  const db::Rows report = AnyRow("report");
  if (report.empty()) return ActOnPeriod();
  const db::Row& row = report.front();
  const std::string& state = row.Text("state");
  pb::MoveReportRequest request;
  request.set_name(Name("reports", row.Text("id")));
  request.set_action(state == "prepared"    ? "certify"
                     : state == "certified" ? "send"
                     : state == "sent"      ? (Chance(50) ? "accept" : "revise")
                                            : "prepare");
  const std::string who =
      Chance(75) ? Other({"accountant", "payer", "both"}, row.Text("preparer")) : AnyAccountant();
  Send(request.action() + " report", who, &Api::MoveReport, request);
}

// Suspended for a while, or with an exercice that is not executory.
void RandomTreasury::ActOnBudget() {
  if (Chance(60)) {
    pb::SetExerciceRequest request;
    request.set_name("budgets/" + fund_.id);
    request.mutable_exercice()->set_year(2021);
    request.mutable_exercice()->set_state(Chance(50) ? pb::Exercice::PROVISIONAL
                                                     : pb::Exercice::EXECUTORY);
    Send("set exercice", AnyAccountant(), &Api::SetExercice, request);
    return;
  }
  for (const char* action : {"suspend", "resume"}) {
    pb::MoveBudgetRequest request;
    request.set_name("budgets/" + fund_.id);
    request.set_action(action);
    request.set_reason("An audit.");
    Send(std::string(action) + " budget", "manager", &Api::MoveBudget, request);
  }
}

void RandomTreasury::Delegate() {
  const std::string delegator = AnyManager();
  pb::CreateDelegationRequest request;
  request.set_parent("budgets/" + fund_.id);
  pb::Delegation& delegation = *request.mutable_delegation();
  const std::vector<std::string> people = {"accountant", "auditor", "other", "both", "payer"};
  delegation.set_delegate("people/" + Other(people, delegator));
  *delegation.mutable_start_date() = Day("2020-04-01");
  *delegation.mutable_end_date() = Day(Chance(80) ? "2022-03-31" : "2020-08-31");
  Send("delegate", delegator, &Api::CreateDelegation, request);
}

// Days go by; what is due happens.
void RandomTreasury::GoOn() {
  const auto now = ToCivil(world_.clock().Now(), "Europe/Paris");
  Check(now.ok(), "the time in Paris");
  const Date next = AddDays(now->date, static_cast<int>(20 + Below(90)));
  last_ = "the clock goes on to " + FormatDate(next);
  const std::int64_t expired =
      Query("SELECT COUNT(*) AS rows FROM commitment WHERE state = 'expired'").front().Int("rows");
  world_.GoTo(FormatDate(next));
  const std::int64_t after =
      Query("SELECT COUNT(*) AS rows FROM commitment WHERE state = 'expired'").front().Int("rows");
  accepted_["expire"] += static_cast<int>(after - expired);
  if (after_command) after_command();
}

}  // namespace jointly::budgets
