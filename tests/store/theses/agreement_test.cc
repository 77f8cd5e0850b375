#include <gmock/gmock.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include "common/telemetry/failpoint.h"
#include "services/theses/store/cotutelle_store.h"
#include "tests/store/theses/agreement_world.h"
#include "tests/support/table.h"

namespace jointly::theses::agreements {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_P(AgreementTest, IsNegotiatedApprovedSignedAndPutInForce) {
  world().UntilInForce("c1");
  const pb::Cotutelle after = world().Get("c1");
  EXPECT_EQ(after.state(), pb::Cotutelle::IN_FORCE);
  EXPECT_EQ(after.version(), 1);
  EXPECT_EQ(after.originals(), 6);
  EXPECT_THAT(after.partners(), ElementsAre("institutions/uga", "institutions/tsukuba"));
  EXPECT_EQ(after.text_in_force().title(), "Energy in two cities, t1");
  EXPECT_EQ(world().Actions("theses.cotutelle", "c1"),
            "created,negotiating,frozen,approved,approved,signing,rung_signed,rung_signed,"
            "rung_signed,rung_signed,rung_signed,signed,in_force");
  EXPECT_EQ(world().LoadThesis("t1").cotutelle, "c1");
  EXPECT_EQ(after.revision(), 13);
}

TEST_P(AgreementTest, RefusesAStaleApprovalAndChangesNothing) {
  rpc::Call call = world().As("office-a");
  Must(api().CreateCotutelle(call, world().Draft("c1", "2025-09-01", "2028-08-31")));
  Must(world().Move("c1", "negotiate"));
  const pb::Cotutelle frozen = Must(world().Move("c1", "freeze"));
  Must(world().Approve("c1", "a", frozen.content_hash()));

  pb::UpdateCotutelleRequest request;
  request.mutable_cotutelle()->set_name("cotutelles/c1");
  request.mutable_cotutelle()->mutable_text()->set_fees("both");
  request.mutable_update_mask()->add_paths("text.fees");
  rpc::Call other = world().As("office-b");
  const pb::Cotutelle edited = Must(api().UpdateCotutelle(other, request));
  EXPECT_EQ(edited.state(), pb::Cotutelle::NEGOTIATING);
  EXPECT_EQ(edited.approvals_size(), 0);
  EXPECT_EQ(edited.text().residence_minimum_percent(), 30) << "the mask leaves the rest";

  EXPECT_EQ(Outcome(world().Approve("c1", "b", frozen.content_hash())), "STALE_CONTENT");
  const pb::Cotutelle again = Must(world().Move("c1", "freeze"));
  EXPECT_EQ(Outcome(world().Approve("c1", "b", frozen.content_hash())), "STALE_CONTENT");
  EXPECT_EQ(world().Get("c1").revision(), again.revision());
  EXPECT_EQ(Outcome(world().Move("c1", "start_signing")), "GUARD_REFUSED");

  // Both texts can be read for ever.
  const auto texts = Must(database().Read([&](db::Tx& tx) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const CotutelleText first, store::LoadVersion(tx, "c1", 1));
    ASSIGN_OR_RETURN(const CotutelleText second, store::LoadVersion(tx, "c1", 2));
    return first.fees + " then " + second.fees;
  }));
  EXPECT_EQ(texts, "alternate then both");
}

