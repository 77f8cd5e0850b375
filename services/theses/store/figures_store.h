#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "services/theses/domain/types.h"
#include "services/theses/store/scope.h"

// Figures about theses, and the words in which a filter names the records behind each.
namespace jointly::theses::store {

// The two institutions whatever their order: "institutions/tsukuba+institutions/uga".
inline constexpr std::string_view kPartnersSql =
    "(CASE WHEN thesis.institution_a < thesis.institution_b"
    " THEN thesis.institution_a || '+' || thesis.institution_b"
    " ELSE thesis.institution_b || '+' || thesis.institution_a END)";
std::string PartnersOf(const std::vector<std::string>& partners);

// "in_progress": from the agreement in force until the defence; "defended": since it was passed;
// "preparing" before; "given_up" for what ended otherwise.
inline constexpr std::string_view kPhaseSql =
    "(CASE WHEN thesis.defended_date <> '' THEN 'defended'"
    " WHEN thesis.state IN ('active', 'suspended', 'extension_requested', 'defence_planned',"
    " 'authorised') THEN 'in_progress'"
    " WHEN thesis.state IN ('proposed', 'approved_in_principle', 'agreement_pending')"
    " THEN 'preparing' ELSE 'given_up' END)";

struct StateCount {
  std::string state;
  int theses = 0;
};
struct ThesisFigures {
  std::vector<StateCount> states;  // By state.
  int in_progress = 0;             // Enrolled first on `since` or later.
  int defended = 0;                // On `since` or later.
};
// Of what the scope sees, between two institutions.
absl::StatusOr<ThesisFigures> CountTheses(db::Tx& tx, const Scope& scope,
                                          const std::vector<std::string>& partners,
                                          const std::string& since);

// The theses of one institution, at most `limit`, by id.
absl::StatusOr<std::vector<Thesis>> ThesesOfInstitution(db::Tx& tx, const Scope& scope,
                                                        const std::string& institution, int limit);

}  // namespace jointly::theses::store
