#include <gtest/gtest.h>
#include <time.h>

#include <atomic>
#include <thread>

#include "common/error/error.h"
#include "services/identity/api/authority.h"
#include "services/identity/api/password_hasher.h"
#include "services/identity/api/refresh_tokens.h"
#include "services/identity/api/vault.h"

namespace jointly::identity {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr PasswordCost kCheap{.memory_bytes = 64 * 1024, .passes = 1};

std::chrono::steady_clock::time_point In(milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

TEST(PasswordHasher, KnowsRightFromWrong) {
  PasswordHasher hasher(kCheap);
  const auto turn = hasher.Wait(In(seconds(5)));
  ASSERT_TRUE(turn.ok());
  const auto hash = hasher.Hash(*turn, "violet anchors hum");
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(hasher.Verify(*turn, *hash, "violet anchors hum"));
  EXPECT_FALSE(hasher.Verify(*turn, *hash, "violet anchors hu"));
  EXPECT_FALSE(hasher.Verify(*turn, *hash, ""));
  EXPECT_FALSE(hasher.Verify(*turn, "not a hash", "violet anchors hum"));
  EXPECT_FALSE(hasher.Verify(*turn, "", "the password of nobody")) << "no hash, no password";
  EXPECT_NE(*hasher.Hash(*turn, "violet anchors hum"), *hash) << "salted";
  EXPECT_FALSE(hasher.NeedsRehash(*hash));
  EXPECT_TRUE(PasswordHasher({.memory_bytes = 128 * 1024, .passes = 1}).NeedsRehash(*hash));
}

// The processor's time of this thread, because other work on the machine does not count; and the
// least of several, because it can only be too long.
std::int64_t ThreadMicroseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1'000;
}

TEST(PasswordHasher, AnUnknownAccountTakesAsLong) {
  PasswordHasher hasher({.memory_bytes = 4 * 1024 * 1024, .passes = 2});
  const auto turn = hasher.Wait(In(seconds(5)));
  const auto hash = hasher.Hash(*turn, "violet anchors hum");
  std::int64_t known = INT64_MAX;
  std::int64_t unknown = INT64_MAX;
  const auto measure = [&](const std::string& against, std::int64_t& least) {
    const std::int64_t start = ThreadMicroseconds();
    EXPECT_FALSE(hasher.Verify(*turn, against, "another password"));
    least = std::min(least, ThreadMicroseconds() - start);
  };
  for (int i = 0; i < 15; ++i) {
    measure(*hash, known);
    measure("", unknown);
  }
  // Without the work the difference would be a thousandfold.
  EXPECT_GT(unknown, known / 4);
  EXPECT_GT(known, unknown / 4);
}

TEST(PasswordHasher, CostsWhatTheStandardAsks) {
  const PasswordCost cost;
  EXPECT_GE(cost.memory_bytes, 19U * 1024 * 1024);
  EXPECT_GE(cost.passes, 2U);
}

TEST(PasswordHasher, RunsTwoAtOnceAndTurnsTheRestAway) {
  PasswordCost cost = kCheap;
  cost.waiting_max = 3;
  PasswordHasher hasher(cost);
  std::optional<PasswordHasher::Turn> first, second;
  first.emplace(*hasher.Wait(In(seconds(5))));
  second.emplace(*hasher.Wait(In(seconds(5))));
  EXPECT_EQ(ReasonOf(hasher.Wait(In(milliseconds(20))).status()), "SIGN_IN_BUSY");

  std::atomic<int> served{0};
  std::atomic<int> busy{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto turn = hasher.Wait(In(seconds(20)));
      (turn.ok() ? served : busy) += 1;
    });
  }
  // Five find three waiting before them and do not wait themselves.
  while (busy < 5) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(served, 0);
  first.reset();
  second.reset();
  threads.clear();
  EXPECT_EQ(served, 3);
  EXPECT_EQ(busy, 5);
  EXPECT_TRUE(hasher.Wait(In(seconds(5))).ok());
}

