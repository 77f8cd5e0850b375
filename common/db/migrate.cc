#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "common/db/database.h"
#include "common/db/dialect.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::db {
namespace {

// Serialises the migrations of replicas that start together; any constant that is ours.
constexpr std::int64_t kMigrationLock = 0x6a6f696e746c79;  // "jointly"

// Building an index on a large table takes its time; nobody waits for a reply.
constexpr std::chrono::minutes kTimeout{30};

constexpr Reason kMigrationEdited{"MIGRATION_EDITED"};
constexpr Reason kDatabaseNewer{"DATABASE_NEWER"};

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  Check(EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1,
        "SHA-256 is not available");
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 0xF];
  }
  return hex;
}

// Over both texts, so that the checksum is the same on both engines.
std::string ChecksumOf(const Migration& migration) {
  std::string text(migration.sql);
  text += '\0';
  text += migration.postgres;
  return Sha256Hex(text);
}

absl::StatusOr<std::map<std::int64_t, std::string>> AppliedChecksums(Tx& tx,
                                                                     std::string_view module) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      tx.Query("SELECT number, checksum FROM schema_migration WHERE module = $1", {module}));
  std::map<std::int64_t, std::string> applied;
  for (const Row& row : rows) applied[row.Int("number")] = row.Text("checksum");
  return applied;
}

absl::Status CheckApplied(const MigrationSet& set,
                          const std::map<std::int64_t, std::string>& applied) {
  const auto known = static_cast<std::int64_t>(set.migrations->size());
  for (const auto& [number, checksum] : applied) {
    const Facts facts = {{"module", std::string(set.module)}, {"number", std::to_string(number)}};
    if (number > known) {
      return FailedPrecondition(kDatabaseNewer,
                                "the database has a migration that this program does not know: "
                                "start the newer program",
                                facts);
    }
    if (checksum != ChecksumOf((*set.migrations)[static_cast<std::size_t>(number - 1)])) {
      return FailedPrecondition(kMigrationEdited,
                                "an applied migration was edited: restore its text and write a "
                                "new migration instead",
                                facts);
    }
  }
  return absl::OkStatus();
}

absl::Status ApplySet(Tx& tx, const MigrationSet& set, Time now) {
  ASSIGN_OR_RETURN(const auto applied, AppliedChecksums(tx, set.module));
  RETURN_IF_ERROR(CheckApplied(set, applied));
  for (std::size_t i = 0; i < set.migrations->size(); ++i) {
    const Migration& migration = (*set.migrations)[i];
    Check(migration.number == static_cast<int>(i) + 1,
          "migrations of " + std::string(set.module) + " must be numbered from 1 without gaps");
    if (applied.contains(migration.number)) continue;
    const bool own_text = tx.is_postgres() && !migration.postgres.empty();
    for (const std::string& statement :
         SplitStatements(own_text ? migration.postgres : migration.sql)) {
      tx.Execute(statement);
    }
    tx.Execute(R"sql(
        INSERT INTO schema_migration (module, number, name, checksum, apply_time)
        VALUES ($1, $2, $3, $4, $5))sql",
               {set.module, migration.number, migration.name, ChecksumOf(migration), now});
    telemetry::Info("migration", {{"module", set.module}, {"name", migration.name}});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Database::Migrate(const std::vector<MigrationSet>& sets, const Clock& clock) {
  const TransactOptions options{.deadline = std::chrono::steady_clock::now() + kTimeout};
  return Transact(
      [&](Tx& tx) -> absl::Status {
        if (tx.is_postgres()) {
          RETURN_IF_ERROR(tx.Query("SELECT pg_advisory_xact_lock($1)", {kMigrationLock}).status());
        }
        tx.Execute(R"sql(
            CREATE TABLE IF NOT EXISTS schema_migration (
              module     TEXT NOT NULL,
              number     BIGINT NOT NULL,
              name       TEXT NOT NULL,
              checksum   TEXT NOT NULL,
              apply_time BIGINT NOT NULL,
              PRIMARY KEY (module, number)
            ))sql");
        for (const MigrationSet& set : sets) RETURN_IF_ERROR(ApplySet(tx, set, clock.Now()));
        return absl::OkStatus();
      },
      options);
}

}  // namespace jointly::db
