#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/theses/api/answer.h"
#include "services/theses/api/convert.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/domain/text.h"
#include "services/theses/store/figures_store.h"
#include "services/theses/store/replica_store.h"
#include "services/theses/store/thesis_store.h"

// Proposals, and what can be read of a thesis.
namespace jointly::theses {
namespace {

using A = ThesisAction;

constexpr Reason kThesisExists{"THESIS_EXISTS"};   // thesis
constexpr Reason kNotKnownHere{"NOT_KNOWN_HERE"};  // names
constexpr Reason kThesisLive{"THESIS_LIVE"};       // thesis, state, student
constexpr Reason kNotYourThesis{"NOT_YOUR_THESIS"};

// Of a proposal; of a thesis under way, what no agreement speaks of.
const std::vector<std::string_view> kChangeable = {
    "title",           "sides",         "award_mode",
    "single_defence",  "language_code", "defence_language_code",
    "themes",          "full_time",     "funding_reference",
    "theses_fr_number"};
const std::vector<std::string_view> kLaterChangeable = {"themes", "funding_reference",
                                                        "theses_fr_number"};

const rpc::ListSpec& ThesisList() {
  static const rpc::ListSpec spec = {
      .columns = {{.field = "state", .sql = "thesis.state", .map = &LowerCase},
                  {.field = "institution",
                   .sql = "thesis.institution_a",
                   .or_sql = "thesis.institution_b"},
                  {.field = "student", .sql = "thesis.student"},
                  {.field = "award_mode", .sql = "thesis.award_mode"},
                  {.field = "start_date", .sql = "thesis.start_date"},
                  {.field = "defended_date", .sql = "thesis.defended_date"},
                  {.field = "phase", .sql = store::kPhaseSql}},
      .key_sql = "thesis.id"};
  return spec;
}

// Institutions, schools and people that the events of other services have not named; some event may
// still be on its way.
absl::Status CheckKnown(db::Tx& tx, const Thesis& thesis) {
  const Side& a = thesis.sides[0];
  const Side& b = thesis.sides[1];
  ASSIGN_OR_RETURN(std::vector<std::string> unknown,
                   store::UnknownInstitutions(tx, {a.institution, b.institution}));
  ASSIGN_OR_RETURN(const auto units, store::UnknownUnits(tx, {a.school, b.school}));
  ASSIGN_OR_RETURN(const auto people,
                   store::UnknownPeople(tx, {thesis.student, a.director, b.director}));
  unknown.insert(unknown.end(), units.begin(), units.end());
  unknown.insert(unknown.end(), people.begin(), people.end());
  if (unknown.empty()) return absl::OkStatus();
  const std::string names = Join(unknown, ", ");
  return WithRetryAfter(
      FailedPrecondition(kNotKnownHere,
                         names +
                             " is not known here: check the name, or try again in a moment when "
                             "it is new",
                         {{"names", names}}),
      std::chrono::seconds(1));
}

// What was decided about a text holds for that text alone.
void VoidOpinions(const Thesis& before, Thesis& after) {
  bool changed = before.title != after.title || before.award_mode != after.award_mode;
  for (std::size_t i = 0; i < 2; ++i) {
    changed = changed || before.sides[i].school != after.sides[i].school ||
              before.sides[i].programme != after.sides[i].programme ||
              before.sides[i].director != after.sides[i].director;
  }
  if (!changed) return;
  for (Side& side : after.sides) {
    side.opinion.clear();
    side.opinion_date.reset();
  }
}

// The stored thesis with the request's masked fields; everything else stays as it is.
absl::StatusOr<Thesis> Updated(const Thesis& before, const pb::UpdateThesisRequest& request) {
  const bool proposal = before.state == ThesisState::kProposed;
  pb::Thesis message = RecordToProto(before);
  RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(), proposal ? kChangeable : kLaterChangeable,
                                 request.thesis(), message));
  Violations violations;
  const Thesis read = ReadThesis(message, "thesis", violations);
  for (std::size_t i = 0; i < 2; ++i) {
    violations.Require(read.sides[i].institution == before.sides[i].institution,
                       "thesis.sides[" + std::to_string(i) + "].institution",
                       "is fixed since the proposal");
  }
  violations.Require(read.funding_reference == before.funding_reference ||
                         before.funding.state == FundingState::kNone,
                     "thesis.funding_reference", "is fixed: a thesis asks for its money once");
  RETURN_IF_ERROR(violations.ToStatus());
  Thesis after = before;
  after.title = read.title;
  after.award_mode = read.award_mode;
  after.single_defence = read.single_defence;
  after.language_code = read.language_code;
  after.defence_language_code = read.defence_language_code;
  after.themes = read.themes;
  after.full_time = read.full_time;
  after.funding_reference = read.funding_reference;
  after.theses_fr_number = read.theses_fr_number;
  for (std::size_t i = 0; i < 2; ++i) {
    after.sides[i].school = read.sides[i].school;
    after.sides[i].programme = read.sides[i].programme;
    after.sides[i].director = read.sides[i].director;
    after.sides[i].in_charge = read.sides[i].in_charge;
  }
  if (proposal) VoidOpinions(before, after);
  return after;
}

