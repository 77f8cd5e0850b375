#include "services/mobility/store/history_store.h"

#include "common/db/reader.h"
#include "common/error/macros.h"

namespace jointly::mobility::store {
namespace {

constexpr std::string_view kPlain = R"sql(
    SELECT id, time, subject, action, from_state, to_state, actor, revision
      FROM audit
     WHERE subject {any $1} AND id > $2
     ORDER BY id LIMIT $3)sql";

constexpr std::string_view kVeiled = R"sql(
    SELECT id, time, subject, action,
           CASE WHEN from_state IN ('offered', 'waitlisted', 'rejected') THEN 'ranked'
                ELSE from_state END,
           to_state, actor,
           revision - (SELECT COUNT(*) FROM audit AS hidden
                        WHERE hidden.subject = audit.subject AND hidden.id < audit.id
                          AND hidden.to_state IN ('offered', 'waitlisted', 'rejected'))
      FROM audit
     WHERE subject {any $1} AND id > $2
       AND to_state NOT IN ('offered', 'waitlisted', 'rejected')
     ORDER BY id LIMIT $3)sql";

}  // namespace

absl::StatusOr<std::vector<HistoryRow>> ListHistory(db::Tx& tx, const HistoryQuery& query) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(query.veiled ? kVeiled : kPlain,
                            {db::TextList{query.subjects}, query.after_id, query.limit}));
  std::vector<HistoryRow> history;
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    HistoryRow& entry = history.emplace_back();
    entry.id = reader.Integer();
    entry.time = reader.At();
    entry.subject = reader.Text();
    entry.action = reader.Text();
    entry.from = reader.Text();
    entry.to = reader.Text();
    entry.actor = reader.Text();
    entry.revision = reader.Integer();
  }
  return history;
}

}  // namespace jointly::mobility::store
