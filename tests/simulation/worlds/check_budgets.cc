#include <jointly/budgets/v1/budgets_events.pb.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/auth/cipher.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/api/desk.h"
#include "services/budgets/domain/statement.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/statement_store.h"
#include "tests/simulation/worlds/check.h"

// The invariants of budgets.md 3.4. The service's own proof is run, and beside it each is looked
// for anew in what the tables say.
namespace jointly::simulation {
namespace {

namespace store = budgets::store;

void MustBeNone(BudgetsNode& node, Findings& findings, const char* what, std::string_view sql) {
  for (const db::Row& row : node.Query(sql)) {
    findings.push_back(std::string(what) + ": " + row.Text("who"));
  }
}

// B1-B3, B6, B9-B13, B15, B16, B19, B20 as VerifyBudget finds them.
void CheckProof(BudgetsNode& node, const std::string& budget, Findings& findings) {
  const auto ledger = store::VerifyLedger(node.database(), budget);
  Check(ledger.ok(), ledger.status().ToString());
  std::vector<budgets::Finding> found = ledger->findings;
  const auto views =
      node.database().Read([&](db::Tx& tx) -> absl::StatusOr<std::vector<budgets::Finding>> {
        ASSIGN_OR_RETURN(const budgets::Budget row,
                         store::LoadBudget(tx, budget, store::Everything(), store::Lock::kNo));
        ASSIGN_OR_RETURN(const auto periods, store::LoadPeriods(tx, budget, store::Lock::kNo));
        return store::VerifyViews(tx, row, periods);
      });
  Check(views.ok(), views.status().ToString());
  found.insert(found.end(), views->begin(), views->end());
  for (const budgets::Finding& finding : found) {
    findings.push_back(finding.invariant + " " + budget + " " + finding.subject + ": " +
                       finding.text);
  }
}

// B4, B5: what commitments say of themselves, their entries, and what their lines hold.
void CheckCommitments(BudgetsNode& node, Findings& findings) {
  MustBeNone(node, findings, "B4 a commitment does not add up", R"sql(
      SELECT id AS who FROM commitment
       WHERE reserved <> liquidated + released + remaining OR remaining < 0 OR remaining > reserved
          OR (remaining <> 0 AND state IN ('requested', 'refused', 'liquidated', 'cancelled',
                                           'expired')))sql");
  MustBeNone(node, findings, "B4 a commitment and its entries differ", R"sql(
      SELECT c.id || ' ' || c.state || ' remaining ' || c.remaining || ' liquidated '
             || c.liquidated AS who
        FROM commitment AS c
       WHERE c.budget <> ''
         AND (c.remaining <> (SELECT COALESCE(SUM(CASE p.side WHEN 'debit' THEN p.amount
                                                  ELSE -p.amount END), 0)
                                FROM journal AS j JOIN posting AS p
                                  ON p.budget = j.budget AND p.sequence = j.sequence
                               WHERE j.budget = c.budget AND j.document = 'commitments/' || c.id
                                 AND p.layer = 'pending' AND p.path LIKE 'line/%')
              OR c.liquidated <> (SELECT COALESCE(SUM(CASE p.side WHEN 'debit' THEN p.amount
                                                      ELSE -p.amount END), 0)
                                    FROM journal AS j JOIN posting AS p
                                      ON p.budget = j.budget AND p.sequence = j.sequence
                                   WHERE j.budget = c.budget
                                     AND j.document = 'commitments/' || c.id
                                     AND p.layer = 'posted' AND p.path LIKE 'spent/%')))sql");
  // Partners and accounts are named by their last part.
  MustBeNone(node, findings, "B4 a line holds another sum than its commitments", R"sql(
      SELECT a.budget || ' ' || a.path AS who FROM account AS a
       WHERE a.path LIKE 'line/%'
         AND a.pending_debit - a.pending_credit <>
             (SELECT COALESCE(SUM(c.remaining), 0) FROM commitment AS c
               WHERE c.budget = a.budget
                 AND a.path = 'line/' || c.period || '/' || c.category || '/'
                              || replace(c.partner, 'institutions/', '') || '/' || c.kind))sql");
  MustBeNone(node, findings, "B5 entries and events of a commitment differ in number", R"sql(
      SELECT c.id || ' ' || m.movement AS who
        FROM commitment AS c
        JOIN (SELECT 'reserve' AS movement, 'jointly.budgets.commitment.reserved.v1' AS event
               UNION ALL SELECT 'liquidate', 'jointly.budgets.commitment.liquidated.v1') AS m
       WHERE (SELECT COUNT(*) FROM journal AS j
               WHERE j.budget = c.budget AND j.document = 'commitments/' || c.id
                 AND j.movement = m.movement)
             <> (SELECT COUNT(*) FROM outbox AS o
                  WHERE o.aggregate_type = 'budgets.commitment' AND o.aggregate_id = c.id
                    AND o.event_type = m.event))sql");
}

// B7 by the tables alone: what lines hold, what was spent and what went back is the contract.
void CheckSums(BudgetsNode& node, Findings& findings) {
  MustBeNone(node, findings, "B7 actual, open, pool and returned are not the contract", R"sql(
      SELECT b.id || ' ' || b.contract_amount AS who FROM budget AS b
       WHERE b.authorised_version > 0
         AND b.contract_amount <>
             (SELECT COALESCE(SUM(CASE WHEN a.path LIKE 'spent/%'
                                       THEN a.posted_debit - a.posted_credit
                                       ELSE a.posted_credit - a.posted_debit END), 0)
                FROM account AS a
               WHERE a.budget = b.id AND a.path NOT LIKE '%/inkind'
                 AND (a.path LIKE 'line/%' OR a.path LIKE 'spent/%' OR a.path = 'pool'
                      OR a.path LIKE 'returned/%')))sql");
  MustBeNone(node, findings, "B7 a cost is not dated in its line's period", R"sql(
      SELECT j.budget || ' journal ' || j.sequence AS who
        FROM journal AS j
        JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
        JOIN period ON period.budget = j.budget AND p.path LIKE 'spent/' || period.id || '/%'
       WHERE j.effective_on < period.start_date OR j.effective_on > period.end_date)sql");
}

// B8: a period that is closed has no later entry, and what its close said can be said again.
absl::Status CheckDigest(db::Tx& tx, const std::string& budget, const budgets::Period& period,
                         Findings& findings) {
  ASSIGN_OR_RETURN(const budgets::Budget row,
                   store::LoadBudget(tx, budget, store::Everything(), store::Lock::kNo));
  ASSIGN_OR_RETURN(const auto periods, store::LoadPeriods(tx, budget, store::Lock::kNo));
  ASSIGN_OR_RETURN(const auto input,
                   store::LoadStatement(tx, row, periods,
                                        {.as_of_sequence = period.closing_sequence,
                                         .as_of_date = {},
                                         .calendar = budgets::Calendar::kBudget,
                                         .period = period.id}));
  ASSIGN_OR_RETURN(const budgets::Statement statement, budgets::MakeStatement(input));
  const std::string name = "budgets/" + budget + "/periods/" + period.id;
  if (statement.content_hash != period.digest) {
    findings.push_back("B8 " + name + " is not what its close said");
  }
  if (period.digest_signature !=
      auth::Base64UrlEncode(BudgetsNode::Sign(
          name + "\n" + std::to_string(period.closing_sequence) + "\n" + period.digest))) {
    findings.push_back("B8 the digest of " + name + " is not signed");
  }
  ASSIGN_OR_RETURN(const db::Rows events, tx.Query(R"sql(
      SELECT body FROM outbox WHERE aggregate_type = 'budgets.period' AND aggregate_id = $1
         AND event_type = 'jointly.budgets.period.closed.v1' ORDER BY revision DESC LIMIT 1)sql",
                                                   {budget + "/" + period.id}));
  budgets::v1::PeriodEvent event;
  if (events.empty() || !event.ParseFromString(events.front().Bytes("body")) ||
      event.period().digest() != period.digest) {
    findings.push_back("B8 the event of the close of " + name + " has another digest");
  }
  return absl::OkStatus();
}

void CheckCloses(BudgetsNode& node, const std::string& budget, Findings& findings) {
  const absl::Status checked = node.database().Read([&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const auto periods, store::LoadPeriods(tx, budget, store::Lock::kNo));
    for (const budgets::Period& period : periods) {
      if (period.state != budgets::PeriodState::kClosed) continue;
      RETURN_IF_ERROR(CheckDigest(tx, budget, period, findings));
    }
    return absl::OkStatus();
  });
  Check(checked.ok(), checked.ToString());
}

