#include "services/theses/api/cotutelle_convert.h"

#include <algorithm>

#include "common/rpc/call.h"
#include "common/rpc/convert.h"

namespace jointly::theses {
namespace {

void SetDate(const std::optional<Date>& date, google::type::Date* (*field)(pb::Cotutelle&),
             pb::Cotutelle& message) {
  if (date.has_value()) *field(message) = rpc::ToProto(*date);
}

Date ReadDate(bool has, const google::type::Date& message, const std::string& path,
              Violations& violations) {
  if (!has) return {};
  const auto date = rpc::FromProto(message);
  violations.Require(date.has_value(), path, "must be a full calendar date");
  return date.value_or(Date{});
}

template <typename Message>
void AddApprovals(const std::vector<CotutelleApproval>& approvals, Message& message) {
  for (const CotutelleApproval& approval : approvals) {
    pb::Approval& added = *message.add_approvals();
    added.set_institution(approval.institution);
    added.set_content_hash(approval.content_hash);
    added.set_person(approval.person);
    *added.mutable_time() = rpc::ToProto(approval.time);
  }
}

template <typename Message>
void AddLadder(const agreement::Ladder& ladder, Message& message) {
  for (const agreement::Signature& rung : ladder) {
    pb::Signature& added = *message.add_signatures();
    added.set_step(rung.step);
    added.set_signatory(rung.signatory);
    added.set_person(rung.person);
    if (rung.signed_date.has_value()) {
      *added.mutable_signed_date() = rpc::ToProto(*rung.signed_date);
    }
    added.set_original_received(rung.original_received);
  }
}

template <typename Allowed, typename Message>
void AddAll(const std::vector<Allowed>& allowed, Message& message) {
  for (const auto& row : allowed) {
    pb::AllowedAction& action = *message.add_allowed_actions();
    action.set_action(std::string(Name(row.action)));
    action.set_ready(row.missing.empty());
    for (const workflow::Finding& finding : row.missing) {
      pb::Verdict& verdict = *action.add_missing();
      verdict.set_guard(finding.guard);
      verdict.set_title(finding.title);
      verdict.set_passed(finding.verdict.passed);
      verdict.set_evidence(finding.verdict.evidence);
      verdict.set_remedy(finding.verdict.remedy);
    }
  }
}

jointly::deadlines::v1::Deadline MessageOf(const deadlines::Deadline& deadline) {
  jointly::deadlines::v1::Deadline message;
  message.set_id(deadline.id);
  message.set_generation(deadline.generation);
  message.set_kind(deadline.kind);
  message.set_subject(deadline.subject);
  *message.mutable_due_date() = rpc::ToProto(deadline.due.date);
  message.set_due_clock(FormatClock(deadline.due.clock));
  message.set_time_zone(deadline.due.zone);
  *message.mutable_due_time() = rpc::ToProto(deadline.due_time);
  using Message = jointly::deadlines::v1::Deadline;
  message.set_severity(static_cast<Message::Severity>(deadline.severity));
  message.set_state(static_cast<Message::State>(deadline.state));
  for (const deadlines::Audience& audience : deadline.audience) {
    auto& added = *message.add_audience();
    added.set_person(audience.person);
    added.set_role(audience.role);
    added.set_institution(audience.institution);
    added.set_unit(audience.unit);
  }
  message.set_basis(deadline.basis);
  message.set_rationale(deadline.rationale);
  return message;
}

}  // namespace

std::string CotutelleName(const std::string& id) { return "cotutelles/" + id; }
std::string AmendmentName(const Amendment& amendment) {
  return CotutelleName(amendment.cotutelle) + "/amendments/" + amendment.id;
}

pb::CotutelleText ToProto(const CotutelleText& text) {
  pb::CotutelleText message;
  message.set_title(text.title);
  message.set_award_mode(text.award_mode);
  if (text.start_date != Date{}) *message.mutable_start_date() = rpc::ToProto(text.start_date);
  if (text.end_date != Date{}) *message.mutable_end_date() = rpc::ToProto(text.end_date);
  message.set_director_a(text.director_a);
  message.set_director_b(text.director_b);
  message.set_defence_institution(text.defence_institution);
  message.set_language_code(text.language_code);
  message.set_defence_language_code(text.defence_language_code);
  message.set_summary_language_code(text.summary_language_code);
  message.set_residence_minimum_percent(text.residence_minimum_percent);
  message.set_fees(text.fees);
  message.set_intellectual_property(text.intellectual_property);
  message.set_notice_months(text.notice_months);
  message.set_originals(text.originals);
  for (const std::string& rule : text.derogations) message.add_derogations(rule);
  for (const std::string& clause : text.survival_clauses) message.add_survival_clauses(clause);
  for (const std::string& name : text.signatories) message.add_signatories(name);
  return message;
}

CotutelleText FromProto(const pb::CotutelleText& message, std::string_view prefix,
                        Violations& violations) {
  const std::string path(prefix);
  CotutelleText text;
  text.title = message.title();
  text.award_mode = message.award_mode();
  text.start_date =
      ReadDate(message.has_start_date(), message.start_date(), path + ".start_date", violations);
  text.end_date =
      ReadDate(message.has_end_date(), message.end_date(), path + ".end_date", violations);
  text.director_a = message.director_a();
  text.director_b = message.director_b();
  text.defence_institution = message.defence_institution();
  text.language_code = message.language_code();
  text.defence_language_code = message.defence_language_code();
  text.summary_language_code = message.summary_language_code();
  text.residence_minimum_percent = message.residence_minimum_percent();
  text.fees = message.fees();
  text.intellectual_property = message.intellectual_property();
  text.notice_months = message.notice_months();
  text.originals = message.originals();
  text.derogations = {message.derogations().begin(), message.derogations().end()};
  text.survival_clauses = {message.survival_clauses().begin(), message.survival_clauses().end()};
  text.signatories = {message.signatories().begin(), message.signatories().end()};
  return text;
}

pb::Cotutelle ToProto(const Cotutelle& cotutelle, Date today) {
  pb::Cotutelle message;
  message.set_name(CotutelleName(cotutelle.id));
  message.set_thesis("theses/" + cotutelle.thesis);
  for (const std::string& partner : cotutelle.partners) message.add_partners(partner);
  *message.mutable_text() = ToProto(cotutelle.text);
  message.set_state(static_cast<pb::Cotutelle::State>(cotutelle.state));
  message.set_version(cotutelle.version);
  message.set_content_hash(cotutelle.content_hash);
  AddApprovals(cotutelle.approvals, message);
  AddLadder(cotutelle.ladder, message);
  const auto back = std::count_if(cotutelle.ladder.begin(), cotutelle.ladder.end(),
                                  [](const auto& rung) { return rung.original_received; });
  message.set_originals(static_cast<std::int32_t>(back));
  if (const CotutelleText* text = InForceOn(cotutelle, today)) {
    *message.mutable_text_in_force() = ToProto(*text);
  }
  if (!cotutelle.successor.empty()) message.set_successor(CotutelleName(cotutelle.successor));
  *message.mutable_create_time() = rpc::ToProto(cotutelle.create_time);
  *message.mutable_update_time() = rpc::ToProto(cotutelle.update_time);
  message.set_revision(cotutelle.revision);
  message.set_etag(rpc::Etag(cotutelle.revision));
  message.set_demo(cotutelle.demo);
  SetDate(
      cotutelle.in_force_date, [](auto& m) { return m.mutable_in_force_date(); }, message);
  SetDate(
      cotutelle.ended_date, [](auto& m) { return m.mutable_ended_date(); }, message);
  SetDate(
      cotutelle.notice_end_date, [](auto& m) { return m.mutable_notice_end_date(); }, message);
  for (const std::string& reason : cotutelle.blocked_by) message.add_blocked_by(reason);
  message.set_end_reason(cotutelle.end_reason);
  return message;
}

pb::Amendment ToProto(const Amendment& amendment) {
  pb::Amendment message;
  message.set_name(AmendmentName(amendment));
  *message.mutable_changes() = ToProto(amendment.changes);
  for (const std::string& path : amendment.paths) message.add_paths(path);
  *message.mutable_effective_date() = rpc::ToProto(amendment.effective_date);
  message.set_state(static_cast<pb::Cotutelle::State>(amendment.state));
  message.set_version(amendment.version);
  message.set_content_hash(amendment.content_hash);
  AddApprovals(amendment.approvals, message);
  AddLadder(amendment.ladder, message);
  *message.mutable_create_time() = rpc::ToProto(amendment.create_time);
  *message.mutable_update_time() = rpc::ToProto(amendment.update_time);
  message.set_revision(amendment.revision);
  message.set_etag(rpc::Etag(amendment.revision));
  return message;
}

Amendment FromProto(const pb::Amendment& message, std::string_view prefix, Violations& violations) {
  const std::string path(prefix);
  Amendment amendment;
  amendment.changes = FromProto(message.changes(), path + ".changes", violations);
  amendment.paths = {message.paths().begin(), message.paths().end()};
  std::sort(amendment.paths.begin(), amendment.paths.end());
  const auto repeated = std::unique(amendment.paths.begin(), amendment.paths.end());
  violations.Require(repeated == amendment.paths.end(), path + ".paths", "names a field twice");
  amendment.paths.erase(repeated, amendment.paths.end());
  amendment.effective_date = ReadDate(message.has_effective_date(), message.effective_date(),
                                      path + ".effective_date", violations);
  CheckAmendment(amendment, prefix, violations);
  return amendment;
}

void AddCotutelleDeadlines(const std::vector<deadlines::Deadline>& list, pb::Cotutelle& message) {
  for (const deadlines::Deadline& deadline : list) *message.add_deadlines() = MessageOf(deadline);
}

void AddAllowed(const std::vector<AllowedCotutelleAction>& allowed, pb::Cotutelle& message) {
  AddAll(allowed, message);
}

void AddAllowed(const std::vector<AllowedAmendmentAction>& allowed, pb::Amendment& message) {
  AddAll(allowed, message);
}

}  // namespace jointly::theses
