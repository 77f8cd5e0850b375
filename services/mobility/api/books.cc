#include "services/mobility/api/books.h"

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/domain/places.h"

namespace jointly::mobility {
namespace {

store::EntryKind KindOf(EntryState state) {
  switch (state) {
    case EntryState::kHeld:
      return store::EntryKind::kHeld;
    case EntryState::kConfirmed:
      return store::EntryKind::kConfirmed;
    case EntryState::kReleased:
      return store::EntryKind::kReleased;
  }
  Die("an entry state of no kind");
}

}  // namespace

absl::StatusOr<std::string> Books::Open(const AgreementCondition& condition,
                                        const std::string& academic_year, IdSource& ids) {
  ASSIGN_OR_RETURN(auto known, store::QuotaIds(tx_, {condition.name}, academic_year));
  const auto found = known.find(condition.name);
  if (found != known.end()) return found->second;
  store::QuotaRow row;
  row.quota = OpenQuota(condition, academic_year, ids.Next());
  row.quota.update_time = actor_.now;
  row.quota.revision = 1;
  row.agreed_places = row.quota.places;
  row.sending_institution = condition.sending_institution;
  row.sending_unit = condition.sending_unit;
  row.receiving_institution = condition.receiving_institution;
  row.receiving_unit = condition.receiving_unit;
  ASSIGN_OR_RETURN(const bool opened, store::InsertQuota(tx_, row));
  if (opened) {
    outbox_.Append(tx_, QuotaChanged(actor_, nullptr, row,
                                     {.action = "opened", .from = "", .to = "open", .note = ""}));
    return row.quota.id;
  }
  ASSIGN_OR_RETURN(known, store::QuotaIds(tx_, {condition.name}, academic_year));
  return known[condition.name];
}

absl::Status Books::Lock(const std::vector<std::string>& ids) {
  Check(books_.empty(), "ledgers are locked once, all together");
  ASSIGN_OR_RETURN(std::vector<store::QuotaRow> rows, store::LockQuotas(tx_, ids));
  for (store::QuotaRow& row : rows) {
    const std::string id = row.quota.id;
    Book& book = books_[id];
    book.before = row;
    book.row = std::move(row);
  }
  return absl::OkStatus();
}

const store::QuotaRow* Books::Find(const std::string& id) const {
  const auto found = books_.find(id);
  return found == books_.end() ? nullptr : &found->second.row;
}

std::vector<Quota> Books::Balances() const {
  std::vector<Quota> balances;
  for (const auto& [id, book] : books_) balances.push_back(book.row.quota);
  return balances;
}

Books::Book& Books::BookOf(const std::string& id) {
  const auto found = books_.find(id);
  Check(found != books_.end(), "a ledger is changed that was not locked");
  return found->second;
}

absl::StatusOr<store::LastEntry*> Books::LastOf(Book& book, const std::string& application) {
  const auto found = book.last.find(application);
  if (found != book.last.end()) return &found->second;
  ASSIGN_OR_RETURN(auto entries, store::LoadEntries(tx_, book.row.quota.id, {application}));
  store::LastEntry last;
  last.entry.state = EntryState::kReleased;
  last.entry.application = application;
  const auto loaded = entries.find(application);
  if (loaded != entries.end()) last = loaded->second;
  return &book.last.emplace(application, std::move(last)).first->second;
}

absl::Status Books::Apply(const QuotaCommand& command) {
  Book& book = BookOf(command.quota);
  Ledger ledger{.quota = book.row.quota, .entries = {}};
  std::int64_t sequence = book.before.quota.revision + 1;
  if (command.kind != QuotaCommandKind::kAdjust) {
    ASSIGN_OR_RETURN(store::LastEntry * last, LastOf(book, command.application));
    ledger.entries[command.application] = last->entry;
    sequence = last->sequence + 1;
  }
  const QuotaOutcome outcome = jointly::mobility::Apply(ledger, command);
  if (!outcome.status.ok() || !outcome.changed) return outcome.status;
  book.row.quota = ledger.quota;
  Enter(book, command, outcome, sequence);
  Recount(book);
  return absl::OkStatus();
}

void Books::Enter(Book& book, const QuotaCommand& command, const QuotaOutcome& outcome,
                  std::int64_t sequence) {
  book.changed = true;
  store::EntryRow entry;
  entry.quota = book.row.quota.id;
  entry.sequence = sequence;
  entry.actor = actor_.base.actor;
  entry.time = actor_.now;
  entry.reason = command.reason;
  if (outcome.entry.has_value()) {
    entry.application = command.application;
    entry.kind = KindOf(outcome.entry->state);
    entry.places = outcome.entry->places;
    entry.expire_time = outcome.entry->expire_time;
    book.last[command.application] = {.entry = *outcome.entry, .sequence = sequence};
  } else {
    entry.kind = store::EntryKind::kAdjusted;
    entry.places = command.places;
    book.note = command.reason;
  }
  book.entries.push_back(std::move(entry));
}

void Books::Recount(Book& book) {
  book.row.quota.places = PlacesFor(book.row.quota, book.row.agreed_places);
}

void Books::Join(const std::string& id, std::int64_t ticket) {
  Book& book = BookOf(id);
  book.changed = true;
  book.row.quota.waiting += 1;
  Check(ticket > book.row.last_ticket, "a ticket of a waiting list is given twice");
  book.row.last_ticket = ticket;
}

void Books::Leave(const std::string& id) {
  Book& book = BookOf(id);
  book.changed = true;
  book.row.quota.waiting -= 1;
}

void Books::Agree(const std::string& id, int places) {
  Book& book = BookOf(id);
  if (book.row.agreed_places == places) return;
  book.changed = true;
  book.row.agreed_places = places;
  Recount(book);
  const int in_use = book.row.quota.held + book.row.quota.confirmed;
  book.note = "the agreement gives " + std::to_string(places) + " places";
  if (book.row.quota.places > places) {
    book.note += "; " + std::to_string(in_use) + " are in use and stay until given back";
  }
  book.entries.push_back({.quota = id,
                          .application = "",
                          .sequence = book.before.quota.revision + 1,
                          .kind = store::EntryKind::kAgreed,
                          .places = places,
                          .expire_time = std::nullopt,
                          .reason = book.note,
                          .actor = actor_.base.actor,
                          .time = actor_.now});
}

void Books::Settle() {
  for (auto& [id, book] : books_) {
    if (!book.changed) continue;
    book.row.quota.revision += 1;
    book.row.quota.update_time = actor_.now;
    store::SaveQuota(tx_, book.row);
    for (const store::EntryRow& entry : book.entries) store::InsertEntry(tx_, entry);
    outbox_.Append(
        tx_, QuotaChanged(actor_, &book.before, book.row,
                          {.action = "changed", .from = "open", .to = "open", .note = book.note}));
    book.before = book.row;
    book.entries.clear();
    book.changed = false;
  }
}

}  // namespace jointly::mobility
