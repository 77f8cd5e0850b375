#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/alerts.h"
#include "services/budgets/domain/types.h"

// Lists inside a column: one line per element, fields separated by tabs; a tab, a line feed or a
// backslash inside a field is escaped. A reader takes missing trailing fields as empty, so a field
// can be added at the end of a line without a migration.
namespace jointly::budgets::store {

std::string Pack(const std::vector<std::string>& texts);
std::vector<std::string> UnpackTexts(std::string_view text);
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

// "2020-06-15"; nothing is the empty text.
std::string Pack(const std::optional<Date>& date);
std::optional<Date> UnpackDate(std::string_view text);
Date UnpackRequiredDate(std::string_view text);
money::Currency UnpackCurrency(std::string_view code);

}  // namespace jointly::budgets::store
