#pragma once

#include <string>
#include <string_view>

#include "services/theses/domain/types.h"

// What of a thesis has no column of its own, as one JSON text. A field that is missing has its
// default, so that one can be added without a migration.
namespace jointly::theses::store {

std::string PackThesis(const Thesis& thesis);
// Fills in the thesis, whose columns were read before. A record that is no JSON ends the process:
// nobody but PackThesis writes it.
void UnpackThesis(std::string_view record, Thesis& thesis);

}  // namespace jointly::theses::store
