#pragma once

#include <vector>

#include "common/db/migration.h"

namespace jointly::theses {

// The files of migrations/, embedded at build time.
const std::vector<db::Migration>& Migrations();

}  // namespace jointly::theses
