#include "services/gateway/aggregates/fan_out.h"

#include <atomic>

#include "common/error/error.h"

namespace jointly::gateway {
namespace {

inline constexpr Reason kServiceAway{"SERVICE_UNAVAILABLE"};

struct Round {
  std::vector<Question> questions;
  std::atomic<std::size_t> left{0};
  std::function<void(std::vector<Question>)> done;

  void Answered() {
    if (left.fetch_sub(1) == 1) done(std::move(questions));
  }
};

}  // namespace

void FanOut(const CallFacts& facts, std::vector<Question> questions,
            std::function<void(std::vector<Question>)> done) {
  const auto round = std::make_shared<Round>();
  round->questions = std::move(questions);
  round->done = std::move(done);
  const std::size_t count = round->questions.size();
  round->left = count + 1;  // One of our own, so that none ends the round before all have begun.
  for (std::size_t i = 0; i < count; ++i) {
    Question& question = round->questions[i];
    if (question.peer == nullptr) {
      question.status = Unavailable(
          kServiceAway, "This gateway has no address of the service " + question.service + ".");
      round->Answered();
      continue;
    }
    CallUnary({.peer = question.peer,
               .rpc_path = question.rpc_path,
               .facts = facts,
               .request = question.request.get(),
               .reply = question.reply.get(),
               .repeatable = true},
              [round, i](absl::Status status) {
                round->questions[i].status = std::move(status);
                round->Answered();
              });
  }
  round->Answered();
}

}  // namespace jointly::gateway
