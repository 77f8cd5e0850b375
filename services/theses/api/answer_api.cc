#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/answer_store.h"
#include "services/theses/store/thesis_store.h"

// Sealed answers: the survey on a supervision and the alert of a CSI. Their texts leave this
// service to the doctoral office of one side only, and every reading is in the audit trail.
namespace jointly::theses {
namespace {

constexpr std::size_t kTextBytesMax = 20'000;
constexpr std::string_view kSurvey = "supervision_survey";
constexpr std::string_view kAlert = "csi_alert";

std::string NameOf(const store::AnswerRow& row) {
  return "theses/" + row.thesis + "/answers/" + row.id;
}

// Never with the text: whoever may read it adds it.
pb::SealedAnswer Closed(const store::AnswerRow& row) {
  pb::SealedAnswer message;
  message.set_name(NameOf(row));
  message.set_kind(row.kind);
  message.set_institution(row.institution);
  message.set_academic_year(row.academic_year);
  *message.mutable_create_time() = rpc::ToProto(row.create_time);
  return message;
}

std::string KeyContext(const std::string& person) { return "answer_key/" + person; }
std::string TextContext(const store::AnswerRow& row) { return "answer/" + NameOf(row); }

absl::Status WrongWriter(const std::string& kind) {
  return PermissionDenied(kWrongRole,
                          kind == kSurvey
                              ? "a supervision survey is answered by the thesis's student"
                              : "the alert of a CSI is given by the student or the doctoral office "
                                "of the side that reads it",
                          {{"kind", kind}});
}

void CheckAnswer(const pb::SealedAnswer& answer, Violations& violations) {
  violations.Require(answer.kind() == kSurvey || answer.kind() == kAlert, "answer.kind",
                     "must be supervision_survey or csi_alert");
  violations.Require(!answer.text().empty() && answer.text().size() <= kTextBytesMax, "answer.text",
                     "is required, at most 20000 bytes");
  violations.Require(!answer.institution().empty(), "answer.institution",
                     "is required: the side whose doctoral office reads it");
  violations.Require(
      answer.academic_year().empty() || AcademicYearPeriod(answer.academic_year(), 9).has_value(),
      "answer.academic_year", "must look like 2026/2027");
}

}  // namespace

absl::StatusOr<pb::SealedAnswer> Api::CreateAnswer(rpc::Call& call,
                                                   const pb::CreateAnswerRequest& request) {
  ASSIGN_OR_RETURN(const std::string thesis_id, rpc::IdOf("theses", request.parent(), "parent"));
  Violations violations;
  CheckAnswer(request.answer(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  store::AnswerRow row;
  row.thesis = thesis_id;
  row.id = ids_.Next();
  row.kind = request.answer().kind();
  row.institution = request.answer().institution();
  row.academic_year = request.answer().academic_year();
  row.writer = call.principal.name;
  row.create_time = call.now;
  return rpc::Mutate<pb::SealedAnswer>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::SealedAnswer> {
        // The lock keeps two first answers from making two keys of one student.
        ASSIGN_OR_RETURN(const Thesis thesis,
                         store::LoadThesis(tx, thesis_id, ScopeOf(call), store::Lock::kYes));
        Violations wrong;
        wrong.Require(FindSide(thesis, row.institution) != nullptr, "answer.institution",
                      "must be one of the two sides of the thesis");
        RETURN_IF_ERROR(wrong.ToStatus());
        const Relation relation = RelationTo(call.principal, thesis);
        const bool student = call.principal.name == thesis.student;
        const bool office = relation.OfficeOf(row.institution);
        if (!student && (row.kind == kSurvey || !office)) return WrongWriter(row.kind);
        row.student = thesis.student;
        ASSIGN_OR_RETURN(std::string wrapped, store::AnswerKey(tx, thesis.student));
        if (wrapped.empty()) {
          wrapped = auth::Seal(master_key_, auth::SecretKey::Generate(rng_).bytes(),
                               KeyContext(thesis.student), rng_);
          store::SaveAnswerKey(tx, thesis.student, wrapped);
        }
        ASSIGN_OR_RETURN(std::string bytes,
                         auth::Unseal(master_key_, wrapped, KeyContext(thesis.student)));
        ASSIGN_OR_RETURN(const auth::SecretKey key, auth::SecretKey::FromBytes(std::move(bytes)));
        row.sealed = auth::Seal(key, request.answer().text(), TextContext(row), rng_);
        store::InsertAnswer(tx, row);
        return Closed(row);
      });
}

absl::StatusOr<pb::SealedAnswer> Api::GetAnswer(rpc::Call& call,
                                                const pb::GetAnswerRequest& request) {
  const auto ids = rpc::ParseName("theses/*/answers/*", request.name());
  Violations violations;
  violations.Require(ids.size() == 2, "name", "must look like theses/{t}/answers/{a}");
  RETURN_IF_ERROR(violations.ToStatus());
  return database_.Transact(
      [&](db::Tx& tx) -> absl::StatusOr<pb::SealedAnswer> {
        ASSIGN_OR_RETURN(const Thesis thesis,
                         store::LoadThesis(tx, ids[0], ScopeOf(call), store::Lock::kNo));
        const Relation relation = RelationTo(call.principal, thesis);
        ASSIGN_OR_RETURN(const store::AnswerRow row,
                         store::LoadAnswer(tx, ids[0], ids[1], relation.sides));
        ASSIGN_OR_RETURN(const std::string wrapped, store::AnswerKey(tx, row.student));
        ASSIGN_OR_RETURN(std::string bytes,
                         auth::Unseal(master_key_, wrapped, KeyContext(row.student)));
        ASSIGN_OR_RETURN(const auth::SecretKey key, auth::SecretKey::FromBytes(std::move(bytes)));
        pb::SealedAnswer message = Closed(row);
        ASSIGN_OR_RETURN(*message.mutable_text(), auth::Unseal(key, row.sealed, TextContext(row)));
        store::RecordReading(tx, {.actor = call.principal.name,
                                  .subject = NameOf(row),
                                  .request_id = call.request_id,
                                  .time = call.now});
        return message;
      },
      call.transact_options());
}

absl::StatusOr<pb::ListAnswersResponse> Api::ListAnswers(rpc::Call& call,
                                                         const pb::ListAnswersRequest& request) {
  ASSIGN_OR_RETURN(const std::string thesis_id, rpc::IdOf("theses", request.parent(), "parent"));
  static const rpc::ListSpec kSpec{.columns = {}, .key_sql = "answer.id"};
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), ""}, 3));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListAnswersResponse> {
        ASSIGN_OR_RETURN(const Thesis thesis,
                         store::LoadThesis(tx, thesis_id, ScopeOf(call), store::Lock::kNo));
        const Relation relation = RelationTo(call.principal, thesis);
        ASSIGN_OR_RETURN(const std::vector<store::AnswerRow> found,
                         store::ListAnswers(tx, thesis_id, relation.sides,
                                            {page.where, page.order_and_limit, page.parameters}));
        pb::ListAnswersResponse response;
        for (const store::AnswerRow& row : found) {
          if (response.answers_size() == page.size) {
            response.set_next_page_token(
                rpc::NextPageToken(page, found[static_cast<std::size_t>(page.size) - 1].id));
            break;
          }
          *response.add_answers() = Closed(row);
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::theses
