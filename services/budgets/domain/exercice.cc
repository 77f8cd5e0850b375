#include "services/budgets/domain/exercice.h"

#include <utility>

#include "services/budgets/domain/calendar.h"

namespace jointly::budgets {

AeCp AeCpOf(const Journal& journal) {
  AeCp consumed;
  for (const Posting& posting : journal.postings) {
    if (IsInKind(posting.account)) continue;
    const auto family = FamilyOf(posting.account);
    const std::int64_t debit = posting.side == Side::kDebit ? posting.amount : -posting.amount;
    const bool reserved = family == Family::kLine && posting.layer == Layer::kPending;
    if (reserved || family == Family::kSpent) consumed.commitments += debit;
    if (family == Family::kPayable && posting.layer == Layer::kPosted &&
        journal.counts_as == Movement::kPay) {
      consumed.payments += debit;
    }
  }
  return consumed;
}

void AeCpFold::Add(const Journal& journal) {
  const AeCp consumed = AeCpOf(journal);
  if (consumed == AeCp{}) return;
  const auto settles = commitment_of_.find(journal.document);
  const std::string& document =
      settles == commitment_of_.end() ? journal.document : settles->second;
  const int year = Exercice(journal.effective_on);
  for (AeCp* sum : {&years_[year], &documents_[document][year]}) {
    sum->commitments += consumed.commitments;
    sum->payments += consumed.payments;
  }
  std::int64_t& outstanding = outstanding_[document];
  outstanding += consumed.outstanding();
  if (journal.movement == Movement::kCorrect) {
    credited_[year] -= consumed.commitments;
    credited_of_[document][year] -= consumed.commitments;
  }
  const bool paid_too_much = consumed.payments > 0 && outstanding < 0;
  if (paid_too_much && document.starts_with("commitments/") && credited_of_.contains(document)) {
    overpaid_.push_back({.invariant = "B15",
                         .subject = document,
                         .text = "journal " + std::to_string(journal.sequence) +
                                 " pays more than credit notes left of it"});
  }
}

namespace {

void InspectYears(const std::string& subject, const AeCpByYear& years,
                  const std::map<int, std::int64_t>& credited, std::vector<Finding>& findings) {
  AeCp cumulated;
  for (const auto& [year, consumed] : years) {
    const auto credit = credited.find(year);
    if (credit != credited.end()) cumulated.commitments += credit->second;
    cumulated.commitments += consumed.commitments;
    cumulated.payments += consumed.payments;
    if (cumulated.outstanding() >= 0) continue;
    findings.push_back(
        {.invariant = "B15",
         .subject = subject,
         .text = "at the end of exercice " + std::to_string(year) +
                 " more was paid than committed: " + std::to_string(cumulated.payments) + " of " +
                 std::to_string(cumulated.commitments) + " minor units"});
  }
}

}  // namespace

std::vector<Finding> AeCpFold::Inspect() const {
  std::vector<Finding> findings;
  InspectYears("all documents", years_, credited_, findings);
  for (const auto& [document, years] : documents_) {
    if (!document.starts_with("commitments/")) continue;
    const auto credited = credited_of_.find(document);
    InspectYears(document, years,
                 credited == credited_of_.end() ? CreditByYear{} : credited->second, findings);
  }
  findings.insert(findings.end(), overpaid_.begin(), overpaid_.end());
  return findings;
}

}  // namespace jointly::budgets
