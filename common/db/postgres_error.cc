#include "common/db/postgres_error.h"

#include <string>

#include "common/telemetry/log.h"

namespace jointly::db {
namespace {

bool IsContention(std::string_view sqlstate) {
  return sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "55P03";
}

// "cached plan must not change result type"; a prepared statement that is not there (any more).
bool IsStale(const PostgresError& error) {
  return error.sqlstate == "26000" ||
         (error.sqlstate == "0A000" && error.message.starts_with("cached plan"));
}

// Connection exceptions; the server is going down or coming up.
bool IsGoingAway(const PostgresError& error) {
  return error.severity == "FATAL" || error.severity == "PANIC" ||
         error.sqlstate.starts_with("08") || error.sqlstate.starts_with("57P");
}

// Out of disk, memory, connections; an input/output error; a standby that only reads.
bool IsOutOfResources(std::string_view sqlstate) {
  return sqlstate.starts_with("53") || sqlstate.starts_with("58") || sqlstate == "25006";
}

}  // namespace

Verdict Judge(const PostgresError& error) {
  const std::string sqlstate(error.sqlstate);
  const Facts facts = {{"sqlstate", sqlstate}, {"statement", std::string(error.statement)}};
  if (IsGoingAway(error)) {
    return {Fault::kLost, Unavailable(kDatabaseDown, "the database went away", facts)};
  }
  if (IsContention(error.sqlstate)) {
    return {Fault::kContention,
            Aborted(kContention, "others kept changing the same rows; try again", facts)};
  }
  if (IsStale(error)) {
    return {Fault::kStale, Unavailable(kDatabaseDown, "the schema changed meanwhile", facts)};
  }
  if (IsOutOfResources(error.sqlstate)) {
    telemetry::Error("the database is out of a resource",
                     {{"sqlstate", sqlstate}, {"text", error.message}});
    return {Fault::kRefused,
            Unavailable(kDatabaseDown,
                        "the database cannot write now: " + std::string(error.message), facts)};
  }
  if (error.sqlstate == "57014") {
    return {Fault::kRefused,
            DeadlineExceeded(kDeadlineExceeded, "the statement took longer than its caller waits",
                             facts)};
  }
  if (error.sqlstate == "23505") {
    return {Fault::kRefused, AlreadyExists(kUniqueViolation, "a row with this key exists",
                                           {{"constraint", std::string(error.constraint)},
                                            {"table", std::string(error.table)}})};
  }
  // Messages of the class 22 quote the value, which may be personal.
  const std::string_view text =
      error.sqlstate.starts_with("22") ? "a value does not fit" : error.message;
  telemetry::Error("a statement failed",
                   {{"sqlstate", sqlstate}, {"text", text}, {"statement", error.statement}});
  return {Fault::kRefused,
          Internal(kInternal, "the database refused a statement: " + std::string(text), facts)};
}

}  // namespace jointly::db
