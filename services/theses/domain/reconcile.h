#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/theses/domain/types.h"

// A saved answer of theses.fr beside what is recorded here. Pure.
namespace jointly::theses {

// One record of theses.fr.
struct PublishedThesis {
  std::string number;  // The NNT of a defended one, else the number of the subject.
  std::string subject_number;
  std::string title;
  bool defended = false;
  std::optional<Date> defended_date;
  std::optional<Date> enrolment_date;
  bool names_cotutelle = false;
};

// Reads its own JSON: a list, or an object that holds lists under "theses" or under the roles of an
// organisation (etabSoutenance, etabCotutelle, each also EnCours); dates as dd/MM/yyyy. A record
// that stands in two lists is taken once. Errors: INVALID_ARGUMENT naming every record that does
// not read.
absl::StatusOr<std::vector<PublishedThesis>> ParseThesesFr(std::string_view document);

struct ReconciledRow {
  std::string thesis;  // Bare id; empty: only theses.fr knows it.
  std::string number;  // Empty: only we know it.
  std::string title;
  std::vector<std::string> differences;
};
struct Reconciliation {
  std::vector<ReconciledRow> rows;  // What differs, or is missing on one side.
  int matched = 0;                  // Known on both sides, with or without differences.
};
// Matches by number, then by title. What theses.fr can not know yet (no enrolment) is not missed.
Reconciliation Reconcile(const std::vector<Thesis>& ours,
                         const std::vector<PublishedThesis>& published);

}  // namespace jointly::theses
