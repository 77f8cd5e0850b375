#include "services/theses/api/rules_event.h"

#include <jointly/theses/v1/theses_events.pb.h>

#include "common/auth/cipher.h"

namespace jointly::theses {

namespace pb = jointly::theses::v1;

bus::Event RuleSetPublished(const Who& who, const pb::RuleSet& published) {
  constexpr std::string_view kPublished = "published";
  pb::RuleSetEvent message;
  *message.mutable_rule_set() = published;
  message.mutable_rule_set()->clear_document();
  message.mutable_change()->set_action(std::string(kPublished));
  message.mutable_change()->set_actor(who.base.actor);
  bus::Event event = who.base;
  event.aggregate_type = "theses.rule_set";
  event.aggregate_id = published.name().substr(published.name().find('/') + 1);
  event.revision = published.revision();
  event.subject = published.name();
  event.action = kPublished;
  event.message_name = message.GetDescriptor()->full_name();
  event.body = message.SerializeAsString();
  if (!published.institution().empty()) event.audience = {published.institution()};
  event.after_digest = auth::Sha256Hex(published.document());
  return event;
}

}  // namespace jointly::theses
