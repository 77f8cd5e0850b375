#include "common/error/macros.h"
#include "tests/simulation/worlds/canary.h"
#include "tests/simulation/worlds/players.h"
#include "tests/support/sample_files.h"

// What students do.
namespace jointly::simulation {

namespace pb = mobility::v1;
using Api = mobility::Api;

namespace {

pb::StudyProfile ProfileOf(World& world) {
  pb::StudyProfile profile;
  profile.set_isced_code("0613");
  profile.set_eqf_level(world.Chance(90) ? 7 : 5);
  profile.set_grade(static_cast<double>(10 + world.rng().Below(10)));
  profile.set_grade_scale_maximum(20);
  profile.set_completed_ects(120);
  profile.set_planned_months(6);
  profile.set_enrolled(true);
  pb::LanguageEvidence& language = *profile.add_languages();
  language.set_language_code("en");
  language.set_test("CEFR");
  language.set_level(world.Chance(90) ? "C1" : "A2");
  return profile;
}

bool WaitsForStudent(const pb::Application& application) {
  switch (application.state()) {
    case pb::Application::DRAFT:
    case pb::Application::INCOMPLETE:
    case pb::Application::OFFERED:
    case pb::Application::REJECTED:
    case pb::Application::INELIGIBLE:
      return true;
    default:
      return false;
  }
}

template <typename Choices>
void AddChoices(World& world, Choices& choices) {
  std::vector<const char*> conditions = {kOut, kLabs};
  if (world.Chance(50)) std::swap(conditions[0], conditions[1]);
  if (world.Chance(40)) conditions.pop_back();
  for (const char* condition : conditions) {
    pb::Choice& choice = *choices.Add();
    choice.set_condition(condition);
    choice.set_term(static_cast<pb::Term>(1 + world.rng().Below(3)));
  }
}

}  // namespace

void Players::ActAsStudent() {
  if (board_.students.empty()) return;
  const auth::Principal student = world_.AnyOf(board_.students);
  std::vector<const Application*> own;
  for (const auto& [name, application] : board_.applications) {
    if (application.student() == student.name) own.push_back(&application);
  }
  if (own.empty() || world_.Chance(12)) {
    std::vector<std::string> calls;
    for (const auto& [name, call] : board_.calls) {
      if (call.state() == pb::Call::PUBLISHED || world_.Chance(5)) calls.push_back(name);
    }
    if (!calls.empty()) Apply(student, world_.AnyOf(calls));
    return;
  }
  const Application* chosen = world_.AnyOf(own);
  for (int tries = 0; tries < 3 && !WaitsForStudent(*chosen); ++tries) chosen = world_.AnyOf(own);
  TakeStudentStep(student, Application(*chosen));
}

void Players::TakeStudentStep(const auth::Principal& student, const Application& application) {
  const std::string& name = application.name();
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 4) return Withdraw(student, name);
  switch (application.state()) {
    case Application::DRAFT:
      if (chance < 20) return ChangeDraft(student, name);
      if (chance < 35) return Upload(student, name);
      if (chance < 38) return DeleteDocument(student, application);
      Submit(student, name);
      return;
    case Application::INCOMPLETE:
      return chance < 40 ? ChangeDraft(student, name) : Resubmit(student, name);
    case Application::OFFERED:
      if (chance < 65) return Accept(student, name);
      return chance < 90 ? Decline(student, name) : Withdraw(student, name);
    case Application::REJECTED:
    case Application::INELIGIBLE:
      return Appeal(student, name);
    default:
      // Perhaps more has happened than the student knows of.
      pb::GetApplicationRequest request;
      request.set_name(name);
      world_.Send(world_.mobility(), student, &Api::GetApplication, request, SeeApplication());
      if (chance < 10) Accept(student, name);
  }
}

Command& Players::Apply(const auth::Principal& student, const std::string& call) {
  pb::CreateApplicationRequest request;
  request.mutable_application()->set_call(call);
  *request.mutable_application()->mutable_profile() = ProfileOf(world_);
  AddChoices(world_, *request.mutable_application()->mutable_choices());
  return world_.Send(world_.mobility(), student, &Api::CreateApplication, request,
                     SeeApplication());
}

