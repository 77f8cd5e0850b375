#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "services/theses/domain/cotutelle_types.h"

// The text of a cotutelle as data: its canonical form, its hash, what it must have.
namespace jointly::theses {

// RFC 8785 JSON of all fields: what is hashed, and what is stored.
std::string CanonicalText(const CotutelleText& text);
// Hex SHA-256 of it.
std::string ContentHashOf(const CotutelleText& text);
// What CanonicalText wrote. Errors: INTERNAL for anything else.
absl::StatusOr<CotutelleText> ParseText(std::string_view json);

// Of an amendment: the agreement, the effective date, and the new values of its paths, upon the
// text whose hash is `base_hash`.
std::string ContentHashOf(const Amendment& amendment, std::string_view base_hash);

// Fills in what has a default: who signs, and how many originals.
void AddDefaults(CotutelleText& text);

// What the text must fit.
struct TextContext {
  std::vector<std::string> partners;  // Side a, side b.
};
// Everything wrong with a text, by path below `prefix` ("cotutelle.text"). Fields that are still
// empty are wrong only when `complete` is asked for.
void CheckText(const CotutelleText& text, const TextContext& context, bool complete,
               std::string_view prefix, Violations& violations);

// Which fields an amendment may change, by name. The start and who signs are not among them.
const std::vector<std::string_view>& AmendablePaths();
// Copies the named fields. Unknown paths are refused before.
void CopyPaths(const CotutelleText& from, const std::vector<std::string>& paths,
               CotutelleText& into);
// The names of the fields that differ, in order.
std::vector<std::string> Differences(const CotutelleText& a, const CotutelleText& b);

}  // namespace jointly::theses
