#include <algorithm>

#include "common/agreement/agreement.h"
#include "services/budgets/domain/ledger.h"

// What a journal says, as one text, for its hashes.
namespace jointly::budgets {
namespace {

// Each field with its length before it, so that no two payloads have the same text.
class Canonical {
 public:
  Canonical& Add(std::string_view field) {
    text_.append(std::to_string(field.size())).append(":").append(field).append(",");
    return *this;
  }
  Canonical& Add(std::int64_t number) { return Add(std::to_string(number)); }
  std::string Hash() const { return agreement::ContentHash(agreement::Field(text_)); }

 private:
  std::string text_;
};

void AddPosting(Canonical& text, const Posting& posting) {
  text.Add(posting.account)
      .Add(posting.layer == Layer::kPosted ? "posted" : "pending")
      .Add(posting.side == Side::kDebit ? "debit" : "credit")
      .Add(posting.amount)
      .Add(posting.currency_code);
}

void AddConversion(Canonical& text, const Conversion& conversion) {
  text.Add(conversion.from.minor)
      .Add(conversion.from.currency.code)
      .Add(conversion.to.minor)
      .Add(conversion.to.currency.code)
      .Add(conversion.rate)
      .Add(FormatDate(conversion.rate_date))
      .Add(conversion.policy);
}

bool Same(const Conversion& a, const Conversion& b) {
  return a.from == b.from && a.to == b.to && a.rate == b.rate && a.rate_date == b.rate_date &&
         a.policy == b.policy;
}

}  // namespace

std::string PayloadHash(const Journal& journal) {
  Canonical text;
  text.Add(journal.budget)
      .Add(journal.id)
      .Add(Name(journal.movement))
      .Add(FormatDate(journal.effective_on))
      .Add(journal.document)
      .Add(journal.reverses)
      .Add(journal.reference)
      .Add(journal.actor)
      .Add(static_cast<std::int64_t>(journal.postings.size()));
  for (const Posting& posting : journal.postings) AddPosting(text, posting);
  for (const Conversion& conversion : journal.conversions) AddConversion(text, conversion);
  return text.Hash();
}

std::string_view PayloadDifference(const Journal& a, const Journal& b) {
  if (a.movement != b.movement) return "movement";
  if (a.effective_on != b.effective_on) return "effective_date";
  if (a.document != b.document) return "document";
  if (a.reverses != b.reverses) return "reverses";
  if (a.reference != b.reference) return "reference";
  if (a.actor != b.actor) return "actor";
  if (a.postings != b.postings) return "postings";
  const bool same = std::equal(a.conversions.begin(), a.conversions.end(), b.conversions.begin(),
                               b.conversions.end(), Same);
  return same ? "" : "conversions";
}

std::string ChainHash(std::string_view previous_hash, const Journal& journal) {
  return Canonical()
      .Add(previous_hash)
      .Add(journal.sequence)
      .Add(Micros(journal.record_time))
      .Add(PayloadHash(journal))
      .Hash();
}

}  // namespace jointly::budgets
