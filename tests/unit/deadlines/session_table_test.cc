#include "common/deadlines/session_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/table.h"
#include "tests/unit/deadlines/thesis_facts.h"

namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;
using testing::HasSubstr;
using testing::IsEmpty;

// A table of sessions of progress presentations, as a document; the row's cells as JSON.
std::string DocumentOf(const std::string& rows) {
  return R"({"id": "t", "source": "s", "tables": [{"id": "sessions", "source": "a page",
    "columns": ["application", "presentation", "conferral"], "rows": [)" +
         rows + "]}]}";
}

std::string RowOf(const std::string& label, const std::string& cells) {
  return R"({"label": ")" + label + R"(", "cells": [)" + cells + "]}";
}

// "2027-01-05, null" as JSON.
std::string Quoted(std::string_view cells) {
  std::string json;
  while (!cells.empty()) {
    const std::string_view cell = cells.substr(0, cells.find(", "));
    cells.remove_prefix(std::min(cell.size() + 2, cells.size()));
    json += json.empty() ? "" : ", ";
    json += cell == "null" ? "null" : "\"" + std::string(cell) + "\"";
  }
  return json;
}

TEST(SessionTables, AreDistrusted) {
  for (const Row& row : Table(R"(
    label  cells  faults  says
    2027-03  2026-11-25, 2027-01-05, 2027-03-23            -                                     -
    2027     2026-11-25, 2027-01-05, 2027-03-23            -                                     -
    2027-03  2026-11-25 Wed, null, 2027-03-23 Tue          -                                     -
    2027-03  2027-03-23, 2027-03-23, 2027-03-23            -                                     -
    2027-03  null, null, 2027-03-23                        -                                     -
    2027-01  2026-01-13, 2027-01-27, 2027-01-27  SESSION_ROW_YEAR  2027-01-13 would fit
    2027-01  2026-01-13 Wed, 2027-01-27, 2027-01-27  SESSION_ROW_WEEKDAY SESSION_ROW_YEAR  is a Tue
    2027-03  2027-01-05, 2026-11-25, 2027-03-23  SESSION_ROW_OUT_OF_ORDER  is after presentation
    2027-03  2026-11-25, 2027-04-01, 2027-03-23  SESSION_ROW_OUT_OF_ORDER  is after conferral
    2027-03  2027-04-01, null, 2027-03-23  SESSION_ROW_OUT_OF_ORDER  after conferral
    2027-03  2025-09-01, 2026-07-01, 2027-03-23  SESSION_ROW_TOO_EARLY  18 months before
    2026-03  2026-11-25, 2027-01-05, 2027-03-23  SESSION_ROW_YEAR  row's session "2026-03"
    2027-04  2026-11-25, 2027-01-05, 2027-03-23  SESSION_ROW_YEAR  not in the row's session
    March  2026-11-25, 2027-01-05, 2027-03-23  SESSION_ROW_YEAR  label the row with the year
    2027-03  2026-11-25, 2027-03-23  SESSION_ROW_INCOMPLETE  2 cells for 3 columns
    2027-03  2026-11-25, 2027-01-05, null  SESSION_ROW_INCOMPLETE  no date in the last one
    2027-03  2026-11-31, 2027-01-05, 2027-03-23  BAD_VALUE  "2026-11-31" is no day
    2027-03  2026-11-25 Wednesday, 2027-01-05, 2027-03-23  BAD_VALUE  write 2026-11-25
  )")) {
    SCOPED_TRACE(row.text());
    const auto faults = FaultsOf({DocumentOf(RowOf(row["label"], Quoted(row["cells"])))});
    std::string reasons;
    std::string texts;
    for (const Fault& fault : faults) {
      reasons += (reasons.empty() ? "" : " ") + fault.reason;
      texts += fault.text + "\n";
      EXPECT_THAT(fault.path, HasSubstr("t: tables[0](sessions).rows[0](" + row["label"] + ")"));
    }
    EXPECT_EQ(reasons, row["faults"]);
    EXPECT_THAT(texts, HasSubstr(row["says"]));
  }
}

TEST(SessionTables, HaveRowsInOrderAndNameEveryBadOne) {
  const auto faults =
      FaultsOf({DocumentOf(RowOf("2027-03", R"("2026-11-25", "2027-01-05", "2027-03-23")") + "," +
                           RowOf("2026-11", R"("2026-06-24", "2026-09-07", "2026-11-30")") + "," +
                           RowOf("2026-07", R"("2026-06-24", "2026-05-06", "2026-07-25")") + "," +
                           RowOf("2027-07", R"("2027-03-25 Fri", "2027-05-06", "2027-07-25")"))});
  ASSERT_EQ(faults.size(), 4u);
  EXPECT_EQ(faults[0].reason, "SESSION_ROWS_OUT_OF_ORDER");
  EXPECT_EQ(faults[0].path, "t: tables[0](sessions).rows[1](2026-11).conferral");
  EXPECT_EQ(faults[1].reason, "SESSION_ROW_OUT_OF_ORDER");
  EXPECT_EQ(faults[1].path, "t: tables[0](sessions).rows[2](2026-07).application");
  EXPECT_EQ(faults[2].reason, "SESSION_ROWS_OUT_OF_ORDER");
  EXPECT_EQ(faults[3].reason, "SESSION_ROW_WEEKDAY");
}

TEST(SessionTables, NeedColumnsAndRows) {
  SessionTable table;
  EXPECT_EQ(CheckSessionTable(table, "x").at(0).reason, "BAD_VALUE");
  table.columns = {"conferral", "conferral"};
  EXPECT_EQ(CheckSessionTable(table, "x").size(), 2u);
  table.columns = {"conferral"};
  table.rows = {{"2027", {{On("2027-03-23"), std::nullopt}}, false}};
  EXPECT_THAT(CheckSessionTable(table, "x"), IsEmpty());
}

TEST(SessionTables, OfTheSeedAreMarkedAsMadeUp) {
  const std::vector<SessionTable> tables = Seed().Tables();
  ASSERT_EQ(tables.size(), 2u);
  for (const SessionTable& table : tables) {
    EXPECT_THAT(CheckSessionTable(table, "seed"), IsEmpty());
    EXPECT_FALSE(table.source.empty());
    for (const SessionRow& row : table.rows) EXPECT_TRUE(row.demo) << table.id << row.label;
  }
}

}  // namespace
}  // namespace jointly::deadlines
