#include "services/budgets/domain/grants.h"

#include <algorithm>
#include <cctype>

#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::budgets {
namespace {

constexpr std::string_view kCalendarDays = "calendar_days";
constexpr std::string_view kThirtyPerMonth = "30_per_month";

// The day's number when every month has 30 days; a month's last day is its 30th.
std::int64_t ThirtyPerMonth(Date date) {
  const Date last{date.year() / date.month() / std::chrono::last};
  const unsigned day = date == last ? 30 : std::min(unsigned{date.day()}, 30u);
  return (static_cast<int>(date.year()) * 12 + unsigned{date.month()}) * std::int64_t{30} + day;
}

constexpr std::string_view kPeople = "people/";

// A sentence in which persons are "a person".
std::string WithoutPersons(std::string text) {
  const auto of_a_name = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_';
  };
  for (std::size_t at = text.find(kPeople); at != std::string::npos; at = text.find(kPeople, at)) {
    std::size_t end = at + kPeople.size();
    while (end < text.size() && of_a_name(text[end])) ++end;
    text.replace(at, end - at, "a person");
  }
  return text;
}

}  // namespace

bool KnownDayConvention(std::string_view name) {
  return name == kCalendarDays || name == kThirtyPerMonth;
}

absl::StatusOr<std::int64_t> DaysOf(Date first, Date last, std::string_view convention) {
  if (last < first) {
    return InvalidArgument(kInvalidArgument, "a stay ends before it starts",
                           {{"start", FormatDate(first)}, {"end", FormatDate(last)}});
  }
  if (convention == kCalendarDays) {
    return (std::chrono::sys_days(last) - std::chrono::sys_days(first)).count() + 1;
  }
  if (convention == kThirtyPerMonth) {
    // The first day counts as it stands, also when it is its month's last.
    const std::int64_t begin =
        (static_cast<int>(first.year()) * 12 + unsigned{first.month()}) * std::int64_t{30} +
        std::min(unsigned{first.day()}, 30u);
    return std::max<std::int64_t>(1, ThirtyPerMonth(last) - begin + 1);
  }
  return InvalidArgument(kUnknownDayConvention, "days are counted as calendar_days or 30_per_month",
                         {{"day_convention", std::string(convention)}});
}

const GrantScheme* SchemeFor(const Budget& budget, std::string_view call) {
  const GrantScheme* of_any_call = nullptr;
  for (const GrantScheme& scheme : budget.grants) {
    if (!scheme.rate_per_day.has_value()) continue;
    if (!scheme.call.empty() && scheme.call == call) return &scheme;
    if (scheme.call.empty() && of_any_call == nullptr) of_any_call = &scheme;
  }
  return of_any_call;
}

const GrantScheme* ThesisSchemeOf(const Budget& budget) {
  for (const GrantScheme& scheme : budget.grants) {
    if (scheme.amount_per_thesis.has_value()) return &scheme;
  }
  return nullptr;
}

absl::StatusOr<money::Money> GrantOf(const GrantScheme& scheme, Date first, Date last) {
  ASSIGN_OR_RETURN(const std::int64_t days, DaysOf(first, last, scheme.day_convention));
  Check(scheme.rate_per_day.has_value(), "a scheme that pays no stays");
  return money::Multiply(*scheme.rate_per_day, days);
}

GrantRefusal GrantRefusalOf(const absl::Status& why) {
  GrantRefusal refusal{
      .reason = ReasonOf(why), .message = WithoutPersons(MessageOf(why)), .facts = {}};
  for (Fact& fact : jointly::FactsOf(why)) {
    if (fact.value.find(kPeople) == std::string::npos) refusal.facts.push_back(std::move(fact));
  }
  return refusal;
}

}  // namespace jointly::budgets
