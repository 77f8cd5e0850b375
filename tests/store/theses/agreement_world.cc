#include "tests/store/theses/agreement_world.h"

#include "common/rpc/convert.h"
#include "common/timers/timers.h"
#include "services/theses/store/replica_store.h"
#include "services/theses/store/thesis_store.h"

namespace jointly::theses::agreements {
namespace {

Time StartOfTheWorld() {
  const auto time = ParseTime("2026-03-02T08:00:00Z");
  Check(time.ok(), "the world has no beginning");
  return *time;
}

struct PersonRow {
  const char* name;
  auth::Role role;
  const char* scope;
};
constexpr PersonRow kPeople[] = {
    {"office-a", auth::Role::kDoctoralOffice, "institutions/uga"},
    {"office-b", auth::Role::kDoctoralOffice, "institutions/tsukuba"},
    {"school-a", auth::Role::kDoctoralOffice, "institutions/uga/units/edcsv"},
    {"elsewhere", auth::Role::kDoctoralOffice, "institutions/elsewhere"},
    {"student", auth::Role::kStudent, "institutions/uga"},
    {"director-a", auth::Role::kStudent, "institutions/uga"},
    {"director-b", auth::Role::kStudent, "institutions/tsukuba"},
    {"auditor", auth::Role::kAuditor, "*"},
    {"admin", auth::Role::kAdministrator, "*"},
};

Thesis ThesisOf(const std::string& id, ThesisState state) {
  Thesis thesis;
  thesis.id = id;
  thesis.title = "Energy in two cities, " + id;
  thesis.student = id == "t1" ? "people/student" : "people/student-" + id;
  thesis.award_mode = "two_diplomas";
  thesis.language_code = "en";
  thesis.state = state;
  Side& a = thesis.sides[0];
  a.institution = "institutions/uga";
  a.school = "institutions/uga/units/edcsv";
  a.programme = "Sciences du vivant";
  a.director = "people/director-a";
  a.in_charge = true;
  a.years = {Year{.academic_year = "2025/2026", .enrolled = *ParseDate("2025-10-05")}};
  Side& b = thesis.sides[1];
  b.institution = "institutions/tsukuba";
  b.school = "institutions/tsukuba/units/health-sport";
  b.programme = "Health and Sport Sciences";
  b.director = "people/director-b";
  b.years = {Year{.academic_year = "2025/2026", .enrolled = *ParseDate("2025-10-06")}};
  return thesis;
}

}  // namespace

google::type::Date Day(const std::string& text) {
  const auto date = ParseDate(text);
  Check(date.ok(), text);
  return rpc::ToProto(*date);
}

std::string Text(const google::type::Date& date) {
  const auto read = rpc::FromProto(date);
  return read.has_value() ? FormatDate(*read) : "";
}

World::World(db::Database& database, std::uint64_t seed)
    : database_(database), clock_(StartOfTheWorld()), rng_(seed) {
  api_ = std::make_unique<Api>(Api::Parts{.database = database_,
                                          .outbox = outbox_,
                                          .clock = clock_,
                                          .ids = ids_,
                                          .rng = rng_,
                                          .master_key = auth::SecretKey::Generate(rng_)});
  const absl::Status status = database_.Transact([&](db::Tx& tx) {
    store::SaveInstitution(tx, {"institutions/uga", "Europe/Paris", "FR", 9}, 1);
    store::SaveInstitution(tx, {"institutions/tsukuba", "Asia/Tokyo", "JP", 4}, 1);
    return absl::OkStatus();
  });
  Check(status.ok(), status.ToString());
}

rpc::Call World::As(const std::string& who) {
  rpc::Call call;
  for (const PersonRow& row : kPeople) {
    if (who != row.name) continue;
    const std::string scope = row.scope;
    call.principal = {.kind = auth::Principal::Kind::kPerson,
                      .name = "people/" + who,
                      .grants = {{row.role, scope}},
                      .institution = scope == "*" ? "" : scope,
                      .session = "session"};
  }
  Check(!call.principal.name.empty(), "nobody is called " + who);
  call.method = "test";
  call.request_id = ids_.Next();
  call.request_id_given = true;
  call.correlation_id = call.request_id;
  call.now = clock_.Now();
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  return call;
}

int World::Tick() {
  timers::Ticker ticker(database_, clock_, CotutelleTimers(api_->engine()));
  return Must(ticker.Step());
}

void World::GoTo(const std::string& date) {
  const auto time = ParseTime(date + "T08:00:00Z");
  Check(time.ok(), date);
  clock_.Advance(std::chrono::duration_cast<std::chrono::microseconds>(*time - clock_.Now()));
  while (Tick() > 0) continue;
}

void World::LiveUntil(const std::string& date) {
  const Date last = *ParseDate(date);
  for (Date day = AddDays(Date(std::chrono::floor<std::chrono::days>(clock_.Now())), 300);
       day < last; day = AddDays(day, 300)) {
    GoTo(FormatDate(day));
    SetThesisState("t1", LoadThesis("t1").state);
  }
  GoTo(date);
}

void World::AddThesis(const std::string& id, ThesisState state) {
  const Who who = ServiceWho(clock_.Now());
  const absl::Status status = database_.Transact([&](db::Tx& tx) {
    return api_->engine()
        .SaveAndTell(tx, who, nullptr, ThesisOf(id, state),
                     {.action = "proposed", .from = "", .to = Name(state), .note = ""})
        .status();
  });
  Check(status.ok(), status.ToString());
}

void World::SetThesisState(const std::string& id, ThesisState state) {
  const Who who = ServiceWho(clock_.Now());
  const absl::Status status = database_.Transact([&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const Thesis before,
                     store::LoadThesis(tx, id, store::Everything(), store::Lock::kYes));
    Thesis after = before;
    after.state = state;
    return api_->engine()
        .SaveAndTell(
            tx, who, &before, after,
            {.action = "updated", .from = Name(before.state), .to = Name(state), .note = ""})
        .status();
  });
  Check(status.ok(), status.ToString());
}

