#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/bus/outbox.h"
#include "common/bus/subscription.h"
#include "common/timers/timers.h"
#include "services/budgets/api/desk.h"
#include "services/budgets/domain/decide.h"

// What happens without a caller: dates that come, and stays and theses that ask for their grant.
namespace jointly::budgets {

// What asks for a grant: a stay whose host approved it, a thesis that is active. Or what ended.
struct Asker {
  enum class Kind { kStay, kThesis };
  Kind kind = Kind::kStay;
  std::string id;    // Bare.
  std::string name;  // "mobilities/x", "theses/x".
  std::string funding_reference;
  // Of a stay.
  std::string call;  // "calls/x"; empty: the event did not say.
  std::optional<Date> first;
  std::optional<Date> last;
  bool demo = false;
  int request_number = 1;  // How often it asked.
};

// The reason of a stay or thesis for which its budget has no scheme.
inline constexpr Reason kNoGrantScheme{"NO_GRANT_SCHEME"};
// The scheme's standing approver holds no office that approves in the budget (any more).
inline constexpr Reason kNoStandingApprover{"NO_STANDING_APPROVER"};  // scheme, budget

class Engine {
 public:
  Engine(bus::Outbox& outbox, const Clock& clock) : outbox_(outbox), clock_(clock) {}

  // The timers of domain/decide.h.
  absl::Status ExpireCommitment(db::Tx& tx, const timers::Timer& timer);
  absl::Status RemindOfClose(db::Tx& tx, const timers::Timer& timer);
  absl::Status MoveReport(db::Tx& tx, const timers::Timer& timer);
  absl::Status EndBudget(db::Tx& tx, const timers::Timer& timer);
  absl::Status WatchLines(db::Tx& tx, const timers::Timer& timer);

  // Reserves the grant of what asks (as a commitment of its id), or keeps why not; once for each
  // time that it asks. What was refused may be asked for again, what was granted is not.
  absl::Status AskForGrant(db::Tx& tx, const Who& who, const Asker& asker);
  // Gives back what is reserved for a stay that was cancelled or a thesis that ended early.
  absl::Status ReleaseGrant(db::Tx& tx, const Who& who, const Asker& asker);

  // Foreign remainders at the rate of a day: of what was bound by then on the lines of the day's
  // period. Those whose line cannot absorb it are undercovered. Errors: DATE_OUTSIDE_BUDGET,
  // PERIOD_NOT_OPEN.
  struct RevaluationOrder {
    Date rate_date{};
    Date effective_date{};
  };
  absl::StatusOr<pb::RevalueBudgetResponse> Revalue(Desk& desk, const RevaluationOrder& order);
  // What commitments still hold on the lines of a period that ends soon.
  static absl::StatusOr<std::vector<Alert>> OpenAlerts(Desk& desk, const Period& period);
  // A revision of the budget that tells nothing but alerts; none when there are none.
  void TellAlerts(Desk& desk, const std::vector<Alert>& alerts);

  bus::Outbox& outbox() { return outbox_; }
  const Clock& clock() const { return clock_; }

 private:
  // A grant that is asked for, and the refusal that was the answer before.
  struct Grant {
    std::optional<Commitment> before;
    Commitment commitment;

    const Commitment* Before() const { return before.has_value() ? &*before : nullptr; }
    std::string_view From() const { return before.has_value() ? Name(before->state) : ""; }
  };
  absl::Status RefuseGrant(db::Tx& tx, const Who& who, const Grant& grant, const Place& place,
                           const absl::Status& why);
  absl::StatusOr<CommitmentDecision> DecideGrant(Desk& desk, const Asker& asker,
                                                 Commitment& commitment);

  bus::Outbox& outbox_;
  const Clock& clock_;
};

// What guards look at, from a desk and a document.
absl::StatusOr<BudgetFacts> FactsOf(Desk& desk);
absl::StatusOr<PeriodFacts> FactsOf(Desk& desk, const Period& period);
absl::StatusOr<CommitmentFacts> FactsOf(Desk& desk, const Commitment& commitment);
// Of its steps, the day before which none is dated any more; nothing when it was never revalued and
// no document of it was taken back.
absl::StatusOr<std::optional<Date>> RevaluedOn(const Desk& desk, const Commitment& commitment);

}  // namespace jointly::budgets
