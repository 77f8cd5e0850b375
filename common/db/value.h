#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "common/time/clock.h"

namespace jointly::db {

// Bytes, as opposed to text.
struct Blob {
  std::string bytes;
};

// A list of texts for the token {any $n}.
struct TextList {
  std::vector<std::string> values;
};

// Columns of many rows, beside TextList: PostgreSQL only, for InsertRows.
struct IntegerList {
  std::vector<std::int64_t> values;
};
struct BlobList {
  std::vector<std::string> values;  // Bytes each.
};

struct Null {};

// What a parameter or a column can be: NULL, BIGINT, DOUBLE PRECISION, TEXT, bytes, lists.
class Value {
 public:
  Value() = default;
  Value(Null) {}
  template <typename Integer>
  requires(std::is_integral_v<Integer>) Value(Integer value)
      : value_(static_cast<std::int64_t>(value)) {}
  Value(double value) : value_(value) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(std::string text) : value_(std::move(text)) {}
  Value(std::string_view text) : value_(std::string(text)) {}
  Value(Blob blob) : value_(std::move(blob)) {}
  Value(TextList list) : value_(std::move(list)) {}
  Value(IntegerList list) : value_(std::move(list)) {}
  Value(BlobList list) : value_(std::move(list)) {}
  Value(Time time) : value_(Micros(time)) {}  // Instants are BIGINT microseconds.
  template <typename T>
  Value(const std::optional<T>& value) {
    if (value.has_value()) *this = Value(*value);
  }

  using Variant =
      std::variant<Null, std::int64_t, double, std::string, Blob, TextList, IntegerList, BlobList>;
  const Variant& variant() const { return value_; }
  Variant& variant() { return value_; }
  bool is_null() const { return std::holds_alternative<Null>(value_); }

 private:
  Variant value_ = Null{};
};

using Values = std::vector<Value>;

// One row of a result; columns by name or by position. Asking for a column that is not there, or
// with the wrong type, is a mistake of ours and ends the process.
class Row {
 public:
  Row(const std::vector<std::string>* names, Values values)
      : names_(names), values_(std::move(values)) {}

  std::int64_t Int(std::string_view column) const;
  double Double(std::string_view column) const;  // Also of an integer column.
  const std::string& Text(std::string_view column) const;
  const std::string& Bytes(std::string_view column) const;
  Time At(std::string_view column) const { return FromMicros(Int(column)); }
  bool Bool(std::string_view column) const { return Int(column) != 0; }
  bool IsNull(std::string_view column) const;
  // NULL gives the empty text, 0, nothing.
  std::string TextOr(std::string_view column, std::string_view otherwise = "") const;
  std::int64_t IntOr(std::string_view column, std::int64_t otherwise = 0) const;
  std::optional<Time> MaybeAt(std::string_view column) const;
  const Value& operator[](std::size_t position) const { return values_[position]; }

 private:
  const Value& Find(std::string_view column) const;
  const std::vector<std::string>* names_;  // Owned by the Rows.
  Values values_;
};

// A whole result. Movable; rows point into it.
class Rows {
 public:
  Rows() : names_(std::make_unique<std::vector<std::string>>()) {}
  explicit Rows(std::vector<std::string> names)
      : names_(std::make_unique<std::vector<std::string>>(std::move(names))) {}
  void Append(Values values) { rows_.emplace_back(names_.get(), std::move(values)); }

  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  const Row& front() const { return rows_.front(); }
  const Row& operator[](std::size_t i) const { return rows_[i]; }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

 private:
  std::unique_ptr<std::vector<std::string>> names_;
  std::vector<Row> rows_;
};

}  // namespace jointly::db
