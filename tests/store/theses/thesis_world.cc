#include "tests/store/theses/thesis_world.h"

#include <google/rpc/error_details.pb.h>
#include <jointly/budgets/v1/budgets_events.pb.h>
#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/mobility/v1/mobility_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include "common/rpc/convert.h"
#include "services/theses/store/cotutelle_store.h"

namespace jointly::theses::theses_world {
namespace {

namespace budgets = jointly::budgets::v1;
namespace identity = jointly::identity::v1;
namespace mobility = jointly::mobility::v1;
namespace partnerships = jointly::partnerships::v1;

Time At(const std::string& date) {
  const auto time = ParseTime(date + "T08:00:00Z");
  Check(time.ok(), date);
  return *time;
}

Date DayOf(const std::string& text) {
  const auto date = ParseDate(text);
  Check(date.ok(), text);
  return *date;
}

struct PersonRow {
  const char* name;
  auth::Role role;
  const char* scope;
};
constexpr PersonRow kPeople[] = {
    {"office-a", auth::Role::kDoctoralOffice, "institutions/uga"},
    {"office-b", auth::Role::kDoctoralOffice, "institutions/tsukuba"},
    {"office-c", auth::Role::kDoctoralOffice, "institutions/sapporo"},
    {"school-a", auth::Role::kDoctoralOffice, "institutions/uga/units/llsh"},
    {"student", auth::Role::kStudent, "institutions/uga"},
    {"director-a", auth::Role::kStudent, "institutions/uga"},
    {"director-b", auth::Role::kStudent, "institutions/tsukuba"},
    {"auditor", auth::Role::kAuditor, "*"},
    {"stranger", auth::Role::kDoctoralOffice, "institutions/elsewhere"},
};

void TellPlaces(World& world) {
  struct Row {
    const char* name;
    const char* zone;
    const char* region;
    int start_month;
    const char* unit;
  };
  for (const Row& row : {Row{"institutions/uga", "Europe/Paris", "FR", 9, "llsh"},
                         Row{"institutions/tsukuba", "Asia/Tokyo", "JP", 4, "systems"},
                         Row{"institutions/sapporo", "Asia/Tokyo", "JP", 4, "science"}}) {
    partnerships::InstitutionEvent event;
    event.mutable_institution()->set_name(row.name);
    event.mutable_institution()->set_time_zone(row.zone);
    event.mutable_institution()->set_region_code(row.region);
    event.mutable_institution()->set_academic_year_start_month(row.start_month);
    absl::Status status =
        world.Apply("partnerships.institution", 1, row.name, event.SerializeAsString());
    Check(status.ok(), status.ToString());
    partnerships::UnitEvent unit;
    unit.mutable_unit()->set_name(std::string(row.name) + "/units/" + row.unit);
    status = world.Apply("partnerships.unit", 1, row.unit, unit.SerializeAsString());
    Check(status.ok(), status.ToString());
  }
}

std::string SchoolOf(const std::string& institution) {
  return institution + "/units/" +
         (institution == "institutions/uga"       ? "llsh"
          : institution == "institutions/tsukuba" ? "systems"
                                                  : "science");
}

}  // namespace

std::string Said(const absl::Status& status) {
  std::string text = status.ToString();
  for (const Fact& fact : jointly::FactsOf(status)) text += " " + fact.name + "=" + fact.value;
  status.ForEachPayload(
      [&](absl::string_view, const absl::Cord& payload) { text += " " + std::string(payload); });
  return text;
}

google::type::Date Day(const std::string& text) { return rpc::ToProto(DayOf(text)); }

std::string Text(const google::type::Date& date) {
  const auto read = rpc::FromProto(date);
  return read.has_value() ? FormatDate(*read) : "";
}

World::World(db::Database& database) : database_(database), clock_(At("2024-03-01")) {
  api_ = std::make_unique<Api>(Api::Parts{.database = database_,
                                          .outbox = outbox_,
                                          .clock = clock_,
                                          .ids = ids_,
                                          .rng = rng_,
                                          .master_key = auth::SecretKey::Generate(rng_)});
  TellPlaces(*this);
  for (const PersonRow& row : kPeople) TellPerson(row.name);
}

rpc::Call World::As(const std::string& who) {
  rpc::Call call;
  for (const PersonRow& row : kPeople) {
    if (who != row.name) continue;
    call.principal = {.kind = auth::Principal::Kind::kPerson,
                      .name = "people/" + who,
                      .grants = {{row.role, row.scope}},
                      .institution = "institutions/uga",
                      .session = "session"};
  }
  Check(!call.principal.name.empty(), "nobody of the name " + who);
  call.method = "jointly.theses.v1.Theses.Test";
  call.request_id = ids_.Next();
  call.correlation_id = call.request_id;
  call.now = clock_.Now();
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  return call;
}

void World::GoTo(const std::string& date) {
  clock_.Jump(std::chrono::microseconds(Micros(At(date)) - Micros(clock_.Now())));
}

absl::Status World::Apply(const std::string& aggregate, std::int64_t revision,
                          const std::string& id, const std::string& body) {
  const bus::Message message{.message_id = ids_.Next(),
                             .aggregate_type = aggregate,
                             .aggregate_id = id,
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

void World::TellPerson(const std::string& who, bool erased) {
  identity::PersonEvent event;
  event.mutable_person()->set_name("people/" + who);
  event.mutable_person()->set_state(erased ? identity::Person::ERASED : identity::Person::ACTIVE);
  const absl::Status status =
      Apply("identity.person", erased ? 2 : 1, who, event.SerializeAsString());
  Check(status.ok(), status.ToString());
}

void World::TellStay(const std::string& id, const std::string& first, const std::string& last,
                     bool cancelled, const std::string& receiving) {
  mobility::MobilityEvent event;
  auto& stay = *event.mutable_mobility();
  stay.set_name("mobilities/" + id);
  stay.set_student("people/student");
  stay.set_sending_institution("institutions/uga");
  stay.set_receiving_institution(receiving);
  *stay.mutable_planned_start_date() = Day(first);
  *stay.mutable_planned_end_date() = Day(last);
  stay.set_state(cancelled ? mobility::MobilityCase::CANCELLED : mobility::MobilityCase::APPROVED);
  const absl::Status status =
      Apply("mobility.mobility", cancelled ? 2 : 1, id, event.SerializeAsString());
  Check(status.ok(), status.ToString());
}

void World::TellFramework(const std::string& id, bool in_effect) {
  partnerships::AgreementEvent event;
  auto& agreement = *event.mutable_agreement();
  agreement.set_name("agreements/" + id);
  agreement.add_partners("institutions/uga");
  agreement.add_partners("institutions/tsukuba");
  agreement.set_state(in_effect ? partnerships::Agreement::IN_EFFECT
                                : partnerships::Agreement::EXPIRED);
  *agreement.mutable_end_date() = Day("2026-12-31");
  const absl::Status status =
      Apply("partnerships.agreement", in_effect ? 1 : 2, id, event.SerializeAsString());
  Check(status.ok(), status.ToString());
}

void World::TellCommitment(const budgets::Commitment& commitment) {
  budgets::CommitmentEvent event;
  *event.mutable_commitment() = commitment;
  const std::string id = commitment.name().substr(commitment.name().rfind('/') + 1);
  const absl::Status status = Apply("budgets.commitment", 1, id, event.SerializeAsString());
  Check(status.ok(), status.ToString());
}

pb::CreateThesisRequest World::Proposal(const std::string& id, const std::string& partner) const {
  pb::CreateThesisRequest request;
  request.set_thesis_id(id);
  pb::Thesis& thesis = *request.mutable_thesis();
  thesis.set_title("Two cities and their energy");
  thesis.set_student("people/student");
  thesis.set_award_mode("two_diplomas");
  thesis.set_language_code("en");
  thesis.set_full_time(true);
  thesis.add_themes("energy");
  for (const std::string& institution : {std::string("institutions/uga"), partner}) {
    pb::Side& side = *thesis.add_sides();
    side.set_institution(institution);
    side.set_school(SchoolOf(institution));
    side.set_programme("social-systems");
    side.set_director(thesis.sides_size() == 1 ? "people/director-a" : "people/director-b");
    side.set_in_charge(thesis.sides_size() == 1);
  }
  return request;
}

void World::PutAgreement(const std::string& thesis, const std::string& first,
                         const std::string& last, const std::vector<std::string>& derogations,
                         int minimum_percent) {
  Cotutelle agreement;
  agreement.id = "c-" + thesis;
  agreement.thesis = thesis;
  agreement.partners = {"institutions/uga", "institutions/tsukuba"};
  agreement.state = CotutelleState::kInForce;
  agreement.text.start_date = DayOf(first);
  agreement.text.end_date = DayOf(last);
  agreement.text.derogations = derogations;
  agreement.text.residence_minimum_percent = minimum_percent;
  agreement.in_force_date = DayOf(first);
  agreement.timeline = {{.first = DayOf(first), .amendment = "", .text = agreement.text}};
  agreement.revision = 1;
  agreement.create_time = agreement.update_time = clock_.Now();
  const absl::Status status = database_.Transact([&](db::Tx& tx) {
    store::InsertCotutelle(tx, agreement);
    return absl::OkStatus();
  });
  Check(status.ok(), status.ToString());
}

void World::Activate(const std::string& id, const std::string& partner, const std::string& until,
                     const std::vector<std::string>& derogations, int minimum_percent) {
  const std::string office = partner == "institutions/tsukuba" ? "office-b" : "office-c";
  rpc::Call call = As("student");
  Must(api_->CreateThesis(call, Proposal(id, partner)), "propose");
  GoTo("2024-11-01");
  Must(Move("office-a", id, "favour", "2024-05-01"), "favour");
  Must(Move(office, id, "favour", "2024-05-10"), "approve");
  Must(Move("office-a", id, "open_agreement", "2024-06-01"), "open the agreement");
  PutAgreement(id, "2024-10-01", until, derogations, minimum_percent);
  Must(Year("office-a", id, "institutions/uga", "2024/2025", "enrolled", "2024-10-01"), "enrol");
  Must(Year(office, id, partner, "2024/2025", "enrolled", "2024-10-05"), "enrol there");
  Must(Year(office, id, "institutions/uga", "2024/2025", "proof_received", "2024-10-20"), "proof");
  Must(Year("office-a", id, partner, "2024/2025", "proof_received", "2024-10-25"), "proof there");
  Must(Move("office-a", id, "activate", "2024-11-01"), "activate");
}

absl::StatusOr<pb::Thesis> World::Move(const std::string& who, const std::string& id,
                                       const std::string& action, const std::string& date,
                                       const std::string& reason) {
  pb::MoveThesisRequest request;
  request.set_name("theses/" + id);
  request.set_action(action);
  if (!date.empty()) *request.mutable_effective_date() = Day(date);
  request.set_reason(reason);
  rpc::Call call = As(who);
  return api_->MoveThesis(call, request);
}

absl::StatusOr<pb::Thesis> World::Year(const std::string& who, const std::string& id,
                                       const std::string& institution, const std::string& year,
                                       const std::string& step, const std::string& date) {
  pb::RecordYearRequest request;
  request.set_name("theses/" + id);
  request.set_institution(institution);
  request.set_academic_year(year);
  request.set_step(step);
  *request.mutable_date() = Day(date);
  rpc::Call call = As(who);
  return api_->RecordYear(call, request);
}

void World::WholeYear(const std::string& id, const std::string& institution, int start) {
  const std::string year = std::to_string(start) + "/" + std::to_string(start + 1);
  const std::string in = std::to_string(start);
  if (institution == "institutions/uga") {
    Must(Year("office-a", id, institution, year, "csi_held", in + "-05-10"), "csi");
    Must(Year("office-a", id, institution, year, "csi_report", in + "-05-20"), "report");
    Must(Year("director-a", id, institution, year, "director_opinion", in + "-06-01"), "opinion");
    Must(Year("office-a", id, institution, year, "school_proposal", in + "-06-20"), "proposal");
    Must(Year("office-a", id, institution, year, "enrolled", in + "-09-20"), "enrolment");
    Must(Year("office-b", id, institution, year, "proof_received", in + "-10-01"), "proof");
    return;
  }
  Must(Year("office-b", id, institution, year, "enrolled", in + "-04-08"), "enrolment");
  Must(Year("office-a", id, institution, year, "proof_received", in + "-04-20"), "proof");
}

absl::StatusOr<pb::Thesis> World::Milestone(const std::string& who, const std::string& id,
                                            const std::string& institution, const std::string& kind,
                                            const std::string& date, int value) {
  pb::RecordMilestoneRequest request;
  request.set_name("theses/" + id);
  request.set_institution(institution);
  request.mutable_milestone()->set_kind(kind);
  *request.mutable_milestone()->mutable_date() = Day(date);
  request.mutable_milestone()->set_value(value);
  rpc::Call call = As(who);
  return api_->RecordMilestone(call, request);
}

absl::StatusOr<pb::Thesis> World::DefenceStep(const std::string& id, const std::string& step,
                                              const std::string& date, bool certified) {
  pb::RecordDefenceStepRequest request;
  request.set_name("theses/" + id);
  request.set_step(step);
  *request.mutable_date() = Day(date);
  request.set_certified(certified);
  rpc::Call call = As("office-a");
  return api_->RecordDefenceStep(call, request);
}

pb::DefencePlan World::UsualPlan(const std::string& date, int members) const {
  pb::DefencePlan plan;
  *plan.mutable_defence_date() = Day(date);
  plan.set_defence_clock("14:00");
  plan.set_time_zone("Europe/Paris");
  plan.set_place("Grenoble");
  for (int i = 0; i < members; ++i) {
    pb::JuryMember& member = *plan.add_jury();
    member.set_id("m" + std::to_string(i + 1));
    member.set_display_name("Member " + std::to_string(i + 1));
    member.set_institution_name("Elsewhere");
    member.set_rank("professor");
    member.set_external(i < (members + 1) / 2);
    member.set_hdr(true);
    member.add_roles(i < 2 ? "reviewer" : i == 2 ? "president" : "examiner");
  }
  return plan;
}

absl::StatusOr<pb::PlanDefenceResponse> World::Plan(const std::string& who, const std::string& id,
                                                    const std::string& date, bool rehearse,
                                                    int members) {
  pb::PlanDefenceRequest request;
  request.set_name("theses/" + id);
  *request.mutable_defence() = UsualPlan(date, members);
  request.set_validate_only(rehearse);
  rpc::Call call = As(who);
  return api_->PlanDefence(call, request);
}

pb::Thesis World::Get(const std::string& id, const std::string& who) {
  pb::GetThesisRequest request;
  request.set_name("theses/" + id);
  rpc::Call call = As(who);
  return Must(api_->GetThesis(call, request), "get");
}

pb::GetPlanResponse World::PlanOf(const std::string& id, const std::string& language) {
  pb::GetPlanRequest request;
  request.set_name("theses/" + id);
  request.set_language_code(language);
  rpc::Call call = As("office-a");
  return Must(api_->GetPlan(call, request), "plan");
}

pb::Obligation Find(const pb::GetPlanResponse& plan, const std::string& id) {
  for (const pb::Obligation& row : plan.obligations()) {
    if (row.id() == id) return row;
  }
  std::string ids;
  for (const pb::Obligation& row : plan.obligations()) ids += " " + row.id();
  ADD_FAILURE() << "no obligation " << id << " among" << ids;
  return {};
}

std::string Say(const pb::Obligation& obligation) {
  const auto& deadline = obligation.deadline();
  return Text(deadline.due_date()) + " " + deadline.due_clock() + " " + deadline.time_zone() + " " +
         jointly::deadlines::v1::Deadline::State_Name(deadline.state());
}

void ThesisTest::TearDown() {
  if (world_ != nullptr) {
    const db::Rows rows = Query(R"sql(
        SELECT aggregate_id, MIN(revision) AS first, MAX(revision) AS last, COUNT(*) AS events
          FROM outbox GROUP BY aggregate_type, aggregate_id)sql");
    for (const db::Row& row : rows) {
      EXPECT_EQ(row.Int("first"), 1) << row.Text("aggregate_id");
      EXPECT_EQ(row.Int("last"), row.Int("events")) << row.Text("aggregate_id");
    }
    EXPECT_EQ(Number("SELECT COUNT(*) FROM outbox"), Number("SELECT COUNT(*) FROM audit"));
  }
  world_.reset();
  DatabaseTest::TearDown();
}

std::vector<std::string> ThesisTest::Actions(const std::string& id) {
  std::vector<std::string> actions;
  const db::Rows rows = Query(R"sql(
      SELECT event_type FROM outbox
       WHERE aggregate_type = 'theses.thesis' AND aggregate_id = $1 ORDER BY revision)sql",
                              {id});
  for (const db::Row& row : rows) {
    std::string event = row.Text("event_type");  // jointly.theses.thesis.proposed.v1
    event = event.substr(0, event.rfind('.'));
    actions.push_back(event.substr(event.rfind('.') + 1));
  }
  return actions;
}

pb::ThesisEvent ThesisTest::LastEvent(const std::string& id) {
  const db::Rows rows = Query(R"sql(
      SELECT body FROM outbox WHERE aggregate_type = 'theses.thesis' AND aggregate_id = $1
       ORDER BY revision DESC LIMIT 1)sql",
                              {id});
  pb::ThesisEvent event;
  EXPECT_FALSE(rows.empty());
  if (rows.empty()) return event;
  EXPECT_TRUE(event.ParseFromString(rows.front().Bytes("body")));
  return event;
}

std::string ThesisTest::Everything() {
  std::string text;
  for (const db::Row& row :
       Query("SELECT id, record, state, revision, plan_digest FROM thesis ORDER BY id")) {
    text += row.Text("id") + row.Text("record") + row.Text("state") + row.Text("plan_digest") +
            std::to_string(row.Int("revision")) + "\n";
  }
  return text + std::to_string(Number("SELECT COUNT(*) FROM outbox")) + " events " +
         std::to_string(Number("SELECT COUNT(*) FROM audit")) + " audit rows";
}

}  // namespace jointly::theses::theses_world
