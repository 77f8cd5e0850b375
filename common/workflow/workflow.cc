#include "common/workflow/workflow.h"

namespace jointly::workflow {

absl::Status RefusalOf(std::string_view action, std::string_view subject,
                       const std::vector<Finding>& findings) {
  std::vector<Refusal> refusals;
  std::string text = "\"" + std::string(action) + "\" is refused for " + std::string(subject) + ":";
  for (const Finding& finding : findings) {
    if (finding.verdict.passed) continue;
    text += (refusals.empty() ? " " : "; ") + finding.guard + " " + finding.verdict.evidence;
    refusals.push_back({finding.guard, std::string(subject), finding.verdict.evidence,
                        finding.verdict.remedy});
  }
  if (refusals.empty()) return absl::OkStatus();
  return Refused(text, refusals);
}

std::string Diagram(std::string_view start, const std::vector<Edge>& edges) {
  std::string text = "stateDiagram-v2\n  [*] --> " + std::string(start) + "\n";
  for (const Edge& edge : edges) {
    text += "  " + edge.from + " --> " + edge.to + " : " + edge.label + "\n";
  }
  return text;
}

}  // namespace jointly::workflow
