#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/time/civil.h"
#include "services/notifications/domain/parameters.h"

// Makes words of a message's kind and parameters, by ICU MessageFormat.
namespace jointly::notifications {

// Display names of resources in the reader's language: "institutions/uga" -> "Université ...".
using Names = std::map<std::string, std::string>;

struct TextRequest {
  std::string kind;  // Of a template.
  std::string language;
  std::string zone;  // The reader's.
  Parameters parameters;
  Time at;  // When it is said: {days} counts from here.
};

struct Text {
  std::string title;
  std::string text;
};

// A name that is not known (yet) is written as its resource name.
Text Render(const TextRequest& request, const Names& names);

// As a mail: with greeting, link and footer. `recipient` is the person's own display name.
Text RenderMail(const TextRequest& request, const Names& names, std::string_view recipient,
                std::string_view link);

// A phrase of the catalogue: of the activity feed ("mobility.application.submitted").
std::string RenderPhrase(std::string_view key, std::string_view otherwise,
                         const TextRequest& request, const Names& names);

// The resources whose names a message needs.
std::vector<std::string> NamedIn(const Parameters& parameters);

// The names of a pattern's placeholders; {"", ...} says that the pattern is broken.
std::set<std::string> PlaceholdersOf(std::string_view pattern);

}  // namespace jointly::notifications