Thesis World::LoadThesis(const std::string& id) {
  return Must(database_.Read([&](db::Tx& tx) {
    return store::LoadThesis(tx, id, store::Everything(), store::Lock::kNo);
  }));
}

pb::CreateCotutelleRequest World::Draft(const std::string& id, const std::string& start,
                                        const std::string& end) {
  pb::CreateCotutelleRequest request;
  request.set_cotutelle_id(id);
  request.mutable_cotutelle()->set_thesis("theses/t1");
  pb::CotutelleText& text = *request.mutable_cotutelle()->mutable_text();
  *text.mutable_start_date() = Day(start);
  *text.mutable_end_date() = Day(end);
  text.set_residence_minimum_percent(30);
  text.set_fees("alternate");
  text.set_summary_language_code("fr");
  return request;
}

absl::StatusOr<pb::Cotutelle> World::Move(const std::string& id, const std::string& action,
                                          const std::string& date, const std::string& who) {
  pb::MoveCotutelleRequest request;
  request.set_name("cotutelles/" + id);
  request.set_action(action);
  request.set_reason("as agreed");
  if (!date.empty()) *request.mutable_effective_date() = Day(date);
  rpc::Call call = As(who);
  return api_->MoveCotutelle(call, request);
}

absl::StatusOr<pb::Cotutelle> World::Approve(const std::string& id, const std::string& side,
                                             const std::string& hash) {
  pb::ApproveCotutelleRequest request;
  request.set_name("cotutelles/" + id);
  request.set_institution(side == "a" ? "institutions/uga" : "institutions/tsukuba");
  request.set_content_hash(hash);
  rpc::Call call = As("office-" + side);
  return api_->ApproveCotutelle(call, request);
}

absl::StatusOr<pb::Cotutelle> World::Sign(const std::string& id, int step, bool original) {
  pb::SignCotutelleRequest request;
  request.set_name("cotutelles/" + id);
  request.set_step(step);
  request.set_original_received(original);
  request.set_content_hash(Get(id).content_hash());
  rpc::Call call = As("office-a");
  return api_->SignCotutelle(call, request);
}

pb::Cotutelle World::Get(const std::string& id, const std::string& who) {
  pb::GetCotutelleRequest request;
  request.set_name("cotutelles/" + id);
  rpc::Call call = As(who);
  return Must(api_->GetCotutelle(call, request), "get");
}

void World::UntilSigned(const std::string& id) {
  rpc::Call call = As("office-a");
  Must(api_->CreateCotutelle(call, Draft(id, "2025-09-01", "2028-08-31")), "create");
  Must(Move(id, "negotiate"), "negotiate");
  const std::string hash = Must(Move(id, "freeze"), "freeze").content_hash();
  Must(Approve(id, "b", hash), "approve");
  Must(Approve(id, "a", hash), "approve");
  Must(Move(id, "start_signing"), "start_signing");
  for (int step = 1; step <= 6; ++step) Must(Sign(id, step), "sign");
}

void World::UntilInForce(const std::string& id) {
  UntilSigned(id);
  Must(Move(id, "put_in_force"), "put_in_force");
  SetThesisState("t1", ThesisState::kActive);
}

void World::SignAmendment(const std::string& name) {
  const auto move = [&](const std::string& action) {
    pb::MoveAmendmentRequest request;
    request.set_name(name);
    request.set_action(action);
    rpc::Call call = As("office-a");
    return Must(api_->MoveAmendment(call, request), action.c_str());
  };
  const std::string hash = move("freeze").content_hash();
  for (const std::string side : {"a", "b"}) {
    pb::ApproveAmendmentRequest request;
    request.set_name(name);
    request.set_institution(side == "a" ? "institutions/uga" : "institutions/tsukuba");
    request.set_content_hash(hash);
    rpc::Call call = As("office-" + side);
    Must(api_->ApproveAmendment(call, request), "approve");
  }
  move("start_signing");
  for (int step = 1; step <= 6; ++step) {
    pb::SignAmendmentRequest request;
    request.set_name(name);
    request.set_step(step);
    request.set_original_received(true);
    request.set_content_hash(hash);
    rpc::Call call = As("office-b");
    Must(api_->SignAmendment(call, request), "sign");
  }
}

std::string World::Actions(const std::string& type, const std::string& id) {
  const auto rows = Must(database_.Read([&](db::Tx& tx) {
    return tx.Query(
        "SELECT event_type FROM outbox WHERE aggregate_type = $1 AND aggregate_id = $2"
        " ORDER BY revision",
        {type, id});
  }));
  std::string actions;
  for (const db::Row& row : rows) {
    // "jointly.theses.cotutelle.frozen.v1"
    std::string action = row.Text("event_type");
    action = action.substr(0, action.rfind('.'));
    actions += (actions.empty() ? "" : ",") + action.substr(action.rfind('.') + 1);
  }
  return actions;
}

}  // namespace jointly::theses::agreements
