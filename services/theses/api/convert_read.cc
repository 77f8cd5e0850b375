#include <algorithm>
#include <set>

#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/theses/api/convert.h"

// Messages to values.
namespace jointly::theses {
namespace {

constexpr std::size_t kLineBytesMax = 500;
constexpr std::size_t kNoteBytesMax = 4000;
constexpr int kThemesMax = 20;
constexpr int kMembersMax = 20;
constexpr Date kFirst{std::chrono::year(1990), std::chrono::month(1), std::chrono::day(1)};
constexpr Date kLast{std::chrono::year(2100), std::chrono::month(12), std::chrono::day(31)};

bool IsLanguage(std::string_view code) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return (code.size() == 2 || code.size() == 3) && std::all_of(code.begin(), code.end(), lower);
}

void CheckName(std::string_view pattern, std::string_view name, std::string_view like,
               const std::string& path, Violations& violations) {
  violations.Require(!rpc::ParseName(pattern, name).empty(), path,
                     "must look like " + std::string(like));
}

Side ReadSide(const pb::Side& message, const std::string& path, Violations& violations) {
  Side side;
  CheckName("institutions/*", message.institution(), "institutions/uga", path + ".institution",
            violations);
  side.institution = message.institution();
  CheckName("institutions/*/units/*", message.school(), "institutions/uga/units/edcsv",
            path + ".school", violations);
  violations.Require(message.school().starts_with(message.institution() + "/"), path + ".school",
                     "must be a unit of " + message.institution());
  side.school = message.school();
  CheckLine(message.programme(), true, path + ".programme", violations);
  side.programme = message.programme();
  CheckName("people/*", message.director(), "people/x", path + ".director", violations);
  side.director = message.director();
  side.in_charge = message.in_charge();
  return side;
}

void ReadSides(const pb::Thesis& message, const std::string& path, Thesis& thesis,
               Violations& violations) {
  if (!violations.Require(message.sides_size() == 2, path + ".sides", "must be exactly two")) {
    return;
  }
  for (int i = 0; i < 2; ++i) {
    thesis.sides[static_cast<std::size_t>(i)] =
        ReadSide(message.sides(i), path + ".sides[" + std::to_string(i) + "]", violations);
  }
  const Side& a = thesis.sides[0];
  const Side& b = thesis.sides[1];
  violations.Require(a.institution != b.institution, path + ".sides[1].institution",
                     "must be another institution than that of the first side");
  violations.Require(a.director != b.director, path + ".sides[1].director",
                     "must be another person than the director of the first side");
  violations.Require(a.in_charge != b.in_charge, path + ".sides",
                     "exactly one of them is in_charge of the defence");
  for (const Side& side : thesis.sides) {
    violations.Require(side.director != thesis.student || side.director.empty(), path + ".student",
                       "does not direct the own thesis");
  }
}

JuryMember ReadMember(const pb::JuryMember& message, const std::string& path,
                      Violations& violations) {
  JuryMember member;
  violations.Require(rpc::IsResourceId(message.id()) && message.id().size() <= 39, path + ".id",
                     "must be lower case letters, digits and dashes, at most 39");
  member.id = message.id();
  CheckLine(message.display_name(), true, path + ".display_name", violations);
  member.display_name = message.display_name();
  CheckLine(message.institution_name(), true, path + ".institution_name", violations);
  member.institution_name = message.institution_name();
  const bool country = message.country_code().empty() ||
                       (message.country_code().size() == 2 &&
                        std::all_of(message.country_code().begin(), message.country_code().end(),
                                    [](char c) { return c >= 'A' && c <= 'Z'; }));
  violations.Require(country, path + ".country_code", "must be two capital letters");
  member.country_code = message.country_code();
  CheckWord(kRanks, message.rank(), path + ".rank", violations);
  member.rank = message.rank();
  member.hdr = message.hdr();
  member.external = message.external();
  member.involved = message.involved();
  for (const std::string& role : message.roles()) {
    CheckWord(kJuryRoles, role, path + ".roles", violations);
    member.roles.push_back(role);
  }
  violations.Require(!member.roles.empty(), path + ".roles", "is required");
  constexpr std::array<std::string_view, 4> kGenders = {"", "f", "m", "x"};
  CheckWord(kGenders, message.gender(), path + ".gender", violations);
  member.gender = message.gender();
  return member;
}

}  // namespace

void CheckLine(std::string_view text, bool required, std::string_view path,
               Violations& violations) {
  CheckText(text, {.required = required, .bytes_max = kLineBytesMax}, path, violations);
}

void CheckNote(std::string_view text, bool required, std::string_view path,
               Violations& violations) {
  CheckText(text, {.required = required, .bytes_max = kNoteBytesMax, .controls = "\n\t\r"}, path,
            violations);
}

