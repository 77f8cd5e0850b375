#include "tests/store/mobility/world.h"

// Who sees what, on every route: a table of callers and methods. Whatever is out of a caller's
// reach answers exactly like what does not exist.
namespace jointly::mobility {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ScopeTest : public MobilityTest {
 protected:
  struct Caller {
    std::string name;
    auth::Principal principal;
  };
  static std::vector<Caller> Callers() {
    return {{"student", Student(1)},
            {"fellow", Student(2)},
            {"home", HomeOffice()},
            {"unit", PhitemOffice()},
            {"host", HostOffice()},
            {"other", OtherOffice()},
            {"administrator", Administrator()},
            {"auditor", Auditor()}};
  }

  // Every method that names an application, by what it does to one that does not fit: a caller who
  // may not see it gets NOT_FOUND, whatever else is wrong.
  struct Route {
    std::string method;
    std::function<absl::Status(const auth::Principal&, const std::string& name)> run;
  };
  template <typename Request, typename Method>
  std::function<absl::Status(const auth::Principal&, const std::string&)> On(
      Method method, std::function<void(Request&)> fill = {}) {
    return [this, method, fill](const auth::Principal& principal, const std::string& name) {
      Request request;
      request.set_name(name);
      if (fill) fill(request);
      rpc::Call caller = As(principal);
      return (api().*method)(caller, request).status();
    };
  }

  std::vector<Route> ApplicationRoutes() {
    return {
        {"GetApplication", On<pb::GetApplicationRequest>(&Api::GetApplication)},
        {"UpdateApplication",
         [this](const auth::Principal& principal, const std::string& name) {
           pb::UpdateApplicationRequest request;
           request.mutable_application()->set_name(name);
           rpc::Call caller = As(principal);
           return api().UpdateApplication(caller, request).status();
         }},
        {"SubmitApplication", On<pb::SubmitApplicationRequest>(&Api::SubmitApplication)},
        {"SubmitApplication(validate_only)",
         On<pb::SubmitApplicationRequest>(&Api::SubmitApplication,
                                          [](auto& r) { r.set_validate_only(true); })},
        {"ResubmitApplication", On<pb::ResubmitApplicationRequest>(&Api::ResubmitApplication)},
        {"CheckApplication",
         On<pb::CheckApplicationRequest>(
             &Api::CheckApplication,
             [](auto& r) { r.set_outcome(pb::CheckApplicationRequest::ELIGIBLE); })},
        {"CheckApplication(validate_only)",
         On<pb::CheckApplicationRequest>(&Api::CheckApplication,
                                         [](auto& r) { r.set_validate_only(true); })},
        {"ScoreApplication", On<pb::ScoreApplicationRequest>(&Api::ScoreApplication)},
        {"OfferApplication", On<pb::OfferApplicationRequest>(&Api::OfferApplication)},
        {"WaitlistApplication", On<pb::WaitlistApplicationRequest>(&Api::WaitlistApplication)},
        {"RejectApplication",
         On<pb::RejectApplicationRequest>(&Api::RejectApplication,
                                          [](auto& r) { r.set_reason("because"); })},
        {"AcceptOffer", On<pb::AcceptOfferRequest>(&Api::AcceptOffer)},
        {"DeclineOffer", On<pb::DeclineOfferRequest>(&Api::DeclineOffer)},
        {"AppealApplication",
         On<pb::AppealApplicationRequest>(&Api::AppealApplication,
                                          [](auto& r) { r.set_grounds("because"); })},
        {"DecideAppeal",
         On<pb::DecideAppealRequest>(&Api::DecideAppeal, [](auto& r) { r.set_reason("because"); })},
        {"WithdrawApplication", On<pb::WithdrawApplicationRequest>(&Api::WithdrawApplication)},
        {"NominateApplication", On<pb::NominateApplicationRequest>(&Api::NominateApplication,
                                                                   [this](auto& r) {
                                                                     *r.mutable_nominee() =
                                                                         world().UsualNominee();
                                                                   })},
        {"ListHistory", On<pb::ListHistoryRequest>(&Api::ListHistory)},
        {"UploadDocument",
         [this](const auth::Principal& principal, const std::string& name) {
           pb::UploadDocumentRequest::Start start;
           start.set_parent(name);
           start.set_kind("transcript");
           start.set_file_name("transcript.pdf");
           rpc::Call caller = As(principal);
           return api().BeginUpload(caller, start).status();
         }},
        {"DownloadDocument",
         [this](const auth::Principal& principal, const std::string& name) {
           pb::DownloadDocumentRequest request;
           request.set_name(name + "/documents/none");
           rpc::Call caller = As(principal);
           return api().OpenDownload(caller, request).status();
         }},
        {"DeleteDocument",
         [this](const auth::Principal& principal, const std::string& name) {
           pb::DeleteDocumentRequest request;
           request.set_name(name + "/documents/none");
           rpc::Call caller = As(principal);
           return api().DeleteDocument(caller, request).status();
         }},
    };
  }

