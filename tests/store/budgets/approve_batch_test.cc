#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <list>
#include <thread>

#include "services/budgets/store/budget_store.h"
#include "tests/store/budgets/flow_world.h"

// Approvals that come together: decided one by one in one transaction. The lane is held up until
// all of them wait in it, in the order in which the test asks.
namespace jointly::budgets {
namespace {

using Reply = absl::StatusOr<pb::Commitment>;

std::string FactOf(const absl::Status& status, std::string_view name) {
  for (const auto& fact : jointly::FactsOf(status)) {
    if (fact.name == name) return fact.value;
  }
  return "no such fact";
}

class ApproveBatchTest : public FlowTest {
 protected:
  void Prepare() override {
    FlowTest::Prepare();
    world().Found();
    blobs_ = Must(blob::Store::Open(place().directory() + "/own_blobs"));
    outbox_.OnCommit([this] { ++commits_; });
    own_ = std::make_unique<Api>(
        Api::Parts{.database = database(),
                   .outbox = outbox_,
                   .clock = world().clock(),
                   .ids = ids_,
                   .blobs = *blobs_,
                   .sign = [](std::string_view text) { return std::string(text); }});
  }

  struct Ask {
    std::string id;
    std::string who = "other";
    std::string etag = "";
    std::string request_id = "";  // Empty: its own.
    std::string on_behalf_of = "";
    std::string release = "";  // An amount: it is released, not approved.
  };

  Reply Send(rpc::Call& call, const Ask& ask) {
    const std::string name = "budgets/unit/commitments/" + ask.id;
    if (!ask.release.empty()) {
      pb::ReleaseCommitmentRequest request;
      request.set_name(name);
      *request.mutable_amount() = Euro(ask.release);
      return own_->ReleaseCommitment(call, request);
    }
    pb::ApproveCommitmentRequest request;
    request.set_name(name);
    request.set_etag(ask.etag);
    if (!ask.on_behalf_of.empty()) request.set_on_behalf_of("people/" + ask.on_behalf_of);
    return own_->ApproveCommitment(call, request);
  }

