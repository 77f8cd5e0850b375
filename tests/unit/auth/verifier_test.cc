#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/auth/token_cache.h"
#include "common/error/error.h"
#include "tests/unit/auth/token_forge.h"

namespace jointly::auth {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Keys as identity would publish them; it can be down.
struct Publisher {
  std::vector<PublicKey> keys;
  bool down = false;
  std::atomic<int> fetches{0};
  milliseconds takes{0};

  FetchKeys Fetch() {
    return [this]() -> absl::StatusOr<std::vector<PublicKey>> {
      ++fetches;
      if (takes.count() > 0) std::this_thread::sleep_for(takes);
      if (down) return Unavailable(kUnavailable, "identity is down");
      return keys;
    };
  }
};

struct World {
  World() { publisher.keys = {forge.user.Public()}; }

  std::string Token(const SigningKey& key) {
    return Forge::Write(forge.Header(key), forge.Payload(), key);
  }
  absl::StatusCode CodeOf(const std::string& token) {
    return verifier.Verify(token).status().code();
  }

  Forge forge;
  Publisher publisher;
  Verifier verifier{{.deployment = "test",
                     .fetch_user_keys = publisher.Fetch(),
                     .service_keys = {{"mobility", forge.mobility.Public()}}},
                    forge.clock};
};

Claims ClaimsOf(const Forge& forge, Principal principal, std::string issuer) {
  return {.issuer = std::move(issuer),
          .principal = std::move(principal),
          .issued = forge.clock.Now(),
          .expires = forge.clock.Now() + kAccessTokenLife};
}

TEST(Verifier, APersonComesOutAsMade) {
  World world;
  const Principal made{
      .kind = Principal::Kind::kPerson,
      .name = "people/0198c0de-0000-7000-8000-000000000001",
      .grants = {{Role::kInternationalOffice, "institutions/uga"}, {Role::kAuditor, "*"}},
      .institution = "institutions/uga",
      .language = "fr",
      .zone = "Europe/Paris",
      .session = "0198c0de-0000-7000-8000-000000000002"};
  const auto token = MakeToken(world.forge.user, ClaimsOf(world.forge, made, UserIssuer("test")));
  for (const char* round : {"checked", "remembered"}) {
    const auto got = world.verifier.Verify(token);
    ASSERT_TRUE(got.ok()) << round << ": " << got.status();
    EXPECT_EQ(got->kind, Principal::Kind::kPerson);
    EXPECT_EQ(got->name, made.name);
    EXPECT_EQ(got->grants, made.grants);
    EXPECT_EQ(got->institution, made.institution);
    EXPECT_EQ(got->language, made.language);
    EXPECT_EQ(got->zone, made.zone);
    EXPECT_EQ(got->session, made.session);
  }
}

TEST(Verifier, AServiceComesOutAsMadeAndNeedsNoFetch) {
  World world;
  world.publisher.down = true;
  const Principal made{.kind = Principal::Kind::kService, .name = "service:mobility"};
  const auto got = world.verifier.Verify(
      MakeToken(world.forge.mobility, ClaimsOf(world.forge, made, ServiceIssuer("test"))));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->kind, Principal::Kind::kService);
  EXPECT_EQ(got->name, "service:mobility");
  EXPECT_TRUE(got->grants.empty());
  EXPECT_EQ(world.publisher.fetches, 0);
}

TEST(Verifier, ARoleFromTheFutureGivesNoRight) {
  World world;
  const auto got = world.verifier.Verify(world.forge.With(
      world.forge.Payload(R"("people/p1")", R"("jointly")", 0, 300,
                          R"(,"grants":["dean@institutions/uga","student@institutions/uga"])")));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->grants, (std::vector<Grant>{{Role::kStudent, "institutions/uga"}}));
}

