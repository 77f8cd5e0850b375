#include "services/theses/domain/reconcile.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::theses {
namespace {

using Json = nlohmann::json;

constexpr std::array kLists = {"theses", "etabSoutenance", "etabSoutenanceEnCours", "etabCotutelle",
                               "etabCotutelleEnCours"};

std::string TextOf(const Json& record, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = record.find(key);
    if (found != record.end() && found->is_string()) return found->get<std::string>();
  }
  return "";
}

// dd/MM/yyyy, as theses.fr writes it; ISO dates are taken, too.
absl::StatusOr<std::optional<Date>> DateOf(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::string iso = text.substr(0, 10);
  if (iso.size() == 10 && iso[2] == '/' && iso[5] == '/') {
    iso = iso.substr(6, 4) + "-" + iso.substr(3, 2) + "-" + iso.substr(0, 2);
  }
  ASSIGN_OR_RETURN(const Date date, ParseDate(iso));
  return date;
}

std::optional<Date> ReadDate(const Json& record, const char* key, const std::string& path,
                             Violations& violations) {
  const std::string text = TextOf(record, {key});
  const auto date = DateOf(text);
  violations.Require(date.ok(), path + "." + key, "\"" + text + "\" is no date like 31/12/2026");
  return date.ok() ? *date : std::nullopt;
}

PublishedThesis Read(const Json& record, const std::string& path, Violations& violations) {
  PublishedThesis thesis;
  if (!violations.Require(record.is_object(), path, "must be an object")) return thesis;
  thesis.subject_number = TextOf(record, {"numSujet"});
  thesis.number = TextOf(record, {"nnt"});
  if (thesis.number.empty()) thesis.number = thesis.subject_number;
  if (thesis.number.empty()) thesis.number = TextOf(record, {"id"});
  violations.Require(!thesis.number.empty(), path, "has neither nnt nor numSujet nor id");
  thesis.title = TextOf(record, {"titrePrincipal", "titre"});
  violations.Require(!thesis.title.empty(), path, "has no titrePrincipal");
  thesis.defended_date = ReadDate(record, "dateSoutenance", path, violations);
  thesis.enrolment_date = ReadDate(record, "datePremiereInscriptionDoctorat", path, violations);
  const auto said = record.find("isSoutenue");
  const std::string state = TextOf(record, {"isSoutenue", "status"});
  const bool flag = said != record.end() && said->is_boolean() && said->get<bool>();
  thesis.defended = flag || state == "oui" || state == "soutenue";
  const auto partners = record.find("etabCotutelle");
  thesis.names_cotutelle = partners != record.end() && partners->is_array() && !partners->empty();
  return thesis;
}

// Letters and digits, in lower case: how titles are compared. Other scripts stay as they are.
std::string Plain(std::string_view title) {
  std::string plain;
  for (const char c : title) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
    if (c >= 'A' && c <= 'Z') plain += static_cast<char>(c - 'A' + 'a');
  }
  return plain;
}

const PublishedThesis* Find(const Thesis& thesis, const std::vector<PublishedThesis>& published,
                            const std::set<const PublishedThesis*>& taken) {
  const auto first = [&](const auto& matches) -> const PublishedThesis* {
    for (const PublishedThesis& candidate : published) {
      if (!taken.contains(&candidate) && matches(candidate)) return &candidate;
    }
    return nullptr;
  };
  const std::string& number = thesis.theses_fr_number;
  if (!number.empty()) {
    const PublishedThesis* found = first([&](const PublishedThesis& candidate) {
      return candidate.number == number || candidate.subject_number == number;
    });
    if (found != nullptr) return found;
  }
  return first([&](const PublishedThesis& candidate) {
    return Plain(candidate.title) == Plain(thesis.title);
  });
}

std::string DefenceText(bool defended, const std::optional<Date>& date) {
  if (!defended) return "in progress";
  return "defended" + (date.has_value() ? " " + FormatDate(*date) : std::string());
}

