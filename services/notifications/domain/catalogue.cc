#include "services/notifications/domain/catalogue.h"

#include <algorithm>

#include "services/notifications/domain/catalogue_theses.h"

namespace jointly::notifications {

std::array<const Catalogue*, 3> CataloguesFor(std::string_view language) {
  if (language.starts_with("ja")) return {&Japanese(), &English(), &French()};
  if (language.starts_with("fr")) return {&French(), &English(), &Japanese()};
  return {&English(), &French(), &Japanese()};
}

const Template* FindTemplate(const Catalogue& catalogue, std::string_view kind) {
  const auto found = std::find_if(catalogue.templates.begin(), catalogue.templates.end(),
                                  [&](const Template& row) { return row.kind == kind; });
  return found == catalogue.templates.end() ? nullptr : &*found;
}

const Phrase* FindPhrase(const Catalogue& catalogue, std::string_view key) {
  const auto found = std::find_if(catalogue.phrases.begin(), catalogue.phrases.end(),
                                  [&](const Phrase& row) { return row.key == key; });
  return found == catalogue.phrases.end() ? nullptr : &*found;
}

JoinedCatalogue::JoinedCatalogue(const Catalogue& base, const ThesisTexts& more)
    : templates_(base.templates.begin(), base.templates.end()),
      phrases_(base.phrases.begin(), base.phrases.end()),
      catalogue_(base) {
  templates_.insert(templates_.end(), more.templates.begin(), more.templates.end());
  phrases_.insert(phrases_.end(), more.phrases.begin(), more.phrases.end());
  catalogue_.templates = templates_;
  catalogue_.phrases = phrases_;
}

}  // namespace jointly::notifications
