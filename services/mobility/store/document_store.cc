#include "services/mobility/store/document_store.h"

#include "common/error/macros.h"

namespace jointly::mobility::store {

void InsertDocument(db::Tx& tx, const Application& application, const Document& document) {
  tx.Execute(
      R"sql(
      INSERT INTO document (id, application, student, sha256, size_bytes)
      VALUES ($1, $2, $3, $4, $5))sql",
      {document.id, application.id, application.student, document.sha256, document.size_bytes});
}

void DeleteDocument(db::Tx& tx, const std::string& id) {
  tx.Execute("DELETE FROM document WHERE id = $1", {id});
}

absl::StatusOr<std::int64_t> BytesOf(db::Tx& tx, const std::string& student) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT COALESCE(SUM(size_bytes), 0) AS bytes FROM document WHERE student = $1)sql",
                                                 {student}));
  return rows.front().Int("bytes");
}

absl::StatusOr<bool> IsNamed(db::Tx& tx, const std::string& sha256) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT id FROM document WHERE sha256 = $1 LIMIT 1", {sha256}));
  return !rows.empty();
}

}  // namespace jointly::mobility::store
