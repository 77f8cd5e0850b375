#pragma once

#include <absl/status/status.h>

#include <chrono>

// Private to common/bus: what the two ways of applying share.
namespace jointly::bus {

// A batch holds the database's writer (SQLite) or its locks: slow handlers get smaller batches.
inline constexpr std::chrono::milliseconds kBatchTime{10};

// The database's trouble, not the message's: it is not counted against it.
bool IsInfrastructure(const absl::Status& status);

}  // namespace jointly::bus