  std::vector<Route> MobilityRoutes() {
    return {
        {"GetMobility", On<pb::GetMobilityRequest>(&Api::GetMobility)},
        {"ListHistory", On<pb::ListHistoryRequest>(&Api::ListHistory)},
        {"ApproveNomination",
         On<pb::ApproveNominationRequest>(&Api::ApproveNomination,
                                          [](auto& r) { r.set_proposal_id("none"); })},
        {"RejectNomination", On<pb::RejectNominationRequest>(&Api::RejectNomination,
                                                             [](auto& r) {
                                                               r.set_proposal_id("none");
                                                               r.set_comment("because");
                                                             })},
        {"CorrectNomination", On<pb::CorrectNominationRequest>(&Api::CorrectNomination)},
        {"CancelMobility", On<pb::CancelMobilityRequest>(&Api::CancelMobility,
                                                         [](auto& r) { r.set_reason("because"); })},
    };
  }

  // Who is answered NOT_FOUND on a route; everybody else must get another answer.
  void ExpectHidden(const std::vector<Route>& routes, const std::string& name,
                    const std::vector<std::string>& hidden_from) {
    for (const Route& route : routes) {
      for (const Caller& caller : Callers()) {
        const bool hidden =
            std::find(hidden_from.begin(), hidden_from.end(), caller.name) != hidden_from.end();
        const absl::Status status = route.run(caller.principal, name);
        if (!hidden) {
          const bool missing_document = ReasonOf(status) == "DOCUMENT_NOT_FOUND";
          EXPECT_TRUE(!absl::IsNotFound(status) || missing_document)
              << route.method << " by " << caller.name << ": " << status;
          continue;
        }
        EXPECT_TRUE(absl::IsNotFound(status))
            << route.method << " by " << caller.name << ": " << status;
        // The same answer as for an id that nobody has.
        const std::string id = IdOfName(name);
        std::string missing = name;
        missing.replace(missing.rfind(id), id.size(), "nobody-has-this");
        const absl::Status unknown = route.run(caller.principal, missing);
        EXPECT_EQ(unknown.message(), status.message()) << route.method;
        EXPECT_EQ(ReasonOf(unknown), ReasonOf(status)) << route.method;
      }
    }
  }

  std::string SubmittedOfPhitem(const std::string& call) {
    pb::Application draft = world().Draft(call, 1);
    pb::UpdateApplicationRequest update;
    update.mutable_application()->set_name(draft.name());
    update.mutable_application()->mutable_profile()->set_home_unit(kPhitem);
    update.mutable_update_mask()->add_paths("profile.home_unit");
    rpc::Call student = As(Student(1));
    Must(api().UpdateApplication(student, update), "name the unit");
    return draft.name();
  }

