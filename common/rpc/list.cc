#include "common/rpc/list.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/auth/cipher.h"
#include "common/error/macros.h"
#include "common/time/civil.h"

namespace jointly::rpc {
namespace {

constexpr std::size_t kFilterBytesMax = 2048;
constexpr std::size_t kTermsMax = 16;
constexpr std::size_t kTokenBytesMax = 1024;
constexpr std::size_t kHashDigits = 16;

absl::Status Refuse(std::string_view path, std::string_view text) {
  Violations violations;
  violations.Add(path, text);
  return violations.ToStatus();
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

struct Term {
  std::string_view field;
  std::string_view op;
  std::string value;
  bool quoted = false;
};

// Reads "field op value (AND field op value)*". Positions in errors count from 1.
class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Term>> Read() {
    std::vector<Term> terms;
    SkipSpaces();
    while (position_ < text_.size()) {
      if (!terms.empty()) RETURN_IF_ERROR(ReadAnd());
      if (terms.size() == kTermsMax) {
        return Refuse("filter", "has more than " + std::to_string(kTermsMax) + " conditions");
      }
      ASSIGN_OR_RETURN(Term term, ReadTerm());
      terms.push_back(std::move(term));
      SkipSpaces();
    }
    return terms;
  }

 private:
  absl::Status Wrong(std::string_view what) const {
    return Refuse("filter", "does not parse at character " + std::to_string(position_ + 1) + ": " +
                                std::string(what) +
                                "; the form is: field = value AND field >= \"value\"");
  }

  void SkipSpaces() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }

  static bool InWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.-/:+*@").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
  }

  std::string_view ReadWord() {
    const std::size_t start = position_;
    while (position_ < text_.size() && InWord(text_[position_])) ++position_;
    return text_.substr(start, position_ - start);
  }

  absl::Status ReadAnd() {
    const std::size_t start = position_;
    if (ReadWord() == "AND") {
      SkipSpaces();
      return absl::OkStatus();
    }
    position_ = start;
    return Wrong("conditions are joined by AND only (upper case)");
  }

  absl::StatusOr<Term> ReadTerm() {
    Term term;
    term.field = ReadWord();
    if (term.field.empty()) return Wrong("a field name is missing");
    SkipSpaces();
    for (const std::string_view op : {"!=", "<=", ">=", "=", "<", ">"}) {
      if (text_.substr(position_).starts_with(op)) {
        term.op = op;
        break;
      }
    }
    if (term.op.empty()) return Wrong("one of = != < <= > >= is missing");
    position_ += term.op.size();
    SkipSpaces();
    if (position_ < text_.size() && text_[position_] == '"') {
      RETURN_IF_ERROR(ReadQuoted(term.value));
      term.quoted = true;
    } else {
      term.value = ReadWord();
      if (term.value.empty()) return Wrong("a value is missing");
    }
    return term;
  }