TEST_P(AgreementTest, IsSeenByWhoSeesTheThesisAndMovedByItsOffices) {
  rpc::Call office = world().As("office-a");
  Must(api().CreateCotutelle(office, world().Draft("c1", "2025-09-01", "2028-08-31")));
  for (const test::Row& row : test::Table(R"(
      who         get                  move
      office-a    OK                   OK
      office-b    OK                   ILLEGAL_MOVE
      school-a    OK                   ILLEGAL_MOVE
      student     OK                   WRONG_ROLE
      director-b  OK                   WRONG_ROLE
      auditor     OK                   WRONG_ROLE
      elsewhere   COTUTELLE_NOT_FOUND  COTUTELLE_NOT_FOUND
    )")) {
    SCOPED_TRACE(row.text());
    pb::GetCotutelleRequest request;
    request.set_name("cotutelles/c1");
    rpc::Call call = world().As(row["who"]);
    EXPECT_EQ(Outcome(api().GetCotutelle(call, request)), row["get"]);
    EXPECT_EQ(Outcome(world().Move("c1", "negotiate", "", row["who"])), row["move"]);
    rpc::Call lister = world().As(row["who"]);
    const auto list = api().ListCotutelles(lister, pb::ListCotutellesRequest());
    EXPECT_EQ(Must(list).cotutelles_size(), row["get"] == "OK" ? 1 : 0);
  }
  pb::ApproveCotutelleRequest request;
  request.set_name("cotutelles/c1");
  request.set_institution("institutions/tsukuba");
  request.set_content_hash("h");
  rpc::Call call = world().As("office-a");
  EXPECT_EQ(Outcome(api().ApproveCotutelle(call, request)), "NOT_YOUR_SIDE");
}

TEST_P(AgreementTest, RefusesASecondOneOnTheSameDays) {
  world().UntilInForce("c1");
  rpc::Call call = world().As("office-b");
  const auto refused = api().CreateCotutelle(call, world().Draft("c2", "2028-08-31", "2029-08-31"));
  EXPECT_EQ(Outcome(refused), "AGREEMENTS_OVERLAP");
  EXPECT_THAT(MessageOf(refused.status()), HasSubstr("cotutelles/c1"));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM cotutelle"), 1);
  EXPECT_EQ(world().Actions("theses.cotutelle", "c2"), "");
}