TEST(Verifier, AFloodOfUnknownKeysFetchesOnce) {
  World world;
  ASSERT_TRUE(world.verifier.Verify(world.Token(world.forge.user)).ok());
  for (int i = 0; i < 10'000; ++i) {
    const std::string header =
        R"({"alg":"ES256","kid":"flood-)" + std::to_string(i) + R"(","typ":"at+jwt"})";
    ASSERT_EQ(world.CodeOf(Base64UrlEncode(header) + ".e30.AAAA"),
              absl::StatusCode::kUnauthenticated);
    world.forge.clock.Advance(milliseconds(2));  // 20 s in all: within the interval.
  }
  EXPECT_EQ(world.publisher.fetches, 1);
  world.forge.clock.Advance(seconds(11));
  EXPECT_EQ(world.CodeOf(world.Token(world.forge.attacker)), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(world.publisher.fetches, 2);
}

TEST(Verifier, ANewKeyIsFetchedWhenItsTokenComes) {
  World world;
  ASSERT_TRUE(world.verifier.Verify(world.Token(world.forge.user)).ok());
  world.forge.clock.Advance(seconds(31));
  world.publisher.keys.push_back(world.forge.other_user.Public());
  EXPECT_TRUE(world.verifier.Verify(world.Token(world.forge.other_user)).ok());
  EXPECT_TRUE(world.verifier.Verify(world.Token(world.forge.user)).ok());
  EXPECT_EQ(world.publisher.fetches, 2);
}

TEST(Verifier, AWithdrawnKeyIsForgottenWithinTheHour) {
  World world;
  world.publisher.keys = {world.forge.user.Public(), world.forge.other_user.Public()};
  ASSERT_TRUE(world.verifier.Verify(world.Token(world.forge.user)).ok());
  world.publisher.keys = {world.forge.other_user.Public()};
  world.forge.clock.Advance(minutes(61));
  EXPECT_EQ(world.CodeOf(world.Token(world.forge.user)), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(world.verifier.Verify(world.Token(world.forge.other_user)).ok());
}

TEST(Verifier, KeysOutliveIdentityByADayAndNoLonger) {
  World world;
  ASSERT_TRUE(world.verifier.Verify(world.Token(world.forge.user)).ok());
  world.publisher.down = true;
  for (int hour = 0; hour < 24; ++hour) {
    world.forge.clock.Advance(minutes(59));
    EXPECT_TRUE(world.verifier.Verify(world.Token(world.forge.user)).ok()) << hour;
  }
  world.forge.clock.Advance(minutes(25));  // 24 h and 1 min.
  const auto answer = world.verifier.Verify(world.Token(world.forge.user));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable) << answer.status();
  EXPECT_EQ(ReasonOf(answer.status()), "TOKEN_KEYS_UNAVAILABLE");
}

TEST(Verifier, AnIdentityThatStartsLateIsFoundSoon) {
  World world;
  world.publisher.down = true;
  const auto verify = [&] { return world.CodeOf(world.Token(world.forge.user)); };
  EXPECT_EQ(verify(), absl::StatusCode::kUnavailable);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(verify(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(world.publisher.fetches, 1) << "it waits a second before it asks again";
  world.publisher.down = false;
  world.forge.clock.Advance(milliseconds(1001));
  EXPECT_EQ(verify(), absl::StatusCode::kOk);
  EXPECT_EQ(world.publisher.fetches, 2);
}

TEST(Verifier, AnIdentityThatStaysDownIsAskedEveryThirtySeconds) {
  World world;
  world.publisher.down = true;
  for (int second = 0; second < 600; ++second) {
    (void)world.verifier.Verify(world.Token(world.forge.user));
    world.forge.clock.Advance(seconds(1));
  }
  EXPECT_GE(world.publisher.fetches, 18);
  EXPECT_LE(world.publisher.fetches, 26);  // 1, 2, 4, 8, 16, then 30 s apart.
}

TEST(Verifier, SixteenThreadsFetchOnce) {
  World world;
  world.publisher.takes = milliseconds(50);
  const std::string token = world.Token(world.forge.user);
  std::atomic<int> accepted{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] { accepted += world.verifier.Verify(token).ok() ? 1 : 0; });
    }
  }
  EXPECT_EQ(accepted, 16);
  EXPECT_EQ(world.publisher.fetches, 1);
}

TEST(Verifier, ABadKeyInTheSetHarmsNoOther) {
  World world;
  world.publisher.keys.insert(world.publisher.keys.begin(), {"bad", "AAAA", "AAAA"});
  EXPECT_TRUE(world.verifier.Verify(world.Token(world.forge.user)).ok());
}

