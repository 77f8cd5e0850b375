#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <random>

#include "tests/store/budgets/ledger_world.h"

// Random commands against the ledger in the database and against a model in memory. After every
// commit the invariants B1-B13 and B19 are checked, also as of moments in the past. The seed is in
// the failure's trace; JOINTLY_TEST_SEED=<seed> repeats it alone.
namespace jointly::budgets {
namespace {

constexpr int kCommands = 200;

std::vector<std::uint64_t> Seeds() {
  if (const char* seed = std::getenv("JOINTLY_TEST_SEED")) {
    return {std::strtoull(seed, nullptr, 10)};
  }
  return {1, 2, 3, 4, 5};
}

struct OpenCommitment {
  LineKey line;
  std::string document;
  std::int64_t reserved = 0;
  std::int64_t liquidated = 0;
  std::int64_t released = 0;
  std::int64_t remaining = 0;
  std::int64_t paid = 0;
};

// Without what only the stored row knows.
Balances Plain(Balances balances) {
  for (auto& [path, balance] : balances) {
    balance.version = 0;
    balance.closed = false;
  }
  std::erase_if(balances, [](const auto& entry) {
    const Balance& b = entry.second;
    return b.posted_debit == 0 && b.posted_credit == 0 && b.pending_debit == 0 &&
           b.pending_credit == 0;
  });
  return balances;
}

class LedgerPropertyTest : public LedgerTest {
 protected:
  void Start(std::uint64_t seed) {
    random_.seed(seed);
    budget_ = "budget-" + std::to_string(seed);
    balances_.clear();
    journals_.clear();
    commitments_.clear();
    digests_.clear();
    history_.assign(1, Balances());
    authorised_ = 0;
    period_ = 1;
    number_ = 0;
    ASSERT_TRUE(database()
                    .Transact([&](db::Tx& tx) {
                      store::CreateLedger(tx, budget_, "EUR");
                      return absl::OkStatus();
                    })
                    .ok());
  }

