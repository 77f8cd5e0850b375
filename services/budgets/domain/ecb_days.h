#pragma once

#include <map>
#include <string>
#include <string_view>

#include "services/budgets/domain/ecb.h"

// What the readers of the ECB's files share: days as they come, in any order, and what is wrong.
// Internal to ecb*.cc.
namespace jointly::budgets {

std::string Shorten(std::string_view text);
bool IsCurrencyCode(std::string_view text);

class DayCollector {
 public:
  void Fault(int line, std::string text);
  // Rates that follow are of this day.
  void Begin(Date date, int line);
  // Before any valid day: checked, and kept nowhere, so that one bad date hides no bad rate.
  void Add(std::string_view currency, std::string_view rate, int line);
  // After a day whose date is bad.
  void Leave() { current_ = nullptr; }
  RateFile Finish() &&;

 private:
  std::map<Date, std::map<std::string, Rate>> days_;
  std::map<std::string, Rate>* current_ = nullptr;
  RateFile file_;
  int faults_seen_ = 0;
};

}  // namespace jointly::budgets
