#include "services/theses/domain/jury.h"

#include <algorithm>

#include "common/error/check.h"
#include "services/theses/domain/text.h"

namespace jointly::theses {
namespace {

using workflow::Verdict;

constexpr std::size_t kMembersMin = 4;
constexpr std::size_t kMembersMax = 8;
constexpr int kReviewersMin = 2;

template <typename Predicate>
std::vector<std::string> IdsOf(const DefencePlan& plan, Predicate predicate) {
  std::vector<std::string> ids;
  for (const JuryMember& member : plan.jury) {
    if (predicate(member)) ids.push_back(member.id);
  }
  return ids;
}

std::string OfAll(std::size_t some, const DefencePlan& plan) {
  return std::to_string(some) + " of " + std::to_string(plan.jury.size());
}

Verdict Size(const DefencePlan& plan) {
  const std::size_t size = plan.jury.size();
  const std::string evidence = std::to_string(size) + " members";
  if (size < kMembersMin) return {false, evidence, "Name at least 4 members."};
  if (size > kMembersMax) return {false, evidence, "Name at most 8 members."};
  return {true, evidence, ""};
}

// "At least half": 2 of 4, 3 of 5.
Verdict AtLeastHalf(const DefencePlan& plan, std::size_t some, std::string_view of_what) {
  const std::size_t wanted = (plan.jury.size() + 1) / 2;
  const std::string evidence = OfAll(some, plan) + " are " + std::string(of_what) + ", at least " +
                               std::to_string(wanted) + " must be";
  if (some >= wanted && !plan.jury.empty()) return {true, evidence, ""};
  return {false, evidence,
          "Name " + std::to_string(wanted - std::min(some, wanted)) + " more who are " +
              std::string(of_what) + "."};
}

Verdict Externals(const DefencePlan& plan) {
  return AtLeastHalf(plan, IdsOf(plan, [](const auto& m) { return m.external; }).size(),
                     "external to the school and both institutions");
}

Verdict Rank(const DefencePlan& plan) {
  return AtLeastHalf(plan, IdsOf(plan, RankA).size(), "professors or equivalent");
}

Verdict President(const DefencePlan& plan) {
  const auto presidents = IdsOf(plan, [](const auto& m) { return HasRole(m, "president"); });
  // The members choose one among them; until then nobody needs to be named.
  if (presidents.empty()) return {true, "no president named yet", ""};
  if (presidents.size() > 1) {
    return {false, "presidents: " + Join(presidents, ", "), "Name one president."};
  }
  const JuryMember& president = *FindMember(plan, presidents.front());
  const std::string evidence = president.id + " is " + president.rank;
  if (!RankA(president)) return {false, evidence, "Name a professor or equivalent as president."};
  if (HasRole(president, "director")) {
    return {false, president.id + " directs the thesis", "Name somebody else as president."};
  }
  return {true, evidence, ""};
}

Verdict Director(const DefencePlan& plan) {
  const auto judging =
      IdsOf(plan, [](const auto& m) { return HasRole(m, "director") && HasRole(m, "reviewer"); });
  if (judging.empty()) return {true, "no director reviews", ""};
  return {false, Join(judging, ", ") + " directs the thesis and reviews it",
          "A director attends and does not decide: name another reviewer."};
}

Verdict Reviewers(const DefencePlan& plan) {
  const auto reviewers = IdsOf(plan, [](const auto& m) { return HasRole(m, "reviewer"); });
  const auto entitled =
      IdsOf(plan, [](const auto& m) { return HasRole(m, "reviewer") && (m.hdr || RankA(m)); });
  const std::string evidence = std::to_string(reviewers.size()) + " reviewers, of them " +
                               std::to_string(entitled.size()) + " with an HDR or its equivalent";
  if (static_cast<int>(reviewers.size()) >= kReviewersMin && entitled.size() == reviewers.size()) {
    return {true, evidence, ""};
  }
  return {false, evidence, "Name at least two reviewers, all with an HDR or its equivalent."};
}

Verdict Independence(const DefencePlan& plan) {
  std::vector<std::string> faults;
  for (const JuryMember& member : plan.jury) {
    if (!HasRole(member, "reviewer")) continue;
    if (!member.external) faults.push_back(member.id + " is not external");
    if (member.involved) faults.push_back(member.id + " was involved in the work");
  }
  if (faults.empty()) return {true, "all reviewers are external and were not involved", ""};
  return {false, Join(faults, ", "), "Name reviewers from elsewhere who had no part in the work."};
}

}  // namespace

const std::vector<JuryRule>& JuryRules() {
  static const std::vector<JuryRule> rules = {
      {"fr.jury_size", "Arrete 25-05-2016 art. 18: 4 to 8 members", &Size},
      {"fr.jury_externals", "Arrete 25-05-2016 art. 18: at least half are external", &Externals},
      {"fr.jury_rank", "Arrete 25-05-2016 art. 18: at least half are professors or equivalent",
       &Rank},
      {"fr.jury_president", "Arrete 25-05-2016 art. 18: the president is of rank A", &President},
      {"fr.jury_director", "Arrete 25-05-2016 art. 18: the director does not decide", &Director},
      {"fr.reviewers", "Arrete 25-05-2016 art. 17: at least two reviewers with an HDR", &Reviewers},
      {"fr.reviewers_independence",
       "Arrete 25-05-2016 art. 17: reviewers are external and were not involved", &Independence},
  };
  return rules;
}

const JuryRule& FindJuryRule(std::string_view id) {
  for (const JuryRule& rule : JuryRules()) {
    if (rule.id == id) return rule;
  }
  Die("a jury rule of an unknown id");
}

Verdict JudgeJury(const JuryRule& rule, const DefencePlan& plan, const CotutelleText* text) {
  Verdict verdict = rule.check(plan);
  if (verdict.passed || text == nullptr) return verdict;
  const auto& derogations = text->derogations;
  if (std::find(derogations.begin(), derogations.end(), rule.id) == derogations.end()) {
    return verdict;
  }
  return {true, verdict.evidence + "; the agreement derogates from " + std::string(rule.id), ""};
}

bool JuryValid(const DefencePlan& plan, const CotutelleText* text) {
  if (plan.jury.empty()) return false;
  return std::all_of(JuryRules().begin(), JuryRules().end(),
                     [&](const JuryRule& rule) { return JudgeJury(rule, plan, text).passed; });
}

bool RankA(const JuryMember& member) {
  return member.rank == "professor" || member.rank == "professor_equivalent";
}

}  // namespace jointly::theses
