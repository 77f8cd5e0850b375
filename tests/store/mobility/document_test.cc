#include <filesystem>

#include "common/auth/cipher.h"
#include "tests/store/mobility/world.h"
#include "tests/support/sample_files.h"

// Uploads are what their name and kind say, or they are nothing.
namespace jointly::mobility {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DocumentTest : public MobilityTest {
 protected:
  struct Paper {
    std::string kind = "transcript";
    std::string file_name = "transcript.pdf";
    std::string content = test::SamplePdf();
    std::string sha256;
  };
  absl::StatusOr<pb::Document> Upload(const std::string& application, const Paper& paper,
                                      const auth::Principal& principal = Student(1),
                                      const std::string& request_id = "") {
    pb::UploadDocumentRequest::Start start;
    start.set_parent(application);
    start.set_kind(paper.kind);
    start.set_file_name(paper.file_name);
    start.set_sha256(paper.sha256);
    rpc::Call caller = request_id.empty() ? As(principal) : world().As(principal, request_id);
    auto upload = api().BeginUpload(caller, start);
    if (!upload.ok()) return upload.status();
    for (std::size_t at = 0; at < paper.content.size(); at += blob::kChunkBytes) {
      const absl::Status status =
          (*upload)->Append(std::string_view(paper.content).substr(at, blob::kChunkBytes));
      if (!status.ok()) return status;
    }
    const absl::Status closed = (*upload)->Close();
    if (!closed.ok()) return closed;
    return api().FinishUpload(caller, **upload);
  }
  absl::StatusOr<std::string> Download(const auth::Principal& principal, const std::string& name) {
    pb::DownloadDocumentRequest request;
    request.set_name(name);
    rpc::Call caller = As(principal);
    auto download = api().OpenDownload(caller, request);
    if (!download.ok()) return download.status();
    std::string content = download->resource.file_name() + "\n";
    while (true) {
      auto chunk = download->content->Next();
      if (!chunk.ok()) return chunk.status();
      if (chunk->empty()) return content;
      content += *chunk;
    }
  }
  absl::StatusOr<pb::Application> Delete(const std::string& name) {
    pb::DeleteDocumentRequest request;
    request.set_name(name);
    rpc::Call caller = As(Student(1));
    return api().DeleteDocument(caller, request);
  }
  std::size_t Blobs() {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(world().blob_directory() + "/objects")) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }
  std::string NewDraft() { return world().Draft(world().PublishedCall(), 1).name(); }
};

TEST_P(DocumentTest, UploadedReadAndTakenOut) {
  const std::string application = NewDraft();
  ASSERT_OK_AND_ASSIGN(const auto document, Upload(application, {}));
  EXPECT_EQ(document.media_type(), "application/pdf");
  EXPECT_EQ(document.file_name(), "transcript.pdf");
  EXPECT_EQ(document.sha256(), auth::Sha256Hex(test::SamplePdf()));
  EXPECT_EQ(document.size_bytes(), static_cast<std::int64_t>(test::SamplePdf().size()));
  const auto seen = world().Get(HomeOffice(), application);
  ASSERT_EQ(seen.documents_size(), 1);
  EXPECT_EQ(seen.documents(0).file_name(), "transcript.pdf");
  EXPECT_EQ(seen.revision(), 2);
  ASSERT_OK_AND_ASSIGN(const auto content, Download(HomeOffice(), document.name()));
  EXPECT_EQ(content, "transcript.pdf\n" + test::SamplePdf());
  EXPECT_EQ(Code(Download(Student(2), document.name())), "NOT_FOUND");
  EXPECT_EQ(Code(Download(HostOffice(), document.name())), "NOT_FOUND");
  ASSERT_OK_AND_ASSIGN(const auto without, Delete(document.name()));
  EXPECT_EQ(without.documents_size(), 0);
  EXPECT_EQ(Code(Download(Student(1), document.name())), "NOT_FOUND");
  EXPECT_THAT(Actions("mobility.application", application),
              ElementsAre("created", "updated", "updated"));
}

