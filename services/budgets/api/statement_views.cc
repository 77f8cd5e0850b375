#include "services/budgets/api/statement_views.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/blob/digest.h"
#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/export_xlsx.h"
#include "services/budgets/api/statement_convert.h"
#include "services/budgets/domain/export_csv.h"
#include "services/budgets/domain/export_journal.h"
#include "services/budgets/store/rate_store.h"

namespace jointly::budgets {
namespace {

// A message takes 4 MiB (rpc::kMessageBytesMax), with the rest of the reply.
constexpr std::size_t kExportBytesMax = 4 * 1024 * 1024 - 4096;

// What both statement requests say alike.
template <typename Request>
absl::StatusOr<store::StatementOrder> OrderOf(const Request& request, const std::string& period) {
  Violations violations;
  store::StatementOrder order{.as_of_sequence = request.as_of_sequence(), .period = period};
  violations.Require(request.as_of_sequence() >= 0, "as_of_sequence",
                     "is negative: 0 is now, 1 the first journal");
  order.as_of_date =
      ReadMaybeDate(request.has_as_of_date(), request.as_of_date(), "as_of_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(order.calendar, ParseCalendar(request.calendar()));
  return order;
}

// The days of a statement's period of which the rates are averaged: all of them; of a running one
// those until the statement's day, or until the last day that has a rate.
struct MeanRange {
  std::string period;
  DateRange range;
};
std::vector<MeanRange> MeanRanges(const std::vector<StatementPeriod>& periods,
                                  const Statement& statement, const DateRange& known) {
  std::vector<MeanRange> ranges;
  if (periods.empty()) return ranges;
  const Date until = std::min(statement.as_of_date.value_or(known.last), known.last);
  const DateRange life{periods.front().range.first, periods.back().range.last};
  for (const StatementRow& row : statement.by_period) {
    std::optional<DateRange> range;
    for (const StatementPeriod& period : periods) {
      if (period.id == row.period) range = period.range;
    }
    if (statement.calendar != Calendar::kBudget) {
      for (const CalendarYear& year : YearsOf(statement.calendar, life)) {
        if (year.name == row.period) range = year.range;
      }
    }
    if (!range.has_value() || range->first > until) continue;
    range->last = std::min(range->last, until);
    ranges.push_back({row.period, *range});
  }
  return ranges;
}

absl::StatusOr<MeanRates> LoadMeans(db::Tx& tx, const StatementInput& input,
                                    const Statement& statement, const std::string& currency_code) {
  MeanRates rates;
  if (currency_code.empty()) return rates;
  ASSIGN_OR_RETURN(const money::Currency to, money::FindCurrency(currency_code));
  const std::string& foreign = to.code == "EUR" ? input.currency.code : to.code;
  ASSIGN_OR_RETURN(const auto known, store::RatesKnown(tx, foreign));
  if (foreign != "EUR" && !known.has_value()) {
    return FailedPrecondition(kRateMissing, "no rate of " + foreign + " is known: import the ECB's",
                              {{"currency", foreign}});
  }
  if (input.periods.empty()) return rates;
  const DateRange all =
      known.value_or(DateRange{input.periods.front().range.first, input.periods.back().range.last});
  for (const MeanRange& mean : MeanRanges(input.periods, statement, all)) {
    ASSIGN_OR_RETURN(Conversion conversion,
                     store::ConvertAmount(tx, {.amount = {0, input.currency},
                                               .to = to,
                                               .policy = RatePolicy::kPeriodAverage,
                                               .date = mean.range.last,
                                               .period = mean.range}));
    rates.emplace(mean.period, std::move(conversion));
  }
  return rates;
}

struct Rendered {
  std::string extension;
  std::string media_type;
  std::string content;
};

absl::StatusOr<Rendered> RenderJournal(const JournalBook& book, const std::string& format) {
  if (format == "jsonl") return Rendered{"jsonl", "application/jsonl", JournalLines(book)};
  if (format == "beancount") {
    ASSIGN_OR_RETURN(std::string text, BeancountJournal(book));
    return Rendered{"beancount", "text/plain; charset=utf-8", std::move(text)};
  }
  ASSIGN_OR_RETURN(std::string text, HledgerJournal(book));
  return Rendered{"journal", "text/plain; charset=utf-8", std::move(text)};
}

absl::StatusOr<Rendered> RenderStatement(const Statement& statement, const std::string& format,
                                         const CsvOptions& options) {
  if (format == "json") return Rendered{"json", "application/json", CanonicalStatement(statement)};
  if (format == "csv") {
    return Rendered{"csv", "text/csv; charset=utf-8", StatementCsv(statement, options)};
  }
  ASSIGN_OR_RETURN(std::string workbook, StatementWorkbook(statement));
  return Rendered{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                  std::move(workbook)};
}

absl::StatusOr<Rendered> Render(db::Tx& tx, const SeenBudget& seen,
                                const store::StatementOrder& order,
                                const pb::ExportStatementRequest& request) {
  const std::string& format = request.format();
  if (format == "jsonl" || format == "beancount" || format == "hledger") {
    ASSIGN_OR_RETURN(const JournalBook book, store::LoadBook(tx, seen.budget, seen.periods, order));
    return RenderJournal(book, format);
  }
  ASSIGN_OR_RETURN(
      const CsvOptions options,
      ParseCsvOptions(request.separator(), request.decimal_mark(), request.byte_order_mark()));
  ASSIGN_OR_RETURN(const StatementInput input,
                   store::LoadStatement(tx, seen.budget, seen.periods, order));
  ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
  return RenderStatement(statement, format, options);
}

absl::Status CheckFormat(const std::string& format) {
  for (const char* known : {"json", "csv", "xlsx", "beancount", "hledger", "jsonl"}) {
    if (format == known) return absl::OkStatus();
  }
  return InvalidArgument(kUnknownExportFormat,
                         "an export is json, csv, xlsx, beancount, hledger or jsonl",
                         {{"format", format.substr(0, 40)}});
}

}  // namespace

absl::StatusOr<SeenBudget> SeeBudget(db::Tx& tx, const store::Scope& scope,
                                     const std::string& name) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", name));
  SeenBudget seen;
  ASSIGN_OR_RETURN(seen.budget, store::LoadBudget(tx, id, scope, store::Lock::kNo));
  ASSIGN_OR_RETURN(seen.periods, store::LoadPeriods(tx, id, store::Lock::kNo));
  return seen;
}

absl::StatusOr<pb::Statement> ViewStatement(db::Tx& tx, const store::Scope& scope,
                                            const pb::GetStatementRequest& request) {
  // A period by its id, its resource name or the name of a year.
  const std::string period = request.period().substr(request.period().rfind('/') + 1);
  ASSIGN_OR_RETURN(const store::StatementOrder order, OrderOf(request, period));
  ASSIGN_OR_RETURN(const SeenBudget seen, SeeBudget(tx, scope, request.name()));
  ASSIGN_OR_RETURN(const StatementInput input,
                   store::LoadStatement(tx, seen.budget, seen.periods, order));
  ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
  ASSIGN_OR_RETURN(const MeanRates rates,
                   LoadMeans(tx, input, statement, request.conversion_currency_code()));
  return StatementToProto(statement, rates);
}

absl::StatusOr<pb::ExportedFile> ViewExport(db::Tx& tx, const store::Scope& scope,
                                            const pb::ExportStatementRequest& request) {
  RETURN_IF_ERROR(CheckFormat(request.format()));
  ASSIGN_OR_RETURN(store::StatementOrder order, OrderOf(request, ""));
  ASSIGN_OR_RETURN(const SeenBudget seen, SeeBudget(tx, scope, request.name()));
  ASSIGN_OR_RETURN(order.as_of_sequence, store::SequenceOf(tx, seen.budget.id, order));
  ASSIGN_OR_RETURN(Rendered rendered, Render(tx, seen, order, request));
  if (rendered.content.size() > kExportBytesMax) {
    return FailedPrecondition(store::kExportTooLarge, "the file does not fit into one message",
                              {{"bytes", std::to_string(rendered.content.size())},
                               {"limit", std::to_string(kExportBytesMax)}});
  }
  pb::ExportedFile file;
  file.set_file_name(seen.budget.id + "-" + std::to_string(order.as_of_sequence) + "." +
                     rendered.extension);
  file.set_media_type(rendered.media_type);
  blob::Digest digest;
  digest.Update(rendered.content);
  file.set_sha256(digest.FinishHex());
  file.set_content(std::move(rendered.content));
  return file;
}

absl::StatusOr<pb::Forecast> ViewForecast(db::Tx& tx, const store::Scope& scope,
                                          const pb::GetForecastRequest& request) {
  Violations violations;
  const std::optional<Date> as_of = rpc::FromProto(request.as_of_date());
  violations.Require(as_of.has_value(), "as_of_date", "is required: the day to look ahead from");
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const SeenBudget seen, SeeBudget(tx, scope, request.name()));
  ASSIGN_OR_RETURN(const std::vector<ForecastInput> inputs,
                   store::LoadForecast(tx, seen.budget, seen.periods, *as_of));
  pb::Forecast forecast;
  forecast.set_budget("budgets/" + seen.budget.id);
  *forecast.mutable_as_of_date() = rpc::ToProto(*as_of);
  for (const ForecastInput& input : inputs) {
    *forecast.add_rows() = ForecastToProto(LineName(seen.budget.id, input.line),
                                           seen.budget.currency, input, MakeForecast(input));
  }
  return forecast;
}

