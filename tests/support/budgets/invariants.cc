#include "tests/support/budgets/invariants.h"

#include <jointly/budgets/v1/budgets_events.pb.h>

#include <set>

#include "common/auth/cipher.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/api/desk.h"
#include "services/budgets/domain/statement.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/statement_store.h"
#include "tests/support/budgets/calendar_check.h"
#include "tests/support/budgets/conversion_check.h"
#include "tests/support/budgets/reading.h"
#include "tests/support/budgets/transfer_check.h"

// The service's own proof is run, and beside it each invariant is looked for anew in what the
// tables say.
namespace jointly::budgets::invariants {
namespace {

void MustBeNone(db::Database& database, Findings& findings, const char* what,
                std::string_view sql) {
  for (const db::Row& row : Query(database, sql)) {
    findings.push_back(std::string(what) + ": " + row.Text("who"));
  }
}

// B1-B3, B6, B9-B13, B15, B16, B19, B20 as VerifyBudget finds them.
void CheckProof(db::Database& database, const std::string& budget, Findings& findings) {
  const auto ledger = store::VerifyLedger(database, budget);
  Check(ledger.ok(), ledger.status().ToString());
  std::vector<Finding> found = ledger->findings;
  const auto views = database.Read([&](db::Tx& tx) -> absl::StatusOr<std::vector<Finding>> {
    ASSIGN_OR_RETURN(const Budget row,
                     store::LoadBudget(tx, budget, store::Everything(), store::Lock::kNo));
    ASSIGN_OR_RETURN(const auto periods, store::LoadPeriods(tx, budget, store::Lock::kNo));
    return store::VerifyViews(tx, row, periods);
  });
  Check(views.ok(), views.status().ToString());
  found.insert(found.end(), views->begin(), views->end());
  for (const Finding& finding : found) {
    findings.push_back(finding.invariant + " " + budget + " " + finding.subject + ": " +
                       finding.text);
  }
}

// B4, B5: what commitments say of themselves, their entries, and what their lines hold.
void CheckCommitments(db::Database& database, Findings& findings) {
  MustBeNone(database, findings, "B4 a commitment does not add up", R"sql(
      SELECT id AS who FROM commitment
       WHERE reserved <> liquidated + released + remaining OR remaining < 0 OR remaining > reserved
          OR (remaining <> 0 AND state IN ('requested', 'refused', 'liquidated', 'cancelled',
                                           'expired')))sql");
  MustBeNone(database, findings, "B4 a commitment and its entries differ", R"sql(
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
  MustBeNone(database, findings, "B4 a line holds another sum than its commitments", R"sql(
      SELECT a.budget || ' ' || a.path AS who FROM account AS a
       WHERE a.path LIKE 'line/%'
         AND a.pending_debit - a.pending_credit <>
             (SELECT COALESCE(SUM(c.remaining), 0) FROM commitment AS c
               WHERE c.budget = a.budget
                 AND a.path = 'line/' || c.period || '/' || c.category || '/'
                              || replace(c.partner, 'institutions/', '') || '/' || c.kind))sql");
  MustBeNone(database, findings, "B5 entries and events of a commitment differ in number", R"sql(
      SELECT c.id || ' ' || m.movement AS who
        FROM commitment AS c
  CROSS JOIN (SELECT 'reserve' AS movement, 'jointly.budgets.commitment.reserved.v1' AS event
               UNION ALL SELECT 'liquidate', 'jointly.budgets.commitment.liquidated.v1') AS m
       WHERE (SELECT COUNT(*) FROM journal AS j
               WHERE j.budget = c.budget AND j.document = 'commitments/' || c.id
                 AND j.movement = m.movement)
             <> (SELECT COUNT(*) FROM outbox AS o
                  WHERE o.aggregate_type = 'budgets.commitment' AND o.aggregate_id = c.id
                    AND o.event_type = m.event))sql");
}

// The rest of a commitment's steps: payments, its claims' too, what is taken back, credit notes.
void CheckSteps(db::Database& database, Findings& findings) {
  MustBeNone(database, findings, "B5 payments, reversals and events of a commitment differ",
             R"sql(
      SELECT c.id || ' ' || m.counted || ' ' || m.movement AS who
        FROM commitment AS c
  CROSS JOIN (SELECT 'pay' AS counted, 'pay' AS movement,
                     'jointly.budgets.commitment.paid.v1' AS event
               UNION ALL
              SELECT 'pay', 'reverse', 'jointly.budgets.commitment.payment_reversed.v1'
               UNION ALL
              SELECT 'liquidate', 'reverse',
                     'jointly.budgets.commitment.liquidation_reversed.v1') AS m
       WHERE (SELECT COUNT(*) FROM journal AS j
                LEFT JOIN claim ON claim.budget = j.budget AND j.document = 'claims/' || claim.id
               WHERE j.budget = c.budget AND j.movement = m.movement AND j.counts_as = m.counted
                 AND COALESCE('commitments/' || claim.commitment, j.document)
                     = 'commitments/' || c.id)
             <> (SELECT COUNT(*) FROM outbox AS o
                  WHERE o.aggregate_type = 'budgets.commitment' AND o.aggregate_id = c.id
                    AND o.event_type = m.event))sql");
  MustBeNone(database, findings, "B15 what is paid is not what the entries say", R"sql(
      SELECT c.id || ' paid ' || c.paid AS who FROM commitment AS c
       WHERE c.paid <> (SELECT COALESCE(SUM(CASE p.side WHEN 'debit' THEN p.amount
                                            ELSE -p.amount END), 0)
                          FROM journal AS j
                          JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
                          LEFT JOIN claim ON claim.budget = j.budget
                                         AND j.document = 'claims/' || claim.id
                         WHERE j.budget = c.budget AND j.counts_as = 'pay'
                           AND p.path LIKE 'payable/%'
                           AND COALESCE('commitments/' || claim.commitment, j.document)
                               = 'commitments/' || c.id))sql");
  MustBeNone(database, findings, "B4 a commitment and its credit notes differ", R"sql(
      SELECT c.id || ' credited ' || c.credited AS who FROM commitment AS c
       WHERE c.credited > c.liquidated OR c.credited < 0
          OR c.credited <> (SELECT COALESCE(SUM(p.amount), 0)
                              FROM journal AS cost
                              JOIN journal AS note ON note.budget = cost.budget
                                  AND note.document = 'journals/' || cost.sequence
                              JOIN posting AS p ON p.budget = note.budget
                                  AND p.sequence = note.sequence
                             WHERE cost.budget = c.budget
                               AND cost.document = 'commitments/' || c.id
                               AND note.movement = 'correct' AND p.path LIKE 'spent/%'))sql");
  // Of one cost, whoever's it is, no more came back than it was: mirror and credit notes together.
  MustBeNone(database, findings, "B5 more of a cost is taken back than it was", R"sql(
      SELECT cost.budget || ' journal ' || cost.sequence AS who
        FROM journal AS cost
        JOIN posting AS p ON p.budget = cost.budget AND p.sequence = cost.sequence
       WHERE p.path LIKE 'spent/%' AND cost.movement IN ('recognise', 'liquidate')
         AND p.amount < (SELECT COALESCE(SUM(back.amount), 0)
                           FROM journal AS note JOIN posting AS back
                             ON back.budget = note.budget AND back.sequence = note.sequence
                          WHERE note.budget = cost.budget AND back.path LIKE 'spent/%'
                            AND (note.reverses = cost.id
                                 OR note.document = 'journals/' || cost.sequence)))sql");
}

// B7 by the tables alone: what lines hold, what was spent and what went back is the contract.
void CheckSums(db::Database& database, Findings& findings) {
  MustBeNone(database, findings, "B7 actual, open, pool and returned are not the contract", R"sql(
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
  MustBeNone(database, findings, "B7 a cost is not dated in its line's period", R"sql(
      SELECT j.budget || ' journal ' || j.sequence AS who
        FROM journal AS j
        JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
        JOIN period ON period.budget = j.budget AND p.path LIKE 'spent/' || period.id || '/%'
       WHERE j.effective_on < period.start_date OR j.effective_on > period.end_date)sql");
}

// B8: a period that is closed has no later entry, and what its close said can be said again.
absl::Status CheckDigest(db::Tx& tx, const std::string& budget, const Period& period,
                         const Signer& sign, Findings& findings) {
  ASSIGN_OR_RETURN(const Budget row,
                   store::LoadBudget(tx, budget, store::Everything(), store::Lock::kNo));
  ASSIGN_OR_RETURN(const auto periods, store::LoadPeriods(tx, budget, store::Lock::kNo));
  ASSIGN_OR_RETURN(const auto input,
                   store::LoadStatement(tx, row, periods,
                                        {.as_of_sequence = period.closing_sequence,
                                         .as_of_date = {},
                                         .calendar = Calendar::kBudget,
                                         .period = period.id}));
  ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
  const std::string name = "budgets/" + budget + "/periods/" + period.id;
  if (statement.content_hash != period.digest) {
    findings.push_back("B8 " + name + " is not what its close said");
  }
  if (period.digest_signature !=
      auth::Base64UrlEncode(
          sign(name + "\n" + std::to_string(period.closing_sequence) + "\n" + period.digest))) {
    findings.push_back("B8 the digest of " + name + " is not signed");
  }
  ASSIGN_OR_RETURN(const db::Rows events, tx.Query(R"sql(
      SELECT body FROM outbox WHERE aggregate_type = 'budgets.period' AND aggregate_id = $1
         AND event_type = 'jointly.budgets.period.closed.v1' ORDER BY revision DESC LIMIT 1)sql",
                                                   {budget + "/" + period.id}));
  v1::PeriodEvent event;
  if (events.empty() || !event.ParseFromString(events.front().Bytes("body")) ||
      event.period().digest() != period.digest) {
    findings.push_back("B8 the event of the close of " + name + " has another digest");
  }
  return absl::OkStatus();
}

void CheckCloses(db::Database& database, const std::string& budget, const Signer& sign,
                 Findings& findings) {
  const absl::Status checked = database.Read([&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const auto periods, store::LoadPeriods(tx, budget, store::Lock::kNo));
    for (const Period& period : periods) {
      if (period.state != PeriodState::kClosed) continue;
      RETURN_IF_ERROR(CheckDigest(tx, budget, period, sign, findings));
    }
    return absl::OkStatus();
  });
  Check(checked.ok(), checked.ToString());
}

// What the closes did with carry-overs, and what they told of it.
void CheckCarryOvers(db::Database& database, Findings& findings) {
  MustBeNone(database, findings, "a period closed over a carry-over that waits", R"sql(
      SELECT c.id AS who FROM carry_over AS c
        JOIN period ON period.budget = c.budget AND period.id = c.from_period
       WHERE period.state = 'closed' AND c.state IN ('proposed', 'approved'))sql");
  MustBeNone(database, findings, "a carry-over was not told of as often as it changed", R"sql(
      SELECT c.id AS who FROM carry_over AS c
       WHERE c.revision <> (SELECT COUNT(*) FROM outbox
                             WHERE aggregate_type = 'budgets.carry_over'
                               AND aggregate_id = c.id))sql");
  MustBeNone(database, findings, "carry-overs say more than the closes of their period", R"sql(
      SELECT c.budget || ' ' || c.from_period AS who FROM carry_over AS c
       WHERE c.state = 'posted'
    GROUP BY c.budget, c.from_period
      HAVING SUM(c.carried) > (SELECT COALESCE(SUM(p.amount), 0)
                                 FROM posting AS p
                                WHERE p.budget = c.budget AND p.side = 'credit'
                                  AND p.path LIKE 'carry/' || c.from_period || '-%'))sql");
  MustBeNone(database, findings, "a carry-over was settled with amounts that it cannot have", R"sql(
      SELECT id AS who FROM carry_over
       WHERE (state <> 'posted' AND carried <> 0)
          OR (state NOT IN ('posted', 'returned') AND returned <> 0)
          OR (state = 'returned' AND returned <= 0))sql");
}

// B14: the hands of one document, each person as themselves and in whose place they acted.
void CheckHands(db::Database& database, Findings& findings) {
  struct Document {
    const char* table;
    std::vector<const char*> hands;
  };
  const std::vector<Document> documents = {
      {"budget", {"requester", "approver"}},        {"commitment", {"requester", "approver"}},
      {"line_transfer", {"requester", "approver"}}, {"carry_over", {"requester", "approver"}},
      {"report", {"preparer", "certifier"}},        {"claim", {"certifier", "approver", "payer"}}};
  for (const Document& document : documents) {
    for (const db::Row& row : Query(database, "SELECT * FROM " + std::string(document.table))) {
      // Whoever asked may take it back; a close may say of what was refused that it was returned.
      const std::string state = row.Text("state");
      if (state == "refused" || state == "rejected" || state == "returned") continue;
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
  MustBeNone(database, findings, "B14 whoever asked or approved has paid", R"sql(
      SELECT c.id AS who FROM commitment AS c JOIN journal AS j
          ON j.budget = c.budget AND j.document = 'commitments/' || c.id
       WHERE j.movement = 'pay' AND j.actor IN (c.requester, c.approver, c.requester_for,
                                                c.approver_for))sql");
}

// What only the audit knows: who reopened a period, who put an amendment in force.
void CheckSecondHands(db::Database& database, Findings& findings) {
  MustBeNone(database, findings, "B14 one person asked and opened it again", R"sql(
      SELECT done.subject AS who FROM audit AS done
       WHERE done.action = 'reopened'
         AND done.actor = (SELECT asked.actor FROM audit AS asked
                            WHERE asked.subject = done.subject AND asked.id < done.id
                              AND asked.action = 'reopen_requested'
                            ORDER BY asked.id DESC LIMIT 1))sql");
  MustBeNone(database, findings, "B14 one person made an amendment and put it in force", R"sql(
      SELECT done.subject AS who FROM audit AS done JOIN audit AS made
          ON made.subject = done.subject AND made.actor = done.actor
       WHERE done.subject LIKE '%/amendments/%' AND done.action = 'in_force'
         AND made.action = 'created')sql");
}

// B8, B15: dates of entries, and what was paid.
void CheckPayments(db::Database& database, Findings& findings) {
  MustBeNone(database, findings, "B8 an entry is dated in a closed period", R"sql(
      SELECT j.budget || ' journal ' || j.sequence || ' ' || j.movement || ' of '
             || j.effective_on AS who
        FROM journal AS j JOIN period ON period.budget = j.budget
       WHERE period.state = 'closed' AND j.sequence > period.closing_sequence
         AND j.effective_on >= period.start_date AND j.effective_on <= period.end_date)sql");
  MustBeNone(database, findings, "B15 more is paid than was recognised", R"sql(
      SELECT id AS who FROM commitment WHERE paid < 0 OR paid > liquidated)sql");
  // At every day, not only now: what is reserved or recognised, less what is paid, by claims too.
  MustBeNone(database, findings, "B15 more is paid than committed", R"sql(
      SELECT DISTINCT cumulated.budget || ' ' || cumulated.document || ' on '
             || cumulated.effective_on AS who
        FROM (SELECT entry.budget, entry.document, entry.effective_on,
                     SUM(entry.amount) OVER (PARTITION BY entry.budget, entry.document
                                             ORDER BY entry.effective_on) AS outstanding
                FROM (SELECT j.budget, j.effective_on,
                             COALESCE('commitments/' || claim.commitment, j.document) AS document,
                             CASE WHEN p.side = 'debit' THEN p.amount ELSE -p.amount END
                             * CASE WHEN p.path LIKE 'payable/%' THEN -1 ELSE 1 END AS amount
                        FROM journal AS j
                        JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
                        LEFT JOIN claim ON claim.budget = j.budget
                                       AND j.document = 'claims/' || claim.id
                       WHERE (p.path LIKE 'line/%' AND p.layer = 'pending')
                          OR p.path LIKE 'spent/%'
                          OR (p.path LIKE 'payable/%' AND p.layer = 'posted'
                              AND j.counts_as = 'pay')) AS entry
               WHERE entry.document LIKE 'commitments/%') AS cumulated
       WHERE cumulated.outstanding < 0)sql");
}

}  // namespace

std::vector<Journal> JournalsOf(db::Database& database, const std::string& budget) {
  constexpr int kJournalsMax = 10'000;
  auto journals =
      database.Read([&](db::Tx& tx) { return store::LoadJournals(tx, budget, 0, kJournalsMax); });
  Check(journals.ok(), journals.status().ToString());
  return *std::move(journals);
}

void CheckBudgets(db::Database& database, const Signer& sign, Findings& findings) {
  for (const db::Row& row : Query(database, "SELECT id FROM budget ORDER BY id")) {
    const std::string& budget = row.Text("id");
    CheckProof(database, budget, findings);
    CheckCloses(database, budget, sign, findings);
    const std::vector<Journal> journals = JournalsOf(database, budget);
    CheckTransfers(database, budget, journals, findings);
    CheckConversions(database, budget, journals, findings);
    CheckCalendars(database, budget, journals, 0, std::nullopt, findings);
  }
  CheckDocuments(database, findings);
}

void CheckDocuments(db::Database& database, Findings& findings) {
  CheckCommitments(database, findings);
  CheckSteps(database, findings);
  CheckSums(database, findings);
  CheckPayments(database, findings);
  CheckCarryOvers(database, findings);
  CheckHands(database, findings);
  CheckSecondHands(database, findings);
}

}  // namespace jointly::budgets::invariants
