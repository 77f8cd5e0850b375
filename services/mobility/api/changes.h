#pragma once

#include <string_view>

#include "common/bus/event.h"
#include "common/rpc/call.h"
#include "services/mobility/store/application_store.h"
#include "services/mobility/store/mobility_store.h"
#include "services/mobility/store/quota_store.h"

// What this service tells the others: one event per changed aggregate, with the resource after the
// change and without anything personal.
namespace jointly::mobility {

// Who makes a change, and when.
struct Actor {
  bus::Event base;  // Actor, request, trace; the rest is filled in here.
  Time now;
};
Actor ActorOf(const rpc::Call& call);
Actor TimerActor(Time now);
// The service itself, on a foreign event.
Actor FollowerActor(const bus::Message& cause, Time now);

// What happened to the aggregate, in the words of the workflow table.
struct Change {
  std::string_view action;  // "submitted".
  std::string_view from;    // Empty: it is new.
  std::string_view to;
  std::string note;  // Never personal data.
};

bus::Event CallChanged(const Actor& actor, const Call* before, const Call& after,
                       const Change& change);
bus::Event ApplicationChanged(const Actor& actor, const store::Case* before,
                              const store::Case& after, const Change& change);
bus::Event MobilityChanged(const Actor& actor, const MobilityCase* before,
                           const store::MobilityRow& after, const Change& change);
bus::Event QuotaChanged(const Actor& actor, const store::QuotaRow* before,
                        const store::QuotaRow& after, const Change& change);

}  // namespace jointly::mobility
