#include "common/deadlines/rule_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error/error.h"
#include "tests/support/table.h"
#include "tests/unit/deadlines/thesis_facts.h"

namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kStart =
    R"({"id": "a", "title": {"en": "a", "fr": "b", "ja": "c"}, "severity": "local", )";
constexpr std::string_view kAnchor = R"("anchor": {"kind": "field", "name": "defence.date"}, )";

// A sound rule, but for what the test adds to it.
std::string RuleWith(std::string_view more, bool anchored = true) {
  return std::string(kStart) + std::string(anchored ? kAnchor : "") + std::string(more) + "}";
}

std::string Reasons(const std::vector<Fault>& faults) {
  std::string reasons;
  for (const Fault& fault : faults) reasons += (reasons.empty() ? "" : " ") + fault.reason;
  return reasons;
}

std::string Listing(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults) {
    text += fault.path + " " + fault.reason + ": " + fault.text + "\n";
  }
  return text;
}

TEST(RuleSets, AreRefusedForWhatARuleSays) {
  for (const Row& row : Table(R"(
    more                                                       fault                      says
    "version": 2                                               -                          -
    "version": 0  BAD_VALUE  versions begin with 1
    "version": "2"  BAD_JSON  give a whole number
    "versoin": 2  UNKNOWN_KEY  did you mean "version"?
    "when": "stat = active"  UNKNOWN_FIELD  rules[0](a).when UNKNOWN_FIELD: there is no field "stat"
    "met": "own.enrolled"  SCOPE_TOO_WIDE  the rule's scope names none
    "waive": ""  MISSING_KEY BAD_PREDICATE  it is empty
    "offset": "14 days"  BAD_OFFSET  "14 days" is no offset
    "offset": "-P14"  BAD_OFFSET  is no offset
    "offset": "P"  BAD_OFFSET  is no offset
    "offset": "P1D1M"  BAD_OFFSET  is no offset
    "time": "25:00"  BAD_VALUE  write a time of day
    "zone": "Europe/Pari"  UNKNOWN_ZONE  "Europe/Pari" is no IANA time zone
    "zone": "AoE"                                              -                          -
    "zone": {"of": "institution_incharge"}  UNKNOWN_ZONE  did you mean "institution_in_charge"?
    "zone": {"of": "own"}  SCOPE_TOO_WIDE  names no side
    "clamp": "none"  BAD_VALUE  only "month_end" is known
    "gap": "earlier"  BAD_VALUE  only "later" is known
    "roll": {"when": ["weekends"], "to": "previous"}  BAD_VALUE  use previous_open_day
    "roll": {"when": [], "to": "next_open_day"}  MISSING_KEY  list at least one
    "roll": {"when": ["closure:ugaa"], "to": "next_open_day"}  UNKNOWN_CLOSURE  "closure:ugaa"
    "roll": {"when": ["holiday:FR"], "to": "next_open_day"}  UNKNOWN_CLOSURE  perhaps "holidays:FR"
    "constraint": "past"  BAD_VALUE  use "not_past"
    "occasion": "own.yaer"  UNKNOWN_OCCASION  did you mean "own.year"?
    "occasion": "own.year"  SCOPE_TOO_WIDE  occasions are those of one side
    "effective": ["2026-01-01", "2025-01-01"]  BAD_VALUE  ends before it begins
    "effective": ["2026-13-01", null]                          BAD_VALUE                  is no day
    "effective": "2026"  BAD_JSON  give a first and a last
    "scope": {"school": "llsh"}  SCOPE_TOO_WIDE  name the institution too
    "scope": {"institution": "uga"}  BAD_VALUE  like institutions/uga
    "scope": {"town": "Grenoble"}  UNKNOWN_KEY  no such key
    "audience": "student"  BAD_JSON  put it in [ ]
    "audience": [3]  BAD_JSON  give a list of texts
  )")) {
    SCOPED_TRACE(row.text());
    const auto faults = FaultsOf({SetOf(RuleWith(row["more"]))});
    EXPECT_EQ(Reasons(faults), row["fault"]) << Listing(faults);
    EXPECT_THAT(Listing(faults), HasSubstr(row["says"]));
  }
}

