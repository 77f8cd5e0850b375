#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "services/theses/api/rules_event.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/rule_set_store.h"

// Rule sets: published whole, checked whole, kept in all versions.
namespace jointly::theses {
namespace {

constexpr Reason kNotYourRules{"NOT_YOUR_RULES"};  // rule_set, scope
constexpr std::size_t kDocumentBytesMax = 200 * 1024;

// Resource ids have dashes where the ids of sets have underscores: ruleSets/uga-edcsv.
std::string ResourceId(std::string id) {
  std::replace(id.begin(), id.end(), '_', '-');
  return id;
}

// For whom a set holds, as its document says.
struct SetScope {
  std::string region;
  std::string institution;
  std::string school;

  // Which office publishes it; empty: a country's or everybody's, which administrators publish.
  std::string Office() const {
    if (institution.empty()) return "";
    return school.empty() ? institution : institution + "/units/" + school;
  }
  std::string Text() const {
    const std::string office = Office();
    if (!office.empty()) return office;
    return region.empty() ? "everywhere" : "region " + region;
  }
};

// An unsound document has the scope of nobody; its check says what is wrong with it.
SetScope ScopeOfSet(const std::string& document) {
  SetScope scope;
  const auto json = nlohmann::json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("scope") || !json.at("scope").is_object()) return scope;
  const auto read = [&](const char* key, std::string& field) {
    const auto& object = json.at("scope");
    const auto found = object.find(key);
    if (found != object.end() && found->is_string()) field = found->get<std::string>();
  };
  read("region", scope.region);
  read("institution", scope.institution);
  read("school", scope.school);
  return scope;
}

std::string SourceOf(const std::string& document) {
  const auto json = nlohmann::json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return "";
  const auto found = json.find("source");
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

absl::Status MayPublish(const auth::Principal& principal, const std::string& id,
                        const SetScope& scope) {
  if (principal.everywhere(auth::Role::kAdministrator)) return absl::OkStatus();
  const std::string office = scope.Office();
  if (!office.empty() && (principal.HoldsIn(auth::Role::kDoctoralOffice, office) ||
                          principal.HoldsIn(auth::Role::kAdministrator, office))) {
    return absl::OkStatus();
  }
  return PermissionDenied(
      kNotYourRules,
      "the rules of " + scope.Text() + " are published by " +
          (office.empty() ? std::string("an administrator of the whole installation")
                          : "the doctoral office of " + office),
      {{"rule_set", "ruleSets/" + ResourceId(id)}, {"scope", scope.Text()}});
}

pb::RuleSet ToProto(const store::RuleSetRow& row) {
  pb::RuleSet message;
  message.set_name("ruleSets/" + ResourceId(row.id));
  message.set_document(row.document);
  message.set_institution(row.institution);
  message.set_version(static_cast<std::int32_t>(row.version));
  message.set_source(row.source);
  if (row.create_time != Time{}) *message.mutable_update_time() = rpc::ToProto(row.create_time);
  message.set_revision(row.version);
  message.set_etag(rpc::Etag(row.version));
  return message;
}

// The embedded set counts as version 0: it is part of the program.
store::RuleSetRow RowOf(const RuleBook::Seed& seed) {
  store::RuleSetRow row;
  row.id = seed.id;
  row.document = seed.document;
  row.institution = ScopeOfSet(seed.document).institution;
  row.source = SourceOf(seed.document);
  return row;
}

// The set as it is now: published, else embedded; nothing when there is none.
absl::StatusOr<std::optional<store::RuleSetRow>> FindSet(db::Tx& tx, const RuleBook& rules,
                                                         const std::string& resource_id) {
  ASSIGN_OR_RETURN(const auto published, store::LatestRuleSets(tx, /*with_documents=*/false));
  for (const store::RuleSetRow& row : published) {
    if (ResourceId(row.id) == resource_id) return store::LatestRuleSet(tx, row.id);
  }
  for (const RuleBook::Seed& seed : rules.seed()) {
    if (ResourceId(seed.id) == resource_id) return RowOf(seed);
  }
  return std::nullopt;
}

absl::StatusOr<store::Touched> TouchedBy(db::Tx& tx, const SetScope& scope) {
  store::Touched touched;
  if (!scope.institution.empty()) {
    touched.institutions = {scope.institution};
    if (!scope.school.empty()) touched.schools = {scope.Office()};
    return touched;
  }
  if (scope.region.empty()) return touched;
  ASSIGN_OR_RETURN(touched.institutions, store::InstitutionsOfRegion(tx, scope.region));
  // A region without a partner touches nobody: a name that none has says so.
  if (touched.institutions.empty()) touched.institutions = {"institutions/"};
  return touched;
}

}  // namespace

absl::StatusOr<pb::PublishRuleSetResponse> Api::PublishRuleSet(
    rpc::Call& call, const pb::PublishRuleSetRequest& request) {
  ASSIGN_OR_RETURN(const std::string resource_id, rpc::IdOf("ruleSets", request.name()));
  const std::string& document = request.document();
  const std::string id = RuleSetIdOf(document);
  Violations violations;
  violations.Require(!document.empty() && document.size() <= kDocumentBytesMax, "document",
                     "is required: a rule set as JSON of at most 200 KiB");
  violations.Require(document.empty() || !id.empty(), "document",
                     "is not a JSON object with an \"id\"");
  violations.Require(id.empty() || ResourceId(id) == resource_id, "document",
                     "says that it is the set \"" + id + "\", the name says \"" + resource_id +
                         "\": both must be the same (with - for _)");
  RETURN_IF_ERROR(violations.ToStatus());
  const SetScope scope = ScopeOfSet(document);
  RETURN_IF_ERROR(MayPublish(call.principal, id, scope));
  const Who who = WhoOf(call);
  const auto body = [&](db::Tx& tx) -> absl::StatusOr<pb::PublishRuleSetResponse> {
    RETURN_IF_ERROR(store::RuleStamp(tx, store::Lock::kYes).status());
    ASSIGN_OR_RETURN(const auto before, FindSet(tx, rules_, resource_id));
    SetScope former = scope;
    if (before.has_value()) {
      former = ScopeOfSet(before->document);
      RETURN_IF_ERROR(MayPublish(call.principal, before->id, former));
    }
    const std::string set_id = before.has_value() ? before->id : id;
    RETURN_IF_ERROR(rules_.Check(tx, set_id, document));
    store::RuleSetRow row;
    row.id = set_id;
    row.version = before.has_value() ? before->version + 1 : 1;
    row.document = document;
    row.institution = scope.institution;
    row.source = SourceOf(document);
    row.publisher = call.principal.name;
    row.create_time = call.now;
    store::InsertRuleSet(tx, row);
    store::SaveRuleStamp(tx, set_id + "@" + std::to_string(row.version) + "/" + ids_.Next());
    // Whom the former scope held is touched, too: it holds them no longer.
    ASSIGN_OR_RETURN(const store::Touched now_touched, TouchedBy(tx, scope));
    ASSIGN_OR_RETURN(int theses, store::AskForRecomputation(tx, now_touched, call.now));
    if (former.Office() != scope.Office() || former.region != scope.region) {
      ASSIGN_OR_RETURN(const store::Touched then_touched, TouchedBy(tx, former));
      ASSIGN_OR_RETURN(const int more, store::AskForRecomputation(tx, then_touched, call.now));
      theses = std::max(theses, more);
    }
    pb::PublishRuleSetResponse response;
    *response.mutable_rule_set() = ToProto(row);
    response.set_theses(theses);
    engine_.outbox().Append(tx, RuleSetPublished(who, response.rule_set()));
    return response;
  };
  return Run<pb::PublishRuleSetResponse>(call, request, request.validate_only(), body);
}

absl::StatusOr<pb::RuleSet> Api::GetRuleSet(rpc::Call& call, const pb::GetRuleSetRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("ruleSets", request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::RuleSet> {
        ASSIGN_OR_RETURN(const auto found, FindSet(tx, rules_, id));
        if (found.has_value()) return ToProto(*found);
        return NotFound(store::kRuleSetNotFound, "no such rule set",
                        {{"rule_set", "ruleSets/" + id}});
      },
      call.transact_options());
}

absl::StatusOr<pb::ListRuleSetsResponse> Api::ListRuleSets(rpc::Call& call,
                                                           const pb::ListRuleSetsRequest& request) {
  // The sets are few and partly in the program: they are put together here, in the order of names.
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListRuleSetsResponse> {
        ASSIGN_OR_RETURN(const auto published, store::LatestRuleSets(tx, false));
        std::map<std::string, store::RuleSetRow> sets;
        for (const RuleBook::Seed& seed : rules_.seed()) sets[ResourceId(seed.id)] = RowOf(seed);
        for (const store::RuleSetRow& row : published) sets[ResourceId(row.id)] = row;
        const int size = request.page_size() <= 0
                             ? rpc::kPageSizeDefault
                             : std::min(request.page_size(), rpc::kPageSizeMax);
        pb::ListRuleSetsResponse response;
        for (auto& [id, row] : sets) {
          if (!request.page_token().empty() && id <= request.page_token()) continue;
          if (response.rule_sets_size() == size) {
            const std::string& last = response.rule_sets(size - 1).name();
            response.set_next_page_token(last.substr(last.find('/') + 1));
            break;
          }
          row.document.clear();
          *response.add_rule_sets() = ToProto(row);
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::theses
