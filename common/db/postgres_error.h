#pragma once

#include <string_view>

#include "common/db/postgres_connection.h"

// What PostgreSQL's error codes mean. Internal to common/db.
namespace jointly::db {

struct PostgresError {
  std::string_view sqlstate;
  std::string_view severity;
  std::string_view message;
  std::string_view constraint;
  std::string_view table;
  std::string_view statement;  // An excerpt.
};

struct Verdict {
  Fault fault;
  absl::Status status;
};

Verdict Judge(const PostgresError& error);

}  // namespace jointly::db
