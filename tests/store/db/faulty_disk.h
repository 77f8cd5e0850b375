#pragma once

// A disk that fails where a test says so. The functions pwrite64 and fdatasync of this program
// stand in front of the C library's, so SQLite calls them.
namespace jointly::db {

enum class DiskFault {
  kNone,
  kFull,              // Every write of a database's file or log: ENOSPC.
  kBroken,            // Every write: EIO.
  kSyncFails,         // Every fdatasync: EIO.
  kSyncOfTableFails,  // Only that of the database file itself: a checkpoint's.
};

void SetDiskFault(DiskFault fault);
// How often the disk was asked to make its data durable.
int SyncCount();

}  // namespace jointly::db