TEST_P(AgreementTest, SaysWhatEachMoveLacks) {
  rpc::Call call = world().As("office-a");
  pb::CreateCotutelleRequest draft = world().Draft("c1", "2025-09-01", "2028-08-31");
  draft.mutable_cotutelle()->mutable_text()->set_director_b("people/somebody");
  Must(api().CreateCotutelle(call, draft));
  Must(world().Move("c1", "negotiate"));
  const pb::Cotutelle seen = world().Get("c1");
  bool found = false;
  for (const pb::AllowedAction& action : seen.allowed_actions()) {
    if (action.action() != "freeze") continue;
    found = true;
    EXPECT_FALSE(action.ready());
    EXPECT_EQ(action.missing(0).guard(), "MATCHES_THESIS");
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(world().Get("c1", "student").allowed_actions_size(), 0);
}

TEST_P(AgreementTest, RehearsesWithoutAnyEffect) {
  rpc::Call office = world().As("office-a");
  Must(api().CreateCotutelle(office, world().Draft("c1", "2025-09-01", "2028-08-31")));
  pb::MoveCotutelleRequest request;
  request.set_name("cotutelles/c1");
  request.set_action("negotiate");
  request.set_validate_only(true);
  rpc::Call call = world().As("office-a");
  EXPECT_EQ(Must(api().MoveCotutelle(call, request)).state(), pb::Cotutelle::NEGOTIATING);
  EXPECT_EQ(world().Get("c1").state(), pb::Cotutelle::IDEA);
  EXPECT_EQ(world().Actions("theses.cotutelle", "c1"), "created");
}

TEST_P(AgreementTest, BlocksItsExpiryWhileTheThesisRunsAndExpiresThen) {
  world().UntilInForce("c1");
  world().LiveUntil("2028-08-31");
  EXPECT_EQ(world().Get("c1").state(), pb::Cotutelle::NOTICE_WINDOW) << "six months before its end";
  world().GoTo("2028-09-01");
  pb::Cotutelle blocked = world().Get("c1");
  EXPECT_EQ(blocked.state(), pb::Cotutelle::NOTICE_WINDOW);
  EXPECT_THAT(blocked.blocked_by(), ElementsAre("theses/t1 is active"));
  EXPECT_FALSE(blocked.has_text_in_force()) << "blocked, not in force: its days are over";
  bool task = false;
  for (const auto& deadline : blocked.deadlines()) {
    task = task || deadline.kind() == "expiry_blocked";
  }
  EXPECT_TRUE(task);
  const std::string before = world().Actions("theses.cotutelle", "c1");
  EXPECT_THAT(before, HasSubstr("notice,expiry_blocked"));
  world().GoTo("2028-09-04");
  EXPECT_EQ(world().Actions("theses.cotutelle", "c1"), before) << "it is told once";

  world().SetThesisState("t1", ThesisState::kClosed);
  world().GoTo("2028-09-06");
  const pb::Cotutelle expired = world().Get("c1");
  EXPECT_EQ(expired.state(), pb::Cotutelle::EXPIRED);
  EXPECT_EQ(Text(expired.ended_date()), "2028-08-31");
  EXPECT_EQ(expired.blocked_by_size(), 0);
}

TEST_P(AgreementTest, EndsWhenItsNoticeHasRun) {
  world().UntilInForce("c1");
  EXPECT_EQ(Outcome(world().Move("c1", "give_notice", "2026-08-01")), "GUARD_REFUSED");
  Must(world().Move("c1", "give_notice", "2026-10-01"));
  EXPECT_EQ(Outcome(world().Move("c1", "terminate")), "GUARD_REFUSED");
  world().GoTo("2026-10-01");
  EXPECT_TRUE(world().Get("c1").has_text_in_force());
  world().GoTo("2026-10-02");
  const pb::Cotutelle ended = world().Get("c1");
  EXPECT_EQ(ended.state(), pb::Cotutelle::TERMINATED);
  EXPECT_EQ(Text(ended.ended_date()), "2026-10-01");
}

TEST_P(AgreementTest, IsReviewedWhenNobodyTouchedItForAYear) {
  rpc::Call office = world().As("office-a");
  Must(api().CreateCotutelle(office, world().Draft("c1", "2025-09-01", "2028-08-31")));
  world().GoTo("2027-02-25");
  EXPECT_EQ(world().Get("c1").state(), pb::Cotutelle::IDEA);
  world().GoTo("2027-03-03");
  EXPECT_EQ(world().Get("c1").state(), pb::Cotutelle::DORMANT_REVIEW);
  EXPECT_EQ(Outcome(world().Move("c1", "resume")), "GUARD_REFUSED");
  EXPECT_EQ(Must(world().Move("c1", "negotiate")).state(), pb::Cotutelle::NEGOTIATING);
}

TEST_P(AgreementTest, RenewsBySuccession) {
  world().UntilInForce("c1");
  rpc::Call call = world().As("office-a");
  Must(api().CreateCotutelle(call, world().Draft("c2", "2028-09-01", "2029-08-31")));
  pb::MoveCotutelleRequest request;
  request.set_name("cotutelles/c1");
  request.set_action("renew");
  request.set_successor("cotutelles/c2");
  rpc::Call early = world().As("office-a");
  EXPECT_EQ(Outcome(api().MoveCotutelle(early, request)), "GUARD_REFUSED");
  Must(world().Move("c2", "negotiate"));
  const std::string hash = Must(world().Move("c2", "freeze")).content_hash();
  Must(world().Approve("c2", "a", hash));
  Must(world().Approve("c2", "b", hash));
  Must(world().Move("c2", "start_signing"));
  for (int step = 1; step <= 6; ++step) Must(world().Sign("c2", step));
  rpc::Call late = world().As("office-a");
  const pb::Cotutelle renewed = Must(api().MoveCotutelle(late, request));
  EXPECT_EQ(renewed.state(), pb::Cotutelle::RENEWED);
  EXPECT_TRUE(renewed.has_text_in_force()) << "until its last day";
  world().LiveUntil("2028-09-01");
  EXPECT_FALSE(world().Get("c1").has_text_in_force());
  EXPECT_EQ(Must(world().Move("c2", "put_in_force")).state(), pb::Cotutelle::IN_FORCE);
}

pb::Amendment AmendmentOf(const std::string& effective) {
  pb::Amendment amendment;
  amendment.mutable_changes()->set_title("Energy in three cities");
  *amendment.mutable_changes()->mutable_end_date() = Day("2029-08-31");
  amendment.mutable_changes()->set_director_b("people/director-c");
  for (const char* path : {"title", "end_date", "director_b"}) amendment.add_paths(path);
  *amendment.mutable_effective_date() = Day(effective);
  return amendment;
}

pb::MoveAmendmentRequest InForce() {
  pb::MoveAmendmentRequest request;
  request.set_name("cotutelles/c1/amendments/a1");
  request.set_action("put_in_force");
  return request;
}

TEST_P(AgreementTest, AnAmendmentChangesAgreementAndThesisInOneStep) {
  world().UntilInForce("c1");
  pb::CreateAmendmentRequest request;
  request.set_parent("cotutelles/c1");
  request.set_amendment_id("a1");
  *request.mutable_amendment() = AmendmentOf("2026-03-02");
  rpc::Call call = world().As("office-b");
  Must(api().CreateAmendment(call, request));
  world().SignAmendment("cotutelles/c1/amendments/a1");
  EXPECT_EQ(world().LoadThesis("t1").title, "Energy in two cities, t1");
  const std::int64_t thesis_revision = world().LoadThesis("t1").revision;
  const std::int64_t revision = world().Get("c1").revision();

  rpc::Call mover = world().As("office-a");
  EXPECT_EQ(Must(api().MoveAmendment(mover, InForce())).state(), pb::Cotutelle::IN_FORCE);
  const Thesis thesis = world().LoadThesis("t1");
  EXPECT_EQ(thesis.title, "Energy in three cities");
  EXPECT_EQ(thesis.sides[1].director, "people/director-c");
  EXPECT_EQ(thesis.revision, thesis_revision + 1);
  const pb::Cotutelle after = world().Get("c1");
  EXPECT_EQ(after.revision(), revision + 1);
  EXPECT_EQ(after.text_in_force().title(), "Energy in three cities");
  EXPECT_EQ(after.text().title(), "Energy in two cities, t1") << "what was signed first is kept";
  EXPECT_THAT(world().Actions("theses.cotutelle", "c1"),
              HasSubstr("amendment_created,amendment_frozen,amendment_approved,amendment_approved,"
                        "amendment_signing"));
  EXPECT_EQ(Text(after.text_in_force().end_date()), "2029-08-31");

  // The agreement no longer ends on its first day.
  world().GoTo("2028-09-01");
  EXPECT_TRUE(world().Get("c1").has_text_in_force());
  EXPECT_EQ(world().Get("c1").blocked_by_size(), 0);
}

#ifdef JOINTLY_FAILPOINTS
// A fault after the agreement is written and before the thesis is: neither changes.
TEST_P(AgreementTest, AnAmendmentIsAppliedWholeOrNotAtAll) {
  world_.reset();
  Close();
  db::Options options = place().options();
  options.single_threaded = true;  // Failpoints fire on the thread that set their hook.
  const auto own = test::OpenMigrated(options, {{"theses", &Migrations()}});
  world_ = std::make_unique<World>(*own, /*seed=*/7);
  world().UntilInForce("c1");
  pb::CreateAmendmentRequest request;
  request.set_parent("cotutelles/c1");
  request.set_amendment_id("a1");
  *request.mutable_amendment() = AmendmentOf("2026-03-02");
  rpc::Call call = world().As("office-b");
  Must(api().CreateAmendment(call, request));
  world().SignAmendment("cotutelles/c1/amendments/a1");
  const std::int64_t thesis_revision = world().LoadThesis("t1").revision;
  const std::int64_t revision = world().Get("c1").revision();
  telemetry::SetFailpointHook(
      [](std::string_view name, void*) {
        if (name == "theses.amended") throw telemetry::SimulatedError();
      },
      nullptr);
  rpc::Call faulty = world().As("office-a");
  EXPECT_FALSE(api().MoveAmendment(faulty, InForce()).ok());
  telemetry::SetFailpointHook(nullptr, nullptr);
  EXPECT_EQ(world().LoadThesis("t1").revision, thesis_revision);
  EXPECT_EQ(world().LoadThesis("t1").title, "Energy in two cities, t1");
  EXPECT_EQ(world().Get("c1").revision(), revision);
  EXPECT_EQ(world().Get("c1").text_in_force().title(), "Energy in two cities, t1");
  rpc::Call again = world().As("office-a");
  Must(api().MoveAmendment(again, InForce()));
  EXPECT_EQ(world().LoadThesis("t1").title, "Energy in three cities");
  world_.reset();
}
#endif

TEST_P(AgreementTest, AnAmendmentComesIntoForceByItselfOnItsDay) {
  world().UntilInForce("c1");
  pb::CreateAmendmentRequest request;
  request.set_parent("cotutelles/c1");
  request.set_amendment_id("a1");
  *request.mutable_amendment() = AmendmentOf("2026-06-01");
  rpc::Call call = world().As("office-b");
  Must(api().CreateAmendment(call, request));
  world().SignAmendment("cotutelles/c1/amendments/a1");
  rpc::Call early = world().As("office-a");
  EXPECT_EQ(Outcome(api().MoveAmendment(early, InForce())), "GUARD_REFUSED");
  world().GoTo("2026-06-01");
  EXPECT_EQ(world().LoadThesis("t1").title, "Energy in three cities");
  const auto text = Must(database().Read([&](db::Tx& tx) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const auto all, store::CotutellesOf(tx, "t1"));
    return InForceOn(all, *ParseDate("2026-05-31"))->title + " / " +
           InForceOn(all, *ParseDate("2026-06-01"))->title;
  }));
  EXPECT_EQ(text, "Energy in two cities, t1 / Energy in three cities");
}

