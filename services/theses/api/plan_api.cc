#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "services/theses/api/answer.h"
#include "services/theses/api/convert.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/domain/deadlines_of.h"
#include "services/theses/domain/facts_of.h"

// What must happen when, and why; and when a defence is possible.
namespace jointly::theses {
namespace {

constexpr int kYearsAsked = 3;

absl::StatusOr<std::string> LanguageOf(const std::string& code) {
  if (code.empty()) return std::string("en");
  Violations violations;
  constexpr std::array<std::string_view, 3> kLanguages = {"en", "fr", "ja"};
  CheckWord(kLanguages, code, "language_code", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return code;
}

pb::Conflict ConflictOf(const deadlines::Conflict& conflict, std::string_view language) {
  pb::Conflict message;
  std::string text;
  for (const deadlines::Requirement& row : conflict.requirements) {
    message.add_rules(row.rule_id + "@" + std::to_string(row.rule_version));
    message.add_basis(row.basis);
    if (!text.empty()) text += language == "ja" ? "；" : "; ";
    text += deadlines::In(row.title, language);
    text += " (" + (row.basis.empty() ? row.rule_id : row.basis) + ")";
    for (const deadlines::Span& span : row.feasible) {
      text += " " + FormatDate(span.first) + "/" + FormatDate(span.last);
    }
  }
  message.set_text(text);
  return message;
}

// Days whose holidays somebody knows: a question that names no end is cut to them.
Date LastKnown(const deadlines::Catalogue& rules, Date first, Date last) {
  while (last > first && !rules.InCalendars(last)) last = AddMonths(last, -1);
  return last;
}

}  // namespace

absl::StatusOr<pb::GetPlanResponse> Api::GetPlan(rpc::Call& call,
                                                 const pb::GetPlanRequest& request) {
  ASSIGN_OR_RETURN(const std::string language, LanguageOf(request.language_code()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::GetPlanResponse> {
        ASSIGN_OR_RETURN(const Seen seen, Find(tx, call, request.name()));
        pb::GetPlanResponse response;
        for (const deadlines::Obligation& row : seen.plan.obligations) {
          pb::Obligation& message = *response.add_obligations();
          message.set_id(row.id);
          message.set_title(deadlines::In(row.title, language));
          message.set_institution(row.institution);
          *message.mutable_deadline() = ToProto(row, seen.thesis, call.now);
          message.set_rule(row.rule_id + "@" + std::to_string(row.rule_version));
          message.set_basis(row.basis);
          message.set_rationale(deadlines::RationaleText(row, language));
          for (const std::string& anchor : row.anchor_refs) message.add_anchors(anchor);
        }
        for (const std::string& line : NextSteps(FactsFor(seen, {}, call.now), language)) {
          response.add_next_steps(line);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::CheckFeasibilityResponse> Api::CheckFeasibility(
    rpc::Call& call, const pb::CheckFeasibilityRequest& request) {
  ASSIGN_OR_RETURN(const std::string language, LanguageOf(request.language_code()));
  Violations violations;
  const auto first =
      ReadDate(request.has_first_date(), request.first_date(), false, "first_date", violations);
  const auto last =
      ReadDate(request.has_last_date(), request.last_date(), false, "last_date", violations);
  violations.Require(!first.has_value() || !last.has_value() || *first <= *last, "last_date",
                     "must not be before first_date");
  RETURN_IF_ERROR(violations.ToStatus());
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::CheckFeasibilityResponse> {
        ASSIGN_OR_RETURN(const Seen seen, Find(tx, call, request.name()));
        ASSIGN_OR_RETURN(const auto rules, engine_.Rules(tx));
        deadlines::Question question;
        question.first = first.value_or(AddDays(seen.setting.today, 1));
        question.last = last.value_or(
            LastKnown(*rules, question.first, AddMonths(question.first, 12 * kYearsAsked)));
        ASSIGN_OR_RETURN(const deadlines::Feasibility answer,
                         deadlines::Solve(*rules, FactsOf(seen.thesis, seen.setting), question));
        pb::CheckFeasibilityResponse response;
        response.set_feasible(answer.earliest.has_value());
        if (answer.earliest.has_value()) {
          *response.mutable_earliest_date() = rpc::ToProto(*answer.earliest);
          *response.mutable_latest_date() = rpc::ToProto(*answer.latest);
        }
        for (const deadlines::Span& span : answer.feasible) {
          pb::DateRange& range = *response.add_ranges();
          *range.mutable_first_date() = rpc::ToProto(span.first);
          *range.mutable_last_date() = rpc::ToProto(span.last);
        }
        for (const deadlines::Conflict& conflict : answer.conflicts) {
          *response.add_conflicts() = ConflictOf(conflict, language);
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::theses
