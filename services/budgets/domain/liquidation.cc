#include "services/budgets/domain/liquidation.h"

#include <algorithm>

#include "common/error/macros.h"
#include "common/money/wide.h"

namespace jointly::budgets {
namespace {

// remaining x original / original_remaining, half to even.
absl::StatusOr<std::int64_t> Share(const Commitment& commitment, std::int64_t original,
                                   const money::Currency& currency) {
  if (original >= commitment.original_remaining) return commitment.remaining;
  if (commitment.amount.currency == currency) return std::min(original, commitment.remaining);
  ASSIGN_OR_RETURN(const money::Money share,
                   money::Convert({.minor = commitment.remaining, .currency = currency}, original,
                                  commitment.original_remaining, currency));
  return share.minor;
}

}  // namespace

absl::StatusOr<ReservationUse> PlanUse(const Commitment& commitment, const Invoice& invoice,
                                       const money::Currency& currency) {
  ReservationUse plan{.spent = invoice.control};
  plan.ends = invoice.final || invoice.original >= commitment.original_remaining;
  plan.original_used = plan.ends ? commitment.original_remaining : invoice.original;
  ASSIGN_OR_RETURN(plan.from_reservation, Share(commitment, plan.original_used, currency));
  plan.excess = std::max<std::int64_t>(0, plan.spent - plan.from_reservation);
  plan.released = std::max<std::int64_t>(0, plan.from_reservation - plan.spent);
  return plan;
}

ReservationUse UseOf(const Journal& liquidation) {
  ReservationUse use;
  std::int64_t taken = 0;
  for (const Posting& posting : liquidation.postings) {
    const auto family = FamilyOf(posting.account);
    if (family == Family::kSpent && posting.side == Side::kDebit) use.spent += posting.amount;
    if (family != Family::kLine || posting.layer != Layer::kPending) continue;
    if (posting.amount > 0) use.excess += posting.amount;
    if (posting.amount < 0) taken -= posting.amount;
  }
  use.from_reservation = taken - use.excess;
  use.released = std::max<std::int64_t>(0, use.from_reservation - use.spent);
  return use;
}

std::int64_t SettledBy(const Journal& payment) {
  std::int64_t settled = 0;
  for (const Posting& posting : payment.postings) {
    const bool owed = FamilyOf(posting.account) == Family::kPayable;
    if (owed && posting.side == Side::kDebit) settled += posting.amount;
  }
  return settled;
}

absl::StatusOr<std::int64_t> PlanRelease(const Commitment& commitment, std::int64_t original,
                                         const money::Currency& currency) {
  return Share(commitment, original, currency);
}

std::int64_t LargestDocument(const Commitment& commitment, const FunderTerms& terms) {
  const money::Wide whole = commitment.original_remaining;
  return money::Clamped(whole + whole * terms.liquidation_tolerance_percent / 100);
}

}  // namespace jointly::budgets
