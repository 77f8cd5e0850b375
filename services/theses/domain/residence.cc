#include "services/theses/domain/residence.h"

#include <algorithm>

namespace jointly::theses {
namespace {

// The side of the first enrolment; the side in charge when both are on the same day.
std::size_t BaseSide(const Thesis& thesis) {
  const auto first = FirstEnrolment(thesis.sides[0]);
  const auto second = FirstEnrolment(thesis.sides[1]);
  if (first.has_value() && second.has_value() && *first == *second) {
    return thesis.sides[0].in_charge ? 0 : 1;
  }
  if (!first.has_value()) return second.has_value() ? 1 : 0;
  return second.has_value() && *second < *first ? 1 : 0;
}

bool SuspendedOn(const Thesis& thesis, Date date) {
  return std::any_of(thesis.suspensions.begin(), thesis.suspensions.end(),
                     [&](const auto& row) { return row.first <= date && date <= row.last; });
}

// Where the student is on a day: on a stay at its receiving side, else at the base.
std::size_t SideOn(const Thesis& thesis, const Setting& setting, std::size_t base, Date date) {
  for (const Stay& stay : setting.stays) {
    if (date < stay.first || stay.last < date) continue;
    if (stay.receiving == thesis.sides[1 - base].institution) return 1 - base;
  }
  return base;
}

// A century is longer than any thesis: a bound on loops over days.
constexpr int kDaysMax = 36'600;

const CotutelleText* LatestText(const Setting& setting) {
  if (const CotutelleText* text = InForceOn(setting.agreements, setting.today)) return text;
  return nullptr;
}

}  // namespace

Residence ResidenceUntil(const Thesis& thesis, const Setting& setting, Date last) {
  Residence residence;
  const auto start = StartDate(thesis);
  if (!start.has_value()) return residence;
  const std::size_t base = BaseSide(thesis);
  const int days = std::min(DaysIn(*start, last), kDaysMax);
  auto day = std::chrono::sys_days(*start);
  for (int i = 0; i < days; ++i, day += std::chrono::days(1)) {
    const Date date(day);
    if (SuspendedOn(thesis, date)) continue;
    residence.days[SideOn(thesis, setting, base, date)] += 1;
  }
  return residence;
}

std::optional<Date> ResidenceHorizon(const Thesis& thesis, const Setting& setting) {
  if (thesis.defence.has_value() && thesis.defence->outcome != "failed") {
    return thesis.defence->held.has_value() ? *thesis.defence->held : thesis.defence->time.date;
  }
  return ExpectedEnd(thesis, setting);
}

std::optional<ResidenceShortfall> ShortfallOf(const Thesis& thesis, const Setting& setting) {
  const CotutelleText* text = LatestText(setting);
  const auto horizon = ResidenceHorizon(thesis, setting);
  if (text == nullptr || text->residence_minimum_percent <= 0 || !horizon.has_value() ||
      !StartDate(thesis).has_value()) {
    return std::nullopt;
  }
  const Residence forecast = ResidenceUntil(thesis, setting, *horizon);
  const int total = forecast.days[0] + forecast.days[1];
  const int needed = (total * text->residence_minimum_percent + 99) / 100;
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    if (forecast.days[side] >= needed) continue;
    ResidenceShortfall shortfall{.side = side,
                                 .forecast_percent = forecast.percent(side),
                                 .minimum_percent = text->residence_minimum_percent,
                                 .missing_days = needed - forecast.days[side],
                                 .last_start = std::nullopt};
    // Backwards from the horizon, counting the days that could still be spent there.
    const std::size_t base = BaseSide(thesis);
    int open = shortfall.missing_days;
    for (auto day = std::chrono::sys_days(*horizon);
         day > std::chrono::sys_days(setting.today) && open > 0; day -= std::chrono::days(1)) {
      const Date date(day);
      if (SuspendedOn(thesis, date) || SideOn(thesis, setting, base, date) == side) continue;
      if (--open == 0) shortfall.last_start = date;
    }
    return shortfall;
  }
  return std::nullopt;
}

}  // namespace jointly::theses
