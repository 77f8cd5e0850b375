#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/db/packed.h"
#include "services/budgets/domain/alerts.h"
#include "services/budgets/domain/types.h"

// Lists of the service's own types inside a column.
namespace jointly::budgets::store {

using db::Pack;
using db::UnpackTexts;

std::string Pack(const LineKey& line);
LineKey UnpackLine(std::string_view text);
std::string Pack(const std::vector<Source>& sources);
std::vector<Source> UnpackSources(std::string_view text);
std::string Pack(const std::vector<Category>& categories);
std::vector<Category> UnpackCategories(std::string_view text);
std::string Pack(const std::vector<GrantScheme>& grants);
std::vector<GrantScheme> UnpackGrants(std::string_view text);
std::string Pack(const std::vector<DeclaredExercice>& exercices);
std::vector<DeclaredExercice> UnpackExercices(std::string_view text);
std::string Pack(const FunderTerms& terms);
FunderTerms UnpackTerms(std::string_view text);
std::string Pack(const std::optional<Conversion>& conversion);
std::optional<Conversion> UnpackConversion(std::string_view text);
std::string Pack(const GrantAnswer& answer);
GrantAnswer UnpackAnswer(std::string_view text);
std::string Pack(const std::vector<Attachment>& attachments);
std::vector<Attachment> UnpackAttachments(std::string_view text);
std::string Pack(const std::vector<ExpenseItem>& items);
std::vector<ExpenseItem> UnpackItems(std::string_view text);
std::string Pack(const std::vector<Reallocation>& rows);
std::vector<Reallocation> UnpackReallocations(std::string_view text);
std::string Pack(const std::vector<Hand>& hands);
std::vector<Hand> UnpackHands(std::string_view text);
std::string Pack(const std::vector<ThresholdState>& states);
std::vector<ThresholdState> UnpackThresholds(std::string_view text);

money::Currency UnpackCurrency(std::string_view code);

}  // namespace jointly::budgets::store
