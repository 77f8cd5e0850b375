#include "common/db/value.h"

#include <string>

#include "common/error/check.h"

namespace jointly::db {
namespace {

template <typename T>
const T& Expect(const Value& value, std::string_view column, std::string_view type) {
  const T* found = std::get_if<T>(&value.variant());
  if (found == nullptr) {
    Die("column " + std::string(column) + (value.is_null() ? " is NULL, not " : " is not ") +
        std::string(type));
  }
  return *found;
}

}  // namespace

const Value& Row::Find(std::string_view column) const {
  for (std::size_t i = 0; i < names_->size(); ++i) {
    if ((*names_)[i] == column) return values_[i];
  }
  Die("the result has no column " + std::string(column));
}

std::int64_t Row::Int(std::string_view column) const {
  return Expect<std::int64_t>(Find(column), column, "an integer");
}

double Row::Double(std::string_view column) const {
  const Value& value = Find(column);
  if (const auto* integer = std::get_if<std::int64_t>(&value.variant())) {
    return static_cast<double>(*integer);
  }
  return Expect<double>(value, column, "a number");
}

const std::string& Row::Text(std::string_view column) const {
  return Expect<std::string>(Find(column), column, "a text");
}

const std::string& Row::Bytes(std::string_view column) const {
  return Expect<Blob>(Find(column), column, "bytes").bytes;
}

bool Row::IsNull(std::string_view column) const { return Find(column).is_null(); }

std::string Row::TextOr(std::string_view column, std::string_view otherwise) const {
  const Value& value = Find(column);
  if (value.is_null()) return std::string(otherwise);
  return Expect<std::string>(value, column, "a text");
}

std::int64_t Row::IntOr(std::string_view column, std::int64_t otherwise) const {
  const Value& value = Find(column);
  if (value.is_null()) return otherwise;
  return Expect<std::int64_t>(value, column, "an integer");
}

std::optional<Time> Row::MaybeAt(std::string_view column) const {
  const Value& value = Find(column);
  if (value.is_null()) return std::nullopt;
  return FromMicros(Expect<std::int64_t>(value, column, "an integer"));
}

}  // namespace jointly::db