std::optional<Date> ReadDate(bool there, const google::type::Date& date, bool required,
                             std::string_view path, Violations& violations) {
  if (!there) {
    violations.Require(!required, path, "is required");
    return std::nullopt;
  }
  const auto read = rpc::FromProto(date);
  if (!violations.Require(read.has_value(), path, "must be a day of the calendar")) {
    return std::nullopt;
  }
  if (!violations.Require(kFirst <= *read && *read <= kLast, path,
                          "is outside of all calendars: it must be between 1990 and 2100")) {
    return std::nullopt;
  }
  return read;
}

Thesis ReadThesis(const pb::Thesis& message, const std::string& path, Violations& violations) {
  Thesis thesis;
  CheckLine(message.title(), true, path + ".title", violations);
  thesis.title = message.title();
  CheckName("people/*", message.student(), "people/x", path + ".student", violations);
  thesis.student = message.student();
  ReadSides(message, path, thesis, violations);
  CheckWord(kAwardModes, message.award_mode(), path + ".award_mode", violations);
  thesis.award_mode = message.award_mode();
  thesis.single_defence = message.single_defence();
  violations.Require(IsLanguage(message.language_code()), path + ".language_code",
                     "must be a language code such as \"en\"");
  thesis.language_code = message.language_code();
  violations.Require(
      message.defence_language_code().empty() || IsLanguage(message.defence_language_code()),
      path + ".defence_language_code", "must be a language code such as \"en\"");
  thesis.defence_language_code = message.defence_language_code();
  violations.Require(message.themes_size() <= kThemesMax, path + ".themes",
                     "has more than " + std::to_string(kThemesMax) + " entries");
  for (const std::string& theme : message.themes()) {
    violations.Require(rpc::IsResourceId(theme), path + ".themes",
                       "must be lower case letters, digits and dashes");
    thesis.themes.push_back(theme);
  }
  violations.Require(message.funding_reference().empty() ||
                         rpc::IsResourceId(message.funding_reference()) ||
                         !rpc::ParseName("budgets/*", message.funding_reference()).empty(),
                     path + ".funding_reference",
                     "must be a budget's funding reference (lower case letters, digits and "
                     "dashes), or look like budgets/x");
  thesis.funding_reference = message.funding_reference();
  thesis.full_time = message.full_time();
  CheckLine(message.theses_fr_number(), false, path + ".theses_fr_number", violations);
  thesis.theses_fr_number = message.theses_fr_number();
  thesis.demo = message.demo();
  return thesis;
}

Suspension ReadSuspension(const pb::Suspension& message, const std::string& path,
                          Violations& violations) {
  Suspension suspension;
  CheckWord(kSuspensionBases, message.basis(), path + ".basis", violations);
  suspension.basis = message.basis();
  suspension.first = ReadDate(message.has_first_date(), message.first_date(), true,
                              path + ".first_date", violations)
                         .value_or(kFirst);
  suspension.last =
      ReadDate(message.has_last_date(), message.last_date(), true, path + ".last_date", violations)
          .value_or(kFirst);
  return suspension;
}

DefencePlan ReadDefence(const pb::DefencePlan& message, const std::string& path,
                        Violations& violations) {
  DefencePlan plan;
  plan.time.date = ReadDate(message.has_defence_date(), message.defence_date(), true,
                            path + ".defence_date", violations)
                       .value_or(kFirst);
  const auto clock = ParseClock(message.defence_clock());
  violations.Require(clock.ok(), path + ".defence_clock", "must look like \"14:00\"");
  if (clock.ok()) plan.time.clock = *clock;
  violations.Require(KnownZone(message.time_zone()), path + ".time_zone",
                     "must be a zone such as \"Europe/Paris\"");
  plan.time.zone = message.time_zone();
  CheckLine(message.place(), false, path + ".place", violations);
  plan.place = message.place();
  violations.Require(message.jury_size() <= kMembersMax, path + ".jury",
                     "has more than " + std::to_string(kMembersMax) + " members");
  std::set<std::string> ids;
  for (int i = 0; i < std::min(message.jury_size(), kMembersMax); ++i) {
    const std::string at = path + ".jury[" + std::to_string(i) + "]";
    plan.jury.push_back(ReadMember(message.jury(i), at, violations));
    violations.Require(ids.insert(plan.jury.back().id).second, at + ".id",
                       "is the id of another member too");
  }
  plan.declared = ReadDate(message.has_declared_date(), message.declared_date(), false,
                           path + ".declared_date", violations);
  return plan;
}

Milestone ReadMilestone(const pb::Milestone& message, const std::string& path,
                        Violations& violations) {
  Milestone milestone;
  CheckWord(kMilestones, message.kind(), path + ".kind", violations);
  milestone.kind = message.kind();
  milestone.date = ReadDate(message.has_date(), message.date(), true, path + ".date", violations);
  violations.Require(message.value() >= 0 && message.value() <= 10'000, path + ".value",
                     "must be from 0 to 10000");
  violations.Require(message.kind() != "training_hours" || message.value() > 0, path + ".value",
                     "is required: how many hours");
  milestone.value = message.value();
  return milestone;
}

}  // namespace jointly::theses
