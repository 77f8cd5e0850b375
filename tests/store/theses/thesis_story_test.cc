#include <google/protobuf/util/message_differencer.h>

#include "tests/store/theses/thesis_world.h"

// The whole life of one thesis, and who may do what in it.
namespace jointly::theses::theses_world {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kUga = "institutions/uga";
constexpr const char* kTsukuba = "institutions/tsukuba";

void PassReports(World& world, Api& api, const std::string& date) {
  for (const char* member : {"m1", "m2"}) {
    pb::RecordReportRequest request;
    request.set_name("theses/t1");
    request.set_member(member);
    request.set_opinion("favourable");
    *request.mutable_date() = Day(date);
    rpc::Call call = world.As("office-a");
    Must(api.RecordReport(call, request), "report");
  }
}

// Two yearly cycles and a parental leave between them.
void LiveThrough(World& w, Api& api) {
  w.GoTo("2025-11-01");
  w.WholeYear("t1", kUga, 2025);
  w.WholeYear("t1", kTsukuba, 2025);
  {
    pb::SuspendThesisRequest request;
    request.set_name("theses/t1");
    request.mutable_suspension()->set_basis("parental");
    *request.mutable_suspension()->mutable_first_date() = Day("2025-11-01");
    *request.mutable_suspension()->mutable_last_date() = Day("2026-02-28");
    rpc::Call call = w.As("office-b");
    const pb::Thesis suspended = Must(api.SuspendThesis(call, request), "suspend");
    EXPECT_EQ(suspended.state(), pb::Thesis::SUSPENDED);
    EXPECT_THAT(suspended.suspensions(0).legal_reference(), HasSubstr("art. 14"));
    EXPECT_EQ(Text(suspended.expected_end_date()), "2028-01-28") << "the clock stands for 120 days";
  }
  w.GoTo("2026-01-01");
  const pb::Thesis resumed = Must(w.Move("office-a", "t1", "resume", "2026-01-01"), "resume");
  EXPECT_EQ(Text(resumed.suspensions(0).last_date()), "2025-12-31");
  EXPECT_EQ(Text(resumed.expected_end_date()), "2027-11-30");
  w.GoTo("2026-10-10");
  w.WholeYear("t1", kUga, 2026);
  w.WholeYear("t1", kTsukuba, 2026);
}

// Planned, prepared, authorised and held, with corrections.
void Defend(World& w, Api& api) {
  Must(w.Plan("director-a", "t1", "2027-01-26"), "plan");
  Must(w.DefenceStep("t1", "declared", "2026-10-10"), "declare");
  w.GoTo("2027-01-12");
  Must(w.DefenceStep("t1", "manuscript", "2026-11-30"), "manuscript");
  Must(w.DefenceStep("t1", "deposit", "2026-12-20", true), "deposit");
  Must(w.Milestone("office-b", "t1", kTsukuba, "preexamination", "2026-11-25"), "preexamination");
  Must(w.Milestone("office-b", "t1", kTsukuba, "thesis_submitted", "2027-01-05"), "submission");
  PassReports(w, api, "2027-01-12");
  EXPECT_EQ(Must(w.Move("office-a", "t1", "authorise"), "authorise").state(),
            pb::Thesis::AUTHORISED);
  w.GoTo("2027-01-27");
  {
    pb::RecordDefenceRequest request;
    request.set_name("theses/t1");
    *request.mutable_date() = Day("2027-01-26");
    request.set_outcome("passed_with_corrections");
    for (const char* member : {"m1", "m2", "m3", "m4", "m5"}) request.add_present(member);
    rpc::Call call = w.As("office-a");
    EXPECT_EQ(Must(api.RecordDefence(call, request), "defend").state(),
              pb::Thesis::CORRECTIONS_DUE);
  }
}

TEST_P(ThesisTest, FromTheProposalToTheLastDiploma) {
  World& w = world();
  w.Activate("t1");
  EXPECT_EQ(w.Get("t1").state(), pb::Thesis::ACTIVE);
  EXPECT_EQ(Text(w.Get("t1").expected_end_date()), "2027-09-30");
  LiveThrough(w, api());
  Defend(w, api());
  EXPECT_EQ(Say(Find(w.PlanOf("t1"), "fr.corrections")), "2027-04-26 23:59:59 Europe/Paris ARMED");
  w.GoTo("2027-05-01");
  Must(w.DefenceStep("t1", "corrections", "2027-04-01"), "corrections");
  Must(w.DefenceStep("t1", "final_deposit", "2027-04-10"), "final deposit");
  Must(w.DefenceStep("t1", "conferral", "2027-03-23"), "conferral");
  for (const char* who : {"office-b", "office-a"}) {
    pb::IssueDiplomaRequest request;
    request.set_name("theses/t1");
    *request.mutable_date() = Day("2027-05-01");
    rpc::Call call = w.As(who);
    Must(api().IssueDiploma(call, request), "diploma");
  }
  EXPECT_EQ(w.Get("t1").state(), pb::Thesis::DIPLOMAS_ISSUED);
  const auto open = w.Move("office-a", "t1", "close");
  EXPECT_THAT(Said(open.status()), HasSubstr("full_text_published"));
  EXPECT_THAT(Said(open.status()), HasSubstr("theses.fr"));
  Must(w.DefenceStep("t1", "abstract_published", "2027-04-20"), "abstract");
  Must(w.DefenceStep("t1", "full_text_published", "2027-04-21"), "full text");
  pb::UpdateThesisRequest update;
  update.mutable_thesis()->set_name("theses/t1");
  update.mutable_thesis()->set_theses_fr_number("2027GRALY001");
  update.mutable_update_mask()->add_paths("theses_fr_number");
  rpc::Call call = w.As("office-a");
  Must(api().UpdateThesis(call, update), "the number");
  EXPECT_EQ(Must(w.Move("office-a", "t1", "close"), "close").state(), pb::Thesis::CLOSED);
  const auto actions = Actions("t1");
  EXPECT_EQ(actions.front(), "proposed");
  EXPECT_EQ(actions.back(), "closed");
  EXPECT_EQ(w.Get("t1").revision(), static_cast<std::int64_t>(actions.size()));
}

TEST_P(ThesisTest, HistoryIsThereInPages) {
  world().Activate("t1");
  pb::ListHistoryRequest request;
  request.set_name("theses/t1");
  request.set_page_size(4);
  std::vector<std::string> actions;
  do {
    rpc::Call call = world().As("student");
    const auto page = Must(api().ListHistory(call, request), "history");
    for (const auto& entry : page.entries()) actions.push_back(entry.action());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(actions, ElementsAre("proposed", "opinion_given", "approved", "agreement_opened",
                                   "recorded", "recorded", "recorded", "recorded", "activated"));
}

// What each person gets: a foreign thesis does not exist, a visible one may be out of reach.
TEST_P(ThesisTest, EachSeesAndDoesTheirPart) {
  world().Activate("t1");
  struct Row {
    const char* who;
    const char* get;
    const char* suspend;
    const char* plan;
    const char* abandon;
  };
  for (const Row& row : {Row{"student", "OK", "WRONG_ROLE", "WRONG_ROLE", "OK"},
                         Row{"director-b", "OK", "WRONG_ROLE", "GUARD_REFUSED", "WRONG_ROLE"},
                         Row{"office-a", "OK", "GUARD_REFUSED", "GUARD_REFUSED", "OK"},
                         Row{"office-b", "OK", "GUARD_REFUSED", "GUARD_REFUSED", "OK"},
                         Row{"school-a", "OK", "GUARD_REFUSED", "GUARD_REFUSED", "OK"},
                         Row{"auditor", "OK", "WRONG_ROLE", "WRONG_ROLE", "WRONG_ROLE"},
                         Row{"office-c", "THESIS_NOT_FOUND", "THESIS_NOT_FOUND", "THESIS_NOT_FOUND",
                             "THESIS_NOT_FOUND"},
                         Row{"stranger", "THESIS_NOT_FOUND", "THESIS_NOT_FOUND", "THESIS_NOT_FOUND",
                             "THESIS_NOT_FOUND"}}) {
    SCOPED_TRACE(row.who);
    pb::GetThesisRequest get;
    get.set_name("theses/t1");
    rpc::Call call = world().As(row.who);
    EXPECT_EQ(Outcome(api().GetThesis(call, get)), row.get);
    pb::SuspendThesisRequest suspend;
    suspend.set_name("theses/t1");
    suspend.set_validate_only(true);
    suspend.mutable_suspension()->set_basis("parental");
    *suspend.mutable_suspension()->mutable_first_date() = Day("2025-02-01");
    *suspend.mutable_suspension()->mutable_last_date() = Day("2025-01-01");
    rpc::Call next = world().As(row.who);
    EXPECT_EQ(Outcome(api().SuspendThesis(next, suspend)), row.suspend);
    EXPECT_EQ(Outcome(world().Plan(row.who, "t1", "2030-01-01", true)), row.plan);
    pb::MoveThesisRequest abandon;
    abandon.set_name("theses/t1");
    abandon.set_action("abandon");
    abandon.set_reason("another life");
    abandon.set_validate_only(true);
    rpc::Call last = world().As(row.who);
    EXPECT_EQ(Outcome(api().MoveThesis(last, abandon)), row.abandon);
  }
}

TEST_P(ThesisTest, ListsShowWhatOneSeesByFilter) {
  world().Activate("t1");
  rpc::Call call = world().As("director-a");
  pb::CreateThesisRequest other = world().Proposal("t2", "institutions/sapporo");
  Must(api().CreateThesis(call, other), "another one");
  struct Row {
    const char* who;
    const char* filter;
    std::vector<std::string> names;
  };
  for (const Row& row :
       {Row{"office-a", "", {"theses/t1", "theses/t2"}}, Row{"office-b", "", {"theses/t1"}},
        Row{"office-c", "", {"theses/t2"}}, Row{"stranger", "", {}},
        Row{"student", "", {"theses/t1", "theses/t2"}},
        Row{"office-a", "state = ACTIVE", {"theses/t1"}},
        Row{"office-a", "institution = institutions/sapporo", {"theses/t2"}},
        Row{"office-a",
            "institution = institutions/uga AND institution = institutions/tsukuba",
            {"theses/t1"}},
        Row{"office-a", "start_date >= 2024-10-01", {"theses/t1"}},
        Row{"office-a", "award_mode = joint_diploma", {}}}) {
    SCOPED_TRACE(std::string(row.who) + " " + row.filter);
    pb::ListThesesRequest request;
    request.set_filter(row.filter);
    rpc::Call caller = world().As(row.who);
    const auto list = Must(api().ListTheses(caller, request), "list");
    std::vector<std::string> names;
    for (const auto& thesis : list.theses()) names.push_back(thesis.name());
    EXPECT_EQ(names, row.names);
  }
}

// A proposal that is changed has to be judged again; once approved its text is fixed.
TEST_P(ThesisTest, AProposalCanBeChanged) {
  World& w = world();
  rpc::Call call = w.As("director-a");
  Must(api().CreateThesis(call, w.Proposal("t1")), "propose");
  Must(w.Move("office-a", "t1", "favour"), "favour");
  pb::UpdateThesisRequest update;
  update.mutable_thesis()->set_name("theses/t1");
  update.mutable_thesis()->set_title("Another title");
  update.mutable_update_mask()->add_paths("title");
  rpc::Call next = w.As("student");
  const pb::Thesis changed = Must(api().UpdateThesis(next, update), "update");
  EXPECT_EQ(changed.title(), "Another title");
  EXPECT_EQ(changed.sides(0).opinion(), "") << "the opinion was about another title";
  EXPECT_EQ(changed.state(), pb::Thesis::PROPOSED);
  Must(w.Move("office-a", "t1", "favour"), "favour");
  Must(w.Move("office-b", "t1", "favour"), "approve");
  rpc::Call last = w.As("student");
  EXPECT_EQ(absl::StatusCodeToString(api().UpdateThesis(last, update).status().code()),
            "INVALID_ARGUMENT")
      << "the title changes by an amendment then";
}

TEST_P(ThesisTest, ACommandIsCarriedOutOnceAndOnTheRevisionThatWasSeen) {
  World& w = world();
  rpc::Call call = w.As("student");
  Must(api().CreateThesis(call, w.Proposal("t1")), "propose");
  pb::MoveThesisRequest request;
  request.set_name("theses/t1");
  request.set_action("favour");
  request.set_etag("\"1\"");
  rpc::Call first = w.As("office-a");
  first.request_id_given = true;
  const pb::Thesis reply = Must(api().MoveThesis(first, request), "favour");
  rpc::Call again = first;
  // Not byte by byte: titles by language have no order on the wire.
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
      Must(api().MoveThesis(again, request), "again"), reply));
  rpc::Call other = w.As("office-b");
  EXPECT_EQ(Outcome(api().MoveThesis(other, request)), "STALE_ETAG");
  EXPECT_THAT(Actions("t1"), ElementsAre("proposed", "opinion_given"));
}

INSTANTIATE_ON_ENGINES(ThesisTest);

}  // namespace
}  // namespace jointly::theses::theses_world
