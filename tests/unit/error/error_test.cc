#include "common/error/error.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr Reason kFull{"QUOTA_FULL"};

template <typename Detail>
Detail DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload =
      status.GetPayload("type.googleapis.com/" + Detail::descriptor()->full_name());
  EXPECT_TRUE(payload.has_value() && detail.ParseFromString(std::string(*payload)));
  return detail;
}

TEST(Error, EveryMakerHasItsCode) {
  const std::vector<std::pair<absl::Status, absl::StatusCode>> rows = {
      {InvalidArgument(kFull, "x"), absl::StatusCode::kInvalidArgument},
      {NotFound(kFull, "x"), absl::StatusCode::kNotFound},
      {AlreadyExists(kFull, "x"), absl::StatusCode::kAlreadyExists},
      {PermissionDenied(kFull, "x"), absl::StatusCode::kPermissionDenied},
      {Unauthenticated(kFull, "x"), absl::StatusCode::kUnauthenticated},
      {FailedPrecondition(kFull, "x"), absl::StatusCode::kFailedPrecondition},
      {Aborted(kFull, "x"), absl::StatusCode::kAborted},
      {OutOfRange(kFull, "x"), absl::StatusCode::kOutOfRange},
      {ResourceExhausted(kFull, "x"), absl::StatusCode::kResourceExhausted},
      {DeadlineExceeded(kFull, "x"), absl::StatusCode::kDeadlineExceeded},
      {Unavailable(kFull, "x"), absl::StatusCode::kUnavailable},
      {Internal(kFull, "x"), absl::StatusCode::kInternal},
  };
  for (const auto& [status, code] : rows) {
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(ReasonOf(status), "QUOTA_FULL") << status;
  }
}

TEST(Error, KeepsReasonTextAndFacts) {
  const absl::Status status =
      FailedPrecondition(kFull, "no place is free", {{"quota", "q1"}, {"free", "0"}});
  EXPECT_EQ(MessageOf(status), "no place is free");
  std::vector<std::string> facts;
  for (const Fact& fact : FactsOf(status)) facts.push_back(fact.name + "=" + fact.value);
  EXPECT_THAT(facts, UnorderedElementsAre("quota=q1", "free=0"));
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).domain(), "jointly");
}

TEST(Error, IsTheSameBytesEachTime) {
  const Facts facts = {{"capacity", "2"}, {"held", "1"}, {"confirmed", "1"}, {"asked", "1"},
                       {"quota", "q1"},   {"a", "1"},    {"b", "2"},         {"c", "3"}};
  const absl::Status first = FailedPrecondition(kFull, "no place is free", facts);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(FailedPrecondition(kFull, "no place is free", facts), first);
  }
  EXPECT_EQ(FactsOf(first).front().name, "a");
}

TEST(Error, HasNothingToSayAboutForeignStatuses) {
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
  EXPECT_TRUE(FactsOf(absl::InternalError("x")).empty());
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
}

TEST(Error, AddsARetryDelayWithoutLosingTheReason) {
  const absl::Status status =
      WithRetryAfter(Unavailable(kUnavailable, "busy"), std::chrono::milliseconds(2500));
  const auto retry = DetailOf<google::rpc::RetryInfo>(status);
  EXPECT_EQ(retry.retry_delay().seconds(), 2);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(ReasonOf(status), "UNAVAILABLE");
}

TEST(Error, ListsEveryRefusalAndNamesAGuardOnce) {
  const absl::Status status =
      Refused("\"submit\" is refused", {{"G1", "applications/a", "the call is closed", "Wait."},
                                        {"G1", "applications/a", "missing: passport", ""},
                                        {"G8", "applications/a", "not enrolled", "Enrol."}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "GUARD_REFUSED");
  ASSERT_EQ(FactsOf(status).size(), 1u);
  EXPECT_EQ(FactsOf(status)[0].value, "G1,G8");
  const auto failure = DetailOf<google::rpc::PreconditionFailure>(status);
  ASSERT_EQ(failure.violations_size(), 3);
  EXPECT_EQ(failure.violations(0).type(), "G1");
  EXPECT_EQ(failure.violations(0).subject(), "applications/a");
  EXPECT_EQ(failure.violations(0).description(), "the call is closed. Wait.");
  EXPECT_EQ(failure.violations(1).description(), "missing: passport");
}

TEST(Violations, AreOkWhenThereAreNone) {
  Violations violations;
  EXPECT_TRUE(violations.Require(true, "call", "is required"));
  EXPECT_TRUE(violations.empty());
  EXPECT_TRUE(violations.ToStatus().ok());
}

TEST(Violations, AreAllInOneAnswer) {
  Violations violations;
  EXPECT_FALSE(violations.Require(false, "application.call", "is required"));
  violations.Add("application.choices[2].term", "is required");
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_ARGUMENT");
  EXPECT_THAT(MessageOf(status), HasSubstr("2 invalid fields"));
  const auto request = DetailOf<google::rpc::BadRequest>(status);
  std::vector<std::string> fields;
  for (const auto& violation : request.field_violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields, ElementsAre("application.call", "application.choices[2].term"));
}

TEST(Violations, HaveTheReasonThatTheyShare) {
  constexpr Reason kNone{"INVALID_AMOUNT"};
  Violations violations;
  violations.Add("amount", InvalidArgument(kNone, "is no number"));
  EXPECT_EQ(ReasonOf(violations.ToStatus()), "INVALID_AMOUNT");
  EXPECT_THAT(MessageOf(violations.ToStatus()), HasSubstr("amount is no number"));
  violations.Add("lines[1].amount", InvalidArgument(kNone, "must be above 0"));
  EXPECT_EQ(ReasonOf(violations.ToStatus()), "INVALID_AMOUNT");
  violations.Add("partner", "is required");
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(ReasonOf(status), "INVALID_ARGUMENT");
  std::vector<std::string> facts;
  for (const Fact& fact : FactsOf(status)) facts.push_back(fact.name + " " + fact.value);
  EXPECT_THAT(facts,
              UnorderedElementsAre("amount INVALID_AMOUNT", "lines[1].amount INVALID_AMOUNT"));
}

absl::StatusOr<std::unique_ptr<int>> Half(int value) {
  if (value % 2 != 0) return InvalidArgument(kInvalidArgument, "odd");
  return std::make_unique<int>(value / 2);
}

absl::StatusOr<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const auto half, Half(value));
  ASSIGN_OR_RETURN(const auto quarter, Half(*half));
  return *quarter;
}

absl::Status Divisible(int value) {
  RETURN_IF_ERROR(Quarter(value).status());
  return absl::OkStatus();
}

TEST(Macros, PassValuesAndErrorsOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(MessageOf(Quarter(6).status()), "odd");
  EXPECT_TRUE(Divisible(8).ok());
  EXPECT_EQ(ReasonOf(Divisible(2)), "INVALID_ARGUMENT");
}

TEST(CheckDeathTest, EndsTheProcessWithPlaceAndText) {
  Check(true, "never said");
  EXPECT_DEATH(Check(false, "two owners of one lane"), "error_test.cc.*two owners of one lane");
}

}  // namespace
}  // namespace jointly
