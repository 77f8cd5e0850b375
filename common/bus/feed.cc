#include <charconv>
#include <optional>

#include "common/bus/envelope.h"
#include "common/bus/operations.h"
#include "common/error/macros.h"

namespace jointly::bus {
namespace {

constexpr std::int64_t kPageBytes = 2 * 1024 * 1024;

// Where the log was read to. SQLite has one writer, so the row id is the commit order. On
// PostgreSQL a row becomes visible at its commit, in any order of ids: there the order is
// (transaction, id), read only below the oldest transaction that still runs, or late rows would be
// skipped.
struct Cursor {
  std::uint64_t xid = 0;
  std::int64_t id = 0;
};

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

std::optional<Cursor> ParseCursor(std::string_view text, bool postgres) {
  Cursor cursor;
  if (text.empty()) return cursor;
  if (!postgres) {
    if (!text.starts_with("s") || !ParseNumber(text.substr(1), cursor.id)) return std::nullopt;
    return cursor;
  }
  const std::size_t dot = text.find('.');
  if (!text.starts_with("p") || dot == std::string_view::npos ||
      !ParseNumber(text.substr(1, dot - 1), cursor.xid) ||
      !ParseNumber(text.substr(dot + 1), cursor.id)) {
    return std::nullopt;
  }
  return cursor;
}

// The page is chosen by the lengths of bodies alone, so that a page of large ones is never loaded.
constexpr std::string_view kSqlitePage = R"sql(
    WITH page AS (
        SELECT id, SUM(length(body)) OVER (ORDER BY id) - length(body) AS bytes_before
          FROM outbox WHERE id > $1
         ORDER BY id LIMIT $2)
    SELECT o.id, o.headers, o.body, (SELECT COUNT(*) FROM page) AS found
      FROM page JOIN outbox AS o ON o.id = page.id
     WHERE page.bytes_before < $3
     ORDER BY o.id)sql";

constexpr std::string_view kPostgresPage = R"sql(
    WITH page AS (
        SELECT id, SUM(length(body)) OVER (ORDER BY xid, id) - length(body) AS bytes_before
          FROM outbox
         WHERE (xid, id) > (CAST(CAST($4 AS TEXT) AS xid8), CAST($1 AS BIGINT))
           AND xid < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY xid, id LIMIT $2)
    SELECT o.id, o.headers, o.body, (SELECT COUNT(*) FROM page) AS found,
           CAST(o.xid AS TEXT) AS xid
      FROM page JOIN outbox AS o ON o.id = page.id
     WHERE page.bytes_before < $3
     ORDER BY o.xid, o.id)sql";

absl::StatusOr<FeedPage> ToPage(const db::Rows& rows) {
  FeedPage page;
  page.events.reserve(rows.size());
  for (const db::Row& row : rows) {
    ASSIGN_OR_RETURN(Headers headers, DecodeHeaders(row.Text("headers")));
    ASSIGN_OR_RETURN(Message message, ParseMessage(std::move(headers), row.Bytes("body")));
    page.events.push_back(std::move(message));
  }
  return page;
}

// An aggregate's events commit in order of revision, because each command locks it: no horizon is
// needed.
absl::StatusOr<FeedPage> ReadAggregate(db::Database& database, const FeedQuery& query) {
  ASSIGN_OR_RETURN(const db::Rows rows, database.Read([&](db::Tx& tx) {
    return tx.Query(
        R"sql(
        SELECT headers, body FROM outbox
         WHERE aggregate_type = $1 AND aggregate_id = $2 AND revision > $3
         ORDER BY revision LIMIT $4)sql",
        {query.aggregate_type, query.aggregate_id, query.after_revision, query.page_size});
  }));
  ASSIGN_OR_RETURN(FeedPage page, ToPage(rows));
  page.next_cursor = query.cursor;
  page.at_end = static_cast<int>(rows.size()) < query.page_size;
  return page;
}

}  // namespace

absl::StatusOr<FeedPage> ReadFeed(db::Database& database, const FeedQuery& query) {
  if (query.page_size < 1) return InvalidArgument(kInvalidCursor, "a page has at least one event");
  if (!query.aggregate_type.empty()) return ReadAggregate(database, query);
  const bool postgres = database.is_postgres();
  const auto cursor = ParseCursor(query.cursor, postgres);
  if (!cursor.has_value()) {
    return InvalidArgument(kInvalidCursor,
                           "the cursor is not one of this feed: start again with an empty one",
                           {{"cursor", query.cursor}});
  }
  ASSIGN_OR_RETURN(const db::Rows rows, database.Read([&](db::Tx& tx) {
    db::Values values = {cursor->id, query.page_size, kPageBytes};
    if (postgres) values.emplace_back(std::to_string(cursor->xid));
    return tx.Query(postgres ? kPostgresPage : kSqlitePage, std::move(values));
  }));
  ASSIGN_OR_RETURN(FeedPage page, ToPage(rows));
  page.next_cursor = query.cursor;
  if (rows.empty()) return page;
  const db::Row& last = rows[rows.size() - 1];
  const std::string id = std::to_string(last.Int("id"));
  page.next_cursor = postgres ? "p" + last.Text("xid") + "." + id : "s" + id;
  const std::int64_t found = last.Int("found");
  page.at_end = found < query.page_size && found == static_cast<std::int64_t>(rows.size());
  return page;
}

}  // namespace jointly::bus
