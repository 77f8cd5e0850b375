#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "services/budgets/domain/movements.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/migrations.h"
#include "tests/support/database_fixture.h"
#include "tests/unit/budgets/ledger_books.h"

// A ledger in a database of each engine.
namespace jointly::budgets {

class LedgerTest : public test::DatabaseTest {
 protected:
  LedgerTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

  void Prepare() override {
    const absl::Status status = database().Transact([&](db::Tx& tx) {
      store::CreateLedger(tx, "grenoble", "EUR");
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }

  Entry Next(std::string_view date = "2020-04-01") { return EntryOn(date, ++count_); }

  // One transaction.
  absl::StatusOr<store::Posted> Post(const absl::StatusOr<Journal>& journal) {
    if (!journal.ok()) return journal.status();
    auto posted = PostAll({*journal});
    if (!posted.ok()) return posted.status();
    return std::move(posted->front());
  }
  absl::StatusOr<std::vector<store::Posted>> PostAll(const std::vector<Journal>& journals) {
    return database().Transact(
        [&](db::Tx& tx) { return store::PostJournals(tx, "grenoble", journals); });
  }
  // Runs on a locked ledger, then writes.
  absl::Status InBatch(const std::function<absl::Status(db::Tx&, store::LedgerBatch&)>& body) {
    return database().Transact([&](db::Tx& tx) -> absl::Status {
      auto batch = store::LedgerBatch::Open(tx, "grenoble");
      if (!batch.ok()) return batch.status();
      const absl::Status status = body(tx, *batch);
      if (!status.ok()) return status;
      batch->Write(tx);
      return absl::OkStatus();
    });
  }
  void Must(const absl::StatusOr<Journal>& journal) {
    const auto posted = Post(journal);
    ASSERT_TRUE(posted.ok()) << posted.status();
  }
  // The line has this available.
  void Allocated(std::string_view line, std::string_view amount) {
    Must(Authorise(Next(), "institutions/uga", Cents(amount)));
    Must(Allocate(Next(), {{Line(line), Cents(amount)}}));
  }

  std::string AvailableAt(std::string_view line) {
    const auto balance = database().Read(
        [&](db::Tx& tx) { return store::LoadBalance(tx, "grenoble", LineAccount(Line(line))); });
    EXPECT_TRUE(balance.ok()) << balance.status();
    return balance.ok() && balance->has_value() ? Decimal(Available(**balance)) : "none";
  }

  void Seal() {
    while (true) {
      const auto sealed = store::SealJournals(database(), 7);
      ASSERT_TRUE(sealed.ok()) << sealed.status();
      if (*sealed == 0) return;
    }
  }

  store::Verification Verify() {
    auto verification = store::VerifyLedger(database(), "grenoble");
    EXPECT_TRUE(verification.ok()) << verification.status();
    return verification.ok() ? *std::move(verification) : store::Verification();
  }
  // "B19 pool, B12 journal 3".
  std::string Findings() {
    std::string text;
    for (const Finding& finding : Verify().findings) {
      text += (text.empty() ? "" : ", ") + finding.invariant + ' ' + finding.subject;
    }
    return text;
  }

 private:
  int count_ = 0;
};

}  // namespace jointly::budgets
