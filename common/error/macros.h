#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <utility>

// Returns from the enclosing function when `expression` is not OK.
#define RETURN_IF_ERROR(expression)                         \
  do {                                                      \
    ::absl::Status jointly_status_ = (expression);          \
    if (!jointly_status_.ok()) return jointly_status_;      \
  } while (false)

#define JOINTLY_CONCATENATE_INNER(a, b) a##b
#define JOINTLY_CONCATENATE(a, b) JOINTLY_CONCATENATE_INNER(a, b)

// ASSIGN_OR_RETURN(auto row, Load(id)): returns the status, or assigns the value.
#define ASSIGN_OR_RETURN(left, expression) \
  JOINTLY_ASSIGN_OR_RETURN(JOINTLY_CONCATENATE(jointly_result_, __LINE__), left, expression)
#define JOINTLY_ASSIGN_OR_RETURN(result, left, expression) \
  auto result = (expression);                              \
  if (!result.ok()) return std::move(result).status();     \
  left = *std::move(result)