TEST(Verifier, ARememberedTokenExpiresToo) {
  World world;
  const std::string token = world.Token(world.forge.user);
  ASSERT_TRUE(world.verifier.Verify(token).ok());
  world.forge.clock.Advance(kAccessTokenLife + kLeeway - seconds(1));
  EXPECT_TRUE(world.verifier.Verify(token).ok());
  world.forge.clock.Advance(seconds(1));
  EXPECT_EQ(world.CodeOf(token), absl::StatusCode::kUnauthenticated);
}

TEST(Verifier, RevocationStrikesOlderTokensOfThatPersonOnly) {
  World world;
  const auto token_of = [&](std::string_view person) {
    return world.forge.With(world.forge.Payload("\"" + std::string(person) + "\""));
  };
  const std::string remembered = token_of("people/p1");
  const std::string other = token_of("people/p2");
  ASSERT_TRUE(world.verifier.Verify(remembered).ok());
  ASSERT_TRUE(world.verifier.Verify(other).ok());
  const std::string unseen =
      world.forge.With(world.forge.Payload(R"("people/p1")", R"("jointly")", -1, 300));

  world.verifier.Revoke("people/p1", world.forge.clock.Now() + seconds(1));
  EXPECT_EQ(world.CodeOf(remembered), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(world.CodeOf(unseen), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(world.verifier.Verify(other).ok());

  world.forge.clock.Advance(seconds(1));
  const std::string later = token_of("people/p1");
  EXPECT_TRUE(world.verifier.Verify(later).ok());
  world.verifier.Revoke("people/p1", world.forge.clock.Now() - hours(1));  // Late news.
  EXPECT_TRUE(world.verifier.Verify(later).ok());
  EXPECT_EQ(world.CodeOf(remembered), absl::StatusCode::kUnauthenticated);
}

// A revocation that runs beside a check never leaves a revoked token behind in the cache.
TEST(Verifier, RevocationBesideVerificationSticks) {
  World world;
  ASSERT_TRUE(world.verifier.Verify(world.Token(world.forge.other_user)).status().code() !=
              absl::StatusCode::kUnavailable);
  for (int round = 0; round < 200; ++round) {
    const std::string person = "people/p" + std::to_string(round);
    const std::string token = world.forge.With(world.forge.Payload("\"" + person + "\""));
    {
      const std::jthread reader([&] { (void)world.verifier.Verify(token); });
      world.verifier.Revoke(person, world.forge.clock.Now() + seconds(1));
    }
    ASSERT_EQ(world.CodeOf(token), absl::StatusCode::kUnauthenticated) << "round " << round;
  }
}

TEST(TokenCache, KeepsOnlyWhatIsStillGood) {
  TokenCache cache;
  const Time now = FromMicros(0);
  const auto entry = std::make_shared<const TokenCache::Entry>(
      TokenCache::Entry{{.name = "people/p"}, now, now + minutes(5)});
  cache.Store("revoked meanwhile", entry, now, [] { return false; });
  cache.Store("fine", entry, now, [] { return true; });
  EXPECT_EQ(cache.Find("revoked meanwhile", now), nullptr);
  EXPECT_NE(cache.Find("fine", now), nullptr);
  cache.Erase("people/q", now + minutes(1));
  cache.Erase("people/p", now);
  EXPECT_NE(cache.Find("fine", now), nullptr) << "another person's, or not older";
  cache.Erase("people/p", now + minutes(1));
  EXPECT_EQ(cache.Find("fine", now), nullptr);
}

TEST(TokenCache, StaysBounded) {
  TokenCache cache;
  const Time now = FromMicros(0);
  SeededRng rng(3);
  std::vector<std::string> tokens;
  for (int i = 0; i < 40'000; ++i) {
    tokens.push_back(RandomToken(rng, 16));
    cache.Store(tokens.back(),
                std::make_shared<const TokenCache::Entry>(
                    TokenCache::Entry{{.name = "people/p"}, now, now + minutes(5)}),
                now, [] { return true; });
  }
  int kept = 0;
  for (const std::string& token : tokens) kept += cache.Find(token, now) != nullptr ? 1 : 0;
  EXPECT_LE(kept, 16 * 1024);
  EXPECT_GE(kept, 16 * 1000);
  EXPECT_NE(cache.Find(tokens.back(), now), nullptr);
}

}  // namespace
}  // namespace jointly::auth