TEST(RuleSets, AreRefusedForTheirAnchor) {
  for (const Row& row : Table(R"(
    anchor  fault  says
    {"kind": "field", "name": "defence.date"}                            -                        -
    {"kind": "field", "name": "defence.data"}  UNKNOWN_FIELD  did you mean "defence.date"?
    {"kind": "field", "name": "jury.size"}  PREDICATE_TYPE  is an integer, an anchor is a date
    {"kind": "field", "name": "today"}  BAD_VALUE  would move every day
    {"kind": "field", "name": "year.start"}  UNKNOWN_OCCASION  is a field of each year
    {"kind": "fields", "name": "defence.date"}  BAD_VALUE  use field, session_row, deadline
    {"kind": "field", "field": "defence.date"}  UNKNOWN_KEY MISSING_KEY  no such key
    {"kind": "interval_end", "name": "agreement"}                        -                        -
    {"kind": "interval_end", "name": "agrement"}  UNKNOWN_INTERVAL  did you mean "agreement"?
    {"kind": "deadline", "rule": "b"}  UNKNOWN_RULE  there is no rule "b"
    {"kind": "deadline", "rule": "a"}  RULE_CYCLE  a -> a
    {"kind": "session_row", "selection": "session", "column": "x"}  UNKNOWN_TABLE  no selection
    {"kind": "session_row", "table": "tsu", "pick": "x", "column": "x"}  UNKNOWN_TABLE  "tsu"
    "defence.date"  BAD_JSON  give an object
    null  MISSING_KEY  it is needed
  )")) {
    SCOPED_TRACE(row.text());
    const auto faults = FaultsOf({SetOf(RuleWith("\"anchor\": " + row["anchor"], false))});
    EXPECT_EQ(Reasons(faults), row["fault"]) << Listing(faults);
    EXPECT_THAT(Listing(faults), HasSubstr(row["says"]));
  }
}

TEST(RuleSets, AreRefusedForTheirSessions) {
  const std::string table = R"("tables": [{"id": "tsu", "source": "s", "columns": ["thesis_due",
    "conferral"], "rows": [{"label": "2027", "cells": ["2027-01-05", "2027-03-23"]}]}], )";
  for (const Row& row : Table(R"(
    selection  name  fault  says
    {"table": "tsu", "pick": "first where conferral >= defence.date"}  session.thesis_due  -  -
    {"table": "tsu", "pick": "last where conferral <= today"}  session.conferral  -  -
    {"table": "tsu", "pick": "first where conferal > today"}  defence.date  UNKNOWN_FIELD  rral"?
    {"table": "tsu", "pick": "where true"}  defence.date  BAD_PREDICATE  neither "first where " nor
    {"table": "tus", "pick": "first where true"}  defence.date  UNKNOWN_TABLE  did you mean "tsu"?
    {"table": "tsu", "pick": "first where true"}  session.thesis_dew  UNKNOWN_COLUMN  "thesis_due"?
    {"table": "tsu", "pick": "first where own.enrolled"}  defence.date  SCOPE_TOO_WIDE  names none
    {"table": "tsu", "row": 3, "pick": "first where true"}  defence.date  UNKNOWN_KEY  no such key
  )")) {
    SCOPED_TRACE(row.text());
    const std::string more = table + "\"selections\": {\"session\": " + row["selection"] + "}, ";
    const auto faults = FaultsOf({SetOf(
        RuleWith(R"("anchor": {"kind": "field", "name": ")" + row["name"] + "\"}", false), more)});
    EXPECT_EQ(Reasons(faults), row["fault"]) << Listing(faults);
    EXPECT_THAT(Listing(faults), HasSubstr(row["says"]));
  }
}

TEST(RuleSets, AStatutoryRuleCitesItsLaw) {
  const std::string rule = R"({"id": "a", "title": {"en": "a", "fr": "b", "ja": "c"},
    "severity": "statutory", "anchor": {"kind": "field", "name": "defence.date"})";
  EXPECT_EQ(Reasons(FaultsOf({SetOf(rule + "}")})), "NO_BASIS");
  EXPECT_EQ(Reasons(FaultsOf({SetOf(rule + R"(, "basis": ""})")})), "NO_BASIS");
  EXPECT_EQ(Reasons(FaultsOf({SetOf(rule + R"(, "basis": "art. 17"})")})), "");
}

