#pragma once

#include <optional>
#include <string>
#include <variant>

#include "common/db/packed.h"
#include "common/db/value.h"
#include "common/error/check.h"

namespace jointly::db {

// Reads a row's columns in the order in which the query names them: wide rows are read once,
// without a search per column. The column list and its reader stand next to each other. NULL, which
// an outer join gives, reads as the empty text, 0 or nothing; another type than was asked for is a
// mistake of ours and ends the process.
class Reader {
 public:
  explicit Reader(const Row& row) : row_(row) {}

  std::string Text() {
    const Value& value = row_[next_++];
    const auto* text = std::get_if<std::string>(&value.variant());
    Check(text != nullptr || value.is_null(), "a column that should be a text is not");
    return text == nullptr ? std::string() : *text;
  }
  std::string Bytes() {
    const Value& value = row_[next_++];
    const auto* blob = std::get_if<Blob>(&value.variant());
    Check(blob != nullptr || value.is_null(), "a column that should be bytes is not");
    return blob == nullptr ? std::string() : blob->bytes;
  }
  std::int64_t Integer() {
    const Value& value = row_[next_++];
    const auto* number = std::get_if<std::int64_t>(&value.variant());
    Check(number != nullptr || value.is_null(), "a column that should be an integer is not");
    return number == nullptr ? 0 : *number;
  }
  int Int() { return static_cast<int>(Integer()); }
  bool Bool() { return Integer() != 0; }
  Time At() { return FromMicros(Integer()); }
  std::optional<Time> MaybeAt() {
    if (row_[next_].is_null()) return Nothing();
    return At();
  }
  std::optional<double> MaybeDouble() {
    const Value& value = row_[next_];
    if (value.is_null()) return Nothing();
    ++next_;
    // A column of SQLite holds a whole number as an integer.
    if (const auto* integer = std::get_if<std::int64_t>(&value.variant())) {
      return static_cast<double>(*integer);
    }
    const auto* number = std::get_if<double>(&value.variant());
    Check(number != nullptr, "a column that should be a number is not");
    return *number;
  }
  // Dates are texts, as Pack writes them.
  Date ADate() { return UnpackRequiredDate(Text()); }
  std::optional<Date> MaybeDate() { return UnpackDate(Text()); }
  void Skip(std::size_t columns) { next_ += columns; }

 private:
  std::nullopt_t Nothing() {
    ++next_;
    return std::nullopt;
  }

  const Row& row_;
  std::size_t next_ = 0;
};

}  // namespace jointly::db
