#include "tests/simulation/worlds/alert_model.h"

#include <algorithm>

#include "common/error/check.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/store/ledger_store.h"

namespace jointly::simulation {
namespace {

using budgets::Journal;
using budgets::LineKey;
using budgets::PeriodState;

constexpr int kJournalsMax = 1'000;
constexpr int kThresholds[] = {80, 90, 100};

// Whether two entries of one moment are one command's: those of a revaluation or an amendment. All
// other commands make one entry, or several on lines that say nothing.
bool Together(const Journal& a, const Journal& b) {
  const bool several =
      (a.movement == budgets::Movement::kRevalue && b.movement == budgets::Movement::kRevalue) ||
      (a.document == b.document && a.document.starts_with("amendments/"));
  return several && a.record_time == b.record_time && a.actor == b.actor;
}

std::vector<Journal> JournalsAfter(BudgetsNode& node, const std::string& budget,
                                   std::int64_t sequence) {
  auto journals = node.database().Read(
      [&](db::Tx& tx) { return budgets::store::LoadJournals(tx, budget, sequence, kJournalsMax); });
  Check(journals.ok(), journals.status().ToString());
  return *std::move(journals);
}

}  // namespace

void AlertModel::Begin(BudgetsNode& node) {
  Observe(node);
  // The first look had no state of before.
  Observe(node);
  Check(crossings_.empty(), "a world begins with lines that are nearly used up");
}

void AlertModel::Observe(BudgetsNode& node) {
  for (const db::Row& row : node.Query("SELECT id FROM budget")) {
    const std::string& budget = row.Text("id");
    Book& book = books_[budget];
    const std::vector<Journal> journals = JournalsAfter(node, budget, book.sequence);
    std::vector<LineKey> touched;
    for (std::size_t i = 0; i < journals.size(); ++i) {
      Post(journals[i], book, touched);
      if (i + 1 < journals.size() && Together(journals[i], journals[i + 1])) continue;
      Settle(budget, book, touched);
    }
    Look(node, budget, book);
  }
}

void AlertModel::Look(BudgetsNode& node, const std::string& budget, Book& book) {
  for (const db::Row& row :
       node.Query("SELECT authorised_version FROM budget WHERE id = $1", {budget})) {
    book.version = row.Int("authorised_version");
  }
  for (const db::Row& row :
       node.Query("SELECT id, state FROM period WHERE budget = $1", {budget})) {
    book.periods[row.Text("id")] = *budgets::Parse<PeriodState>(row.Text("state"));
  }
}

void AlertModel::Post(const Journal& journal, Book& book, std::vector<LineKey>& touched) {
  book.sequence = journal.sequence;
  for (const budgets::Posting& posting : journal.postings) {
    const auto account = budgets::ParseAccount(posting.account);
    if (!account.has_value() || !account->line.has_value()) continue;
    const bool is_line = account->family == budgets::Family::kLine;
    Line& line = book.lines[*account->line];
    const std::int64_t debit =
        posting.side == budgets::Side::kDebit ? posting.amount : -posting.amount;
    if (!is_line) {
      line.spent += debit;
    } else {
      line.available -= debit;
      if (posting.layer == budgets::Layer::kPending) line.reserved += debit;
      touched.push_back(*account->line);
    }
  }
}

void AlertModel::Settle(const std::string& budget, Book& book, std::vector<LineKey>& touched) {
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const LineKey& key : touched) {
    const auto period = book.periods.find(key.period);
    const bool open = period != book.periods.end() && period->second == PeriodState::kOpen;
    if (key.kind != budgets::Kind::kCash || !open) continue;
    const Line& line = book.lines[key];
    const std::int64_t used = line.reserved + line.spent;
    const std::int64_t authorised = line.available + used;
    for (const int percent : kThresholds) {
      Threshold& threshold = book.thresholds[{key, percent}];
      if (threshold.version != book.version) threshold.crossings = 0;
      threshold.version = book.version;
      const bool above = authorised > 0 && used * 100 >= authorised * percent;
      if (above && !threshold.above) {
        ++threshold.crossings;
        crossings_.emplace_back(budgets::LineName(budget, key), percent, book.version,
                                threshold.crossings);
      }
      threshold.above = above;
    }
  }
  touched.clear();
}

}  // namespace jointly::simulation