// One joint thesis per student and pair of institutions at a time; a table's index says so too, for
// two proposals at the same moment.
absl::Status CheckNoneLive(db::Tx& tx, const Thesis& proposed) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, store::ThesesOf(tx, proposed.student));
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(const Thesis other,
                     store::LoadThesis(tx, id, store::Everything(), store::Lock::kNo));
    const bool same = FindSide(other, proposed.sides[0].institution) != nullptr &&
                      FindSide(other, proposed.sides[1].institution) != nullptr;
    if (!same || Ended(other.state)) continue;
    return AlreadyExists(kThesisLive,
                         "the student has a joint thesis of these two institutions already: end it "
                         "first",
                         {{"thesis", "theses/" + id},
                          {"state", std::string(Name(other.state))},
                          {"student", proposed.student}});
  }
  return absl::OkStatus();
}

}  // namespace

ThesisFacts FactsFor(const Seen& seen, ThesisInput input, Time now) {
  ThesisFacts facts{.thesis = seen.thesis,
                    .setting = seen.setting,
                    .plan = seen.plan,
                    .now = now,
                    .date = input.date.value_or(seen.setting.today),
                    .input = std::move(input),
                    .forbidding = {}};
  return facts;
}

pb::Thesis AnswerTo(const rpc::Call& call, const Seen& seen) {
  pb::Thesis message = ToProto(seen, call.now);
  const Relation relation = RelationTo(call.principal, seen.thesis);
  AddAllowed(AllowedActions(FactsFor(seen, {}, call.now), relation.roles), message);
  return message;
}

absl::StatusOr<pb::Thesis> Api::CreateThesis(rpc::Call& call,
                                             const pb::CreateThesisRequest& request) {
  Violations violations;
  Thesis thesis = ReadThesis(request.thesis(), "thesis", violations);
  violations.Require(request.thesis_id().empty() || rpc::IsResourceId(request.thesis_id()),
                     "thesis_id", "must be lower case letters, digits and dashes");
  thesis.id = request.thesis_id();
  RETURN_IF_ERROR(violations.ToStatus());
  if (RelationTo(call.principal, thesis).roles.empty()) {
    return PermissionDenied(kNotYourThesis,
                            "a thesis is proposed by its student, one of its directors, or the "
                            "doctoral office of a side");
  }
  return Run<pb::Thesis>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Thesis> {
    RETURN_IF_ERROR(CheckKnown(tx, thesis));
    Thesis created = thesis;
    if (created.id.empty()) {
      created.id = ids_.Next();
    } else if (store::LoadThesis(tx, created.id, store::Everything(), store::Lock::kNo).ok()) {
      return AlreadyExists(kThesisExists, "theses/" + created.id + " exists already",
                           {{"thesis", "theses/" + created.id}});
    }
    RETURN_IF_ERROR(CheckNoneLive(tx, created));
    ASSIGN_OR_RETURN(
        const Seen seen,
        engine_.SaveAndTell(
            tx, WhoOf(call), nullptr, created,
            {.action = "proposed", .from = "", .to = Name(created.state), .note = ""}));
    return AnswerTo(call, seen);
  });
}

