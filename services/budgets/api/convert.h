#pragma once

#include <jointly/budgets/v1/budgets.pb.h>
#include <jointly/deadlines/v1/deadline.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "common/error/error.h"
#include "services/budgets/api/amounts.h"
#include "services/budgets/domain/alerts.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/sums.h"

// Messages to values and back. What is read adds every violation of a request, with the field's
// path; a value that was refused is some sound one, because the caller stops at the violations.
namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

inline constexpr std::size_t kTextBytesMax = 300;
inline constexpr std::size_t kNoteBytesMax = 4000;
inline constexpr std::size_t kRowsMax = 200;  // Of any list inside a request.

// A line that people read: no control characters, at most kTextBytesMax bytes.
void CheckLine(std::string_view text, bool required, std::string_view path, Violations& violations);
// A longer text: line feeds and tabs are allowed, at most kNoteBytesMax bytes.
void CheckNote(std::string_view text, bool required, std::string_view path, Violations& violations);
void CheckName(std::string_view pattern, std::string_view name, std::string_view path,
               Violations& violations);

// How amounts of a field may be signed.
enum class Sign { kPositive, kNotNegative, kAny };
// In any currency.
money::Money ReadAmount(const pb::Amount& message, Sign sign, const std::string& path,
                        Violations& violations);
// In the currency given; minor units.
std::int64_t ReadAmountIn(const pb::Amount& message, const money::Currency& currency, Sign sign,
                          const std::string& path, Violations& violations);
Date ReadDate(bool given, const google::type::Date& message, const std::string& path,
              Violations& violations);
std::optional<Date> ReadMaybeDate(bool given, const google::type::Date& message,
                                  const std::string& path, Violations& violations);

// Of a budget of this id; period, category and partner must be the budget's. An empty partner is
// the budget's first one.
LineKey ReadLine(const pb::LineKey& message, const Budget& budget, const std::string& path,
                 Violations& violations);
// The client's side of a budget: no state, no money that is computed.
Budget ReadBudget(const pb::Budget& message, const std::string& path, Violations& violations);
std::vector<Period> ReadPeriods(const google::protobuf::RepeatedPtrField<pb::Period>& messages,
                                const Budget& budget, Violations& violations);
Commitment ReadCommitment(const pb::Commitment& message, const Budget& budget,
                          const std::string& path, Violations& violations);
// In the commitment's currency.
ExpenseClaim ReadClaim(const pb::ExpenseClaim& message, const money::Currency& currency,
                       const std::string& path, Violations& violations);
LineTransfer ReadTransfer(const pb::LineTransfer& message, const Budget& budget,
                          const std::string& path, Violations& violations);
Amendment ReadAmendment(const pb::Amendment& message, const Budget& budget, const std::string& path,
                        Violations& violations);

// --- Values to messages ------------------------------------------------------------------------
std::string BudgetName(const std::string& id);                              // "budgets/b"
std::string NameIn(const std::string& budget, std::string_view collection,  // "budgets/b/claims/c"
                   const std::string& id);
std::string LineName(const std::string& budget, const LineKey& line);

pb::LineKey ToProto(const LineKey& line, const std::string& budget);
pb::Conversion ToProto(const Conversion& conversion);
pb::Budget ToProto(const Budget& budget);
pb::Period ToProto(const Period& period);
pb::Commitment ToProto(const Commitment& commitment, const money::Currency& currency);
pb::ExpenseClaim ToProto(const ExpenseClaim& claim);
pb::LineTransfer ToProto(const LineTransfer& transfer, const money::Currency& currency);
pb::Amendment ToProto(const Amendment& amendment, const money::Currency& currency);
pb::CarryOver ToProto(const CarryOver& carry_over, const money::Currency& currency);
pb::PeriodicReport ToProto(const PeriodicReport& report);
pb::Delegation ToProto(const Delegation& delegation);
pb::Attachment ToProto(const Attachment& attachment, const std::string& parent);
pb::Alert ToProto(const Alert& alert, const std::string& budget, const money::Currency& currency);
jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline);

template <typename Action, typename Message>
void AddAllowed(const std::vector<Allowed<Action>>& rows, Message& message) {
  for (const auto& row : rows) {
    pb::AllowedAction& action = *message.add_allowed_actions();
    action.set_action(std::string(Name(row.action)));
    action.set_ready(row.ready());
    for (const workflow::Finding& finding : row.missing) {
      pb::Verdict& verdict = *action.add_missing();
      verdict.set_guard(finding.guard);
      verdict.set_title(finding.title);
      verdict.set_passed(finding.verdict.passed);
      verdict.set_evidence(finding.verdict.evidence);
      verdict.set_remedy(finding.verdict.remedy);
    }
  }
}
template <typename Message>
void AddDeadlines(const std::vector<deadlines::Deadline>& list, Message& message) {
  for (const deadlines::Deadline& deadline : list) *message.add_deadlines() = ToProto(deadline);
}

// What the journal says of lines, by line; from the ledger's sums.
struct LineBalance {
  std::int64_t authorised = 0;
  std::int64_t reserved = 0;
  std::int64_t spent = 0;
  std::int64_t carried = 0;
  std::int64_t returned = 0;
  std::int64_t available() const { return authorised - reserved - spent - carried - returned; }
};
struct BudgetBalance {
  std::map<LineKey, LineBalance> lines;  // Cash and in kind.
  std::int64_t pool = 0;
  std::int64_t paid = 0;
  std::int64_t pool_returned = 0;
};
BudgetBalance BalanceOf(const std::vector<MovementSum>& sums);
// Cash lines of one period together, or of all when it is empty. Over all periods what was only
// carried on counts once.
LineBalance TotalOf(const BudgetBalance& balance, const std::string& period);
pb::Balance ToProto(const LineBalance& balance, std::int64_t paid, const money::Currency& currency);
pb::Line ToProto(const LineKey& line, const LineBalance& balance, const std::string& budget,
                 const money::Currency& currency);

}  // namespace jointly::budgets
