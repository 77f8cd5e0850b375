#include "services/notifications/domain/quiet.h"

#include <gtest/gtest.h>

#include <random>

namespace jointly::notifications {
namespace {

Time At(std::string_view text) {
  const auto time = ParseTime(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

struct Row {
  const char* what;
  const char* zone;
  const char* wanted;
  const char* due;  // Empty: none.
  const char* sent;
};

// 2026-10-30 is a Friday; Paris is UTC+2 until 25 October 2026, then UTC+1; Tokyo is UTC+9.
TEST(QuietHours, AnswerEveryCase) {
  const Row rows[] = {
      {"open", "Europe/Paris", "2026-10-30T10:00:00Z", "", "2026-10-30T10:00:00Z"},
      {"opens at eight sharp", "Europe/Paris", "2026-10-30T07:00:00Z", "", "2026-10-30T07:00:00Z"},
      {"before eight", "Europe/Paris", "2026-10-30T06:59:59Z", "", "2026-10-30T07:00:00Z"},
      {"closes at eight sharp", "Europe/Paris", "2026-10-29T19:00:00Z", "", "2026-10-30T07:00:00Z"},
      {"Friday night", "Europe/Paris", "2026-10-30T22:59:59Z", "", "2026-11-02T07:00:00Z"},
      {"Saturday", "Europe/Paris", "2026-10-31T10:00:00Z", "", "2026-11-02T07:00:00Z"},
      {"in summer time", "Europe/Paris", "2026-07-01T05:00:00Z", "", "2026-07-01T06:00:00Z"},
      {"over the change of clocks", "Europe/Paris", "2026-10-24T10:00:00Z", "",
       "2026-10-26T07:00:00Z"},
      {"Tokyo sleeps while Paris works", "Asia/Tokyo", "2026-10-29T14:00:00Z", "",
       "2026-10-29T23:00:00Z"},
      {"due Sunday: told on Friday", "Europe/Paris", "2026-10-31T11:00:00Z", "2026-11-01T11:00:00Z",
       "2026-10-30T18:00:00Z"},
      {"due at the opening: told before", "Europe/Paris", "2026-10-30T22:00:00Z",
       "2026-11-02T07:00:00Z", "2026-10-30T18:00:00Z"},
      {"due after the opening: told then", "Europe/Paris", "2026-10-30T22:00:00Z",
       "2026-11-02T07:00:01Z", "2026-11-02T07:00:00Z"},
      {"early morning of a Monday, due before eight", "Europe/Paris", "2026-11-02T05:00:00Z",
       "2026-11-02T06:30:00Z", "2026-10-30T18:00:00Z"},
      {"unknown zone is UTC", "Mars/Base", "2026-10-30T07:59:00Z", "", "2026-10-30T08:00:00Z"},
  };
  for (const Row& row : rows) {
    const std::string due = row.due;
    const Time sent =
        QuietShift(At(row.wanted), due.empty() ? std::nullopt : std::optional(At(due)), row.zone);
    EXPECT_EQ(FormatTime(sent), FormatTime(At(row.sent))) << row.what;
  }
}

TEST(QuietHours, NeverShiftPastTheDueInstantAndAlwaysIntoTheWindow) {
  const std::uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  const std::string_view zones[] = {"Europe/Paris",     "Asia/Tokyo",     "America/New_York",
                                    "Pacific/Auckland", "Asia/Kathmandu", "UTC"};
  for (int i = 0; i < 20'000; ++i) {
    const std::string_view zone = zones[random() % std::size(zones)];
    const Time wanted =
        At("2026-01-01T00:00:00Z") +
        std::chrono::seconds(static_cast<std::int64_t>(random() % (3LL * 365 * 86'400)));
    const Time due =
        wanted + std::chrono::seconds(1 + static_cast<std::int64_t>(random() % (5LL * 86'400)));
    const Time sent = QuietShift(wanted, due, zone);
    ASSERT_LT(sent, due) << "seed " << seed << " " << FormatTime(wanted) << " in " << zone;
    ASSERT_TRUE(IsOpen(sent, zone)) << "seed " << seed << " " << FormatTime(sent) << " in " << zone;
    ASSERT_TRUE(!IsOpen(wanted, zone) || sent == wanted) << "seed " << seed;
    const Time unbounded = QuietShift(wanted, std::nullopt, zone);
    ASSERT_GE(unbounded, wanted) << "seed " << seed;
    ASSERT_TRUE(IsOpen(unbounded, zone)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace jointly::notifications
