#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/generic/generic_stub.h>

#include <future>

#include "common/rpc/server_methods.h"
#include "tests/unit/server/server_fixture.h"

namespace jointly::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(MethodTable, TheProductsServicesAreWhole) {
  MethodTable table;
  EXPECT_THAT(table.Load({"jointly.notifications.v1.Notifications", "jointly.identity.v1.Identity",
                          "jointly.operations.v1.Operations", "jointly.operations.v1.EventFeed"}),
              IsEmpty());
  const Method* method = table.Find(notifications::MarkNotificationRequest::descriptor());
  ASSERT_NE(method, nullptr);
  EXPECT_EQ(method->name(), "jointly.notifications.v1.Notifications.MarkNotification");
  EXPECT_EQ(table.Find(notifications::Notification::descriptor()), nullptr);
}

TEST(MethodTable, NamesWhatIsMissing) {
  MethodTable table;
  EXPECT_THAT(table.Load({"jointly.nothing.v1.Nothing"}),
              ElementsAre(HasSubstr("jointly.nothing.v1.Nothing is not among")));
}

TEST(MethodTable, TwoMethodsMayNotShareARequestType) {
  MethodTable table;
  const auto problems =
      table.Load({"jointly.operations.v1.EventFeed", "jointly.operations.v1.EventFeed"});
  EXPECT_THAT(problems, ElementsAre(HasSubstr("share the request type")));
}

TEST(MethodTable, EveryMethodMustSayWhoMayCall) {
  using jointly::options::v1::Policy;
  google::protobuf::FileDescriptorProto file;
  file.set_name("rooms.proto");
  file.set_package("rooms");
  auto& service = *file.add_service();
  service.set_name("Rooms");
  const auto add = [&](const std::string& name, const Policy& policy) {
    file.add_message_type()->set_name(name + "Request");
    auto& method = *service.add_method();
    method.set_name(name);
    method.set_input_type(".rooms." + name + "Request");
    method.set_output_type(".rooms." + name + "Request");
    *method.mutable_options()->MutableExtension(jointly::options::v1::policy) = policy;
  };
  Policy policy;
  add("Open", policy);
  policy.set_audience(Policy::GRANTED);
  add("Lock", policy);
  policy.set_audience(Policy::SERVICE);
  add("Clean", policy);
  policy.set_audience(Policy::SIGNED_IN);
  add("Enter", policy);
  google::protobuf::DescriptorPool pool;
  ASSERT_NE(pool.BuildFile(file), nullptr);
  MethodTable table;
  EXPECT_THAT(
      table.Load({"rooms.Rooms"}, pool),
      ElementsAre("rooms.Rooms.Open has no (jointly.options.v1.policy)",
                  "rooms.Rooms.Lock is GRANTED to no role", "rooms.Rooms.Clean is for no service"));
}

using ServerDeathTest = ServerTest;

TEST_F(ServerDeathTest, AnAddressInUseEndsTheProcessAndIsNamed) {
  StartServer();
  const std::string address = "127.0.0.1:" + std::to_string(port_);
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        // A free port, held twice by this process.
        Runtime first({.service = "a", .listen_address = "127.0.0.1:0"}, verifier_, clock_, ids_,
                      rng_);
        const int port = first.Start({});
        Runtime second({.service = "b", .listen_address = "127.0.0.1:" + std::to_string(port)},
                       verifier_, clock_, ids_, rng_);
        second.Start({});
      },
      ::testing::ExitedWithCode(2), "cannot listen");
}

TEST_F(ServerTest, HealthFollowsReadiness) {
  StartServer();
  const auto check = [&] {
    // grpc.health.v1.HealthCheckResponse: field 1 is the status; SERVING is 1.
    grpc::ClientContext context;
    Fill(context, {});
    const grpc::Slice empty;
    const grpc::ByteBuffer request(&empty, 1);
    grpc::ByteBuffer reply;
    std::promise<grpc::Status> done;
    grpc::GenericStub(channel_).UnaryCall(
        &context, "/grpc.health.v1.Health/Check", {}, &request, &reply,
        [&](grpc::Status status) { done.set_value(std::move(status)); });
    const grpc::Status status = done.get_future().get();
    EXPECT_TRUE(status.ok()) << status.error_message();
    grpc::Slice slice;
    EXPECT_TRUE(reply.DumpToSingleSlice(&slice).ok());
    return slice.size() == 2 ? static_cast<int>(slice.begin()[1]) : 0;
  };
  EXPECT_EQ(check(), 1);
  runtime_->SetReady(false, "the database does not answer");
  EXPECT_EQ(check(), 2);
  runtime_->SetReady(true);
  EXPECT_EQ(check(), 1);
}

}  // namespace
}  // namespace jointly::rpc
