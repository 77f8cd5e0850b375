#include "tests/unit/budgets/grenoble_unit.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "common/error/check.h"
#include "tests/support/table.h"

namespace jointly::budgets {

Date On(std::string_view text) { return *ParseDate(text); }
money::Currency Eur() { return {"EUR", 2}; }
std::int64_t Cents(std::string_view euro) { return money::ParseMoney(euro, Eur())->minor; }
std::string Euro(std::int64_t cents) {
  const std::string text = FormatMoney(money::Money{cents, Eur()});
  return text.substr(0, text.find(' '));
}

namespace {

std::string UuidOf(std::size_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - digits.size(), '0');
  return "00000000-0000-7000-8000-" + digits;
}

Conversion Yen(std::int64_t yen, std::string_view euro, std::string_view rate,
               std::string_view date) {
  return {.from = {yen, {"JPY", 0}},
          .to = {Cents(euro), Eur()},
          .rate = std::string(rate),
          .rate_date = On(date),
          .policy = "day"};
}

// A cost without a commitment, paid at once.
void Spend(JournalWriter& book, std::string_view date, const LineKey& line,
           std::string_view amount) {
  book.Post(Recognise(book.Begin(date), line, Cents(amount)));
  book.Post(Pay(book.Begin(date),
                {.partner = line.partner, .organisation = kUga, .recognised = Cents(amount)}));
}

void SpendAll(JournalWriter& book, std::string_view date, std::string_view period,
              const std::map<std::string, std::string>& amounts) {
  for (const auto& [category, amount] : amounts) Spend(book, date, Line(period, category), amount);
}

void CarryFree(JournalWriter& book, std::string_view date, std::string_view from,
               std::string_view to, const std::map<std::string, std::int64_t>& reserved) {
  std::vector<CarriedLine> lines;
  for (const char* category : {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV", "OVH"}) {
    CarriedLine line{.line = Line(from, category)};
    line.free = AvailableOn(book.balances(), line.line);
    const auto found = reserved.find(category);
    if (found != reserved.end()) line.reserved = {found->second};
    lines.push_back(line);
  }
  book.Post(Carry(book.Begin(date), to, lines));
}

void Open(JournalWriter& book) {
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("250000.00")));
  book.Post(ReceiveInstalment(book.Begin("2020-04-01"), kUga, Cents("250000.00")));
  std::vector<LineAmount> lines;
  for (const test::Row& row : test::Table(R"(
           category  p1     p2     p3
           PERS      30000  35000  35000
           EQUIP     30000  15000  5000
           TRAVEL    10000  15000  15000
           CONS      8000   8000   8000
           SERV      4000   4000   4000
           OVH       8000   8000   8000
       )")) {
    for (const char* period : {"p1", "p2", "p3"}) {
      lines.push_back({Line(period, row["category"]), Cents(row[period])});
    }
  }
  book.Post(Allocate(book.Begin("2020-04-01"), lines));
}

void FirstYear(JournalWriter& book) {
  const LineKey equipment = Line("p1", "EQUIP");
  book.Post(Reserve(book.Begin("2020-06-15", "commitments/equipment"), equipment, Cents("24828.27"),
                    Yen(3'000'000, "24828.27", "120.83", "2020-06-15")));
  book.Post(Liquidate(book.Begin("2020-09-30", "commitments/equipment"),
                      {.line = equipment,
                       .remaining = Cents("24828.27"),
                       .cost = Cents("24240.47"),
                       .part = Cents("24828.27"),
                       .final = true,
                       .conversion = Yen(3'000'000, "24240.47", "123.76", "2020-09-30")})
                ->journal);
  book.Post(Pay(book.Begin("2020-09-30", "commitments/equipment"),
                {.partner = kTsukuba, .organisation = kUga, .recognised = Cents("24240.47")}));
  SpendAll(
      book, "2020-10-01", "p1",
      {{"PERS", "28400"}, {"TRAVEL", "1250"}, {"CONS", "8000"}, {"SERV", "2900"}, {"OVH", "8000"}});
  book.Post(Transfer(book.Begin("2021-03-10", "transfers/consumables"), Line("p1", "TRAVEL"),
                     Line("p1", "CONS"), Cents("6000")));
  Spend(book, "2021-03-15", Line("p1", "CONS"), "5200");
  CarryFree(book, "2021-03-31", "p1", "p2", {});
}

void SecondYear(JournalWriter& book) {
  SpendAll(book, "2021-10-01", "p2",
           {{"PERS", "34100"},
            {"EQUIP", "10500"},
            {"TRAVEL", "3480"},
            {"CONS", "8650"},
            {"SERV", "4300"},
            {"OVH", "8000"}});
  book.Post(Reserve(book.Begin("2022-03-15", "commitments/microscope"), Line("p2", "EQUIP"),
                    Cents("9254.26"), Yen(1'200'000, "9254.26", "129.67", "2022-03-15")));
  CarryFree(book, "2022-03-31", "p2", "p3", {{"EQUIP", Cents("9254.26")}});
}