  absl::Status ReadQuoted(std::string& value) {
    ++position_;
    while (position_ < text_.size() && text_[position_] != '"') {
      if (text_[position_] == '\\' && position_ + 1 < text_.size()) ++position_;
      value += text_[position_++];
    }
    if (position_ == text_.size()) return Wrong("a closing quote is missing");
    ++position_;
    return absl::OkStatus();
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

absl::StatusOr<db::Value> ToValue(const FilterColumn& column, const Term& term) {
  const std::string where =
      "compares " + std::string(column.field) + " with \"" + term.value + "\"";
  switch (column.type) {
    case FilterColumn::Type::kText:
      return db::Value(column.map == nullptr ? term.value : column.map(term.value));
    case FilterColumn::Type::kInteger: {
      std::int64_t number = 0;
      const char* end = term.value.data() + term.value.size();
      const auto [stop, error] = std::from_chars(term.value.data(), end, number);
      if (error != std::errc() || stop != end) {
        return Refuse("filter", where + ", which is no whole number");
      }
      return db::Value(number);
    }
    case FilterColumn::Type::kBool:
      if (term.value != "true" && term.value != "false") {
        return Refuse("filter", where + ": it is true or false");
      }
      if (term.op != "=" && term.op != "!=") {
        return Refuse("filter", where + ": only = and != are allowed");
      }
      return db::Value(term.value == "true");
    case FilterColumn::Type::kTime: {
      const absl::StatusOr<Time> time = ParseTime(term.value);
      if (!time.ok()) {
        return Refuse("filter", where + ": it is a time such as \"2027-01-31T10:00:00Z\"");
      }
      return db::Value(*time);
    }
  }
  return Refuse("filter", where);
}

const FilterColumn* FindColumn(const ListSpec& spec, std::string_view field) {
  for (const FilterColumn& column : spec.columns) {
    if (column.field == field) return &column;
  }
  return nullptr;
}

std::string KnownFields(const ListSpec& spec) {
  std::string fields;
  for (const FilterColumn& column : spec.columns) {
    if (!fields.empty()) fields += ", ";
    fields += column.field;
  }
  return fields;
}

// Appends one condition per term to the page; `next` is the number of the next parameter.
absl::Status AddFilter(const ListSpec& spec, std::string_view filter, int& next, Page& page) {
  if (filter.size() > kFilterBytesMax) {
    return Refuse("filter", "is longer than " + std::to_string(kFilterBytesMax) + " bytes");
  }
  if (HasControlCharacter(filter)) return Refuse("filter", "has a control character");
  ASSIGN_OR_RETURN(const std::vector<Term> terms, FilterReader(filter).Read());
  for (const Term& term : terms) {
    const FilterColumn* column = FindColumn(spec, term.field);
    if (column == nullptr) {
      const std::string known = KnownFields(spec);
      return Refuse("filter",
                    "names the unknown field \"" + std::string(term.field) + "\"; " +
                        (known.empty() ? "this list takes no filter" : "known are: " + known));
    }
    ASSIGN_OR_RETURN(db::Value value, ToValue(*column, term));
    // A row without the value is different from every value, so != must not lose it.
    const std::string op = term.op == "!=" ? "IS DISTINCT FROM" : std::string(term.op);
    const std::string compared = ' ' + op + " $" + std::to_string(next++);
    std::string condition = std::string(column->sql) + compared;
    if (!column->or_sql.empty()) {
      condition = '(' + condition + (term.op == "!=" ? " AND " : " OR ") +
                  std::string(column->or_sql) + compared + ')';
    }
    page.where += " AND " + condition;
    page.parameters.push_back(std::move(value));
  }
  return absl::OkStatus();
}

std::string HashQuery(const ListSpec& spec, std::string_view filter) {
  std::string text(spec.key_sql);
  text += spec.descending ? " DESC\n" : "\n";
  text += filter;
  return auth::Sha256Hex(text).substr(0, kHashDigits);
}

// The key that the token continues after.
absl::StatusOr<db::Value> KeyOf(std::string_view token, const ListSpec& spec, const Page& page) {
  const absl::Status refused =
      Refuse("page_token",
             "is not one that this query gave: send next_page_token unchanged and with the same "
             "filter, or leave it out to start again");
  if (token.size() > kTokenBytesMax) return refused;
  const absl::StatusOr<std::string> bytes = auth::Base64UrlDecode(token);
  if (!bytes.ok() || bytes->size() <= kHashDigits) return refused;
  if (bytes->substr(0, kHashDigits) != page.query_hash) return refused;
  std::string key = bytes->substr(kHashDigits);
  if (HasControlCharacter(key)) return refused;
  // Keys are ASCII; anything else was not made here, and PostgreSQL refuses broken UTF-8.
  if (std::any_of(key.begin(), key.end(), [](char c) { return (c & 0x80) != 0; })) return refused;
  if (!spec.key_is_number) return db::Value(std::move(key));
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || end != key.data() + key.size()) return refused;
  return db::Value(number);
}

}  // namespace

absl::StatusOr<Page> ParsePage(const ListSpec& spec, const PageRequest& request,
                               int first_parameter) {
  if (request.page_size < 0) {
    return Refuse("page_size", "is negative: send 0 for the default of " +
                                   std::to_string(kPageSizeDefault) + ", at most " +
                                   std::to_string(kPageSizeMax));
  }
  Page page;
  page.size = request.page_size == 0 ? kPageSizeDefault : std::min(request.page_size, kPageSizeMax);
  page.query_hash = HashQuery(spec, request.filter);
  int next = first_parameter;
  RETURN_IF_ERROR(AddFilter(spec, request.filter, next, page));
  const std::string key_sql(spec.key_sql);
  if (!request.page_token.empty()) {
    ASSIGN_OR_RETURN(db::Value key, KeyOf(request.page_token, spec, page));
    page.where += " AND " + key_sql + (spec.descending ? " < $" : " > $") + std::to_string(next);
    page.parameters.emplace_back(std::move(key));
  }
  page.order_and_limit = " ORDER BY " + key_sql + (spec.descending ? " DESC" : "") + " LIMIT " +
                         std::to_string(page.size + 1);
  return page;
}

std::string NextPageToken(const Page& page, std::string_view last_key) {
  return auth::Base64UrlEncode(page.query_hash + std::string(last_key));
}

}  // namespace jointly::rpc
