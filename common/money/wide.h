#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

// Minor units on their way: sums of amounts may leave 64 bits and come back, products need 126.
namespace jointly::money {

__extension__ using Wide = __int128;

inline constexpr bool Fits(Wide minor) {
  return minor >= std::numeric_limits<std::int64_t>::min() &&
         minor <= std::numeric_limits<std::int64_t>::max();
}

// The nearest amount that fits: for a bound, and for texts about what is refused anyway.
inline constexpr std::int64_t Clamped(Wide minor) {
  return static_cast<std::int64_t>(std::clamp<Wide>(minor, std::numeric_limits<std::int64_t>::min(),
                                                    std::numeric_limits<std::int64_t>::max()));
}

}  // namespace jointly::money