void ThirdYear(JournalWriter& book) {
  book.Post(Liquidate(book.Begin("2022-05-20", "commitments/microscope"),
                      {.line = Line("p3", "EQUIP"),
                       .remaining = Cents("9254.26"),
                       .cost = Cents("8866.56"),
                       .part = Cents("9254.26"),
                       .final = true,
                       .conversion = Yen(1'200'000, "8866.56", "135.34", "2022-05-20")})
                ->journal);
  book.Post(Pay(book.Begin("2022-05-20", "commitments/microscope"),
                {.partner = kTsukuba, .organisation = kUga, .recognised = Cents("8866.56")}));
  SpendAll(book, "2022-10-01", "p3",
           {{"PERS", "37200"},
            {"EQUIP", "6000"},
            {"TRAVEL", "27900"},
            {"CONS", "8100"},
            {"SERV", "4750"},
            {"OVH", "8000"}});
  for (const char* category : {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV"}) {
    const LineKey line = Line("p3", category);
    book.Post(Return(book.Begin("2023-03-31"), line, kUga, AvailableOn(book.balances(), line)));
  }
}

}  // namespace

Entry JournalWriter::Begin(std::string_view date, std::string document) {
  return {.budget = "grenoble-unit",
          .id = UuidOf(journals_.size() + 1),
          .effective_on = On(date),
          .record_time =
              FromMicros(1'600'000'000'000'000 + static_cast<std::int64_t>(journals_.size())),
          .actor = "people/manager",
          .document = std::move(document),
          .currency = Eur()};
}

const Journal& JournalWriter::Post(absl::StatusOr<Journal> journal) {
  if (!journal.ok()) Die(journal.status().ToString());
  const absl::Status applied = Apply(balances_, *journal);
  if (!applied.ok()) Die(applied.ToString());
  journals_.push_back(*std::move(journal));
  journals_.back().sequence = static_cast<std::int64_t>(journals_.size());
  journals_.back().payload_hash = PayloadHash(journals_.back());
  return journals_.back();
}

bool JournalWriter::TryPost(absl::StatusOr<Journal> journal) {
  if (!journal.ok()) return false;
  Balances after = balances_;
  if (!Apply(after, *journal).ok()) return false;
  Post(std::move(journal));
  return true;
}

LineKey Line(std::string_view period, std::string_view category) {
  return {.period = std::string(period),
          .category = std::string(category),
          .partner = category == "EQUIP" ? kTsukuba : kUga};
}

std::vector<StatementPeriod> GrenobleUnitPeriods() {
  return {{"p1", {On("2020-04-01"), On("2021-03-31")}},
          {"p2", {On("2021-04-01"), On("2022-03-31")}},
          {"p3", {On("2022-04-01"), On("2023-03-31")}}};
}

std::vector<Journal> GrenobleUnitJournals() {
  JournalWriter book;
  Open(book);
  FirstYear(book);
  SecondYear(book);
  ThirdYear(book);
  return book.journals();
}

StatementInput InputOf(const std::vector<Journal>& journals, Calendar calendar) {
  StatementInput input{.budget = "grenoble-unit",
                       .display_name = "Grenoble Unit",
                       .currency = Eur(),
                       .authorised_version = 1,
                       .periods = GrenobleUnitPeriods(),
                       .categories = {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV", "OVH"},
                       .partners = {kUga, kTsukuba},
                       .as_of_sequence = static_cast<std::int64_t>(journals.size()),
                       .calendar = calendar,
                       .sums = SumsOf(journals)};
  ExchangeFold exchanges("EUR");
  for (const Journal& journal : journals) {
    const absl::Status added = exchanges.Add(journal);
    if (!added.ok()) Die(added.ToString());
    if (const auto transfer = TransferOf(journal)) input.transfers.push_back(*transfer);
  }
  input.exchanges = std::move(exchanges).Finish();
  return input;
}

std::vector<Journal> Until(const std::vector<Journal>& journals, std::string_view date) {
  std::vector<Journal> until;
  std::copy_if(journals.begin(), journals.end(), std::back_inserter(until),
               [&](const Journal& journal) { return journal.effective_on <= On(date); });
  return until;
}

JournalBook BookOf(const std::vector<Journal>& journals) {
  JournalBook book{.budget = "grenoble-unit",
                   .display_name = "Grenoble Unit",
                   .currency = Eur(),
                   .periods = GrenobleUnitPeriods(),
                   .journals = {}};
  std::string hash;
  for (const Journal& journal : journals) {
    hash = ChainHash(hash, journal);
    book.journals.push_back({journal, hash});
  }
  return book;
}

}  // namespace jointly::budgets
