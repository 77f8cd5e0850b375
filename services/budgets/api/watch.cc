#include <algorithm>
#include <map>

#include "common/error/macros.h"
#include "services/budgets/api/engine.h"
#include "services/budgets/domain/watch.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/statement_store.h"

// Timers that look ahead: what will not be spent in time, and what is still reserved at the end.
namespace jointly::budgets {
namespace {

// Lines by key, each brought up to date in memory; Save writes those that a judgement changed.
class WatchedLines {
 public:
  static absl::StatusOr<WatchedLines> Load(Desk& desk) {
    WatchedLines lines;
    ASSIGN_OR_RETURN(std::vector<store::LineRow> rows,
                     store::LoadLines(desk.tx(), desk.budget().id));
    for (store::LineRow& row : rows) lines.rows_[row.history.key] = std::move(row);
    return lines;
  }
  // `judge` gets the line's thresholds; what it changes is written.
  template <typename Judge>
  void Visit(Desk& desk, const LineKey& line, const Judge& judge) {
    store::LineRow& row = rows_[line];
    row.history.key = line;
    const std::vector<ThresholdState> before = row.thresholds;
    judge(row.thresholds);
    if (row.thresholds != before) store::SaveLine(desk.tx(), desk.budget().id, row);
  }

 private:
  std::map<LineKey, store::LineRow> rows_;
};

bool IsOpenPeriod(const Desk& desk, const std::string& id) {
  const Period* period = FindPeriod(desk.periods(), id);
  return period != nullptr && period->state == PeriodState::kOpen;
}

absl::StatusOr<std::vector<Alert>> LateLines(Desk& desk) {
  ASSIGN_OR_RETURN(const std::vector<ForecastInput> inputs,
                   store::LoadForecast(desk.tx(), desk.budget(), desk.periods(), desk.today()));
  ASSIGN_OR_RETURN(WatchedLines lines, WatchedLines::Load(desk));
  std::vector<Alert> alerts;
  for (const ForecastInput& input : inputs) {
    if (!IsOpenPeriod(desk, input.line.period)) continue;
    lines.Visit(desk, input.line, [&](std::vector<ThresholdState>& states) {
      const std::vector<Alert> late =
          LateAlerts(input, desk.budget().authorised_version, desk.budget().currency, states);
      alerts.insert(alerts.end(), late.begin(), late.end());
    });
  }
  return alerts;
}

}  // namespace

absl::StatusOr<std::vector<Alert>> Engine::OpenAlerts(Desk& desk, const Period& period) {
  ASSIGN_OR_RETURN(
      const std::vector<Commitment> commitments,
      store::OpenCommitments(desk.tx(), desk.budget().id, period.id, store::Lock::kNo));
  std::map<LineKey, OpenOnLine> open;
  for (const Commitment& commitment : commitments) {
    OpenOnLine& line = open[commitment.line];
    line.line = commitment.line;
    line.remaining += commitment.remaining;
    line.commitments += 1;
  }
  ASSIGN_OR_RETURN(WatchedLines lines, WatchedLines::Load(desk));
  std::vector<Alert> alerts;
  for (const auto& [key, line] : open) {
    lines.Visit(desk, key, [&](std::vector<ThresholdState>& states) {
      auto alert = OpenAlert(line, period, desk.today(), desk.budget().authorised_version,
                             desk.budget().currency, states);
      if (alert.has_value()) alerts.push_back(*std::move(alert));
    });
  }
  return alerts;
}

absl::Status Engine::WatchLines(db::Tx& tx, const timers::Timer& timer) {
  const Who who = TimerWho(clock_.Now(), "timer/" + timer.kind + "/" + timer.subject);
  auto desk = Desk::Open(tx, who, timer.subject, store::Everything());
  if (absl::IsNotFound(desk.status())) return absl::OkStatus();
  RETURN_IF_ERROR(desk.status());
  const bool watched =
      std::any_of(desk->periods().begin(), desk->periods().end(), [&](const Period& period) {
        return period.state == PeriodState::kOpen && period.end_date >= desk->today();
      });
  // Whoever opens the next period arms it again.
  if (!watched) return absl::OkStatus();
  // A suspended budget cannot be spent: that is no news of its lines.
  if (TakesDocuments(desk->budget().state)) {
    ASSIGN_OR_RETURN(const std::vector<Alert> alerts, LateLines(*desk));
    TellAlerts(*desk, alerts);
  }
  SetTimers(*desk, {{.arm = true,
                     .kind = timer.kind,
                     .subject = timer.subject,
                     .on = FirstOfNextMonth(desk->today())}});
  return absl::OkStatus();
}

}  // namespace jointly::budgets
