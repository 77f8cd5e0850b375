#include "services/gateway/process/hints.h"

#include <jointly/identity/v1/identity_events.pb.h>

#include <charconv>

#include "common/bus/envelope.h"
#include "common/rpc/convert.h"

namespace jointly::gateway {
namespace {

std::string HeaderOf(const bus::WireMessage& message, const char* name) {
  const auto found = message.headers.find(name);
  return found == message.headers.end() ? std::string() : found->second;
}

}  // namespace

std::optional<Hint> HintOf(const bus::WireMessage& message) {
  Hint hint{.name = HeaderOf(message, bus::kHeaderSubject),
            .type = HeaderOf(message, bus::kHeaderType)};
  const std::string sequence = HeaderOf(message, bus::kHeaderSequence);
  const auto [end, error] =
      std::from_chars(sequence.data(), sequence.data() + sequence.size(), hint.revision);
  if (hint.name.empty() || error != std::errc() || end != sequence.data() + sequence.size()) {
    return std::nullopt;
  }
  const std::string audience = HeaderOf(message, bus::kHeaderAudience);
  std::string_view rest = audience;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    if (comma != 0) hint.audience.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return hint;
}

std::optional<Revocation> RevocationOf(const bus::WireMessage& message) {
  if (!message.routing_key.starts_with("identity.person.")) return std::nullopt;
  identity::v1::PersonEvent event;
  if (!event.ParseFromString(message.body) || !event.person().has_not_before()) {
    return std::nullopt;
  }
  return Revocation{.person = event.person().name(),
                    .not_before = rpc::FromProto(event.person().not_before())};
}

}  // namespace jointly::gateway
