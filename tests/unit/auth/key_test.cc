#include <gtest/gtest.h>

#include "common/auth/cipher.h"
#include "common/auth/token.h"
#include "common/auth/verifying_key.h"

// The keys below were made for this file and protect nothing.
namespace jointly::auth {
namespace {

constexpr std::string_view kP256 = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZAS0iljWDbmvl+TQ
1RIsSDGAEtXucgSnM6arRw74U6+hRANCAASlQIO0kio7f6vWacuMvPCXJPvfJIKV
7rBI+m0A16OA7PqL+wyBHCPWLD3xSw/5UDSkF7Ps2D+JqpPjpOgaDowr
-----END PRIVATE KEY-----
)";
constexpr std::string_view kP256Public = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpUCDtJIqO3+r1mnLjLzwlyT73ySC
le6wSPptANejgOz6i/sMgRwj1iw98UsP+VA0pBez7Ng/iaqT46ToGg6MKw==
-----END PUBLIC KEY-----
)";
constexpr std::string_view kP384 = R"(-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBsL1lsDPeOBv2Z73ZH
dcPCTZ/8lVCBmVwwwxZIegMrYduu3YX+8cL+wLsySzMv2PKhZANiAASiGBSKeFY2
xWvruHH2Z6RcBxumtZAusUqUk23FSc581ukrPzXv6VfQjHhtR4QOdDqMN3xwa9+u
A90l3QNlcR3V3OxpDj1h7K6aynY0mpqWbjj3QaEmpCdQX3Jgy5xzjmw=
-----END PRIVATE KEY-----
)";
constexpr std::string_view kSecp256k1 = R"(-----BEGIN PRIVATE KEY-----
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQg/9OaR6WFXBceVTUTWblP
GZUc8s2f9Yg/GwUeY2UA78mhRANCAATyRhLZn50Jzg/XLNbjK2Pf17a2YrvseziH
Qd7Iv9qs2nKyp2PQZjNjkucABL+/xMFY3m/7xM55RjHE+ETT/m9K
-----END PRIVATE KEY-----
)";
constexpr std::string_view kSecp256k1Public = R"(-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE8kYS2Z+dCc4P1yzW4ytj39e2tmK77Hs4
h0HeyL/arNpysqdj0GYzY5LnAAS/v8TBWN5v+8TOeUYxxPhE0/5vSg==
-----END PUBLIC KEY-----
)";
constexpr std::string_view kEd25519 = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIDdLMXtkptZYv78T2Wwjiz6mRcw8L2AiRBSn1GQtzpN8
-----END PRIVATE KEY-----
)";
constexpr std::string_view kEncrypted = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjOL37YICZH+wICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMEuR6ptJ5Yk3WAzspHyHucEgZCT
zxJgh/Nn0QtSRUp+LfjJevRYz4rFNrME+3x3TMiflnfLk9YDErx4pY3kXZ6YQ1c+
Ru7x5qmiwocNiXMpzy6VkJOVyDRzcEtY5TQ9kjpqsUn7Vq4Vu/t1iwqhL8VwoRd0
/LA2bby+X5uvs0EPya22N5auNClpphtTefs3zOysGQAwj26UqpU2ngGv5rF3p/I=
-----END ENCRYPTED PRIVATE KEY-----
)";

// The example of RFC 7515, appendix A.3.
const PublicKey kRfcKey{"rfc", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"};
constexpr std::string_view kRfcText =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
    "NvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kRfcSignature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

TEST(VerifyingKey, AgreesWithTheRfc) {
  const auto key = VerifyingKey::From(kRfcKey);
  ASSERT_TRUE(key.ok()) << key.status();
  const auto signature = Base64UrlDecode(kRfcSignature);
  ASSERT_TRUE(signature.ok());
  EXPECT_TRUE(key->Verifies(kRfcText, *signature));
  EXPECT_FALSE(key->Verifies(kRfcText.substr(1), *signature));
}

TEST(VerifyingKey, RefusesWhatIsNoPointOfTheCurve) {
  const std::string zero = Base64UrlEncode(std::string(32, '\0'));
  const std::string ones = Base64UrlEncode(std::string(32, '\xff'));
  const std::vector<PublicKey> rows = {
      {"a", kRfcKey.y, kRfcKey.x},
      {"a", zero, zero},
      {"a", ones, ones},
      {"a", kRfcKey.x, ""},
      {"a", kRfcKey.x, "AAAA"},
      {"a", kRfcKey.x, kRfcKey.y + "="},
      {"a", kRfcKey.x + "AAAA", kRfcKey.y},
      {"a", "", ""},
  };
  for (const PublicKey& row : rows) EXPECT_FALSE(VerifyingKey::From(row).ok()) << row.x;
}

TEST(SigningKey, SignsWhatItsPublicKeyVerifies) {
  SeededRng rng(11);
  for (int i = 0; i < 50; ++i) {
    const SigningKey key = SigningKey::Generate(rng);
    const auto verifying = VerifyingKey::From(key.Public());
    ASSERT_TRUE(verifying.ok()) << verifying.status();
    const std::string message = "message " + std::to_string(i);
    const std::string signature = key.Sign(message);
    EXPECT_EQ(signature.size(), 64U);
    EXPECT_TRUE(verifying->Verifies(message, signature));
    EXPECT_FALSE(verifying->Verifies(message + "x", signature));
  }
}

TEST(SigningKey, IsTheSameFromTheSameSeed) {
  SeededRng one(5), two(5), other(6);
  const std::string kid = SigningKey::Generate(one).kid();
  EXPECT_EQ(kid, SigningKey::Generate(two).kid());
  EXPECT_NE(kid, SigningKey::Generate(other).kid());
}

TEST(SigningKey, TravelsThroughPem) {
  SeededRng rng(12);
  const SigningKey made = SigningKey::Generate(rng);
  const auto read = SigningKey::FromPem(made.ToPem());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->Public(), made.Public());
  const auto verifying = VerifyingKey::From(made.Public());
  EXPECT_TRUE(verifying->Verifies("x", read->Sign("x")));
}

TEST(SigningKey, ReadsWhatOpensslWrites) {
  const auto key = SigningKey::FromPem(kP256);
  const auto public_key = PublicKeyFromPem(kP256Public);
  ASSERT_TRUE(key.ok()) << key.status();
  ASSERT_TRUE(public_key.ok()) << public_key.status();
  EXPECT_EQ(key->Public(), *public_key);
  EXPECT_EQ(ToPem(*public_key), kP256Public);
  EXPECT_EQ(key->ToPem(), kP256);
}

TEST(SigningKey, TakesP256OnlyAndNeverAsksForAPassphrase) {
  for (const std::string_view pem :
       {kP384, kSecp256k1, kEd25519, kEncrypted, kP256Public, std::string_view(""),
        std::string_view("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}) {
    EXPECT_FALSE(SigningKey::FromPem(pem).ok()) << pem;
  }
  for (const std::string_view pem : {kSecp256k1Public, kP256, std::string_view("rubbish")}) {
    EXPECT_FALSE(PublicKeyFromPem(pem).ok()) << pem;
  }
}

// RFC 7638 fixes the text that is hashed; this value was computed with Python's hashlib.
TEST(SigningKey, NamesItselfByTheThumbprint) {
  const auto key = PublicKeyFromPem(kP256Public);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->kid, "SxoWBhqZqS2RPy6u0NcYb6a-bpBR6yd1xVqB-uNPmfU");
}

}  // namespace
}  // namespace jointly::auth
