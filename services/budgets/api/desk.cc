#include "services/budgets/api/desk.h"

#include <algorithm>
#include <charconv>

#include "common/auth/cipher.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/time/ids.h"
#include "services/budgets/domain/rates.h"
#include "services/budgets/store/rate_store.h"
#include "services/budgets/store/statement_store.h"

namespace jointly::budgets {
namespace {

// Of accounts, the actor is who is named in them: people, or a service in the form of a name.
std::string ActorName(const std::string& principal) {
  constexpr std::string_view kService = "service:";
  if (principal.starts_with(kService)) return "services/" + principal.substr(kService.size());
  return principal == "timer" ? "services/budgets" : principal;
}

// Whose money pays when the command does not say: the first cash source's.
std::string FirstCash(const Budget& budget) {
  for (const Source& source : budget.sources) {
    if (source.kind == Kind::kCash) return source.organisation;
  }
  Die("a budget without a cash source pays");
}

// A mean of a period is known only when it is over: documents take the day's rate, reports convert
// again by the mean.
RatePolicy EntryPolicy(const FunderTerms& terms) {
  const auto policy = ParseRatePolicy(terms.rate_policy);
  Check(policy.ok(), "a stored rate policy is unknown");
  return *policy == RatePolicy::kPeriodAverage ? RatePolicy::kPreviousTargetDay : *policy;
}

}  // namespace

std::string DerivedId(const std::string& seed, int n) {
  if (n == 0 && IsUuid(seed)) return seed;
  std::string hex = auth::Sha256Hex(seed + "/" + std::to_string(n)).substr(0, 32);
  hex[12] = '8';  // RFC 9562: a UUID of the maker's own kind.
  hex[16] = 'a';
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

absl::StatusOr<Desk> Desk::Open(db::Tx& tx, const Who& who, const std::string& budget,
                                const store::Scope& scope) {
  ASSIGN_OR_RETURN(Desk desk, Open(tx, budget, Needs{}));
  RETURN_IF_ERROR(desk.Serve(who, scope));
  return desk;
}

absl::StatusOr<Desk> Desk::Look(db::Tx& tx, const Who& who, const std::string& budget,
                                const store::Scope& scope) {
  ASSIGN_OR_RETURN(Budget loaded, store::LoadBudget(tx, budget, scope, store::Lock::kNo));
  ASSIGN_OR_RETURN(std::vector<Period> periods, store::LoadPeriods(tx, budget, store::Lock::kNo));
  Desk desk(tx, who, std::nullopt, std::move(loaded), std::move(periods));
  ASSIGN_OR_RETURN(desk.last_sequence_, store::LastSequence(tx, budget));
  return desk;
}

Date Desk::today() const {
  const auto civil = ToCivil(who_.now, budget_.time_zone);
  Check(civil.ok(), "a stored time zone is unknown");
  return civil->date;
}

absl::StatusOr<Period> Desk::PeriodOf(const std::string& id) const {
  if (const Period* period = FindPeriod(periods_, id)) return *period;
  return NotFound(store::kPeriodNotFound, "the budget has no such period",
                  {{"period", NameIn(budget_.id, "periods", id)}});
}

const Period* Desk::PeriodAfter(const std::string& id) const {
  for (std::size_t i = 0; i + 1 < periods_.size(); ++i) {
    if (periods_[i].id == id) return &periods_[i + 1];
  }
  return nullptr;
}

const Period* Desk::PeriodBefore(const std::string& id) const {
  for (std::size_t i = 1; i < periods_.size(); ++i) {
    if (periods_[i].id == id) return &periods_[i - 1];
  }
  return nullptr;
}

const Period* Desk::PeriodAt(Date date) const {
  for (const Period& period : periods_) {
    if (period.start_date <= date && date <= period.end_date) return &period;
  }
  return nullptr;
}

absl::StatusOr<budgets::Balance> Desk::At(const std::string& path) {
  if (!ledger_.has_value()) {
    ASSIGN_OR_RETURN(const std::optional<budgets::Balance> balance,
                     store::LoadBalance(*tx_, budget_.id, path));
    return balance.value_or(budgets::Balance{});
  }
  RETURN_IF_ERROR(ledger_->Load(*tx_, {path}));
  const auto found = ledger_->balances().find(path);
  return found == ledger_->balances().end() ? budgets::Balance{} : found->second;
}

absl::StatusOr<std::int64_t> Desk::Available(const LineKey& line) {
  ASSIGN_OR_RETURN(const budgets::Balance balance, At(LineAccount(line)));
  return budgets::Available(balance);
}

absl::StatusOr<std::int64_t> Desk::Pool() {
  ASSIGN_OR_RETURN(const budgets::Balance balance, At(std::string(kPoolAccount)));
  return PostedCredit(balance);
}

absl::StatusOr<std::vector<Leftover>> Desk::Leftovers(const std::string& period) {
  ASSIGN_OR_RETURN(const Balances balances, store::LoadBalances(*tx_, budget_.id));
  std::vector<Leftover> leftovers;
  for (const auto& [path, balance] : balances) {
    const auto account = ParseAccount(path);
    if (!account.has_value() || account->family != Family::kLine) continue;
    const LineKey& line = *account->line;
    const Period* of = FindPeriod(periods_, line.period);
    const bool wanted =
        period.empty() ? of != nullptr && of->state != PeriodState::kClosed : line.period == period;
    if (wanted && line.kind == Kind::kCash)
      leftovers.push_back({line, budgets::Available(balance)});
  }
  return leftovers;
}

absl::StatusOr<std::vector<LineHistory>> Desk::Histories() {
  ASSIGN_OR_RETURN(const std::vector<store::LineRow> rows, store::LoadLines(*tx_, budget_.id));
  std::vector<LineHistory> histories;
  for (const store::LineRow& row : rows) histories.push_back(row.history);
  return histories;
}

absl::StatusOr<Cost> Desk::CostOf(const money::Money& amount, Date date) const {
  if (amount.currency == budget_.currency) return Cost{.control = amount.minor, .conversion = {}};
  ASSIGN_OR_RETURN(Conversion conversion,
                   store::ConvertAmount(*tx_, {.amount = amount,
                                               .to = budget_.currency,
                                               .policy = EntryPolicy(budget_.terms),
                                               .date = date,
                                               .period = {}}));
  const std::int64_t control = conversion.to.minor;
  return Cost{.control = control, .conversion = std::move(conversion)};
}

Entry Desk::EntryOf(Date effective_on, const std::string& document, const std::string& reference) {
  return {.budget = budget_.id,
          .id = DerivedId(who_.seed, derived_++),
          .effective_on = effective_on,
          .record_time = who_.now,
          .actor = ActorName(who_.base.actor),
          .document = document,
          .reference = reference,
          .currency = budget_.currency};
}

void Desk::Touch(const Journal& journal) {
  for (const Posting& posting : journal.postings) {
    const auto account = ParseAccount(posting.account);
    if (account.has_value() && account->family == Family::kLine) touched_.insert(*account->line);
  }
}

absl::Status Desk::Post(absl::StatusOr<Journal> journal) {
  RETURN_IF_ERROR(journal.status());
  Check(ledger_.has_value(), "a desk that only looks is asked to post");
  RETURN_IF_ERROR(CheckExercice(*journal));
  ASSIGN_OR_RETURN(store::Posted posted, ledger_->Post(*tx_, *std::move(journal)));
  if (posted.replayed) {
    // The command's reply is forgotten, but not its journal: it is not carried out a second time.
    return AlreadyExists(kJournalConflict,
                         "this command was carried out before: read the journal instead",
                         {{"journal", posted.journal.id}, {"field", "id"}});
  }
  Touch(posted.journal);
  journals_.push_back(std::move(posted.journal));
  return absl::OkStatus();
}

absl::StatusOr<Journal> Desk::LiquidationOf(const MovementPlan& plan,
                                            const std::string& reference) {
  // The decision has judged tolerance and remainder; what it releases is said by `final` alone.
  const std::int64_t released = plan.from_reservation + plan.excess - plan.amount;
  ASSIGN_OR_RETURN(Liquidated done,
                   Liquidate(EntryOf(plan.effective_date, plan.document, reference),
                             {.line = plan.line,
                              .remaining = plan.from_reservation,
                              .cost = plan.amount,
                              .part = std::nullopt,
                              .final = true,
                              .conversion = plan.conversion}));
  Check(done.excess == plan.excess && done.released == released && done.remaining == 0,
        "the ledger and the commitment disagree on a liquidation");
  return std::move(done.journal);
}

absl::StatusOr<Journal> Desk::JournalOf(const MovementPlan& plan, const std::string& reference) {
  if (plan.kind == MovementKind::kLiquidate) return LiquidationOf(plan, reference);
  const Entry entry = EntryOf(plan.effective_date, plan.document, reference);
  switch (plan.kind) {
    case MovementKind::kAuthorise:
      return plan.amount > 0 ? Authorise(entry, plan.organisation, plan.amount)
                             : Deobligate(entry, plan.organisation, -plan.amount);
    case MovementKind::kAllocate:
      return budgets::Allocate(entry, {{plan.line, plan.amount}});
    case MovementKind::kTransfer:
      return Transfer(entry, plan.line, plan.to, plan.amount);
    case MovementKind::kReserve:
      return Reserve(entry, plan.line, plan.amount, plan.conversion);
    case MovementKind::kRelease:
      return Release(entry, plan.line, plan.amount, plan.amount);
    case MovementKind::kPay:
      return budgets::Pay(entry, {.partner = plan.partner,
                                  .organisation = plan.organisation.empty() ? FirstCash(budget_)
                                                                            : plan.organisation,
                                  .recognised = plan.amount,
                                  .conversion = plan.conversion});
    case MovementKind::kPromise:
      return PromiseInKind(entry, plan.partner, plan.amount);
    case MovementKind::kReturn:
      return Return(entry, plan.line.period.empty() ? std::nullopt : std::optional(plan.line),
                    plan.organisation, plan.amount);
    case MovementKind::kRevalue:
      return Revalue(entry, {.line = plan.line,
                             .before = plan.from_reservation,
                             .after = plan.from_reservation + plan.amount,
                             .conversion = plan.conversion.value_or(Conversion{})});
    case MovementKind::kCredit:
      return Correct(entry, plan.line, plan.amount);
    case MovementKind::kReverse: {
      ASSIGN_OR_RETURN(const std::optional<Journal> original,
                       store::FindJournal(*tx_, budget_.id, plan.reverses));
      if (!original.has_value()) {
        return NotFound(kJournalNotFound, "no such journal", {{"journal", plan.reverses}});
      }
      return Reverse(entry, *original);
    }
    case MovementKind::kLiquidate:
    case MovementKind::kCarry:
      break;
  }
  Die("a movement that is no journal of its own");
}

absl::Status Desk::CarryLines(const std::vector<MovementPlan>& plans, std::size_t& next) {
  const MovementPlan& first = plans[next];
  std::vector<CarriedLine> lines;
  for (; next < plans.size() && plans[next].kind == MovementKind::kCarry; ++next) {
    lines.push_back(
        {.line = plans[next].line, .free = plans[next].amount, .reserved = plans[next].reserved});
  }
  return Post(
      budgets::Carry(EntryOf(first.effective_date, first.document), first.to.period, lines));
}

absl::Status Desk::Carry(const std::vector<MovementPlan>& plans, const std::string& reference) {
  for (std::size_t i = 0; i < plans.size();) {
    if (plans[i].kind == MovementKind::kCarry) {
      RETURN_IF_ERROR(CarryLines(plans, i));
      continue;
    }
    RETURN_IF_ERROR(Post(JournalOf(plans[i], reference)));
    RETURN_IF_ERROR(Remember(plans[i]));
    ++i;
  }
  return absl::OkStatus();
}

absl::StatusOr<store::LineRow*> Desk::Row(const LineKey& line) {
  const auto known = rows_.find(line);
  if (known != rows_.end()) return &known->second;
  ASSIGN_OR_RETURN(store::LineRow row, store::LoadLine(*tx_, budget_.id, line));
  return &rows_.emplace(line, std::move(row)).first->second;
}

absl::Status Desk::Count(const LineKey& line, std::int64_t amount,
                         std::int64_t LineHistory::*field) {
  ASSIGN_OR_RETURN(store::LineRow* const row, Row(line));
  row->history.*field += amount;
  changed_.insert(line);
  return absl::OkStatus();
}

// An amendment changes what a line began with; a transfer is counted by the funder's rule.
absl::Status Desk::Remember(const MovementPlan& plan) {
  if (plan.kind == MovementKind::kAllocate) {
    return Count(plan.line, plan.amount, &LineHistory::initial);
  }
  if (plan.kind != MovementKind::kTransfer) return absl::OkStatus();
  const auto field =
      plan.document.starts_with("amendments/") ? &LineHistory::initial : &LineHistory::transferred;
  RETURN_IF_ERROR(Count(plan.line, -plan.amount, field));
  return Count(plan.to, plan.amount, field);
}

absl::Status Desk::Allocate(Date effective_on, const std::vector<LineAmount>& lines) {
  RETURN_IF_ERROR(Post(budgets::Allocate(EntryOf(effective_on, BudgetName(budget_.id)), lines)));
  for (const LineAmount& line : lines) {
    RETURN_IF_ERROR(Count(line.line, line.amount, &LineHistory::initial));
  }
  return absl::OkStatus();
}

absl::Status Desk::ForgetAllocation(const Journal& original) {
  for (const Posting& posting : original.postings) {
    const auto account = ParseAccount(posting.account);
    if (!account.has_value() || account->family != Family::kLine) continue;
    const std::int64_t sign = posting.side == Side::kCredit ? -1 : 1;
    RETURN_IF_ERROR(Count(*account->line, sign * posting.amount, &LineHistory::initial));
  }
  return absl::OkStatus();
}

absl::StatusOr<Journal> Desk::JournalBySequence(const std::string& sequence) const {
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(sequence.data(), sequence.data() + sequence.size(), number);
  if (error == std::errc() && end == sequence.data() + sequence.size() && number > 0) {
    ASSIGN_OR_RETURN(std::vector<Journal> found,
                     store::LoadJournals(*tx_, budget_.id, number - 1, 1));
    if (!found.empty() && found.front().sequence == number) return std::move(found.front());
  }
  return NotFound(kJournalNotFound, "the budget has no such journal",
                  {{"journal", NameIn(budget_.id, "journals", sequence)}});
}

void Desk::Save(const Budget& budget) {
  budget_ = budget;
  store::SaveBudget(*tx_, budget);
}

void Desk::Save(const Period& period) {
  const auto known = std::find_if(periods_.begin(), periods_.end(),
                                  [&](const Period& other) { return other.id == period.id; });
  if (known == periods_.end()) {
    periods_.push_back(period);
  } else {
    *known = period;
  }
  store::SavePeriod(*tx_, period);
}

absl::StatusOr<std::vector<Alert>> Desk::FindAlerts() {
  std::vector<Alert> alerts;
  for (const LineKey& line : touched_) {
    // What a close leaves on a line is no sign that it is used up.
    const Period* period = FindPeriod(periods_, line.period);
    if (line.kind != Kind::kCash || period == nullptr || period->state != PeriodState::kOpen) {
      continue;
    }
    ASSIGN_OR_RETURN(const budgets::Balance held, At(LineAccount(line)));
    ASSIGN_OR_RETURN(const budgets::Balance cost, At(SpentAccount(line)));
    const std::int64_t available = budgets::Available(held);
    const std::int64_t reserved = PendingDebit(held);
    const std::int64_t spent = PostedDebit(cost);
    ASSIGN_OR_RETURN(store::LineRow* const row, Row(line));
    const std::vector<ThresholdState> before = row->thresholds;
    const std::vector<Alert> crossed = Crossings(
        {.line = line, .authorised = available + reserved + spent, .used = reserved + spent},
        budget_.authorised_version, budget_.currency, row->thresholds);
    alerts.insert(alerts.end(), crossed.begin(), crossed.end());
    if (row->thresholds != before) changed_.insert(line);
  }
  return alerts;
}

void Desk::WriteBooks() {
  ledger_->Write(*tx_);
  for (const LineKey& line : changed_) store::SaveLine(*tx_, budget_.id, rows_.at(line));
  changed_.clear();
}

absl::StatusOr<std::vector<Alert>> Desk::Settle() {
  ASSIGN_OR_RETURN(std::vector<Alert> alerts, FindAlerts());
  WriteBooks();
  return alerts;
}

absl::StatusOr<BudgetBalance> Desk::Balance() const {
  ASSIGN_OR_RETURN(const std::vector<MovementSum> sums,
                   store::LoadSums(*tx_, budget_.id, store::AsOf{}, store::Span::kAll));
  return BalanceOf(sums);
}

}  // namespace jointly::budgets
