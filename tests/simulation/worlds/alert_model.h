#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "services/budgets/domain/ledger.h"
#include "services/budgets/domain/types.h"
#include "tests/simulation/worlds/nodes.h"

namespace jointly::simulation {

// What thresholds of lines were crossed upwards, as the journal says: a reckoning of its own beside
// the service's, entry by entry as the world goes on (B17).
class AlertModel {
 public:
  // "budgets/b/lines/l", threshold, authorised version, crossing.
  using Key = std::tuple<std::string, int, std::int64_t, int>;

  // What the world begins with has crossed nothing.
  void Begin(BudgetsNode& node);
  // After each step: whatever was posted meanwhile is judged by what periods and budgets were
  // before it.
  void Observe(BudgetsNode& node);

  const std::vector<Key>& crossings() const { return crossings_; }

 private:
  struct Line {
    std::int64_t available = 0;
    std::int64_t reserved = 0;
    std::int64_t spent = 0;
  };
  struct Threshold {
    std::int64_t version = 0;
    int crossings = 0;
    bool above = false;
  };
  struct Book {
    std::int64_t sequence = 0;
    std::int64_t version = 0;
    std::map<std::string, budgets::PeriodState, std::less<>> periods;
    std::map<budgets::LineKey, Line> lines;
    std::map<std::pair<budgets::LineKey, int>, Threshold> thresholds;
  };

  void Look(BudgetsNode& node, const std::string& budget, Book& book);
  void Post(const budgets::Journal& journal, Book& book, std::vector<budgets::LineKey>& touched);
  void Settle(const std::string& budget, Book& book, std::vector<budgets::LineKey>& touched);

  std::map<std::string, Book> books_;
  std::vector<Key> crossings_;
};

}  // namespace jointly::simulation
