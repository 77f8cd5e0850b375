#include "common/rpc/convert.h"

#include <algorithm>

namespace jointly::rpc {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
// The range of google.protobuf.Timestamp: years 1 to 9999.
constexpr std::int64_t kSecondsLeast = -62'135'596'800;
constexpr std::int64_t kSecondsMost = 253'402'300'799;

}  // namespace

google::protobuf::Timestamp ToProto(Time time) {
  const std::int64_t micros = Micros(time);
  std::int64_t seconds = micros / kMicrosPerSecond;
  std::int64_t rest = micros % kMicrosPerSecond;
  if (rest < 0) {  // Nanos count forward, also before 1970.
    rest += kMicrosPerSecond;
    --seconds;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<std::int32_t>(rest * 1000));
  return timestamp;
}

Time FromProto(const google::protobuf::Timestamp& time) {
  // A message off the wire can hold anything; clamping keeps the arithmetic defined.
  const std::int64_t seconds = std::clamp(time.seconds(), kSecondsLeast, kSecondsMost);
  const std::int32_t nanos = std::clamp(time.nanos(), 0, 999'999'999);
  return FromMicros(seconds * kMicrosPerSecond + nanos / 1000);
}

google::type::Date ToProto(Date date) {
  google::type::Date message;
  message.set_year(static_cast<int>(date.year()));
  message.set_month(static_cast<std::int32_t>(static_cast<unsigned>(date.month())));
  message.set_day(static_cast<std::int32_t>(static_cast<unsigned>(date.day())));
  return message;
}

std::optional<Date> FromProto(const google::type::Date& date) {
  if (date.year() < 1900 || date.year() > 2200 || date.month() < 1 || date.month() > 12 ||
      date.day() < 1 || date.day() > 31) {
    return std::nullopt;
  }
  const Date result(std::chrono::year(date.year()),
                    std::chrono::month(static_cast<unsigned>(date.month())),
                    std::chrono::day(static_cast<unsigned>(date.day())));
  if (!result.ok()) return std::nullopt;
  return result;
}

google::protobuf::RepeatedPtrField<events::v1::Fact> ToProto(const Facts& facts) {
  google::protobuf::RepeatedPtrField<events::v1::Fact> messages;
  for (const Fact& fact : facts) {
    events::v1::Fact& message = *messages.Add();
    message.set_name(fact.name);
    message.set_value(fact.value);
  }
  return messages;
}

Facts FromProto(const google::protobuf::RepeatedPtrField<events::v1::Fact>& facts) {
  Facts out;
  for (const events::v1::Fact& message : facts) out.push_back({message.name(), message.value()});
  return out;
}

}  // namespace jointly::rpc
