#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "common/db/database.h"
#include "tests/support/database_fixture.h"

// The raw limit: the very statements of a run, on a bare connection, without any code of ours.
namespace jointly::bench {

struct Statement {
  std::string sql;
  db::Values values;
  bool waits = false;  // A query, whose answer is awaited before the next is sent.
};
using Transaction = std::vector<Statement>;

// Passes everything on and keeps what was sent.
class RecordingTx final : public db::Tx {
 public:
  RecordingTx(db::Tx& tx, Transaction& sent) : tx_(tx), sent_(sent) {}
  absl::StatusOr<db::Rows> Query(std::string_view sql, db::Values parameters) override {
    sent_.push_back({std::string(sql), parameters, true});
    return tx_.Query(sql, std::move(parameters));
  }
  absl::StatusOr<std::vector<db::Rows>> QueryAll(std::vector<db::Question> questions) override {
    for (const db::Question& question : questions) {
      sent_.push_back({question.sql, question.parameters, false});
    }
    if (!questions.empty()) sent_.back().waits = true;
    return tx_.QueryAll(std::move(questions));
  }
  void Execute(std::string_view sql, db::Values parameters) override {
    sent_.push_back({std::string(sql), parameters, false});
    tx_.Execute(sql, std::move(parameters));
  }
  void AfterCommit(std::function<void()> action) override { tx_.AfterCommit(std::move(action)); }
  bool is_postgres() const override { return tx_.is_postgres(); }

 private:
  db::Tx& tx_;
  Transaction& sent_;
};

// Seconds that the engine alone needs for them, one after the other.
double ReplayRaw(const test::DatabasePlace& place, const std::vector<Transaction>& transactions);

}  // namespace jointly::bench