absl::StatusOr<Seen> Api::Find(db::Tx& tx, const rpc::Call& call, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("theses", name));
  ASSIGN_OR_RETURN(const Thesis thesis, store::LoadThesis(tx, id, ScopeOf(call), store::Lock::kNo));
  return engine_.Look(tx, thesis, call.now);
}

absl::StatusOr<pb::Thesis> Api::GetThesis(rpc::Call& call, const pb::GetThesisRequest& request) {
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Thesis> {
        ASSIGN_OR_RETURN(const Seen seen, Find(tx, call, request.name()));
        return AnswerTo(call, seen);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListThesesResponse> Api::ListTheses(rpc::Call& call,
                                                       const pb::ListThesesRequest& request) {
  const store::Scope scope = ScopeOf(call);
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(ThesisList(),
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = request.filter()},
                                                        store::ThesisScopeParameters(scope) + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListThesesResponse> {
        ASSIGN_OR_RETURN(std::vector<Thesis> theses,
                         store::ListTheses(tx, scope,
                                           {.where = page.where,
                                            .order_and_limit = page.order_and_limit,
                                            .parameters = page.parameters}));
        pb::ListThesesResponse response;
        const bool more = theses.size() > static_cast<std::size_t>(page.size);
        if (more) theses.resize(static_cast<std::size_t>(page.size));
        for (const Thesis& thesis : theses) *response.add_theses() = RecordToProto(thesis);
        if (more) response.set_next_page_token(rpc::NextPageToken(page, theses.back().id));
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Thesis> Api::UpdateThesis(rpc::Call& call,
                                             const pb::UpdateThesisRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("theses", request.thesis().name()));
  return Run<pb::Thesis>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Thesis> {
    ASSIGN_OR_RETURN(const Thesis before,
                     store::LoadThesis(tx, id, ScopeOf(call), store::Lock::kYes));
    RETURN_IF_ERROR(rpc::MatchEtag(request.thesis().etag(), before.revision));
    ASSIGN_OR_RETURN(const Thesis after, Updated(before, request));
    RETURN_IF_ERROR(CheckKnown(tx, after));
    Step step;
    step.name = request.thesis().name();
    step.action = before.state == ThesisState::kProposed ? "update" : "record";
    step.input.updated = after;
    ASSIGN_OR_RETURN(const Seen seen, TakeStep(tx, call, step));
    return AnswerTo(call, seen);
  });
}

absl::StatusOr<pb::ListHistoryResponse> Api::ListHistory(rpc::Call& call,
                                                         const pb::ListHistoryRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("theses", request.name()));
  static const rpc::ListSpec spec = {.columns = {}, .key_sql = "id", .key_is_number = true};
  // Its pages are keyed by the audit row: the store writes the condition.
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(spec,
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = ""},
                                                        /*first_parameter=*/1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListHistoryResponse> {
        RETURN_IF_ERROR(store::LoadThesis(tx, id, ScopeOf(call), store::Lock::kNo).status());
        std::int64_t after = 0;
        if (!page.parameters.empty()) {
          after = std::get<std::int64_t>(page.parameters.front().variant());
        }
        ASSIGN_OR_RETURN(std::vector<store::HistoryRow> rows,
                         store::ListHistory(tx, "theses/" + id, after, page.size + 1));
        pb::ListHistoryResponse response;
        const bool more = rows.size() > static_cast<std::size_t>(page.size);
        if (more) rows.resize(static_cast<std::size_t>(page.size));
        for (const store::HistoryRow& row : rows) {
          pb::HistoryEntry& entry = *response.add_entries();
          entry.set_action(row.action);
          entry.set_from(row.from);
          entry.set_to(row.to);
          entry.set_actor(row.actor);
          entry.set_revision(row.revision);
          *entry.mutable_time() = rpc::ToProto(row.time);
        }
        if (more) {
          response.set_next_page_token(rpc::NextPageToken(page, std::to_string(rows.back().id)));
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::theses
