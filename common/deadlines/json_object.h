#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/faults.h"

// Private to common/deadlines: an object of a document, read strictly. What is missing or of a
// wrong kind becomes a fault with its path; the reading goes on, so that one answer names them all.
namespace jointly::deadlines {

class JsonObject {
 public:
  JsonObject(const nlohmann::ordered_json& json, std::string path, std::vector<Fault>& faults)
      : json_(&json), path_(std::move(path)), faults_(&faults) {}

  const std::string& path() const { return path_; }
  std::string PathOf(std::string_view key) const {
    return path_ + (path_.ends_with(' ') ? "" : ".") + std::string(key);
  }
  std::string Definition() const;
  void Add(Reason reason, std::string_view key, std::string text) const;

  // Every key must be among these.
  void AllowKeys(std::initializer_list<std::string_view> keys) const;
  // Null: absent or null.
  const nlohmann::ordered_json* Find(std::string_view key) const;
  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  bool HasText(std::string_view key) const;
  bool HasObject(std::string_view key) const;

  std::string String(std::string_view key, bool needed = false) const;
  std::int64_t Integer(std::string_view key, std::int64_t otherwise) const;
  bool Bool(std::string_view key) const;
  std::vector<std::string> Strings(std::string_view key) const;
  std::optional<JsonObject> Object(std::string_view key, bool needed = false) const;
  // Elements are named "rules[2]", with "(id)" behind when they have such a text.
  std::vector<JsonObject> Objects(std::string_view key, std::string_view label = "id") const;
  std::vector<std::pair<std::string, JsonObject>> Members() const;  // Of an object of objects.
  // An array of pairs of texts or nulls: [["07-27", "08-21"]].
  using Pair = std::pair<std::optional<std::string>, std::optional<std::string>>;
  std::vector<Pair> Pairs(std::string_view key) const;
  std::optional<Pair> OnePair(std::string_view key) const;
  // An array of texts and nulls.
  std::vector<std::optional<std::string>> Cells(std::string_view key) const;

 private:
  const nlohmann::ordered_json* Array(std::string_view key) const;
  std::optional<Pair> ToPair(const nlohmann::ordered_json& json, std::string_view key) const;

  const nlohmann::ordered_json* json_;
  std::string path_;
  std::vector<Fault>* faults_;
};

}  // namespace jointly::deadlines
