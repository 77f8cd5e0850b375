#include "common/db/postgres_values.h"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/db/dialect.h"
#include "common/error/check.h"

namespace jointly::db {
namespace {

// From PostgreSQL's catalogue pg_type; they never change.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kOid = 26;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kByteaArray = 1001;
constexpr Oid kTextArray = 1009;
constexpr Oid kInt8Array = 1016;
constexpr Oid kNumeric = 1700;
constexpr Oid kVoid = 2278;
constexpr Oid kXid8 = 5069;
constexpr Oid kUnspecified = 0;

void AppendBigEndian(std::string& bytes, std::uint64_t number, std::size_t width) {
  for (std::size_t i = width; i > 0; --i) {
    bytes += static_cast<char>(number >> (8 * (i - 1)) & 0xFF);
  }
}

std::string BigEndian(std::uint64_t bits) {
  std::string bytes;
  AppendBigEndian(bytes, bits, 8);
  return bytes;
}

// The binary form of an array: dimensions, "has no NULL", element type, length and lower bound,
// then each element behind its length. Nothing in it needs escapes, on neither side.
template <typename Element>
std::string BinaryArray(Oid type, const std::vector<Element>& elements) {
  std::string bytes;
  const auto add = [&](std::size_t number) { AppendBigEndian(bytes, number, 4); };
  add(elements.empty() ? 0 : 1);
  add(0);
  add(type);
  if (elements.empty()) return bytes;
  add(elements.size());
  add(1);
  for (const Element& element : elements) {
    if constexpr (std::is_same_v<Element, std::int64_t>) {
      add(sizeof(element));
      AppendBigEndian(bytes, static_cast<std::uint64_t>(element), sizeof(element));
    } else {
      add(element.size());
      bytes += element;
    }
  }
  return bytes;
}

template <typename Number>
bool ParseWhole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Value ParseInteger(std::string_view text) {
  std::int64_t number = 0;
  Check(ParseWhole(text, number), "PostgreSQL sent an integer that is none");
  return Value(number);
}

Value ParseNumber(std::string_view text) {
  double number = 0;
  Check(ParseWhole(text, number), "PostgreSQL sent a number that is none");
  return Value(number);
}

unsigned HexDigit(char c) {
  return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

// "\x0aff".
Blob ParseBytes(std::string_view text) {
  Check(text.starts_with("\\x"), "bytea_output must be hex");
  text.remove_prefix(2);
  Blob blob;
  blob.bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    blob.bytes += static_cast<char>(HexDigit(text[i]) << 4 | HexDigit(text[i + 1]));
  }
  return blob;
}

Value ParseColumn(Oid type, std::string_view text) {
  switch (type) {
    case kInt8:
    case kInt4:
    case kInt2:
    case kOid:
    case kXid8:
      return ParseInteger(text);
    case kBool:
      return Value(text == "t" ? 1 : 0);
    case kFloat4:
    case kFloat8:
      return ParseNumber(text);
    case kNumeric: {
      std::int64_t whole = 0;
      return ParseWhole(text, whole) ? Value(whole) : ParseNumber(text);
    }
    case kBytea:
      return Value(ParseBytes(text));
    case kVoid:
      return Value(Null{});
    default:
      return Value(text);
  }
}

}  // namespace

PostgresParameters::PostgresParameters(const Values& values) {
  types.reserve(values.size());
  data.reserve(values.size());
  lengths.reserve(values.size());
  formats.reserve(values.size());
  storage_.reserve(values.size());  // `data` points into it.
  for (const Value& value : values) Add(value);
}

void PostgresParameters::Add(const Value& value) {
  const auto add = [&](char letter, Oid type, const std::string& bytes, int format) {
    signature += letter;
    types.push_back(type);
    data.push_back(bytes.data());
    lengths.push_back(static_cast<int>(bytes.size()));
    formats.push_back(format);
  };
  const auto own = [&](std::string bytes) -> const std::string& {
    return storage_.emplace_back(std::move(bytes));
  };
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, Null>) {
          // The server takes the type from where the parameter stands.
          add('n', kUnspecified, own(""), 0);
          data.back() = nullptr;
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          add('i', kInt8, own(BigEndian(static_cast<std::uint64_t>(v))), 1);
        } else if constexpr (std::is_same_v<T, double>) {
          add('d', kFloat8, own(BigEndian(std::bit_cast<std::uint64_t>(v))), 1);
        } else if constexpr (std::is_same_v<T, std::string>) {
          add('t', kText, v, 1);
        } else if constexpr (std::is_same_v<T, Blob>) {
          add('b', kBytea, v.bytes, 1);
        } else if constexpr (std::is_same_v<T, TextList>) {
          add('l', kTextArray, own(BinaryArray(kText, v.values)), 1);
        } else if constexpr (std::is_same_v<T, IntegerList>) {
          add('I', kInt8Array, own(BinaryArray(kInt8, v.values)), 1);
        } else {
          add('B', kByteaArray, own(BinaryArray(kBytea, v.values)), 1);
        }
      },
      value.variant());
}

Rows ReadRows(const pg_result* result) {
  const int columns = PQnfields(result);
  std::vector<std::string> names;
  std::vector<Oid> types;
  for (int i = 0; i < columns; ++i) {
    names.emplace_back(PQfname(result, i));
    types.push_back(PQftype(result, i));
  }
  Rows rows(std::move(names));
  for (int row = 0; row < PQntuples(result); ++row) {
    Values values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) {
      if (PQgetisnull(result, row, i) != 0) {
        values.emplace_back(Null{});
      } else {
        const auto length = static_cast<std::size_t>(PQgetlength(result, row, i));
        values.push_back(ParseColumn(types[static_cast<std::size_t>(i)],
                                     std::string_view(PQgetvalue(result, row, i), length)));
      }
    }
    rows.Append(std::move(values));
  }
  return rows;
}

}  // namespace jointly::db
