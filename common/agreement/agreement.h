#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The pure machine of texts that two parties must approve: a canonical form, its hash, and what the
// approvals add up to. "Approved" is derived from hashes, never a free flag, so that an approval
// can not cover a text that was changed after it was read.
namespace jointly::agreement {

// A typed value of the text. No floating point: a grade is thousandths, an amount minor units.
class Field {
 public:
  using List = std::vector<Field>;
  using Object = std::map<std::string, Field>;
  Field(std::string text) : value_(std::move(text)) {}
  Field(std::string_view text) : value_(std::string(text)) {}
  Field(const char* text) : value_(std::string(text)) {}
  Field(std::int64_t number) : value_(number) {}
  Field(int number) : value_(static_cast<std::int64_t>(number)) {}
  Field(List list) : value_(std::move(list)) {}
  Field(Object object) : value_(std::move(object)) {}
  const std::variant<std::string, std::int64_t, List, Object>& variant() const { return value_; }

 private:
  std::variant<std::string, std::int64_t, List, Object> value_;
};

// RFC 8785 JSON: sorted members, no white space, the shortest escapes.
std::string CanonicalJson(const Field& field);

// Hex SHA-256 of the canonical form.
std::string ContentHash(const Field& text);

struct Approval {
  std::string party;         // institutions/{id}
  std::string content_hash;  // Of the text that the party read.
};

// What the approvals of `parties` say about the text whose hash is `content_hash`.
enum class Standing { kNone, kPartly, kAll };
Standing StandingOf(const std::vector<std::string>& parties, const std::vector<Approval>& approvals,
                    std::string_view content_hash);

}  // namespace jointly::agreement
