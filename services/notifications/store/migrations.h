#pragma once

#include <vector>

#include "common/db/migration.h"

namespace jointly::notifications {

const std::vector<db::Migration>& Migrations();

}  // namespace jointly::notifications
