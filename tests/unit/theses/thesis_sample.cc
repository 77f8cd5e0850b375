#include "tests/unit/theses/thesis_sample.h"

#include "common/error/check.h"

namespace jointly::theses {

Date Day(std::string_view text) {
  const auto date = ParseDate(text);
  Check(date.ok(), "a day of a test that is none");
  return *date;
}

std::vector<JuryMember> Jury(const JuryOrder& order) {
  std::vector<JuryMember> jury;
  for (int i = 0; i < order.members; ++i) {
    JuryMember member;
    member.id = "m" + std::to_string(i + 1);
    member.display_name = "Member " + std::to_string(i + 1);
    member.institution_name = "Elsewhere";
    member.rank = i < order.rank_a ? "professor" : "researcher";
    member.hdr = i < order.reviewers;
    member.external = i < order.externals;
    member.roles = {i < order.reviewers ? "reviewer" : "examiner"};
    jury.push_back(std::move(member));
  }
  return jury;
}

DefencePlan UsualPlan() {
  DefencePlan plan;
  plan.time = {.date = Day("2026-11-03"), .clock = std::chrono::hours(14), .zone = "Europe/Paris"};
  plan.place = "Grenoble";
  plan.jury = Jury({});
  return plan;
}

Cotutelle UsualAgreement() {
  Cotutelle agreement;
  agreement.id = "c1";
  agreement.thesis = "t1";
  agreement.partners = {kUga, kTsukuba};
  agreement.state = CotutelleState::kInForce;
  agreement.text.start_date = Day("2024-10-01");
  agreement.text.end_date = Day("2027-08-31");
  agreement.text.residence_minimum_percent = 30;
  agreement.in_force_date = Day("2024-10-01");
  agreement.timeline = {{.first = Day("2024-10-01"), .amendment = "", .text = agreement.text}};
  return agreement;
}

Thesis ActiveThesis() {
  Thesis thesis;
  thesis.id = "t1";
  thesis.title = "Quantum dots and their neighbours";
  thesis.student = "people/student";
  thesis.award_mode = "two_diplomas";
  thesis.language_code = "en";
  thesis.state = ThesisState::kActive;
  Side& uga = thesis.sides[0];
  uga = {.institution = kUga,
         .school = "institutions/uga/units/phys",
         .programme = "physics",
         .director = "people/director-a",
         .in_charge = true,
         .opinion = "favourable"};
  uga.opinion_date = Day("2024-05-01");
  uga.years = {{.academic_year = "2024/2025"}};
  uga.years[0].enrolled = Day("2024-10-01");
  uga.years[0].proof_received = Day("2024-10-20");
  Side& tsukuba = thesis.sides[1];
  tsukuba = {.institution = kTsukuba,
             .school = "institutions/tsukuba/units/pure",
             .programme = "physics",
             .director = "people/director-b",
             .in_charge = false,
             .opinion = "favourable"};
  tsukuba.opinion_date = Day("2024-05-10");
  tsukuba.years = {{.academic_year = "2024/2025"}};
  tsukuba.years[0].enrolled = Day("2024-10-05");
  tsukuba.years[0].proof_received = Day("2024-10-25");
  thesis.revision = 7;
  const auto created = ParseTime("2024-03-01T08:00:00Z");
  Check(created.ok(), "a time of a test that is none");
  thesis.create_time = thesis.update_time = *created;
  return thesis;
}

Setting UsualSetting(std::string_view today) {
  Setting setting;
  setting.places[0] = {
      .name = kUga, .zone = "Europe/Paris", .region = "FR", .academic_year_start_month = 9};
  setting.places[1] = {
      .name = kTsukuba, .zone = "Asia/Tokyo", .region = "JP", .academic_year_start_month = 4};
  setting.agreements = {UsualAgreement()};
  setting.today = Day(today);
  return setting;
}

ThesisFacts FactsOn(const Thesis& thesis, std::string_view today) {
  ThesisFacts facts;
  facts.thesis = thesis;
  facts.setting = UsualSetting(today);
  facts.date = facts.setting.today;
  return facts;
}

}  // namespace jointly::theses
