#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "common/deadlines/plan.h"
#include "services/theses/api/changes.h"
#include "services/theses/api/rule_book.h"
#include "services/theses/domain/setting.h"
#include "services/theses/domain/types.h"

// Carries changes of theses out: what every change writes, whoever asked for it - a call, an
// amendment that comes into force, a foreign event, or a new rule.
namespace jointly::theses {

// A thesis with all that it is judged by, and the plan that the rules make of it.
struct Seen {
  Thesis thesis;
  Setting setting;
  deadlines::Plan plan;
};

class Engine {
 public:
  Engine(bus::Outbox& outbox, const Clock& clock, RuleBook& rules)
      : outbox_(outbox), clock_(clock), rules_(rules) {}

  // What surrounds a thesis, as this transaction sees it.
  absl::StatusOr<Setting> SettingOf(db::Tx& tx, const Thesis& thesis, Time now);
  // Everything that the rules say of a thesis in its setting. Errors: those of Look.
  static absl::StatusOr<Seen> Judge(const deadlines::Catalogue& rules, Thesis thesis,
                                    Setting setting);
  // Errors: those of deadlines::Compute, so that a date outside all calendars is refused at entry.
  absl::StatusOr<Seen> Look(db::Tx& tx, const Thesis& thesis, Time now);
  absl::StatusOr<std::shared_ptr<const deadlines::Catalogue>> Rules(db::Tx& tx);

  // Computes the deadlines anew, saves the thesis and appends its event, with revision + 1.
  // `before` is null when it is new; it was locked by its load. The last writes of the
  // transaction's own aggregate: what the computation reads (agreements, stays) is written before.
  absl::StatusOr<Seen> SaveAndTell(db::Tx& tx, const Who& who, const Thesis* before, Thesis after,
                                   const Change& change);
  // Computes the deadlines of a thesis anew and tells them where they differ from those told last
  // (action "recomputed"). Locks the thesis. Whether anything was told. For new rules, new dates of
  // an agreement, and the passing of time.
  absl::StatusOr<bool> Recompute(db::Tx& tx, const Who& who, const std::string& thesis);

  // The same for many at once, in few queries: engine_batch.cc. How many were told. A thesis that
  // the rules can not judge is logged and left as it is, so that it does not stop the others.
  absl::StatusOr<int> RecomputeMany(db::Tx& tx, const Who& who,
                                    const std::vector<std::string>& theses);

  bus::Outbox& outbox() { return outbox_; }
  const Clock& clock() const { return clock_; }

 private:
  void Tell(db::Tx& tx, const Who& who, const Thesis* before, const Seen& seen,
            const Change& change);

  bus::Outbox& outbox_;
  const Clock& clock_;
  RuleBook& rules_;
};

}  // namespace jointly::theses
