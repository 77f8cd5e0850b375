#include <algorithm>

#include "services/theses/domain/planning.h"
#include "services/theses/domain/residence.h"
#include "services/theses/domain/text.h"

// What will go wrong, and what a change would make different.
namespace jointly::theses {
namespace {

using deadlines::Change;
using deadlines::Obligation;

std::string Say(const std::optional<Obligation>& row) {
  if (!row.has_value()) return "";
  return Text(row->due) + " " + std::string(deadlines::Name(row->state)) +
         (row->broken ? " broken" : "");
}

std::string ReasonOf(const Change& change) {
  const Obligation& row = change.after.has_value() ? *change.after : *change.before;
  const bool revives = change.before.has_value() && change.after.has_value() &&
                       change.before->state == deadlines::State::kWaived &&
                       change.after->state == deadlines::State::kArmed;
  std::string reason = row.rule_id + "@" + std::to_string(row.rule_version);
  if (!row.basis.empty()) reason += ", " + row.basis;
  if (revives) reason += "; its waiver does not hold any more";
  if (change.days != 0) reason += "; moves by " + std::to_string(change.days) + " days";
  return reason;
}

void AddObligations(const LookedAt& before, const LookedAt& after, std::vector<Difference>& rows) {
  for (const Change& change : deadlines::Diff(before.plan, after.plan)) {
    const std::string old = Say(change.before);
    const std::string now = Say(change.after);
    if (old != now) rows.push_back({change.id, old, now, ReasonOf(change)});
  }
}

std::string CoverOf(const LookedAt& look) {
  if (!look.thesis.defence.has_value()) return "";
  const Date day = look.thesis.defence->time.date;
  const CotutelleText* text = InForceOn(look.setting.agreements, day);
  return text == nullptr ? FormatDate(day) + " is not covered"
                         : FormatDate(day) + " is covered until " + FormatDate(text->end_date);
}

std::string ShareOf(const LookedAt& look, std::size_t side) {
  const auto horizon = ResidenceHorizon(look.thesis, look.setting);
  if (!horizon.has_value()) return "";
  return std::to_string(ResidenceUntil(look.thesis, look.setting, *horizon).percent(side)) + " %";
}

// A stay that is not over by the defence would be cut or moved.
std::string StayOf(const LookedAt& look, const Stay& stay) {
  const auto horizon = ResidenceHorizon(look.thesis, look.setting);
  const std::string days = FormatDate(stay.first) + " to " + FormatDate(stay.last);
  if (!horizon.has_value() || stay.last <= *horizon) return days;
  return days + ", " + (stay.first > *horizon ? "after" : "beyond") + " the defence";
}

std::string MoneyOf(const LookedAt& look) {
  const Thesis& thesis = look.thesis;
  if (thesis.funding_reference.empty()) return "";
  std::string text = thesis.funding_reference + " " + std::string(Name(thesis.funding.state));
  if (thesis.defence.has_value()) text += ", defence on " + FormatDate(thesis.defence->time.date);
  return text;
}

void Add(std::vector<Difference>& rows, std::string subject, std::string before, std::string after,
         std::string reason) {
  if (before == after) return;
  rows.push_back({std::move(subject), std::move(before), std::move(after), std::move(reason)});
}

}  // namespace

std::vector<std::string> Warnings(const Thesis& thesis, const Setting& setting,
                                  const deadlines::Plan& plan) {
  std::vector<std::string> rows;
  if (Ended(thesis.state)) return rows;
  if (!setting.ended_framework.empty()) {
    rows.push_back("the framework agreement " + setting.ended_framework +
                   " between the two institutions has ended");
  }
  if (const auto shortfall = Passed(thesis) ? std::nullopt : ShortfallOf(thesis, setting)) {
    const std::string& side = thesis.sides[shortfall->side].institution;
    std::string text = "residence in " + side + " will be " +
                       std::to_string(shortfall->forecast_percent) + " %, the agreement asks for " +
                       std::to_string(shortfall->minimum_percent) + " %: ";
    text += shortfall->last_start.has_value()
                ? "a stay until the defence must begin by " + FormatDate(*shortfall->last_start)
                : "even a stay from today until the defence does not reach it any more";
    rows.push_back(std::move(text));
  }
  for (const Obligation& row : plan.obligations) {
    if (!row.broken || row.state != deadlines::State::kArmed) continue;
    std::string text = row.rule_id + " is not kept: " + row.title.en + ", " + Text(row.due);
    if (!row.basis.empty()) text += " (" + row.basis + ")";
    rows.push_back(std::move(text));
  }
  return rows;
}

std::vector<Difference> DifferencesOf(const LookedAt& before, const LookedAt& after) {
  std::vector<Difference> rows;
  AddObligations(before, after, rows);
  Add(rows, "agreement", CoverOf(before), CoverOf(after),
      "the agreement on the day of the defence");
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    Add(rows, "residence/" + after.thesis.sides[side].institution, ShareOf(before, side),
        ShareOf(after, side), "forecast to the defence, or to the expected end");
  }
  for (const Stay& stay : after.setting.stays) {
    Add(rows, "stay/" + stay.mobility, StayOf(before, stay), StayOf(after, stay),
        "its days and the defence");
  }
  Add(rows, "budget", MoneyOf(before), MoneyOf(after), "what pays the defence");
  return rows;
}

}  // namespace jointly::theses
