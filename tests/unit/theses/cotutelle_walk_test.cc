#include <gtest/gtest.h>

#include <array>

#include "common/time/rng.h"
#include "tests/unit/theses/cotutelle_sample.h"

// Random lives of an agreement by printed seed: whatever happens in whatever order, what was agreed
// is of the text as it is, and a day is covered by what was signed or by nothing.
namespace jointly::theses {
namespace {

using sample::Day;
using sample::kNow;
using sample::Story;

std::uint64_t Draw(Rng& rng, std::uint64_t below) { return rng.Below(below); }

// One step on the way into force.
void Forward(Story& story, Rng& rng) {
  const Cotutelle& cotutelle = story.facts.cotutelle;
  switch (cotutelle.state) {
    case CotutelleState::kIdea:
      return story.Move(CotutelleAction::kNegotiate);
    case CotutelleState::kNegotiating:
      return story.Move(CotutelleAction::kFreeze);
    case CotutelleState::kTextFrozen:
      if (cotutelle.approvals.size() == 2) return story.Move(CotutelleAction::kStartSigning);
      return story.ApproveBy(cotutelle.partners[Draw(rng, 2)], cotutelle.content_hash);
    case CotutelleState::kSigning:
      return story.SignStep(agreement::NextRung(cotutelle.ladder)->step, Draw(rng, 9) != 0);
    default:
      return story.Move(CotutelleAction::kPutInForce);
  }
}

void Step(Story& story, Rng& rng, std::string& old_hash) {
  constexpr std::array kActions = {CotutelleAction::kNegotiate,  CotutelleAction::kFreeze,
                                   CotutelleAction::kReturn,     CotutelleAction::kStartSigning,
                                   CotutelleAction::kPutInForce, CotutelleAction::kSuspend,
                                   CotutelleAction::kResume,     CotutelleAction::kGiveNotice,
                                   CotutelleAction::kReview,     CotutelleAction::kTerminate};
  if (Draw(rng, 4) != 0) return Forward(story, rng);
  Cotutelle& cotutelle = story.facts.cotutelle;
  story.facts.today = story.facts.on = AddDays(story.facts.today, static_cast<int>(Draw(rng, 20)));
  const std::string& hash = Draw(rng, 4) == 0 ? old_hash : cotutelle.content_hash;
  switch (Draw(rng, 6)) {
    case 0:
      story.ApproveBy(Draw(rng, 2) == 0 ? "institutions/uga" : "institutions/tsukuba", hash);
      break;
    case 1:
    case 2:
      story.SignStep(static_cast<int>(Draw(rng, 7)) + 1, Draw(rng, 3) != 0);
      break;
    case 3: {
      if (Draw(rng, 5) != 0) break;
      if (!cotutelle.content_hash.empty()) old_hash = cotutelle.content_hash;
      CotutelleText text = cotutelle.text;
      text.residence_minimum_percent = static_cast<int>(Draw(rng, 51));
      story.Take(UpdateText(story.facts, text, kNow));
      break;
    }
    default: {
      const CotutelleAction action = kActions[Draw(rng, kActions.size())];
      const bool ends = action == CotutelleAction::kTerminate;
      if (ends && Draw(rng, 10) != 0) break;
      story.Move(action, Draw(rng, 5) == 0 ? OfficeRole::kTimer : OfficeRole::kOffice);
    }
  }
}

// What must hold whatever happened. `in_force` is the text with which it came into force.
void CheckSound(const Cotutelle& cotutelle) {
  const bool agreed = cotutelle.state == CotutelleState::kTextFrozen ||
                      cotutelle.state == CotutelleState::kSigning ||
                      cotutelle.state == CotutelleState::kSigned;
  if (agreed) {
    EXPECT_EQ(cotutelle.content_hash, ContentHashOf(cotutelle.text));
  }
  if (cotutelle.state == CotutelleState::kNegotiating) {
    EXPECT_TRUE(cotutelle.approvals.empty() || !cotutelle.timeline.empty() ||
                cotutelle.content_hash == ContentHashOf(cotutelle.text));
  }
  for (const CotutelleApproval& approval : cotutelle.approvals) {
    EXPECT_EQ(approval.content_hash, ContentHashOf(cotutelle.text));
  }
  if (cotutelle.state == CotutelleState::kSigning || cotutelle.state == CotutelleState::kSigned) {
    EXPECT_EQ(cotutelle.approvals.size(), 2U);
  }
  if (cotutelle.state == CotutelleState::kSigned || cotutelle.in_force_date.has_value()) {
    EXPECT_TRUE(agreement::Unsigned(cotutelle.ladder).empty());
  }
  EXPECT_EQ(cotutelle.in_force_date.has_value(), !cotutelle.timeline.empty());
  for (const char* day : {"2025-08-31", "2026-09-01", "2028-08-31", "2028-09-01"}) {
    const CotutelleText* text = InForceOn(cotutelle, Day(day));
    if (text == nullptr) continue;
    EXPECT_EQ(ContentHashOf(*text), cotutelle.content_hash) << "in force is what was signed";
    EXPECT_LE(*cotutelle.in_force_date, Day(day));
    EXPECT_LE(Day(day), cotutelle.text.end_date);
  }
}

TEST(CotutelleWalk, EveryLifeIsSound) {
  int in_force = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRng rng(seed);
    Story story;
    std::string old_hash = std::string(64, '0');
    std::int64_t revision = story.facts.cotutelle.revision;
    for (int step = 0; step < 80; ++step) {
      Step(story, rng, old_hash);
      CheckSound(story.facts.cotutelle);
      const std::int64_t now = story.facts.cotutelle.revision;
      ASSERT_TRUE(now == revision || now == revision + 1) << "one command, one revision";
      revision = now;
      if (testing::Test::HasFailure()) return;
    }
    in_force += story.facts.cotutelle.timeline.empty() ? 0 : 1;
  }
  EXPECT_GT(in_force, 5) << "the walks must reach what they check";
}

}  // namespace
}  // namespace jointly::theses
