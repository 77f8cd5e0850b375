#include "services/gateway/proxy/proxy.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <jointly/mobility/v1/mobility.grpc.pb.h>
#include <jointly/operations/v1/operations.grpc.pb.h>

#include <condition_variable>
#include <map>
#include <random>
#include <thread>

#include "common/error/error.h"
#include "common/rpc/runtime.h"
#include "services/gateway/process/gateway.h"
#include "services/gateway/proxy/reflection.h"
#include "tests/unit/gateway_http/backend.h"

namespace jointly::gateway {
namespace {

namespace pb = jointly::mobility::v1;
using google::protobuf::UnknownFieldSet;
using std::chrono::milliseconds;

void SetDeadline(grpc::ClientContext& context, milliseconds time) {
  context.set_deadline(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(time.count(), GPR_TIMESPAN)));
}

class ProxyTest : public testing::Test {
 protected:
  ProxyTest() {
    GatewayOptions options;
    options.grpc_listen_address = "127.0.0.1:0";
    options.peers = {{"mobility", backend_->address()}, {"identity", backend_->address()}};
    options.rates = {.session_per_second = 0, .read_per_second = 0, .write_per_second = 0};
    gateway_ = std::make_unique<Gateway>(std::move(options));
    gateway_->Start();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(gateway_->grpc_port()),
                                   grpc::InsecureChannelCredentials());
    stub_ = pb::Mobility::NewStub(channel_);
  }

  absl::Status GetApplication(const std::string& name, pb::Application& reply,
                              milliseconds time = milliseconds(5000)) {
    grpc::ClientContext context;
    SetDeadline(context, time);
    context.AddMetadata("authorization", "Bearer t");
    pb::GetApplicationRequest request;
    request.set_name(name);
    return rpc::FromGrpc(stub_->GetApplication(&context, request, &reply));
  }

  std::unique_ptr<Backend> backend_ = std::make_unique<Backend>();
  std::unique_ptr<Gateway> gateway_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<pb::Mobility::Stub> stub_;
};

TEST_F(ProxyTest, PassesUnaryCallsOn) {
  pb::Application reply;
  EXPECT_TRUE(GetApplication("applications/x", reply).ok());
  EXPECT_EQ(reply.name(), "applications/x");
  EXPECT_EQ(backend_->seen().MetadataOf("authorization"), "Bearer t");
  EXPECT_FALSE(backend_->seen().MetadataOf("x-correlation-id").empty());
  const absl::Status refused = GetApplication("applications/guard", reply);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "GUARD_REFUSED");
  EXPECT_EQ(ReasonOf(GetApplication("applications/missing", reply)), "APPLICATION_NOT_FOUND");
  EXPECT_EQ(GetApplication("applications/slow", reply, milliseconds(150)).code(),
            absl::StatusCode::kDeadlineExceeded);
  for (int i = 0; i < 100 && backend_->seen().cancelled == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(backend_->seen().cancelled, 1) << "the deadline goes with the call";
}

