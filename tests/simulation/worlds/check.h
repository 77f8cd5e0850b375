#pragma once

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/worlds/board.h"
#include "tests/simulation/worlds/command.h"
#include "tests/simulation/worlds/log_tap.h"
#include "tests/simulation/worlds/nodes.h"

// What must hold when a world has settled, read from the databases alone: the promise M1-M8 of
// messaging.md, and what the services promise on top of it. Each adds one sentence per finding.
namespace jointly::simulation {

using Findings = std::vector<std::string>;

// One service by itself: everything published, nothing left over; state, event and audit row of
// every revision; the audit chain (M4, M7).
void CheckNode(Node& node, Findings& findings);

// Every event of every producer took effect at every follower, once, in order (M1, M2, M3).
void CheckFollowers(const std::vector<Node*>& nodes, Findings& findings);

// What was acknowledged is there and was done once; what was refused was not done (M5, M8).
// `since`: when these clients began.
void CheckCommands(const std::vector<Node*>& nodes, const std::deque<Command>& commands, Time since,
                   Findings& findings);

// The ledger of places agrees with itself and with the applications, and nobody waits beside a free
// place, except `by_hand`: whom an office put on the list while there were free places.
void CheckPlaces(MobilityNode& mobility, const std::set<std::string>& by_hand, Findings& findings);

// What services keep of each other's resources is what these are.
void CheckReplicas(IdentityNode& identity, PartnershipsNode& partnerships, MobilityNode& mobility,
                   NotificationsNode& notifications, Findings& findings);

// One activity per event; everybody is told what concerns them, once per key, and not before the
// decision time what is hidden until then; no mail twice, each to its reader.
void CheckNotices(NotificationsNode& notifications, IdentityNode& identity,
                  const std::vector<Node*>& nodes, const Board& board, Findings& findings);

// Deadlines are known as their owner last said them.
// `budgets` may be null.
void CheckDeadlines(MobilityNode& mobility, BudgetsNode* budgets, NotificationsNode& notifications,
                    Findings& findings);

// What was refused has left no entry in a journal.
void CheckRefusals(BudgetsNode& node, const std::deque<Command>& commands, Findings& findings);

// Each stay that asked for its grant has one answer, the same on both sides; a cancelled one holds
// nothing.
void CheckGrants(MobilityNode& mobility, BudgetsNode& budgets, Findings& findings);

// What budgets keeps of people and institutions.
void CheckBudgetReplicas(IdentityNode& identity, PartnershipsNode& partnerships,
                         BudgetsNode& budgets, Findings& findings);

// Nothing personal in an event, an audit row, a log line or in the clear in any file; what was
// erased is gone everywhere.
void CheckSecrets(const std::vector<Node*>& nodes, const std::string& directory, const LogTap& logs,
                  Findings& findings);

}  // namespace jointly::simulation