TEST_P(DocumentTest, TheContentMustBeWhatNameAndKindSay) {
  const std::string application = NewDraft();
  struct Case {
    const char* what;
    Paper paper;
    const char* outcome;
  };
  const std::string html = "<!DOCTYPE html><html><script>alert(1)</script></html>";
  const std::string pdf_with_zip = test::SamplePdf() + test::MakeZip({{"a.js", "evil()"}});
  const std::string zip = test::MakeZip({{"a.txt", "hello"}});
  const std::vector<Case> cases = {
      {"a PDF", {"passport", "p.pdf", test::SamplePdf(), ""}, "OK"},
      {"a scan", {"passport", "p.PNG", test::SamplePng(), ""}, "OK"},
      {"a photo", {"photo", "me.jpeg", test::SampleJpeg(), ""}, "OK"},
      {"a letter", {"motivation_letter", "l.docx", test::SampleDocx(), ""}, "OK"},
      {"another letter", {"motivation_letter", "l.odt", test::SampleOdt(), ""}, "OK"},
      {"a photo that is a PDF", {"photo", "me.pdf", test::SamplePdf(), ""}, "WRONG_CONTENT"},
      {"a transcript that can be edited",
       {"transcript", "t.docx", test::SampleDocx(), ""},
       "WRONG_CONTENT"},
      {"a PDF called png", {"transcript", "t.png", test::SamplePdf(), ""}, "WRONG_CONTENT"},
      {"a PDF called docx",
       {"motivation_letter", "t.docx", test::SamplePdf(), ""},
       "WRONG_CONTENT"},
      {"a page", {"other", "t.html", html, ""}, "WRONG_CONTENT"},
      {"a page called pdf", {"other", "t.pdf", html, ""}, "WRONG_CONTENT"},
      {"an archive called docx", {"other", "t.docx", zip, ""}, "WRONG_CONTENT"},
      {"a program called pdf", {"other", "t.pdf", "#!/bin/sh\nrm -rf /\n", ""}, "WRONG_CONTENT"},
      {"nothing", {"other", "t.pdf", "", ""}, "WRONG_CONTENT"},
      {"a polyglot called docx", {"other", "t.docx", pdf_with_zip, ""}, "WRONG_CONTENT"},
      {"two extensions", {"other", "t.pdf.exe", test::SamplePdf(), ""}, "WRONG_CONTENT"},
      {"only an extension", {"other", ".pdf", test::SamplePdf(), ""}, "WRONG_CONTENT"},
      {"a path", {"other", "../../t.pdf", test::SamplePdf(), ""}, "INVALID_ARGUMENT"},
      {"a Windows path", {"other", "c:\\t.pdf", test::SamplePdf(), ""}, "INVALID_ARGUMENT"},
      {"a NUL", {"other", std::string("t\0.pdf", 6), test::SamplePdf(), ""}, "INVALID_ARGUMENT"},
      {"a line feed", {"other", "t\n.pdf", test::SamplePdf(), ""}, "INVALID_ARGUMENT"},
      {"no kind", {"selfie", "t.pdf", test::SamplePdf(), ""}, "INVALID_ARGUMENT"},
      {"no hash", {"other", "t.pdf", test::SamplePdf(), "abc"}, "INVALID_ARGUMENT"},
  };
  std::size_t taken = 0;
  for (const Case& row : cases) {
    EXPECT_EQ(Outcome(Upload(application, row.paper)), row.outcome) << row.what;
    if (std::string(row.outcome) == "OK") ++taken;
    EXPECT_EQ(world().Get(Student(1), application).documents_size(), static_cast<int>(taken))
        << row.what;
  }
}