// B14: the hands of one document, each person as themselves and in whose place they acted.
void CheckHands(BudgetsNode& node, Findings& findings) {
  struct Document {
    const char* table;
    std::vector<const char*> hands;
  };
  const std::vector<Document> documents = {
      {"budget", {"requester", "approver"}},        {"commitment", {"requester", "approver"}},
      {"line_transfer", {"requester", "approver"}}, {"carry_over", {"requester", "approver"}},
      {"report", {"preparer", "certifier"}},        {"claim", {"certifier", "approver", "payer"}}};
  for (const Document& document : documents) {
    for (const db::Row& row : node.Query("SELECT * FROM " + std::string(document.table))) {
      // Whoever asked may take it back.
      if (row.Text("state") == "refused" || row.Text("state") == "rejected") continue;
      std::multiset<std::string> people;
      if (document.table == std::string_view("claim")) people.insert(row.Text("claimant"));
      for (const std::string hand : document.hands) {
        if (!row.Text(hand).empty()) people.insert(row.Text(hand));
        if (!row.Text(hand + "_for").empty()) people.insert(row.Text(hand + "_for"));
      }
      const std::set<std::string> different(people.begin(), people.end());
      if (different.size() == people.size()) continue;
      findings.push_back("B14 one person twice on " + std::string(document.table) + " " +
                         row.Text("id"));
    }
  }
  MustBeNone(node, findings, "B14 whoever asked or approved has paid", R"sql(
      SELECT c.id AS who FROM commitment AS c JOIN journal AS j
          ON j.budget = c.budget AND j.document = 'commitments/' || c.id
       WHERE j.movement = 'pay' AND j.actor IN (c.requester, c.approver, c.requester_for,
                                                c.approver_for))sql");
}

