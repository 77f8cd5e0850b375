#include "services/identity/store/account_store.h"

#include "common/error/macros.h"

namespace jointly::identity::store {
namespace {

absl::StatusOr<std::optional<Account>> FirstOf(absl::StatusOr<db::Rows> result) {
  ASSIGN_OR_RETURN(const db::Rows rows, std::move(result));
  if (rows.empty()) return std::nullopt;
  const db::Row& row = rows.front();
  return Account{.email_hash = row.Text("email_hash"),
                 .person = row.Text("person"),
                 .password_hash = row.Text("password_hash"),
                 .update_time = row.At("update_time")};
}

}  // namespace

absl::StatusOr<std::optional<Account>> FindAccount(db::Tx& tx, const std::string& email_hash) {
  return FirstOf(tx.Query(R"sql(
      SELECT email_hash, person, password_hash, update_time
        FROM account WHERE email_hash = $1)sql",
                          {email_hash}));
}

absl::StatusOr<std::optional<Account>> LoadAccountOf(db::Tx& tx, const std::string& person) {
  return FirstOf(tx.Query(R"sql(
      SELECT email_hash, person, password_hash, update_time
        FROM account WHERE person = $1)sql",
                          {person}));
}

void InsertAccount(db::Tx& tx, const Account& account) {
  tx.Execute(R"sql(
      INSERT INTO account (email_hash, person, password_hash, update_time)
      VALUES ($1, $2, $3, $4))sql",
             {account.email_hash, account.person, account.password_hash, account.update_time});
}

void SavePassword(db::Tx& tx, const Account& account) {
  tx.Execute("UPDATE account SET password_hash = $2, update_time = $3 WHERE email_hash = $1",
             {account.email_hash, account.password_hash, account.update_time});
}

void DeleteAccount(db::Tx& tx, const std::string& person) {
  tx.Execute(R"sql(
      DELETE FROM throttle
       WHERE email_hash IN (SELECT email_hash FROM account WHERE person = $1))sql",
             {person});
  tx.Execute("DELETE FROM account WHERE person = $1", {person});
}

absl::StatusOr<Throttle> LoadThrottle(db::Tx& tx, const std::string& email_hash) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT failures, last_failure FROM throttle"
                                                 " WHERE email_hash = $1 {for_update}",
                                                 {email_hash}));
  if (rows.empty()) return Throttle{};
  return Throttle{.failures = rows.front().Int("failures"),
                  .last_failure = rows.front().At("last_failure")};
}

void SaveThrottle(db::Tx& tx, const std::string& email_hash, const Throttle& throttle) {
  tx.Execute(R"sql(
      INSERT INTO throttle (email_hash, failures, last_failure) VALUES ($1, $2, $3)
      ON CONFLICT (email_hash) DO UPDATE SET failures = excluded.failures,
                                             last_failure = excluded.last_failure)sql",
             {email_hash, throttle.failures, throttle.last_failure});
}

void DeleteThrottle(db::Tx& tx, const std::string& email_hash) {
  tx.Execute("DELETE FROM throttle WHERE email_hash = $1", {email_hash});
}

void SweepThrottles(db::Tx& tx, Time last_failure_before) {
  tx.Execute("DELETE FROM throttle WHERE last_failure < $1", {last_failure_before});
}

}  // namespace jointly::identity::store
