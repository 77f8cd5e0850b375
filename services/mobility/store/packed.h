#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/db/packed.h"
#include "services/mobility/domain/types.h"

// Lists of the service's own types inside a column.
namespace jointly::mobility::store {

using db::Pack;
using db::UnpackCivilTime;
using db::UnpackDate;
using db::UnpackNumbers;
using db::UnpackTexts;

std::string Pack(const std::vector<Choice>& choices);
std::vector<Choice> UnpackChoices(std::string_view text);
std::string Pack(const StudyProfile& profile);
StudyProfile UnpackProfile(std::string_view text);
std::string Pack(const std::vector<Document>& documents);
std::vector<Document> UnpackDocuments(std::string_view text);
std::string Pack(const std::vector<workflow::Finding>& findings);
std::vector<workflow::Finding> UnpackFindings(std::string_view text);
std::string Pack(const std::vector<LanguageRequirement>& languages);
std::vector<LanguageRequirement> UnpackLanguages(std::string_view text);

}  // namespace jointly::mobility::store
