#pragma once

#include <vector>

#include "common/db/migration.h"

namespace jointly::partnerships {

const std::vector<db::Migration>& Migrations();

}  // namespace jointly::partnerships
