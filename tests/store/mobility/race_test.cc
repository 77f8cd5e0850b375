#include <atomic>
#include <barrier>
#include <thread>

#include "tests/store/mobility/world.h"

// Many at once on few places. Every test ends with the ledger compared with the applications.
namespace jointly::mobility {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::IsEmpty;

class RaceTest : public MobilityTest {
 protected:
  // Runs `work(i)` on as many threads at once; the outcomes by index.
  static std::vector<std::string> AtOnce(int threads, const std::function<std::string(int)>& work) {
    std::vector<std::string> outcomes(static_cast<std::size_t>(threads));
    std::barrier start(threads);
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&, i] {
        start.arrive_and_wait();
        outcomes[static_cast<std::size_t>(i)] = work(i);
      });
    }
    for (std::thread& thread : running) thread.join();
    return outcomes;
  }
  static int Count(const std::vector<std::string>& outcomes, const std::string& wanted) {
    return static_cast<int>(std::count(outcomes.begin(), outcomes.end(), wanted));
  }

  std::string Offer(const std::string& application, const std::string& condition = "") {
    pb::OfferApplicationRequest request;
    request.set_name(application);
    if (!condition.empty()) {
      request.mutable_choice()->set_condition(condition);
      request.mutable_choice()->set_term(pb::FIRST);
    }
    rpc::Call caller = As(HomeOffice());
    return Outcome(api().OfferApplication(caller, request));
  }
  std::string Accept(const std::string& application, int student) {
    pb::AcceptOfferRequest request;
    request.set_name(application);
    rpc::Call caller = As(Student(student));
    return Outcome(api().AcceptOffer(caller, request));
  }
  std::string Decline(const std::string& application, int student) {
    pb::DeclineOfferRequest request;
    request.set_name(application);
    rpc::Call caller = As(Student(student));
    return Outcome(api().DeclineOffer(caller, request));
  }
  void Waitlist(const std::string& application) {
    pb::WaitlistApplicationRequest request;
    request.set_name(application);
    rpc::Call caller = As(HomeOffice());
    Must(api().WaitlistApplication(caller, request), "waitlist");
  }
  std::int64_t InState(const std::string& state) {
    return Number("SELECT COUNT(*) FROM application WHERE state = $1", {state});
  }
};

TEST_P(RaceTest, SixtyFourOffersOnTenPlaces) {
  auto agreement = world().UsualAgreement(/*out_places=*/10, /*labs_places=*/1);
  agreement.set_revision(2);
  world().TellAgreement(agreement);
  const std::string call = world().PublishedCall();
  std::vector<std::string> applications;
  for (int i = 0; i < 64; ++i) applications.push_back(world().Ranked(call, i).name());
  const auto outcomes =
      AtOnce(64, [&](int i) { return Offer(applications[static_cast<std::size_t>(i)]); });
  EXPECT_EQ(Count(outcomes, "OK"), 10);
  EXPECT_EQ(Count(outcomes, "GUARD_REFUSED"), 54) << testing::PrintToString(outcomes);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 10);
  EXPECT_EQ(world().QuotaOf(kOut).free(), 0);
  EXPECT_EQ(InState("offered"), 10);
  EXPECT_THAT(world().Differences(), IsEmpty());
}

TEST_P(RaceTest, TheFirstOffersOpenOneLedger) {
  // Nothing is opened by the publication: the condition comes with an amendment afterwards.
  auto agreement = world().UsualAgreement(5, 5);
  auto labs = agreement.conditions(1);
  agreement.mutable_conditions()->RemoveLast();
  agreement.set_revision(2);
  world().TellAgreement(agreement);
  const std::string call = world().PublishedCall();
  *agreement.add_conditions() = labs;
  agreement.set_revision(3);
  world().TellAgreement(agreement);
  std::vector<std::string> applications;
  for (int i = 0; i < 8; ++i) {
    applications.push_back(world().Ranked(call, i, 50, {{kLabs, pb::FIRST}}).name());
  }
  const auto outcomes =
      AtOnce(8, [&](int i) { return Offer(applications[static_cast<std::size_t>(i)]); });
  EXPECT_EQ(Count(outcomes, "OK"), 5) << testing::PrintToString(outcomes);
  EXPECT_EQ(world().QuotaOf(kLabs).held(), 5);
}

