#pragma once

#include <absl/status/status.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

// Update masks (AIP-134).
namespace jointly::rpc {

// Copies the masked fields of `from` into `into`. `allowed` lists the paths that may be changed; a
// prefix allows what lies below it. An empty mask means every allowed field that is set in `from`.
// Errors: INVALID_ARGUMENT naming each unknown or fixed path, and what may be changed.
absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const std::vector<std::string_view>& allowed,
                       const google::protobuf::Message& from, google::protobuf::Message& into);

}  // namespace jointly::rpc
