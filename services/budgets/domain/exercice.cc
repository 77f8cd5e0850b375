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
}

namespace {

void InspectYears(const std::string& subject, const AeCpByYear& years,
                  std::vector<Finding>& findings) {
  AeCp cumulated;
  for (const auto& [year, consumed] : years) {
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
  InspectYears("all documents", years_, findings);
  for (const auto& [document, years] : documents_) {
    // A credit note for a closed period takes back under a document of its own.
    if (document.starts_with("commitments/")) InspectYears(document, years, findings);
  }
  return findings;
}

}  // namespace jointly::budgets
