#pragma once

#include <string>
#include <string_view>

#include "services/gateway/http/exchange.h"

namespace jointly::gateway {

struct HeadOptions {
  bool http_1_0 = false;
  bool close = false;
};

// The status line and headers of an answer, with the blank line. Every answer gets the security
// headers (nosniff, no-store, no referrer, an empty content policy) unless it sets its own. A
// header whose name or value could start another header or body is left out: nothing that came from
// outside can forge one.
std::string WriteHead(const HttpResponse& response, const HeadOptions& options);

bool IsHeaderName(std::string_view text);   // RFC 9110 token.
bool IsHeaderValue(std::string_view text);  // No control characters but tab.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace jointly::gateway
