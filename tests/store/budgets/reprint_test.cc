#include <gtest/gtest.h>

#include <map>

#include "services/budgets/store/ledger_store.h"
#include "tests/store/budgets/flow_world.h"

// Whatever was printed is printed again, byte for byte, by its sequence number: in every format,
// after whatever happened since.
namespace jointly::budgets {
namespace {

using Prints = std::map<std::string, std::string>;  // By what was asked: the bytes.

class ReprintTest : public FlowTest {
 protected:
  std::int64_t Last() {
    return *database().Read([](db::Tx& tx) { return store::LastSequence(tx, "unit"); });
  }
  void Seal(int limit = 500) { Must(store::SealJournals(database(), limit), "seal"); }

  pb::Statement Statement(const std::string& calendar, std::int64_t sequence,
                          const std::string& period = "") {
    pb::GetStatementRequest request;
    request.set_name("budgets/unit");
    request.set_calendar(calendar);
    request.set_as_of_sequence(sequence);
    request.set_period(period);
    rpc::Call call = world().As("auditor");
    return Must(api().GetStatement(call, request), "statement");
  }

  // Everything that can be printed at a sequence.
  Prints PrintAt(std::int64_t sequence) {
    Prints prints;
    for (const char* calendar : {"budget", "japanese_fiscal_year", "exercice"}) {
      prints[std::string("statement ") + calendar] =
          Statement(calendar, sequence).SerializeAsString();
      for (const char* format : {"json", "csv", "xlsx"}) {
        prints[std::string(format) + " " + calendar] = Export(format, calendar, sequence);
      }
    }
    for (const char* period : {"p1", "p2", "p3"}) {
      prints[std::string("statement ") + period] =
          Statement("budget", sequence, period).SerializeAsString();
    }
    for (const char* format : {"beancount", "hledger", "jsonl"}) {
      prints[format] = Export(format, "", sequence);
    }
    return prints;
  }
  std::string Export(const std::string& format, const std::string& calendar,
                     std::int64_t sequence) {
    pb::ExportStatementRequest request;
    request.set_name("budgets/unit");
    request.set_format(format);
    request.set_calendar(calendar);
    request.set_as_of_sequence(sequence);
    rpc::Call call = world().As("auditor");
    return Must(api().ExportStatement(call, request), "export").content();
  }

  // Prints what there is now; then all that was ever printed, again.
  void Reprint(const std::string& after) {
    for (const auto& [sequence, before] : printed_) {
      const Prints again = PrintAt(sequence);
      for (const auto& [what, bytes] : before) {
        EXPECT_TRUE(again.at(what) == bytes)
            << what << " of sequence " << sequence << " is another one after: " << after;
      }
    }
    printed_.try_emplace(Last(), PrintAt(Last()));
  }

