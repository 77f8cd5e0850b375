#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "services/notifications/domain/catalogue.h"
#include "services/notifications/domain/format.h"
#include "services/notifications/domain/message_format.h"
#include "services/notifications/domain/render.h"
#include "services/notifications/domain/rules.h"

namespace jointly::notifications {
namespace {

const std::set<std::string> kKnown{
    "call",   "agreement", "home",   "host",   "partner", "institution", "due",  "days",
    "what",   "budget",    "item",   "amount", "percent", "line",        "from", "to",
    "period", "amendment", "thesis", "reason", "asked",   "available"};

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
  for (const Telling& row : AllAlerts()) {
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

// What a message of any kind may mention.
Parameters Everything() {
  return {{"call", "calls/c"},
          {"home", "institutions/uga"},
          {"host", "institutions/tsukuba"},
          {"partner", "institutions/tsukuba"},
          {"institution", "institutions/uga"},
          {"agreement", "Student exchange"},
          {"deadline", "submit"},
          {"due", "2026-11-14 12:00:00 Europe/Paris"},
          {"budget", "Grenoble Unit"},
          {"item", "Microscope"},
          {"amount", "24828.27 EUR"},
          {"percent", "80"},
          {"line", "budgets/b1/lines/p1-equip"},
          {"from", "TRAVEL"},
          {"to", "CONS"},
          {"from_partner", "institutions/uga"},
          {"to_partner", "institutions/tsukuba"},
          {"period", "2020-04-01/2021-03-31"},
          {"amendment", "rebudget"},
          {"thesis", "Two cities"},
          {"reason", "AMOUNT_NOT_AVAILABLE"},
          {"asked", "250.00 EUR"},
          {"available", "100.00 EUR"}};
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
                                    .parameters = Everything(),
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

TEST(Render, FillsEveryPhrase) {
  const Names names{{"calls/c", "Autumn call"},
                    {"institutions/uga", "Université Grenoble Alpes"},
                    {"institutions/tsukuba", "University of Tsukuba"}};
  for (const char* language : {"en", "fr", "ja"}) {
    for (const Phrase& row : English().phrases) {
      if (row.key.starts_with("date.") || row.key.starts_with("zone.")) continue;
      if (row.key.starts_with("mail.")) continue;
      const std::string text = RenderPhrase(
          row.key, "",
          {.kind = "", .language = language, .zone = "UTC", .parameters = Everything(), .at = {}},
          names);
      for (const char* left_over : {"{", "}", "—", "institutions/"}) {
        EXPECT_EQ(text.find(left_over), std::string::npos) << row.key << " in " << language;
      }
    }
  }
}

// One message of each sort as an administrator reads it.
TEST(Render, WritesOfBudgetsAsAdministratorsDo) {
  const Names names{{"institutions/uga", "Université Grenoble Alpes"},
                    {"institutions/tsukuba", "筑波大学"}};
  struct Case {
    const char* kind;
    const char* language;
    const char* title;
    const char* text;
  };
  const Case cases[] = {
      {"commitment_requested", "en", "Commitment to approve: Microscope",
       "A commitment of 24828.27 EUR for “Microscope” was requested on “Grenoble Unit”. It waits "
       "for your approval."},
      {"claim_submitted", "fr", "État de frais à certifier : Grenoble Unit",
       "Un état de frais de 24828.27 EUR pour une mission (1er avril 2020 – 31 mars 2021) a été "
       "soumis sur le budget « Grenoble Unit ». Il attend la certification du service fait."},
      {"transfer_posted", "ja", "費目間流用の完了：Grenoble Unit",
       "予算「Grenoble Unit」でTRAVEL (Université Grenoble Alpes)からCONS (筑波大学)へ24828.27 "
       "EURを流用しました。"},
      {"period_closed", "ja", "期間の締め完了：Grenoble Unit",
       "予算「Grenoble Unit」の2020年4月1日～2021年3月31日の期間が締められました。"
       "締めの計算書をご確認いただけます。"},
      {"amendment_in_force", "fr", "Avenant en vigueur : Grenoble Unit",
       "L’avenant au budget « Grenoble Unit » est en vigueur : nouvelle répartition entre les "
       "lignes. Les montants et les dates en tiennent compte."},
      {"alert_used", "en", "80% used: p1-equip of Grenoble Unit",
       "24828.27 EUR are reserved or spent on the line p1-equip of “Grenoble Unit”: it has passed "
       "80% of what is authorised."},
      {"budget_ends", "fr", "Fin du budget Grenoble Unit dans 7 jours",
       "Le budget « Grenoble Unit » prend fin le 14 novembre 2026 à 12 h 00 (heure de Paris). Une "
       "prolongation doit être en vigueur avant cette date."},
  };
  for (const Case& row : cases) {
    const Text text = Render({.kind = row.kind,
                              .language = row.language,
                              .zone = "Europe/Paris",
                              .parameters = Everything(),
                              .at = *ParseTime("2026-11-07T11:00:00Z")},
                             names);
    EXPECT_EQ(text.title, row.title);
    EXPECT_EQ(text.text, row.text);
  }
}

TEST(Render, SaysThePartnerOnlyWhereMoneyChangesSidesAndAllLinesForNone) {
  Parameters parameters = Everything();
  parameters.erase("from_partner");
  parameters.erase("to_partner");
  parameters.erase("line");
  TextRequest request{.kind = "transfer_posted",
                      .language = "en",
                      .zone = "UTC",
                      .parameters = parameters,
                      .at = {}};
  EXPECT_EQ(Render(request, {}).text,
            "24828.27 EUR were transferred from TRAVEL to CONS on “Grenoble Unit”.");
  request.kind = "alert_open_commitments";
  EXPECT_EQ(Render(request, {}).title, "Open commitments: all lines of Grenoble Unit");
}

// A rule that is data brings its title along; the catalogue does not know it.
TEST(Render, SaysWhatARuleSays) {
  Parameters parameters = {{"thesis", "Two cities"},
                           {"deadline", "theses.fr.reports"},
                           {"due", "2026-10-20 23:59:59 Europe/Paris"},
                           {"title.en", "Reports of the reviewers"},
                           {"title.fr", "Rapports des rapporteurs"},
                           {"title.ja", "審査報告書"}};
  const auto at = ParseTime("2026-10-13T08:00:00Z");
  ASSERT_TRUE(at.ok());
  const auto title = [&](const std::string& language) {
    return Render({.kind = "deadline_due",
                   .language = language,
                   .zone = "Europe/Paris",
                   .parameters = parameters,
                   .at = *at},
                  {})
        .title;
  };
  EXPECT_EQ(title("en"), "Reports of the reviewers (Two cities): due in 7 days");
  EXPECT_THAT(title("fr"), testing::HasSubstr("Rapports des rapporteurs (Two cities)"));
  EXPECT_THAT(title("ja"), testing::HasSubstr("審査報告書 (Two cities)"));
  parameters.erase("title.ja");
  EXPECT_THAT(title("ja"), testing::HasSubstr("Reports of the reviewers (Two cities)"));
}

TEST(AlertSource, IsAnotherForEveryPartOfTheKey) {
  const Parameters base{{"line", "budgets/b/lines/l"},
                        {"alert", "used"},
                        {"percent", "80"},
                        {"version", "1"},
                        {"crossing", "1"},
                        {"amount", "1.00 EUR"}};
  std::set<std::string> seen{AlertSource("budgets/b", base)};
  Parameters richer = base;
  richer["amount"] = "2.00 EUR";
  richer["budget"] = "renamed";
  EXPECT_TRUE(seen.contains(AlertSource("budgets/b", richer)));
  EXPECT_TRUE(seen.insert(AlertSource("budgets/c", base)).second);
  for (const char* part : {"line", "alert", "percent", "version", "crossing"}) {
    Parameters other = base;
    other[part] += "0";
    EXPECT_TRUE(seen.insert(AlertSource("budgets/b", other)).second) << part;
  }
}

TEST(FormatDays, WritesARangeWithoutAZone) {
  const std::string days = EncodeDays(*ParseDate("2020-04-01"), *ParseDate("2021-03-31"));
  EXPECT_EQ(FormatDays(days, "en"), "1 April 2020 – 31 March 2021");
  EXPECT_EQ(FormatDays(days, "fr"), "1er avril 2020 – 31 mars 2021");
  EXPECT_EQ(FormatDays(days, "ja"), "2020年4月1日～2021年3月31日");
  for (const char* none : {"", "2020-04-01", "2020-04-01/", "x/y"}) {
    EXPECT_EQ(FormatDays(none, "en"), "") << none;
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
