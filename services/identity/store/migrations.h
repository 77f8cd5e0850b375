#pragma once

#include <vector>

#include "common/db/migration.h"

namespace jointly::identity {

const std::vector<db::Migration>& Migrations();

}  // namespace jointly::identity
