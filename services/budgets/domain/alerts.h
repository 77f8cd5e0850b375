#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/types.h"

// Warnings that a line is nearly used up. Each fires exactly once per upward crossing (B17): a line
// that stays above a threshold says nothing more until it has been below.
namespace jointly::budgets {

inline constexpr int kThresholdsPercent[] = {80, 90, 100};

// What is remembered of one threshold of one line.
struct ThresholdState {
  int threshold_percent = 0;  // Of kOpenCommitmentsAlert: days before the period's end.
  std::int64_t authorised_version = 0;
  int crossings = 0;  // Upward ones within the authorised version.
  bool above = false;
  std::string kind = {};  // The alert's; empty: "used".
  friend bool operator==(const ThresholdState&, const ThresholdState&) = default;
};

struct Alert {
  LineKey line;
  int threshold_percent = 0;  // Of what its kind measures: money used, or the period's days gone.
  std::int64_t authorised_version = 0;
  int crossing = 0;  // From 1.
  std::string kind;  // "used", "underspend", "unspendable", "open_commitments".
  std::int64_t amount = 0;
  std::string rationale;
};

// What a line looks like after a journal.
struct LineUse {
  LineKey line;
  std::int64_t authorised = 0;
  std::int64_t used = 0;  // Reserved and spent.
};

// The percentage used, rounded down; 0 when nothing is authorised.
int UsedPercent(const LineUse& use);

// The thresholds that the line crossed upwards since `states`, which are brought up to date. A line
// without money, such as one whose period was closed, is below every threshold.
std::vector<Alert> Crossings(const LineUse& use, std::int64_t authorised_version,
                             const money::Currency& currency, std::vector<ThresholdState>& states);

// Brings one threshold up to date: whether it was crossed upwards, and for the how manieth time in
// this authorised version. The empty kind is "used".
struct ThresholdKey {
  std::string kind;
  int threshold = 0;
};
std::optional<int> Cross(const ThresholdKey& key, bool above, std::int64_t authorised_version,
                         std::vector<ThresholdState>& states);

}  // namespace jointly::budgets
