#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/ledger.h"
#include "services/budgets/domain/types.h"

namespace jointly::budgets::invariants {

// What thresholds of lines were crossed upwards, as the journal says: a reckoning of its own beside
// the service's, entry by entry as the world goes on (B17).
class AlertModel {
 public:
  // "budgets/b/lines/l", threshold, authorised version, crossing.
  using Key = std::tuple<std::string, int, std::int64_t, int>;

  // What the world begins with has crossed nothing.
  void Begin(db::Database& database);
  // After each step: whatever was posted meanwhile is judged by what periods and budgets were
  // before it.
  void Observe(db::Database& database);

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
    std::map<std::string, PeriodState, std::less<>> periods;
    std::map<LineKey, Line> lines;
    std::map<std::pair<LineKey, int>, Threshold> thresholds;
  };

  void Look(db::Database& database, const std::string& budget, Book& book);
  void Post(const Journal& journal, Book& book, std::vector<LineKey>& touched);
  void Settle(const std::string& budget, Book& book, std::vector<LineKey>& touched);

  std::map<std::string, Book> books_;
  std::vector<Key> crossings_;
};

}  // namespace jointly::budgets::invariants
