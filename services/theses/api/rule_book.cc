#include "services/theses/api/rule_book.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/theses/domain/vocabulary.h"
#include "services/theses/store/rule_set_store.h"

namespace jointly::theses {

std::span<const std::string_view> RuleFiles();  // services/theses/rules, embedded.

namespace {

std::vector<std::string> EmbeddedRules() {
  std::vector<std::string> documents;
  for (const std::string_view document : RuleFiles()) documents.emplace_back(document);
  return documents;
}

std::vector<std::string_view> ViewsOf(const std::vector<std::string>& documents) {
  return {documents.begin(), documents.end()};
}

}  // namespace

std::string RuleSetIdOf(std::string_view document) {
  const auto json = nlohmann::json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return "";
  const auto id = json.find("id");
  return id != json.end() && id->is_string() ? id->get<std::string>() : std::string();
}

RuleBook::RuleBook() : RuleBook(EmbeddedRules()) {}

RuleBook::RuleBook(std::vector<std::string> seed) {
  for (std::string& document : seed) {
    std::string id = RuleSetIdOf(document);
    jointly::Check(!id.empty(), "an embedded rule set has no id");
    seed_.push_back({std::move(id), std::move(document)});
  }
}

absl::StatusOr<std::vector<std::string>> RuleBook::Documents(db::Tx& tx, const std::string& id,
                                                             const std::string& document) {
  ASSIGN_OR_RETURN(const auto published, store::LatestRuleSets(tx, /*with_documents=*/true));
  std::map<std::string, std::string> sets;
  for (const Seed& seed : seed_) sets[seed.id] = seed.document;
  for (const store::RuleSetRow& row : published) sets[row.id] = row.document;
  if (!id.empty()) sets[id] = document;
  std::vector<std::string> documents;
  for (auto& [name, text] : sets) documents.push_back(std::move(text));
  return documents;
}

absl::StatusOr<std::shared_ptr<const deadlines::Catalogue>> RuleBook::Current(db::Tx& tx) {
  ASSIGN_OR_RETURN(const std::string stamp, store::RuleStamp(tx, store::Lock::kNo));
  {
    const std::lock_guard lock(mutex_);
    if (current_ != nullptr && stamp_ == stamp) return current_;
  }
  // Compiled outside of the lock: two transactions may do it at once, to the same end.
  ASSIGN_OR_RETURN(const std::vector<std::string> documents, Documents(tx, "", ""));
  ASSIGN_OR_RETURN(deadlines::Catalogue catalogue,
                   deadlines::Catalogue::Load(ThesisVocabulary(), ViewsOf(documents)));
  auto compiled = std::make_shared<const deadlines::Catalogue>(std::move(catalogue));
  const std::lock_guard lock(mutex_);
  stamp_ = stamp;
  current_ = compiled;
  return compiled;
}

absl::Status RuleBook::Check(db::Tx& tx, const std::string& id, const std::string& document) {
  ASSIGN_OR_RETURN(const std::vector<std::string> documents, Documents(tx, id, document));
  return deadlines::ToStatus(deadlines::Catalogue::Check(ThesisVocabulary(), ViewsOf(documents)));
}

}  // namespace jointly::theses
