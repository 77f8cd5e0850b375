#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <thread>

#include "common/auth/token.h"
#include "services/mobility/grpc/mobility_service.h"
#include "tests/store/mobility/world.h"
#include "tests/support/sample_files.h"

// The two streams of documents over a real connection: what is broken off, refused or slow.
namespace jointly::mobility {
namespace {

using testing::AnyOf;

constexpr const char* kDeployment = "test";

class StreamTest : public MobilityTest {
 protected:
  void Prepare() override {
    MobilityTest::Prepare();
    // The server's calls come at the machine's time, so the call is open for a lifetime.
    const std::string call = world().PublishedCall([](pb::Call& change) {
      change.mutable_close_time()->mutable_date()->set_year(2099);
      change.mutable_decision_time()->mutable_date()->set_year(2099);
      change.mutable_decision_time()->mutable_date()->set_month(12);
    });
    application_ = world().Draft(call, 1).name();
    StartServer(/*pool_threads=*/4);
  }
  void TearDown() override {
    channel_.reset();
    runtime_.reset();
    service_.reset();
    MobilityTest::TearDown();
  }

  void StartServer(int pool_threads) {
    runtime_.reset();
    rpc::RuntimeOptions options{.service = "mobility",
                                .listen_address = "127.0.0.1:0",
                                .pool_threads = pool_threads,
                                .drain = std::chrono::milliseconds(1'000)};
    runtime_ = std::make_unique<rpc::Runtime>(options, verifier_, clock_, ids_, rng_);
    service_ = std::make_unique<Service>(*runtime_, api());
    const int port = runtime_->Start({service_.get()});
    runtime_->SetReady(true);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials());
  }

  void Fill(grpc::ClientContext& context, const auth::Principal& principal) {
    const Time now = clock_.Now();
    context.AddMetadata(
        "authorization",
        "Bearer " + auth::MakeToken(user_key_, {.issuer = std::string("https://jointly/") +
                                                          kDeployment + "/identity",
                                                .principal = principal,
                                                .issued = now,
                                                .expires = now + auth::kAccessTokenLife}));
    context.set_deadline(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(20, GPR_TIMESPAN)));
  }