TEST(RefreshTokens, AreReadBackAndCannotBeMadeUp) {
  SeededRng rng(1);
  const auth::SecretKey master = auth::SecretKey::Generate(rng);
  const RefreshTokens tokens(master, rng);
  const std::string session = "0198c0de-0000-7000-8000-000000000001";
  const std::string token = tokens.Make(session, 41);
  const auto parsed = tokens.Parse(token);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->session, session);
  EXPECT_EQ(parsed->generation, 41);
  EXPECT_NE(token, tokens.Make(session, 41));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(tokens.Parse(changed).has_value()) << i;
    EXPECT_FALSE(tokens.Parse(token.substr(0, i)).has_value()) << i;
  }
  const RefreshTokens others(auth::SecretKey::Generate(rng), rng);
  EXPECT_FALSE(others.Parse(token).has_value());
}

TEST(Vault, OpensWhatItSealedForThatPersonOnly) {
  SeededRng rng(2);
  const auth::SecretKey master = auth::SecretKey::Generate(rng);
  const Vault vault(master, rng);
  const PersonalData data{.display_name = "Camille MARTIN",
                          .given_name = "Camille",
                          .family_name = "Martin",
                          .email = "camille@uga.example"};
  const auto sealed = vault.Seal("p1", data);
  EXPECT_EQ(sealed.sealed.find("Camille"), std::string::npos);
  ASSERT_TRUE(vault.Open(sealed).ok());
  EXPECT_EQ(*vault.Open(sealed), data);
  auto moved = sealed;
  moved.person = "p2";
  EXPECT_EQ(vault.Open(moved).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(Vault(auth::SecretKey::Generate(rng), rng).Open(sealed).ok());
  PersonalData renamed = data;
  renamed.family_name = "Dupont";
  const auto resealed = vault.Reseal(sealed, renamed);
  ASSERT_TRUE(resealed.ok());
  EXPECT_EQ(resealed->wrapped_key, sealed.wrapped_key) << "the same person, the same key";
  EXPECT_EQ(*vault.Open(*resealed), renamed);
}

TEST(Vault, HashesAddressesUnderAKey) {
  SeededRng rng(3);
  const Vault one(auth::SecretKey::Generate(rng), rng);
  const Vault two(auth::SecretKey::Generate(rng), rng);
  EXPECT_EQ(one.EmailHash("a@b.example"), one.EmailHash("a@b.example"));
  EXPECT_NE(one.EmailHash("a@b.example"), two.EmailHash("a@b.example"));
  EXPECT_NE(one.EmailHash("a@b.example"), auth::Sha256Hex("a@b.example"));
}

TEST(Authority, AScopeComesFromInstitutionsAndTheStar) {
  const auth::Principal person{.kind = auth::Principal::Kind::kPerson,
                               .name = "people/p1",
                               .grants = {{auth::Role::kStudent, "institutions/a"},
                                          {auth::Role::kAccountant, "institutions/b"},
                                          {auth::Role::kInternationalOffice, "institutions/c"},
                                          {auth::Role::kDoctoralOffice, "institutions/d"},
                                          {auth::Role::kAuditor, "institutions/e/units/f"}}};
  const store::Scope scope = ScopeOf(person);
  EXPECT_FALSE(scope.everybody);
  EXPECT_EQ(scope.self, "p1");
  EXPECT_EQ(scope.institutions, (std::vector<std::string>{"institutions/c", "institutions/d"}));
  const auth::Principal service{.kind = auth::Principal::Kind::kService, .name = "service:x"};
  EXPECT_EQ(ScopeOf(service).self, "");
  const auth::Principal auditor{.grants = {{auth::Role::kAuditor, "*"}}};
  EXPECT_TRUE(ScopeOf(auditor).everybody);
}

}  // namespace
}  // namespace jointly::identity
