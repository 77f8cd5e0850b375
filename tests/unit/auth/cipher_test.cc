#include "common/auth/cipher.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/error/error.h"

namespace jointly::auth {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

SecretKey KeyOf(std::string bytes) {
  bytes.resize(32, '\0');
  return *SecretKey::FromBytes(std::move(bytes));
}

TEST(Seal, OpensWithTheSameKeyAndContextOnly) {
  SeededRng rng(1);
  const SecretKey key = SecretKey::Generate(rng);
  const SecretKey other = SecretKey::Generate(rng);
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 4096U}) {
    const std::string plain(size, 'p');
    const std::string sealed = Seal(key, plain, "personal/p1", rng);
    EXPECT_EQ(sealed.size(), size + 28);
    const auto opened = Unseal(key, sealed, "personal/p1");
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(*opened, plain);
    EXPECT_EQ(Unseal(key, sealed, "personal/p2").status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Unseal(key, sealed, "").status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Unseal(other, sealed, "personal/p1").status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(Seal, NoticesEveryChangedOrMissingByte) {
  SeededRng rng(2);
  const SecretKey key = SecretKey::Generate(rng);
  const std::string sealed = Seal(key, "Camille Martin", "personal/p1", rng);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(Unseal(key, changed, "personal/p1").ok()) << i;
    EXPECT_FALSE(Unseal(key, sealed.substr(0, i), "personal/p1").ok()) << i;
  }
  EXPECT_FALSE(Unseal(key, sealed + "x", "personal/p1").ok());
}

TEST(Seal, NeverSaysTheSameTwiceAndHidesTheText) {
  SeededRng rng(3);
  const SecretKey key = SecretKey::Generate(rng);
  const std::string one = Seal(key, "Camille Martin", "c", rng);
  EXPECT_NE(one, Seal(key, "Camille Martin", "c", rng));
  EXPECT_EQ(one.find("Camille"), std::string::npos);
}

// Test cases 13 and 14 of the GCM specification: zero key, zero nonce.
TEST(Unseal, AgreesWithTheGcmSpecification) {
  const SecretKey zero = KeyOf("");
  const std::string nonce(12, '\0');
  EXPECT_EQ(*Unseal(zero, nonce + FromHex("530f8afbc74536b9a963b4f1c4cb738b"), ""), "");
  EXPECT_EQ(*Unseal(zero,
                    nonce + FromHex("cea7403d4d606b6e074ec5d3baf39d18"
                                    "d0d1c8a799996bf0265b98b5d48ab919"),
                    ""),
            std::string(16, '\0'));
}

TEST(Hmac, AgreesWithRfc4231) {
  EXPECT_EQ(HexEncode(HmacSha256(KeyOf(std::string(20, '\x0b')), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(SecretKey, DerivesByHkdf) {
  std::string bytes;
  for (char c = 0; c < 32; ++c) bytes += c;
  const SecretKey key = KeyOf(bytes);
  // Computed with Python's hmac: extract without salt, one expand block.
  EXPECT_EQ(HexEncode(key.Derive("identity email lookup").bytes()),
            "16dc4b3d12ac1768779f583875c8bc3e6b4ef46d126a80fc734e18269b2a1bbd");
  EXPECT_NE(key.Derive("a").bytes(), key.Derive("b").bytes());
}

TEST(Sha256, AgreesWithFips180) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Base64Url, AgreesWithRfc4648) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(Base64UrlEncode(bytes), text);
    EXPECT_EQ(*Base64UrlDecode(text), bytes);
  }
}

TEST(Base64Url, IsStrict) {
  for (const std::string_view text : {"Z", "Zg==", "Zg=", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm9v\n",
                                      " Zm9v", "Zm 9v", "Zm9v=", "Zm9v\xc3\xa9"}) {
    EXPECT_FALSE(Base64UrlDecode(text).ok()) << text;
  }
}

TEST(SameSecret, ComparesWhole) {
  EXPECT_TRUE(SameSecret("", ""));
  EXPECT_TRUE(SameSecret("abc", "abc"));
  EXPECT_FALSE(SameSecret("abc", "abd"));
  EXPECT_FALSE(SameSecret("abc", "ab"));
}

class SecretFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("jointly-secret-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(std::string_view text, mode_t mode) {
    const std::string path = folder_ / "key";
    std::filesystem::remove(path);
    std::ofstream(path) << text;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

  std::filesystem::path folder_;
};

TEST_F(SecretFile, ReadsSixtyFourDigits) {
  const std::string digits = "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100";
  for (const std::string_view end : {"", "\n"}) {
    const auto key = SecretKey::FromFile(Write(digits + std::string(end), 0600));
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->bytes(), FromHex(digits));
  }
  EXPECT_TRUE(SecretKey::FromFile(Write(digits, 0400)).ok());
}

TEST_F(SecretFile, RefusesFilesThatOthersCanRead) {
  const std::string digits(64, 'a');
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0644, 0777, 0610}) {
    const auto key = SecretKey::FromFile(Write(digits, mode));
    ASSERT_FALSE(key.ok()) << std::oct << mode;
    EXPECT_EQ(key.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_NE(MessageOf(key.status()).find("chmod 600"), std::string::npos);
  }
}

TEST_F(SecretFile, RefusesAnythingElse) {
  struct Row {
    std::string_view before;
    std::size_t letters;
    char letter;
    std::string_view after;
  };
  for (const Row& row : std::vector<Row>{{"", 0, 'a', ""},
                                         {"", 63, 'a', ""},
                                         {"", 65, 'a', ""},
                                         {"", 64, 'g', ""},
                                         {"", 64, 'a', "\n\n"},
                                         {" ", 63, 'a', ""},
                                         {"", 20'000, 'a', ""}}) {
    std::string text(row.before);
    text.append(row.letters, row.letter);
    text += row.after;
    EXPECT_FALSE(SecretKey::FromFile(Write(text, 0600)).ok()) << text.substr(0, 70);
  }
  EXPECT_FALSE(SecretKey::FromFile(folder_ / "missing").ok());
  EXPECT_FALSE(SecretKey::FromFile(folder_).ok());
  // No secret in the message.
  const auto refused = SecretKey::FromFile(Write(std::string(63, 'b'), 0600));
  EXPECT_EQ(refused.status().ToString().find("bbbb"), std::string::npos);
}

TEST(RandomToken, IsLongAndNeverTheSame) {
  SystemRng rng;
  const std::string one = RandomToken(rng);
  EXPECT_EQ(one.size(), 43U);
  EXPECT_NE(one, RandomToken(rng));
}

}  // namespace
}  // namespace jointly::auth
