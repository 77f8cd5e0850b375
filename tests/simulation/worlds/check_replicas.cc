#include <map>
#include <set>

#include "tests/simulation/worlds/check.h"

namespace jointly::simulation {
namespace {

// A row as one text, in the order of the columns of its query.
std::set<std::string> Lines(Node& node, std::string_view sql) {
  std::set<std::string> lines;
  for (const db::Row& row : node.Query(sql)) lines.insert(row.Text("line"));
  return lines;
}

void Compare(const char* what, const std::set<std::string>& owner,
             const std::set<std::string>& replica, Findings& findings) {
  for (const std::string& line : owner) {
    if (!replica.contains(line)) findings.push_back(std::string(what) + " lacks " + line);
  }
  for (const std::string& line : replica) {
    if (!owner.contains(line)) findings.push_back(std::string(what) + " has, wrongly, " + line);
  }
}

}  // namespace

void CheckReplicas(IdentityNode& identity, PartnershipsNode& partnerships, MobilityNode& mobility,
                   NotificationsNode& notifications, Findings& findings) {
  constexpr std::string_view kPeople = R"sql(
      SELECT 'people/' || id || ' ' || institution || ' ' || language_code || ' ' || time_zone
             || ' ' || state || ' ' || revision AS line FROM person)sql";
  Compare("the people of mobility", Lines(identity, kPeople), Lines(mobility, R"sql(
      SELECT name || ' ' || institution || ' ' || language || ' ' || time_zone || ' ' || state
             || ' ' || revision AS line FROM student)sql"),
          findings);
  Compare("the readers of notifications", Lines(identity, kPeople), Lines(notifications, R"sql(
      SELECT person || ' ' || institution || ' ' || language || ' ' || time_zone || ' ' || state
             || ' ' || revision AS line FROM reader)sql"),
          findings);
  Compare("the roles of notifications", Lines(identity, R"sql(
      SELECT 'people/' || person || ' ' || role || ' ' || scope AS line FROM grant_row)sql"),
          Lines(notifications, R"sql(
      SELECT person || ' ' || role || ' ' || scope AS line FROM reader_role)sql"),
          findings);
  Compare("the institutions of mobility", Lines(partnerships, R"sql(
      SELECT 'institutions/' || id || ' ' || time_zone || ' ' || region_code || ' '
             || academic_year_start_month || ' ' || revision AS line FROM institution)sql"),
          Lines(mobility, R"sql(
      SELECT name || ' ' || time_zone || ' ' || region_code || ' ' || academic_year_start_month
             || ' ' || revision AS line FROM institution)sql"),
          findings);
  Compare("the institutions of notifications", Lines(partnerships, R"sql(
      SELECT 'institutions/' || id || ' ' || display_name || ' ' || time_zone || ' ' || revision
             AS line FROM institution)sql"),
          Lines(notifications, R"sql(
      SELECT name || ' ' || display_name || ' ' || time_zone || ' ' || revision AS line
        FROM institution)sql"),
          findings);
  Compare("the agreements of mobility", Lines(partnerships, R"sql(
      SELECT 'agreements/' || id || ' ' || revision AS line FROM agreement)sql"),
          Lines(mobility, "SELECT name || ' ' || revision AS line FROM agreement"), findings);
  // The text in effect, whatever draft of the next one there is.
  Compare("the conditions of mobility", Lines(partnerships, R"sql(
      SELECT 'agreements/' || a.id || '/conditions/' || c.id || ' ' || c.places_per_year AS line
        FROM agreement AS a JOIN agreement_condition AS c
          ON c.agreement = a.id AND c.version = a.effective_version)sql"),
          Lines(mobility, R"sql(
      SELECT name || ' ' || places_per_year AS line FROM agreement_condition
       WHERE in_text = 1
         AND agreement IN (SELECT name FROM agreement WHERE effective = 1))sql"),
          findings);
  // Places that count are the agreement's, or what is in use where that is more.
  Compare("the ledgers of mobility", {}, Lines(mobility, R"sql(
      SELECT quota.id || ' counts ' || quota.places || ' of ' || quota.agreed_places AS line
        FROM quota LEFT JOIN agreement_condition AS c ON c.name = quota.condition
       WHERE quota.agreed_places <> CASE WHEN c.in_text = 1 THEN c.places_per_year ELSE 0 END
          OR quota.places <> MAX(quota.agreed_places,
                                 quota.held + quota.confirmed - quota.adjustment))sql"),
          findings);
  Compare("the cards of calls", Lines(mobility, R"sql(
      SELECT 'calls/' || id || ' ' || state || ' ' || decision_instant || ' ' || revision AS line
        FROM call)sql"),
          Lines(notifications, R"sql(
      SELECT name || ' ' || state || ' ' || decision_time || ' ' || revision AS line
        FROM call_card)sql"),
          findings);
  Compare("the applicants of notifications", Lines(mobility, R"sql(
      SELECT 'applications/' || id || ' ' || student || ' ' || state || ' ' || revision AS line
        FROM application)sql"),
          Lines(notifications, R"sql(
      SELECT application || ' ' || student || ' ' || state || ' ' || revision AS line
        FROM applicant)sql"),
          findings);
}

}  // namespace jointly::simulation
