#include "common/rpc/server_feed.h"

#include <jointly/operations/v1/operations.grpc.pb.h>

#include "common/bus/envelope.h"
#include "common/rpc/runtime.h"

namespace jointly::rpc {
namespace {

namespace pb = jointly::operations::v1;

constexpr std::chrono::milliseconds kTimeout{5'000};

}  // namespace

absl::StatusOr<bus::FeedPage> RpcFeedSource::List(const std::string& producer,
                                                  const bus::FeedQuery& query) {
  pb::ListEventsRequest request;
  request.set_cursor(query.cursor);
  request.set_page_size(query.page_size);
  request.set_aggregate_type(query.aggregate_type);
  request.set_aggregate_id(query.aggregate_id);
  request.set_after_revision(query.after_revision);
  grpc::ClientContext context;
  peers_.Prepare(context, kTimeout);
  pb::ListEventsResponse response;
  RETURN_IF_ERROR(FromGrpc(
      pb::EventFeed::NewStub(peers_.To(producer))->ListEvents(&context, request, &response)));
  bus::FeedPage page;
  page.next_cursor = response.next_cursor();
  page.at_end = response.at_end();
  for (pb::LoggedEvent& event : *response.mutable_events()) {
    bus::Headers headers(event.headers().begin(), event.headers().end());
    ASSIGN_OR_RETURN(bus::Message message,
                     bus::ParseMessage(std::move(headers), std::move(*event.mutable_body())));
    page.events.push_back(std::move(message));
  }
  received_ += response.events_size();
  return page;
}

}  // namespace jointly::rpc
