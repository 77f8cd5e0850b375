#include "common/deadlines/json_object.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/deadlines/facts.h"

namespace jointly::deadlines {

using nlohmann::ordered_json;

namespace {

// A value as a message quotes it: a long one is cut, between two characters.
std::string Shown(const ordered_json& value) {
  constexpr std::size_t kMost = 60;
  std::string text = value.dump();
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

std::string JsonObject::Definition() const { return json_->dump(); }

void JsonObject::Add(Reason reason, std::string_view key, std::string text) const {
  faults_->push_back(
      {std::string(reason.name), key.empty() ? path_ : PathOf(key), std::move(text)});
}

void JsonObject::AllowKeys(std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, value] : json_->items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const std::string nearest = Nearest(key, std::vector<std::string>(keys.begin(), keys.end()));
    Add(kUnknownKey, key,
        "there is no such key here" + (nearest.empty() ? std::string("; take it out")
                                                       : "; did you mean \"" + nearest + "\"?"));
  }
}

const ordered_json* JsonObject::Find(std::string_view key) const {
  const auto found = json_->find(std::string(key));
  return found == json_->end() || found->is_null() ? nullptr : &*found;
}

bool JsonObject::HasText(std::string_view key) const {
  const ordered_json* value = Find(key);
  return value != nullptr && value->is_string();
}

bool JsonObject::HasObject(std::string_view key) const {
  const ordered_json* value = Find(key);
  return value != nullptr && value->is_object();
}

std::string JsonObject::String(std::string_view key, bool needed) const {
  const ordered_json* value = Find(key);
  if (value == nullptr) {
    if (needed) Add(kMissingKey, key, "it is needed; give a text");
    return {};
  }
  if (!value->is_string()) {
    Add(kBadJson, key, "it is " + Shown(*value) + "; give a text");
    return {};
  }
  std::string text = value->get<std::string>();
  if (needed && text.empty()) Add(kMissingKey, key, "it is empty; give a text");
  return text;
}

std::int64_t JsonObject::Integer(std::string_view key, std::int64_t otherwise) const {
  const ordered_json* value = Find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_number_integer()) {
    Add(kBadJson, key, "it is " + Shown(*value) + "; give a whole number");
    return otherwise;
  }
  return value->get<std::int64_t>();
}

bool JsonObject::Bool(std::string_view key) const {
  const ordered_json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    Add(kBadJson, key, "it is " + Shown(*value) + "; give true or false");
    return false;
  }
  return value->get<bool>();
}

const ordered_json* JsonObject::Array(std::string_view key) const {
  const ordered_json* value = Find(key);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    Add(kBadJson, key, "it is no list; put it in [ ]");
    return nullptr;
  }
  return value;
}

std::vector<std::string> JsonObject::Strings(std::string_view key) const {
  std::vector<std::string> texts;
  const ordered_json* array = Array(key);
  if (array == nullptr) return texts;
  for (const ordered_json& element : *array) {
    if (element.is_string()) {
      texts.push_back(element.get<std::string>());
    } else {
      Add(kBadJson, key, "it contains " + Shown(element) + "; give a list of texts");
    }
  }
  return texts;
}

std::optional<JsonObject> JsonObject::Object(std::string_view key, bool needed) const {
  const ordered_json* value = Find(key);
  if (value == nullptr) {
    if (needed) Add(kMissingKey, key, "it is needed; give an object");
    return std::nullopt;
  }
  if (!value->is_object()) {
    Add(kBadJson, key, "it is " + Shown(*value) + "; give an object");
    return std::nullopt;
  }
  return JsonObject(*value, PathOf(key), *faults_);
}

std::vector<JsonObject> JsonObject::Objects(std::string_view key, std::string_view label) const {
  std::vector<JsonObject> objects;
  const ordered_json* array = Array(key);
  if (array == nullptr) return objects;
  for (const ordered_json& element : *array) {
    std::string path = PathOf(key) + "[" + std::to_string(&element - &array->front()) + "]";
    if (!element.is_object()) {
      faults_->push_back(
          {std::string(kBadJson.name), path, "it is " + Shown(element) + "; give an object"});
      continue;
    }
    const auto id = element.find(std::string(label));
    if (id != element.end() && id->is_string()) path += "(" + id->get<std::string>() + ")";
    objects.emplace_back(element, std::move(path), *faults_);
  }
  return objects;
}

std::vector<std::pair<std::string, JsonObject>> JsonObject::Members() const {
  std::vector<std::pair<std::string, JsonObject>> members;
  for (const auto& [key, value] : json_->items()) {
    if (value.is_object()) {
      members.emplace_back(key, JsonObject(value, PathOf(key), *faults_));
    } else {
      Add(kBadJson, key, "it is " + Shown(value) + "; give an object");
    }
  }
  return members;
}

std::optional<JsonObject::Pair> JsonObject::ToPair(const ordered_json& json,
                                                   std::string_view key) const {
  const auto fits = [](const ordered_json& end) { return end.is_string() || end.is_null(); };
  if (!json.is_array() || json.size() != 2 || !fits(json[0]) || !fits(json[1])) {
    Add(kBadJson, key, "it is " + Shown(json) + "; give a first and a last, like [\"a\", \"b\"]");
    return std::nullopt;
  }
  const auto text = [](const ordered_json& end) {
    return end.is_null() ? std::optional<std::string>() : end.get<std::string>();
  };
  return Pair{text(json[0]), text(json[1])};
}

std::optional<JsonObject::Pair> JsonObject::OnePair(std::string_view key) const {
  const ordered_json* value = Find(key);
  return value == nullptr ? std::nullopt : ToPair(*value, key);
}

std::vector<JsonObject::Pair> JsonObject::Pairs(std::string_view key) const {
  std::vector<Pair> pairs;
  const ordered_json* array = Array(key);
  if (array == nullptr) return pairs;
  for (const ordered_json& element : *array) {
    std::optional<Pair> pair = ToPair(element, key);
    if (pair.has_value()) pairs.push_back(*std::move(pair));
  }
  return pairs;
}

std::vector<std::optional<std::string>> JsonObject::Cells(std::string_view key) const {
  std::vector<std::optional<std::string>> cells;
  const ordered_json* array = Array(key);
  if (array == nullptr) return cells;
  for (const ordered_json& element : *array) {
    if (element.is_string()) {
      cells.emplace_back(element.get<std::string>());
      continue;
    }
    cells.emplace_back();
    if (!element.is_null()) Add(kBadJson, key, "it contains " + Shown(element) + "; give a date");
  }
  return cells;
}

}  // namespace jointly::deadlines
