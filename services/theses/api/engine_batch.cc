#include <algorithm>
#include <map>
#include <utility>

#include "common/error/macros.h"
#include "common/telemetry/log.h"
#include "services/theses/api/convert.h"
#include "services/theses/api/engine.h"
#include "services/theses/domain/deadlines_of.h"
#include "services/theses/store/recompute_store.h"
#include "services/theses/store/replica_store.h"
#include "services/theses/store/thesis_store.h"

// Many theses computed anew in one transaction.
namespace jointly::theses {
namespace {

// What is known of two institutions; asked for once per batch.
struct Pair {
  std::array<Place, 2> places;
  std::string ended_framework;
};
using Pairs = std::map<std::pair<std::string, std::string>, Pair>;

absl::StatusOr<const Pair*> PairOf(db::Tx& tx, const Thesis& thesis, Pairs& pairs) {
  const std::string& first = thesis.sides[0].institution;
  const std::string& second = thesis.sides[1].institution;
  const auto known = pairs.find({first, second});
  if (known != pairs.end()) return &known->second;
  Pair pair;
  ASSIGN_OR_RETURN(pair.places, store::LoadPlaces(tx, first, second));
  ASSIGN_OR_RETURN(pair.ended_framework, store::EndedFramework(tx, {first, second}));
  return &pairs.emplace(std::pair(first, second), std::move(pair)).first->second;
}

std::vector<Stay> Between(std::vector<Stay> stays, const Thesis& thesis) {
  std::erase_if(stays, [&](const Stay& stay) {
    return FindSide(thesis, stay.sending) == nullptr || FindSide(thesis, stay.receiving) == nullptr;
  });
  return stays;
}

}  // namespace

absl::StatusOr<int> Engine::RecomputeMany(db::Tx& tx, const Who& who,
                                          const std::vector<std::string>& theses) {
  ASSIGN_OR_RETURN(const auto stored, store::LockTheses(tx, theses));
  std::vector<std::string> students;
  for (const store::StoredThesis& row : stored) students.push_back(row.thesis.student);
  ASSIGN_OR_RETURN(auto agreements, store::CotutellesOfAll(tx, theses));
  ASSIGN_OR_RETURN(const auto stays, store::StaysOfAll(tx, students));
  ASSIGN_OR_RETURN(const auto rules, Rules(tx));
  Pairs pairs;
  std::vector<bus::Event> events;
  for (const store::StoredThesis& row : stored) {
    const Thesis& before = row.thesis;
    ASSIGN_OR_RETURN(const Pair* pair, PairOf(tx, before, pairs));
    Setting setting;
    setting.places = pair->places;
    setting.ended_framework = pair->ended_framework;
    setting.agreements = std::move(agreements[before.id]);
    const auto own = stays.find(before.student);
    if (own != stays.end()) setting.stays = Between(own->second, before);
    ASSIGN_OR_RETURN(const CivilTime today, ToCivil(who.now, PlaceInCharge(before, setting).zone));
    setting.today = today.date;
    absl::StatusOr<Seen> seen = Judge(*rules, before, std::move(setting));
    if (!seen.ok()) {
      telemetry::Error("a thesis could not be computed anew",
                       {{"thesis", "theses/" + before.id}, {"error", seen.status().ToString()}});
      continue;
    }
    const std::string digest = DigestOf(seen->plan);
    if (digest == row.plan_digest) continue;
    seen->thesis.revision += 1;
    seen->thesis.update_time = who.now;
    store::SaveThesis(tx, seen->thesis, digest);
    const std::string_view state = Name(before.state);
    events.push_back(ThesisChanged(
        who, {.before = &before, .after = seen->thesis, .told = ToProto(*seen, who.now)},
        {.action = "recomputed", .from = state, .to = state, .note = ""}));
  }
  outbox_.AppendAll(tx, events);
  return static_cast<int>(events.size());
}

}  // namespace jointly::theses
