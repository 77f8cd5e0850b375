#pragma once

#include <gtest/gtest.h>

#include <string>

#include "services/theses/domain/amendment_decide.h"
#include "services/theses/domain/cotutelle_deadlines.h"
#include "services/theses/domain/cotutelle_text.h"

// A thesis between Grenoble and Tsukuba and its agreement, for tests of the domain.
namespace jointly::theses::sample {

inline Date Day(const std::string& text) { return *ParseDate(text); }
inline const Time kNow = Time(std::chrono::sys_days(Day("2026-03-02"))) + std::chrono::hours(9);

inline Thesis AThesis() {
  Thesis thesis;
  thesis.id = "t1";
  thesis.title = "Energy in two cities";
  thesis.student = "people/student";
  thesis.award_mode = "two_diplomas";
  thesis.language_code = "en";
  thesis.state = ThesisState::kAgreementPending;
  thesis.sides[0].institution = "institutions/uga";
  thesis.sides[0].school = "institutions/uga/units/edcsv";
  thesis.sides[0].director = "people/director-a";
  thesis.sides[0].in_charge = true;
  thesis.sides[1].institution = "institutions/tsukuba";
  thesis.sides[1].school = "institutions/tsukuba/units/health-sport";
  thesis.sides[1].director = "people/director-b";
  return thesis;
}

inline CotutelleText AText() {
  CotutelleText text;
  text.title = "Energy in two cities";
  text.award_mode = "two_diplomas";
  text.start_date = Day("2025-09-01");
  text.end_date = Day("2028-08-31");
  text.director_a = "people/director-a";
  text.director_b = "people/director-b";
  text.defence_institution = "institutions/uga";
  text.language_code = "en";
  text.summary_language_code = "fr";
  text.residence_minimum_percent = 30;
  text.fees = "alternate";
  AddDefaults(text);
  return text;
}

// Walks one agreement through its life; the last refusal stays in `status`.
struct Story {
  CotutelleFacts facts;
  absl::Status status;
  std::string event;

  Story() {
    facts.thesis = AThesis();
    facts.today = Day("2026-03-02");
    facts.on = facts.today;
    facts.cotutelle.id = "c1";
    facts.cotutelle.text = AText();
    facts.cotutelle = *CreateCotutelle(facts, kNow);
  }

  void Take(const absl::StatusOr<CotutelleDecision>& decision) {
    status = decision.status();
    event.clear();
    if (!decision.ok()) return;
    facts.cotutelle = decision->after;
    event = std::string(decision->move->event);
  }
  void Move(CotutelleAction action, OfficeRole role = OfficeRole::kOffice) {
    Take(Decide(facts, action, role, {.reason = "as agreed"}, kNow));
  }
  void ApproveBy(const std::string& institution, const std::string& hash) {
    CotutelleInput input;
    input.person = "people/office";
    input.institution = institution;
    input.content_hash = hash;
    Take(Approve(facts, input, kNow));
  }
  void ApproveByBoth() {
    ApproveBy("institutions/tsukuba", facts.cotutelle.content_hash);
    ApproveBy("institutions/uga", facts.cotutelle.content_hash);
  }
  void SignStep(int step, bool original = true) {
    CotutelleInput input;
    input.content_hash = facts.cotutelle.content_hash;
    input.signing = {step, "people/office", facts.on, original};
    Take(theses::Sign(facts, input, kNow));
  }
  void SignAll() {
    for (int step = 1; step <= 6; ++step) SignStep(step);
  }
  void UntilSigned() {
    Move(CotutelleAction::kNegotiate);
    Move(CotutelleAction::kFreeze);
    ApproveByBoth();
    Move(CotutelleAction::kStartSigning);
    SignAll();
    ASSERT_TRUE(status.ok()) << status;
  }
  void UntilInForce() {
    UntilSigned();
    Move(CotutelleAction::kPutInForce);
    ASSERT_TRUE(status.ok()) << status;
    facts.thesis.state = ThesisState::kActive;
  }
  std::string State() const { return std::string(Name(facts.cotutelle.state)); }
};

}  // namespace jointly::theses::sample