TEST(RuleSets, ACycleIsNamedInFull) {
  const auto chained = [](std::string_view id, std::string_view other) {
    return R"({"id": ")" + std::string(id) +
           R"(", "title": {"en": "a", "fr": "b", "ja": "c"}, "severity": "local",
      "anchor": {"kind": "deadline", "rule": ")" +
           std::string(other) + R"("}})";
  };
  const auto faults =
      FaultsOf({SetOf(chained("jury", "reports") + "," + chained("reports", "deposit") + "," +
                      chained("deposit", "jury") + "," + chained("invitations", "jury"))});
  ASSERT_EQ(faults.size(), 1u) << Listing(faults);
  EXPECT_EQ(faults[0].reason, "RULE_CYCLE");
  EXPECT_EQ(faults[0].path, "test: rules[2](deposit).anchor.rule");
  EXPECT_THAT(faults[0].text, HasSubstr("jury -> reports -> deposit -> jury"));
}

TEST(RuleSets, TwoRulesThatWouldBothApplyAreRefused) {
  for (const Row& row : Table(R"(
    one                                        other                              fault
    "version": 1                               "version": 1                       RULE_OVERLAP
    "version": 1                               "version": 2                       -
    "version": 1                               "scope": {"region": "FR"}          -
    "effective": ["2020-01-01", "2022-12-30"]  "effective": ["2022-12-31", null]  -
    "effective": ["2020-01-01", "2022-12-31"]  "effective": ["2022-12-31", null]  RULE_OVERLAP
    "effective": [null, "2022-12-31"]          "version": 1                       RULE_OVERLAP
    "effective": [null, "2022-12-30"]          "effective": ["2022-12-31", null]  -
  )")) {
    SCOPED_TRACE(row.text());
    const auto faults = FaultsOf({SetOf(RuleWith(row["one"]) + "," + RuleWith(row["other"]))});
    EXPECT_EQ(Reasons(faults), row["fault"]) << Listing(faults);
  }
}

TEST(RuleSets, AnAnchorOnAnotherRuleFitsItsSideAndOccasion) {
  const std::string yearly = RuleWith(R"("occasion": "own.year", "scope": {"region": "FR"})");
  const auto on_it = [](std::string_view more) {
    return R"({"id": "b", "title": {"en": "a", "fr": "b", "ja": "c"}, "severity": "local",
      "anchor": {"kind": "deadline", "rule": "a"})" +
           std::string(more) + "}";
  };
  EXPECT_EQ(Reasons(FaultsOf({SetOf(yearly + "," + on_it(""))})), "SCOPE_TOO_WIDE");
  EXPECT_EQ(Reasons(FaultsOf({SetOf(yearly + "," + on_it(R"(, "scope": {"region": "FR"})"))})),
            "UNKNOWN_OCCASION");
  EXPECT_EQ(Reasons(FaultsOf({SetOf(
                yearly + "," + on_it(R"(, "scope": {"region": "FR"}, "occasion": "own.year")"))})),
            "");
}

TEST(RuleSets, NameEveryFaultOfEveryDocumentAtOnce) {
  const std::vector<std::string> documents = {
      "{ \"id\": \"broken\",\n  \"source\": ",
      SetOf(RuleWith(R"("offset": "soon", "when": "stat = active", "time": "noon")")),
      R"(["a list"])",
      R"({"source": "s", "rules": [3]})",
      SetOf(RuleWith(R"("version": 2)")),
  };
  const auto faults = FaultsOf(documents);
  EXPECT_EQ(Reasons(faults),
            "BAD_JSON BAD_JSON MISSING_KEY DUPLICATE UNKNOWN_FIELD BAD_OFFSET BAD_VALUE BAD_JSON")
      << Listing(faults);
  EXPECT_THAT(Listing(faults), HasSubstr("documents[0] BAD_JSON: it is no JSON from line 2 on"));
  EXPECT_THAT(Listing(faults), HasSubstr("documents[3]: id MISSING_KEY"));
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  const auto loaded = Catalogue::Load(ThesisVocabulary(), views);
  EXPECT_EQ(ReasonOf(loaded.status()), "RULES_REFUSED");
  EXPECT_THAT(MessageOf(loaded.status()), HasSubstr("8 invalid fields"));
  EXPECT_THAT(MessageOf(loaded.status()),
              HasSubstr("test: rules[0](a).offset BAD_OFFSET: \"soon\" is no offset"));
}