  using Text = std::function<void(pb::Amendment&)>;
  pb::Amendment Amend(pb::Amendment::Type type, const Text& text) {
    pb::CreateAmendmentRequest request;
    request.set_parent("budgets/unit");
    pb::Amendment& draft = *request.mutable_amendment();
    draft.set_type(type);
    draft.set_reason("Borders were closed.");
    *draft.mutable_signed_date() = Day("2020-12-01");
    text(draft);
    rpc::Call manager = world().As("manager");
    const pb::Amendment amendment = Must(api().CreateAmendment(manager, request), "amend");
    for (const std::string& institution : partners_) {
      pb::MoveAmendmentRequest sign;
      sign.set_name(amendment.name());
      sign.set_action("sign");
      sign.set_content_hash(amendment.content_hash());
      sign.set_institution(institution);
      // A manager of Tsukuba's who signs for a partner that is yet to come as well.
      rpc::Call call = world().As(institution == "institutions/uga" ? "other" : "tsukuba");
      call.principal.grants.push_back({auth::Role::kBudgetManager, institution});
      Must(api().MoveAmendment(call, sign), "sign");
    }
    pb::MoveAmendmentRequest force;
    force.set_name(amendment.name());
    force.set_action("put_in_force");
    rpc::Call call = world().As("other");
    return Must(api().MoveAmendment(call, force), "put in force");
  }
  void Reallocate(pb::Amendment& draft, const std::string& category, const std::string& change) {
    pb::Reallocation& row = *draft.add_reallocations();
    *row.mutable_line() = world().Line("p3", category);
    *row.mutable_change() = Euro(change);
  }
  void TransferNow(const std::string& amount) {
    pb::CreateTransferRequest request;
    request.set_parent("budgets/unit");
    pb::LineTransfer& transfer = *request.mutable_transfer();
    *transfer.mutable_from() = world().Line("p1", "TRAVEL");
    *transfer.mutable_to() = world().Line("p1", "CONS");
    *transfer.mutable_amount() = Euro(amount);
    *transfer.mutable_effective_date() = Day("2021-03-10");
    transfer.set_reason("Borders are closed.");
    rpc::Call manager = world().As("manager");
    pb::MoveTransferRequest move;
    move.set_name(Must(api().CreateTransfer(manager, request), "transfer").name());
    move.set_action("approve");
    rpc::Call other = world().As("other");
    Must(api().MoveTransfer(other, move), "post");
  }
  pb::PeriodicReport MoveReport(const std::string& action, const std::string& who) {
    pb::MoveReportRequest request;
    request.set_name("budgets/unit/reports/p1");
    request.set_action(action);
    rpc::Call call = world().As(who);
    return Must(api().MoveReport(call, request), action.c_str());
  }

  struct Step {
    const char* name;
    std::function<void()> take;
  };
  using Steps = std::vector<Step>;
  using Type = pb::Amendment;
  Steps FirstEntries() {
    return {{"the budget begins", [&] { world().Found(); }},
            {"a part is sealed", [&] { Seal(2); }},
            {"an order in yen",
             [&] {
               world().Order("c1", "p1", "EQUIP", Yen("3000000"), "2020-06-15");
               Must(world().Approve("c1"));
             }},
            {"all is sealed", [&] { Seal(); }},
            {"its invoice", [&] { Must(world().Invoice("c1", Yen("3000000"), "2020-09-30")); }},
            {"a transfer", [&] { TransferNow("6000"); }},
            {"costs of a line", [&] { Must(world().Cost("p1", "PERS", "28400", "2021-03-20")); }}};
  }
  Steps Amendments() {
    return {{"the end moves",
             [&] {
               Amend(Type::DATE_CHANGE, [](pb::Amendment& draft) {
                 *draft.mutable_new_end_date() = Day("2023-06-30");
               });
             }},
            {"a supplement",
             [&] {
               Amend(Type::SUPPLEMENT,
                     [](pb::Amendment& draft) { *draft.mutable_change() = Euro("5000"); });
             }},
            {"a deobligation",
             [&] {
               Amend(Type::DEOBLIGATION,
                     [](pb::Amendment& draft) { *draft.mutable_change() = Euro("-1000"); });
             }},
            {"a rebudget",
             [&] {
               Amend(Type::REBUDGET, [&](pb::Amendment& draft) {
                 Reallocate(draft, "TRAVEL", "-500");
                 Reallocate(draft, "CONS", "500");
               });
             }},
            {"a correction", [&] { Amend(Type::CORRECTION, [](pb::Amendment&) {}); }},
            {"a partner more",
             [&] {
               partners_.insert(partners_.begin(), "institutions/lyon");
               Amend(Type::PARTNER_CHANGE,
                     [](pb::Amendment& draft) { draft.add_new_partners("institutions/lyon"); });
             }},
            {"an entry under the new terms",
             [&] { Must(world().Cost("p1", "SERV", "10", "2021-03-20")); }},
            {"an extension without cost",
             [&] {
               Amend(Type::NO_COST_EXTENSION, [](pb::Amendment& draft) {
                 *draft.mutable_new_end_date() = Day("2023-12-31");
               });
             }},
            {"a costed extension", [&] {
               Amend(Type::COSTED_EXTENSION, [](pb::Amendment& draft) {
                 *draft.mutable_new_end_date() = Day("2024-03-31");
                 *draft.mutable_change() = Euro("50000");
               });
             }}};
  }
  Steps Closes() {
    return {{"the soft close", [&] { Must(world().MovePeriod("p1", "soft_close", "manager")); }},
            {"the close", [&] { Must(world().MovePeriod("p1", "close")); }},
            {"a reopening",
             [&] {
               Must(world().MovePeriod("p1", "request_reopen", "manager"));
               Must(world().MovePeriod("p1", "reopen", "accountant"));
             }},
            {"the second close", [&] { Must(world().MovePeriod("p1", "close")); }},
            {"a termination",
             [&] {
               Amend(Type::TERMINATION, [](pb::Amendment& draft) {
                 *draft.mutable_new_end_date() = Day("2024-01-31");
                 *draft.mutable_signed_date() = Day("2021-05-01");
               });
             }},
            {"an entry after the termination",
             [&] {
               Must(world().MovePeriod("p2", "open"), "open");
               Must(world().Cost("p2", "PERS", "1", "2021-05-02"));
             }},
            {"everything is sealed", [&] { Seal(); }}};
  }

