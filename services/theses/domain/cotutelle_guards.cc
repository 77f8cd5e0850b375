#include <algorithm>

#include "services/theses/domain/cotutelle_decide.h"
#include "services/theses/domain/cotutelle_text.h"

namespace jointly::theses {
namespace {

using std::chrono::sys_days;
using workflow::Verdict;

std::string NameOf(const Cotutelle& cotutelle) { return "cotutelles/" + cotutelle.id; }
std::string NameOf(const Thesis& thesis) { return "theses/" + thesis.id; }

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// From the agreement in force until the diplomas: what it does then needs the agreement.
bool Runs(ThesisState state) {
  return state >= ThesisState::kActive && state <= ThesisState::kDeposited;
}

// The days that an agreement takes, or wants to take; nothing for one that was given up before.
std::optional<agreement::Validity> DaysOf(const Cotutelle& cotutelle) {
  const bool over = cotutelle.state == CotutelleState::kTerminated ||
                    cotutelle.state == CotutelleState::kExpired ||
                    cotutelle.state == CotutelleState::kRenewed;
  if (over && cotutelle.timeline.empty()) return std::nullopt;
  const CotutelleText& text = cotutelle.head();
  if (text.start_date == Date{} || text.end_date == Date{}) return std::nullopt;
  return agreement::Validity{text.start_date, cotutelle.ended_date.value_or(text.end_date)};
}

}  // namespace

int NoticeMonths(const CotutelleText& text) {
  return text.notice_months > 0 ? text.notice_months : kNoticeMonthsDefault;
}

Date LastDay(const Cotutelle& cotutelle) {
  const Date end = cotutelle.head().end_date;
  return cotutelle.notice_end_date.has_value() ? std::min(*cotutelle.notice_end_date, end) : end;
}

std::string OverlapOf(const Cotutelle& cotutelle, const std::vector<Cotutelle>& siblings,
                      Date last) {
  const CotutelleText& text = cotutelle.head();
  if (text.start_date == Date{} || last == Date{}) return "";
  for (const Cotutelle& other : siblings) {
    const auto days = DaysOf(other);
    if (other.id == cotutelle.id || !days.has_value()) continue;
    if (!agreement::Overlap({text.start_date, last}, *days)) continue;
    return NameOf(other) + " (" + std::string(Name(other.state)) + ") is for " +
           FormatDate(days->first) + " to " + FormatDate(days->last);
  }
  return "";
}

std::vector<std::string> DependantsAfter(const Cotutelle& cotutelle, const Thesis& thesis,
                                         const std::vector<Cotutelle>& siblings, Date last) {
  const auto& clauses = cotutelle.head().survival_clauses;
  const bool survives = std::find(clauses.begin(), clauses.end(), kRunningThesis) != clauses.end();
  if (survives || !Runs(thesis.state)) return {};
  std::vector<Cotutelle> others = siblings;
  std::erase_if(others, [&](const Cotutelle& other) { return other.id == cotutelle.id; });
  if (InForceOn(others, AddDays(last, 1)) != nullptr) return {};
  std::vector<std::string> names = {NameOf(thesis) + " is " + std::string(Name(thesis.state))};
  if (thesis.defence.has_value() && !thesis.defence->held.has_value() &&
      thesis.defence->time.date > last) {
    names.push_back("its defence is planned for " + FormatDate(thesis.defence->time.date));
  }
  return names;
}

namespace check {

Verdict TextComplete(const CotutelleFacts& facts) {
  Violations violations;
  CheckText(facts.cotutelle.text, {facts.cotutelle.partners}, /*complete=*/true, "text",
            violations);
  if (violations.empty()) return {};
  return {false, MessageOf(violations.ToStatus()), "Complete the text, then freeze it."};
}

Verdict MatchesThesis(const CotutelleFacts& facts) {
  const CotutelleText& text = facts.cotutelle.text;
  const Thesis& thesis = facts.thesis;
  std::string evidence;
  const auto compare = [&](std::string_view field, const std::string& agreed,
                           const std::string& held) {
    if (agreed == held) return;
    evidence += (evidence.empty() ? "" : "; ") + std::string(field) + " is \"" + agreed +
                "\" in the text and \"" + held + "\" in " + NameOf(thesis);
  };
  compare("title", text.title, thesis.title);
  compare("award_mode", text.award_mode, thesis.award_mode);
  compare("director_a", text.director_a, thesis.sides[0].director);
  compare("director_b", text.director_b, thesis.sides[1].director);
  compare("defence_institution", text.defence_institution, SideInCharge(thesis).institution);
  if (evidence.empty()) return {};
  return {false, evidence, "Change the text, or the thesis while it may still be changed."};
}

Verdict NoOverlap(const CotutelleFacts& facts) {
  const std::string other =
      OverlapOf(facts.cotutelle, facts.siblings, facts.cotutelle.text.end_date);
  if (other.empty()) return {};
  return {false, other,
          "Choose days that no other agreement of the thesis takes, or end that one."};
}

Verdict ApprovedByBoth(const CotutelleFacts& facts) {
  const Cotutelle& cotutelle = facts.cotutelle;
  std::string missing;
  for (const std::string& partner : cotutelle.partners) {
    const bool approved = std::any_of(
        cotutelle.approvals.begin(), cotutelle.approvals.end(), [&](const auto& approval) {
          return approval.institution == partner && approval.content_hash == cotutelle.content_hash;
        });
    if (!approved) missing += (missing.empty() ? "" : ", ") + partner;
  }
  if (missing.empty()) return {};
  return {false, "not approved by " + missing, "Each side approves the present content_hash."};
}

Verdict OriginalsBack(const CotutelleFacts& facts) {
  const std::vector<std::string> missing = agreement::WithoutOriginal(facts.cotutelle.ladder);
  if (missing.empty()) return {};
  return {false, "the originals are not back from " + Join(missing),
          "Record original_received for their steps."};
}

Verdict WithinTerm(const CotutelleFacts& facts) {
  const Cotutelle& cotutelle = facts.cotutelle;
  Date first = cotutelle.in_force_date.value_or(cotutelle.head().start_date);
  if (!cotutelle.in_force_date.has_value() && cotutelle.signed_date.has_value()) {
    first = std::max(first, *cotutelle.signed_date);
  }
  if (!cotutelle.rests.empty() && !cotutelle.rests.back().last.has_value()) {
    first = std::max(first, AddDays(cotutelle.rests.back().first, 1));
  }
  const Date last = std::min(cotutelle.head().end_date, facts.today);
  if (first <= facts.on && facts.on <= last) return {};
  return {false,
          FormatDate(facts.on) + " does not lie within " + FormatDate(first) + " and " +
              FormatDate(last),
          "Give an effective_date of these days; for a later one, come back on it."};
}

Verdict AfterStart(const CotutelleFacts& facts) {
  const Date first = facts.cotutelle.in_force_date.value_or(facts.cotutelle.head().start_date);
  if (first <= facts.on && facts.on <= facts.today) return {};
  return {false,
          FormatDate(facts.on) + " does not lie within " + FormatDate(first) + " and today, " +
              FormatDate(facts.today),
          "Give a day since it was in force; for a later end, give notice."};
}

Verdict NoticeLongEnough(const CotutelleFacts& facts) {
  const CotutelleText& text = facts.cotutelle.head();
  const int months = NoticeMonths(text);
  if (facts.by_time) {
    const Date from = agreement::AddMonths(text.end_date, -months);
    if (facts.today >= from) return {};
    return {false, "the notice window opens on " + FormatDate(from), ""};
  }
  const Date earliest = agreement::AddMonths(facts.today, months);
  if (earliest <= facts.on && facts.on <= text.end_date) return {};
  return {false,
          "the end on " + FormatDate(facts.on) + " does not lie within " + FormatDate(earliest) +
              " (" + std::to_string(months) + " months of notice) and " + FormatDate(text.end_date),
          "Choose a day within, or amend the end together."};
}

Verdict SuccessorReady(const CotutelleFacts& facts) {
  if (!facts.successor.has_value() || facts.successor->id == facts.cotutelle.id) {
    return {false, "no such other agreement", "Name the agreement that follows as successor."};
  }
  const Cotutelle& next = *facts.successor;
  std::string evidence;
  const auto add = [&](const std::string& text) {
    evidence += (evidence.empty() ? "" : "; ") + text;
  };
  if (next.thesis != facts.cotutelle.thesis) add(NameOf(next) + " is of another thesis");
  if (next.state != CotutelleState::kSigned && next.state != CotutelleState::kInForce) {
    add(NameOf(next) + " is " + std::string(Name(next.state)));
  }
  const Date last = facts.cotutelle.head().end_date;
  if (next.head().start_date > AddDays(last, 1)) {
    add("it starts on " + FormatDate(next.head().start_date) + ", after a gap since " +
        FormatDate(last));
  }
  if (next.head().end_date <= last) add("it does not end later");
  if (evidence.empty()) return {};
  return {false, evidence, "A signed agreement of the same thesis follows at once."};
}

Verdict NoDependants(const CotutelleFacts& facts) {
  const std::vector<std::string> dependants =
      DependantsAfter(facts.cotutelle, facts.thesis, facts.siblings, facts.on);
  if (dependants.empty()) return {};
  return {false, Join(dependants),
          "Renew or amend the agreement, or end the thesis (lose_agreement)."};
}

Verdict NoticeRun(const CotutelleFacts& facts) {
  const auto& notice = facts.cotutelle.notice_end_date;
  if (notice.has_value() && *notice <= facts.on) return {};
  const Verdict verdict = NoDependants(facts);
  if (verdict.passed) return {};
  return {false, verdict.evidence,
          notice.has_value() ? "Its notice ends on " + FormatDate(*notice) + "."
                             : "Give notice first, or amend the end together."};
}

Verdict EndPassed(const CotutelleFacts& facts) {
  const Date last = LastDay(facts.cotutelle);
  if (facts.today > last) return {};
  return {false, "its last day is " + FormatDate(last), ""};
}

Verdict WasInForce(const CotutelleFacts& facts) {
  if (!facts.cotutelle.timeline.empty()) return {};
  return {false, "it never was in force", "Take it back to negotiating instead."};
}

Verdict NeverInForce(const CotutelleFacts& facts) {
  if (facts.cotutelle.timeline.empty()) return {};
  return {false, "it is in force since " + FormatDate(facts.cotutelle.timeline.front().first),
          "Resume it instead; its text is changed by amendment."};
}

}  // namespace check
}  // namespace jointly::theses
