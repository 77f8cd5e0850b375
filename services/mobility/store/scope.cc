#include "services/mobility/store/scope.h"

namespace jointly::mobility::store {

Condition ScopeCondition(const Scope& scope, const ScopeColumns& columns, int first) {
  Condition condition{.sql = "", .parameters = {}, .next = first};
  if (scope.everywhere) {
    condition.sql = "1 = 1";
    return condition;
  }
  const auto add = [&](const std::string& text) {
    condition.sql += condition.sql.empty() ? text : " OR " + text;
  };
  if (!scope.person.empty() && !columns.student.empty()) {
    add(columns.student + " = $" + std::to_string(condition.next++));
    condition.parameters.emplace_back(scope.person);
  }
  const auto add_any = [&](const std::vector<std::string>& names,
                           const std::vector<std::string>& within) {
    if (names.empty() || within.empty()) return;
    const std::string number = std::to_string(condition.next++);
    for (const std::string& column : within) add(column + " {any $" + number + "}");
    condition.parameters.emplace_back(db::TextList{names});
  };
  std::vector<std::string> institutions;
  std::vector<std::string> units;
  for (const std::string& office : scope.offices) {
    (office.find("/units/") == std::string::npos ? institutions : units).push_back(office);
  }
  add_any(institutions, columns.institutions);
  add_any(units, columns.units);
  condition.sql = condition.sql.empty() ? "1 = 0" : "(" + condition.sql + ")";
  return condition;
}

}  // namespace jointly::mobility::store