  // A plug takes the lane and waits for the database; the rest queues up behind it.
  std::vector<Reply> Together(const std::vector<Ask>& asks) {
    world().Order("plug" + std::to_string(++plugs_), "p1", "OVH", Euro("1"), "2020-06-15");
    std::vector<Ask> all = {{.id = "plug" + std::to_string(plugs_)}};
    all.insert(all.end(), asks.begin(), asks.end());
    std::vector<rpc::Call> calls;
    for (const Ask& ask : all) {
      calls.push_back(world().As(ask.who));
      if (!ask.request_id.empty()) calls.back().request_id = ask.request_id;
    }
    std::vector<Reply> replies(all.size(), absl::UnknownError("no reply"));
    std::latch holding(1);
    std::latch release(1);
    std::list<std::thread> threads;
    threads.emplace_back([&] {
      const absl::Status held = database().Transact([&](db::Tx& tx) -> absl::Status {
        const absl::Status locked =
            tx.Query("SELECT budget FROM ledger WHERE budget = 'unit' {for_update}").status();
        holding.count_down();
        release.wait();
        return locked;
      });
      EXPECT_TRUE(held.ok()) << held;
    });
    holding.wait();
    const int commits = commits_;
    for (std::size_t i = 0; i < all.size(); ++i) {
      threads.emplace_back([&, i] { replies[i] = Send(calls[i], all[i]); });
      // Until it waits in the lane behind the others.
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    release.count_down();
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(replies.front().ok()) << replies.front().status();
    batches_ = commits_ - commits - 1;
    replies.erase(replies.begin());
    return replies;
  }
  std::vector<std::string> Outcomes(const std::vector<Ask>& asks) {
    std::vector<std::string> outcomes;
    for (const Reply& reply : Together(asks)) outcomes.push_back(Outcome(reply));
    return outcomes;
  }
  void Order(const std::string& id, const std::string& category, const std::string& amount) {
    world().Order(id, "p1", category, Euro(amount), "2020-06-15");
  }
  pb::Commitment Get(const std::string& id) {
    pb::GetCommitmentRequest request;
    request.set_name("budgets/unit/commitments/" + id);
    rpc::Call call = world().As("other");
    return Must(own_->GetCommitment(call, request));
  }
  std::int64_t Journals(const std::string& id) {
    return Number("SELECT COUNT(*) FROM journal WHERE document = $1", {"commitments/" + id});
  }
  // "80/1 c2": threshold, crossing, and whose event tells it; in the order of events.
  std::vector<std::string> Alerts() {
    std::vector<std::string> alerts;
    for (const db::Row& row : Query("SELECT aggregate_id, body FROM outbox WHERE aggregate_type ="
                                    " 'budgets.commitment' ORDER BY id")) {
      pb::CommitmentEvent event;
      EXPECT_TRUE(event.ParseFromString(row.Bytes("body")));
      for (const pb::Alert& alert : event.alerts()) {
        alerts.push_back(std::to_string(alert.threshold_percent()) + "/" +
                         std::to_string(alert.crossing()) + " " + row.Text("aggregate_id"));
      }
    }
    return alerts;
  }

  SeededRng rng_{99};
  ManualClock ids_clock_{FromMicros(1'600'000'000'000'000)};
  IdSource ids_{ids_clock_, rng_};
  bus::Outbox outbox_{"budgets", "test", ids_clock_, ids_};
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<Api> own_;
  std::atomic<int> commits_ = 0;
  int plugs_ = 0;
  int batches_ = 0;  // Transactions of the last Together that told an event, without the plug's.
};

using Texts = std::vector<std::string>;

TEST_P(ApproveBatchTest, ARefusalInTheMiddleLeavesNoTrace) {
  Order("a", "TRAVEL", "6000");
  Order("b", "TRAVEL", "5000");
  Order("c", "TRAVEL", "4000");
  EXPECT_EQ(Outcomes({{"a"}, {"b"}, {"c"}}), (Texts{"OK", "AMOUNT_NOT_AVAILABLE", "OK"}));
  EXPECT_EQ(batches_, 1);
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "0.00");
  EXPECT_EQ(Get("b").state(), pb::Commitment::REQUESTED);
  EXPECT_EQ(Get("b").etag(), "\"1\"");
  EXPECT_EQ(Journals("b"), 0);
  EXPECT_EQ(world().Actions("budgets.commitment", "b"), "requested");
  EXPECT_EQ(world().Actions("budgets.commitment", "c"), "requested,reserved");
}

TEST_P(ApproveBatchTest, OneOfTwoGetsTheLastEuro) {
  Order("a", "TRAVEL", "9999");
  Must(world().Approve("a"));
  Order("b", "TRAVEL", "1");
  Order("c", "TRAVEL", "1");
  const std::vector<Reply> replies = Together({{"b"}, {"c"}});
  EXPECT_EQ(batches_, 1);
  EXPECT_EQ(replies[0].ok() + replies[1].ok(), 1);
  EXPECT_EQ(Outcome(replies[1]), "AMOUNT_NOT_AVAILABLE");
  EXPECT_EQ(FactOf(replies[1].status(), "available"), "0.00 EUR");
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "0.00");
}

TEST_P(ApproveBatchTest, ARequestIdIsCarriedOutOnce) {
  Order("a", "TRAVEL", "6000");
  Order("b", "TRAVEL", "1000");
  const std::string id = "018f4b3c-0000-7000-8000-00000000abcd";
  const std::vector<Reply> replies =
      Together({{.id = "a", .request_id = id}, {"b"}, {.id = "a", .request_id = id}});
  for (const Reply& reply : replies) EXPECT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(replies[0]->SerializeAsString(), replies[2]->SerializeAsString());
  // Later, alone and in a batch; and for another commitment.
  rpc::Call call = world().As("other");
  call.request_id = id;
  EXPECT_EQ(Must(Send(call, {"a"})).SerializeAsString(), replies[0]->SerializeAsString());
  EXPECT_EQ(Outcomes({{.id = "a", .request_id = id}, {.id = "b", .request_id = id}}),
            (Texts{"OK", "REQUEST_ID_REUSED"}));
  EXPECT_EQ(Journals("a"), 1);
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "3000.00");
}

TEST_P(ApproveBatchTest, AnAlertIsToldOnceByTheOneThatCrosses) {
  Order("a", "SERV", "3000");  // Of 4,000.00: 75 %.
  Order("b", "SERV", "300");   // 82.5 %.
  Order("c", "SERV", "100");   // 85 %.
  Order("d", "SERV", "200");   // 90 %.
  EXPECT_EQ(Outcomes({{"a"}, {"b"}, {"c"}, {"d"}}), (Texts{"OK", "OK", "OK", "OK"}));
  EXPECT_EQ(batches_, 1);
  EXPECT_EQ(Alerts(), (Texts{"80/1 b", "90/1 d"}));
  // Down and up again inside one batch is a second crossing.
  Order("e", "SERV", "400");
  EXPECT_EQ(Outcomes({{.id = "a", .release = "3000"}, {"e"}}), (Texts{"OK", "OK"}));
  Order("f", "SERV", "2300");
  EXPECT_EQ(Outcomes({{"f"}}), (Texts{"OK"}));
  EXPECT_EQ(Alerts(), (Texts{"80/1 b", "90/1 d", "80/2 f"}));
}

TEST_P(ApproveBatchTest, NeighboursOfTheWrongOnesArePaid) {
  Order("a", "TRAVEL", "100");
  Order("own", "TRAVEL", "100");
  Order("b", "TRAVEL", "100");
  EXPECT_EQ(Outcomes({{"missing"},
                      {.id = "a", .who = "stranger"},
                      {.id = "own", .who = "manager"},
                      {.id = "own", .who = "researcher"},
                      {.id = "own", .who = "auditor"},
                      {.id = "own", .who = "tsukuba"},
                      {.id = "own", .who = "other", .on_behalf_of = "accountant"},
                      {"a"},
                      {"b"}}),
            (Texts{"COMMITMENT_NOT_FOUND", "BUDGET_NOT_FOUND", "SELF_APPROVAL", "BUDGET_NOT_FOUND",
                   "WRONG_ROLE", "WRONG_ROLE", "GUARD_REFUSED", "OK", "OK"}));
  EXPECT_EQ(batches_, 1);
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "9800.00");
}

TEST_P(ApproveBatchTest, StandInsCountAsBothPersons) {
  pb::CreateDelegationRequest request;
  request.set_parent("budgets/unit");
  request.mutable_delegation()->set_delegate("people/tsukuba");
  *request.mutable_delegation()->mutable_start_date() = Day("2020-04-01");
  *request.mutable_delegation()->mutable_end_date() = Day("2020-12-31");
  for (const char* who : {"manager", "other"}) {
    rpc::Call call = world().As(who);
    Must(own_->CreateDelegation(call, request), "delegate");
  }
  Order("a", "TRAVEL", "100");
  Order("b", "TRAVEL", "100");
  EXPECT_EQ(Outcomes({{.id = "a", .who = "tsukuba", .on_behalf_of = "manager"},
                      {.id = "a", .who = "tsukuba", .on_behalf_of = "other"},
                      {"b"}}),
            (Texts{"SELF_APPROVAL", "OK", "OK"}));
  EXPECT_EQ(Get("a").approver(), "people/tsukuba");
  EXPECT_EQ(
      Query("SELECT approver_for FROM commitment WHERE id = 'a'").front().Text("approver_for"),
      "people/other");
}

TEST_P(ApproveBatchTest, EachSeesWhatThoseBeforeItDid) {
  Order("a", "TRAVEL", "100");
  const std::vector<Reply> replies = Together({{.id = "a", .etag = "\"7\""},
                                               {.id = "a", .etag = "\"1\""},
                                               {.id = "a", .etag = "\"1\""},
                                               {"a"},
                                               {.id = "a", .release = "30"},
                                               {.id = "a", .etag = "\"3\"", .release = "70"}});
  Texts outcomes;
  for (const Reply& reply : replies) outcomes.push_back(Outcome(reply));
  EXPECT_EQ(outcomes, (Texts{"STALE_ETAG", "OK", "STALE_ETAG", "ILLEGAL_MOVE", "OK", "OK"}));
  EXPECT_EQ(batches_, 1);
  EXPECT_EQ(FactOf(replies[2].status(), "current"), "\"2\"");
  EXPECT_EQ(Must(Reply(replies[1])).state(), pb::Commitment::APPROVED);
  EXPECT_EQ(Must(Reply(replies[4])).remaining().value(), "70.00");
  EXPECT_EQ(Get("a").state(), pb::Commitment::CANCELLED);
  EXPECT_EQ(world().Actions("budgets.commitment", "a"), "requested,reserved,released,released");
  EXPECT_EQ(world().Available("p1", "TRAVEL"), "10000.00");
}

TEST_P(ApproveBatchTest, TheReplyIsThatOfACommandAlone) {
  for (const char* id : {"alone", "b1", "b2"}) {
    world().Order(id, "p1", "EQUIP", Yen("120830"), "2020-06-15");
  }
  std::vector<std::string> texts;
  const auto tell = [&](const Reply& reply) {
    pb::Commitment message = Must(Reply(reply));
    for (const std::string& field : {message.name(), message.supplier_reference()}) {
      EXPECT_FALSE(field.empty());
    }
    message.clear_name();
    message.clear_supplier_reference();
    for (auto& deadline : *message.mutable_deadlines()) deadline.clear_id();
    for (auto& deadline : *message.mutable_deadlines()) deadline.clear_subject();
    texts.push_back(message.DebugString());
  };
  tell(world().Approve("alone"));
  for (const Reply& reply : Together({{"b1"}, {"b2"}})) tell(reply);
  EXPECT_EQ(texts[1], texts[0]);
  EXPECT_EQ(texts[2], texts[0]);
  EXPECT_NE(texts[0].find("release"), std::string::npos) << texts[0];  // Allowed next.
  EXPECT_EQ(world().Available("p1", "EQUIP"), "27000.00");
}

TEST_P(ApproveBatchTest, TimersFollowTheLastWord) {
  for (const char* id : {"stays", "goes", "refused"}) {
    pb::CreateCommitmentRequest request;
    request.set_parent("budgets/unit");
    request.set_commitment_id(id);
    pb::Commitment& commitment = *request.mutable_commitment();
    *commitment.mutable_line() = world().Line("p1", "TRAVEL");
    commitment.set_display_name("An order");
    commitment.set_supplier_reference("PO");
    *commitment.mutable_amount() = Euro("4000");
    *commitment.mutable_effective_date() = Day("2020-06-15");
    *commitment.mutable_expire_date() = Day("2020-09-15");
    rpc::Call call = world().As("manager");
    Must(own_->CreateCommitment(call, request), "order");
  }
  EXPECT_EQ(Outcomes({{"stays"}, {"goes"}, {"refused"}, {.id = "goes", .release = "4000"}}),
            (Texts{"OK", "OK", "AMOUNT_NOT_AVAILABLE", "OK"}));
  const db::Rows timers =
      Query("SELECT subject, due_time FROM timer WHERE kind = 'commitment_expires'");
  ASSERT_EQ(timers.size(), 1);
  EXPECT_EQ(timers.front().Text("subject"), "unit/stays");
  EXPECT_EQ(FormatTime(timers.front().At("due_time")), "2020-09-15T22:00:00.000000Z");
}

TEST_P(ApproveBatchTest, ScopesAreJudgedInMemoryAsInSql) {
  const std::vector<Texts> offices = {{},
                                      {"institutions/uga"},
                                      {"institutions/tsukuba"},
                                      {"institutions/elsewhere"},
                                      {"institutions/elsewhere", "institutions/tsukuba"},
                                      {"institutions/uga/units/x"},
                                      {""}};
  const Budget budget = Must(database().Read([](db::Tx& tx) {
    return store::LoadBudget(tx, "unit", store::Everything(), store::Lock::kNo);
  }));
  for (const Texts& held : offices) {
    const store::Scope scope{.offices = held};
    const bool found = database()
                           .Read([&](db::Tx& tx) {
                             return store::LoadBudget(tx, "unit", scope, store::Lock::kNo);
                           })
                           .ok();
    EXPECT_EQ(store::Sees(scope, budget), found) << testing::PrintToString(held);
  }
  EXPECT_TRUE(store::Sees(store::Everything(), budget));
}

INSTANTIATE_ON_ENGINES(ApproveBatchTest);

}  // namespace
}  // namespace jointly::budgets
