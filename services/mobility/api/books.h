#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "common/bus/outbox.h"
#include "common/time/ids.h"
#include "services/mobility/api/changes.h"
#include "services/mobility/store/quota_store.h"

// The ledgers that one transaction changes. Locking order of the whole service: ledgers first, in
// the order of their ids, then applications. Whoever wants both therefore never waits in a circle.
namespace jointly::mobility {

class Books {
 public:
  Books(db::Tx& tx, bus::Outbox& outbox, const Actor& actor)
      : tx_(tx), outbox_(outbox), actor_(actor) {}

  // The ledger of a condition for a year, opened when nobody has used it yet; not locked.
  absl::StatusOr<std::string> Open(const AgreementCondition& condition,
                                   const std::string& academic_year, IdSource& ids);
  // Once per transaction, before any application is locked.
  absl::Status Lock(const std::vector<std::string>& ids);
  // A locked ledger; null when it is not among the locked ones.
  const store::QuotaRow* Find(const std::string& id) const;
  // Copies of all locked balances, for facts.
  std::vector<Quota> Balances() const;

  // Books a command on a locked ledger. Errors: FAILED_PRECONDITION of domain/quota.h.
  absl::Status Apply(const QuotaCommand& command);
  // The waiting list of a locked ledger got longer, with this ticket, or shorter.
  void Join(const std::string& id, std::int64_t ticket);
  void Leave(const std::string& id);
  // What the agreement says now.
  void Agree(const std::string& id, int places);

  // Saves what changed: one revision and one event per ledger. Last, after the applications.
  void Settle();

 private:
  struct Book {
    store::QuotaRow before;
    store::QuotaRow row;
    std::map<std::string, store::LastEntry> last;  // By application, as far as asked for.
    std::vector<store::EntryRow> entries;          // New ones.
    std::string note;
    bool changed = false;
  };
  Book& BookOf(const std::string& id);
  absl::StatusOr<store::LastEntry*> LastOf(Book& book, const std::string& application);
  void Enter(Book& book, const QuotaCommand& command, const QuotaOutcome& outcome,
             std::int64_t sequence);
  void Recount(Book& book);

  db::Tx& tx_;
  bus::Outbox& outbox_;
  const Actor& actor_;
  std::map<std::string, Book> books_;
};

}  // namespace jointly::mobility
