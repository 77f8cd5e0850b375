#include "services/mobility/domain/facts.h"

namespace jointly::mobility {

const AgreementCondition* FindCondition(const ApplicationFacts& facts, std::string_view name) {
  for (const AgreementCondition& condition : facts.conditions) {
    if (condition.name == name) return &condition;
  }
  return nullptr;
}

const Quota* FindQuota(const ApplicationFacts& facts, const Choice& choice) {
  for (const Quota& quota : facts.quotas) {
    if (quota.condition == choice.condition && quota.academic_year == facts.call.academic_year) {
      return &quota;
    }
  }
  return nullptr;
}

std::optional<Choice> EffectiveChoice(const ApplicationFacts& facts) {
  if (facts.input.choice.has_value()) return facts.input.choice;
  if (facts.application.waitlist_choice.has_value()) return facts.application.waitlist_choice;
  if (facts.application.choices.empty()) return std::nullopt;
  return facts.application.choices.front();
}

}  // namespace jointly::mobility
