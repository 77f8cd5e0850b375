#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/gateway/calls/backend_call.h"

namespace jointly::gateway {

// One question to one service.
struct Question {
  Peer* peer = nullptr;  // Null: not configured, which counts as not reachable.
  std::string service;   // "mobility": how an answer names it.
  std::string rpc_path;
  std::unique_ptr<google::protobuf::Message> request;
  std::unique_ptr<google::protobuf::Message> reply;
  absl::Status status = absl::OkStatus();  // Once answered.
};

// Asks all at once with the caller's facts; calls `done` once with all answers, in the order of the
// questions, at the latest when the facts' timeout is over. Reads only: each may be sent again.
void FanOut(const CallFacts& facts, std::vector<Question> questions,
            std::function<void(std::vector<Question>)> done);

}  // namespace jointly::gateway
