#include "services/theses/store/recompute_store.h"

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/theses/store/cotutelle_store.h"
#include "services/theses/store/thesis_store.h"

namespace jointly::theses::store {

absl::StatusOr<std::vector<StoredThesis>> LockTheses(db::Tx& tx,
                                                     const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(std::vector<Thesis> theses,
                   ListTheses(tx, Everything(),
                              {.where = " AND thesis.id {any $1}",
                               .order_and_limit = " ORDER BY thesis.id {for_update}",
                               .parameters = {db::TextList{ids}}}));
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT id, plan_digest FROM thesis WHERE id {any $1}", {db::TextList{ids}}));
  std::map<std::string, std::string> digests;
  for (const db::Row& row : rows) digests[row.Text("id")] = row.Text("plan_digest");
  std::vector<StoredThesis> stored;
  for (Thesis& thesis : theses) {
    std::string digest = digests[thesis.id];
    stored.push_back({std::move(thesis), std::move(digest)});
  }
  return stored;
}

absl::StatusOr<std::map<std::string, std::vector<Stay>>> StaysOfAll(
    db::Tx& tx, const std::vector<std::string>& students) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT student, mobility, sending, receiving, first_date, last_date FROM stay
       WHERE student {any $1} AND state = 'approved' ORDER BY first_date, mobility)sql",
                                                 {db::TextList{students}}));
  std::map<std::string, std::vector<Stay>> stays;
  for (const db::Row& row : rows) {
    const auto first = ParseDate(row.Text("first_date"));
    const auto last = ParseDate(row.Text("last_date"));
    Check(first.ok() && last.ok(), "a stored day of a stay is none");
    stays[row.Text("student")].push_back({.mobility = row.Text("mobility"),
                                          .sending = row.Text("sending"),
                                          .receiving = row.Text("receiving"),
                                          .first = *first,
                                          .last = *last});
  }
  return stays;
}

}  // namespace jointly::theses::store
