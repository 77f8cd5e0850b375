#include <gtest/gtest.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include "common/rpc/call.h"
#include "services/partnerships/api/partnerships_api.h"
#include "services/partnerships/store/migrations.h"
#include "tests/support/database_fixture.h"

namespace jointly::partnerships {
namespace {

class PartnershipsTest : public test::DatabaseTest {
 public:
  PartnershipsTest() : DatabaseTest({{"partnerships", &Migrations()}}) {}

 protected:
  void Prepare() override {
    api_ = std::make_unique<Api>(database(), outbox_, clock_, ids_);
    for (const char* id : {"uga", "tsukuba", "elsewhere"}) {
      rpc::Call call = By(Administrator());
      ASSERT_TRUE(api_->CreateInstitution(call, InstitutionRequest(id)).ok());
    }
  }
  void TearDown() override {
    api_.reset();
    DatabaseTest::TearDown();
  }

  static auth::Principal Administrator() {
    return {.kind = auth::Principal::Kind::kPerson,
            .name = "people/administrator",
            .grants = {{auth::Role::kAdministrator, "*"}}};
  }
  static auth::Principal Office(const std::string& institution) {
    return {.kind = auth::Principal::Kind::kPerson,
            .name = "people/office-" + institution,
            .grants = {{auth::Role::kInternationalOffice, "institutions/" + institution}}};
  }
  rpc::Call By(const auth::Principal& principal) {
    rpc::Call call;
    call.principal = principal;
    call.method = "test";
    call.request_id = ids_.Next();
    call.now = clock_.Now();
    call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    return call;
  }
  static pb::CreateInstitutionRequest InstitutionRequest(const std::string& id) {
    pb::CreateInstitutionRequest request;
    request.set_institution_id(id);
    request.mutable_institution()->set_display_name("University " + id);
    request.mutable_institution()->set_region_code("FR");
    request.mutable_institution()->set_time_zone("Europe/Paris");
    request.mutable_institution()->set_academic_year_start_month(9);
    return request;
  }
  static pb::CreateAgreementRequest AgreementRequest() {
    pb::CreateAgreementRequest request;
    request.set_agreement_id("mobility");
    pb::Agreement& agreement = *request.mutable_agreement();
    agreement.set_display_name("Student mobility");
    agreement.add_partners("institutions/uga");
    agreement.add_partners("institutions/tsukuba");
    agreement.mutable_start_date()->set_year(2026);
    agreement.mutable_start_date()->set_month(4);
    agreement.mutable_start_date()->set_day(1);
    agreement.mutable_end_date()->set_year(2027);
    agreement.mutable_end_date()->set_month(3);
    agreement.mutable_end_date()->set_day(31);
    pb::AgreementCondition& condition = *agreement.add_conditions();
    condition.set_id("outgoing");
    condition.set_sending_institution("institutions/uga");
    condition.set_receiving_institution("institutions/tsukuba");
    condition.set_first_academic_year("2026/2027");
    condition.set_last_academic_year("2027/2028");
    condition.set_places_per_year(8);
    condition.set_measure(pb::AgreementCondition::PERSONS);
    condition.add_eqf_levels(7);
    condition.add_isced_codes("0533");
    auto& language = *condition.add_languages();
    language.set_language_code("ja");
    language.set_cefr_level("B1");
    condition.set_minimum_grade(12.5);
    return request;
  }
  absl::StatusOr<pb::Agreement> Create() {
    rpc::Call call = By(Office("uga"));
    return api_->CreateAgreement(call, AgreementRequest());
  }
  absl::StatusOr<pb::Agreement> Propose() {
    rpc::Call call = By(Office("uga"));
    pb::ProposeAgreementRequest request;
    request.set_name("agreements/mobility");
    return api_->ProposeAgreement(call, request);
  }
  absl::StatusOr<pb::Agreement> Approve(const auth::Principal& by, const std::string& hash) {
    rpc::Call call = By(by);
    pb::ApproveAgreementRequest request;
    request.set_name("agreements/mobility");
    request.set_content_hash(hash);
    return api_->ApproveAgreement(call, request);
  }
  absl::StatusOr<pb::Agreement> Get(const auth::Principal& by) {
    rpc::Call call = By(by);
    pb::GetAgreementRequest request;
    request.set_name("agreements/mobility");
    return api_->GetAgreement(call, request);
  }

  ManualClock clock_{FromMicros(1'795'000'000'000'000)};  // November 2026.
  SeededRng rng_{1};
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"partnerships", "test", clock_, ids_};
  std::unique_ptr<Api> api_;
};

TEST_P(PartnershipsTest, AnAgreementComesIntoEffectByBothSides) {
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), pb::Agreement::DRAFT);
  const auto proposed = Propose();
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(ReasonOf(Approve(Office("uga"), proposed->content_hash()).status()), "WRONG_ROLE");
  EXPECT_EQ(ReasonOf(Approve(Office("tsukuba"), "0000").status()), "GUARD_REFUSED");
  const auto approved = Approve(Office("tsukuba"), proposed->content_hash());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), pb::Agreement::IN_EFFECT);
  EXPECT_TRUE(approved->effective());
  EXPECT_DOUBLE_EQ(approved->conditions(0).minimum_grade(), 12.5);
  EXPECT_EQ(approved->conditions(0).languages(0).cefr_level(), "B1");
  // One command, one revision, one event, one audit row.
  const db::Rows events =
      Query("SELECT revision, event_type FROM outbox WHERE aggregate_id = $1 ORDER BY revision",
            {"mobility"});
  ASSERT_EQ(events.size(), 3U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].Int("revision"), static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(events[2].Text("event_type"), "jointly.partnerships.agreement.approved.v1");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit WHERE subject = $1", {"agreements/mobility"}), 3);
}

