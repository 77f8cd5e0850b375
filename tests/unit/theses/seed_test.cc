#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string_view>

#include "common/deadlines/rule_set.h"
#include "services/theses/domain/vocabulary.h"

namespace jointly::theses {

std::span<const std::string_view> RuleFiles();  // services/theses/rules, embedded.

namespace {

// Every rule that the service brings along speaks of what a thesis has.
TEST(SeedTest, FitsTheVocabularyOfAThesis) {
  EXPECT_THAT(deadlines::Catalogue::Check(ThesisVocabulary(), RuleFiles()), testing::IsEmpty());
}

}  // namespace
}  // namespace jointly::theses
