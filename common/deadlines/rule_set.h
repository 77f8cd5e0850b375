#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "common/deadlines/facts.h"
#include "common/deadlines/faults.h"
#include "common/deadlines/session_table.h"

// Rules as data: sets of rules, session tables and closures, read from JSON documents, checked in
// full when they are loaded, and compiled so that a plan needs no look-up by name.
//
// A document is one rule set:
//   { "id": "france", "source": "https://...",               both needed
//     "scope": { "region": "FR" },                            optional; of every rule of the set
//     "effective": ["2022-12-31", null],                      optional; of every rule of the set
//     "closures": [ { "id": "uga", "institution": "institutions/uga",
//                     "yearly": [["07-27", "08-21"]], "dated": [["2026-12-19", "2027-01-03"]] } ],
//     "tables": [ { "id": "tsukuba.ssm", "institution": "...", "source": "...",
//                   "columns": ["preexamination", ..., "conferral"],
//                   "rows": [ { "label": "2027-03", "demo": true,
//                               "cells": ["2026-11-25 Wed", null, ..., "2027-03-23"] } ] } ],
//     "selections": { "session": { "table": "tsukuba.ssm",
//                                  "pick": "first where conferral >= defence.date" } },
//     "rules": [ ... ] }
// Ids of sets, tables and closures are unique among all documents; tables and closures can be named
// from any of them, a selection from its own document only. A selection gives its rules the date
// fields <selection>.<column> of the row it picks ("first where" or "last where" a predicate, in
// which the columns stand without a prefix); without such a row they are unknown.
//
// A rule:
//   id         "fr.reports"; several rules may share it: see "which one applies".
//   version    1 when absent.
//   effective  ["2022-12-31", null]: by the date of the anchor; an unknown anchor by today.
//   scope      {region, institution, school, programme, agreement}: adds to the set's. A school or
//              a programme needs its institution.
//   title      {"en", "fr", "ja"}: all three.
//   occasion   "own.year": one instance per occasion of its side, with the fields year.*.
//   when       predicate; absent: always.          met, waive   predicates; absent: never.
//   anchor     {"kind": "field", "name": "defence.date"}  a date or time: shared, own., other.,
//                                                         year., session. (an event is such a
//                                                         field)
//              {"kind": "session_row", "selection": "session", "column": "thesis_due"}, or with
//                                      "table" and "pick" in place of "selection"
//              {"kind": "deadline", "rule": "fr.declaration"}  the other one's due, after its roll:
//                                      that of the same side and occasion, else of the side, else
//                                      of no side; without one the anchor is unknown
//              {"kind": "interval_end", "name": "agreement"}   the last day of its latest interval
//   offset     "-P14D", "P3M"; absent: none.       clamp   "month_end": the only way, and the
//   default. time       "23:59:59"; absent: the anchor's own when it has one, else the end of the
//   day. zone       "Asia/Tokyo" | "AoE" | {"of": "institution_in_charge"} | {"of": "own"}; absent:
//   that
//              of an anchor with a time, else of the side, else of the first role of the
//              vocabulary. The day is counted where the anchor is, and is not converted.
//   roll       {"when": ["weekends", "holidays:FR", "closure:uga"], "to": "previous_open_day" or
//              "next_open_day"}; absent: never rolls.
//   pause      ["cesure"]: intervals of these bases that lie after the anchor and begin by the due
//              move it by their length, until it is stable. Before the roll.
//   gap, overlap  "later": the only way, and the default.
//   constraint "not_past": the due must be today or later unless met; or {"holds": predicate,
//              "on": "defence.date"}: a condition without a date of its own, due on that day.
//   severity   statutory | agreement | local | courtesy.       basis   its law; statutory needs
//   one. audience   ["student", "doctoral_school"]: roles. demo       true: made up for the
//   demonstration.
//
// The order of arithmetic: date of the anchor where it is, + months (clamped to the month's end),
// + weeks and days, pauses, roll, time, zone, instant.
//
// A rule whose scope names a region, institution, school or programme is a side's: it has one
// instance per side that matches, and only it may say own. and other. The others are of no side.
//
// Which one applies, for one rule id: among those whose scope matches, whose effective dates hold
// the anchor's date, the narrowest scope (region < institution < school < programme < agreement),
// then the highest version. It replaces the others whole: when its `when` is false, none applies.
// When rules of a side match, those of no side with the same id do not: to replace a side's rule
// for one agreement, name the side in the scope too.
//
// The state that an instance has:
//   when   anchor   met    waive   ->
//   false  any      any    any     no obligation
//   true   unknown  any    any     no obligation
//   true   known    true   any     met
//   true   known    false  true    waived (its id stays: it revives when the predicate turns false)
//   true   known    false  false   armed (also when its day has passed: `missed` is the clock's)
// With {"holds"}: the anchor is `on`, and `met` is "the predicate holds or `met` is true".
namespace jointly::deadlines {

inline constexpr std::size_t kDocumentBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kDocumentDepthMax = 32;  // Brackets within each other.

struct Scope {
  std::string region;
  std::string institution;
  std::string school;
  std::string programme;
  std::string agreement;
  bool OfASide() const {
    return !region.empty() || !institution.empty() || !school.empty() || !programme.empty();
  }
  friend bool operator==(const Scope&, const Scope&) = default;
};

enum class ConstraintKind { kNone, kNotPast, kHolds };

// A rule as a person may want to read it.
struct RuleInfo {
  std::string set;  // "france".
  std::string id;
  std::int64_t version = 1;
  Scope scope;
  std::optional<Date> effective_first;
  std::optional<Date> effective_last;  // Included.
  Text title;
  Severity severity = Severity::kLocal;
  std::string basis;
  std::string source;  // Of the set.
  ConstraintKind constraint = ConstraintKind::kNone;
  std::string definition;  // The rule's JSON as loaded.
  bool demo = false;
};

struct CompiledRules;  // Private to common/deadlines.

// All rule sets that hold for one kind of subject. Immutable, cheap to copy, safe to share between
// threads: a change of a set, table or closure makes a new one.
class Catalogue {
 public:
  Catalogue();  // Without any rule.

  // Reads and checks everything. Errors: ToStatus of every fault of every document.
  static absl::StatusOr<Catalogue> Load(const Vocabulary& vocabulary,
                                        std::span<const std::string_view> documents);
  // The same check, as data; empty: Load succeeds.
  static std::vector<Fault> Check(const Vocabulary& vocabulary,
                                  std::span<const std::string_view> documents);

  std::vector<RuleInfo> Rules() const;       // In order of the documents.
  std::vector<SessionTable> Tables() const;  // Likewise.
  // Whether every calendar that a roll uses is known on that day.
  bool InCalendars(Date date) const;

  const CompiledRules& compiled() const { return *compiled_; }

 private:
  explicit Catalogue(std::shared_ptr<const CompiledRules> compiled);
  std::shared_ptr<const CompiledRules> compiled_;
};

}  // namespace jointly::deadlines
