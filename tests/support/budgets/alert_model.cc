#include "tests/support/budgets/alert_model.h"

#include <jointly/budgets/v1/budgets_events.pb.h>

#include <algorithm>
#include <set>

#include "common/error/check.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/store/ledger_store.h"
#include "tests/support/budgets/invariants.h"
#include "tests/support/budgets/reading.h"

namespace jointly::budgets::invariants {
namespace {

constexpr int kJournalsMax = 1'000;
constexpr int kThresholds[] = {80, 90, 100};

// Whether two entries of one moment are one command's: those of a revaluation or an amendment. All
// other commands make one entry, or several on lines that say nothing.
bool Together(const Journal& a, const Journal& b) {
  const bool several = (a.movement == Movement::kRevalue && b.movement == Movement::kRevalue) ||
                       (a.document == b.document && a.document.starts_with("amendments/"));
  return several && a.record_time == b.record_time && a.actor == b.actor;
}

std::vector<Journal> JournalsAfter(db::Database& database, const std::string& budget,
                                   std::int64_t sequence) {
  auto journals = database.Read(
      [&](db::Tx& tx) { return store::LoadJournals(tx, budget, sequence, kJournalsMax); });
  Check(journals.ok(), journals.status().ToString());
  return *std::move(journals);
}

}  // namespace

void AlertModel::Begin(db::Database& database) {
  Observe(database);
  // The first look had no state of before.
  Observe(database);
  Check(crossings_.empty(), "a world begins with lines that are nearly used up");
}

void AlertModel::Observe(db::Database& database) {
  for (const db::Row& row : Query(database, "SELECT id FROM budget")) {
    const std::string& budget = row.Text("id");
    Book& book = books_[budget];
    const std::vector<Journal> journals = JournalsAfter(database, budget, book.sequence);
    std::vector<LineKey> touched;
    for (std::size_t i = 0; i < journals.size(); ++i) {
      Post(journals[i], book, touched);
      if (i + 1 < journals.size() && Together(journals[i], journals[i + 1])) continue;
      Settle(budget, book, touched);
    }
    Look(database, budget, book);
  }
}

void AlertModel::Look(db::Database& database, const std::string& budget, Book& book) {
  for (const db::Row& row :
       Query(database, "SELECT authorised_version FROM budget WHERE id = $1", {budget})) {
    book.version = row.Int("authorised_version");
  }
  for (const db::Row& row :
       Query(database, "SELECT id, state FROM period WHERE budget = $1", {budget})) {
    book.periods[row.Text("id")] = *Parse<PeriodState>(row.Text("state"));
  }
}

void AlertModel::Post(const Journal& journal, Book& book, std::vector<LineKey>& touched) {
  book.sequence = journal.sequence;
  for (const Posting& posting : journal.postings) {
    const auto account = ParseAccount(posting.account);
    if (!account.has_value() || !account->line.has_value()) continue;
    const bool is_line = account->family == Family::kLine;
    Line& line = book.lines[*account->line];
    const std::int64_t debit = posting.side == Side::kDebit ? posting.amount : -posting.amount;
    if (!is_line) {
      line.spent += debit;
    } else {
      line.available -= debit;
      if (posting.layer == Layer::kPending) line.reserved += debit;
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
    if (key.kind != Kind::kCash || !open) continue;
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
        crossings_.emplace_back(LineName(budget, key), percent, book.version, threshold.crossings);
      }
      threshold.above = above;
    }
  }
  touched.clear();
}

void CheckAlerts(db::Database& database, const AlertModel& model, Findings& findings) {
  std::map<AlertModel::Key, int> told;
  std::set<std::tuple<std::string, AlertModel::Key>> others;
  const auto take = [&](const auto& alerts) {
    for (const v1::Alert& alert : alerts) {
      const AlertModel::Key key{alert.line(), alert.threshold_percent(), alert.authorised_version(),
                                alert.crossing()};
      if (alert.kind() == "used") {
        ++told[key];
      } else if (!others.emplace(alert.kind(), key).second) {
        findings.push_back("B17 an alert of the kind " + alert.kind() + " is told twice of " +
                           alert.line());
      }
    }
  };
  for (const db::Row& row : Query(database, "SELECT aggregate_type, body FROM outbox")) {
    v1::BudgetEvent budget;
    v1::CommitmentEvent commitment;
    if (row.Text("aggregate_type") == "budgets.budget") {
      if (budget.ParseFromString(row.Bytes("body"))) take(budget.alerts());
    } else if (row.Text("aggregate_type") == "budgets.commitment") {
      if (commitment.ParseFromString(row.Bytes("body"))) take(commitment.alerts());
    }
  }
  for (const AlertModel::Key& key : model.crossings()) --told[key];
  for (const auto& [key, difference] : told) {
    if (difference == 0) continue;
    findings.push_back("B17 " + std::get<0>(key) + " crossed " + std::to_string(std::get<1>(key)) +
                       " % the " + std::to_string(std::get<3>(key)) + ". time in version " +
                       std::to_string(std::get<2>(key)) +
                       (difference < 0 ? " and nobody was told" : " as it is told too often"));
  }
}

}  // namespace jointly::budgets::invariants