  std::vector<std::string> Listed(const auth::Principal& principal,
                                  const std::string& filter = "") {
    pb::ListApplicationsRequest request;
    request.set_filter(filter);
    rpc::Call caller = As(principal);
    const auto response = Must(api().ListApplications(caller, request), "list");
    std::vector<std::string> names;
    for (const auto& application : response.applications()) names.push_back(application.name());
    return names;
  }
};

TEST_P(ScopeTest, AnApplicationBeforeItsNomination) {
  const std::string call = world().PublishedCall();
  const std::string name = SubmittedOfPhitem(call);
  ExpectHidden(ApplicationRoutes(), name, {"fellow", "host", "other"});
}

TEST_P(ScopeTest, AUnitSeesOnlyItsOwn) {
  const std::string call = world().PublishedCall();
  const std::string name = world().Draft(call, 1).name();  // Names no unit.
  ExpectHidden(ApplicationRoutes(), name, {"fellow", "unit", "host", "other"});
}

TEST_P(ScopeTest, ANominatedApplicationIsOpenToTheHost) {
  const std::string call = world().PublishedCall();
  const pb::MobilityCase mobility = world().Nominated(call, 1);
  ExpectHidden(ApplicationRoutes(), mobility.application(), {"fellow", "unit", "other"});
  // By now somebody has withdrawn it, or tried to: the mobility is there all the same.
  ExpectHidden(MobilityRoutes(), mobility.name(), {"fellow", "unit", "other"});
}

TEST_P(ScopeTest, ListsShowTheSame) {
  const std::string call = world().PublishedCall();
  const std::string mine = SubmittedOfPhitem(call);
  const std::string theirs = world().Draft(call, 2).name();
  EXPECT_THAT(Listed(Student(1)), ElementsAre(mine));
  EXPECT_THAT(Listed(Student(2)), ElementsAre(theirs));
  EXPECT_THAT(Listed(Student(3)), IsEmpty());
  EXPECT_THAT(Listed(HomeOffice()), ElementsAre(mine, theirs));
  EXPECT_THAT(Listed(PhitemOffice()), ElementsAre(mine));
  EXPECT_THAT(Listed(HostOffice()), IsEmpty());
  EXPECT_THAT(Listed(OtherOffice()), IsEmpty());
  EXPECT_THAT(Listed(Administrator()), ElementsAre(mine, theirs));
  EXPECT_THAT(Listed(Auditor()), ElementsAre(mine, theirs));
  // A filter narrows the scope and never widens it.
  EXPECT_THAT(Listed(HomeOffice(), "student = people/student-2"), ElementsAre(theirs));
  EXPECT_THAT(Listed(Student(1), "student = people/student-2"), IsEmpty());
  EXPECT_THAT(Listed(HostOffice(), "home_institution = institutions/uga"), IsEmpty());
}

TEST_P(ScopeTest, AnInstitutionAdministratorSeesNoCases) {
  auth::Principal principal = Administrator();
  principal.grants = {{auth::Role::kAdministrator, kUga}, {auth::Role::kAuditor, kUga}};
  const std::string call = world().PublishedCall();
  world().Draft(call, 1);
  EXPECT_THAT(Listed(principal), IsEmpty());
}

TEST_P(ScopeTest, ADraftCallIsItsOfficesOwn) {
  pb::CreateCallRequest create;
  *create.mutable_call() = world().UsualCall();
  rpc::Call office = As(HomeOffice());
  ASSERT_OK_AND_ASSIGN(const auto draft, api().CreateCall(office, create));
  pb::GetCallRequest get;
  get.set_name(draft.name());
  for (const Caller& caller : Callers()) {
    rpc::Call as = As(caller.principal);
    const auto result = api().GetCall(as, get);
    const bool sees =
        caller.name == "home" || caller.name == "administrator" || caller.name == "auditor";
    EXPECT_EQ(result.ok(), sees) << caller.name;
    EXPECT_EQ(Outcome(result), sees ? "OK" : "CALL_NOT_FOUND") << caller.name;
  }
  for (const Caller& caller : Callers()) {
    if (caller.name == "home") continue;
    rpc::Call as = As(caller.principal);
    pb::PublishCallRequest publish;
    publish.set_name(draft.name());
    const std::string code = Code(api().PublishCall(as, publish));
    const bool sees = caller.name == "administrator" || caller.name == "auditor";
    EXPECT_EQ(code, sees ? "PERMISSION_DENIED" : "NOT_FOUND") << caller.name;
  }
}

TEST_P(ScopeTest, APublishedCallIsForAllAndMovedByItsOffice) {
  const std::string call = world().PublishedCall();
  for (const Caller& caller : Callers()) {
    rpc::Call as = As(caller.principal);
    pb::GetCallRequest get;
    get.set_name(call);
    EXPECT_TRUE(api().GetCall(as, get).ok()) << caller.name;
    pb::CancelCallRequest cancel;
    cancel.set_name(call);
    cancel.set_reason("because");
    pb::AllocateCallRequest allocate;
    allocate.set_name(call);
    if (caller.name == "home") continue;
    EXPECT_EQ(Code(api().CancelCall(as, cancel)), "PERMISSION_DENIED") << caller.name;
    EXPECT_EQ(Code(api().AllocateCall(as, allocate)), "PERMISSION_DENIED") << caller.name;
  }
}

TEST_P(ScopeTest, QuotasAreForTheTwoOffices) {
  world().PublishedCall();
  const pb::Quota quota = world().QuotaOf(kOut);
  const std::vector<std::string> seeing = {"home", "host", "administrator", "auditor"};
  for (const Caller& caller : Callers()) {
    rpc::Call as = As(caller.principal);
    ASSERT_OK_AND_ASSIGN(const auto list, api().ListQuotas(as, pb::ListQuotasRequest()));
    const bool sees = std::find(seeing.begin(), seeing.end(), caller.name) != seeing.end();
    EXPECT_EQ(list.quotas_size(), sees ? 2 : 0) << caller.name;
    pb::AdjustQuotaRequest adjust;
    adjust.set_name(quota.name());
    adjust.set_delta(1);
    adjust.set_reason("because");
    const std::string code = Code(api().AdjustQuota(as, adjust));
    const char* expected = caller.name == "home" ? "OK" : sees ? "PERMISSION_DENIED" : "NOT_FOUND";
    EXPECT_EQ(code, expected) << caller.name;
  }
}

// What is in a case that the caller sees: by field.
TEST_P(ScopeTest, FieldsAreForTheOffices) {
  const std::string call = world().PublishedCall();
  const pb::MobilityCase mobility = world().Nominated(call, 1);
  pb::RejectNominationRequest reject;
  reject.set_name(mobility.name());
  reject.set_proposal_id(mobility.proposal_id());
  reject.set_comment("about the nominee");
  rpc::Call host = As(HostOffice());
  Must(api().RejectNomination(host, reject));
  for (const Caller& caller : Callers()) {
    if (caller.name == "fellow" || caller.name == "unit" || caller.name == "other") continue;
    const bool office = caller.name == "home" || caller.name == "host";
    rpc::Call as = As(caller.principal);
    pb::GetMobilityRequest get;
    get.set_name(mobility.name());
    ASSERT_OK_AND_ASSIGN(const auto seen, api().GetMobility(as, get));
    EXPECT_EQ(seen.has_nominee(), office) << caller.name;
    EXPECT_EQ(seen.host_comment(), office ? "about the nominee" : "") << caller.name;
    ASSERT_OK_AND_ASSIGN(const auto list, api().ListMobilities(as, pb::ListMobilitiesRequest()));
    ASSERT_EQ(list.mobilities_size(), 1) << caller.name;
    EXPECT_EQ(list.mobilities(0).has_nominee(), office) << caller.name;
    EXPECT_EQ(list.mobilities(0).host_comment().empty(), !office) << caller.name;
    const auto application = world().Get(caller.principal, mobility.application());
    EXPECT_EQ(application.score(), caller.name == "student" ? 0 : 80) << caller.name;
  }
}

TEST_P(ScopeTest, NobodyDecidesOnTheirOwnApplication) {
  auth::Principal both = Student(1);
  both.grants.push_back({auth::Role::kInternationalOffice, kUga});
  const std::string call = world().PublishedCall();
  const std::string name = world().Submitted(call, 1).name();
  pb::CheckApplicationRequest check;
  check.set_name(name);
  check.set_outcome(pb::CheckApplicationRequest::ELIGIBLE);
  rpc::Call caller = As(both);
  EXPECT_EQ(Outcome(api().CheckApplication(caller, check)), "WRONG_ROLE");
}

TEST_P(ScopeTest, AStudentOfAnotherInstitutionCannotApply) {
  auth::Principal stranger = Student(9);
  stranger.institution = kSapporo;
  pb::CreateApplicationRequest request;
  request.mutable_application()->set_call(world().PublishedCall());
  rpc::Call caller = As(stranger);
  EXPECT_EQ(Outcome(api().CreateApplication(caller, request)), "OTHER_INSTITUTION");
}

INSTANTIATE_ON_ENGINES(ScopeTest);

}  // namespace
}  // namespace jointly::mobility