TEST_P(RaceTest, AnOfferAcceptedManyTimesAtOnceIsOneAcceptance) {
  const std::string call = world().PublishedCall();
  const std::string application = world().Offered(call, 1).name();
  world().PassDecision();
  const auto outcomes = AtOnce(8, [&](int) { return Accept(application, 1); });
  EXPECT_EQ(Count(outcomes, "OK"), 1);
  EXPECT_EQ(Count(outcomes, "ILLEGAL_MOVE"), 7) << testing::PrintToString(outcomes);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 0);
  EXPECT_EQ(world().QuotaOf(kOut).confirmed(), 1);
}

TEST_P(RaceTest, TheSameRequestManyTimesAtOnceIsOneEffectAndOneReply) {
  const std::string call = world().PublishedCall();
  const std::string application = world().Offered(call, 1).name();
  world().PassDecision();
  const std::string request_id = world().ids().Next();
  const auto outcomes = AtOnce(8, [&](int) {
    pb::AcceptOfferRequest request;
    request.set_name(application);
    request.set_request_id(request_id);
    rpc::Call caller = world().As(Student(1), request_id);
    const auto reply = api().AcceptOffer(caller, request);
    return reply.ok() ? reply->etag() : Outcome(reply);
  });
  EXPECT_THAT(outcomes, Each("\"6\""));
}

TEST_P(RaceTest, AcceptedWhileItExpiresIsOneOutcome) {
  constexpr int kOffers = 12;
  auto agreement = world().UsualAgreement(kOffers, 1);
  agreement.set_revision(2);
  world().TellAgreement(agreement);
  const std::string call = world().PublishedCall();
  std::vector<std::string> offers;
  for (int i = 0; i < kOffers; ++i) offers.push_back(world().Offered(call, i).name());
  const Time expires = *ParseTime("2027-02-07T17:00:00Z");  // A week after the decision.
  world().clock().Advance(expires - world().clock().Now() - std::chrono::seconds(1));
  std::vector<rpc::Call> in_time;  // They arrived a second before the end.
  for (int i = 0; i < kOffers; ++i) in_time.push_back(As(Student(i)));
  EXPECT_EQ(world().Tick(), 0);
  world().clock().Advance(std::chrono::seconds(1));
  const auto outcomes = AtOnce(kOffers + 1, [&](int i) {
    if (i == kOffers) return "fired " + std::to_string(world().Tick());
    pb::AcceptOfferRequest accept;
    accept.set_name(offers[static_cast<std::size_t>(i)]);
    return Outcome(api().AcceptOffer(in_time[static_cast<std::size_t>(i)], accept));
  });
  world().Tick();  // What the first one left to another try.
  int accepted = 0;
  for (int i = 0; i < kOffers; ++i) {
    const std::string& outcome = outcomes[static_cast<std::size_t>(i)];
    const bool taken = outcome == "OK";
    accepted += taken ? 1 : 0;
    EXPECT_THAT(outcome, AnyOf("OK", "ILLEGAL_MOVE"));
    EXPECT_EQ(world().Get(HomeOffice(), offers[static_cast<std::size_t>(i)]).state(),
              taken ? pb::Application::CONFIRMED : pb::Application::EXPIRED);
  }
  std::cout << accepted << " of " << kOffers << " were accepted, the others expired\n";
  EXPECT_EQ(world().QuotaOf(kOut).confirmed(), accepted);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 0);
  EXPECT_EQ(world().QuotaOf(kOut).free(), kOffers - accepted);
}

TEST_P(RaceTest, AReleasedPlacePromotesExactlyOneOfThoseWhoWait) {
  const std::string call = world().PublishedCall();
  const std::string first = world().Offered(call, 1).name();
  const std::string second = world().Offered(call, 2).name();
  std::vector<std::string> waiting;
  for (int i = 3; i < 9; ++i) {
    waiting.push_back(world().Ranked(call, i).name());
    Waitlist(waiting.back());
  }
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 6);
  world().PassDecision();
  // The holder declines from eight places at once: one release, one promotion, the longest waiting.
  const auto outcomes = AtOnce(8, [&](int) { return Decline(first, 1); });
  EXPECT_EQ(Count(outcomes, "OK"), 1);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[0]).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 5);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 2);
  // Both holders give up at once: exactly two more.
  const auto both =
      AtOnce(2, [&](int i) { return i == 0 ? Decline(second, 2) : Decline(waiting[0], 3); });
  EXPECT_THAT(both, Each("OK"));
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 3);
  EXPECT_EQ(world().QuotaOf(kOut).held(), 2);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[2]).state(), pb::Application::OFFERED);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[3]).state(), pb::Application::WAITLISTED);
  EXPECT_EQ(world().Get(HomeOffice(), waiting[3]).waitlist_position(), 1);
}

