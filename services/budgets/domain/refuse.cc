#include "services/budgets/domain/refuse.h"

#include <algorithm>
#include <array>

namespace jointly::budgets {
namespace {

// Guards whose id is the reason of their refusal, the more telling first.
constexpr std::array kOwnReasons = {
    kSelfApproval,  kBudgetNotActive,   kLastPeriodClosed,   kPartnerNotFree,
    kPeriodNotOpen, kDateOutsideBudget, kCategoryRefused,    kCarryOverExists,
    kStillPaid,     kMoreThanRemains,   kAmountNotAvailable, Reason{"TRANSFER_NEEDS_FUNDER"}};

}  // namespace

absl::Status MissingInput(std::string_view action, std::string_view field, std::string_view text) {
  return InvalidArgument(Reason{"MISSING_INPUT"}, text,
                         {{"action", std::string(action)}, {"field", std::string(field)}});
}

absl::Status IllegalMove(std::string_view subject, std::string_view action, std::string_view state,
                         std::string_view possible) {
  const std::string text =
      "\"" + std::string(action) + "\" is not possible for " + std::string(subject) +
      " while it is " + std::string(state) +
      "; possible for you now: " + (possible.empty() ? "nothing" : std::string(possible));
  return FailedPrecondition(kIllegalMove, text,
                            {{"subject", std::string(subject)},
                             {"action", std::string(action)},
                             {"state", std::string(state)},
                             {"possible", std::string(possible)}});
}

absl::Status WrongRole(std::string_view subject, std::string_view action,
                       workflow::Set<Role> allowed, Role role) {
  std::string names;
  for (const Role other :
       {Role::kManager, Role::kAccountant, Role::kPartner, Role::kClaimant, Role::kTimer}) {
    if (!allowed.Has(other)) continue;
    if (!names.empty()) names += ",";
    names += Name(other);
  }
  return PermissionDenied(kWrongRole,
                          "\"" + std::string(action) + "\" for " + std::string(subject) +
                              " is taken by: " + names + "; you act as " + std::string(Name(role)),
                          {{"subject", std::string(subject)},
                           {"action", std::string(action)},
                           {"role", std::string(Name(role))},
                           {"allowed", names}});
}

absl::Status RefusalOf(std::string_view action, std::string_view subject,
                       const std::vector<workflow::Finding>& findings, Facts facts) {
  const Reason* reason = nullptr;
  std::string guards;
  std::string text = "\"" + std::string(action) + "\" is refused for " + std::string(subject) + ":";
  for (const workflow::Finding& finding : findings) {
    if (finding.verdict.passed) continue;
    text += (guards.empty() ? " " : "; ") + finding.guard + " " + finding.verdict.evidence;
    if (!finding.verdict.remedy.empty()) text += ". " + finding.verdict.remedy;
    guards += (guards.empty() ? "" : ",") + finding.guard;
  }
  if (guards.empty()) return absl::OkStatus();
  for (const Reason& own : kOwnReasons) {
    const bool refuses =
        std::any_of(findings.begin(), findings.end(), [&](const workflow::Finding& finding) {
          return !finding.verdict.passed && finding.guard == own.name;
        });
    if (refuses && reason == nullptr) reason = &own;
  }
  if (reason == nullptr) return workflow::RefusalOf(action, subject, findings);
  facts.insert(facts.begin(), {"subject", std::string(subject)});
  facts.push_back({"guards", guards});
  return FailedPrecondition(*reason, text, std::move(facts));
}

}  // namespace jointly::budgets
