#include "services/gateway/http/deadline.h"

namespace jointly::gateway {

Deadline::Deadline(boost::asio::ip::tcp::socket& socket)
    : state_(std::make_shared<State>(socket)) {}

Deadline::~Deadline() {
  state_->socket = nullptr;
  state_->timer.cancel();
}

void Deadline::At(TimePoint time) {
  state_->passed = false;
  state_->deadline = time;
  if (time < state_->waits_until) Wait(state_);
}

void Deadline::Never() {
  state_->passed = false;
  state_->deadline = TimePoint::max();
}

void Deadline::Wait(const std::shared_ptr<State>& state) {
  state->waits_until = state->deadline;
  state->timer.expires_at(state->deadline);
  state->timer.async_wait([state](boost::system::error_code error) {
    if (!error && state->socket != nullptr) Fire(state);
  });
}

void Deadline::Fire(const std::shared_ptr<State>& state) {
  state->waits_until = TimePoint::max();
  if (state->deadline == TimePoint::max()) return;
  if (std::chrono::steady_clock::now() < state->deadline) return Wait(state);
  state->passed = true;
  state->deadline = TimePoint::max();
  boost::system::error_code ignored;
  state->socket->cancel(ignored);
}

}  // namespace jointly::gateway