// B18: what was moved between the funder's categories of a period without its letter.
class TransferCheck {
 public:
  TransferCheck(BudgetsNode& node, const budgets::Budget& budget) : node_(node), budget_(budget) {}

  void Run(Findings& findings) {
    for (const db::Row& row : node_.Query(
             "SELECT id, funder_approval FROM line_transfer WHERE budget = $1", {budget_.id})) {
      letters_["transfers/" + row.Text("id")] = row.Text("funder_approval");
    }
    const auto journals = node_.database().Read(
        [&](db::Tx& tx) { return store::LoadJournals(tx, budget_.id, 0, kJournalsMax); });
    Check(journals.ok(), journals.status().ToString());
    for (const budgets::Journal& journal : *journals) Judge(journal, findings);
  }

 private:
  static constexpr int kJournalsMax = 10'000;

  std::string GroupOf(const budgets::LineKey& line) const {
    const budgets::Category* category = budgets::FindCategory(budget_, line.category);
    return category == nullptr ? std::string() : category->funder_category;
  }

  void Judge(const budgets::Journal& journal, Findings& findings) {
    const bool transfer = journal.document.starts_with("transfers/");
    const bool grants = journal.counts_as == budgets::Movement::kAllocate ||
                        journal.document.starts_with("amendments/");
    if (!transfer && !grants) return;
    std::string period;
    for (const budgets::Posting& posting : journal.postings) {
      const auto account = budgets::ParseAccount(posting.account);
      if (!account.has_value() || account->family != budgets::Family::kLine) continue;
      const std::string group = GroupOf(*account->line);
      const std::int64_t amount =
          posting.side == budgets::Side::kCredit ? posting.amount : -posting.amount;
      period = account->line->period;
      if (transfer) moved_[{period, group}] += amount;
      if (grants && group != budgets::kIndirect) direct_[period] += amount;
    }
    if (!transfer || !letters_[journal.document].empty()) return;
    for (const budgets::Posting& posting : journal.postings) {
      const auto account = budgets::ParseAccount(posting.account);
      if (!account.has_value() || account->family != budgets::Family::kLine) continue;
      const std::int64_t moved = moved_[{period, GroupOf(*account->line)}];
      if (2 * std::abs(moved) <= direct_[period] || posting.amount == 0) continue;
      if (Within(journal)) continue;
      findings.push_back("B18 " + journal.document + " moves " + std::to_string(moved) +
                         " of a direct grant of " + std::to_string(direct_[period]) +
                         " and the funder was not asked");
    }
  }