Command& Players::Submit(const auth::Principal& student, const std::string& application) {
  pb::SubmitApplicationRequest request;
  request.set_name(application);
  request.set_validate_only(world_.Chance(5));
  request.set_etag(SomeEtag(board_.applications[application].etag()));
  return world_.Send(world_.mobility(), student, &Api::SubmitApplication, request,
                     request.validate_only() ? nullptr : SeeApplication());
}

void Players::Resubmit(const auth::Principal& student, const std::string& application) {
  pb::ResubmitApplicationRequest request;
  request.set_name(application);
  world_.Send(world_.mobility(), student, &Api::ResubmitApplication, request, SeeApplication());
}

void Players::ChangeDraft(const auth::Principal& student, const std::string& application) {
  pb::UpdateApplicationRequest request;
  request.mutable_application()->set_name(application);
  *request.mutable_application()->mutable_profile() = ProfileOf(world_);
  request.mutable_update_mask()->add_paths("profile");
  if (world_.Chance(40)) {
    AddChoices(world_, *request.mutable_application()->mutable_choices());
    request.mutable_update_mask()->add_paths("choices");
  }
  world_.Send(world_.mobility(), student, &Api::UpdateApplication, request, SeeApplication());
}

// A stream in production: begun, appended to, closed and finished, all of it again in a retry.
void Players::Upload(const auth::Principal& student, const std::string& application) {
  Command command;
  command.service = "mobility";
  command.method = "jointly.mobility.v1.Mobility.UploadDocument";
  command.caller = student;
  command.request_id = world_.NewRequestId();
  pb::UploadDocumentRequest::Start start;
  start.set_parent(application);
  start.set_kind("motivation_letter");
  start.set_file_name("quetzal-letter.pdf");
  start.set_request_id(command.request_id);
  const std::string content =
      test::SamplePdf() + "% " + std::to_string(world_.rng().Below(1'000'000)) + "\n";
  MobilityNode& node = world_.mobility();
  command.attempt = [&node, start, content](rpc::Call& call) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const auto upload, node.api().BeginUpload(call, start));
    RETURN_IF_ERROR(upload->Append(content));
    RETURN_IF_ERROR(upload->Close());
    ASSIGN_OR_RETURN(const pb::Document document, node.api().FinishUpload(call, *upload));
    return document.SerializeAsString();
  };
  command.learn = [this_board = &board_, application](const std::string& bytes) -> std::string {
    pb::Document document;
    if (!document.ParseFromString(bytes)) return "";
    *this_board->applications[application].add_documents() = document;
    return application;
  };
  world_.Issue(std::move(command));
}

void Players::DeleteDocument(const auth::Principal& student, const Application& application) {
  if (application.documents().empty()) return;
  pb::DeleteDocumentRequest request;
  request.set_name(world_.AnyOf(application.documents()).name());
  world_.Send(world_.mobility(), student, &Api::DeleteDocument, request, SeeApplication());
}

void Players::Accept(const auth::Principal& student, const std::string& application) {
  pb::AcceptOfferRequest request;
  request.set_name(application);
  request.set_etag(SomeEtag(board_.applications[application].etag()));
  world_.Send(world_.mobility(), student, &Api::AcceptOffer, request, SeeApplication());
}

void Players::Decline(const auth::Principal& student, const std::string& application) {
  pb::DeclineOfferRequest request;
  request.set_name(application);
  world_.Send(world_.mobility(), student, &Api::DeclineOffer, request, SeeApplication());
}

void Players::Appeal(const auth::Principal& student, const std::string& application) {
  pb::AppealApplicationRequest request;
  request.set_name(application);
  request.set_grounds(Words());
  world_.Send(world_.mobility(), student, &Api::AppealApplication, request, SeeApplication());
}

void Players::Withdraw(const auth::Principal& student, const std::string& application) {
  pb::WithdrawApplicationRequest request;
  request.set_name(application);
  request.set_validate_only(world_.Chance(10));
  world_.Send(world_.mobility(), student, &Api::WithdrawApplication, request,
              request.validate_only() ? nullptr : SeeApplication());
}

}  // namespace jointly::simulation
