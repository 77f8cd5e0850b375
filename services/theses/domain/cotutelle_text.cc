#include "services/theses/domain/cotutelle_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/agreement/agreement.h"
#include "common/error/macros.h"

namespace jointly::theses {
namespace {

using agreement::Field;
using Json = nlohmann::json;

constexpr int kTextBytesMax = 4000;

// How each type of field is written, read, and told empty.
Field Write(const std::string& text) { return Field(text); }
Field Write(int number) { return Field(number); }
Field Write(const Date& date) { return Field(date == Date{} ? std::string() : FormatDate(date)); }
Field Write(const std::vector<std::string>& texts) {
  Field::List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return Field(std::move(list));
}

bool Read(const Json& json, std::string& text) {
  if (!json.is_string()) return false;
  text = json.get<std::string>();
  return true;
}
bool Read(const Json& json, int& number) {
  if (!json.is_number_integer()) return false;
  number = json.get<int>();
  return true;
}
bool Read(const Json& json, Date& date) {
  if (!json.is_string()) return false;
  const auto text = json.get<std::string>();
  if (text.empty()) return true;
  const auto parsed = ParseDate(text);
  if (!parsed.ok()) return false;
  date = *parsed;
  return true;
}
bool Read(const Json& json, std::vector<std::string>& texts) {
  if (!json.is_array()) return false;
  for (const Json& item : json) {
    if (!item.is_string()) return false;
    texts.push_back(item.get<std::string>());
  }
  return true;
}

struct TextField {
  std::string_view name;
  bool amendable = true;
  Field (*write)(const CotutelleText&) = nullptr;
  bool (*read)(const Json&, CotutelleText&) = nullptr;
  void (*copy)(const CotutelleText&, CotutelleText&) = nullptr;
};

template <auto Member>
constexpr TextField Row(std::string_view name, bool amendable = true) {
  return {name, amendable, [](const CotutelleText& text) { return Write(text.*Member); },
          [](const Json& json, CotutelleText& text) { return Read(json, text.*Member); },
          [](const CotutelleText& from, CotutelleText& into) { into.*Member = from.*Member; }};
}

constexpr std::array kFields = {
    Row<&CotutelleText::award_mode>("award_mode"),
    Row<&CotutelleText::defence_institution>("defence_institution"),
    Row<&CotutelleText::defence_language_code>("defence_language_code"),
    Row<&CotutelleText::derogations>("derogations"),
    Row<&CotutelleText::director_a>("director_a"),
    Row<&CotutelleText::director_b>("director_b"),
    Row<&CotutelleText::end_date>("end_date"),
    Row<&CotutelleText::fees>("fees"),
    Row<&CotutelleText::intellectual_property>("intellectual_property"),
    Row<&CotutelleText::language_code>("language_code"),
    Row<&CotutelleText::notice_months>("notice_months"),
    Row<&CotutelleText::originals>("originals", false),
    Row<&CotutelleText::residence_minimum_percent>("residence_minimum_percent"),
    Row<&CotutelleText::signatories>("signatories", false),
    Row<&CotutelleText::start_date>("start_date", false),
    Row<&CotutelleText::summary_language_code>("summary_language_code"),
    Row<&CotutelleText::survival_clauses>("survival_clauses"),
    Row<&CotutelleText::title>("title"),
};

constexpr std::array<std::string_view, 7> kSignatories = {
    "student", "director_a", "director_b", "school_a", "school_b", "president_a", "president_b"};
constexpr std::array<std::string_view, 5> kMustSign = {"student", "director_a", "director_b",
                                                       "president_a", "president_b"};
constexpr std::array<std::string_view, 3> kAwardModes = {"joint_diploma", "two_diplomas",
                                                         "home_degree_with_note"};
constexpr std::array<std::string_view, 4> kFees = {"alternate", "a", "b", "both"};
constexpr std::array<std::string_view, 3> kSurvivals = {kRunningThesis, "intellectual_property",
                                                        "confidentiality"};

template <typename Words>
bool Has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <typename Words>
std::string OneOf(const Words& words) {
  std::string text = "must be one of ";
  for (const auto& word : words) {
    text += (&word == &*words.begin() ? "" : ", ") + std::string(word);
  }
  return text;
}

// The path of a field below the prefix that the caller gave.
struct Checker {
  std::string_view prefix;
  Violations& violations;
  void Require(bool holds, std::string_view field, std::string_view text) const {
    violations.Require(holds, std::string(prefix) + "." + std::string(field), text);
  }
};

void CheckPresent(const CotutelleText& text, const Checker& check) {
  check.Require(!text.title.empty(), "title", "is required");
  check.Require(!text.award_mode.empty(), "award_mode", "is required");
  check.Require(text.start_date != Date{}, "start_date", "is required");
  check.Require(text.end_date != Date{}, "end_date", "is required");
  check.Require(!text.director_a.empty(), "director_a", "is required");
  check.Require(!text.director_b.empty(), "director_b", "is required");
  check.Require(!text.defence_institution.empty(), "defence_institution", "is required");
  check.Require(!text.language_code.empty(), "language_code", "is required");
  for (const std::string_view signatory : kMustSign) {
    check.Require(Has(text.signatories, signatory), "signatories",
                  "must name " + std::string(signatory));
  }
  check.Require(Has(text.signatories, "school_a") || Has(text.signatories, "school_b"),
                "signatories", "must name a doctoral school: school_a or school_b");
}

void CheckLists(const CotutelleText& text, const Checker& check) {
  for (const std::string& signatory : text.signatories) {
    check.Require(Has(kSignatories, signatory), "signatories", OneOf(kSignatories));
  }
  std::vector<std::string> sorted = text.signatories;
  std::sort(sorted.begin(), sorted.end());
  check.Require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "signatories",
                "must name everybody once");
  for (const std::string& clause : text.survival_clauses) {
    check.Require(Has(kSurvivals, clause), "survival_clauses", OneOf(kSurvivals));
  }
  check.Require(text.derogations.size() <= 20, "derogations", "are at most 20");
  for (const std::string& rule : text.derogations) {
    check.Require(!rule.empty() && rule.size() <= 100, "derogations",
                  "name a rule, for example fr.jury_size");
  }
}

}  // namespace