  // Between lines of one category of the funder everything is free.
  bool Within(const budgets::Journal& journal) const {
    std::set<std::string> groups;
    for (const budgets::Posting& posting : journal.postings) {
      const auto account = budgets::ParseAccount(posting.account);
      if (account.has_value() && account->line.has_value()) groups.insert(GroupOf(*account->line));
    }
    return groups.size() == 1;
  }

  BudgetsNode& node_;
  const budgets::Budget& budget_;
  std::map<std::string, std::string> letters_;  // By document.
  std::map<std::pair<std::string, std::string>, std::int64_t> moved_;
  std::map<std::string, std::int64_t> direct_;
};

void CheckTransfers(BudgetsNode& node, const std::string& id, Findings& findings) {
  const auto budget = node.database().Read(
      [&](db::Tx& tx) { return store::LoadBudget(tx, id, store::Everything(), store::Lock::kNo); });
  Check(budget.ok(), budget.status().ToString());
  if (budget->terms.rule_set == "kakenhi") TransferCheck(node, *budget).Run(findings);
}

}  // namespace

void CheckBudgets(BudgetsNode& node, Findings& findings) {
  for (const db::Row& row : node.Query("SELECT id FROM budget")) {
    CheckProof(node, row.Text("id"), findings);
    CheckCloses(node, row.Text("id"), findings);
    CheckTransfers(node, row.Text("id"), findings);
  }
  CheckCommitments(node, findings);
  CheckSums(node, findings);
  MustBeNone(node, findings, "B8 an entry is dated in a closed period", R"sql(
      SELECT j.budget || ' journal ' || j.sequence || ' ' || j.movement || ' of '
             || j.effective_on AS who
        FROM journal AS j JOIN period ON period.budget = j.budget
       WHERE period.state = 'closed' AND j.sequence > period.closing_sequence
         AND j.effective_on >= period.start_date AND j.effective_on <= period.end_date)sql");
  MustBeNone(node, findings, "B15 more is paid than was recognised", R"sql(
      SELECT id AS who FROM commitment WHERE paid < 0 OR paid > liquidated)sql");
  CheckHands(node, findings);
}

void CheckAlerts(BudgetsNode& node, const AlertModel& model, Findings& findings) {
  std::map<AlertModel::Key, int> told;
  std::set<std::tuple<std::string, AlertModel::Key>> others;
  const auto take = [&](const auto& alerts) {
    for (const budgets::v1::Alert& alert : alerts) {
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
  for (const db::Row& row : node.Query("SELECT aggregate_type, body FROM outbox")) {
    budgets::v1::BudgetEvent budget;
    budgets::v1::CommitmentEvent commitment;
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

void CheckRefusals(BudgetsNode& node, const std::deque<Command>& commands, Findings& findings) {
  std::map<std::string, std::string> journals;
  for (const db::Row& row : node.Query("SELECT id, movement FROM journal")) {
    journals[row.Text("id")] = row.Text("movement");
  }
  for (const Command& command : commands) {
    const bool refused = !command.changes || command.outcome == Command::Outcome::kRefused;
    if (command.service != "budgets" || !refused) continue;
    const auto posted = journals.find(budgets::DerivedId(command.request_id, 0));
    if (posted == journals.end()) continue;
    findings.push_back(command.method +
                       " was refused or only asked, and posted: " + posted->second);
  }
}

}  // namespace jointly::simulation