  pb::UploadDocumentRequest StartMessage() const {
    pb::UploadDocumentRequest message;
    message.mutable_start()->set_parent(application_);
    message.mutable_start()->set_kind("transcript");
    message.mutable_start()->set_file_name("transcript.pdf");
    return message;
  }
  static pb::UploadDocumentRequest Chunk(std::string content) {
    pb::UploadDocumentRequest message;
    message.set_chunk(std::move(content));
    return message;
  }
  struct Answer {
    absl::Status status;
    pb::Document document;
  };
  Answer Upload(const std::vector<pb::UploadDocumentRequest>& messages,
                const auth::Principal& principal = Student(1)) {
    grpc::ClientContext context;
    Fill(context, principal);
    Answer answer;
    const auto stub = pb::Mobility::NewStub(channel_);
    const auto writer = stub->UploadDocument(&context, &answer.document);
    for (const auto& message : messages) {
      if (!writer->Write(message)) break;  // Refused already.
    }
    writer->WritesDone();
    answer.status = rpc::FromGrpc(writer->Finish());
    return answer;
  }
  std::vector<pb::UploadDocumentRequest> Messages(const std::string& content) const {
    std::vector<pb::UploadDocumentRequest> messages = {StartMessage()};
    for (std::size_t at = 0; at < content.size(); at += blob::kChunkBytes) {
      messages.push_back(Chunk(content.substr(at, blob::kChunkBytes)));
    }
    return messages;
  }
  int Documents() { return world().Get(HomeOffice(), application_).documents_size(); }
  std::size_t Incoming() {
    std::size_t count = 0;
    const std::string folder = world().blob_directory() + "/incoming";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  SystemClock clock_;
  SystemRng rng_;
  IdSource ids_{clock_, rng_};
  auth::SigningKey user_key_ = auth::SigningKey::Generate(rng_);
  auth::Verifier verifier_{
      {.deployment = kDeployment,
       .fetch_user_keys = [this]() -> absl::StatusOr<std::vector<auth::PublicKey>> {
         return std::vector<auth::PublicKey>{user_key_.Public()};
       },
       .service_keys = {}},
      clock_};
  std::string application_;
  std::unique_ptr<rpc::Runtime> runtime_;
  std::unique_ptr<Service> service_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_P(StreamTest, WhatGoesUpComesDown) {
  const std::string content = test::SamplePdf() + std::string(3'000'000, 'x');
  const Answer answer = Upload(Messages(content));
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_EQ(answer.document.size_bytes(), static_cast<std::int64_t>(content.size()));
  grpc::ClientContext context;
  Fill(context, HomeOffice());
  pb::DownloadDocumentRequest request;
  request.set_name(answer.document.name());
  const auto stub = pb::Mobility::NewStub(channel_);
  const auto reader = stub->DownloadDocument(&context, request);
  pb::DownloadDocumentResponse part;
  ASSERT_TRUE(reader->Read(&part));
  EXPECT_EQ(part.document().file_name(), "transcript.pdf");
  std::string received;
  while (reader->Read(&part)) received += part.chunk();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(received, content);
}

TEST_P(StreamTest, RefusalsReachTheCaller) {
  const std::string pdf = test::SamplePdf();
  struct Case {
    const char* what;
    std::vector<pb::UploadDocumentRequest> messages;
    auth::Principal principal;
    const char* reason;
  };
  pb::UploadDocumentRequest no_kind = StartMessage();
  no_kind.mutable_start()->clear_kind();
  pb::UploadDocumentRequest bad_id = StartMessage();
  bad_id.mutable_start()->set_request_id("not a UUID");
  pb::UploadDocumentRequest bad_hash = StartMessage();
  bad_hash.mutable_start()->set_sha256(std::string(64, '0'));
  const std::vector<Case> cases = {
      {"nothing at all", {}, Student(1), "INVALID_ARGUMENT"},
      {"no start", {Chunk(pdf)}, Student(1), "INVALID_ARGUMENT"},
      {"two starts", {StartMessage(), StartMessage()}, Student(1), "INVALID_ARGUMENT"},
      {"an empty part",
       {StartMessage(), pb::UploadDocumentRequest()},
       Student(1),
       "INVALID_ARGUMENT"},
      {"no kind", {no_kind, Chunk(pdf)}, Student(1), "INVALID_ARGUMENT"},
      {"no content", {StartMessage()}, Student(1), "WRONG_CONTENT"},
      {"another content", {StartMessage(), Chunk("<html></html>")}, Student(1), "WRONG_CONTENT"},
      {"another hash", {bad_hash, Chunk(pdf)}, Student(1), "HASH_MISMATCH"},
      {"a broken id", {bad_id, Chunk(pdf)}, Student(1), "INVALID_REQUEST_ID"},
      {"a large chunk",
       {StartMessage(), Chunk(std::string(blob::kChunkBytes + 1, 'x'))},
       Student(1),
       "UPLOAD_TOO_LARGE"},
      {"a large document", Messages(pdf + std::string(11'000'000, 'x')), Student(1),
       "UPLOAD_TOO_LARGE"},
      {"a fellow's application", {StartMessage(), Chunk(pdf)}, Student(2), "APPLICATION_NOT_FOUND"},
      {"an office", {StartMessage(), Chunk(pdf)}, HomeOffice(), "ROLE_MISSING"},
  };
  for (const Case& row : cases) {
    const Answer answer = Upload(row.messages, row.principal);
    EXPECT_EQ(ReasonOf(answer.status), row.reason) << row.what << ": " << answer.status;
  }
  EXPECT_EQ(Documents(), 0);
  EXPECT_EQ(Incoming(), 0u);
}

TEST_P(StreamTest, AnUploadBrokenOffAnywhereNamesNothing) {
  const std::vector<pb::UploadDocumentRequest> messages =
      Messages(test::SamplePdf() + std::string(500'000, 'x'));
  SeededRng dice(7);
  for (int round = 0; round < 60; ++round) {
    grpc::ClientContext context;
    Fill(context, Student(1));
    pb::Document document;
    const auto stub = pb::Mobility::NewStub(channel_);
    const auto writer = stub->UploadDocument(&context, &document);
    const std::size_t sent = dice.Below(messages.size());
    for (std::size_t i = 0; i < sent; ++i) writer->Write(messages[i]);
    if (dice.Below(2) == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(dice.Below(3000)));
    context.TryCancel();
    EXPECT_FALSE(writer->Finish().ok());
  }
  // Whatever was on its way has ended by the time that one more upload has.
  EXPECT_TRUE(Upload(messages).status.ok());
  EXPECT_EQ(Documents(), 1) << "only the one that was finished";
  for (int i = 0; i < 100 && Incoming() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(Incoming(), 0u);
}

TEST_P(StreamTest, ADownloadBrokenOffAnywhereHarmsNobody) {
  const Answer answer = Upload(Messages(test::SamplePdf() + std::string(2'000'000, 'x')));
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  SeededRng dice(8);
  pb::DownloadDocumentRequest request;
  request.set_name(answer.document.name());
  for (int round = 0; round < 60; ++round) {
    grpc::ClientContext context;
    Fill(context, Student(1));
    const auto stub = pb::Mobility::NewStub(channel_);
    const auto reader = stub->DownloadDocument(&context, request);
    pb::DownloadDocumentResponse part;
    for (std::uint64_t i = dice.Below(20); i > 0; --i) reader->Read(&part);
    context.TryCancel();
    while (reader->Read(&part)) {
    }
    reader->Finish();
  }
  pb::GetApplicationRequest get;
  get.set_name(application_);
  grpc::ClientContext context;
  Fill(context, Student(1));
  pb::Application application;
  EXPECT_TRUE(pb::Mobility::NewStub(channel_)->GetApplication(&context, get, &application).ok());
}

TEST_P(StreamTest, AReaderWhoDoesNotReadHoldsNoThread) {
  const Answer answer = Upload(Messages(test::SamplePdf() + std::string(8'000'000, 'x')));
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  StartServer(/*pool_threads=*/1);
  const auto stub = pb::Mobility::NewStub(channel_);
  pb::DownloadDocumentRequest request;
  request.set_name(answer.document.name());
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<pb::DownloadDocumentResponse>>> readers;
  for (int i = 0; i < 4; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    Fill(*contexts.back(), Student(1));
    readers.push_back(stub->DownloadDocument(contexts.back().get(), request));
  }
  std::unique_ptr<grpc::ClientContext> uploading = std::make_unique<grpc::ClientContext>();
  Fill(*uploading, Student(1));
  pb::Document document;
  const auto writer = stub->UploadDocument(uploading.get(), &document);
  writer->Write(StartMessage());
  grpc::ClientContext context;
  Fill(context, Student(1));
  pb::GetApplicationRequest get;
  get.set_name(application_);
  pb::Application application;
  const grpc::Status status = stub->GetApplication(&context, get, &application);
  EXPECT_TRUE(status.ok()) << status.error_message();
  for (auto& open : contexts) open->TryCancel();
  pb::DownloadDocumentResponse part;
  for (auto& reader : readers) {
    while (reader->Read(&part)) {
    }
    reader->Finish();
  }
  uploading->TryCancel();
  writer->Finish();
}

TEST_P(StreamTest, StoppingEndsWhatIsRunning) {
  const Answer answer = Upload(Messages(test::SamplePdf() + std::string(8'000'000, 'x')));
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  const auto stub = pb::Mobility::NewStub(channel_);
  grpc::ClientContext up;
  Fill(up, Student(1));
  pb::Document document;
  const auto writer = stub->UploadDocument(&up, &document);
  writer->Write(StartMessage());
  writer->Write(Chunk(test::SamplePdf()));
  grpc::ClientContext down;
  Fill(down, Student(1));
  pb::DownloadDocumentRequest request;
  request.set_name(answer.document.name());
  const auto reader = stub->DownloadDocument(&down, request);
  runtime_->Stop();
  EXPECT_FALSE(writer->Finish().ok());
  pb::DownloadDocumentResponse part;
  while (reader->Read(&part)) {
  }
  reader->Finish();
  EXPECT_EQ(Documents(), 1);
}

INSTANTIATE_ON_ENGINES(StreamTest);

}  // namespace
}  // namespace jointly::mobility
