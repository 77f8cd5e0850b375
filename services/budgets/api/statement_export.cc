#include <utility>

#include "common/blob/digest.h"
#include "common/error/macros.h"
#include "services/budgets/api/export_xlsx.h"
#include "services/budgets/api/mean_rates.h"
#include "services/budgets/api/statement_order.h"
#include "services/budgets/api/statement_views.h"
#include "services/budgets/domain/export_csv.h"
#include "services/budgets/domain/export_journal.h"

// Statements and journals as files.
namespace jointly::budgets {
namespace {

// A message takes 4 MiB (rpc::kMessageBytesMax), with the rest of the reply.
constexpr std::size_t kExportBytesMax = 4 * 1024 * 1024 - 4096;

bool IsJournal(const std::string& format) {
  return format == "jsonl" || format == "beancount" || format == "hledger";
}

struct Rendered {
  std::string extension;
  std::string media_type;
  std::string content;
  std::int64_t next_after_sequence = 0;
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

absl::StatusOr<Rendered> RenderStatement(const Statement& statement,
                                         const ConvertedActuals& converted,
                                         const std::string& format, const CsvOptions& options) {
  if (format == "json")
    return Rendered{"json", "application/json", CanonicalStatement(statement, converted)};
  if (format == "csv") {
    return Rendered{"csv", "text/csv; charset=utf-8", StatementCsv(statement, options, converted)};
  }
  ASSIGN_OR_RETURN(std::string workbook, StatementWorkbook(statement, converted));
  return Rendered{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                  std::move(workbook)};
}

absl::StatusOr<Rendered> Render(db::Tx& tx, const SeenBudget& seen,
                                const store::StatementOrder& order,
                                const pb::ExportStatementRequest& request) {
  const std::string& format = request.format();
  if (IsJournal(format)) {
    ASSIGN_OR_RETURN(const JournalBook book,
                     store::LoadBook(tx, seen.budget, seen.periods, order,
                                     {.after_sequence = request.after_sequence(),
                                      .limit = request.journal_limit()}));
    ASSIGN_OR_RETURN(Rendered rendered, RenderJournal(book, format));
    rendered.next_after_sequence = book.next_after_sequence;
    return rendered;
  }
  ASSIGN_OR_RETURN(
      const CsvOptions options,
      ParseCsvOptions(request.separator(), request.decimal_mark(), request.byte_order_mark()));
  ASSIGN_OR_RETURN(const StatementInput input,
                   store::LoadStatement(tx, seen.budget, seen.periods, order));
  ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
  ASSIGN_OR_RETURN(
      const ConvertedActuals converted,
      ConvertActuals(tx, input, statement, request.conversion_currency_code(), MeanOf::kAllDays));
  return RenderStatement(statement, converted, format, options);
}

absl::Status CheckFormat(const pb::ExportStatementRequest& request) {
  const std::string& format = request.format();
  Violations violations;
  if (IsJournal(format)) {
    constexpr const char* kOfStatements = "is of json, csv and xlsx: a journal is a whole";
    violations.Require(request.period().empty(), "period", kOfStatements);
    violations.Require(request.journal_limit() >= 0, "journal_limit", "is negative");
    violations.Require(request.after_sequence() >= 0, "after_sequence", "is negative");
    violations.Require(request.annexes_page_token().empty(), "annexes_page_token", kOfStatements);
    violations.Require(request.conversion_currency_code().empty(), "conversion_currency_code",
                       kOfStatements);
  } else {
    constexpr const char* kOfJournals = "is of beancount, hledger and jsonl";
    violations.Require(request.journal_limit() == 0, "journal_limit", kOfJournals);
    violations.Require(request.after_sequence() == 0, "after_sequence", kOfJournals);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  for (const char* known : {"json", "csv", "xlsx", "beancount", "hledger", "jsonl"}) {
    if (format == known) return absl::OkStatus();
  }
  return InvalidArgument(kUnknownExportFormat,
                         "an export is json, csv, xlsx, beancount, hledger or jsonl",
                         {{"format", format.substr(0, 40)}});
}

}  // namespace

absl::StatusOr<pb::ExportedFile> ViewExport(db::Tx& tx, const store::Scope& scope,
                                            const pb::ExportStatementRequest& request) {
  RETURN_IF_ERROR(CheckFormat(request));
  ASSIGN_OR_RETURN(store::StatementOrder order, OrderOf(request));
  ASSIGN_OR_RETURN(const SeenBudget seen, SeeBudget(tx, scope, request.name()));
  ASSIGN_OR_RETURN(order.as_of_sequence, store::SequenceOf(tx, seen.budget.id, order));
  ASSIGN_OR_RETURN(Rendered rendered, Render(tx, seen, order, request));
  if (rendered.content.size() > kExportBytesMax) {
    return FailedPrecondition(store::kExportTooLarge,
                              "the file does not fit into one message: ask for parts of a journal "
                              "by journal_limit and after_sequence",
                              {{"bytes", std::to_string(rendered.content.size())},
                               {"limit", std::to_string(kExportBytesMax)}});
  }
  pb::ExportedFile file;
  file.set_file_name(
      seen.budget.id + "-" + std::to_string(order.as_of_sequence) +
      (order.period.empty() ? "" : "-" + order.period) +
      (request.after_sequence() == 0 ? "" : "-after-" + std::to_string(request.after_sequence())) +
      "." + rendered.extension);
  file.set_media_type(rendered.media_type);
  file.set_next_after_sequence(rendered.next_after_sequence);
  blob::Digest digest;
  digest.Update(rendered.content);
  file.set_sha256(digest.FinishHex());
  file.set_content(std::move(rendered.content));
  return file;
}

}  // namespace jointly::budgets
