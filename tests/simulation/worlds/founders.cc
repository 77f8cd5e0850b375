#include "common/error/check.h"
#include "tests/simulation/worlds/canary.h"
#include "tests/simulation/worlds/players.h"

// How a world begins: institutions, people, an agreement, calls, applications.
namespace jointly::simulation {
namespace {

constexpr int kStudents = 6;
constexpr int kPaidStudents = 10;
constexpr int kPaidPlaces = 8;

auth::Principal PrincipalOf(const identity::v1::Person& person) {
  auth::Principal principal{.kind = auth::Principal::Kind::kPerson,
                            .name = person.name(),
                            .grants = {},
                            .institution = person.institution(),
                            .session = "session"};
  for (const identity::v1::Grant& grant : person.grants()) {
    principal.grants.push_back({static_cast<auth::Role>(grant.role()), grant.scope()});
  }
  return principal;
}

partnerships::v1::AgreementCondition ConditionOf(const std::string& id, int places,
                                                 bool semesters) {
  using partnerships::v1::AgreementCondition;
  AgreementCondition condition;
  condition.set_id(id);
  condition.set_sending_institution(kUga);
  condition.set_receiving_institution(kTsukuba);
  condition.set_first_academic_year("2026/2027");
  condition.set_last_academic_year("2030/2031");
  condition.set_places_per_year(places);
  condition.set_measure(semesters ? AgreementCondition::SEMESTERS : AgreementCondition::PERSONS);
  condition.add_eqf_levels(6);
  condition.add_eqf_levels(7);
  condition.set_isced_match(AgreementCondition::ANY);
  auto& language = *condition.add_languages();
  language.set_language_code("en");
  language.set_cefr_level("B2");
  return condition;
}

}  // namespace

bool Players::Insist(const std::function<Command&()>& send) {
  for (int tries = 0; tries < 60; ++tries) {
    Command& command = send();
    if (command.outcome == Command::Outcome::kUnknown) world_.Insist(command);
    if (command.outcome == Command::Outcome::kAcknowledged) return true;
    world_.Breathe(40);  // What it needs may be on its way.
  }
  return false;
}

Command& Players::CreateInstitution(const std::string& id, const std::string& zone,
                                    const std::string& region, int start_month) {
  partnerships::v1::CreateInstitutionRequest request;
  request.set_institution_id(id);
  request.mutable_institution()->set_display_name("University " + id);
  request.mutable_institution()->set_region_code(region);
  request.mutable_institution()->set_time_zone(zone);
  request.mutable_institution()->set_academic_year_start_month(start_month);
  return world_.Send(world_.partnerships(), board_.administrator,
                     &partnerships::Api::CreateInstitution, request);
}

// `made` is the one who then acts; null: another student.
Command& Players::CreatePerson(const std::string& institution, auth::Role role,
                               const std::string& scope, auth::Principal* made) {
  identity::v1::CreatePersonRequest request;
  identity::v1::Person& person = *request.mutable_person();
  const std::string number = std::to_string(world_.rng().Below(1'000'000'000));
  person.set_given_name("Quetzal");
  person.set_family_name("Quetzal" + number);
  person.set_display_name("Quetzal Quetzal" + number);
  person.set_email("quetzal" + number + "@jointly.example");
  constexpr const char* kLanguages[] = {"en", "fr", "ja"};
  person.set_language_code(kLanguages[world_.rng().Below(3)]);
  person.set_time_zone(world_.Chance(60) ? "Europe/Paris" : "Asia/Tokyo");
  person.set_institution(institution);
  identity::v1::Grant& grant = *request.add_grants();
  grant.set_role(static_cast<options::v1::Role>(role));
  grant.set_scope(scope);
  const bool student = role == auth::Role::kStudent;
  return world_.Send(
      world_.identity(), board_.administrator, &identity::Api::CreatePerson, request,
      std::function([board = &board_, made, student](const identity::v1::Person& reply) {
        const auth::Principal principal = PrincipalOf(reply);
        if (made != nullptr) *made = principal;
        if (!student) return;
        board->students.push_back(principal);
        board->people[reply.name()] = reply;
      }));
}

Command& Players::CreateAgreement() {
  partnerships::v1::CreateAgreementRequest request;
  request.set_agreement_id("uga-tsukuba");
  partnerships::v1::Agreement& agreement = *request.mutable_agreement();
  agreement.set_display_name("Exchange of students");
  agreement.add_partners(kUga);
  agreement.add_partners(kTsukuba);
  const bool paid = world_.has_budgets();
  *agreement.add_conditions() = ConditionOf("out", paid ? kPaidPlaces : 1, false);
  *agreement.add_conditions() = ConditionOf("labs", paid ? kPaidPlaces : 2, true);
  agreement.mutable_start_date()->set_year(2025);
  agreement.mutable_start_date()->set_month(1);
  agreement.mutable_start_date()->set_day(1);
  return world_.Send(world_.partnerships(), board_.home_office, &partnerships::Api::CreateAgreement,
                     request, SeeAgreement());
}

bool Players::Found() {
  world_.SetPatient(true);
  const bool done = FoundPatiently();
  world_.SetPatient(false);
  return done;
}

bool Players::FoundPatiently() {
  const db::Rows rows = world_.identity().Query("SELECT id FROM person");
  Check(rows.size() == 1, "identity begins with its administrator");
  board_.administrator = {.kind = auth::Principal::Kind::kPerson,
                          .name = "people/" + rows.front().Text("id"),
                          .grants = {{auth::Role::kAdministrator, "*"}},
                          .institution = "",
                          .session = "session"};
  const auto institution = [&](const char* id, const char* zone, const char* region, int month) {
    return Insist([&]() -> Command& { return CreateInstitution(id, zone, region, month); });
  };
  const auto person = [&](const char* home, auth::Role role, const char* scope,
                          auth::Principal* made) {
    return Insist([&]() -> Command& { return CreatePerson(home, role, scope, made); });
  };
  constexpr auto kOffice = auth::Role::kInternationalOffice;
  bool done = institution("uga", "Europe/Paris", "FR", 9) &&
              institution("tsukuba", "Asia/Tokyo", "JP", 4) &&
              institution("sapporo", "Asia/Tokyo", "JP", 4) &&
              person(kUga, kOffice, kUga, &board_.home_office) &&
              person(kTsukuba, kOffice, kTsukuba, &board_.host_office) &&
              person(kSapporo, kOffice, kSapporo, &board_.other_office) &&
              person(kUga, auth::Role::kAuditor, "*", &board_.auditor);
  const int students = world_.has_budgets() ? kPaidStudents : kStudents;
  for (int i = 0; done && i < students; ++i) {
    done = person(kUga, auth::Role::kStudent, kUga, nullptr);
  }
  return done && Insist([&]() -> Command& { return CreateAgreement(); }) &&
         Insist([&]() -> Command& { return Propose(board_.home_office); }) &&
         Insist([&]() -> Command& { return Approve(board_.host_office); });
}

bool Players::Open() {
  for (int i = 0; i < 2; ++i) {
    if (!Insist([&]() -> Command& { return CreateCall(); })) return false;
  }
  std::vector<std::string> calls;
  for (const auto& [name, call] : board_.calls) calls.push_back(name);
  for (const std::string& call : calls) {
    if (!Insist([&]() -> Command& { return PublishCall(call); })) return false;
    const std::vector<auth::Principal> students = board_.students;
    for (const auth::Principal& student : students) {
      if (world_.Chance(25)) continue;
      Command& applied = Apply(student, call);
      // Most go on as far as being ranked; whom a guard refuses stays behind.
      if (applied.outcome != Command::Outcome::kAcknowledged || world_.Chance(15)) continue;
      const std::string application = applied.subject;
      Submit(student, application);
      if (world_.Chance(15)) continue;
      FindEligible(board_.home_office, application);
      Score(board_.home_office, application);
    }
  }
  Look();
  return true;
}

bool Players::OpenPaid() {
  if (!Open()) return false;
  // Past every closing and decision.
  world_.clock().Advance(std::chrono::hours(6 * 24));
  world_.Breathe(200);
  const auto in_state = [&](Application::State state) {
    std::vector<Application> found;
    for (const auto& [name, application] : board_.applications) {
      if (application.state() == state) found.push_back(application);
    }
    return found;
  };
  Look();
  for (const Application& application : in_state(Application::RANKED)) {
    Offer(board_.home_office, application);
  }
  for (const Application& application : in_state(Application::OFFERED)) {
    const auth::Principal* student = StudentOf(application);
    if (student != nullptr) Accept(*student, application.name());
  }
  for (const Application& application : in_state(Application::CONFIRMED)) {
    if (!world_.Chance(20)) Nominate(board_.home_office, application.name());
  }
  return board_.mobilities.size() >= 4;
}

}  // namespace jointly::simulation