absl::StatusOr<rpc::Page> JournalPage(const pb::ListJournalsRequest& request) {
  static const rpc::ListSpec kSpec{.columns = {{.field = "movement", .sql = "s.movement"},
                                               {.field = "document", .sql = "s.document"}},
                                   .key_sql = "s.sequence",
                                   .key_is_number = true};
  return rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), request.filter()},
                        store::kJournalParameters + 1);
}

absl::StatusOr<pb::ListJournalsResponse> ViewJournals(db::Tx& tx, const store::Scope& scope,
                                                      const pb::ListJournalsRequest& request,
                                                      const rpc::Page& page) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  ASSIGN_OR_RETURN(const Budget budget, store::LoadBudget(tx, id, scope, store::Lock::kNo));
  ASSIGN_OR_RETURN(
      const std::vector<Journal> journals,
      store::ListJournals(tx, budget.id, {page.where, page.order_and_limit, page.parameters}));
  pb::ListJournalsResponse response;
  if (journals.empty()) return response;
  ASSIGN_OR_RETURN(const auto seals, store::LoadSeals(tx, budget.id, journals.front().sequence - 1,
                                                      journals.back().sequence));
  for (const Journal& journal : journals) {
    if (response.journals_size() == page.size) {
      const std::int64_t last = response.journals(page.size - 1).sequence();
      response.set_next_page_token(rpc::NextPageToken(page, std::to_string(last)));
      break;
    }
    const auto seal = seals.find(journal.sequence);
    *response.add_journals() =
        JournalToProto(journal, seal == seals.end() ? std::string() : seal->second);
  }
  return response;
}

