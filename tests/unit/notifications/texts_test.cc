#include <gtest/gtest.h>

#include <set>

#include "services/notifications/domain/catalogue.h"
#include "services/notifications/domain/format.h"
#include "services/notifications/domain/message_format.h"
#include "services/notifications/domain/render.h"
#include "services/notifications/domain/rules.h"

namespace jointly::notifications {
namespace {

const std::set<std::string> kKnown{"call",        "agreement", "home", "host", "partner",
                                   "institution", "due",       "days", "what"};

std::set<std::string> PlaceholdersOf(const Template& row) {
  std::set<std::string> out = notifications::PlaceholdersOf(row.title);
  out.merge(notifications::PlaceholdersOf(row.text));
  return out;
}

TEST(Catalogue, HasEveryMessageInEveryLanguageWithTheSamePlaceholders) {
  for (const Template& english : English().templates) {
    const std::set<std::string> expected = PlaceholdersOf(english);
    for (const std::string& name : expected) EXPECT_TRUE(kKnown.contains(name)) << english.kind;
    for (const Catalogue* catalogue : {&French(), &Japanese()}) {
      const Template* row = FindTemplate(*catalogue, english.kind);
      ASSERT_NE(row, nullptr) << english.kind << " is missing in " << catalogue->language;
      EXPECT_EQ(PlaceholdersOf(*row), expected) << english.kind << " in " << catalogue->language;
      EXPECT_NE(row->title, english.title) << english.kind << " in " << catalogue->language;
    }
  }
  for (const Catalogue* catalogue : {&French(), &Japanese()}) {
    EXPECT_EQ(catalogue->templates.size(), English().templates.size()) << catalogue->language;
    EXPECT_EQ(catalogue->phrases.size(), English().phrases.size()) << catalogue->language;
  }
}

TEST(Catalogue, HasEveryPhraseInEveryLanguage) {
  for (const Phrase& english : English().phrases) {
    // How a date is written differs, and so do its parts.
    const bool same_parts = !english.key.starts_with("date.day");
    for (const Catalogue* catalogue : {&French(), &Japanese()}) {
      const Phrase* row = FindPhrase(*catalogue, english.key);
      ASSERT_NE(row, nullptr) << english.key << " is missing in " << catalogue->language;
      if (!same_parts) continue;
      EXPECT_EQ(notifications::PlaceholdersOf(row->text),
                notifications::PlaceholdersOf(english.text))
          << english.key << " in " << catalogue->language;
    }
  }
}

TEST(Catalogue, HasNothingTwice) {
  for (const Catalogue* catalogue : {&English(), &French(), &Japanese()}) {
    std::set<std::string_view> seen;
    for (const Template& row : catalogue->templates) EXPECT_TRUE(seen.insert(row.kind).second);
    for (const Phrase& row : catalogue->phrases) EXPECT_TRUE(seen.insert(row.key).second);
  }
}

TEST(Catalogue, HasATextForEveryTellingAndEveryAction) {
  for (const Telling& row : AllTellings()) {
    EXPECT_NE(FindTemplate(English(), row.kind), nullptr) << row.kind;
  }
  for (const KnownAction& row : AllActions()) {
    const std::string key = std::string(row.aggregate) + "." + std::string(row.action);
    EXPECT_NE(FindPhrase(English(), key), nullptr) << key;
  }
  for (const Telling& row : AllTellings()) {
    bool known = false;
    for (const KnownAction& action : AllActions()) {
      known |= action.aggregate == row.aggregate && action.action == row.action;
    }
    EXPECT_TRUE(known) << row.aggregate << " " << row.action;
  }
}

// Every message, rendered in every language with every value given: no brace and no dash is left.
TEST(Render, FillsEveryPlaceholder) {
  const Names names{{"calls/c", "Autumn call"},
                    {"institutions/uga", "Université Grenoble Alpes"},
                    {"institutions/tsukuba", "University of Tsukuba"}};
  for (const char* language : {"en", "fr", "ja"}) {
    for (const Template& row : English().templates) {
      const Text mail = RenderMail({.kind = std::string(row.kind),
                                    .language = language,
                                    .zone = "Asia/Tokyo",
                                    .parameters = {{"call", "calls/c"},
                                                   {"home", "institutions/uga"},
                                                   {"host", "institutions/tsukuba"},
                                                   {"partner", "institutions/tsukuba"},
                                                   {"institution", "institutions/uga"},
                                                   {"agreement", "Student exchange"},
                                                   {"deadline", "submit"},
                                                   {"due", "2026-11-14 12:00:00 Europe/Paris"}},
                                    .at = *ParseTime("2026-11-07T11:00:00Z")},
                                   names, "Camille Martin", "https://jointly.example/calls/c");
      for (const char* left_over : {"{", "}", "—", "institutions/", "plural"}) {
        EXPECT_EQ((mail.title + mail.text).find(left_over), std::string::npos)
            << row.kind << " in " << language << ": " << mail.title << "\n"
            << mail.text;
      }
    }
  }
}

struct Row {
  const char* language;
  const char* title;
  const char* text;
};

TEST(Render, SaysHowManyDaysAreLeft) {
  const Row rows[] = {
      {"en", "Spring closes in 7 days",
       "“Spring” closes on 14 November 2026 at 12:00 (Paris time)."},
      {"fr", "Spring ferme dans 7 jours",
       "« Spring » ferme le 14 novembre 2026 à 12 h 00 (heure de Paris)."},
      {"ja", "Springの締切はあと7日",
       "「Spring」は2026年11月14日(土) 12:00(パリ時間)に締め切られます。"},
  };
  for (const Row& row : rows) {
    TextRequest request{
        .kind = "call_closes",
        .language = row.language,
        .zone = "Europe/Paris",
        .parameters = {{"call", "calls/c"}, {"due", "2026-11-14 12:00:00 Europe/Paris"}},
        .at = *ParseTime("2026-11-07T11:00:00Z")};
    const Names names{{"calls/c", "Spring"}};
    EXPECT_EQ(Render(request, names).title, row.title);
    EXPECT_EQ(Render(request, names).text, row.text);
    request.at = *ParseTime("2026-11-13T11:00:00Z");
    EXPECT_EQ(Render(request, names).title.find("7"), std::string::npos);
  }
}

TEST(Render, FallsBackToEnglishAndToTheResourceName) {
  const Text text = Render({.kind = "application_submitted",
                            .language = "de",
                            .zone = "UTC",
                            .parameters = {{"call", "calls/c"}}},
                           {});
  EXPECT_EQ(text.title, "New application: calls/c");
}

TEST(Render, LetsNoTitleBecomeAPattern) {
  const Text text = Render({.kind = "application_submitted",
                            .language = "fr",
                            .zone = "UTC",
                            .parameters = {{"call", "calls/c"}}},
                           {{"calls/c", "l'appel {home} '{x}' <b>"}});
  EXPECT_EQ(text.title, "Nouvelle candidature : l'appel {home} '{x}' <b>");
}

TEST(FormatCivil, WritesDatesAsReadersDo) {
  const CivilTime paris = *DecodeCivil("2026-10-31 23:59:59 Europe/Paris");
  EXPECT_EQ(FormatCivil(paris, "fr"), "31 octobre 2026 à 23 h 59 (heure de Paris)");
  EXPECT_EQ(FormatCivil(paris, "en"), "31 October 2026 at 23:59 (Paris time)");
  const CivilTime tokyo = *DecodeCivil("2026-10-31 23:59:59 Asia/Tokyo");
  EXPECT_EQ(FormatCivil(tokyo, "ja"), "2026年10月31日(土) 23:59(日本時間)");
  EXPECT_EQ(FormatCivil(tokyo, "fr"), "31 octobre 2026 à 23 h 59 (heure du Japon)");
  EXPECT_EQ(FormatCivil(*DecodeCivil("2026-08-01 09:05:00 Europe/Athens"), "fr"),
            "1er août 2026 à 9 h 05 (heure d’Athènes)");
  EXPECT_EQ(FormatCivil(*DecodeCivil("2026-08-01 09:05:00 UTC"), "en"),
            "1 August 2026 at 9:05 (UTC)");
}

// domain/mobility.md: 8 Nov 2024 23:59 in Tokyo is 15:59 of the same day in Grenoble.
TEST(FormatDue, SaysWhatItIsOnTheReadersClock) {
  const CivilTime tokyo = *DecodeCivil("2024-11-08 23:59:00 Asia/Tokyo");
  EXPECT_EQ(FormatDue(tokyo, "fr", "Europe/Paris"),
            "8 novembre 2024 à 23 h 59 (heure du Japon), soit le 8 novembre 2024 à 15 h 59 (heure "
            "de Paris)");
  EXPECT_EQ(FormatDue(tokyo, "ja", "Asia/Tokyo"), "2024年11月8日(金) 23:59(日本時間)");
  EXPECT_EQ(FormatDue(tokyo, "en", "UTC"), "8 November 2024 at 23:59 (Japan time)");
}

TEST(DaysUntil, CountsCalendarDaysOfTheZone) {
  const CivilTime due = *DecodeCivil("2026-11-14 12:00:00 Asia/Tokyo");
  EXPECT_EQ(DaysUntil(due, *ParseTime("2026-11-12T14:59:59Z")), 2);
  EXPECT_EQ(DaysUntil(due, *ParseTime("2026-11-12T15:00:00Z")), 1);
  EXPECT_EQ(DaysUntil(due, *ParseTime("2026-11-15T15:00:00Z")), -2);
}

TEST(Parameters, SurviveTheDatabase) {
  const Parameters parameters{{"call", "calls/c"}, {"agreement", "A = B, 協定"}, {"empty", ""}};
  EXPECT_EQ(DecodeParameters(EncodeParameters(parameters)), parameters);
  EXPECT_EQ(DecodeParameters(EncodeParameters({{"agreement", "a\nhome=institutions/x"}})),
            (Parameters{{"agreement", "a home=institutions/x"}}));
  EXPECT_TRUE(DecodeParameters("").empty());
}

}  // namespace
}  // namespace jointly::notifications
