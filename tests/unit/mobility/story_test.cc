#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>

#include "common/time/ids.h"
#include "services/mobility/domain/deadlines_of.h"
#include "services/mobility/domain/decide.h"
#include "tests/unit/mobility/sample.h"

// Random lives of many applications on one quota: students, offices and timers try anything at any
// time, right or wrong. What must hold is checked after each step.
namespace jointly::mobility {
namespace {

using A = ApplicationAction;
using S = ApplicationState;

constexpr Role kRoles[] = {Role::kStudent, Role::kHomeOffice, Role::kHostOffice, Role::kTimer};

class World {
 public:
  explicit World(std::uint64_t seed) : rng_(seed) {
    facts_ = sample::In(S::kDraft);
    facts_.call.nomination_open_time.reset();
    facts_.call.nomination_close_time.reset();
    facts_.call.required_documents.clear();
    ledger_.quota = sample::FreeQuota();
    ledger_.quota.places = static_cast<int>(rng_.Below(2)) + 1;
    ledger_.quota.measure = rng_.Below(2) == 0 ? Measure::kPersons : Measure::kSemesters;
    const std::size_t count = rng_.Below(12) + 8;
    for (std::size_t i = 0; i < count; ++i) AddApplication("a" + std::to_string(i));
  }

  // One try by anybody. Two of three take a step that the table lists, so that lives come far; the
  // others try anything.
  void Step() {
    facts_.now += std::chrono::minutes(rng_.Below(60 * 24));
    if (rng_.Below(6) == 0 && !mobilities_.empty()) return StepMobility();
    const auto at = std::next(applications_.begin(),
                              static_cast<std::ptrdiff_t>(rng_.Below(applications_.size())));
    if (rng_.Below(3) == 0) {
      const auto action = static_cast<A>(rng_.Below(static_cast<std::uint64_t>(A::kNominate) + 1));
      return Try(at->first, action, kRoles[rng_.Below(4)]);
    }
    const Role role = kRoles[rng_.Below(4)];
    const std::vector<A> open = OpenActions(at->second.state, role);
    if (open.empty()) return;
    const A action = open[rng_.Below(open.size())];
    const bool ends =
        action == A::kWithdraw || action == A::kFindIneligible || action == A::kReject;
    if (ends && rng_.Below(12) != 0) return;
    if (action == A::kPromote) return;  // The service does so when a place became free.
    Try(at->first, action, role);
  }

  void CheckInvariants() const {
    ASSERT_GE(ledger_.quota.free(), 0);
    int held = 0;
    int confirmed = 0;
    for (const auto& [id, application] : applications_) {
      if (application.state == S::kOffered) held += application.offer->places;
      if (HasConfirmedPlace(application)) confirmed += application.offer->places;
      ASSERT_EQ(application.state == S::kWaitlisted, application.waitlist_ticket > 0) << id;
      ASSERT_EQ(timers_.contains(id), application.state == S::kOffered) << id;
    }
    ASSERT_EQ(ledger_.quota.held, held);
    ASSERT_EQ(ledger_.quota.confirmed, confirmed);
  }

  int steps_taken() const { return taken_; }
  const std::set<S>& seen() const { return seen_; }
  int promotions() const { return promotions_; }

 private:
  void AddApplication(const std::string& id) {
    ApplicationFacts facts = facts_;
    facts.application.id = id;
    facts.application.student = "people/" + id;
    const Term term = rng_.Below(3) == 0 ? Term::kFullYear : Term::kSecond;
    facts.application.choices = {{sample::kCondition, term}};
    const auto created = CreateApplication(facts, false);
    ASSERT_TRUE(created.ok());
    applications_[id] = *created;
  }

  bool HasConfirmedPlace(const Application& application) const {
    if (application.state == S::kConfirmed) return true;
    return application.state == S::kNominated &&
           mobilities_.at(application.mobility).state != MobilityState::kCancelled;
  }

  ApplicationFacts FactsOf(const Application& application) {
    ApplicationFacts facts = facts_;
    facts.application = application;
    facts.quotas = {ledger_.quota};
    facts.last_waitlist_ticket = last_ticket_;
    facts.input.mobility_id = "m" + application.id;
    facts.input.complete_until = *ToCivil(facts.now + std::chrono::hours(96), "Europe/Paris");
    // The call stays open and its results are out, so that lives do not end at its gates.
    facts.call.close_time = *ToCivil(facts.now + std::chrono::hours(24), "Europe/Paris");
    facts.call.decision_time = *ToCivil(facts.now - std::chrono::hours(24), "Europe/Paris");
    if (!application.mobility.empty()) facts.mobility = mobilities_.at(application.mobility).state;
    return facts;
  }

