#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/bus/consumer.h"
#include "common/bus/outbox.h"
#include "common/bus/relay.h"
#include "common/time/clock.h"
#include "common/time/ids.h"
#include "common/timers/timers.h"
#include "tests/support/fake_broker.h"

// One service of a world: what its main.cc wires, without threads and sockets.
namespace jointly::simulation {

// What the services of a world share.
struct Outside {
  ManualClock& clock;
  test::FakeBroker& broker;
  bus::FeedSource& feeds;
  std::string directory;
  std::uint64_t seed = 0;
};

// The background work of a process, a step at a time.
enum class Work { kRelay, kReceive, kApply, kReconcile, kTick, kSeal, kMail };
inline constexpr Work kAllWork[] = {Work::kRelay, Work::kReceive, Work::kApply, Work::kReconcile,
                                    Work::kTick,  Work::kSeal,    Work::kMail};
std::string_view Name(Work work);

class Node {
 public:
  Node(std::string service, db::MigrationSet migrations, const Outside& outside);
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const std::string& service() const { return service_; }
  const Outside& outside() const { return outside_; }
  // The aggregates that it follows.
  const std::vector<std::string>& follows() const { return follows_; }

  // The process starts on what is on its disk.
  void Start();
  // As kill -9 leaves it.
  void Kill();
  bool running() const { return database_ != nullptr; }

  db::Database& database() { return *database_; }
  bus::Outbox& outbox() { return *outbox_; }
  Rng& rng() { return rng_; }
  IdSource& ids() { return ids_; }

  // One step. An error is the world's doing: a broker that is away, a disk that refuses.
  absl::Status Do(Work work);

  db::Rows Query(std::string_view sql, db::Values parameters = {});
  std::int64_t Number(std::string_view sql, db::Values parameters = {});
  void Execute(std::string_view sql, db::Values parameters = {});

 protected:
  virtual void MakeApi() = 0;
  virtual void DropApi() = 0;
  virtual std::vector<bus::Subscription> Subscriptions() { return {}; }
  virtual std::map<std::string, timers::Handler> Timers() { return {}; }
  virtual absl::Status SendMails() { return absl::OkStatus(); }
  // Chains of the service's own, beside the audit's.
  virtual absl::Status SealMore() { return absl::OkStatus(); }

 private:
  void Migrate();
  void MakeBus();

  const std::string service_;
  const db::MigrationSet migrations_;
  const Outside outside_;
  SeededRng rng_;  // Outlives the process, or a restarted one would make the same ids again.
  IdSource ids_;
  std::vector<std::string> follows_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<bus::Outbox> outbox_;
  std::unique_ptr<bus::Relay> relay_;
  std::unique_ptr<bus::Consumer> consumer_;
  std::unique_ptr<timers::Ticker> ticker_;
};

}  // namespace jointly::simulation
