#include "services/budgets/domain/export_journal.h"

#include "common/agreement/agreement.h"

namespace jointly::budgets {
namespace {

using agreement::Field;

Field ToField(const Posting& posting) {
  return Field::Object{{"account", posting.account},
                       {"layer", posting.layer == Layer::kPosted ? "posted" : "pending"},
                       {"side", posting.side == Side::kDebit ? "debit" : "credit"},
                       {"amount", posting.amount},
                       {"currency_code", posting.currency_code}};
}

Field ToField(const Conversion& conversion) {
  return Field::Object{{"from", money::FormatMoney(conversion.from)},
                       {"to", money::FormatMoney(conversion.to)},
                       {"rate", conversion.rate},
                       {"rate_date", FormatDate(conversion.rate_date)},
                       {"policy", conversion.policy},
                       {"rounding", "half_even"}};
}

Field ToField(const SealedJournal& sealed) {
  const Journal& journal = sealed.journal;
  Field::List postings;
  for (const Posting& posting : journal.postings) postings.push_back(ToField(posting));
  Field::List conversions;
  for (const Conversion& conversion : journal.conversions) {
    conversions.push_back(ToField(conversion));
  }
  return Field::Object{{"budget", journal.budget},
                       {"sequence", journal.sequence},
                       {"id", journal.id},
                       {"payload_hash", journal.payload_hash},
                       {"movement", Name(journal.movement)},
                       {"effective_date", FormatDate(journal.effective_on)},
                       {"record_time", FormatTime(journal.record_time)},
                       {"document", journal.document},
                       {"reverses", journal.reverses},
                       {"reference", journal.reference},
                       {"actor", journal.actor},
                       {"postings", std::move(postings)},
                       {"conversions", std::move(conversions)},
                       {"hash", sealed.hash}};
}

Field Opening(const JournalBook& book) {
  Field::List balances;
  for (const OpeningBalance& opening : book.openings) {
    balances.push_back(
        Field::Object{{"effective_until", FormatDate(opening.day)},
                      {"account", opening.account},
                      {"layer", opening.layer == Layer::kPosted ? "posted" : "pending"},
                      {"amount", opening.amount},
                      {"currency_code", opening.currency_code}});
  }
  return Field::Object{{"after_sequence", book.after_sequence},
                       {"budget", book.budget},
                       {"hash", book.after_hash},
                       {"openings", std::move(balances)}};
}

}  // namespace

std::string JournalLines(const JournalBook& book) {
  std::string lines;
  if (book.after_sequence > 0) lines += agreement::CanonicalJson(Opening(book)) + "\n";
  for (const SealedJournal& sealed : book.journals) {
    lines += agreement::CanonicalJson(ToField(sealed));
    lines += '\n';
  }
  return lines;
}

}  // namespace jointly::budgets