  std::vector<std::string> partners_ = {"institutions/tsukuba", "institutions/uga"};
  std::map<std::int64_t, Prints> printed_;
};

TEST_P(ReprintTest, WhateverHappensWhatWasPrintedIsPrintedAgain) {
  for (const auto& steps : {FirstEntries(), Amendments(), Closes()}) {
    for (const Step& step : steps) {
      SCOPED_TRACE(step.name);
      step.take();
      Reprint(step.name);
    }
  }
  EXPECT_EQ(Statement("budget", 0).authorised_version(), 10);
}

// A frozen report is certified, and a closed period's digest comes out, after the end has moved.
TEST_P(ReprintTest, FrozenReportsAndSignedDigestsComeOutAfterTheEndMoved) {
  world().Found();
  Must(world().Cost("p1", "PERS", "100", "2020-05-02"));
  Must(world().MovePeriod("p1", "soft_close", "manager"));
  const pb::Period closed = Must(world().MovePeriod("p1", "close")).period();
  const pb::PeriodicReport prepared = MoveReport("prepare", "manager");
  Amend(pb::Amendment::DATE_CHANGE, [](pb::Amendment& draft) {
    *draft.mutable_signed_date() = Day("2022-05-01");
    *draft.mutable_new_end_date() = Day("2023-09-30");
  });
  Must(world().MovePeriod("p2", "open"), "open");
  Must(world().Cost("p2", "PERS", "100", "2021-05-02"));
  EXPECT_EQ(MoveReport("certify", "accountant").content_hash(), prepared.content_hash());
  EXPECT_EQ(MoveReport("send", "manager").state(), pb::PeriodicReport::SENT);
  const pb::Statement digest = Statement("budget", closed.closing_sequence(), "p1");
  EXPECT_EQ(digest.content_hash(), closed.digest());
}

// The version is that of the entry: an amendment that comes with the same clock as an entry before
// it, or with entries of its own, is told from it by the sequence alone.
TEST_P(ReprintTest, TheVersionIsTheEntrysAndNotTheClocks) {
  world().Found();
  const std::int64_t before = Last();
  Amend(pb::Amendment::SUPPLEMENT,
        [](pb::Amendment& draft) { *draft.mutable_change() = Euro("5000"); });
  EXPECT_EQ(Statement("budget", before).authorised_version(), 1);
  EXPECT_EQ(Statement("budget", before + 1).authorised_version(), 2);
  Amend(pb::Amendment::CORRECTION, [](pb::Amendment&) {});
  // It has no entry: what is printed under the number of the one before stays as it was.
  EXPECT_EQ(Statement("budget", 0).authorised_version(), 2);
  Must(world().Cost("p1", "PERS", "100", "2020-05-02"));
  EXPECT_EQ(Statement("budget", 0).authorised_version(), 3);
}

INSTANTIATE_ON_ENGINES(ReprintTest);

}  // namespace
}  // namespace jointly::budgets
