#include "tests/store/mobility/world.h"

#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include <filesystem>

#include "common/rpc/convert.h"

namespace jointly::mobility {
namespace {

namespace partnerships = jointly::partnerships::v1;
namespace identity = jointly::identity::v1;

auth::Principal Person(const std::string& id, const std::string& institution, auth::Role role,
                       const std::string& scope) {
  return {.kind = auth::Principal::Kind::kPerson,
          .name = "people/" + id,
          .grants = {{role, scope}},
          .institution = institution,
          .session = "session"};
}

google::type::Date DateOf(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

pb::CivilDateTime Paris(int year, int month, int day, const std::string& clock) {
  pb::CivilDateTime civil;
  *civil.mutable_date() = DateOf(year, month, day);
  civil.set_clock(clock);
  civil.set_time_zone("Europe/Paris");
  return civil;
}

Time StartOfTheWorld() {
  const auto time = ParseTime("2026-10-20T08:00:00Z");
  Check(time.ok(), "the world has no beginning");
  return *time;
}

partnerships::AgreementCondition Condition(const std::string& id, int places) {
  partnerships::AgreementCondition condition;
  condition.set_id(id);
  condition.set_sending_institution(kUga);
  condition.set_receiving_institution(kTsukuba);
  condition.set_first_academic_year("2026/2027");
  condition.set_last_academic_year("2030/2031");
  condition.set_places_per_year(places);
  condition.set_measure(partnerships::AgreementCondition::PERSONS);
  condition.add_eqf_levels(6);
  condition.add_eqf_levels(7);
  condition.set_isced_match(partnerships::AgreementCondition::ANY);
  auto& language = *condition.add_languages();
  language.set_language_code("en");
  language.set_cefr_level("B2");
  return condition;
}

pb::StudyProfile UsualProfile() {
  pb::StudyProfile profile;
  profile.set_isced_code("0613");
  profile.set_eqf_level(7);
  profile.set_grade(15);
  profile.set_grade_scale_maximum(20);
  profile.set_completed_ects(120);
  profile.set_planned_months(6);
  profile.set_enrolled(true);
  pb::LanguageEvidence& language = *profile.add_languages();
  language.set_language_code("en");
  language.set_test("CEFR");
  language.set_level("C1");
  return profile;
}

}  // namespace

auth::Principal Student(int number) {
  return Person("student-" + std::to_string(number), kUga, auth::Role::kStudent, kUga);
}
auth::Principal HomeOffice() {
  return Person("home", kUga, auth::Role::kInternationalOffice, kUga);
}
auth::Principal PhitemOffice() {
  return Person("phitem", kUga, auth::Role::kInternationalOffice, kPhitem);
}
auth::Principal HostOffice() {
  return Person("host", kTsukuba, auth::Role::kInternationalOffice, kTsukuba);
}
auth::Principal OtherOffice() {
  return Person("other", kSapporo, auth::Role::kInternationalOffice, kSapporo);
}
auth::Principal Administrator() {
  return Person("administrator", kUga, auth::Role::kAdministrator, "*");
}
auth::Principal Auditor() { return Person("auditor", kUga, auth::Role::kAuditor, "*"); }

std::string IdOfName(const std::string& name) { return name.substr(name.rfind('/') + 1); }

World::World(db::Database& database, const std::string& directory)
    : database_(database), clock_(StartOfTheWorld()), blob_directory_(directory + "/blobs") {
  blobs_ = Must(blob::Store::Open(blob_directory_), "the blob store");
  api_ = std::make_unique<Api>(Api::Parts{.database = database_,
                                          .outbox = outbox_,
                                          .clock = clock_,
                                          .ids = ids_,
                                          .rng = rng_,
                                          .master_key = auth::SecretKey::Generate(rng_),
                                          .blobs = *blobs_});
}

rpc::Call World::As(const auth::Principal& principal) {
  rpc::Call call = As(principal, ids_.Next());
  call.request_id_given = false;
  return call;
}

rpc::Call World::As(const auth::Principal& principal, const std::string& request_id) {
  rpc::Call call;
  call.principal = principal;
  call.method = "jointly.mobility.v1.Mobility.Test";
  call.request_id = request_id;
  call.request_id_given = true;
  call.correlation_id = request_id;
  call.now = clock_.Now();
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  return call;
}

absl::Status World::Apply(const std::string& aggregate, std::int64_t revision,
                          const std::string& body) {
  const bus::Message message{.message_id = ids_.Next(),
                             .aggregate_type = aggregate,
                             .revision = revision,
                             .time = clock_.Now(),
                             .correlation_id = "correlation",
                             .body = body};
  for (const bus::Subscription& row : Subscriptions(engine())) {
    if (row.aggregate != aggregate) continue;
    return database_.Transact([&](db::Tx& tx) { return row.handler(tx, message); });
  }
  return absl::NotFoundError("no subscription of " + aggregate);
}

void World::TellInstitution(const std::string& name, const std::string& zone, int start_month) {
  partnerships::InstitutionEvent event;
  event.mutable_institution()->set_name(name);
  event.mutable_institution()->set_time_zone(zone);
  event.mutable_institution()->set_region_code("FR");
  event.mutable_institution()->set_academic_year_start_month(start_month);
  const absl::Status status = Apply("partnerships.institution", 1, event.SerializeAsString());
  Check(status.ok(), status.ToString());
}

void World::TellAgreement(const partnerships::Agreement& agreement) {
  partnerships::AgreementEvent event;
  *event.mutable_agreement() = agreement;
  const absl::Status status =
      Apply("partnerships.agreement", agreement.revision(), event.SerializeAsString());
  Check(status.ok(), status.ToString());
}

partnerships::Agreement World::UsualAgreement(int out_places, int labs_places) const {
  partnerships::Agreement agreement;
  agreement.set_name(kAgreement);
  agreement.add_partners(kUga);
  agreement.add_partners(kTsukuba);
  agreement.set_state(partnerships::Agreement::IN_EFFECT);
  agreement.set_effective(true);
  *agreement.mutable_start_date() = DateOf(2025, 1, 1);
  *agreement.add_conditions() = Condition("out", out_places);
  auto& labs = *agreement.add_conditions();
  labs = Condition("labs", labs_places);
  labs.set_measure(partnerships::AgreementCondition::SEMESTERS);
  agreement.set_revision(1);
  return agreement;
}

void World::TellPerson(const auth::Principal& principal, const std::string& state) {
  identity::PersonEvent event;
  auto& person = *event.mutable_person();
  person.set_name(principal.name);
  person.set_institution(principal.institution);
  person.set_language_code("fr");
  person.set_time_zone("Europe/Paris");
  identity::Person::State value = identity::Person::ACTIVE;
  Check(identity::Person::State_Parse(state, &value), "no such state of a person");
  person.set_state(value);
  const absl::Status status = Apply("identity.person", 1, event.SerializeAsString());
  Check(status.ok(), status.ToString());
}

int World::Tick() {
  timers::Ticker ticker(database_, clock_, TimerHandlers(engine()));
  return Must(ticker.Step(), "the timers");
}

pb::Call World::UsualCall() const {
  pb::Call call;
  call.set_display_name("Stays in Tsukuba 2027/2028");
  call.set_home_institution(kUga);
  call.set_agreement(kAgreement);
  call.set_academic_year("2027/2028");
  *call.mutable_open_time() = Paris(2026, 10, 15, "00:00");
  *call.mutable_close_time() = Paris(2026, 11, 14, "12:00");
  *call.mutable_decision_time() = Paris(2027, 1, 31, "18:00");
  return call;
}

std::string World::PublishedCall(const std::function<void(pb::Call&)>& change) {
  pb::CreateCallRequest create;
  *create.mutable_call() = UsualCall();
  if (change) change(*create.mutable_call());
  rpc::Call caller = As(HomeOffice());
  pb::PublishCallRequest publish;
  publish.set_name(Must(api_->CreateCall(caller, create), "create a call").name());
  rpc::Call next = As(HomeOffice());
  return Must(api_->PublishCall(next, publish), "publish a call").name();
}

pb::Application World::Draft(const std::string& call, int student, const Choices& choices) {
  pb::CreateApplicationRequest request;
  request.mutable_application()->set_call(call);
  *request.mutable_application()->mutable_profile() = UsualProfile();
  const Choices usual = {{kOut, pb::FIRST}};
  for (const auto& [condition, term] : choices.empty() ? usual : choices) {
    pb::Choice& choice = *request.mutable_application()->add_choices();
    choice.set_condition(condition);
    choice.set_term(term);
  }
  rpc::Call caller = As(Student(student));
  return Must(api_->CreateApplication(caller, request), "create an application");
}

pb::Application World::Submitted(const std::string& call, int student, const Choices& choices) {
  pb::SubmitApplicationRequest request;
  request.set_name(Draft(call, student, choices).name());
  rpc::Call caller = As(Student(student));
  return Must(api_->SubmitApplication(caller, request), "submit");
}

pb::Application World::Ranked(const std::string& call, int student, double score,
                              const Choices& choices) {
  pb::CheckApplicationRequest check;
  check.set_name(Submitted(call, student, choices).name());
  check.set_outcome(pb::CheckApplicationRequest::ELIGIBLE);
  rpc::Call caller = As(HomeOffice());
  Must(api_->CheckApplication(caller, check), "check");
  pb::ScoreApplicationRequest request;
  request.set_name(check.name());
  request.set_score(score);
  rpc::Call next = As(HomeOffice());
  return Must(api_->ScoreApplication(next, request), "score");
}

pb::Application World::Offered(const std::string& call, int student) {
  pb::OfferApplicationRequest request;
  request.set_name(Ranked(call, student).name());
  rpc::Call caller = As(HomeOffice());
  return Must(api_->OfferApplication(caller, request), "offer");
}

pb::Application World::Confirmed(const std::string& call, int student) {
  pb::AcceptOfferRequest request;
  request.set_name(Offered(call, student).name());
  PassDecision();
  rpc::Call caller = As(Student(student));
  return Must(api_->AcceptOffer(caller, request), "accept");
}

pb::Nominee World::UsualNominee() const {
  pb::Nominee nominee;
  *nominee.mutable_birth_date() = DateOf(2004, 5, 17);
  nominee.set_nationality("FR");
  nominee.set_gender(2);
  nominee.set_email("canary-nominee@example.org");
  nominee.set_given_name("CanaryGiven");
  nominee.set_family_name("CanaryFamily");
  return nominee;
}

pb::MobilityCase World::Nominated(const std::string& call, int student) {
  pb::NominateApplicationRequest request;
  request.set_name(Confirmed(call, student).name());
  *request.mutable_nominee() = UsualNominee();
  rpc::Call caller = As(HomeOffice());
  return Must(api_->NominateApplication(caller, request), "nominate");
}

pb::Application World::Get(const auth::Principal& principal, const std::string& application) {
  pb::GetApplicationRequest request;
  request.set_name(application);
  rpc::Call caller = As(principal);
  return Must(api_->GetApplication(caller, request), "get an application");
}

pb::Quota World::QuotaOf(const std::string& condition) {
  pb::ListQuotasRequest request;
  request.set_filter("condition = \"" + condition + "\"");
  rpc::Call caller = As(HomeOffice());
  const auto response = Must(api_->ListQuotas(caller, request), "list quotas");
  Check(response.quotas_size() == 1, "one quota of the condition");
  return response.quotas(0);
}

std::vector<std::string> World::Differences() {
  return Must(database_.Read([](db::Tx& tx) { return store::VerifyQuotas(tx); }), "verify");
}

void World::PassDecision() {
  const auto decision = ParseTime("2027-02-01T08:00:00Z");
  Check(decision.ok(), "a time");
  if (clock_.Now() < *decision) clock_.Advance(*decision - clock_.Now());
}

void MobilityTest::Prepare() {
  world_ = std::make_unique<World>(database(), place().directory());
  world_->TellInstitution(kUga, "Europe/Paris", 9);
  world_->TellInstitution(kTsukuba, "Asia/Tokyo", 4);
  world_->TellAgreement(world_->UsualAgreement(/*out_places=*/2, /*labs_places=*/3));
}

void MobilityTest::TearDown() {
  if (world_ != nullptr) {
    EXPECT_THAT(world_->Differences(), testing::IsEmpty());
    EXPECT_THAT(Gaps(), testing::IsEmpty());
  }
  world_.reset();
  DatabaseTest::TearDown();
}

std::vector<std::string> MobilityTest::Gaps() {
  std::vector<std::string> gaps;
  const db::Rows rows = Query(R"sql(
      SELECT aggregate_type, aggregate_id, MIN(revision) AS first, MAX(revision) AS last,
             COUNT(*) AS events
        FROM outbox GROUP BY aggregate_type, aggregate_id)sql");
  for (const db::Row& row : rows) {
    if (row.Int("first") == 1 && row.Int("last") == row.Int("events")) continue;
    gaps.push_back(row.Text("aggregate_type") + " " + row.Text("aggregate_id") + ": " +
                   std::to_string(row.Int("events")) + " events, last revision " +
                   std::to_string(row.Int("last")));
  }
  const std::int64_t events = Number("SELECT COUNT(*) FROM outbox");
  const std::int64_t audits = Number("SELECT COUNT(*) FROM audit");
  if (events != audits) gaps.push_back("events and audit rows differ in number");
  for (const auto& [table, type] :
       std::vector<std::pair<std::string, std::string>>{{"application", "mobility.application"},
                                                        {"mobility", "mobility.mobility"},
                                                        {"call", "mobility.call"},
                                                        {"quota", "mobility.quota"}}) {
    const std::int64_t wrong =
        Number("SELECT COUNT(*) FROM " + table + " WHERE revision <> (SELECT COUNT(*) FROM outbox" +
               " WHERE outbox.aggregate_id = " + table + ".id AND outbox.aggregate_type = '" +
               type + "')");
    if (wrong > 0) gaps.push_back(table + ": revision and events differ");
  }
  return gaps;
}

std::vector<std::string> MobilityTest::Actions(const std::string& type, const std::string& name) {
  std::vector<std::string> actions;
  const db::Rows rows = Query(R"sql(
      SELECT event_type FROM outbox
       WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY revision)sql",
                              {type, IdOfName(name)});
  for (const db::Row& row : rows) {
    std::string event = row.Text("event_type");  // jointly.mobility.application.submitted.v1
    event = event.substr(0, event.rfind('.'));
    actions.push_back(event.substr(event.rfind('.') + 1));
  }
  return actions;
}

}  // namespace jointly::mobility