  std::int64_t Below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
  }
  bool Chance(int percent) { return Below(100) < percent; }
  std::int64_t Amount(std::int64_t most = 20'000) { return 1 + Below(most); }

  std::string PeriodId(int offset = 0) const { return "p" + std::to_string(period_ + offset); }
  LineKey AnyLine() {
    return {.period = PeriodId(Chance(20) ? 1 : 0),
            .category = std::string(1, static_cast<char>('A' + Below(3))),
            .partner = Chance(50) ? "institutions/uga" : "institutions/tsukuba"};
  }

  Entry NextEntry() {
    const int year = 2019 + period_;
    const Date date = AddDays(Day(std::to_string(year) + "-04-01"), static_cast<int>(Below(365)));
    Entry entry = EntryOn(FormatDate(date), ++number_);
    entry.budget = budget_;
    return entry;
  }

  // What to do with the model when the command's journal was posted.
  using Effect = std::function<void()>;
  struct Command {
    absl::StatusOr<Journal> journal = absl::UnknownError("");
    Effect effect = [] {};
  };

  Command NextCommand();
  Command OnCommitment();
  Command Settle();
  Command Repeat();
  void Commit(const std::vector<Command>& commands);
  void ClosePeriod();
  void Take(const store::Posted& posted, const Command& command);
  void CheckNow();
  void CheckPast();
  void CheckCommitments();

  std::mt19937_64 random_;
  std::string budget_;
  Balances balances_;              // The model.
  std::vector<Journal> journals_;  // Posted, in order.
  std::vector<Balances> history_;  // After each sequence.
  std::vector<OpenCommitment> commitments_;
  std::map<std::string, Balances> digests_;  // Of closed periods.
  std::int64_t authorised_ = 0;
  int period_ = 1;
  int number_ = 0;
};
INSTANTIATE_ON_ENGINES(LedgerPropertyTest);

LedgerPropertyTest::Command LedgerPropertyTest::OnCommitment() {
  if (commitments_.empty()) return {};
  const auto index = static_cast<std::size_t>(Below(std::ssize(commitments_)));
  OpenCommitment& commitment = commitments_[index];
  Entry entry = NextEntry();
  entry.document = commitment.document;
  if (commitment.remaining > 0 && Chance(25)) {
    const std::int64_t amount = Amount(commitment.remaining + 5);
    return {Release(entry, commitment.line, commitment.remaining, amount), [this, index, amount] {
              commitments_[index].released += amount;
              commitments_[index].remaining -= amount;
            }};
  }
  if (commitment.remaining > 0 && Chance(20)) {
    const std::int64_t after = Amount(commitment.remaining * 2);
    const Conversion conversion{.from = {after * 123, kJpy},
                                .to = {after, kEur},
                                .rate = "123.00",
                                .rate_date = entry.effective_on,
                                .policy = "day"};
    return {Revalue(entry, {.line = commitment.line,
                            .before = commitment.remaining,
                            .after = after,
                            .conversion = conversion}),
            [this, index, after] {
              OpenCommitment& c = commitments_[index];
              c.reserved += after - c.remaining;
              c.remaining = after;
            }};
  }
  const std::int64_t cost = Amount(commitment.remaining + commitment.remaining / 5 + 1);
  const auto liquidated = Liquidate(entry, {.line = commitment.line,
                                            .remaining = commitment.remaining,
                                            .cost = cost,
                                            .part = std::nullopt,
                                            .final = Chance(40),
                                            .tolerance = commitment.remaining / 10,
                                            .conversion = std::nullopt});
  if (!liquidated.ok()) return {liquidated.status(), [] {}};
  return {liquidated->journal, [this, index, cost, l = *liquidated] {
            OpenCommitment& c = commitments_[index];
            c.reserved += l.excess;
            c.liquidated += cost;
            c.released += l.released;
            c.remaining = l.remaining;
          }};
}

// Payments, corrections, returns.
LedgerPropertyTest::Command LedgerPropertyTest::Settle() {
  const Entry entry = NextEntry();
  const LineKey line = AnyLine();
  if (Chance(30)) return {Correct(entry, line, Amount(500)), [] {}};
  if (Chance(30)) {
    std::optional<LineKey> from;
    if (Chance(60)) from = line;
    return {Return(entry, from, "institutions/uga", Amount()), [] {}};
  }
  Payment payment{.partner = line.partner,
                  .organisation = "institutions/uga",
                  .recognised = Amount(),
                  .conversion = std::nullopt};
  if (Chance(30)) {
    payment.conversion = Conversion{.from = {Amount(3'000'000), kJpy},
                                    .to = {Amount(), kEur},
                                    .rate = "120.83",
                                    .rate_date = entry.effective_on,
                                    .policy = "day"};
  }
  return {Pay(entry, payment), [] {}};
}

// A journal again: the same, or under its id something else, or its reversal.
LedgerPropertyTest::Command LedgerPropertyTest::Repeat() {
  if (journals_.empty()) return {};
  const auto any = static_cast<std::size_t>(Below(std::ssize(journals_)));
  Journal journal = journals_[any];
  if (Chance(40)) return {journal, [] {}};
  if (Chance(40)) {
    journal.reference += "other";
    return {journal, [] {}};
  }
  // Commitments are undone by releases; here only what the model does not follow.
  const bool plain = journal.movement == Movement::kAllocate ||
                     journal.movement == Movement::kTransfer ||
                     journal.movement == Movement::kRecognise ||
                     journal.movement == Movement::kPay || journal.movement == Movement::kReverse;
  if (!plain) return {};
  return {Reverse(NextEntry(), journal), [] {}};
}

LedgerPropertyTest::Command LedgerPropertyTest::NextCommand() {
  const Entry entry = NextEntry();
  const LineKey line = AnyLine();
  const std::int64_t amount = Amount();
  switch (Below(14)) {
    case 0:
      return {Authorise(entry, "institutions/uga", amount * 3),
              [this, amount] { authorised_ += amount * 3; }};
    case 1:
      return {Deobligate(entry, "institutions/uga", amount),
              [this, amount] { authorised_ -= amount; }};
    case 2:
      return {ReceiveInstalment(entry, "institutions/uga", amount), [] {}};
    case 3:
    case 4:
      return {Allocate(entry, {{line, amount}, {AnyLine(), Chance(20) ? -amount : amount}}), [] {}};
    case 5:
      return {Transfer(entry, line, AnyLine(), amount), [] {}};
    case 6:
    case 7: {
      Entry reserved = entry;
      reserved.document = "commitments/c" + std::to_string(number_);
      return {Reserve(reserved, line, amount), [this, line, amount, reserved] {
                commitments_.push_back({.line = line,
                                        .document = reserved.document,
                                        .reserved = amount,
                                        .remaining = amount});
              }};
    }
    case 8:
      return {Recognise(entry, line, amount), [] {}};
    case 9:
      return Settle();
    case 10:
      return Repeat();
    case 11: {
      LineKey in_kind = line;
      in_kind.kind = Kind::kInKind;
      if (Chance(50)) return {PromiseInKind(entry, line.partner, amount), [] {}};
      return {DeliverInKind(entry, in_kind, amount), [] {}};
    }
    default:
      return OnCommitment();
  }
}

// One transaction with several commands, as a lane's batch.
void LedgerPropertyTest::Commit(const std::vector<Command>& commands) {
  std::vector<absl::StatusOr<store::Posted>> outcomes;
  const absl::Status status = database().Transact([&](db::Tx& tx) -> absl::Status {
    outcomes.clear();
    auto batch = store::LedgerBatch::Open(tx, budget_);
    if (!batch.ok()) return batch.status();
    for (const Command& command : commands) {
      outcomes.push_back(command.journal.ok()
                             ? batch->Post(tx, *command.journal)
                             : absl::StatusOr<store::Posted>(command.journal.status()));
    }
    batch->Write(tx);
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (outcomes[i].ok()) {
      Take(*outcomes[i], commands[i]);
    } else {
      EXPECT_NE(ReasonOf(outcomes[i].status()), kJournalUnsound.name) << outcomes[i].status();
    }
  }
}

void LedgerPropertyTest::Take(const store::Posted& posted, const Command& command) {
  if (posted.replayed) {
    // B5: the first outcome.
    const auto index = static_cast<std::size_t>(posted.journal.sequence - 1);
    ASSERT_LT(index, journals_.size());
    EXPECT_EQ(posted.journal.payload_hash, journals_[index].payload_hash);
    EXPECT_EQ(posted.journal.postings, journals_[index].postings);
    return;
  }
  // B1, B3, B9, B10, B11 by the rules, and B13.
  const absl::Status applied = Apply(balances_, posted.journal);
  ASSERT_TRUE(applied.ok()) << applied;
  journals_.push_back(posted.journal);
  ASSERT_EQ(posted.journal.sequence, std::ssize(journals_));
  history_.push_back(Plain(balances_));
  command.effect();
}

// Everything goes to the next period; then the old one takes nothing any more (B8).
void LedgerPropertyTest::ClosePeriod() {
  std::vector<CarriedLine> lines;
  for (const auto& [path, balance] : balances_) {
    const auto account = ParseAccount(path);
    if (account->family != Family::kLine || account->line->period != PeriodId()) continue;
    CarriedLine carried{.line = *account->line, .free = Available(balance), .reserved = {}};
    for (const OpenCommitment& commitment : commitments_) {
      if (commitment.line == *account->line && commitment.remaining > 0) {
        carried.reserved.push_back(commitment.remaining);
      }
    }
    lines.push_back(carried);
  }
  const std::string next = PeriodId(1);
  Command command;
  command.journal = Carry(NextEntry(), next, lines);
  command.effect = [&] {
    for (OpenCommitment& commitment : commitments_) {
      if (commitment.line.period == PeriodId()) commitment.line.period = next;
    }
  };
  if (!command.journal.ok()) return;  // Nothing to carry.
  Commit({command});
  const absl::Status closed = database().Transact([&](db::Tx& tx) {
    store::SetPeriodClosed(tx, budget_, PeriodId(), true);
    return absl::OkStatus();
  });
  ASSERT_TRUE(closed.ok()) << closed;
  for (auto& [path, balance] : balances_) {
    const auto account = ParseAccount(path);
    if (!account->line.has_value() || account->line->period != PeriodId()) continue;
    balance.closed = true;
    digests_[PeriodId()][path] = balance;
    if (account->family == Family::kLine) {
      EXPECT_EQ(PostedCredit(balance), 0) << path;
      EXPECT_EQ(PendingDebit(balance), 0) << path;
    }
  }
  ++period_;
}

void LedgerPropertyTest::CheckCommitments() {
  std::map<std::string, std::int64_t> remaining;
  for (const OpenCommitment& c : commitments_) {
    EXPECT_GE(c.remaining, 0) << "B4 " << c.document;
    EXPECT_LE(c.remaining, c.reserved) << "B4 " << c.document;
    EXPECT_EQ(c.reserved, c.liquidated + c.released + c.remaining) << "B4 " << c.document;
    remaining[LineAccount(c.line)] += c.remaining;
  }
  for (const auto& [path, sum] : remaining) {
    EXPECT_EQ(PendingDebit(balances_[path]), sum) << "B4 " << path;
  }
}

void LedgerPropertyTest::CheckNow() {
  const auto stored = database().Read([&](db::Tx& tx) { return store::LoadBalances(tx, budget_); });
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(*stored, balances_) << "B19";
  for (const Finding& finding : Inspect(*stored, "EUR")) {
    ADD_FAILURE() << finding.invariant << ' ' << finding.subject << ' ' << finding.text;
  }
  EXPECT_EQ(AuthorisedBy(*stored, "EUR"), authorised_) << "B6";
  const auto last = database().Read([&](db::Tx& tx) { return store::LastSequence(tx, budget_); });
  EXPECT_EQ(*last, std::ssize(journals_)) << "B13";
  for (const auto& [period, digest] : digests_) {
    for (const auto& [path, balance] : digest) EXPECT_EQ(stored->at(path), balance) << "B8";
  }
  CheckCommitments();
}

void LedgerPropertyTest::CheckPast() {
  const std::int64_t sequence = Below(std::ssize(history_));
  auto balances = database().Read([&](db::Tx& tx) {
    return store::BalancesAt(tx, budget_, {.sequence = sequence, .date = std::nullopt});
  });
  ASSERT_TRUE(balances.ok()) << balances.status();
  EXPECT_EQ(Plain(*balances), history_[static_cast<std::size_t>(sequence)]) << "as of " << sequence;
  for (const Finding& finding : Inspect(*balances, "EUR")) {
    ADD_FAILURE() << "as of " << sequence << ": " << finding.invariant << ' ' << finding.subject;
  }
  // Until a date, of what was known then: sums only, for a late entry may be dated before its
  // cover.
  const Date date = AddDays(Day("2020-04-01"), static_cast<int>(Below(365 * period_)));
  std::map<std::string, std::int64_t> credits;
  for (const Journal& journal : journals_) {
    if (journal.sequence > sequence || journal.effective_on > date) continue;
    for (const Posting& posting : journal.postings) {
      if (posting.layer == Layer::kPending) continue;
      credits[posting.account] += posting.side == Side::kCredit ? posting.amount : -posting.amount;
    }
  }
  balances = database().Read([&](db::Tx& tx) {
    return store::BalancesAt(tx, budget_, {.sequence = sequence, .date = date});
  });
  ASSERT_TRUE(balances.ok()) << balances.status();
  for (const auto& [path, balance] : *balances) {
    EXPECT_EQ(PostedCredit(balance), credits[path])
        << path << " as of " << sequence << " and " << FormatDate(date);
    credits.erase(path);
  }
  for (const auto& [path, credit] : credits) EXPECT_EQ(credit, 0) << path;
}

TEST_P(LedgerPropertyTest, HoldsEveryInvariantAlways) {
  for (const std::uint64_t seed : Seeds()) {
    SCOPED_TRACE("JOINTLY_TEST_SEED=" + std::to_string(seed));
    Start(seed);
    for (int i = 0; i < kCommands && !HasFailure(); ++i) {
      if (Chance(3) && period_ < 4) {
        ClosePeriod();
      } else {
        std::vector<Command> commands;
        const std::int64_t size = Chance(70) ? 1 : 1 + Below(5);
        // A command on a commitment is decided on the model before it: one per batch.
        for (std::int64_t n = 0; n < size; ++n) commands.push_back(NextCommand());
        if (size > 1) {
          std::erase_if(commands, [](const Command& command) {
            return command.journal.ok() && (command.journal->movement == Movement::kLiquidate ||
                                            command.journal->movement == Movement::kRelease ||
                                            command.journal->movement == Movement::kRevalue);
          });
        }
        Commit(commands);
      }
      CheckNow();
      CheckPast();
      if (Chance(10)) {
        ASSERT_TRUE(store::SealJournals(database(), static_cast<int>(1 + Below(20))).ok());
      }
      if (Chance(5)) {
        const auto proof = store::VerifyLedger(database(), budget_);
        ASSERT_TRUE(proof.ok()) << proof.status();
        EXPECT_EQ(proof->journals, std::ssize(journals_));
        for (const Finding& finding : proof->findings) {
          ADD_FAILURE() << finding.invariant << ' ' << finding.subject << ' ' << finding.text;
        }
      }
    }
    EXPECT_GT(journals_.size(), 40U) << "a run that posts next to nothing checks nothing";
  }
}

}  // namespace
}  // namespace jointly::budgets
