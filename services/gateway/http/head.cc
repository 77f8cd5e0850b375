#include "services/gateway/http/head.h"

#include <algorithm>
#include <array>

namespace jointly::gateway {
namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr auto kReasons = std::to_array<Reason>({
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
});

std::string_view ReasonOf(int status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "Status";
}

struct Default {
  std::string_view name;
  std::string_view value;
};

constexpr auto kDefaults = std::to_array<Default>({
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
});

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void Add(std::string& head, std::string_view name, std::string_view value) {
  if (!IsHeaderName(name) || !IsHeaderValue(value)) return;
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

bool IsHeaderName(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char low = Lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool IsHeaderValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\t';
  });
}

std::optional<std::string> HttpRequest::Find(std::string_view name) const {
  std::optional<std::string> found;
  for (const Header& header : headers) {
    if (!EqualsIgnoringCase(header.name, name)) continue;
    if (found.has_value()) return std::nullopt;
    found = header.value;
  }
  return found;
}

bool HttpRequest::Repeats(std::string_view name) const {
  return std::count_if(headers.begin(), headers.end(), [&](const Header& header) {
           return EqualsIgnoringCase(header.name, name);
         }) > 1;
}

std::string WriteHead(const HttpResponse& response, const HeadOptions& options) {
  std::string head;
  head.reserve(512);
  head.append(options.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ");
  head.append(std::to_string(response.status)).append(" ");
  head.append(ReasonOf(response.status)).append("\r\n");
  if (!response.content_type.empty()) Add(head, "Content-Type", response.content_type);
  for (const Header& header : response.headers) Add(head, header.name, header.value);
  for (const Default& row : kDefaults) {
    const bool own = std::any_of(
        response.headers.begin(), response.headers.end(),
        [&](const Header& header) { return EqualsIgnoringCase(header.name, row.name); });
    if (!own) Add(head, row.name, row.value);
  }
  if (response.stream == nullptr) {
    if (response.status != 204) Add(head, "Content-Length", std::to_string(response.body.size()));
  } else if (response.length.has_value()) {
    Add(head, "Content-Length", std::to_string(*response.length));
  } else if (!options.http_1_0) {
    Add(head, "Transfer-Encoding", "chunked");
  }
  if (options.close) {
    Add(head, "Connection", "close");
  } else if (options.http_1_0) {
    Add(head, "Connection", "keep-alive");
  }
  head.append("\r\n");
  return head;
}

}  // namespace jointly::gateway
