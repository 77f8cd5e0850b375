#include <gtest/gtest.h>

#include "tests/support/table.h"
#include "tests/unit/theses/cotutelle_sample.h"

namespace jointly::theses {
namespace {

using sample::Day;
using sample::kNow;

// An agreement in force with one amendment on its way.
struct Change {
  AmendmentFacts facts;
  absl::Status status;

  explicit Change(std::vector<std::string> paths, const std::string& effective = "2026-06-01") {
    sample::Story story;
    story.UntilInForce();
    facts.cotutelle = story.facts.cotutelle;
    facts.thesis = story.facts.thesis;
    facts.today = facts.on = Day("2026-06-01");
    facts.amendment.id = "a1";
    facts.amendment.cotutelle = "c1";
    facts.amendment.paths = std::move(paths);
    facts.amendment.changes.title = "Energy in three cities";
    facts.amendment.changes.end_date = Day("2029-08-31");
    facts.amendment.changes.director_b = "people/director-c";
    facts.amendment.effective_date = Day(effective);
  }

  void Take(const absl::StatusOr<AmendmentDecision>& decision) {
    status = decision.status();
    if (decision.ok()) facts.amendment = decision->after;
  }
  void Move(AmendmentAction action) {
    Take(Decide(facts, action, OfficeRole::kOffice, {.reason = "as agreed"}, kNow));
  }
  void UntilSigned() {
    Move(AmendmentAction::kFreeze);
    for (const char* partner : {"institutions/uga", "institutions/tsukuba"}) {
      CotutelleInput input;
      input.institution = partner;
      input.content_hash = facts.amendment.content_hash;
      Take(Approve(facts, input, kNow));
    }
    Move(AmendmentAction::kStartSigning);
    for (int step = 1; step <= 6; ++step) {
      CotutelleInput input;
      input.content_hash = facts.amendment.content_hash;
      input.signing = {step, "people/office", Day("2026-05-20"), true};
      Take(theses::Sign(facts, input, kNow));
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(facts.amendment.state, CotutelleState::kSigned);
  }
};

TEST(Amendment, TakesEffectOnItsDateAndLeavesTheTextBeforeItAsItWas) {
  Change change({"end_date", "title"});
  change.UntilSigned();
  change.Move(AmendmentAction::kPutInForce);
  ASSERT_TRUE(change.status.ok()) << change.status;
  CotutelleFacts facts;
  facts.cotutelle = change.facts.cotutelle;
  const CotutelleDecision decision = AmendmentMoved(
      facts, CotutelleAction::kAmend,
      TextFrom{Day("2026-06-01"), "a1", Amended(change.facts.cotutelle, change.facts.amendment)},
      kNow);
  const Cotutelle& after = decision.after;
  EXPECT_EQ(InForceOn(after, Day("2026-05-31"))->title, "Energy in two cities");
  EXPECT_EQ(InForceOn(after, Day("2026-06-01"))->title, "Energy in three cities");
  EXPECT_EQ(InForceOn(after, Day("2026-06-01"))->director_b, "people/director-b");
  EXPECT_NE(InForceOn(after, Day("2029-08-31")), nullptr);
  EXPECT_EQ(InForceOn(after, Day("2029-09-01")), nullptr);
}

TEST(Amendment, WaitsForItsDate) {
  Change change({"title"}, "2026-06-02");
  change.UntilSigned();
  change.Move(AmendmentAction::kPutInForce);
  EXPECT_NE(MessageOf(change.status).find("EFFECTIVE_DATE"), std::string::npos) << change.status;
}

TEST(Amendment, IsFrozenUponTheTextThatItChanges) {
  Change change({"title"});
  change.UntilSigned();
  TextFrom other = change.facts.cotutelle.timeline.back();
  other.first = Day("2026-05-25");
  other.text.fees = "both";
  change.facts.cotutelle.timeline.push_back(other);
  change.Move(AmendmentAction::kPutInForce);
  EXPECT_NE(MessageOf(change.status).find("BASE_CURRENT"), std::string::npos) << change.status;
  change.Move(AmendmentAction::kReturn);
  EXPECT_TRUE(change.facts.amendment.approvals.empty());
  EXPECT_TRUE(change.facts.amendment.ladder.empty());
}

TEST(Amendment, AnEditVoidsIt) {
  Change change({"title"});
  change.UntilSigned();
  const std::string hash = change.facts.amendment.content_hash;
  Amendment edited = change.facts.amendment;
  edited.changes.title = "Energy in four cities";
  change.Take(UpdateAmendment(change.facts, edited, kNow));
  EXPECT_EQ(change.facts.amendment.state, CotutelleState::kNegotiating);
  change.Move(AmendmentAction::kFreeze);
  EXPECT_EQ(change.facts.amendment.version, 2);
  CotutelleInput input;
  input.institution = "institutions/uga";
  input.content_hash = hash;
  change.Take(Approve(change.facts, input, kNow));
  EXPECT_EQ(ReasonOf(change.status), "STALE_CONTENT");
}

TEST(Amendment, KeepsTheDefenceWithinTheAgreement) {
  Change change({"end_date"});
  change.facts.amendment.changes.end_date = Day("2027-08-31");
  change.facts.thesis.defence.emplace();
  change.facts.thesis.defence->time.date = Day("2027-11-03");
  change.Move(AmendmentAction::kFreeze);
  EXPECT_NE(MessageOf(change.status).find("2027-11-03"), std::string::npos) << change.status;
  EXPECT_EQ(change.facts.amendment.state, CotutelleState::kNegotiating);
}

TEST(Amendment, OfAnAgreementInForceOnly) {
  for (const test::Row& row : test::Table(R"(
      state          result
      negotiating    AGREEMENT_HOLDS
      signed         AGREEMENT_HOLDS
      in_force       -
      suspended      -
      notice_window  -
      expired        AGREEMENT_HOLDS
    )")) {
    SCOPED_TRACE(row.text());
    Change change({"title"});
    change.facts.cotutelle.state = *ParseCotutelleState(row["state"]);
    const auto created = CreateAmendment(change.facts, kNow);
    EXPECT_EQ(created.ok(), row["result"].empty());
    EXPECT_NE(MessageOf(created.status()).find(row["result"]), std::string::npos);
  }
}

TEST(Amendment, NamesWhatCanNotBeAmended) {
  Amendment amendment;
  amendment.paths = {"start_date", "colour", "title"};
  Violations violations;
  CheckAmendment(amendment, "amendment", violations);
  const std::string message = MessageOf(violations.ToStatus());
  for (const char* part : {"start_date", "colour", "effective_date"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  }
}

TEST(ApplyAmendment, ChangesOnlyWhatIsNamed) {
  CotutelleText changes;
  changes.title = "New title";
  changes.director_b = "people/director-c";
  changes.defence_institution = "institutions/tsukuba";
  const Thesis before = sample::AThesis();
  Thesis after = ApplyAmendment(before, changes, {"director_b", "defence_institution"});
  EXPECT_EQ(after.title, before.title);
  EXPECT_EQ(after.sides[1].director, "people/director-c");
  EXPECT_FALSE(after.sides[0].in_charge);
  EXPECT_TRUE(after.sides[1].in_charge);
}

}  // namespace
}  // namespace jointly::theses
