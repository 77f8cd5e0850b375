#include <gtest/gtest.h>

#include "tests/support/table.h"
#include "tests/unit/theses/cotutelle_sample.h"

namespace jointly::theses {
namespace {

using sample::Day;
using sample::kNow;
using sample::Story;

TEST(CotutelleWorkflow, AnswersEveryStep) {
  for (const test::Row& row : test::Table(R"(
      from            action          by               result
      idea            negotiate       doctoral_office  negotiating
      idea            freeze          doctoral_office  -
      negotiating     freeze          doctoral_office  text_frozen
      text_frozen     approve         doctoral_office  text_frozen
      text_frozen     start_signing   doctoral_office  signing
      text_frozen     return          doctoral_office  negotiating
      text_frozen     update          doctoral_office  negotiating
      signing         update          doctoral_office  negotiating
      signing         put_in_force    doctoral_office  -
      signed          put_in_force    doctoral_office  in_force
      signed          update          doctoral_office  negotiating
      in_force        update          doctoral_office  -
      in_force        suspend         doctoral_office  suspended
      suspended       resume          doctoral_office  in_force
      in_force        give_notice     timer            notice_window
      in_force        renew           doctoral_office  renewed
      notice_window   renew           doctoral_office  renewed
      in_force        expire          timer            expired
      notice_window   expire          timer            expired
      in_force        expire          doctoral_office  WRONG_ROLE
      in_force        terminate       doctoral_office  terminated
      idea            terminate       doctoral_office  terminated
      in_force        review          timer            dormant_review
      dormant_review  resume          doctoral_office  in_force
      dormant_review  negotiate       doctoral_office  negotiating
      expired         negotiate       doctoral_office  -
      terminated      review          timer            -
      renewed         terminate       doctoral_office  -
    )")) {
    SCOPED_TRACE(row.text());
    std::string result;
    for (const CotutelleMove& move : kCotutelleWorkflow) {
      if (Name(move.action) != row["action"]) continue;
      if (!move.from.Has(*ParseCotutelleState(row["from"]))) continue;
      const bool timer = row["by"] == "timer";
      const auto role = timer ? OfficeRole::kTimer : OfficeRole::kOffice;
      result = move.by.Has(role) ? Name(move.to) : "WRONG_ROLE";
    }
    EXPECT_EQ(result, row["result"]);
  }
}

TEST(Cotutelle, GoesFromIdeaIntoForce) {
  Story story;
  story.UntilInForce();
  EXPECT_EQ(story.State(), "in_force");
  EXPECT_EQ(story.facts.cotutelle.version, 1);
  EXPECT_EQ(story.event, "in_force");
  EXPECT_EQ(InForceOn(story.facts.cotutelle, Day("2026-03-01")), nullptr);
  ASSERT_NE(InForceOn(story.facts.cotutelle, Day("2026-03-02")), nullptr);
  EXPECT_NE(InForceOn(story.facts.cotutelle, Day("2028-08-31")), nullptr);
  EXPECT_EQ(InForceOn(story.facts.cotutelle, Day("2028-09-01")), nullptr);
}

TEST(Cotutelle, TakesApprovalsInAnyOrderAndOnlyOfThePresentText) {
  for (const bool first_a : {true, false}) {
    Story story;
    story.Move(CotutelleAction::kNegotiate);
    story.ApproveBy("institutions/uga", std::string(64, 'a'));
    EXPECT_EQ(ReasonOf(story.status), "STALE_CONTENT") << "nothing is frozen yet";
    story.Move(CotutelleAction::kFreeze);
    const std::string old_hash = story.facts.cotutelle.content_hash;
    story.Move(CotutelleAction::kStartSigning);
    EXPECT_EQ(ReasonOf(story.status), "GUARD_REFUSED");
    story.ApproveBy(first_a ? "institutions/uga" : "institutions/tsukuba", old_hash);
    ASSERT_TRUE(story.status.ok()) << story.status;
    story.ApproveBy(first_a ? "institutions/uga" : "institutions/tsukuba", old_hash);
    EXPECT_EQ(ReasonOf(story.status), "ALREADY_APPROVED");
    story.Move(CotutelleAction::kStartSigning);
    EXPECT_NE(MessageOf(story.status).find(first_a ? "institutions/tsukuba" : "institutions/uga"),
              std::string::npos);

    // An edit voids: the approval that is still under way is of a text that is no more.
    CotutelleText text = story.facts.cotutelle.text;
    text.residence_minimum_percent = 40;
    story.Take(UpdateText(story.facts, text, kNow));
    EXPECT_EQ(story.State(), "negotiating");
    EXPECT_TRUE(story.facts.cotutelle.approvals.empty());
    story.Move(CotutelleAction::kFreeze);
    EXPECT_EQ(story.facts.cotutelle.version, 2);
    EXPECT_NE(story.facts.cotutelle.content_hash, old_hash);
    const Cotutelle before = story.facts.cotutelle;
    story.ApproveBy("institutions/uga", old_hash);
    EXPECT_TRUE(absl::IsAborted(story.status));
    EXPECT_EQ(story.facts.cotutelle.revision, before.revision);
    story.ApproveByBoth();
    story.Move(CotutelleAction::kStartSigning);
    EXPECT_EQ(story.State(), "signing");
  }
}

TEST(Cotutelle, AnEditVoidsSignatures) {
  Story story;
  story.UntilSigned();
  CotutelleText text = story.facts.cotutelle.text;
  text.fees = "both";
  story.Take(UpdateText(story.facts, text, kNow));
  EXPECT_EQ(story.State(), "negotiating");
  EXPECT_TRUE(story.facts.cotutelle.ladder.empty());
  EXPECT_FALSE(story.facts.cotutelle.signed_date.has_value());
  story.Move(CotutelleAction::kPutInForce);
  EXPECT_EQ(ReasonOf(story.status), "ILLEGAL_MOVE");
}

TEST(Cotutelle, IsSignedInTheOrderOfItsLadderAndComesIntoForceWithItsOriginals) {
  Story story;
  story.Move(CotutelleAction::kNegotiate);
  story.Move(CotutelleAction::kFreeze);
  story.ApproveByBoth();
  story.SignStep(1);
  EXPECT_EQ(ReasonOf(story.status), "ILLEGAL_MOVE") << story.status;
  story.Move(CotutelleAction::kStartSigning);
  story.SignStep(2);
  EXPECT_EQ(ReasonOf(story.status), "SIGNATURE_OUT_OF_ORDER");
  for (int step = 1; step <= 5; ++step) story.SignStep(step);
  EXPECT_EQ(story.event, "rung_signed");
  EXPECT_EQ(story.State(), "signing");
  story.SignStep(6, /*original=*/false);
  EXPECT_EQ(story.event, "signed");
  EXPECT_EQ(story.State(), "signed");
  story.Move(CotutelleAction::kPutInForce);
  EXPECT_NE(MessageOf(story.status).find("president_b"), std::string::npos) << story.status;
  story.SignStep(6);
  EXPECT_EQ(story.event, "original_received");
  EXPECT_EQ(story.State(), "signed");
  story.Move(CotutelleAction::kPutInForce);
  EXPECT_EQ(story.State(), "in_force");
}

TEST(Cotutelle, FreezesOnlyACompleteTextThatFitsItsThesis) {
  Story story;
  story.facts.cotutelle.text.director_b = "people/somebody-else";
  story.facts.cotutelle.text.signatories = {"student"};
  story.Move(CotutelleAction::kNegotiate);
  story.Move(CotutelleAction::kFreeze);
  EXPECT_EQ(ReasonOf(story.status), "GUARD_REFUSED");
  const std::string message = MessageOf(story.status);
  for (const char* part : {"TEXT_COMPLETE", "president_b", "MATCHES_THESIS", "director_b"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  }
}

TEST(Cotutelle, RefusesTwoThatOverlap) {
  Story first;
  first.UntilInForce();
  for (const test::Row& row : test::Table(R"(
      start       end         result
      2028-08-31  2029-08-31  AGREEMENTS_OVERLAP
      2026-09-01  2027-08-31  AGREEMENTS_OVERLAP
      2024-09-01  2025-09-01  AGREEMENTS_OVERLAP
      2028-09-01  2029-08-31  -
    )")) {
    SCOPED_TRACE(row.text());
    CotutelleFacts facts = first.facts;
    facts.siblings = {first.facts.cotutelle};
    facts.cotutelle = {};
    facts.cotutelle.id = "c2";
    facts.cotutelle.text = sample::AText();
    facts.cotutelle.text.start_date = Day(row["start"]);
    facts.cotutelle.text.end_date = Day(row["end"]);
    const auto created = CreateCotutelle(facts, kNow);
    EXPECT_EQ(ReasonOf(created.status()), row["result"]);
    if (!created.ok()) {
      EXPECT_NE(MessageOf(created.status()).find("cotutelles/c1"), std::string::npos);
    }
  }
}

TEST(Cotutelle, DoesNotHoldWhileItRests) {
  Story story;
  story.UntilInForce();
  story.facts.today = story.facts.on = Day("2026-06-01");
  story.Move(CotutelleAction::kSuspend);
  EXPECT_EQ(story.State(), "suspended");
  EXPECT_EQ(InForceOn(story.facts.cotutelle, Day("2026-07-01")), nullptr);
  EXPECT_NE(InForceOn(story.facts.cotutelle, Day("2026-05-31")), nullptr);
  story.facts.today = story.facts.on = Day("2026-09-01");
  story.Move(CotutelleAction::kResume);
  EXPECT_EQ(InForceOn(story.facts.cotutelle, Day("2026-08-31")), nullptr);
  EXPECT_NE(InForceOn(story.facts.cotutelle, Day("2026-09-01")), nullptr);
}

TEST(Cotutelle, ExpiresOnlyWhenNothingDependsOnIt) {
  Story story;
  story.UntilInForce();
  story.Move(CotutelleAction::kExpire, OfficeRole::kTimer);
  EXPECT_NE(MessageOf(story.status).find("END_PASSED"), std::string::npos);

  story.facts.today = Day("2028-09-01");
  story.facts.on = Day("2028-08-31");
  story.Move(CotutelleAction::kExpire, OfficeRole::kTimer);
  EXPECT_NE(MessageOf(story.status).find("theses/t1 is active"), std::string::npos);
  auto blocked = BlockExpiry(story.facts, kNow);
  ASSERT_TRUE(blocked.has_value());
  EXPECT_EQ(blocked->move->event, "expiry_blocked");
  EXPECT_EQ(blocked->after.blocked_by, std::vector<std::string>{"theses/t1 is active"});
  story.facts.cotutelle = blocked->after;
  EXPECT_FALSE(BlockExpiry(story.facts, kNow).has_value()) << "it is told once";

  story.facts.thesis.state = ThesisState::kClosed;
  story.Move(CotutelleAction::kExpire, OfficeRole::kTimer);
  EXPECT_EQ(story.State(), "expired");
  EXPECT_TRUE(story.facts.cotutelle.blocked_by.empty());
}

TEST(Cotutelle, ASurvivalClauseLetsTheThesisGoOn) {
  Story story;
  story.facts.cotutelle.text.survival_clauses = {std::string(kRunningThesis)};
  story.UntilInForce();
  story.facts.today = Day("2028-09-01");
  story.facts.on = Day("2028-08-31");
  story.Move(CotutelleAction::kExpire, OfficeRole::kTimer);
  EXPECT_EQ(story.State(), "expired");
  EXPECT_NE(InForceOn(story.facts.cotutelle, Day("2028-11-03")), nullptr);
}

TEST(Cotutelle, IsRenewedByASignedSuccessorWithoutAGap) {
  for (const test::Row& row : test::Table(R"(
      state     start       end         result
      signed    2028-09-01  2029-08-31  renewed
      signing   2028-09-01  2029-08-31  is signing
      signed    2028-09-02  2029-08-31  gap
      signed    2027-09-01  2028-08-31  does not end later
    )")) {
    SCOPED_TRACE(row.text());
    Story story;
    story.UntilInForce();
    Cotutelle next;
    next.id = "c2";
    next.thesis = "t1";
    next.state = *ParseCotutelleState(row["state"]);
    next.text = sample::AText();
    next.text.start_date = Day(row["start"]);
    next.text.end_date = Day(row["end"]);
    story.facts.successor = next;
    story.Move(CotutelleAction::kRenew);
    if (row["result"] == "renewed") {
      EXPECT_EQ(story.State(), "renewed");
      EXPECT_EQ(story.facts.cotutelle.ended_date, Day("2028-08-31"));
    } else {
      EXPECT_NE(MessageOf(story.status).find(row["result"]), std::string::npos) << story.status;
    }
  }
}

TEST(Cotutelle, EndsEarlyWithNoticeOnly) {
  Story story;
  story.UntilInForce();
  story.facts.on = Day("2026-09-01");
  story.Move(CotutelleAction::kGiveNotice);
  EXPECT_NE(MessageOf(story.status).find("6 months of notice"), std::string::npos);
  story.facts.on = Day("2026-09-02");
  story.Move(CotutelleAction::kGiveNotice);
  EXPECT_EQ(story.State(), "notice_window");
  EXPECT_EQ(LastDay(story.facts.cotutelle), Day("2026-09-02"));
  story.facts.on = story.facts.today;
  story.Move(CotutelleAction::kTerminate);
  EXPECT_NE(MessageOf(story.status).find("NOTICE_RUN"), std::string::npos);
  EXPECT_NE(MessageOf(story.status).find("theses/t1 is active"), std::string::npos);
  story.facts.today = story.facts.on = Day("2026-09-02");
  story.Move(CotutelleAction::kTerminate);
  EXPECT_EQ(story.State(), "terminated");
  EXPECT_EQ(InForceOn(story.facts.cotutelle, Day("2026-09-03")), nullptr);
  EXPECT_EQ(story.facts.cotutelle.end_reason, "as agreed");
}

TEST(CotutelleText, IsTheSameAfterStorageAndItsHashIsOfEveryField) {
  CotutelleText text = sample::AText();
  text.derogations = {"fr.jury_size"};
  text.intellectual_property = "shared \"equally\"\n";
  const auto parsed = ParseText(CanonicalText(text));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, text);
  EXPECT_EQ(ContentHashOf(*parsed), ContentHashOf(text));
  const std::string hash = ContentHashOf(text);
  text.originals = 5;
  EXPECT_NE(ContentHashOf(text), hash);
}

TEST(CotutelleDeadlines, CountBackFromTheEnd) {
  Story story;
  story.facts.cotutelle.text.notice_months = 4;
  story.UntilInForce();
  const CotutellePlace place{"Europe/Paris", {}};
  std::string text;
  for (const auto& deadline : DeadlinesOf(story.facts.cotutelle, place, kNow)) {
    text += deadline.kind + " " + FormatDate(deadline.due.date) + " " +
            std::string(deadlines::Name(deadline.state)) + "\n";
    EXPECT_FALSE(deadline.rationale.empty());
    EXPECT_EQ(deadline.generation, story.facts.cotutelle.revision);
  }
  EXPECT_EQ(text,
            "review 2027-08-31 armed\n"
            "decision 2027-11-30 armed\n"
            "notice 2028-04-30 armed\n"
            "renewal 2028-05-31 armed\n"
            "end 2028-08-31 armed\n");
}

TEST(CotutelleDeadlines, ChaseASignatureThatRests) {
  Story story;
  story.Move(CotutelleAction::kNegotiate);
  story.Move(CotutelleAction::kFreeze);
  story.ApproveByBoth();
  story.Move(CotutelleAction::kStartSigning);
  story.facts.on = Day("2026-03-10");
  story.SignStep(1);
  const auto list = DeadlinesOf(story.facts.cotutelle, {"Europe/Paris", {}}, kNow);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].id, "cotutelles/c1/signature");
  EXPECT_EQ(FormatDate(list[0].due.date), "2026-03-24");
  EXPECT_NE(list[0].rationale.find("director_a"), std::string::npos);
}

}  // namespace
}  // namespace jointly::theses
