#include "services/theses/store/stay_store.h"

#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::theses::store {
namespace {

Date DateOf(const std::string& text) {
  const auto date = ParseDate(text);
  Check(date.ok(), "a date that was stored is none");
  return *date;
}

}  // namespace

void SaveStay(db::Tx& tx, const StayRow& row) {
  tx.Execute(R"sql(
      INSERT INTO stay (mobility, student, sending, receiving, first_date, last_date, state,
                        revision)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (mobility) DO UPDATE
         SET first_date = excluded.first_date, last_date = excluded.last_date,
             state = excluded.state, revision = excluded.revision)sql",
             {row.stay.mobility, row.student, row.stay.sending, row.stay.receiving,
              FormatDate(row.stay.first), FormatDate(row.stay.last), row.state, row.revision});
}

absl::StatusOr<std::vector<Stay>> StaysOf(db::Tx& tx, const std::string& student,
                                          const std::vector<std::string>& institutions) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT mobility, sending, receiving, first_date, last_date FROM stay
       WHERE student = $1 AND sending {any $2} AND receiving {any $2} AND state = 'approved'
       ORDER BY first_date, mobility)sql",
                                                 {student, db::TextList{institutions}}));
  std::vector<Stay> stays;
  for (const db::Row& row : rows) {
    stays.push_back({.mobility = row.Text("mobility"),
                     .sending = row.Text("sending"),
                     .receiving = row.Text("receiving"),
                     .first = DateOf(row.Text("first_date")),
                     .last = DateOf(row.Text("last_date"))});
  }
  return stays;
}

}  // namespace jointly::theses::store
