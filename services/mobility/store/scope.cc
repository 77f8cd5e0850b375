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
  if (!scope.offices.empty() && !columns.offices.empty()) {
    const std::string number = std::to_string(condition.next++);
    for (const std::string& column : columns.offices) add(column + " {any $" + number + "}");
    condition.parameters.emplace_back(db::TextList{scope.offices});
  }
  condition.sql = condition.sql.empty() ? "1 = 0" : "(" + condition.sql + ")";
  return condition;
}

}  // namespace jointly::mobility::store
