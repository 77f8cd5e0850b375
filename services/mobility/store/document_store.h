#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/db/database.h"
#include "services/mobility/domain/types.h"

namespace jointly::mobility::store {

void InsertDocument(db::Tx& tx, const Application& application, const Document& document);
void DeleteDocument(db::Tx& tx, const std::string& id);
// Of all documents of a student, in all applications.
absl::StatusOr<std::int64_t> BytesOf(db::Tx& tx, const std::string& student);
// Whether some document has this content: then its blob stays.
absl::StatusOr<bool> IsNamed(db::Tx& tx, const std::string& sha256);

}  // namespace jointly::mobility::store
