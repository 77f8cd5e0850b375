#pragma once

#include <span>
#include <vector>

#include "services/notifications/domain/catalogue.h"

// The texts of theses and their agreements: files of their own, part of each language's catalogue.
namespace jointly::notifications {

struct ThesisTexts {
  std::span<const Template> templates;
  std::span<const Phrase> phrases;
};
ThesisTexts EnglishThesisTexts();
ThesisTexts FrenchThesisTexts();
ThesisTexts JapaneseThesisTexts();

// A catalogue of two parts, as one.
class JoinedCatalogue {
 public:
  JoinedCatalogue(const Catalogue& base, const ThesisTexts& more);
  const Catalogue& catalogue() const { return catalogue_; }

 private:
  std::vector<Template> templates_;
  std::vector<Phrase> phrases_;
  Catalogue catalogue_;
};

}  // namespace jointly::notifications
