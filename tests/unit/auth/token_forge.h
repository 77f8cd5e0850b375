#pragma once

#include <string>
#include <string_view>

#include "common/auth/cipher.h"
#include "common/auth/token.h"
#include "common/time/clock.h"
#include "common/time/rng.h"

// A deployment with its keys, and the means to write tokens by hand, member by member.
namespace jointly::auth {

struct Forge {
  Forge() : clock(Time(std::chrono::sys_days{std::chrono::year{2026} / 11 / 14})) {}

  std::int64_t now() const { return Micros(clock.Now()) / 1'000'000; }

  std::string Header(const SigningKey& by) const {
    return R"({"alg":"ES256","kid":")" + by.kid() + R"(","typ":"at+jwt"})";
  }
  // A person's payload that is fine, with the members of `instead` in place of its own.
  std::string Payload(std::string_view subject = R"("people/p1")",
                      std::string_view audience = R"("jointly")", std::int64_t issued_after = 0,
                      std::int64_t life = 300, std::string_view more = "") const {
    return R"({"iss":")" + UserIssuer("test") + R"(","sub":)" + std::string(subject) +
           R"(,"aud":)" + std::string(audience) + R"(,"iat":)" +
           std::to_string(now() + issued_after) + R"(,"exp":)" +
           std::to_string(now() + issued_after + life) + std::string(more) + "}";
  }
  static std::string Write(std::string_view header, std::string_view payload,
                           const SigningKey& by) {
    const std::string text = Base64UrlEncode(header) + "." + Base64UrlEncode(payload);
    return text + "." + Base64UrlEncode(by.Sign(text));
  }
  // The payload as given, everything else fine.
  std::string With(std::string_view payload) const { return Write(Header(user), payload, user); }
  // The header as given, everything else fine.
  std::string Under(std::string_view header) const { return Write(header, Payload(), user); }
  std::string Good() const { return With(Payload()); }

  VerifierOptions Options() const {
    return {.deployment = "test",
            .fetch_user_keys =
                [this] {
                  ++fetches;
                  return absl::StatusOr<std::vector<PublicKey>>(
                      std::vector<PublicKey>{user.Public(), other_user.Public()});
                },
            .service_keys = {{"mobility", mobility.Public()}, {"budgets", budgets.Public()}}};
  }

  ManualClock clock;
  SeededRng rng{7};
  SigningKey user = SigningKey::Generate(rng);
  SigningKey other_user = SigningKey::Generate(rng);
  SigningKey attacker = SigningKey::Generate(rng);
  SigningKey mobility = SigningKey::Generate(rng);
  SigningKey budgets = SigningKey::Generate(rng);
  mutable int fetches = 0;
};

}  // namespace jointly::auth
