#pragma once

#include <string>
#include <vector>

#include "common/db/value.h"

struct pg_result;

// Values in PostgreSQL's protocol. Internal to common/db.
namespace jointly::db {

// Parameters with explicit types, all in binary form.
// Valid as long as the Values that it was made from.
struct PostgresParameters {
  explicit PostgresParameters(const Values& values);

  std::vector<unsigned int> types;
  std::vector<const char*> data;
  std::vector<int> lengths;
  std::vector<int> formats;
  std::string signature;  // One letter per type.

 private:
  void Add(const Value& value);
  std::vector<std::string> storage_;
};

// The rows of a result in text form. SUM of BIGINT is a numeric there: an integer for us when it
// is whole.
Rows ReadRows(const pg_result* result);

}  // namespace jointly::db
