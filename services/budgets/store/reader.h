#pragma once

#include <optional>
#include <string>
#include <variant>

#include "common/db/value.h"
#include "common/error/check.h"
#include "services/budgets/store/packed.h"

namespace jointly::budgets::store {

// Reads a row's columns in the order in which the query names them. The column list and its reader
// stand next to each other.
class Reader {
 public:
  explicit Reader(const db::Row& row) : row_(row) {}

  std::string Text() {
    const auto* text = std::get_if<std::string>(&row_[next_++].variant());
    Check(text != nullptr, "a column that should be a text is not");
    return *text;
  }
  std::int64_t Integer() {
    const auto* number = std::get_if<std::int64_t>(&row_[next_++].variant());
    Check(number != nullptr, "a column that should be an integer is not");
    return *number;
  }
  bool Bool() { return Integer() != 0; }
  Time At() { return FromMicros(Integer()); }
  Date ADate() { return UnpackRequiredDate(Text()); }
  std::optional<Date> MaybeDate() { return UnpackDate(Text()); }
  Hand AHand() {
    Hand hand;
    hand.person = Text();
    hand.in_place_of = Text();
    return hand;
  }
  template <typename Enum>
  Enum One() {
    const auto value = Parse<Enum>(Text());
    Check(value.has_value(), "a column holds an unknown name");
    return *value;
  }

 private:
  const db::Row& row_;
  std::size_t next_ = 0;
};

enum class Lock { kNo, kYes };
inline std::string LockToken(Lock lock) { return lock == Lock::kYes ? " {for_update}" : ""; }

// A page of a list, as common/rpc computes it: its parameters follow the query's own.
struct Slice {
  std::string where;
  std::string order_and_limit;
  db::Values parameters;
};

// Columns and values of an INSERT; with a conflict clause also of a save.
inline std::string Placeholders(std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 1; i <= count; ++i) {
    text += (i == 1 ? "$" : ", $") + std::to_string(i);
  }
  return text + ")";
}

}  // namespace jointly::budgets::store
