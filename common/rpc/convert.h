#pragma once

#include <google/protobuf/timestamp.pb.h>
#include <google/type/date.pb.h>
#include <jointly/events/v1/fact.pb.h>

#include <optional>

#include "common/error/error.h"
#include "common/time/civil.h"

// The well-known protobuf types and ours.
namespace jointly::rpc {

google::protobuf::Timestamp ToProto(Time time);
Time FromProto(const google::protobuf::Timestamp& time);
google::type::Date ToProto(Date date);
// Nothing when it is not a full calendar date.
std::optional<Date> FromProto(const google::type::Date& date);
google::protobuf::RepeatedPtrField<events::v1::Fact> ToProto(const Facts& facts);
Facts FromProto(const google::protobuf::RepeatedPtrField<events::v1::Fact>& facts);

}  // namespace jointly::rpc
