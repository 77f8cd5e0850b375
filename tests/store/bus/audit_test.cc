#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/bus_side.h"

// The audit chain (M7): whole after any history, and naming the first link that was tampered with.
namespace jointly::test {
namespace {

using testing::HasSubstr;

class AuditTest : public SideTest {
 protected:
  void Prepare() override {
    side_ = std::make_unique<Side>("partnerships", "agreement", GetParam(), clock_, rng_);
  }
  void Change(int times) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(side_->Change("a").ok());
  }
  int Seal(int limit = 500) {
    const auto sealed = bus::SealAudit(side_->database(), clock_, limit);
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return sealed.ok() ? *sealed : -1;
  }
  jointly::operations::v1::VerifyAuditResponse Verify() {
    const auto verified = bus::VerifyAudit(side_->database());
    EXPECT_TRUE(verified.ok()) << verified.status();
    return *verified;
  }
  void Tamper(const std::string& sql) {
    ASSERT_TRUE(side_->database()
                    .Transact([&](db::Tx& tx) {
                      tx.Execute(sql);
                      return absl::OkStatus();
                    })
                    .ok());
  }

  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
  SeededRng rng_{9};
  std::unique_ptr<Side> side_;
};

TEST_P(AuditTest, SealsWhatIsASecondOld) {
  Change(3);
  EXPECT_EQ(Seal(), 0);
  EXPECT_EQ(Verify().unsealed(), 3);
  clock_.Advance(std::chrono::milliseconds(1'001));
  Change(1);
  EXPECT_EQ(Seal(2), 2);
  EXPECT_EQ(Seal(), 1);
  EXPECT_EQ(Seal(), 0);
  const auto verified = Verify();
  EXPECT_EQ(verified.verified(), 3);
  EXPECT_EQ(verified.unsealed(), 1);
  EXPECT_EQ(verified.first_bad_sequence(), 0);
}

TEST_P(AuditTest, AClockThatJumpsBackDoesNotStopIt) {
  Change(2);
  clock_.Jump(-std::chrono::hours(24));
  Change(2);
  clock_.Advance(std::chrono::milliseconds(1'001));
  EXPECT_EQ(Seal(), 4);
  EXPECT_EQ(Verify().first_bad_sequence(), 0);
}

TEST_P(AuditTest, WalksMoreThanAPage) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(side_->database()
                    .Transact([&](db::Tx& tx) -> absl::Status {
                      for (int k = 0; k < 50; ++k) {
                        const auto changed = side_->ChangeIn(tx, "a" + std::to_string(k), "");
                        if (!changed.ok()) return changed.status();
                      }
                      return absl::OkStatus();
                    })
                    .ok());
  }
  clock_.Advance(std::chrono::seconds(2));
  while (Seal() > 0) {
  }
  EXPECT_EQ(Verify().verified(), 1'500);
  EXPECT_EQ(Verify().first_bad_sequence(), 0);
}

struct TamperCase {
  std::string what;
  std::string sql;
  int first_bad;
  std::string finding;
};

TEST_P(AuditTest, NamesTheFirstLinkThatWasTamperedWith) {
  const std::vector<TamperCase> cases = {
      {"edited row", "UPDATE audit SET actor = 'people/else' WHERE id = 4", 4,
       "not what was sealed"},
      {"edited revision", "UPDATE audit SET revision = 9 WHERE id = 2", 2, "not what was sealed"},
      {"two fields shifted", "UPDATE audit SET actor = actor || action, action = '' WHERE id = 5",
       5, "not what was sealed"},
      {"deleted row", "DELETE FROM audit WHERE id = 6", 6, "missing"},
      {"truncated audit", "DELETE FROM audit WHERE id > 7", 8, "missing"},
      {"deleted link", "DELETE FROM seal WHERE sequence = 3", 3, "missing from the chain"},
      {"chain cut off with its rows",
       "DELETE FROM seal WHERE sequence > 8; DELETE FROM audit WHERE id > 8", 9, "cut off"},
      {"link to another row", "UPDATE seal SET previous_hash = '' WHERE sequence = 5", 5,
       "does not follow"},
  };
  for (const TamperCase& row : cases) {
    SCOPED_TRACE(row.what);
    side_ = std::make_unique<Side>("partnerships", "agreement", GetParam(), clock_, rng_);
    Change(10);
    clock_.Advance(std::chrono::seconds(2));
    ASSERT_EQ(Seal(), 10);
    ASSERT_EQ(Verify().first_bad_sequence(), 0);
    const std::size_t semicolon = row.sql.find(';');
    Tamper(row.sql.substr(0, semicolon));
    if (semicolon != std::string::npos) Tamper(row.sql.substr(semicolon + 2));
    const auto verified = Verify();
    EXPECT_EQ(verified.first_bad_sequence(), row.first_bad) << verified.finding();
    EXPECT_THAT(verified.finding(), HasSubstr(row.finding));
  }
}

TEST_P(AuditTest, GoesOnAfterTamperingWithoutHidingIt) {
  Change(5);
  clock_.Advance(std::chrono::seconds(2));
  ASSERT_EQ(Seal(), 5);
  Tamper("DELETE FROM audit WHERE id = 5");
  Change(3);
  clock_.Advance(std::chrono::seconds(2));
  EXPECT_EQ(Seal(), 3);
  EXPECT_EQ(Verify().first_bad_sequence(), 5);
}

INSTANTIATE_ON_ENGINES(AuditTest);

}  // namespace
}  // namespace jointly::test