TEST_P(DocumentTest, ACutOrChangedContentIsNoticed) {
  const std::string application = NewDraft();
  const std::string whole = test::SamplePdf() + std::string(100'000, 'x');
  Paper paper{.content = whole, .sha256 = auth::Sha256Hex(whole)};
  EXPECT_TRUE(Upload(application, paper).ok());
  paper.sha256 = "ABCDEF" + paper.sha256.substr(6);
  EXPECT_EQ(Outcome(Upload(application, paper)), "HASH_MISMATCH");
  paper.sha256 = auth::Sha256Hex(whole);
  paper.content = whole.substr(0, 70'000);
  EXPECT_EQ(Outcome(Upload(application, paper)), "HASH_MISMATCH");
  EXPECT_EQ(world().Get(Student(1), application).documents_size(), 1);
}

TEST_P(DocumentTest, AnUploadThatIsBrokenOffLeavesNothing) {
  const std::string application = NewDraft();
  pb::UploadDocumentRequest::Start start;
  start.set_parent(application);
  start.set_kind("transcript");
  start.set_file_name("t.pdf");
  {
    rpc::Call caller = As(Student(1));
    auto upload = Must(api().BeginUpload(caller, start));
    ASSERT_TRUE(upload->Append(test::SamplePdf()).ok());
  }
  EXPECT_EQ(Blobs(), 0u);
  EXPECT_EQ(world().Get(Student(1), application).documents_size(), 0);
}

TEST_P(DocumentTest, SizesHaveLimits) {
  const std::string application = NewDraft();
  const std::string large = test::SamplePdf() + std::string(blob::kUploadBytesMax, 'x');
  EXPECT_EQ(Outcome(Upload(application, {.content = large})), "UPLOAD_TOO_LARGE");
  const std::string full = large.substr(0, static_cast<std::size_t>(blob::kUploadBytesMax));
  EXPECT_TRUE(Upload(application, {.content = full}).ok()) << "ten MiB exactly";
  pb::UploadDocumentRequest::Start start;
  start.set_parent(application);
  start.set_kind("transcript");
  start.set_file_name("t.pdf");
  rpc::Call caller = As(Student(1));
  auto upload = Must(api().BeginUpload(caller, start));
  EXPECT_EQ(ReasonOf(upload->Append(std::string(blob::kChunkBytes + 1, 'x'))), "UPLOAD_TOO_LARGE");
  // The student's own limit counts every upload, equal contents too.
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(Upload(application, {.content = full}).ok()) << i;
  EXPECT_EQ(Outcome(Upload(application, {.content = full})), "UPLOAD_QUOTA");
  EXPECT_EQ(Blobs(), 1u) << "stored once";
}

TEST_P(DocumentTest, PapersAreFixedOnceSubmitted) {
  const std::string call = world().PublishedCall();
  const auto draft = world().Draft(call, 1);
  ASSERT_OK_AND_ASSIGN(const auto document, Upload(draft.name(), {}));
  pb::SubmitApplicationRequest submit;
  submit.set_name(draft.name());
  rpc::Call student = As(Student(1));
  ASSERT_TRUE(api().SubmitApplication(student, submit).ok());
  EXPECT_EQ(Outcome(Upload(draft.name(), {})), "ILLEGAL_MOVE");
  EXPECT_EQ(Outcome(Delete(document.name())), "ILLEGAL_MOVE");
  EXPECT_EQ(Outcome(Upload(draft.name(), {}, HomeOffice())), "ILLEGAL_MOVE");
  const std::string other = world().Draft(world().PublishedCall(), 1).name();
  EXPECT_EQ(Outcome(Upload(other, {}, HomeOffice())), "WRONG_ROLE");
}

TEST_P(DocumentTest, TheSameUploadTwiceIsOneDocument) {
  const std::string application = NewDraft();
  const std::string id = world().ids().Next();
  ASSERT_OK_AND_ASSIGN(const auto first, Upload(application, {}, Student(1), id));
  ASSERT_OK_AND_ASSIGN(const auto second, Upload(application, {}, Student(1), id));
  EXPECT_EQ(first.name(), second.name());
  EXPECT_EQ(world().Get(Student(1), application).documents_size(), 1);
  EXPECT_EQ(Outcome(Upload(application, {.content = test::SamplePdf() + "more"}, Student(1), id)),
            "REQUEST_ID_REUSED");
  // Also when the application cannot be changed any more.
  pb::SubmitApplicationRequest submit;
  submit.set_name(application);
  rpc::Call student = As(Student(1));
  ASSERT_TRUE(api().SubmitApplication(student, submit).ok());
  ASSERT_OK_AND_ASSIGN(const auto late, Upload(application, {}, Student(1), id));
  EXPECT_EQ(late.name(), first.name());
  EXPECT_EQ(Outcome(Upload(application, {}, Student(1), world().ids().Next())), "ILLEGAL_MOVE");
}

TEST_P(DocumentTest, ContentsThatNothingNamesAreSweptAfterADay) {
  const std::string application = NewDraft();
  ASSERT_OK_AND_ASSIGN(const auto kept, Upload(application, {}));
  ASSERT_OK_AND_ASSIGN(const auto gone,
                       Upload(application, {.content = test::SamplePdf() + "gone"}));
  ASSERT_TRUE(Delete(gone.name()).ok());
  EXPECT_EQ(Must(api().SweepBlobs()), 0) << "not at once";
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(world().blob_directory() + "/objects")) {
    if (!entry.is_regular_file()) continue;
    std::filesystem::last_write_time(entry.path(),
                                     entry.last_write_time() - std::chrono::hours(25));
  }
  EXPECT_EQ(Must(api().SweepBlobs()), 1);
  EXPECT_TRUE(Download(Student(1), kept.name()).ok());
}

TEST_P(DocumentTest, AFileNameIsSealedAtRest) {
  const std::string application = NewDraft();
  ASSERT_TRUE(Upload(application, {.file_name = "CanaryName.pdf"}).ok());
  for (const char* column : {"documents", "profile", "choices"}) {
    const db::Rows rows = Query(std::string("SELECT ") + column + " FROM application");
    EXPECT_EQ(rows.front().Text(column).find("Canary"), std::string::npos) << column;
  }
  const db::Rows events = Query("SELECT body FROM outbox");
  for (const db::Row& row : events) {
    EXPECT_EQ(row.Bytes("body").find("Canary"), std::string::npos);
  }
  // Without the person's key nobody can read it any more.
  world().TellPerson(Student(1), "ERASED");
  EXPECT_EQ(world().Get(HomeOffice(), application).documents_size(), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM document"), 0);
}

INSTANTIATE_ON_ENGINES(DocumentTest);

}  // namespace
}  // namespace jointly::mobility
