#include "services/theses/domain/cotutelle_types.h"

#include <algorithm>
#include <array>

namespace jointly::theses {
namespace {

using std::chrono::sys_days;

constexpr std::array<std::string_view, 12> kStates = {
    "idea",      "negotiating",   "text_frozen", "signing", "signed",     "in_force",
    "suspended", "notice_window", "renewed",     "expired", "terminated", "dormant_review"};
constexpr std::array<std::string_view, 20> kActions = {
    "negotiate", "update", "freeze",       "return",  "approve",          "start_signing", "sign",
    "sign",      "sign",   "put_in_force", "suspend", "resume",           "give_notice",   "renew",
    "terminate", "expire", "block_expiry", "review",  "change_amendment", "amend"};
constexpr std::array<std::string_view, 10> kAmendmentActions = {
    "update", "freeze", "return", "approve",      "start_signing",
    "sign",   "sign",   "sign",   "put_in_force", "withdraw"};

bool Rests(const Cotutelle& cotutelle, Date date) {
  return std::any_of(cotutelle.rests.begin(), cotutelle.rests.end(), [&](const Rest& rest) {
    return rest.first <= date && (!rest.last.has_value() || date <= *rest.last);
  });
}

bool SurvivesFor(const CotutelleText& text) {
  return std::find(text.survival_clauses.begin(), text.survival_clauses.end(), kRunningThesis) !=
         text.survival_clauses.end();
}

}  // namespace

std::string_view Name(CotutelleState state) { return kStates[static_cast<std::size_t>(state) - 1]; }
std::string_view Name(CotutelleAction action) { return kActions[static_cast<std::size_t>(action)]; }
std::string_view Name(AmendmentAction action) {
  return kAmendmentActions[static_cast<std::size_t>(action)];
}
std::string_view Name(OfficeRole role) {
  return role == OfficeRole::kOffice ? "doctoral_office" : "timer";
}

std::optional<CotutelleState> ParseCotutelleState(std::string_view name) {
  const auto found = std::find(kStates.begin(), kStates.end(), name);
  if (found == kStates.end()) return std::nullopt;
  return static_cast<CotutelleState>(found - kStates.begin() + 1);
}

const CotutelleText* InForceOn(const Cotutelle& cotutelle, Date date) {
  const TextFrom* version = nullptr;
  for (const TextFrom& candidate : cotutelle.timeline) {
    if (candidate.first <= date) version = &candidate;
  }
  if (version == nullptr) return nullptr;
  const Date last = cotutelle.ended_date.value_or(version->text.end_date);
  if (date > last && (cotutelle.state == CotutelleState::kRenewed || !SurvivesFor(version->text))) {
    return nullptr;
  }
  return Rests(cotutelle, date) ? nullptr : &version->text;
}

const CotutelleText* InForceOn(const std::vector<Cotutelle>& cotutelles, Date date) {
  // An agreement that holds by its own dates comes before one that only survives its end.
  const CotutelleText* surviving = nullptr;
  for (const Cotutelle& cotutelle : cotutelles) {
    const CotutelleText* text = InForceOn(cotutelle, date);
    if (text == nullptr) continue;
    if (date <= cotutelle.ended_date.value_or(text->end_date)) return text;
    surviving = text;
  }
  return surviving;
}

}  // namespace jointly::theses
