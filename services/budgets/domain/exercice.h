#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/budgets/domain/ledger.h"

// The French view of the journal (decree GBCP of 7 November 2012, art. 180 and 206). AE is consumed
// at the firm amount when it is committed, also for later years, or together with CP by a cost
// without a commitment; CP by paying. A reservation that a close carries into the next period
// moves within one journal and so consumes nothing; a release (retrait d'engagement) gives back.
namespace jointly::budgets {

struct AeCp {
  std::int64_t commitments = 0;                                        // AE consumed.
  std::int64_t payments = 0;                                           // CP consumed.
  std::int64_t outstanding() const { return commitments - payments; }  // Reste a payer.
  friend bool operator==(const AeCp&, const AeCp&) = default;
};
using AeCpByYear = std::map<int, AeCp>;  // By exercice; within it, not cumulated.

// What one journal consumes. Cash only.
AeCp AeCpOf(const Journal& journal);

class AeCpFold {
 public:
  // `commitment_of`: documents that settle another one's commitment: "claims/x" -> "commitments/y",
  // and credit notes of its costs: "journals/7" -> "commitments/y".
  explicit AeCpFold(std::map<std::string, std::string> commitment_of = {})
      : commitment_of_(std::move(commitment_of)) {}
  void Add(const Journal& journal);

  const AeCpByYear& years() const { return years_; }
  // By document; under the empty name what has none (payroll, fees).
  const std::map<std::string, AeCpByYear>& documents() const { return documents_; }
  // B15 at the end of every exercice: commitments of which more was paid than committed, and the
  // same of all together. What belongs to no commitment counts in the latter only. A credit note
  // for what was paid already makes no payment wrong: it is to be recovered, and shows as a
  // negative rest; a payment that is entered after it counts against what it left.
  std::vector<Finding> Inspect() const;

 private:
  using CreditByYear = std::map<int, std::int64_t>;

  std::map<std::string, std::string> commitment_of_;
  AeCpByYear years_;
  std::map<std::string, AeCpByYear> documents_;
  CreditByYear credited_;
  std::map<std::string, CreditByYear> credited_of_;
  std::map<std::string, std::int64_t> outstanding_;  // In the order of the entries.
  std::vector<Finding> overpaid_;
};

}  // namespace jointly::budgets
