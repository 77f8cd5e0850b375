#pragma once

#include <optional>
#include <string_view>

#include "common/time/civil.h"

// When a message may disturb a reader.
namespace jointly::notifications {

// 08:00 to 20:00 of a weekday, in the reader's zone.
bool IsOpen(Time time, std::string_view zone);

// When to send what is wanted at `wanted`: then, if the reader's window is open; else at the next
// opening; and when that is not before `due`, an hour before the previous window closed instead, so
// that the shift itself never makes a reader late. The result may lie before now: send at once.
// Without a `due` nothing can come too late. An unknown zone counts as UTC.
Time QuietShift(Time wanted, std::optional<Time> due, std::string_view zone);

}  // namespace jointly::notifications
