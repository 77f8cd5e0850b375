#pragma once

#include <jointly/theses/v1/resources.pb.h>

#include <string_view>

#include "common/bus/event.h"
#include "common/rpc/call.h"
#include "services/theses/domain/types.h"

// What this service tells the others: one event per changed aggregate, with the resource after the
// change and without anything personal.
namespace jointly::theses {

// Who makes a change, and when.
struct Who {
  bus::Event base;  // Actor, request, trace; the rest is filled in here.
  Time now;
};
Who WhoOf(const rpc::Call& call);
// The service itself: on a foreign event, and for background work.
Who FollowerWho(const bus::Message& cause, Time now);
Who ServiceWho(Time now);

// What happened to the aggregate, in the words of the workflow table.
struct Change {
  std::string_view action;  // "approved".
  std::string_view from;    // Empty: it is new.
  std::string_view to;
  std::string note;  // Never personal data.
};

// The digests cover the record alone: deadlines follow from it and from the rules.
struct ThesisNews {
  const Thesis* before = nullptr;  // Null: it is new.
  const Thesis& after;
  jointly::theses::v1::Thesis told;  // With deadlines, shares and warnings.
};
bus::Event ThesisChanged(const Who& who, const ThesisNews& news, const Change& change);

}  // namespace jointly::theses
