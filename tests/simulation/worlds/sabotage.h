#pragma once

namespace jointly::simulation {

class World;

// What is broken on purpose, so that the check is seen to find it.
enum class Sabotage {
  kNone,
  kLoseEvent,      // An event counts as published and is not, and nobody can walk the feed.
  kForgetApplied,  // A consumer forgets what it has applied.
  kLoseCommits,    // A disk loses its last commits at a crash, although they were durable.
  kNewRequestId,   // A retry gets a new request id on its way.
  kTakePlace,      // A place is counted that nobody has.
  kSkipPromotion,  // Places become free and nobody on the list is told.
  kEditAudit,      // An audit row is edited after it was sealed.
  kLeakToFile,     // A name gets into a column.
  kLeakToLog,      // A name gets into a log line.
  kRepeatMail,     // A mail goes out twice.
  kStaleReplica,   // A replica differs from its owner.
  kDropNotice,     // Notifications are lost.
  kReserveTwice,   // A grant is reserved again when its event comes again.
  kKeepReserved,   // Nothing is given back for a stay that was cancelled.
  kRepeatAlert,    // A line forgets that it was above a threshold.
  kKeepRemaining,  // What an invoice used up still counts as remaining.
  kForgetAnswer,   // A stay forgets what its budget answered.
  kForgetFigures,  // A stay forgets why it has no grant.
  kApproveOwn,     // Whoever asked has approved.
  kPostIntoClose,  // An entry is dated in a period that was closed.
  kEditDigest,     // What a close said is edited.
};

// Breaks it by hand, where that can be done now; false: not yet.
bool Spoil(World& world, Sabotage sabotage);

}  // namespace jointly::simulation
