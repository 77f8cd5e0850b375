#include "services/theses/store/scope.h"

namespace jointly::theses::store {

Condition ScopeCondition(const Scope& scope, int first) {
  Condition condition{.sql = "", .parameters = {}, .next = first};
  if (scope.everywhere) {
    condition.sql = "1 = 1";
    return condition;
  }
  const auto add = [&](const std::string& text) {
    condition.sql += condition.sql.empty() ? text : " OR " + text;
  };
  if (!scope.person.empty()) {
    const std::string number = std::to_string(condition.next++);
    for (const char* column : {"student", "director_a", "director_b"}) {
      add("thesis." + std::string(column) + " = $" + number);
    }
    condition.parameters.emplace_back(scope.person);
  }
  const auto add_any = [&](const std::vector<std::string>& names, const char* column) {
    if (names.empty()) return;
    const std::string number = std::to_string(condition.next++);
    for (const char* side : {"_a", "_b"}) {
      add("thesis." + std::string(column) + side + " {any $" + number + "}");
    }
    condition.parameters.emplace_back(db::TextList{names});
  };
  std::vector<std::string> institutions;
  std::vector<std::string> units;
  for (const std::string& office : scope.offices) {
    (office.find("/units/") == std::string::npos ? institutions : units).push_back(office);
  }
  add_any(institutions, "institution");
  add_any(units, "school");
  condition.sql = condition.sql.empty() ? "1 = 0" : "(" + condition.sql + ")";
  return condition;
}

}  // namespace jointly::theses::store
