#pragma once

#include <span>

#include "common/bus/event.h"
#include "common/db/database.h"
#include "common/db/migration.h"
#include "common/time/ids.h"

namespace jointly::bus {

// Tables that every service has: outbox, inbox, applied, audit, seal, request, timer, token_floor.
const std::vector<db::Migration>& KernelMigrations();

// Writes events in the transaction of the change they report.
class Outbox {
 public:
  // `service` is "mobility"; `deployment` names the installation in cloudEvents_source.
  Outbox(std::string service, std::string deployment, const Clock& clock, IdSource& ids)
      : service_(std::move(service)),
        deployment_(std::move(deployment)),
        clock_(clock),
        ids_(ids) {}

  // Queues the outbox row and its audit row (messaging.md M4), and wakes the relay after the
  // commit. Call it last, after the aggregate's row: outbox order per aggregate is commit order
  // because the aggregate was locked by its load.
  void Append(db::Tx& tx, const Event& event) { AppendAll(tx, {&event, 1}); }
  // The same for the events of a lane's batch, set-based: in this order, with one wake-up.
  void AppendAll(db::Tx& tx, std::span<const Event> events);

  // The relay's wake-up; set once at composition.
  void OnCommit(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  std::string service_;
  std::string deployment_;
  const Clock& clock_;
  IdSource& ids_;
  std::function<void()> wake_;
};

}  // namespace jointly::bus