TEST(RuleSets, DocumentsAreBounded) {
  const std::string deep(100000, '[');
  EXPECT_EQ(Reasons(FaultsOf({deep})), "BAD_VALUE");
  EXPECT_EQ(Reasons(FaultsOf({"{\"id\": 3, \"rules\": " + deep})), "BAD_VALUE");
  EXPECT_EQ(Reasons(FaultsOf({std::string(2000000, ' ')})), "BAD_VALUE");
  // Brackets within a text are no brackets.
  const std::string quoted = R"("closures": [{"id": ")" + std::string(100, '[') + R"(\"{"}], )";
  EXPECT_EQ(Reasons(FaultsOf({SetOf("", quoted)})), "");
  const std::string longer = R"("audience": [[")" + std::string(90, 'x') + "\"]]";
  const auto faults = FaultsOf({SetOf(RuleWith(longer))});
  EXPECT_THAT(Listing(faults), HasSubstr("...; give a list of texts"));
}

TEST(RuleSets, FaultsOfOneKindGiveTheirOwnReason) {
  const std::string document = SetOf(RuleWith(R"("when": "stat = active", "met": "jurry.valid")"));
  const std::vector<std::string_view> views = {document};
  const auto loaded = Catalogue::Load(ThesisVocabulary(), views);
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(loaded.status()), "UNKNOWN_FIELD");
  EXPECT_EQ(FactsOf(loaded.status()).at(0).value, "2");
}

TEST(RuleSets, DocumentsAndClosuresHaveIdsOfTheirOwn) {
  const std::string closures =
      R"("closures": [{"id": "uga", "yearly": [["07-27", "08-21"]]}, {"id": "uga"}], )";
  EXPECT_EQ(Reasons(FaultsOf({SetOf("", closures)})), "DUPLICATE");
  EXPECT_EQ(Reasons(FaultsOf({SetOf(""), SetOf("")})), "DUPLICATE");
}

TEST(RuleSets, AClosureLeavesAnOpenDay) {
  for (const Row& row : Table(R"(
    closure                                                        faults
    {"id": "x", "yearly": [["12-20", "01-03"]]}                    -
    {"id": "x", "yearly": [["02-29", "03-01"]]}                    -
    {"id": "x", "yearly": [["01-01", "12-31"]]}                    BAD_VALUE
    {"id": "x", "yearly": [["13-01", "12-31"]]}                    BAD_VALUE
    {"id": "x", "dated": [["2026-12-20", "2027-01-03"]]}           -
    {"id": "x", "dated": [["2027-01-03", "2026-12-20"]]}           BAD_VALUE
    {"id": "x", "dated": [["2027-01-03", "9999-12-20"]]}           BAD_VALUE
    {"id": "x", "dated": ["2027-01-03"]}                           BAD_JSON
    {"id": "x", "holidays": []}                                    UNKNOWN_KEY
  )")) {
    SCOPED_TRACE(row.text());
    const auto faults =
        FaultsOf({SetOf(RuleWith(R"("roll": {"when": ["closure:x"], "to": "next_open_day"})"),
                        "\"closures\": [" + row["closure"] + "], ")});
    EXPECT_EQ(Reasons(faults), row["faults"]) << Listing(faults);
  }
}

TEST(RuleSets, TheSeedIsSoundAndComplete) {
  EXPECT_THAT(Catalogue::Check(ThesisVocabulary(), theses::RuleFiles()), IsEmpty());
  const std::vector<RuleInfo> rules = Seed().Rules();
  EXPECT_GE(rules.size(), 40u);
  for (const RuleInfo& rule : rules) {
    SCOPED_TRACE(rule.set + ": " + rule.id);
    for (const std::string& text : {rule.title.en, rule.title.fr, rule.title.ja}) {
      EXPECT_FALSE(text.empty());
    }
    EXPECT_FALSE(rule.source.empty());
    EXPECT_THAT(rule.definition, HasSubstr("\"id\":\"" + rule.id + "\""));
    EXPECT_TRUE(!rule.basis.empty() || rule.severity == Severity::kCourtesy);
  }
}

TEST(RuleSets, KnowTheDaysOfTheirCalendars) {
  EXPECT_TRUE(Seed().InCalendars(On("2020-01-01")));
  EXPECT_TRUE(Seed().InCalendars(On("2030-12-31")));
  EXPECT_FALSE(Seed().InCalendars(On("2031-01-01")));
  EXPECT_FALSE(Seed().InCalendars(On("2019-12-31")));
}

}  // namespace
}  // namespace jointly::deadlines