absl::StatusOr<pb::ListRatesResponse> ViewRates(db::Tx& tx, const pb::ListRatesRequest& request) {
  Violations violations;
  violations.Require(!request.currency_code().empty(), "currency_code", "is required, like JPY");
  const auto first =
      ReadMaybeDate(request.has_start_date(), request.start_date(), "start_date", violations);
  const auto last =
      ReadMaybeDate(request.has_end_date(), request.end_date(), "end_date", violations);
  violations.Require(!first.has_value() || !last.has_value() || *first <= *last, "end_date",
                     "is before start_date");
  RETURN_IF_ERROR(violations.ToStatus());
  pb::ListRatesResponse response;
  ASSIGN_OR_RETURN(const auto known, store::RatesKnown(tx, request.currency_code()));
  if (!known.has_value()) return response;
  const DateRange range{first.value_or(known->first), last.value_or(known->last)};
  ASSIGN_OR_RETURN(const RateTable table, store::LoadRates(tx, {request.currency_code()}, range));
  for (const auto& [date, rate] : table.Of(request.currency_code())) {
    pb::ListRatesResponse::Day& day = *response.add_days();
    *day.mutable_date() = rpc::ToProto(date);
    day.set_rate(FormatRate(rate));
  }
  // Of a range with a day missing there is no mean, and none is said.
  const auto average = AverageRate(table, request.currency_code(), range);
  if (average.ok()) response.set_average(FormatRate(*average));
  return response;
}

}  // namespace jointly::budgets
