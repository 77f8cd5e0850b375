#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/store/allocation_store.h"
#include "services/mobility/store/replica_store.h"

// Serial allocation of a call: decided as a whole, carried out application by application, in one
// transaction.
namespace jointly::mobility {
namespace {

// The ranked applications with what each guard needs, by application id.
struct Ranked {
  std::vector<store::Case> cases;
  std::vector<ApplicationFacts> facts;
};

absl::StatusOr<Ranked> LoadRanked(db::Tx& tx, const std::string& call, Time now) {
  Ranked ranked;
  ASSIGN_OR_RETURN(ranked.cases, store::LockRanked(tx, call));
  for (const store::Case& row : ranked.cases) {
    ApplicationFacts& facts = ranked.facts.emplace_back(FactsOf(row, now));
    ASSIGN_OR_RETURN(facts.linked, store::LoadLinked(tx, row.application, row.call.linked_group));
  }
  return ranked;
}

AllocationInput InputOf(const std::string& call, const Ranked& ranked,
                        const std::vector<Quota>& quotas) {
  AllocationInput input;
  input.call = call;
  for (const Quota& quota : quotas) {
    input.vacancies.push_back({.quota = quota.id, .free = std::max(quota.free(), 0)});
  }
  for (const ApplicationFacts& facts : ranked.facts) {
    Candidate candidate = CandidateOf(facts.application);
    candidate.choices.clear();
    for (const Choice& choice : facts.application.choices) {
      for (const Quota& quota : quotas) {
        if (quota.condition != choice.condition) continue;
        candidate.choices.push_back({.choice = choice,
                                     .quota = quota.id,
                                     .places = PlacesTaken(quota.measure, choice.term)});
      }
    }
    candidate.blocked = !check::OneLiveOffer(facts).passed;
    input.candidates.push_back(std::move(candidate));
  }
  return input;
}

// The cases stand in the order of their ids.
std::size_t IndexOf(const Ranked& ranked, const std::string& application) {
  const auto found = std::lower_bound(
      ranked.cases.begin(), ranked.cases.end(), application,
      [](const store::Case& row, const std::string& id) { return row.application.id < id; });
  return static_cast<std::size_t>(found - ranked.cases.begin());
}

}  // namespace

absl::StatusOr<pb::AllocateCallResponse> Api::Allocate(db::Tx& tx, rpc::Call& call,
                                                       const std::string& id) {
  ASSIGN_OR_RETURN(const Call allocated, store::LoadCall(tx, id, ScopeOf(call), store::Lock::kYes));
  if (!call.principal.HoldsIn(auth::Role::kInternationalOffice, allocated.home_institution)) {
    return PermissionDenied(kWrongRole, "a call is allocated by its home institution's office",
                            {{"call", "calls/" + id}});
  }
  const Actor actor = ActorOf(call);
  Books books(tx, engine_.outbox(), actor);
  const Turn turn{.tx = tx, .actor = actor, .books = books};
  RETURN_IF_ERROR(OpenQuotas(tx, actor, allocated));
  ASSIGN_OR_RETURN(const auto conditions, store::LoadConditions(tx, allocated.agreement));
  std::vector<std::string> names;
  for (const AgreementCondition& condition : conditions) {
    if (condition.sending_institution == allocated.home_institution) {
      names.push_back(condition.name);
    }
  }
  ASSIGN_OR_RETURN(const auto ledgers, store::QuotaIds(tx, names, allocated.academic_year));
  std::vector<std::string> ids;
  for (const auto& [condition, ledger] : ledgers) ids.push_back(ledger);
  RETURN_IF_ERROR(books.Lock(ids));
  ASSIGN_OR_RETURN(Ranked ranked, LoadRanked(tx, id, call.now));
  ASSIGN_OR_RETURN(const AllocationResult result,
                   jointly::mobility::Allocate(InputOf(id, ranked, books.Balances())));
  pb::AllocateCallResponse response;
  for (const AllocationRow& row : result.rows) {
    pb::Allocation& message = *response.add_allocations();
    message = ToProto(row);
    const std::size_t index = IndexOf(ranked, row.application);
    if (row.outcome == AllocationOutcome::kUnplaced || index == ranked.cases.size()) continue;
    ApplicationFacts& facts = ranked.facts[index];
    facts.input.choice = row.choice->choice;
    facts.quotas = books.Balances();
    facts.last_waitlist_ticket = books.Find(row.choice->quota)->last_ticket;
    const bool offered = row.outcome == AllocationOutcome::kOffered;
    ASSIGN_OR_RETURN(
        const ApplicationDecision decision,
        Decide(facts, offered ? ApplicationAction::kOffer : ApplicationAction::kWaitlist,
               Role::kHomeOffice));
    ASSIGN_OR_RETURN(const store::Case after, engine_.Carry(turn, ranked.cases[index], decision));
    message.set_position(after.waitlist_position);
  }
  const store::AllocationRun run{.id = ids_.Next(),
                                 .call = id,
                                 .actor = call.principal.name,
                                 .time = call.now,
                                 .result = result};
  store::InsertRun(tx, run);
  books.Settle();
  response.set_run(run.id);
  return response;
}

absl::StatusOr<pb::AllocateCallResponse> Api::AllocateCall(rpc::Call& call,
                                                           const pb::AllocateCallRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("calls", request.name()));
  ASSIGN_OR_RETURN(
      pb::AllocateCallResponse response,
      Run<pb::AllocateCallResponse>(call, request, request.validate_only(),
                                    [&](db::Tx& tx) { return Allocate(tx, call, id); }));
  if (request.validate_only()) response.clear_run();  // It was not kept.
  return response;
}

}  // namespace jointly::mobility
