#pragma once

#include <array>
#include <span>
#include <string_view>

// The texts of every message, as data: one file per language (catalogue_<language>.cc), in ICU
// MessageFormat. A message never carries confidential text, only the fact and where to read more.
//
// Placeholders: {call} {agreement} titles; {home} {host} {partner} {institution} names;
// {due} a date with time and zone; {days} whole days until it (since it, in "deadline_overdue");
// {what} the phrase of the deadline's kind; in the frame {name} and {link}. Of budgets: {budget}
// {item} titles; {amount} as it was given, with its currency; {percent}; {line} an id; {from} {to}
// categories, with the partner where it changes; {period} a range of days; {amendment} its type.
// Of theses: {thesis} its title. Of a grant that was refused: {reason} a code, for
// AMOUNT_NOT_AVAILABLE with {asked} and {available} amounts.
namespace jointly::notifications {

struct Template {
  std::string_view kind;   // Notification.kind.
  std::string_view title;  // Inbox title and subject of the mail.
  std::string_view text;
};

// A text that is no message of its own: "mobility.application.submitted" (activity feed),
// "deadline.submit" ({what}), "amendment.rebudget" ({amendment}), "mail.greeting", "date.day" (how
// dates are written).
struct Phrase {
  std::string_view key;
  std::string_view text;
};

struct Catalogue {
  std::string_view language;  // BCP 47: "ja".
  std::span<const Template> templates;
  std::span<const Phrase> phrases;
  std::array<std::string_view, 12> months;
  std::array<std::string_view, 7> weekdays;  // From Sunday.
};

const Catalogue& English();
const Catalogue& French();
const Catalogue& Japanese();

// In the order in which a missing text is looked for: the reader's language, English, French.
std::array<const Catalogue*, 3> CataloguesFor(std::string_view language);

// Null when no language has it.
const Template* FindTemplate(const Catalogue& catalogue, std::string_view kind);
const Phrase* FindPhrase(const Catalogue& catalogue, std::string_view key);

}  // namespace jointly::notifications