TEST_F(ProxyTest, PassesCancellationOn) {
  grpc::ClientContext context;
  std::thread cancel([&] {
    while (backend_->seen().calls == 0) std::this_thread::sleep_for(milliseconds(5));
    context.TryCancel();
  });
  pb::GetApplicationRequest request;
  request.set_name("applications/slow");
  pb::Application reply;
  EXPECT_EQ(stub_->GetApplication(&context, request, &reply).error_code(),
            grpc::StatusCode::CANCELLED);
  cancel.join();
  for (int i = 0; i < 100 && backend_->seen().cancelled == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(backend_->seen().cancelled, 1);
}

TEST_F(ProxyTest, PassesStreamsOn) {
  grpc::ClientContext up;
  SetDeadline(up, milliseconds(10'000));
  pb::Document document;
  const auto writer = stub_->UploadDocument(&up, &document);
  pb::UploadDocumentRequest message;
  message.mutable_start()->set_parent("applications/x");
  EXPECT_TRUE(writer->Write(message));
  message.set_chunk(std::string(60'000, 'x'));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(writer->Write(message));
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_EQ(document.size_bytes(), 6'000'000);

  grpc::ClientContext down;
  SetDeadline(down, milliseconds(10'000));
  pb::DownloadDocumentRequest request;
  request.set_name("applications/x/documents/5000000");
  const auto reader = stub_->DownloadDocument(&down, request);
  pb::DownloadDocumentResponse part;
  std::size_t bytes = 0;
  while (reader->Read(&part)) bytes += part.chunk().size();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(bytes, 5'000'000u);
}

// The service ends the call while the caller is still writing, or waits with its stream open.
TEST_F(ProxyTest, AnEarlyEndReachesTheCaller) {
  for (const bool writes_on : {true, false}) {
    grpc::ClientContext context;
    SetDeadline(context, milliseconds(5'000));
    pb::Document document;
    const auto writer = stub_->UploadDocument(&context, &document);
    pb::UploadDocumentRequest message;
    message.mutable_start()->set_kind("refuse");
    writer->Write(message);
    message.set_chunk(std::string(60'000, 'x'));
    while (writes_on && writer->Write(message)) {
    }
    const auto begin = std::chrono::steady_clock::now();
    const absl::Status status = rpc::FromGrpc(writer->Finish());
    EXPECT_EQ(ReasonOf(status), "NOT_YOURS") << status;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000));
  }
}

TEST_F(ProxyTest, RefusesWhatIsNotPublic) {
  const auto call = [&](const std::string& method) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    SetDeadline(context, milliseconds(5000));
    grpc::ByteBuffer request{nullptr, 0};
    grpc::ByteBuffer reply;
    std::mutex mutex;
    std::condition_variable done;
    std::optional<grpc::Status> status;
    const grpc::Slice nothing("", 0);
    request = grpc::ByteBuffer(&nothing, 1);
    stub.UnaryCall(&context, method, {}, &request, &reply, [&](grpc::Status result) {
      const std::lock_guard lock(mutex);
      status = std::move(result);
      done.notify_all();
    });
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return status.has_value(); });
    return *status;
  };
  for (const char* method :
       {"/jointly.operations.v1.Operations/ListParked",
        "/jointly.operations.v1.EventFeed/ListEvents",
        "/jointly.identity.v1.Identity/BatchGetContacts", "/jointly.mobility.v1.Mobility/Nothing",
        "/other.Service/Method", "/nonsense", "/"}) {
    EXPECT_EQ(call(method).error_code(), grpc::StatusCode::PERMISSION_DENIED) << method;
  }
  EXPECT_EQ(call("/grpc.health.v1.Health/Check").error_code(), grpc::StatusCode::OK);
  EXPECT_EQ(call("/jointly.partnerships.v1.Partnerships/ListAgreements").error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(backend_->seen().calls, 0);
}

// Callers that go at any moment, and a service that dies under load, end calls and nothing else.
TEST_F(ProxyTest, SurvivesClientsAndServicesThatDie) {
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t));
      while (!stop) {
        grpc::ClientContext context;
        SetDeadline(context, milliseconds(1 + random() % 40));
        if (t % 3 == 0) {
          pb::DownloadDocumentRequest request;
          request.set_name("applications/x/documents/3000000");
          const auto reader = stub_->DownloadDocument(&context, request);
          pb::DownloadDocumentResponse part;
          for (auto i = random() % 40; i > 0 && reader->Read(&part); --i) {
          }
          context.TryCancel();
          reader->Finish();
        } else if (t % 3 == 1) {
          pb::Document document;
          const auto writer = stub_->UploadDocument(&context, &document);
          pb::UploadDocumentRequest message;
          message.mutable_start()->set_kind(random() % 2 == 0 ? "refuse" : "photo");
          for (auto i = random() % 20; i > 0 && writer->Write(message); --i) {
            message.set_chunk(std::string(30'000, 'x'));
          }
          if (random() % 2 == 0) context.TryCancel();
          writer->Finish();
        } else {
          pb::GetApplicationRequest request;
          request.set_name(random() % 4 == 0 ? "applications/slow" : "applications/x");
          pb::Application reply;
          if (stub_->GetApplication(&context, request, &reply).ok()) ++answered;
        }
      }
    });
  }
  const int port = backend_->port();
  for (int round = 0; round < 6; ++round) {
    std::this_thread::sleep_for(milliseconds(200));
    backend_->Kill();
    std::this_thread::sleep_for(milliseconds(50));
    backend_ = std::make_unique<Backend>(port);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(answered, 50);
  pb::Application reply;
  absl::Status status;
  for (int i = 0; i < 50 && !(status = GetApplication("applications/x", reply)).ok(); ++i) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_TRUE(status.ok()) << status;
}

// --- Reflection ---------------------------------------------------------------------------------

std::string Request(int field, const std::string& text) {
  UnknownFieldSet request;
  request.AddLengthDelimited(field, text);
  std::string bytes;
  request.SerializeToString(&bytes);
  return bytes;
}

// The members of a message by number; all are length-delimited here.
std::multimap<int, std::string> Members(const std::string& bytes) {
  UnknownFieldSet fields;
  EXPECT_TRUE(fields.ParseFromString(bytes));
  std::multimap<int, std::string> members;
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    if (field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      members.emplace(field.number(), field.length_delimited());
    }
  }
  return members;
}

TEST(Reflection, ListsServicesAndGivesWholeFiles) {
  Reflection reflection(PublicServices());
  const auto list = Members(Members(reflection.Answer(Request(7, ""))).find(6)->second);
  std::vector<std::string> names;
  for (const auto& [number, row] : list) names.push_back(Members(row).find(1)->second);
  EXPECT_NE(std::find(names.begin(), names.end(), "jointly.mobility.v1.Mobility"), names.end());
  EXPECT_EQ(std::find(names.begin(), names.end(), "jointly.operations.v1.Operations"), names.end());

  const auto response = Members(reflection.Answer(Request(4, "jointly.mobility.v1.Mobility")));
  google::protobuf::DescriptorPool pool;
  std::map<std::string, google::protobuf::FileDescriptorProto> files;
  for (const auto& [number, bytes] : Members(response.find(4)->second)) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(bytes));
    files[file.name()] = file;
  }
  // A client can build what it needs from this one answer.
  const std::function<void(const std::string&)> build = [&](const std::string& name) {
    if (pool.FindFileByName(name) != nullptr) return;
    ASSERT_TRUE(files.contains(name)) << name;
    for (const std::string& dependency : files[name].dependency()) build(dependency);
    EXPECT_NE(pool.BuildFile(files[name]), nullptr) << name;
  };
  build("jointly/mobility/v1/mobility.proto");
  EXPECT_NE(pool.FindMethodByName("jointly.mobility.v1.Mobility.SubmitApplication"), nullptr);
  // What the stream has had is not sent again.
  const auto second = Members(reflection.Answer(Request(3, "jointly/mobility/v1/mobility.proto")));
  EXPECT_EQ(Members(second.find(4)->second).size(), 1u);
}

TEST(Reflection, SaysWhatIsNotThere) {
  Reflection reflection(PublicServices());
  for (const std::string& request :
       {Request(4, "no.such.Symbol"), Request(3, "no/such.proto"), Request(6, "no.such.Type"),
        Request(5, Request(1, "no.such.Type")), Request(5, "\xff\xff"), std::string("\xff\xff"),
        std::string()}) {
    const auto response = Members(reflection.Answer(request));
    EXPECT_EQ(response.count(7), 1u);
    EXPECT_EQ(response.count(2), 1u);
  }
}

TEST_F(ProxyTest, ServesReflection) {
  for (const std::string_view path : {kReflectionV1, kReflectionV1Alpha}) {
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    SetDeadline(context, milliseconds(5000));
    const auto call = stub.PrepareCall(&context, std::string(path), &queue);
    void* tag = nullptr;
    bool ok = false;
    const auto wait = [&] { return queue.Next(&tag, &ok) && ok; };
    call->StartCall(nullptr);
    ASSERT_TRUE(wait());
    for (int i = 0; i < 3; ++i) {
      const grpc::Slice slice(Request(7, ""));
      call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
      ASSERT_TRUE(wait());
      grpc::ByteBuffer reply;
      call->Read(&reply, nullptr);
      ASSERT_TRUE(wait());
      EXPECT_GT(reply.Length(), 100u);
    }
    call->WritesDone(nullptr);
    ASSERT_TRUE(wait());
    grpc::Status status;
    call->Finish(&status, nullptr);
    ASSERT_TRUE(wait());
    EXPECT_TRUE(status.ok());
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
  }
}

}  // namespace
}  // namespace jointly::gateway