  void Try(const std::string& id, A action, Role role) {
    const Application before = applications_[id];
    const ApplicationFacts facts = FactsOf(before);
    const auto decision = Decide(facts, action, role);
    const auto* move = workflow::Find(kApplicationWorkflow, before.state, action);
    if (!decision.ok()) return;
    ASSERT_NE(move, nullptr) << "a decision without a row";
    ASSERT_TRUE(move->by.Has(role));
    ASSERT_EQ(decision->after.state, move->to);
    ASSERT_EQ(decision->after.revision, before.revision + 1);
    ASSERT_EQ(decision->after.student, before.student);
    ASSERT_EQ(decision->after.call, before.call);
    ASSERT_EQ(decision->after.create_time, before.create_time);
    applications_[id] = decision->after;
    seen_.insert(decision->after.state);
    ++taken_;
    if (action == A::kWaitlist) last_ticket_ = decision->after.waitlist_ticket;
    if (decision->mobility.has_value()) mobilities_[decision->mobility->id] = *decision->mobility;
    for (const TimerEffect& timer : decision->timers) {
      if (timer.arm) {
        timers_[timer.subject] = timer.due;
      } else {
        timers_.erase(timer.subject);
      }
    }
    if (action == A::kExpire) timers_.erase(id);
    ApplyPlaces(decision->quota, decision->promote_quota);
    for (const auto& deadline : DeadlinesOf(decision->after, facts.call, facts.now)) {
      ASSERT_EQ(deadline.generation, decision->after.revision);
    }
  }

  void StepMobility() {
    const auto at =
        std::next(mobilities_.begin(), static_cast<std::ptrdiff_t>(rng_.Below(mobilities_.size())));
    MobilityFacts facts = sample::In(at->second.state);
    facts.mobility = at->second;
    facts.call = facts_.call;
    facts.now = facts_.now;
    facts.input.proposal_id = at->second.proposal_id;
    facts.input.new_proposal_id = "proposal-" + std::to_string(rng_.Below(1000));
    const auto decision =
        Decide(facts, static_cast<MobilityAction>(rng_.Below(7)), kRoles[rng_.Below(4)]);
    if (!decision.ok()) return;
    ASSERT_EQ(decision->after.student, at->second.student);
    ASSERT_EQ(decision->after.revision, at->second.revision + 1);
    at->second = decision->after;
    ++taken_;
    ApplyPlaces(decision->quota, decision->promote_quota);
  }

  // As the service does: the decision's commands on the ledger, then the waiting list.
  void ApplyPlaces(const std::vector<QuotaCommand>& commands, const std::string& promote_quota) {
    for (const QuotaOutcome& outcome : ApplyBatch(ledger_, commands)) {
      ASSERT_TRUE(outcome.status.ok()) << outcome.status;
      ASSERT_TRUE(outcome.changed);
    }
    if (promote_quota.empty()) return;
    while (true) {
      std::vector<Waiting> list;
      for (const auto& [id, application] : applications_) {
        if (application.state != S::kWaitlisted) continue;
        list.push_back(
            {.application = id,
             .ticket = application.waitlist_ticket,
             .places = PlacesTaken(ledger_.quota.measure, application.waitlist_choice->term)});
      }
      const auto next = NextPromoted(list, ledger_.quota.free());
      if (!next.has_value()) return;
      ++promotions_;
      Try(list[*next].application, A::kPromote, Role::kTimer);
      ASSERT_EQ(applications_[list[*next].application].state, S::kOffered)
          << "whom the waiting list names is offered the place";
    }
  }

  SeededRng rng_;
  ApplicationFacts facts_;
  Ledger ledger_;
  std::map<std::string, Application> applications_;
  std::map<std::string, MobilityCase> mobilities_;
  std::map<std::string, Time> timers_;
  std::int64_t last_ticket_ = 0;
  std::set<S> seen_;
  int taken_ = 0;
  int promotions_ = 0;
};

TEST(RandomLives, StayInTheTableAndConservePlaces) {
  std::set<S> seen = {S::kDraft};
  int taken = 0;
  int promotions = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    for (int i = 0; i < 1500; ++i) {
      world.Step();
      if (testing::Test::HasFatalFailure()) return;
      world.CheckInvariants();
      if (testing::Test::HasFatalFailure()) return;
    }
    seen.insert(world.seen().begin(), world.seen().end());
    taken += world.steps_taken();
    promotions += world.promotions();
  }
  // The test means something only when lives come far.
  EXPECT_EQ(seen.size(), 16u) << "every state was reached";
  EXPECT_GT(taken, 2000);
  EXPECT_GT(promotions, 50);
}

}  // namespace
}  // namespace jointly::mobility
