#pragma once

#include <string>

#include "tests/support/database_fixture.h"

namespace jointly::bench {

// Api::ApproveCommitment on one active budget: "approve_hot" (one line), "approve_spread" (50
// lines), "approve_single" (one client).
void MeasureApprovals(test::Engine engine, const std::string& what, int count);
// The statements of approve_hot, recorded, on a bare connection.
void MeasureRawApprovals(test::Engine engine, int count);

}  // namespace jointly::bench
