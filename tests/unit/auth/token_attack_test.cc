#include <gtest/gtest.h>

#include <functional>

#include "common/error/error.h"
#include "tests/unit/auth/token_forge.h"

namespace jointly::auth {
namespace {

// Each row is a token that must be refused, and the check that must refuse it: a row that fails for
// another reason than the one it was written for proves nothing.
struct Attack {
  std::string name;
  std::string why;
  std::string token;
};

std::string WithMember(const Forge& forge, std::string_view member) {
  std::string header = forge.Header(forge.user);
  return forge.Under(header.insert(1, std::string(member) + ","));
}

std::string WithSignature(const Forge& forge, const std::string& signature) {
  return Base64UrlEncode(forge.Header(forge.user)) + "." + Base64UrlEncode(forge.Payload()) + "." +
         Base64UrlEncode(signature);
}

std::string RawSignature(const Forge& forge) {
  return forge.user.Sign(Base64UrlEncode(forge.Header(forge.user)) + "." +
                         Base64UrlEncode(forge.Payload()));
}

std::string Der(const std::string& raw) {
  const auto integer = [](std::string bytes) {
    if ((bytes[0] & 0x80) != 0) bytes.insert(0, 1, '\0');
    return "\x02" + std::string(1, static_cast<char>(bytes.size())) + bytes;
  };
  const std::string both = integer(raw.substr(0, 32)) + integer(raw.substr(32));
  return "\x30" + std::string(1, static_cast<char>(both.size())) + both;
}

std::string HeaderWith(const Forge& forge, std::string_view alg,
                       std::string_view typ = "\"at+jwt\"", std::string_view kid = "") {
  const std::string own = "\"" + forge.user.kid() + "\"";
  return forge.Under(R"({"alg":)" + std::string(alg) + R"(,"kid":)" +
                     (kid.empty() ? own : std::string(kid)) + R"(,"typ":)" + std::string(typ) +
                     "}");
}

std::vector<Attack> ShapeAttacks(const Forge& forge) {
  const std::string good = forge.Good();
  const std::size_t first = good.find('.');
  const std::size_t last = good.rfind('.');
  const auto spliced = [&](std::size_t at, std::string_view text) {
    return std::string(good).insert(at, text);
  };
  std::string other_bits = good;  // 64 bytes leave four unused bits in the last character.
  other_bits.back() = other_bits.back() == 'A' ? 'B' : static_cast<char>(other_bits.back() + 1);
  return {
      {"nothing", "size", ""},
      {"over 8 KiB", "size", good + std::string(kTokenBytesMax, 'A')},
      {"one part", "parts", "abc"},
      {"two parts", "parts", good.substr(0, last)},
      {"four parts", "parts", good + ".e30"},
      {"five parts, as an encrypted token has", "parts", good + ".e30.e30"},
      {"only dots", "header", ".."},
      {"empty header", "header", good.substr(first)},
      {"empty payload", "payload", Forge::Write(forge.Header(forge.user), "", forge.user)},
      {"empty signature", "signature", good.substr(0, last + 1)},
      {"padding", "encoding", spliced(first, "==")},
      {"standard base64 plus", "encoding", spliced(first + 1, "+++/")},
      {"trailing line feed", "encoding", good + "\n"},
      {"leading space", "encoding", " " + good},
      {"NUL in the payload", "encoding", spliced(first + 5, std::string("\0", 1))},
      {"NUL at the end", "encoding", good + std::string("\0", 1)},
      {"Bearer left in", "encoding", "Bearer " + good},
      {"unused bits set", "encoding", other_bits},
      {"not UTF-8", "encoding", spliced(first + 5, "\xff")},
  };
}

std::vector<Attack> HeaderAttacks(const Forge& forge) {
  const std::string kid = R"("kid":")" + forge.user.kid() + "\"";
  const std::string jwk = R"("jwk":{"kty":"EC","crv":"P-256","x":")" + forge.attacker.Public().x +
                          R"(","y":")" + forge.attacker.Public().y + "\"}";
  std::string header = forge.Header(forge.user);
  const std::string embedded =
      Forge::Write(std::string(header).insert(1, jwk + ","), forge.Payload(), forge.attacker);
  const std::string unsigned_text =
      Base64UrlEncode(R"({"alg":"none",)" + kid + R"(,"typ":"at+jwt"})") + "." +
      Base64UrlEncode(forge.Payload()) + ".";
  return {
      {"alg none without a signature", "alg", unsigned_text},
      {"alg none", "alg", HeaderWith(forge, R"("none")")},
      {"alg NonE", "alg", HeaderWith(forge, R"("NonE")")},
      {"alg es256", "alg", HeaderWith(forge, R"("es256")")},
      {"alg ES384", "alg", HeaderWith(forge, R"("ES384")")},
      {"alg ES256K", "alg", HeaderWith(forge, R"("ES256K")")},
      {"alg RS256", "alg", HeaderWith(forge, R"("RS256")")},
      {"alg empty", "alg", HeaderWith(forge, R"("")")},
      {"alg null", "alg", HeaderWith(forge, "null")},
      {"alg a list", "alg", HeaderWith(forge, R"(["ES256"])")},
      {"alg with NUL", "alg", HeaderWith(forge, R"("ES256\u0000")")},
      {"alg missing", "alg", forge.Under("{" + kid + R"(,"typ":"at+jwt"})")},
      {"typ JWT", "typ", HeaderWith(forge, R"("ES256")", R"("JWT")")},
      {"typ AT+JWT", "typ", HeaderWith(forge, R"("ES256")", R"("AT+JWT")")},
      {"an id token", "typ", HeaderWith(forge, R"("ES256")", R"("id_token")")},
      {"typ missing", "typ", forge.Under(R"({"alg":"ES256",)" + kid + "}")},
      {"kid missing", "kid", forge.Under(R"({"alg":"ES256","typ":"at+jwt"})")},
      {"kid empty", "kid", HeaderWith(forge, R"("ES256")", R"("at+jwt")", R"("")")},
      {"kid a number", "kid", HeaderWith(forge, R"("ES256")", R"("at+jwt")", "1")},
      {"kid with NUL", "kid", HeaderWith(forge, R"("ES256")", R"("at+jwt")", R"("\u0000")")},
      {"kid over 256 bytes", "kid",
       HeaderWith(forge, R"("ES256")", R"("at+jwt")", "\"" + std::string(300, 'k') + "\"")},
      {"kid a path", "unknown kid",
       HeaderWith(forge, R"("ES256")", R"("at+jwt")", R"("../../dev/null")")},
      {"kid an injection", "unknown kid",
       HeaderWith(forge, R"("ES256")", R"("at+jwt")", R"("x' OR '1'='1")")},
      {"kid of another key of ours", "signature",
       Forge::Write(forge.Header(forge.other_user), forge.Payload(), forge.user)},
      {"crit", "header member", WithMember(forge, R"("crit":["exp"])")},
      {"crit empty", "header member", WithMember(forge, R"("crit":[])")},
      {"jwk of ours", "header member", WithMember(forge, jwk)},
      {"jwk that signed it", "header member", embedded},
      {"jku", "header member", WithMember(forge, R"("jku":"https://evil.example/jwks")")},
      {"x5u", "header member", WithMember(forge, R"("x5u":"https://evil.example/x.pem")")},
      {"x5c", "header member", WithMember(forge, R"("x5c":["MIIB"])")},
      {"b64 false", "header member", WithMember(forge, R"("b64":false)")},
      {"zip", "header member", WithMember(forge, R"("zip":"DEF")")},
      {"cty JWT", "header member", WithMember(forge, R"("cty":"JWT")")},
      {"alg twice", "header", WithMember(forge, R"("alg":"none")")},
      {"kid twice, once escaped", "header", WithMember(forge, R"("\u006bid":"x")")},
      {"a list", "header", forge.Under("[" + header + "]")},
      {"byte order mark", "header", forge.Under("\xef\xbb\xbf" + header)},
      {"rubbish after the end", "header", forge.Under(header + "x")},
      {"a second object", "header", forge.Under(header + "{}")},
      {"a comment", "header", WithMember(forge, "/* */ \"a\":1")},
      {"trailing comma", "header", forge.Under(header.substr(0, header.size() - 1) + ",}")},
      {"deep nesting", "header", WithMember(forge, "\"a\":" + std::string(2000, '['))},
  };
}

std::vector<Attack> ClaimAttacks(const Forge& forge) {
  const std::string good = forge.Payload();
  const auto with = [&](std::string_view more) {
    return forge.With(forge.Payload(R"("people/p1")", R"("jointly")", 0, 300, more));
  };
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return forge.With(text);
  };
  const std::string issuer = UserIssuer("test");
  const std::string exp = "\"exp\":" + std::to_string(forge.now() + 300);
  const std::string iat = "\"iat\":" + std::to_string(forge.now());
  const auto subject = [&](std::string_view text) { return forge.With(forge.Payload(text)); };
  return {
      {"not an object", "payload", forge.With("[" + good + "]")},
      {"cut JSON", "payload", forge.With(good.substr(0, good.size() - 1))},
      {"broken UTF-8", "payload", with(",\"x\":\"\xc3\x28\"")},
      {"exp twice", "payload", with(R"(,"exp":9999999999)")},
      {"a nested member twice", "payload", with(R"(,"x":{"a":1,"a":2})")},
      {"another deployment", "iss", replaced(issuer, UserIssuer("other"))},
      {"issuer with a slash more", "iss", replaced(issuer, issuer + "/")},
      {"service issuer, person's key", "iss", replaced(issuer, ServiceIssuer("test"))},
      {"issuer a list", "claims", replaced("\"" + issuer + "\"", "[\"" + issuer + "\"]")},
      {"issuer missing", "claims", replaced("\"iss\"", "\"isx\"")},
      {"another audience", "aud", forge.With(forge.Payload(R"("people/p1")", R"("other")"))},
      {"audience a list", "claims", forge.With(forge.Payload(R"("people/p1")", R"(["jointly"])"))},
      {"audience missing", "claims", replaced("\"aud\"", "\"aux\"")},
      {"subject missing", "claims", replaced("\"sub\"", "\"sux\"")},
      {"subject a service, person's key", "sub", subject(R"("service:mobility")")},
      {"subject without id", "claims", subject(R"("people/")")},
      {"subject a path", "claims", subject(R"("people/../p2")")},
      {"subject upper case", "claims", subject(R"("people/P1")")},
      {"subject with NUL", "claims", subject(R"("people/p1\u0000")")},
      {"subject of another kind", "claims", subject(R"("institutions/uga")")},
      {"subject a number", "claims", subject("1")},
      {"exp missing", "claims", replaced("\"exp\"", "\"exx\"")},
      {"exp text", "claims", replaced(exp, R"("exp":"9999999999")")},
      {"exp a fraction", "claims", replaced(exp, R"("exp":1e10)")},
      {"exp negative", "claims", replaced(exp, R"("exp":-1)")},
      {"exp over 64 bits", "claims", replaced(exp, R"("exp":18446744073709551615)")},
      {"exp out of every range", "payload", replaced(exp, R"("exp":1e400)")},
      {"iat missing", "claims", replaced("\"iat\"", "\"iax\"")},
      {"iat null", "claims", replaced(iat, "\"iat\":null")},
      {"ends before it begins", "life",
       forge.With(forge.Payload(R"("people/p1")", R"("jointly")", 0, -1))},
      {"lives a day", "life",
       forge.With(forge.Payload(R"("people/p1")", R"("jointly")", 0, 86400))},
      {"expired a leeway ago", "expired",
       forge.With(forge.Payload(R"("people/p1")", R"("jointly")", -360, 300))},
      {"issued in the future", "iat",
       forge.With(forge.Payload(R"("people/p1")", R"("jointly")", 61, 300))},
      {"not yet", "nbf", with(",\"nbf\":" + std::to_string(forge.now() + 61))},
      {"nbf text", "claims", with(R"(,"nbf":"0")")},
      {"grants not a list", "claims", with(R"(,"grants":"administrator@*")")},
      {"grant an object", "claims", with(R"(,"grants":[{"role":"administrator"}])")},
      {"grant without scope", "claims", with(R"(,"grants":["administrator"])")},
      {"grant with empty scope", "claims", with(R"(,"grants":["administrator@"])")},
      {"session a number", "claims", with(R"(,"sid":1)")},
      {"institution with a line feed", "claims", with(R"(,"inst":"a\nb")")},
  };
}

std::vector<Attack> SignatureAttacks(const Forge& forge) {
  const std::string raw = RawSignature(forge);
  const std::string good = forge.Good();
  const std::string head = good.substr(0, good.rfind('.') + 1);
  const std::string order = "\xff\xff\xff\xff" + std::string(4, '\0') + std::string(8, '\xff') +
                            "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
  std::string flipped = raw;
  flipped[40] = static_cast<char>(flipped[40] ^ 1);
  const std::string text = head.substr(0, head.size() - 1);
  const auto x = SecretKey::FromBytes(*Base64UrlDecode(forge.user.Public().x));
  const std::string swapped = Base64UrlEncode(forge.Header(forge.user)) + "." +
                              Base64UrlEncode(forge.Payload(R"("people/p2")")) + "." +
                              Base64UrlEncode(raw);
  const std::string hmac_text =
      Base64UrlEncode(R"({"alg":"HS256","kid":")" + forge.user.kid() + R"(","typ":"at+jwt"})") +
      "." + Base64UrlEncode(forge.Payload());
  return {
      {"HS256 with the public key as secret", "alg",
       hmac_text + "." + Base64UrlEncode(HmacSha256(*x, hmac_text))},
      {"HMAC under alg ES256", "signature", head + Base64UrlEncode(HmacSha256(*x, text))},
      {"cut by one byte", "signature", WithSignature(forge, raw.substr(0, 63))},
      {"one byte more", "signature", WithSignature(forge, raw + "A")},
      {"DER instead of r || s", "signature", WithSignature(forge, Der(raw))},
      {"all zero", "signature", WithSignature(forge, std::string(64, '\0'))},
      {"r zero", "signature", WithSignature(forge, std::string(32, '\0') + raw.substr(32))},
      {"s zero", "signature", WithSignature(forge, raw.substr(0, 32) + std::string(32, '\0'))},
      {"r and s the order", "signature", WithSignature(forge, order + order)},
      {"all ones", "signature", WithSignature(forge, std::string(64, '\xff'))},
      {"one bit flipped", "signature", WithSignature(forge, flipped)},
      {"r and s exchanged", "signature", WithSignature(forge, raw.substr(32) + raw.substr(0, 32))},
      {"as long as one of P-384", "signature", WithSignature(forge, raw + raw.substr(0, 32))},
      {"of another payload", "signature", swapped},
      {"by an unknown key under a known kid", "signature",
       Forge::Write(forge.Header(forge.user), forge.Payload(), forge.attacker)},
      {"by an unknown key under its own kid", "unknown kid",
       Forge::Write(forge.Header(forge.attacker), forge.Payload(), forge.attacker)},
  };
}

std::vector<Attack> ServiceAttacks(const Forge& forge) {
  const auto as_service = [&](const SigningKey& key, const std::string& issuer,
                              const std::string& subject, std::string_view more = "") {
    std::string payload = forge.Payload("\"" + subject + "\"", R"("jointly")", 0, 300, more);
    payload.replace(payload.find(UserIssuer("test")), UserIssuer("test").size(), issuer);
    return Forge::Write(forge.Header(key), payload, key);
  };
  const std::string service = ServiceIssuer("test");
  return {
      {"a service as another", "sub", as_service(forge.mobility, service, "service:budgets")},
      {"a service as a person", "sub", as_service(forge.mobility, service, "people/p1")},
      {"a service that issues for people", "iss",
       as_service(forge.mobility, UserIssuer("test"), "people/p1")},
      {"identity's key as a service", "iss", as_service(forge.user, service, "service:mobility")},
      {"a service with grants", "claims",
       as_service(forge.mobility, service, "service:mobility", R"(,"grants":["administrator@*"])")},
      {"a service without name", "claims", as_service(forge.mobility, service, "service:")},
      {"a service of another deployment", "iss",
       as_service(forge.mobility, ServiceIssuer("other"), "service:mobility")},
  };
}

void CheckAll(const std::vector<Attack>& attacks, const Forge& forge) {
  Verifier verifier(forge.Options(), forge.clock);
  for (const Attack& attack : attacks) {
    const auto answer = verifier.Verify(attack.token);
    ASSERT_FALSE(answer.ok()) << attack.name << " was accepted";
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnauthenticated) << attack.name;
    EXPECT_EQ(ReasonOf(answer.status()), kTokenRefused) << attack.name;
    const Facts facts = FactsOf(answer.status());
    ASSERT_EQ(facts.size(), 1U) << attack.name;
    EXPECT_EQ(facts.front().value, attack.why) << attack.name;
    // No attack spoils what follows it.
    EXPECT_TRUE(verifier.Verify(forge.Good()).ok()) << "after " << attack.name;
  }
}

TEST(TokenAttack, TheShapeIsRefused) {
  const Forge forge;
  CheckAll(ShapeAttacks(forge), forge);
}
TEST(TokenAttack, TheHeaderIsRefused) {
  const Forge forge;
  CheckAll(HeaderAttacks(forge), forge);
}
TEST(TokenAttack, TheClaimsAreRefused) {
  const Forge forge;
  CheckAll(ClaimAttacks(forge), forge);
}
TEST(TokenAttack, TheSignatureIsRefused) {
  const Forge forge;
  CheckAll(SignatureAttacks(forge), forge);
}
TEST(TokenAttack, TheServiceIsRefused) {
  const Forge forge;
  CheckAll(ServiceAttacks(forge), forge);
}

TEST(TokenAttack, EveryChangedCharacterIsRefused) {
  const Forge forge;
  Verifier verifier(forge.Options(), forge.clock);
  const std::string good = forge.Good();
  ASSERT_TRUE(verifier.Verify(good).ok());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verifier.Verify(changed).ok()) << "character " << i;
    EXPECT_FALSE(verifier.Verify(good.substr(0, i)).ok()) << "cut at " << i;
  }
}

// The rows above are near misses of these: what they start from is accepted.
TEST(TokenAttack, TheHonestTokensPass) {
  const Forge forge;
  Verifier verifier(forge.Options(), forge.clock);
  const auto issued = [&](std::int64_t after) {
    return forge.With(forge.Payload(R"("people/p1")", R"("jointly")", after, 300));
  };
  EXPECT_TRUE(verifier.Verify(forge.Good()).ok());
  EXPECT_TRUE(verifier.Verify(issued(-359)).ok()) << "expired, within the leeway";
  EXPECT_TRUE(verifier.Verify(issued(60)).ok()) << "issued by a clock that is ahead";
  EXPECT_TRUE(verifier
                  .Verify(forge.With(forge.Payload(R"("people/p1")", R"("jointly")", 0, 300,
                                                   R"(,"nbf":0,"jti":"x","new":{"a":[1]})")))
                  .ok());
}

}  // namespace
}  // namespace jointly::auth
