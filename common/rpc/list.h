#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/db/value.h"
#include "common/error/error.h"

// Paging and filtering of List methods (AIP-158, AIP-160), by keyset, never by OFFSET.
namespace jointly::rpc {

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 200;

// A column that a filter may name: `state = "SUBMITTED" AND call = "calls/x"`.
struct FilterColumn {
  std::string_view field;  // As in the request: "state".
  std::string_view sql;    // "application.state".
  enum class Type { kText, kInteger, kBool, kTime } type = Type::kText;
  // Maps the request's value to the stored one (resource name to id); null: as it is.
  std::string (*map)(std::string_view) = nullptr;
  // A second column of the same meaning (either of two partners): = holds when one of them is it,
  // != when none is.
  std::string_view or_sql = {};
};

struct ListSpec {
  std::vector<FilterColumn> columns;
  std::string_view key_sql;  // Unique, sortable key: "application.id" (UUIDv7 = create time).
  bool descending = false;
  bool key_is_number = false;  // The key is a BIGINT: last_key is its decimal text.
};

// The pieces of a keyset query. Use:
//   ASSIGN_OR_RETURN(auto page, rpc::ParsePage(spec, request, first_parameter));
//   tx.Query("SELECT ... WHERE <scope> " + page.where + page.order_and_limit, parameters)
struct Page {
  int size = kPageSizeDefault;        // The limit in the SQL is size + 1: whether there is more.
  std::string where;                  // " AND application.state = $3 AND application.id > $4".
  std::string order_and_limit;        // " ORDER BY application.id LIMIT 51".
  std::vector<db::Value> parameters;  // For the numbers from `first_parameter` on.
  std::string query_hash;             // Of filter and spec: a token of another query is refused.
};

struct PageRequest {
  int page_size = 0;
  std::string_view page_token;
  std::string_view filter;
};

// Errors: INVALID_ARGUMENT for an unknown field or operator in the filter (with the fields that
// exist), a page token that is not of this query, or a negative page size. Larger sizes are
// coerced.
absl::StatusOr<Page> ParsePage(const ListSpec& spec, const PageRequest& request,
                               int first_parameter);
// The token after the row whose key is `last_key`.
std::string NextPageToken(const Page& page, std::string_view last_key);

}  // namespace jointly::rpc
