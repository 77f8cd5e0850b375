#include "tests/unit/deadlines/thesis_facts.h"

#include <gtest/gtest.h>

#include "common/error/check.h"

namespace jointly::deadlines {
namespace {

std::vector<Field> Named(Type type, std::initializer_list<std::string_view> names) {
  std::vector<Field> fields;
  for (const std::string_view name : names) fields.push_back({std::string(name), type, {}, {}});
  return fields;
}

void Append(std::vector<Field>& all, std::vector<Field> more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::vector<Field> SharedFields() {
  std::vector<Field> all = {
      {"state",
       Type::kSymbol,
       {"proposed", "approved_in_principle", "agreement_pending", "active", "suspended",
        "extension_requested", "defence_planned", "authorised", "defended", "corrections_due",
        "deposited", "diplomas_issued", "closed", "abandoned", "transferred", "agreement_lost"},
       {}},
      {"award_mode", Type::kSymbol, {"joint_diploma", "two_diplomas"}, {}},
      {"defence.date", Type::kTime, {}, {"defence", "soutenance", "公開審査"}}};
  Append(all,
         Named(Type::kBool, {"single_defence", "all_reports_in", "deposit_certified", "jury.valid",
                             "corrections_required", "full_time", "summary_language_required"}));
  Append(all,
         Named(Type::kInteger, {"reports_received", "reports_favourable", "jury.size",
                                "training_hours", "residence.share_min_percent", "cesure_count"}));
  Append(all, Named(Type::kDate,
                    {"defence.declared_date", "manuscript_out_date", "deposit_date",
                     "defended_date", "corrections_accepted_date", "conferral.date",
                     "full_text_published_date", "published_by_university_date",
                     "agreement.final_date", "agreement.end_date", "start_date",
                     "expected_end_date", "extension_end_date", "proposed_date", "approved_date"}));
  return all;
}

}  // namespace

Vocabulary ThesisVocabulary() {
  Vocabulary vocabulary;
  vocabulary.shared = SharedFields();
  vocabulary.side = Named(Type::kBool, {"enrolled", "in_charge"});
  Append(vocabulary.side, Named(Type::kDate, {"first_enrolment_date", "diploma_issued_date",
                                              "preexamination_passed_date", "thesis_submitted_date",
                                              "presentation_held_date"}));
  Append(vocabulary.side,
         Named(Type::kInteger, {"year_count", "start_month", "progress_presentation"}));
  std::vector<Field> year =
      Named(Type::kDate, {"year.start", "year.end", "year.csi_held_date", "year.csi_report_date",
                          "year.director_opinion_date", "year.school_proposal_date",
                          "year.enrolled_date", "year.proof_received_date"});
  year.push_back({"year.id", Type::kText, {}, {}});
  year.push_back({"year.number", Type::kInteger, {}, {}});
  year.push_back({"year.complete", Type::kBool, {}, {}});
  vocabulary.occasions["year"] = std::move(year);
  vocabulary.intervals = {"agreement", "suspension"};
  vocabulary.zones = {"institution_in_charge"};
  return vocabulary;
}

const Catalogue& Seed() {
  static const Catalogue kSeed = [] {
    absl::StatusOr<Catalogue> loaded = Catalogue::Load(ThesisVocabulary(), theses::RuleFiles());
    Check(loaded.ok(), std::string(loaded.status().message()));
    return *std::move(loaded);
  }();
  return kSeed;
}

Date On(std::string_view text) {
  const auto date = ParseDate(text);
  Check(date.ok(), text);
  return *date;
}

CivilTime At(std::string_view text, std::string_view zone) {
  return {On(text.substr(0, 10)), *ParseClock(text.substr(11)), std::string(zone)};
}

Occasion Year(std::string_view id, std::int64_t number, std::string_view start,
              std::string_view end) {
  Occasion year{std::string(id), {}};
  year.fields["year.id"] = std::string(id);
  year.fields["year.number"] = number;
  year.fields["year.start"] = On(start);
  year.fields["year.end"] = On(end);
  return year;
}

Facts ActiveThesis() {
  Facts facts;
  facts.today = On("2026-03-01");
  facts.zones["institution_in_charge"] = "Europe/Paris";
  facts.fields["state"] = std::string("active");
  facts.fields["award_mode"] = std::string("two_diplomas");
  facts.fields["single_defence"] = false;
  facts.fields["full_time"] = true;
  facts.fields["start_date"] = On("2024-10-01");
  facts.fields["agreement.final_date"] = On("2025-05-12");
  facts.fields["agreement.end_date"] = On("2028-09-30");
  facts.intervals["agreement"] = {{On("2024-10-01"), On("2028-09-30"), ""}};
  Side& uga = facts.sides["institutions/uga"];
  uga = {"FR", "Europe/Paris", "edcsv", "", {}, {}};
  uga.fields["first_enrolment_date"] = On("2024-10-01");
  uga.occasions["year"] = {Year("2024", 1, "2024-10-01", "2025-09-30"),
                           Year("2025", 2, "2025-10-01", "2026-09-30"),
                           Year("2026", 3, "2026-10-01", "2027-09-30")};
  Side& tsukuba = facts.sides["institutions/tsukuba"];
  tsukuba = {"JP", "Asia/Tokyo", "", "", {}, {}};
  tsukuba.fields["first_enrolment_date"] = On("2024-10-01");
  tsukuba.occasions["year"] = {Year("2025", 2, "2025-10-01", "2026-09-30")};
  return facts;
}

Facts PlannedThesis(std::string_view defence) {
  Facts facts = ActiveThesis();
  facts.fields["state"] = std::string("defence_planned");
  facts.fields["defence.date"] = At(defence);
  return facts;
}

std::string DueOf(const Plan& plan, std::string_view id) {
  const Obligation* found = plan.Find(id);
  if (found == nullptr) return "none";
  return FormatDate(found->due.date) + " " + FormatClock(found->due.clock) + " " + found->due.zone;
}

std::string StateOf(const Plan& plan, std::string_view id) {
  const Obligation* found = plan.Find(id);
  return found == nullptr ? "none" : std::string(Name(found->state));
}

std::string SetOf(std::string_view rules, std::string_view more) {
  return R"({"id": "test", "source": "a test", )" + std::string(more) + R"("rules": [)" +
         std::string(rules) + "]}";
}

Catalogue LoadOrDie(const Vocabulary& vocabulary, const std::vector<std::string>& documents) {
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  absl::StatusOr<Catalogue> loaded = Catalogue::Load(vocabulary, views);
  Check(loaded.ok(), std::string(loaded.status().message()));
  return *std::move(loaded);
}

std::vector<Fault> FaultsOf(const std::vector<std::string>& documents) {
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  return Catalogue::Check(ThesisVocabulary(), views);
}

}  // namespace jointly::deadlines
