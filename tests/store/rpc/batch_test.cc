#include "common/rpc/batch.h"

#include <gtest/gtest.h>
#include <jointly/identity/v1/identity.pb.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "common/db/lane.h"
#include "tests/support/database_fixture.h"

namespace jointly::rpc {
namespace {

using jointly::identity::v1::CreatePersonRequest;
using jointly::identity::v1::Person;

const std::vector<db::Migration> kMigrations = {
    {1, "0001_effect", "CREATE TABLE effect (id {identity}, what TEXT NOT NULL)", ""}};

std::string IdOf(int number) {
  const std::string digits = std::to_string(number);
  return "018f4b3c-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

Call CallWith(int number) {
  Call call;
  call.principal = {.kind = auth::Principal::Kind::kPerson, .name = "people/p"};
  call.method = "jointly.identity.v1.Identity.CreatePerson";
  call.request_id = IdOf(number);
  call.request_id_given = true;
  call.now = FromMicros(1'800'000'000'000'000);
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  return call;
}

struct Command {
  const Asked* asked = nullptr;
  std::string what;
};
using Outcome = absl::StatusOr<std::string>;

class BatchTest : public test::DatabaseTest {
 protected:
  BatchTest() : DatabaseTest({{"effect", &kMigrations}}) {}

  // Writes an effect per command; refuses "bad".
  absl::StatusOr<std::vector<Outcome>> Apply(db::Tx& tx, const std::vector<Command>& commands) {
    std::vector<const Asked*> asked;
    for (const Command& command : commands) asked.push_back(command.asked);
    ASSIGN_OR_RETURN(const std::vector<Earlier> earlier, FindEarlier(tx, asked));
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (earlier[i].has_value()) {
        outcomes.push_back(*earlier[i]);
      } else if (commands[i].what == "bad") {
        outcomes.emplace_back(FailedPrecondition(kIllegalMove, "bad"));
      } else {
        tx.Execute("INSERT INTO effect (what) VALUES ($1)", {commands[i].what});
        Person reply;
        reply.set_name("people/" + commands[i].what);
        outcomes.emplace_back(reply.SerializeAsString());
      }
    }
    std::vector<ReplyTo> replies;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (outcomes[i].ok() && !earlier[i].has_value())
        replies.push_back({.asked = asked[i], .bytes = *outcomes[i]});
    }
    StoreReplies(tx, replies);
    return outcomes;
  }

  absl::StatusOr<Person> Create(const Call& call, const std::string& what) {
    CreatePersonRequest request;
    request.mutable_person()->set_email(what);
    return MutateInLane<Person>(database(), call, request, [&](const Asked& asked) -> Outcome {
      ASSIGN_OR_RETURN(Outcome outcome,
                       lane().Run("key", {.asked = &asked, .what = what}, call.transact_options()));
      return outcome;
    });
  }

  db::Lane<Command, Outcome>& lane() {
    if (!lane_.has_value()) {
      lane_.emplace(database(),
                    [this](db::Tx& tx, const std::string&, const std::vector<Command>& commands) {
                      return Apply(tx, commands);
                    });
    }
    return *lane_;
  }

  std::optional<db::Lane<Command, Outcome>> lane_;
};
INSTANTIATE_ON_ENGINES(BatchTest);

TEST_P(BatchTest, TheSameRequestGivesTheStoredReply) {
  const auto first = Create(CallWith(1), "a");
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = Create(CallWith(1), "a");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), "people/a");
  const auto reused = Create(CallWith(1), "b");
  EXPECT_EQ(ReasonOf(reused.status()), kRequestIdReused.name) << reused.status();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM effect"), 1);
}

TEST_P(BatchTest, ARefusalIsNotStored) {
  EXPECT_EQ(ReasonOf(Create(CallWith(1), "bad").status()), kIllegalMove.name);
  EXPECT_TRUE(Create(CallWith(1), "good").ok());
}

// Everybody twice, all at once: one effect each, and everybody gets the reply.
TEST_P(BatchTest, RepeatedRequestsDisturbNobody) {
  constexpr int kRequests = 8;
  constexpr int kThreads = 2 * kRequests;
  for (int round = 0; round < 5; ++round) {
    std::barrier start(kThreads);
    std::atomic<int> answered = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const int number = 100 * round + i / 2;
        start.arrive_and_wait();
        const auto reply = Create(CallWith(number), "w" + std::to_string(number));
        if (reply.ok() && reply->name() == "people/w" + std::to_string(number)) {
          ++answered;
        } else {
          ADD_FAILURE() << reply.status();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(answered, kThreads);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM effect"), (round + 1) * kRequests);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM request"), (round + 1) * kRequests);
  }
}

TEST_P(BatchTest, StoresManyRepliesAtOnce) {
  std::vector<Asked> asked;
  for (int i = 0; i < 130; ++i) asked.push_back(AskedBy(CallWith(i), CreatePersonRequest()));
  ASSERT_TRUE(database()
                  .Transact([&](db::Tx& tx) {
                    std::vector<ReplyTo> replies;
                    for (const Asked& one : asked) {
                      replies.push_back({.asked = &one, .bytes = one.request_id});
                    }
                    StoreReplies(tx, replies);
                    return absl::OkStatus();
                  })
                  .ok());
  const auto otherwise = absl::UnknownError("");
  for (int i = 0; i < 130; i += 43) {
    const Asked& one = asked[static_cast<std::size_t>(i)];
    const auto reply = RecallReply(database(), CallWith(i), one, otherwise);
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(*reply, one.request_id);
  }
  EXPECT_EQ(RecallReply(database(), CallWith(999), AskedBy(CallWith(999), CreatePersonRequest()),
                        otherwise)
                .status()
                .code(),
            absl::StatusCode::kUnknown);
}

}  // namespace
}  // namespace jointly::rpc
