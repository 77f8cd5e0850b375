#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/facts.h"
#include "common/deadlines/faults.h"

// The predicate language of rules: closed, typed when it is loaded, without any scripting.
//
//   predicate  := term { "or" term }                        term := factor { "and" factor }
//   factor     := "not" factor | "(" predicate ")" | "true" | "false" | boolean field
//               | "known" "(" field ")"                     the field has a value
//               | "covers" "(" interval "," operand ")"     an interval of that name has that date
//               | operand ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) operand
//               | operand "in" "(" literal { "," literal } ")"
//   operand    := literal | field [ ("+" | "-") offset ]    only a date field takes an offset
//   literal    := symbol | integer | date (2026-10-28) | "true" | "false" | "text in quotes"
//   offset     := P14D | P10W | P3M | P1Y | P1Y2M3D          months first, clamped, then days;
//   plain:
//                                                            no roll and no pause
//   field      := shared | own.<side field> | other.<side field> | <occasion>.<field>
//               | <selection>.<column> | today
//
// Two-valued: a comparison, `in`, `covers` or a boolean field with an unknown value is false, and
// `not` of it is true. Both operands have one type; a date and a time compare by their dates (a
// time's where it is). Symbols, texts and booleans know = != and `in` only. A word that is no field
// is a symbol of the other operand's field, or an UNKNOWN_FIELD that names the nearest known one.
namespace jointly::deadlines {

inline constexpr std::size_t kPredicateLengthMax = 1000;  // Characters.
inline constexpr std::size_t kPredicateDepthMax = 16;     // Of parentheses and `not`.

// What a predicate of a rule may name beside the shared fields.
struct PredicateScope {
  bool sides = false;    // own. and other.: the rule's scope names a side.
  std::string occasion;  // "year"; empty: none.
};

// The faults of one predicate, in order of appearance; empty: it is sound. Catalogue::Load does the
// same for every rule; this is for checking one that somebody is typing.
std::vector<Fault> CheckPredicate(std::string_view predicate, const Vocabulary& vocabulary,
                                  const PredicateScope& scope = {});

// Whether it holds for the shared fields and intervals of `facts` (and own./other. as seen from
// `institution` when that is given). Errors: the faults above, BAD_FACT. It parses on every call;
// for tests and one-off questions, not for the way of a plan.
absl::StatusOr<bool> Holds(std::string_view predicate, const Vocabulary& vocabulary,
                           const Facts& facts, std::string_view institution = {});

}  // namespace jointly::deadlines
