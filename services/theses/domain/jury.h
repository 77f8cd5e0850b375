#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/workflow/workflow.h"
#include "services/theses/domain/cotutelle_types.h"
#include "services/theses/domain/types.h"

// Who may judge a thesis: arrete 25-05-2016 art. 17 and 18. They bind a thesis that has a French
// side; an agreement may derogate from each by its id (art. 20-23).
namespace jointly::theses {

struct JuryRule {
  std::string_view id;     // "fr.jury_size": what an agreement's derogations name.
  std::string_view title;  // With its article.
  workflow::Verdict (*check)(const DefencePlan& plan);
};

// fr.jury_size, fr.jury_externals, fr.jury_rank, fr.jury_president, fr.jury_director,
// fr.reviewers, fr.reviewers_independence.
const std::vector<JuryRule>& JuryRules();
// The rule of that id; ends the process when there is none.
const JuryRule& FindJuryRule(std::string_view id);

// The verdict of one rule; one that the agreement derogates from passes, and says so. `text` is
// the agreement in force on the day of the defence; null: none.
workflow::Verdict JudgeJury(const JuryRule& rule, const DefencePlan& plan,
                            const CotutelleText* text);
// Whether all rules pass. A jury without members is none.
bool JuryValid(const DefencePlan& plan, const CotutelleText* text);

// Rank A: professors and their equivalents.
bool RankA(const JuryMember& member);

}  // namespace jointly::theses
