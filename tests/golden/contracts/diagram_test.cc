#include <gtest/gtest.h>

#include "services/budgets/domain/decide.h"
#include "services/identity/domain/workflow.h"
#include "services/mobility/domain/application_workflow.h"
#include "services/mobility/domain/call_workflow.h"
#include "services/mobility/domain/mobility_workflow.h"
#include "services/partnerships/domain/agreement.h"
#include "services/theses/domain/cotutelle_workflow.h"
#include "services/theses/domain/thesis_workflow.h"
#include "tests/golden/contracts/golden_file.h"

// The diagrams of the READMEs come from the tables in the code.
namespace jointly::test {
namespace {

void ExpectDiagram(const std::string& path, const std::string& name, const std::string& diagram) {
  const std::string begin = "<!-- diagram:" + name + " -->\n";
  const std::string end = "<!-- /diagram -->";
  std::string text = ReadSourceFile(path);
  const std::size_t first = text.find(begin);
  ASSERT_NE(first, std::string::npos) << path << " has no place " << begin;
  const std::size_t last = text.find(end, first);
  ASSERT_NE(last, std::string::npos) << path << " has no " << end;
  const std::string wanted = "```mermaid\n" + diagram + "```\n";
  if (UpdatingGolden()) {
    text.replace(first + begin.size(), last - first - begin.size(), wanted);
    WriteSourceFile(path, text);
    return;
  }
  EXPECT_EQ(text.substr(first + begin.size(), last - first - begin.size()), wanted)
      << path << ": run golden_contracts with JOINTLY_GOLDEN_UPDATE=1 and commit it";
}

TEST(Diagrams, AreThoseOfTheTables) {
  ExpectDiagram("services/identity/README.md", "person",
                workflow::Diagram("active", identity::PersonEdges()));
  ExpectDiagram("services/partnerships/README.md", "agreement",
                workflow::Diagram("draft", partnerships::AgreementEdges()));
  ExpectDiagram("services/mobility/README.md", "application",
                workflow::Diagram("draft", mobility::ApplicationEdges()));
  ExpectDiagram("services/mobility/README.md", "call",
                workflow::Diagram("draft", mobility::CallEdges()));
  ExpectDiagram("services/mobility/README.md", "mobility",
                workflow::Diagram("nominated", mobility::MobilityEdges()));
}

TEST(Diagrams, OfThesesAreThoseOfTheTables) {
  const auto expect = [](const std::string& name, std::string_view start,
                         const std::vector<workflow::Edge>& edges) {
    ExpectDiagram("services/theses/README.md", name, workflow::Diagram(start, edges));
  };
  expect("thesis", "proposed", theses::ThesisEdges());
  expect("cotutelle", "idea", theses::CotutelleEdges());
  expect("amendment", "negotiating", theses::AmendmentEdges());
}

TEST(Diagrams, OfBudgetsAreThoseOfTheTables) {
  const auto expect = [](const char* name, const char* start,
                         const std::vector<workflow::Edge>& edges) {
    ExpectDiagram("services/budgets/README.md", name, workflow::Diagram(start, edges));
  };
  expect("budget", "draft", budgets::BudgetEdges());
  expect("period", "planned", budgets::PeriodEdges());
  expect("commitment", "requested", budgets::CommitmentEdges());
  expect("claim", "draft", budgets::ClaimEdges());
  expect("transfer", "requested", budgets::TransferEdges());
  expect("amendment", "draft", budgets::AmendmentEdges());
  expect("carry_over", "proposed", budgets::CarryOverEdges());
  expect("report", "scheduled", budgets::ReportEdges());
}

}  // namespace
}  // namespace jointly::test