TEST_P(PartnershipsTest, ASummaryCountsWhatTheCallerSees) {
  ASSERT_TRUE(Create().ok());
  pb::SummariseAgreementsRequest request;
  request.add_partners("institutions/tsukuba");
  request.add_partners("institutions/uga");
  const auto summary = [&](const auth::Principal& principal) {
    rpc::Call call = By(principal);
    const auto response = api_->SummariseAgreements(call, request);
    if (!response.ok()) return ReasonOf(response.status());
    std::string text;
    for (const auto& count : response->counts()) {
      text += pb::Agreement::State_Name(count.state()) + " " + std::to_string(count.agreements());
    }
    const int year = response->earliest_start_date().year();
    return text + (year == 0 ? "" : " since " + std::to_string(year));
  };
  EXPECT_EQ(summary(Office("uga")), "DRAFT 1");
  EXPECT_EQ(summary(Office("elsewhere")), "");
  ASSERT_TRUE(Approve(Office("tsukuba"), Propose()->content_hash()).ok());
  EXPECT_EQ(summary(Office("elsewhere")), "IN_EFFECT 1 since 2026");
  request.set_partners(0, "institutions/elsewhere");
  EXPECT_EQ(summary(Office("uga")), "");
  request.mutable_partners()->RemoveLast();
  EXPECT_EQ(summary(Office("uga")), "INVALID_ARGUMENT");
}

TEST_P(PartnershipsTest, ADraftIsForThePartnersOnly) {
  ASSERT_TRUE(Create().ok());
  EXPECT_TRUE(Get(Office("tsukuba")).ok());
  EXPECT_TRUE(Get(Administrator()).ok());
  EXPECT_TRUE(absl::IsNotFound(Get(Office("elsewhere")).status()));
  rpc::Call call = By(Office("elsewhere"));
  EXPECT_TRUE(absl::IsPermissionDenied(api_->CreateAgreement(call, AgreementRequest()).status()));
  const auto proposed = Propose();
  ASSERT_TRUE(Approve(Office("tsukuba"), proposed->content_hash()).ok());
  const auto seen = Get(Office("elsewhere"));
  ASSERT_TRUE(seen.ok()) << "a text in effect is for everybody";
  EXPECT_EQ(seen->allowed_actions_size(), 0);
}

TEST_P(PartnershipsTest, AnAmendmentLeavesTheTextInEffect) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE(Approve(Office("tsukuba"), Propose()->content_hash()).ok());
  rpc::Call call = By(Office("uga"));
  pb::AmendAgreementRequest amend;
  amend.set_name("agreements/mobility");
  ASSERT_TRUE(api_->AmendAgreement(call, amend).ok());
  pb::UpdateAgreementRequest update;
  *update.mutable_agreement() = AgreementRequest().agreement();
  update.mutable_agreement()->set_name("agreements/mobility");
  update.mutable_agreement()->mutable_conditions(0)->set_places_per_year(12);
  update.mutable_update_mask()->add_paths("conditions");
  call = By(Office("uga"));
  const auto updated = api_->UpdateAgreement(call, update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->conditions(0).places_per_year(), 12);
  ASSERT_EQ(updated->effective_conditions_size(), 1);
  EXPECT_EQ(updated->effective_conditions(0).places_per_year(), 8);
  update.mutable_update_mask()->add_paths("state");
  call = By(Office("uga"));
  EXPECT_TRUE(absl::IsInvalidArgument(api_->UpdateAgreement(call, update).status()));
}

TEST_P(PartnershipsTest, TheLastDayEndsIt) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE(Approve(Office("tsukuba"), Propose()->content_hash()).ok());
  timers::Ticker ticker(database(), clock_,
                        {{kAgreementEndsTimer, [&](db::Tx& tx, const timers::Timer& timer) {
                            return api_->EndAgreement(tx, timer);
                          }}});
  auto fired = ticker.Step();
  ASSERT_TRUE(fired.ok()) << fired.status();
  EXPECT_EQ(*fired, 0);
  clock_.Advance(std::chrono::hours(24 * 200));
  fired = ticker.Step();
  ASSERT_TRUE(fired.ok()) << fired.status();
  EXPECT_EQ(*fired, 1);
  EXPECT_EQ(Get(Office("uga"))->state(), pb::Agreement::EXPIRED);
}

TEST_P(PartnershipsTest, ListsPageByPage) {
  rpc::Call call = By(Office("uga"));
  pb::ListInstitutionsRequest request;
  request.set_page_size(2);
  const auto first = api_->ListInstitutions(call, request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->institutions_size(), 2);
  request.set_page_token(first->next_page_token());
  const auto second = api_->ListInstitutions(call, request);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->institutions_size(), 1);
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_P(PartnershipsTest, UnitsBelongToTheirInstitution) {
  pb::CreateUnitRequest request;
  request.set_parent("institutions/uga");
  request.set_unit_id("phitem");
  request.mutable_unit()->set_display_name("Phitem");
  rpc::Call call = By(Office("tsukuba"));
  EXPECT_TRUE(absl::IsPermissionDenied(api_->CreateUnit(call, request).status()));
  call = By(Office("uga"));
  ASSERT_TRUE(api_->CreateUnit(call, request).ok());
  call = By(Office("uga"));
  EXPECT_TRUE(absl::IsAlreadyExists(api_->CreateUnit(call, request).status()));
}

INSTANTIATE_ON_ENGINES(PartnershipsTest);

}  // namespace
}  // namespace jointly::partnerships