TEST_P(AgreementTest, AnEditedAmendmentLosesItsApprovals) {
  world().UntilInForce("c1");
  pb::CreateAmendmentRequest request;
  request.set_parent("cotutelles/c1");
  request.set_amendment_id("a1");
  *request.mutable_amendment() = AmendmentOf("2026-06-01");
  rpc::Call call = world().As("office-b");
  Must(api().CreateAmendment(call, request));
  world().SignAmendment("cotutelles/c1/amendments/a1");
  pb::UpdateAmendmentRequest edit;
  edit.mutable_amendment()->set_name("cotutelles/c1/amendments/a1");
  edit.mutable_amendment()->mutable_changes()->set_title("Energy in four cities");
  edit.mutable_update_mask()->add_paths("changes.title");
  rpc::Call editor = world().As("office-a");
  const pb::Amendment edited = Must(api().UpdateAmendment(editor, edit));
  EXPECT_EQ(edited.state(), pb::Cotutelle::NEGOTIATING);
  EXPECT_EQ(edited.approvals_size() + edited.signatures_size(), 0);
  EXPECT_EQ(edited.paths_size(), 3);
  world().GoTo("2026-06-02");
  EXPECT_EQ(world().LoadThesis("t1").title, "Energy in two cities, t1");
}

TEST_P(AgreementTest, EndReasonsAreNotInEvents) {
  rpc::Call office = world().As("office-a");
  Must(api().CreateCotutelle(office, world().Draft("c1", "2025-09-01", "2028-08-31")));
  Must(world().Move("c1", "terminate"));
  EXPECT_EQ(world().Get("c1").end_reason(), "as agreed");
  for (const db::Row& row : Query("SELECT body FROM outbox")) {
    EXPECT_THAT(row.Bytes("body"), testing::Not(HasSubstr("as agreed")));
  }
}

INSTANTIATE_ON_ENGINES(AgreementTest);

}  // namespace
}  // namespace jointly::theses::agreements
