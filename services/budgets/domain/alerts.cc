#include "services/budgets/domain/alerts.h"

#include <algorithm>
#include <limits>

#include "services/budgets/domain/text.h"

namespace jointly::budgets {
namespace {

// The least amount that reaches `percent` of `whole`, so that 79.999 % is not 80 %. Without a
// product that could overflow.
std::int64_t Least(std::int64_t whole, int percent) {
  const std::int64_t rest = whole % 100 * percent;
  return whole / 100 * percent + (rest + 99) / 100;
}

ThresholdState& StateOf(std::vector<ThresholdState>& states, const ThresholdKey& key) {
  for (ThresholdState& state : states) {
    if (state.threshold_percent == key.threshold && state.kind == key.kind) return state;
  }
  return states.emplace_back(ThresholdState{.threshold_percent = key.threshold, .kind = key.kind});
}

}  // namespace

int UsedPercent(const LineUse& use) {
  if (use.authorised <= 0 || use.used <= 0) return 0;
  const std::int64_t whole = use.used / use.authorised;
  if (whole > std::numeric_limits<int>::max() / 100 - 1) return std::numeric_limits<int>::max();
  int percent = static_cast<int>(whole) * 100;
  while (percent < std::numeric_limits<int>::max() &&
         Least(use.authorised, percent % 100 + 1) <= use.used % use.authorised) {
    ++percent;
  }
  return percent;
}

std::optional<int> Cross(const ThresholdKey& key, bool above, std::int64_t authorised_version,
                         std::vector<ThresholdState>& states) {
  ThresholdState& state = StateOf(states, key);
  if (state.authorised_version != authorised_version) {
    state.authorised_version = authorised_version;
    state.crossings = 0;
  }
  const bool crossed = above && !state.above;
  state.above = above;
  if (!crossed) return std::nullopt;
  return ++state.crossings;
}

std::vector<Alert> Crossings(const LineUse& use, std::int64_t authorised_version,
                             const money::Currency& currency, std::vector<ThresholdState>& states) {
  std::vector<Alert> alerts;
  for (const int percent : kThresholdsPercent) {
    const bool above = use.authorised > 0 && use.used >= Least(use.authorised, percent);
    const auto crossing =
        Cross({.kind = {}, .threshold = percent}, above, authorised_version, states);
    if (!crossing.has_value()) continue;
    alerts.push_back(
        {.line = use.line,
         .threshold_percent = percent,
         .authorised_version = authorised_version,
         .crossing = *crossing,
         .kind = "used",
         .amount = use.used,
         .rationale = Text(use.used, currency) + " of " + Text(use.authorised, currency) +
                      " reserved or spent: " + std::to_string(UsedPercent(use)) + " %"});
  }
  return alerts;
}

}  // namespace jointly::budgets