TEST_P(RaceTest, OneLiveOfferPerStudentAcrossLinkedCalls) {
  const auto linked = [](pb::Call& change) { change.set_linked_group("autumn"); };
  auto agreement = world().UsualAgreement(50, 50);
  agreement.set_revision(2);
  world().TellAgreement(agreement);
  const std::string first = world().PublishedCall(linked);
  const std::string second = world().PublishedCall(linked);
  for (int round = 0; round < 6; ++round) {
    // On two ledgers, so that no lock of a ledger keeps them apart.
    const std::string one = world().Ranked(first, round, 80, {{kOut, pb::FIRST}}).name();
    const std::string two = world().Ranked(second, round, 80, {{kLabs, pb::FIRST}}).name();
    const auto outcomes = AtOnce(2, [&](int i) { return Offer(i == 0 ? one : two); });
    EXPECT_EQ(Count(outcomes, "OK"), 1) << testing::PrintToString(outcomes);
    EXPECT_EQ(Count(outcomes, "GUARD_REFUSED"), 1) << testing::PrintToString(outcomes);
  }
}

TEST_P(RaceTest, OneLiveApplicationPerStudentAndCall) {
  const std::string call = world().PublishedCall();
  const auto outcomes = AtOnce(8, [&](int) {
    pb::CreateApplicationRequest request;
    request.mutable_application()->set_call(call);
    rpc::Call caller = As(Student(1));
    return Outcome(api().CreateApplication(caller, request));
  });
  EXPECT_EQ(Count(outcomes, "OK"), 1);
  EXPECT_EQ(Count(outcomes, "APPLICATION_EXISTS"), 7) << testing::PrintToString(outcomes);
}

// Everything that moves places, from many threads, by seed: afterwards the books agree.
TEST_P(RaceTest, AnyMixOfMovesKeepsTheBooks) {
  const std::string call = world().PublishedCall();
  constexpr int kStudents = 12;
  std::vector<std::string> applications;
  for (int i = 0; i < kStudents; ++i) applications.push_back(world().Ranked(call, i).name());
  world().PassDecision();
  const std::uint64_t seed = 20261114;
  std::cout << "seed " << seed << "\n";
  std::atomic<int> refused{0};
  AtOnce(6, [&](int thread) {
    SeededRng dice(seed + static_cast<std::uint64_t>(thread));
    for (int step = 0; step < 40; ++step) {
      const int student = static_cast<int>(dice.Below(kStudents));
      const std::string& name = applications[static_cast<std::size_t>(student)];
      std::string outcome;
      switch (dice.Below(6)) {
        case 0:
        case 1:
          outcome = Offer(name);
          break;
        case 2: {
          pb::WaitlistApplicationRequest request;
          request.set_name(name);
          rpc::Call caller = As(HomeOffice());
          outcome = Outcome(api().WaitlistApplication(caller, request));
          break;
        }
        case 3:
          outcome = Accept(name, student);
          break;
        case 4:
          outcome = Decline(name, student);
          break;
        default: {
          pb::AdjustQuotaRequest request;
          request.set_name(world().QuotaOf(kOut).name());
          request.set_delta(dice.Below(2) == 0 ? 1 : -1);
          request.set_reason("a mix of moves");
          rpc::Call caller = As(HomeOffice());
          outcome = Outcome(api().AdjustQuota(caller, request));
          break;
        }
      }
      EXPECT_THAT(outcome, AnyOf("OK", "ILLEGAL_MOVE", "GUARD_REFUSED", "QUOTA_BELOW_USE"));
      if (outcome != "OK") ++refused;
    }
    return std::string();
  });
  EXPECT_GT(refused.load(), 0);
  EXPECT_THAT(world().Differences(), IsEmpty());
  // Nobody waits beside a free place.
  const pb::Quota quota = world().QuotaOf(kOut);
  EXPECT_TRUE(quota.free() == 0 || quota.waiting() == 0) << quota.ShortDebugString();
}

INSTANTIATE_ON_ENGINES(RaceTest);

}  // namespace
}  // namespace jointly::mobility
