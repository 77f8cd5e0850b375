#include "services/notifications/domain/render.h"

#include <array>
#include <cstdlib>

#include "services/notifications/domain/catalogue.h"
#include "services/notifications/domain/format.h"
#include "services/notifications/domain/message_format.h"
#include "services/notifications/domain/title.h"

namespace jointly::notifications {
namespace {

// Parameters whose value is a resource name that readers know by its display name.
constexpr std::array<std::string_view, 7> kNamed{
    "call", "home", "host", "partner", "institution", "from_partner", "to_partner"};
// Those that are written as they are.
constexpr std::array<std::string_view, 11> kPlain{"agreement", "budget", "item",     "amount",
                                                  "percent",   "from",   "to",       "thesis",
                                                  "reason",    "asked",  "available"};

std::string NameOf(const Names& names, const std::string& resource) {
  const auto found = names.find(resource);
  return found == names.end() || found->second.empty() ? resource : found->second;
}

std::string Find(const Parameters& parameters, const std::string& key) {
  const auto found = parameters.find(key);
  return found == parameters.end() ? "" : found->second;
}

// The first of the reader's catalogues that has the phrase.
const Phrase* PhraseFor(std::string_view language, std::string_view key) {
  for (const Catalogue* catalogue : CataloguesFor(language)) {
    if (const Phrase* phrase = FindPhrase(*catalogue, key)) return phrase;
  }
  return nullptr;
}

std::string PhraseOf(std::string_view language, std::string_view key, std::string_view otherwise,
                     const Arguments& arguments) {
  const Phrase* phrase = PhraseFor(language, key);
  if (phrase == nullptr) phrase = PhraseFor(language, otherwise);
  return phrase == nullptr ? std::string(key) : FormatMessage(phrase->text, language, arguments);
}

// "budgets/b1/lines/equip-p1" as its last part; no line means all of them.
std::string LineOf(const TextRequest& request) {
  const std::string line = Find(request.parameters, "line");
  if (line.empty()) return PhraseOf(request.language, "line.all", "line.all", {});
  return line.substr(line.rfind('/') + 1);
}

// What depends on the reader's language, of budgets and their documents.
void AddBudgetTexts(const TextRequest& request, Arguments& arguments) {
  arguments.texts["line"] = LineOf(request);
  const std::string period = FormatDays(Find(request.parameters, "period"), request.language);
  arguments.texts["period"] = period.empty() ? "—" : period;
  arguments.texts["amendment"] = PhraseOf(
      request.language, "amendment." + Find(request.parameters, "amendment"), "amendment", {});
  // The partner is said only where money changes sides.
  for (const std::string end : {"from", "to"}) {
    if (Find(request.parameters, end + "_partner").empty()) continue;
    arguments.texts[end] += " (" + arguments.texts[end + "_partner"] + ")";
  }
}

std::string TitleOf(const TextRequest& request) {
  for (const Catalogue* catalogue : CataloguesFor(request.language)) {
    const std::string title = Find(request.parameters, TitleKey(catalogue->language));
    if (title.empty()) continue;
    const std::string thesis = Find(request.parameters, "thesis");
    return thesis.empty() ? title : title + " (" + thesis + ")";
  }
  return "";
}

Arguments ArgumentsOf(const TextRequest& request, const Names& names) {
  Arguments arguments;
  // A placeholder without a value would break the message; every known one has some text.
  for (const std::string_view key : kNamed) {
    const std::string resource = Find(request.parameters, std::string(key));
    arguments.texts[std::string(key)] = resource.empty() ? "—" : NameOf(names, resource);
  }
  for (const std::string_view key : kPlain) {
    const std::string text = Find(request.parameters, std::string(key));
    arguments.texts[std::string(key)] = text.empty() ? "—" : text;
  }
  AddBudgetTexts(request, arguments);
  arguments.texts["due"] = "—";
  arguments.numbers["days"] = 0;
  if (const auto due = DecodeCivil(Find(request.parameters, "due")); due.ok()) {
    arguments.texts["due"] = FormatDue(*due, request.language, request.zone);
    arguments.numbers["days"] = std::abs(DaysUntil(*due, request.at));
  }
  const std::string deadline = Find(request.parameters, "deadline");
  // A rule that is data says itself what is due; the others are in the catalogue.
  const std::string title = TitleOf(request);
  arguments.texts["what"] =
      title.empty() ? PhraseOf(request.language, "deadline." + deadline, "deadline", arguments)
                    : title;
  return arguments;
}

}  // namespace

Text Render(const TextRequest& request, const Names& names) {
  const Arguments arguments = ArgumentsOf(request, names);
  for (const Catalogue* catalogue : CataloguesFor(request.language)) {
    const Template* found = FindTemplate(*catalogue, request.kind);
    if (found == nullptr) continue;
    return {.title = FormatMessage(found->title, catalogue->language, arguments),
            .text = FormatMessage(found->text, catalogue->language, arguments)};
  }
  return {.title = request.kind, .text = request.kind};
}

Text RenderMail(const TextRequest& request, const Names& names, std::string_view recipient,
                std::string_view link) {
  const Text text = Render(request, names);
  const Arguments frame{.texts = {{"name", std::string(recipient)}, {"link", std::string(link)}}};
  const auto part = [&](std::string_view key) {
    return PhraseOf(request.language, key, key, frame);
  };
  return {.title = text.title,
          .text = part("mail.greeting") + "\n\n" + text.text + "\n\n" + part("mail.link") +
                  "\n\n-- \n" + part("mail.footer") + "\n"};
}

std::string RenderPhrase(std::string_view key, std::string_view otherwise,
                         const TextRequest& request, const Names& names) {
  return PhraseOf(request.language, key, otherwise, ArgumentsOf(request, names));
}

std::vector<std::string> NamedIn(const Parameters& parameters) {
  std::vector<std::string> out;
  for (const std::string_view key : kNamed) {
    const std::string resource = Find(parameters, std::string(key));
    if (!resource.empty()) out.push_back(resource);
  }
  return out;
}

}  // namespace jointly::notifications
