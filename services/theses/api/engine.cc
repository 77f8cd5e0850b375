#include "services/theses/api/engine.h"

#include "common/error/macros.h"
#include "services/theses/api/convert.h"
#include "services/theses/domain/deadlines_of.h"
#include "services/theses/domain/facts_of.h"
#include "services/theses/store/cotutelle_store.h"
#include "services/theses/store/replica_store.h"
#include "services/theses/store/rule_set_store.h"
#include "services/theses/store/stay_store.h"
#include "services/theses/store/thesis_store.h"

namespace jointly::theses {

absl::StatusOr<Setting> Engine::SettingOf(db::Tx& tx, const Thesis& thesis, Time now) {
  Setting setting;
  const std::string& first = thesis.sides[0].institution;
  const std::string& second = thesis.sides[1].institution;
  ASSIGN_OR_RETURN(setting.places, store::LoadPlaces(tx, first, second));
  ASSIGN_OR_RETURN(setting.agreements, store::CotutellesOf(tx, thesis.id));
  ASSIGN_OR_RETURN(setting.stays, store::StaysOf(tx, thesis.student, {first, second}));
  ASSIGN_OR_RETURN(setting.ended_framework, store::EndedFramework(tx, {first, second}));
  ASSIGN_OR_RETURN(const CivilTime today, ToCivil(now, PlaceInCharge(thesis, setting).zone));
  setting.today = today.date;
  return setting;
}

absl::StatusOr<Seen> Engine::Judge(const deadlines::Catalogue& rules, Thesis thesis,
                                   Setting setting) {
  ASSIGN_OR_RETURN(deadlines::Plan plan, deadlines::Compute(rules, FactsOf(thesis, setting)));
  // What stops the duration is known from the plan alone; what depends on its end is computed with
  // it.
  const auto end = RuledEnd(plan);
  if (end.has_value() && end != PlainEnd(thesis)) {
    setting.ruled_end = end;
    ASSIGN_OR_RETURN(plan, deadlines::Compute(rules, FactsOf(thesis, setting)));
  }
  return Seen{.thesis = std::move(thesis), .setting = std::move(setting), .plan = std::move(plan)};
}

absl::StatusOr<Seen> Engine::Look(db::Tx& tx, const Thesis& thesis, Time now) {
  ASSIGN_OR_RETURN(Setting setting, SettingOf(tx, thesis, now));
  ASSIGN_OR_RETURN(const auto rules, Rules(tx));
  return Judge(*rules, thesis, std::move(setting));
}

absl::StatusOr<std::shared_ptr<const deadlines::Catalogue>> Engine::Rules(db::Tx& tx) {
  return rules_.Current(tx);
}

absl::StatusOr<Seen> Engine::SaveAndTell(db::Tx& tx, const Who& who, const Thesis* before,
                                         Thesis after, const Change& change) {
  after.revision = before == nullptr ? 1 : before->revision + 1;
  after.update_time = who.now;
  if (before == nullptr) after.create_time = who.now;
  ASSIGN_OR_RETURN(Seen seen, Look(tx, after, who.now));
  Tell(tx, who, before, seen, change);
  return seen;
}

void Engine::Tell(db::Tx& tx, const Who& who, const Thesis* before, const Seen& seen,
                  const Change& change) {
  const std::string digest = DigestOf(seen.plan);
  if (before == nullptr) {
    store::InsertThesis(tx, seen.thesis, digest);
    // A publication that commits at this moment does not see the new thesis, nor the thesis it.
    store::AskForRecomputationOf(tx, seen.thesis.id, who.now);
  } else {
    store::SaveThesis(tx, seen.thesis, digest);
  }
  outbox_.Append(
      tx,
      ThesisChanged(who, {.before = before, .after = seen.thesis, .told = ToProto(seen, who.now)},
                    change));
}

absl::StatusOr<bool> Engine::Recompute(db::Tx& tx, const Who& who, const std::string& thesis) {
  ASSIGN_OR_RETURN(const Thesis before,
                   store::LoadThesis(tx, thesis, store::Everything(), store::Lock::kYes));
  ASSIGN_OR_RETURN(const std::string told, store::PlanDigest(tx, thesis));
  ASSIGN_OR_RETURN(Seen seen, Look(tx, before, who.now));
  if (DigestOf(seen.plan) == told) return false;
  seen.thesis.revision += 1;
  seen.thesis.update_time = who.now;
  Tell(tx, who, &before, seen,
       {.action = "recomputed", .from = Name(before.state), .to = Name(before.state), .note = ""});
  return true;
}

}  // namespace jointly::theses