std::string CanonicalText(const CotutelleText& text) {
  Field::Object object;
  for (const TextField& field : kFields) {
    object.emplace(std::string(field.name), field.write(text));
  }
  return agreement::CanonicalJson(object);
}

std::string ContentHashOf(const CotutelleText& text) {
  Field::Object object;
  for (const TextField& field : kFields) {
    object.emplace(std::string(field.name), field.write(text));
  }
  return agreement::ContentHash(object);
}

absl::StatusOr<CotutelleText> ParseText(std::string_view json) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Internal(kInternal, "a stored text of an agreement is no JSON");
  CotutelleText text;
  for (const TextField& field : kFields) {
    const auto found = object.find(field.name);
    if (found == object.end()) continue;  // A field that is younger than the text.
    if (!field.read(*found, text)) {
      return Internal(kInternal, "a stored text of an agreement has a value of another type",
                      {{"field", std::string(field.name)}});
    }
  }
  return text;
}

std::string ContentHashOf(const Amendment& amendment, std::string_view base_hash) {
  Field::Object changes;
  for (const TextField& field : kFields) {
    if (Has(amendment.paths, field.name)) {
      changes.emplace(std::string(field.name), field.write(amendment.changes));
    }
  }
  return agreement::ContentHash(Field::Object{{"agreement", amendment.cotutelle},
                                              {"base", base_hash},
                                              {"changes", std::move(changes)},
                                              {"effective_date", Write(amendment.effective_date)}});
}

void AddDefaults(CotutelleText& text) {
  if (text.signatories.empty()) {
    text.signatories = {"student",  "director_a",  "director_b",
                        "school_a", "president_a", "president_b"};
  }
  if (text.originals == 0) text.originals = static_cast<int>(text.signatories.size());
}

void CheckText(const CotutelleText& text, const TextContext& context, bool complete,
               std::string_view prefix, Violations& violations) {
  const Checker check{prefix, violations};
  if (complete) CheckPresent(text, check);
  const bool both = text.start_date != Date{} && text.end_date != Date{};
  check.Require(!both || text.start_date < text.end_date, "end_date", "must lie after start_date");
  check.Require(!both || text.end_date <= agreement::AddMonths(text.start_date, 12 * 10),
                "end_date", "must lie within 10 years of start_date");
  check.Require(text.award_mode.empty() || Has(kAwardModes, text.award_mode), "award_mode",
                OneOf(kAwardModes));
  check.Require(text.fees.empty() || Has(kFees, text.fees), "fees", OneOf(kFees));
  check.Require(text.defence_institution.empty() || Has(context.partners, text.defence_institution),
                "defence_institution", "must be one of the two partners of the thesis");
  for (const auto& [field, person] :
       {std::pair("director_a", &text.director_a), std::pair("director_b", &text.director_b)}) {
    check.Require(person->empty() || person->starts_with("people/"), field,
                  "must look like people/{id}");
  }
  check.Require(text.director_a.empty() || text.director_a != text.director_b, "director_b",
                "must be another person than director_a");
  check.Require(text.residence_minimum_percent >= 0 && text.residence_minimum_percent <= 50,
                "residence_minimum_percent", "must be 0 to 50: it holds for each of two sides");
  check.Require(text.notice_months >= 0 && text.notice_months <= 24, "notice_months",
                "must be 0 to 24");
  check.Require(text.originals >= 0 && text.originals <= 20, "originals", "must be 1 to 20");
  check.Require(text.title.size() <= kTextBytesMax, "title", "is at most 4000 bytes");
  check.Require(text.intellectual_property.size() <= kTextBytesMax, "intellectual_property",
                "is at most 4000 bytes");
  CheckLists(text, check);
}

const std::vector<std::string_view>& AmendablePaths() {
  static const auto& paths = *new std::vector<std::string_view>([] {
    std::vector<std::string_view> names;
    for (const TextField& field : kFields) {
      if (field.amendable) names.push_back(field.name);
    }
    return names;
  }());
  return paths;
}

void CopyPaths(const CotutelleText& from, const std::vector<std::string>& paths,
               CotutelleText& into) {
  for (const TextField& field : kFields) {
    if (Has(paths, field.name)) field.copy(from, into);
  }
}

std::vector<std::string> Differences(const CotutelleText& a, const CotutelleText& b) {
  std::vector<std::string> names;
  for (const TextField& field : kFields) {
    if (agreement::CanonicalJson(field.write(a)) != agreement::CanonicalJson(field.write(b))) {
      names.emplace_back(field.name);
    }
  }
  return names;
}

}  // namespace jointly::theses