std::vector<std::string> DifferencesOf(const Thesis& thesis, const PublishedThesis& published) {
  std::vector<std::string> differences;
  const bool defended = Passed(thesis);
  const std::optional<Date> held =
      defended && thesis.defence.has_value() ? thesis.defence->held : std::nullopt;
  const std::string here = Ended(thesis.state) && !defended ? std::string(Name(thesis.state))
                                                            : DefenceText(defended, held);
  const bool dates = defended && published.defended && published.defended_date.has_value() &&
                     published.defended_date != held;
  if (defended != published.defended || dates || (Ended(thesis.state) && !defended)) {
    differences.push_back(DefenceText(published.defended, published.defended_date) + " there, " +
                          here + " here");
  }
  const auto start = StartDate(thesis);
  if (published.enrolment_date.has_value() && start != published.enrolment_date) {
    differences.push_back("first enrolled " + FormatDate(*published.enrolment_date) + " there, " +
                          (start.has_value() ? FormatDate(*start) : std::string("not enrolled")) +
                          " here");
  }
  if (Plain(thesis.title) != Plain(published.title)) {
    differences.push_back("another title there: " + published.title);
  }
  if (thesis.theses_fr_number.empty()) {
    differences.push_back("its number " + published.number + " is not recorded here");
  }
  if (!published.names_cotutelle) differences.emplace_back("no cotutelle is named there");
  return differences;
}

// theses.fr registers a thesis with its enrolment.
bool Expected(const Thesis& thesis) {
  return StartDate(thesis).has_value() && thesis.state != ThesisState::kAbandoned &&
         thesis.state != ThesisState::kTransferred;
}

}  // namespace

absl::StatusOr<std::vector<PublishedThesis>> ParseThesesFr(std::string_view document) {
  const Json json = Json::parse(document, nullptr, /*allow_exceptions=*/false);
  Violations violations;
  std::vector<std::pair<std::string, const Json*>> lists;
  if (json.is_array()) lists.emplace_back("document", &json);
  if (json.is_object()) {
    for (const char* key : kLists) {
      const auto found = json.find(key);
      if (found != json.end() && found->is_array()) {
        lists.emplace_back(std::string("document.") + key, &*found);
      }
    }
  }
  violations.Require(!lists.empty(), "document",
                     "is no answer of theses.fr: neither a list nor an object with one of theses, "
                     "etabSoutenance, etabSoutenanceEnCours, etabCotutelle, etabCotutelleEnCours");
  std::vector<PublishedThesis> theses;
  std::set<std::string> known;
  for (const auto& [path, list] : lists) {
    std::size_t index = 0;
    for (const Json& record : *list) {
      PublishedThesis thesis = Read(record, path + "[" + std::to_string(index++) + "]", violations);
      if (known.insert(thesis.number).second) theses.push_back(std::move(thesis));
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return theses;
}

Reconciliation Reconcile(const std::vector<Thesis>& ours,
                         const std::vector<PublishedThesis>& published) {
  Reconciliation result;
  std::set<const PublishedThesis*> taken;
  for (const Thesis& thesis : ours) {
    const PublishedThesis* found = Find(thesis, published, taken);
    if (found == nullptr) {
      if (Expected(thesis)) {
        result.rows.push_back({.thesis = thesis.id,
                               .number = "",
                               .title = thesis.title,
                               .differences = {"theses.fr does not know it"}});
      }
      continue;
    }
    taken.insert(found);
    ++result.matched;
    std::vector<std::string> differences = DifferencesOf(thesis, *found);
    if (differences.empty()) continue;
    result.rows.push_back({.thesis = thesis.id,
                           .number = found->number,
                           .title = thesis.title,
                           .differences = std::move(differences)});
  }
  for (const PublishedThesis& candidate : published) {
    if (taken.contains(&candidate)) continue;
    result.rows.push_back({.thesis = "",
                           .number = candidate.number,
                           .title = candidate.title,
                           .differences = {"it is not recorded here"}});
  }
  return result;
}

}  // namespace jointly::theses
