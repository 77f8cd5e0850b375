#pragma once

#include <optional>
#include <string>
#include <variant>

#include "common/db/value.h"
#include "common/error/check.h"

namespace jointly::mobility::store {

// Reads a row's columns in the order in which the query names them: wide rows are read once,
// without a search per column. The column list and its reader stand next to each other.
class Reader {
 public:
  explicit Reader(const db::Row& row) : row_(row) {}

  std::string Text() {
    const db::Value& value = row_[next_++];
    const auto* text = std::get_if<std::string>(&value.variant());
    Check(text != nullptr || value.is_null(), "a column that should be a text is not");
    return text == nullptr ? std::string() : *text;
  }
  std::string Bytes() {
    const db::Value& value = row_[next_++];
    const auto* blob = std::get_if<db::Blob>(&value.variant());
    Check(blob != nullptr || value.is_null(), "a column that should be bytes is not");
    return blob == nullptr ? std::string() : blob->bytes;
  }
  std::int64_t Integer() {
    const db::Value& value = row_[next_++];
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
    const db::Value& value = row_[next_];
    if (value.is_null()) return Nothing();
    if (const auto* integer = std::get_if<std::int64_t>(&value.variant())) {
      ++next_;
      return static_cast<double>(*integer);
    }
    ++next_;
    const auto* number = std::get_if<double>(&value.variant());
    Check(number != nullptr, "a column that should be a number is not");
    return *number;
  }
  void Skip(std::size_t columns) { next_ += columns; }

 private:
  std::nullopt_t Nothing() {
    ++next_;
    return std::nullopt;
  }

  const db::Row& row_;
  std::size_t next_ = 0;
};

}  // namespace jointly::mobility::store
