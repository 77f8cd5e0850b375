#include "services/budgets/domain/ecb.h"

#include <gtest/gtest.h>

#include "tests/support/table.h"

namespace jointly::budgets {
namespace {

// As the ECB writes it: single quotes, two namespaces, tabs.
std::string Xml(const std::string& days) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" "
         "xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\">\n"
         "\t<gesmes:subject>Reference rates</gesmes:subject>\n"
         "\t<gesmes:Sender>\n"
         "\t\t<gesmes:name>European Central Bank</gesmes:name>\n"
         "\t</gesmes:Sender>\n"
         "\t<Cube>\n" +
         days + "\t</Cube>\n</gesmes:Envelope>";
}

std::string Shown(const RateFile& file) {
  std::string text;
  for (const RateDay& day : file.days) {
    text += FormatDate(day.date);
    for (const CurrencyRate& rate : day.rates) {
      text += " " + rate.currency + "=" + FormatRate(rate.rate);
    }
    text += "\n";
  }
  for (const FileFault& fault : file.faults) {
    text += std::to_string(fault.line) + ": " + fault.text + "\n";
  }
  return text;
}

TEST(EcbXml, ReadsTheDailyFile) {
  EXPECT_EQ(Shown(ReadEcbXml(Xml("\t\t<Cube time='2020-06-15'>\n"
                                 "\t\t\t<Cube currency='USD' rate='1.1253'/>\n"
                                 "\t\t\t<Cube currency='JPY' rate='120.83'/>\n"
                                 "\t\t</Cube>\n"))),
            "2020-06-15 JPY=120.83 USD=1.1253\n");
}

TEST(EcbXml, ReadsTheLongerFilesOldestFirst) {
  EXPECT_EQ(Shown(ReadEcbXml(Xml("<Cube time=\"2020-06-16\"><Cube currency=\"JPY\" "
                                 "rate=\"121.21\"/></Cube>"
                                 "<Cube time=\"2020-06-15\"><Cube currency=\"JPY\" "
                                 "rate=\"120.83\"/><Cube currency=\"CYP\" rate=\"0.5842\"/></Cube>"
                                 "<Cube time=\"2020-06-12\"><Cube currency=\"JPY\" "
                                 "rate=\"121.26\"/></Cube>"))),
            "2020-06-12 JPY=121.26\n2020-06-15 CYP=0.5842 JPY=120.83\n2020-06-16 JPY=121.21\n");
}

TEST(EcbXml, ListsEveryFaultWithItsLine) {
  const RateFile file =
      ReadEcbXml(Xml("\t\t<Cube time='2020-06-15'>\n"
                     "\t\t\t<Cube currency='USD' rate='1,1253'/>\n"
                     "\t\t\t<Cube currency='yen' rate='120.83'/>\n"
                     "\t\t\t<Cube currency='JPY' rate='120.83'/>\n"
                     "\t\t\t<Cube currency='JPY' rate='120.84'/>\n"
                     "\t\t</Cube>\n"
                     "\t\t<Cube time='15/06/2020'>\n"
                     "\t\t\t<Cube currency='JPY' rate='NaN'/>\n"
                     "\t\t</Cube>\n"
                     "\t\t<Cube time='2020-06-15'>\n"
                     "\t\t</Cube>\n"));
  EXPECT_EQ(Shown(file),
            "2020-06-15 JPY=120.83\n"
            "9: \"1,1253\" is not a rate of USD: a plain decimal above 0\n"
            "10: \"yen\" is not a currency code\n"
            "12: JPY has two rates on one day\n"
            "14: time='15/06/2020' is not a date like 2026-04-13\n"
            "15: \"NaN\" is not a rate of JPY: a plain decimal above 0\n"
            "17: 2020-06-15 occurs twice in the file\n");
}

TEST(EcbXml, RefusesWhatIsNotTheEcbs) {
  const auto fault = [](const std::string& content) { return Shown(ReadEcbXml(content)); };
  EXPECT_EQ(fault(""), "1: not well-formed XML: no element found\n");
  EXPECT_EQ(fault("<html/>"), "1: the file is no gesmes:Envelope of the ECB\n");
  EXPECT_EQ(fault("<Envelope><Cube/></Envelope>"),
            "1: the file is no gesmes:Envelope of the ECB\n");
  EXPECT_EQ(fault(Xml("")), "0: the file has no day with rates\n");
  EXPECT_EQ(fault("<?xml version='1.0'?>\n<!DOCTYPE x [<!ENTITY a 'aaaa'>]>\n<x>&a;</x>"),
            "2: a document type declaration, which the ECB's files do not have\n");
  const std::string cut =
      Xml("<Cube time='2020-06-15'><Cube currency='JPY' rate='120.83'/></Cube>");
  EXPECT_EQ(fault(cut.substr(0, cut.size() - 12)),
            "2020-06-15 JPY=120.83\n9: not well-formed XML: unclosed token\n");
}

TEST(EcbHistory, HasTrailingCommasAndGapsAndTheNewestFirst) {
  EXPECT_EQ(Shown(ReadEcbHistoryCsv("Date,USD,JPY,CYP,\n"
                                    "2020-06-16,1.1308,121.21,N/A,\n"
                                    "2020-06-15,1.1253,120.83,N/A,\n"
                                    "1999-01-04,1.1789,133.73,0.58231,\n")),
            "1999-01-04 CYP=0.58231 JPY=133.73 USD=1.1789\n"
            "2020-06-15 JPY=120.83 USD=1.1253\n"
            "2020-06-16 JPY=121.21 USD=1.1308\n");
  // The same with Windows' line ends and without the last one.
  EXPECT_EQ(Shown(ReadEcbHistoryCsv("Date,JPY,\r\n2020-06-15,120.83,\r\n2020-06-12,121.26,")),
            "2020-06-12 JPY=121.26\n2020-06-15 JPY=120.83\n");
}

TEST(EcbHistory, ListsEveryFaultWithItsLine) {
  EXPECT_EQ(Shown(ReadEcbHistoryCsv("Date,USD,JPY,USD,yen,\n"
                                    "2020-06-16,1.1308,121.21,1.1,1,\n")),
            "2020-06-16 JPY=121.21 USD=1.1308\n"
            "1: USD occurs twice in the header\n"
            "1: \"yen\" is not a currency code\n"
            "2: USD has two rates on one day\n"
            "2: \"yen\" is not a currency code\n");
  EXPECT_EQ(Shown(ReadEcbHistoryCsv("Date,USD,JPY,\n"
                                    "2020-06-16,1.1308,,\n"
                                    "2020-02-30,1.1308,121.21,\n"
                                    "2020-06-15,1.1253,\n"
                                    "2020-06-15,1.1253,-120.83,\n"
                                    "2020-06-12,1.1,1e2,\n")),
            "2020-06-12 USD=1.1\n2020-06-15 USD=1.1253\n2020-06-16 USD=1.1308\n"
            "2: \"\" is not a rate of JPY: a plain decimal above 0\n"
            "3: \"2020-02-30\" is not a date like 2026-04-13\n"
            "4: has 2 cells; the header has 3\n"
            "5: 2020-06-15 occurs twice in the file\n"
            "5: \"-120.83\" is not a rate of JPY: a plain decimal above 0\n"
            "6: \"1e2\" is not a rate of JPY: a plain decimal above 0\n");
  EXPECT_EQ(Shown(ReadEcbHistoryCsv("")), "0: the file is empty\n");
  EXPECT_EQ(Shown(ReadEcbHistoryCsv("Date,JPY,\n")), "0: the file has no day with rates\n");
  EXPECT_EQ(Shown(ReadEcbHistoryCsv("Day;JPY\n")),
            "1: the header must be Date and then currency codes, as in Date,USD,JPY,\n");
}

TEST(EcbDailyCsv, HasBlanksAndAnEnglishDate) {
  EXPECT_EQ(
      Shown(ReadEcbDailyCsv("Date, USD, JPY, ZAR, \n13 April 2026, 1.1692, 185.98, 19.2, \n")),
      "2026-04-13 JPY=185.98 USD=1.1692 ZAR=19.2\n");
  EXPECT_EQ(Shown(ReadEcbDailyCsv("Date, JPY, \n3 April 2026, 185.98, \n")),
            "2026-04-03 JPY=185.98\n");
  for (const char* date : {"2026-04-13", "13 Avril 2026", "April 13 2026", "31 April 2026",
                           "13 April", "013 April 2026", "13 April 26"}) {
    EXPECT_EQ(Shown(ReadEcbDailyCsv("Date, JPY, \n" + std::string(date) + ", 185.98, \n")),
              "2: \"" + std::string(date) + "\" is not a date like 13 April 2026\n");
  }
}

TEST(ReadRates, NamesTheFormatsAndCountsWhatItDoesNotList) {
  EXPECT_EQ(ReasonOf(ReadRates("xls", "").status()), "UNKNOWN_RATE_FORMAT");
  EXPECT_EQ(ReadRates("history_csv", "Date,JPY,\n2020-06-15,120.83,\n")->size(), 1U);
  EXPECT_EQ(ReadRates("daily_csv", "Date, JPY, \n13 April 2026, 185.98, \n")->size(), 1U);
  EXPECT_EQ(ReadRates("daily_xml",
                      Xml("<Cube time='2020-06-15'><Cube currency='JPY' rate='120.83'/></Cube>"))
                ->size(),
            1U);
  std::string many = "Date,JPY,\n";
  for (int i = 0; i < 250; ++i) many += "x,1,\n";
  const RateFile file = ReadEcbHistoryCsv(many);
  ASSERT_EQ(file.faults.size(), static_cast<std::size_t>(kFaultsMax));
  EXPECT_EQ(file.faults.back().text, "and 151 more faults");
  EXPECT_FALSE(ReadRates("history_csv", many).ok());
}

}  // namespace
}  // namespace jointly::budgets
