#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/api/view.h"
#include "services/mobility/store/document_store.h"

namespace jointly::mobility {
namespace {

constexpr Reason kDocumentNotFound{"DOCUMENT_NOT_FOUND"};
constexpr std::chrono::hours kOrphanAge{24};

// Whether the student may change the papers now: the table's row for an update.
absl::Status CheckOpen(const rpc::Call& call, const store::Case& row) {
  const Relation relation = RelationTo(call.principal, row);
  ASSIGN_OR_RETURN(const Role role,
                   ActingRole(relation, kApplicationWorkflow, ApplicationAction::kUpdate));
  return Decide(FactsOf(row, call.now), ApplicationAction::kUpdate, role).status();
}

absl::Status CheckRoom(db::Tx& tx, const store::Case& row, std::int64_t more) {
  if (row.application.documents.size() >= kDocumentsMax) {
    return ResourceExhausted(blob::kUploadQuota,
                             "the application has as many documents as it may: delete one first",
                             {{"documents_max", std::to_string(kDocumentsMax)}});
  }
  ASSIGN_OR_RETURN(const std::int64_t used, store::BytesOf(tx, row.application.student));
  if (used + more <= kStudentBytesMax) return absl::OkStatus();
  return ResourceExhausted(
      blob::kUploadQuota, "your documents would take more than 100 MiB: delete some first",
      {{"bytes_used", std::to_string(used)}, {"bytes_max", std::to_string(kStudentBytesMax)}});
}

// A retry of an upload that was carried out meets an application that has its document, and may be
// full or submitted by now: only the stored reply can answer it, which is looked up at the end.
bool MayBeRetry(const rpc::Call& call, const store::Case& row, const std::string& kind) {
  if (!call.request_id_given) return false;
  const auto& documents = row.application.documents;
  return std::any_of(documents.begin(), documents.end(),
                     [&](const Document& document) { return document.kind == kind; });
}

struct DocumentName {
  std::string application;
  std::string document;
};
absl::StatusOr<DocumentName> ParseDocumentName(const std::string& name) {
  const auto ids = rpc::ParseName("applications/*/documents/*", name);
  if (ids.size() == 2) return DocumentName{ids[0], ids[1]};
  Violations violations;
  violations.Add("name", "must look like applications/{a}/documents/{d}");
  return violations.ToStatus();
}

absl::StatusOr<Document> FindDocument(const store::Case& row, const DocumentName& name) {
  for (const Document& document : row.application.documents) {
    if (document.id == name.document) return document;
  }
  return NotFound(
      kDocumentNotFound, "the application has no such document",
      {{"document", "applications/" + name.application + "/documents/" + name.document}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Upload>> Api::BeginUpload(
    rpc::Call& call, const pb::UploadDocumentRequest::Start& start) {
  Violations violations;
  CheckStart(start, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("applications", start.parent(), "start.parent"));
  // Told before the content is sent; looked at again under the lock when it is there.
  const absl::Status open = database_.Read(
      [&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const store::Case row,
                         store::LoadCase(tx, id, ScopeOf(call), store::Lock::kNo));
        if (MayBeRetry(call, row, start.kind())) return absl::OkStatus();
        RETURN_IF_ERROR(CheckOpen(call, row));
        return CheckRoom(tx, row, 1);
      },
      call.transact_options());
  RETURN_IF_ERROR(open);
  ASSIGN_OR_RETURN(auto writer, blobs_.Begin(blob::kUploadBytesMax));
  return std::make_unique<Upload>(start, std::move(writer));
}

absl::StatusOr<pb::Document> Api::FinishUpload(rpc::Call& call, const Upload& upload) {
  const blob::Stored& stored = upload.stored();
  // The hash belongs to the command: the same request id with another content is another command.
  pb::UploadDocumentRequest::Start start = upload.start();
  start.set_sha256(stored.sha256);
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("applications", start.parent(), "start.parent"));
  return Run<pb::Document>(call, start, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Document> {
    ASSIGN_OR_RETURN(store::Case row, store::LoadCase(tx, id, ScopeOf(call), store::Lock::kYes));
    RETURN_IF_ERROR(CheckOpen(call, row));
    RETURN_IF_ERROR(CheckRoom(tx, row, stored.size_bytes));
    const std::string& person = row.application.student;
    if (row.wrapped_key.empty()) {
      ASSIGN_OR_RETURN(row.wrapped_key,
                       store::KeepKey(tx, person, vault_.NewWrappedKey(person), call.now));
    }
    Document document{.id = ids_.Next(),
                      .kind = start.kind(),
                      .file_name = start.file_name(),
                      .media_type = stored.media_type,
                      .size_bytes = stored.size_bytes,
                      .sha256 = stored.sha256,
                      .create_time = call.now};
    const pb::Document reply = ToProto(document, id);
    ASSIGN_OR_RETURN(document.file_name, vault_.SealFileName(person, row.wrapped_key, document));
    ApplicationFacts facts = FactsOf(row, call.now);
    facts.input.documents = row.application.documents;
    facts.input.documents->push_back(document);
    ASSIGN_OR_RETURN(const ApplicationDecision decision,
                     Decide(facts, ApplicationAction::kUpdate, Role::kStudent));
    const Actor actor = ActorOf(call);
    Books books(tx, engine_.outbox(), actor);
    store::InsertDocument(tx, row.application, document);
    RETURN_IF_ERROR(
        engine_.Carry({.tx = tx, .actor = actor, .books = books}, row, decision).status());
    return reply;
  });
}

absl::StatusOr<Download> Api::OpenDownload(rpc::Call& call,
                                           const pb::DownloadDocumentRequest& request) {
  ASSIGN_OR_RETURN(const DocumentName name, ParseDocumentName(request.name()));
  Document found;
  ASSIGN_OR_RETURN(
      pb::Document message,
      database_.Read(
          [&](db::Tx& tx) -> absl::StatusOr<pb::Document> {
            ASSIGN_OR_RETURN(
                const store::Case row,
                store::LoadCase(tx, name.application, ScopeOf(call), store::Lock::kNo));
            ASSIGN_OR_RETURN(found, FindDocument(row, name));
            Document opened = found;
            opened.file_name = vault_.OpenFileName(row.application.student, row.wrapped_key, found);
            return ToProto(opened, name.application);
          },
          call.transact_options()));
  ASSIGN_OR_RETURN(auto content, blobs_.OpenReader(found.sha256));
  return Download{.resource = std::move(message), .content = std::move(content)};
}

absl::StatusOr<pb::Application> Api::DeleteDocument(rpc::Call& call,
                                                    const pb::DeleteDocumentRequest& request) {
  ASSIGN_OR_RETURN(const DocumentName name, ParseDocumentName(request.name()));
  return Run<pb::Application>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Application> {
        ASSIGN_OR_RETURN(const store::Case row,
                         store::LoadCase(tx, name.application, ScopeOf(call), store::Lock::kYes));
        ASSIGN_OR_RETURN(const Document document, FindDocument(row, name));
        ASSIGN_OR_RETURN(const Role role,
                         ActingRole(RelationTo(call.principal, row), kApplicationWorkflow,
                                    ApplicationAction::kUpdate));
        ApplicationFacts facts = FactsOf(row, call.now);
        facts.input.documents = row.application.documents;
        std::erase_if(*facts.input.documents,
                      [&](const Document& other) { return other.id == document.id; });
        ASSIGN_OR_RETURN(const ApplicationDecision decision,
                         Decide(facts, ApplicationAction::kUpdate, role));
        const Actor actor = ActorOf(call);
        Books books(tx, engine_.outbox(), actor);
        store::DeleteDocument(tx, document.id);
        ASSIGN_OR_RETURN(const store::Case after,
                         engine_.Carry({.tx = tx, .actor = actor, .books = books}, row, decision));
        return Answer(tx, call, after);
      });
}

absl::StatusOr<int> Api::SweepBlobs() {
  return blobs_.Sweep(kOrphanAge, [&](const std::string& sha256) {
    return database_.Read([&](db::Tx& tx) { return store::IsNamed(tx, sha256); });
  });
}

}  // namespace jointly::mobility
