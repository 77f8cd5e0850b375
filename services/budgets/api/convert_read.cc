#include <algorithm>
#include <set>

#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/domain/grants.h"
#include "services/budgets/domain/rates.h"

// Messages to values.
namespace jointly::budgets {
namespace {

std::string At(const std::string& path, std::string_view field, int index) {
  return path + "." + std::string(field) + "[" + std::to_string(index) + "]";
}

// "EQUIP": part of an account's path.
bool IsCategoryId(std::string_view id) {
  return !id.empty() && id.size() <= 40 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

Kind ReadKind(pb::Kind kind, const std::string& path, Violations& violations) {
  violations.Require(kind == pb::KIND_UNSPECIFIED || kind == pb::CASH || kind == pb::IN_KIND, path,
                     "must be CASH or IN_KIND");
  return kind == pb::IN_KIND ? Kind::kInKind : Kind::kCash;
}

// What is promised in kind is delivered by a partner.
void CheckInKind(const std::vector<Source>& sources, const std::vector<std::string>& partners,
                 const std::string& path, std::string_view field, Violations& violations) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Source& source = sources[i];
    const bool partner =
        std::find(partners.begin(), partners.end(), source.organisation) != partners.end();
    violations.Require(source.kind == Kind::kCash || partner,
                       At(path, field, static_cast<int>(i)) + ".organisation",
                       "must be a partner of the budget: it promises in kind");
  }
}

void CheckCount(int size, const std::string& path, Violations& violations) {
  violations.Require(size <= static_cast<int>(kRowsMax), path, "has more than 200 rows");
}

// Funders may be institutions here, or known by their ROR id only.
bool IsOrganisation(const std::string& name) {
  return rpc::ParseName("institutions/*", name).size() == 1 ||
         (name.starts_with("https://ror.org/") && name.size() <= 40);
}

std::vector<Source> ReadSources(const google::protobuf::RepeatedPtrField<pb::Source>& messages,
                                const money::Currency& currency, const std::string& path,
                                std::string_view field, Violations& violations) {
  std::vector<Source> sources;
  CheckCount(messages.size(), path + "." + std::string(field), violations);
  for (int i = 0; i < messages.size(); ++i) {
    const std::string at = At(path, field, i);
    Source source;
    source.organisation = messages[i].organisation();
    violations.Require(IsOrganisation(source.organisation), at + ".organisation",
                       "must be institutions/{id} or a ROR id such as https://ror.org/02rx3b187");
    source.promised = ReadAmountIn(messages[i].promised(), currency, Sign::kPositive,
                                   at + ".promised", violations);
    source.kind = ReadKind(messages[i].kind(), at + ".kind", violations);
    sources.push_back(std::move(source));
  }
  return sources;
}

FunderTerms ReadTerms(const pb::FunderTerms& message, const money::Currency& currency,
                      const std::string& path, Violations& violations) {
  FunderTerms terms;
  if (!message.rule_set().empty()) terms.rule_set = message.rule_set();
  terms.rule_variant = message.rule_variant();
  violations.Require(KnownRuleSet(terms.rule_set, terms.rule_variant), path + ".rule_set",
                     "no such rule set and variant: free, kakenhi (fund, subsidy), "
                     "other_agency_jp, french_30, horizon_europe");
  if (!message.rate_policy().empty()) terms.rate_policy = message.rate_policy();
  violations.Require(ParseRatePolicy(terms.rate_policy).ok(), path + ".rate_policy",
                     "must be day, previous_target_day or period_average");
  if (!message.carry_over().empty()) terms.carry_over = message.carry_over();
  violations.Require(KnownCarryOver(terms.carry_over), path + ".carry_over",
                     "must be automatic, on_reason, none, or a rule: " + CarryOverRuleIds());
  const auto percent = [&](int value, const char* field) {
    violations.Require(value >= 0 && value <= 100, path + "." + field, "must be from 0 to 100");
    return value;
  };
  terms.carry_over_maximum_percent =
      percent(message.carry_over_maximum_percent(), "carry_over_maximum_percent");
  terms.liquidation_tolerance_percent =
      percent(message.liquidation_tolerance_percent(), "liquidation_tolerance_percent");
  if (message.has_carry_over_minimum()) {
    terms.carry_over_minimum =
        ReadAmountIn(message.carry_over_minimum(), currency, Sign::kNotNegative,
                     path + ".carry_over_minimum", violations);
  }
  terms.indirect_on_top = message.indirect_on_top();
  return terms;
}

void ReadCategories(const pb::Budget& message, const std::string& path, Budget& budget,
                    Violations& violations) {
  violations.Require(message.categories_size() > 0, path + ".categories", "needs at least one");
  CheckCount(message.categories_size(), path + ".categories", violations);
  for (int i = 0; i < message.categories_size(); ++i) {
    const pb::Category& row = message.categories(i);
    const std::string at = At(path, "categories", i);
    violations.Require(IsCategoryId(row.id()), at + ".id",
                       "must be 1 to 40 letters, digits, dashes or underscores");
    violations.Require(FindCategory(budget, row.id()) == nullptr, at + ".id", "occurs twice");
    CheckLine(row.display_name(), true, at + ".display_name", violations);
    CheckLine(row.funder_category(), false, at + ".funder_category", violations);
    CheckLine(row.envelope(), false, at + ".envelope", violations);
    budget.categories.push_back(
        {row.id(), row.display_name(), row.funder_category(), row.envelope()});
  }
}

// A rate per day pays stays, an amount pays theses; what says how stays are paid says nothing of
// theses.
void ReadPay(const pb::Grant& row, const std::string& at, GrantScheme& grant,
             Violations& violations) {
  grant.call = row.call();
  grant.day_convention = row.day_convention();
  if (row.has_amount_per_thesis()) {
    grant.amount_per_thesis =
        ReadAmount(row.amount_per_thesis(), Sign::kPositive, at + ".amount_per_thesis", violations);
    violations.Require(!row.has_rate_per_day(), at + ".rate_per_day",
                       "and amount_per_thesis are not of one scheme: it pays stays or theses");
    violations.Require(row.call().empty(), at + ".call", "is of stays: leave it out for theses");
    violations.Require(row.day_convention().empty(), at + ".day_convention",
                       "is of stays: leave it out for theses");
    return;
  }
  if (!row.call().empty()) CheckName("calls/*", row.call(), at + ".call", violations);
  violations.Require(KnownDayConvention(row.day_convention()), at + ".day_convention",
                     "must be calendar_days or 30_per_month");
  grant.rate_per_day =
      ReadAmount(row.rate_per_day(), Sign::kPositive, at + ".rate_per_day", violations);
}

void ReadGrants(const pb::Budget& message, const std::string& path, Budget& budget,
                Violations& violations) {
  CheckCount(message.grants_size(), path + ".grants", violations);
  std::set<std::string> seen;
  for (int i = 0; i < message.grants_size(); ++i) {
    const pb::Grant& row = message.grants(i);
    const std::string at = At(path, "grants", i);
    violations.Require(IsCategoryId(row.id()) && seen.insert(row.id()).second, at + ".id",
                       "must be a short name of its own");
    violations.Require(FindCategory(budget, row.category()) != nullptr, at + ".category",
                       "is no category of the budget");
    violations.Require(HasPartner(budget, row.partner()), at + ".partner",
                       "is no partner of the budget");
    CheckName("people/*", row.standing_approver(), at + ".standing_approver", violations);
    GrantScheme grant;
    grant.id = row.id();
    ReadPay(row, at, grant, violations);
    grant.category = row.category();
    grant.partner = row.partner();
    grant.standing_approver = row.standing_approver();
    budget.grants.push_back(std::move(grant));
  }
}

void ReadPartners(const google::protobuf::RepeatedPtrField<std::string>& messages,
                  const std::string& path, std::string_view field,
                  std::vector<std::string>& partners, Violations& violations) {
  CheckCount(messages.size(), path + "." + std::string(field), violations);
  for (int i = 0; i < messages.size(); ++i) {
    const std::string at = At(path, field, i);
    CheckName("institutions/*", messages[i], at, violations);
    const bool fresh = std::find(partners.begin(), partners.end(), messages[i]) == partners.end();
    violations.Require(fresh, at, "occurs twice");
    partners.push_back(messages[i]);
  }
}

// Whom a partner change lets go: partners of the budget, but not whose budget it is.
void ReadLeaving(const pb::Amendment& message, const Budget& budget, const std::string& path,
                 Amendment& amendment, Violations& violations) {
  ReadPartners(message.leaving_partners(), path, "leaving_partners", amendment.leaving_partners,
               violations);
  violations.Require(
      amendment.leaving_partners.empty() || amendment.type == AmendmentType::kPartnerChange,
      path + ".leaving_partners", "is for a partner change");
  for (std::size_t i = 0; i < amendment.leaving_partners.size(); ++i) {
    const std::string at = path + ".leaving_partners[" + std::to_string(i) + "]";
    const std::string& partner = amendment.leaving_partners[i];
    violations.Require(HasPartner(budget, partner), at, "is no partner of the budget");
    violations.Require(partner != budget.institution, at, "is the institution whose budget it is");
  }
}

}  // namespace

void CheckLine(std::string_view text, bool required, std::string_view path,
               Violations& violations) {
  CheckText(text, {.required = required, .bytes_max = kTextBytesMax}, path, violations);
}

void CheckNote(std::string_view text, bool required, std::string_view path,
               Violations& violations) {
  CheckText(text, {.required = required, .bytes_max = kNoteBytesMax, .controls = "\n\t"}, path,
            violations);
}

void CheckName(std::string_view pattern, std::string_view name, std::string_view path,
               Violations& violations) {
  violations.Require(!rpc::ParseName(pattern, name).empty(), path,
                     "must look like " + std::string(pattern));
}

money::Money ReadAmount(const pb::Amount& message, Sign sign, const std::string& path,
                        Violations& violations) {
  const money::Money nothing{.minor = 1, .currency = {.code = "EUR", .decimals = 2}};
  const auto currency = money::FindCurrency(message.currency_code());
  if (!currency.ok()) {
    violations.Add(path + ".currency_code", currency.status());
    return nothing;
  }
  const auto amount = money::ParseMoney(message.value(), *currency);
  if (!amount.ok()) {
    violations.Add(path, amount.status());
    return nothing;
  }
  if (sign == Sign::kPositive && amount->minor <= 0) {
    violations.Add(path, InvalidArgument(money::kInvalidAmount, "must be above 0"));
  }
  if (sign == Sign::kNotNegative && amount->minor < 0) {
    violations.Add(path, InvalidArgument(money::kInvalidAmount, "is below 0"));
  }
  return *amount;
}

std::int64_t ReadAmountIn(const pb::Amount& message, const money::Currency& currency, Sign sign,
                          const std::string& path, Violations& violations) {
  const money::Money amount = ReadAmount(message, sign, path, violations);
  if (message.currency_code() != currency.code &&
      money::FindCurrency(message.currency_code()).ok()) {
    violations.Add(path + ".currency_code",
                   InvalidArgument(money::kCurrencyMismatch, "must be " + currency.code));
  }
  return amount.minor;
}

Date ReadDate(bool given, const google::type::Date& message, const std::string& path,
              Violations& violations) {
  const Date some{std::chrono::year(2000) / 1 / 1};
  if (!violations.Require(given, path, "is required")) return some;
  const auto date = rpc::FromProto(message);
  if (!violations.Require(date.has_value(), path, "must be a calendar date")) return some;
  return *date;
}

std::optional<Date> ReadMaybeDate(bool given, const google::type::Date& message,
                                  const std::string& path, Violations& violations) {
  if (!given) return std::nullopt;
  return ReadDate(true, message, path, violations);
}

LineKey ReadLine(const pb::LineKey& message, const Budget& budget, const std::string& path,
                 Violations& violations) {
  LineKey line;
  const auto ids = rpc::ParseName("budgets/*/periods/*", message.period());
  if (violations.Require(ids.size() == 2 && ids[0] == budget.id, path + ".period",
                         "must be a period of the budget: budgets/" + budget.id + "/periods/*")) {
    line.period = ids[1];
  }
  line.category = message.category();
  violations.Require(IsCategoryId(line.category), path + ".category", "must name a category");
  line.partner = message.partner();
  if (line.partner.empty() && !budget.partners.empty()) line.partner = budget.partners.front();
  violations.Require(HasPartner(budget, line.partner), path + ".partner",
                     "is no partner of the budget");
  line.kind = ReadKind(message.kind(), path + ".kind", violations);
  return line;
}

Budget ReadBudget(const pb::Budget& message, const std::string& path, Violations& violations) {
  Budget budget;
  CheckLine(message.display_name(), true, path + ".display_name", violations);
  budget.display_name = message.display_name();
  CheckName("institutions/*", message.institution(), path + ".institution", violations);
  budget.institution = message.institution();
  budget.unit = message.unit();
  violations.Require(budget.unit.empty() || budget.unit.starts_with(budget.institution + "/units/"),
                     path + ".unit", "must be a unit of the institution");
  violations.Require(message.partners_size() > 0, path + ".partners", "needs at least one");
  ReadPartners(message.partners(), path, "partners", budget.partners, violations);
  const auto currency = money::FindCurrency(message.currency_code());
  violations.Require(currency.ok(), path + ".currency_code", "is no ISO 4217 code in use");
  budget.currency = currency.ok() ? *currency : money::Currency{.code = "EUR", .decimals = 2};
  budget.contract_amount = ReadAmountIn(message.contract_amount(), budget.currency, Sign::kPositive,
                                        path + ".contract_amount", violations);
  violations.Require(message.sources_size() > 0, path + ".sources", "needs at least one");
  budget.sources = ReadSources(message.sources(), budget.currency, path, "sources", violations);
  CheckInKind(budget.sources, budget.partners, path, "sources", violations);
  budget.start_date =
      ReadDate(message.has_start_date(), message.start_date(), path + ".start_date", violations);
  budget.end_date =
      ReadDate(message.has_end_date(), message.end_date(), path + ".end_date", violations);
  violations.Require(budget.start_date <= budget.end_date, path + ".end_date",
                     "is before the start date");
  CheckLine(message.agreement_reference(), false, path + ".agreement_reference", violations);
  budget.agreement_reference = message.agreement_reference();
  violations.Require(
      message.funding_reference().empty() || rpc::IsResourceId(message.funding_reference()),
      path + ".funding_reference",
      "must be lower case letters, digits and dashes, or no call could name it");
  budget.funding_reference = message.funding_reference();
  budget.terms = ReadTerms(message.terms(), budget.currency, path + ".terms", violations);
  ReadCategories(message, path, budget, violations);
  ReadGrants(message, path, budget, violations);
  violations.Require(KnownZone(message.time_zone()), path + ".time_zone",
                     "must be an IANA zone such as \"Europe/Paris\"");
  budget.time_zone = message.time_zone();
  budget.demo = message.demo();
  return budget;
}

std::vector<Period> ReadPeriods(const google::protobuf::RepeatedPtrField<pb::Period>& messages,
                                const Budget& budget, Violations& violations) {
  std::vector<Period> periods;
  std::set<std::string> seen;
  CheckCount(messages.size(), "periods", violations);
  for (int i = 0; i < messages.size(); ++i) {
    const std::string at = "periods[" + std::to_string(i) + "]";
    // The budget's id may be the service's to make: only the last part counts.
    const std::string& name = messages[i].name();
    const std::string id = name.substr(name.rfind('/') + 1);
    violations.Require(rpc::IsResourceId(id) && seen.insert(id).second, at + ".name",
                       "must end in an id of its own, such as p1");
    Period period;
    period.budget = budget.id;
    period.id = id;
    period.start_date = ReadDate(messages[i].has_start_date(), messages[i].start_date(),
                                 at + ".start_date", violations);
    period.end_date =
        ReadDate(messages[i].has_end_date(), messages[i].end_date(), at + ".end_date", violations);
    violations.Require(period.start_date <= period.end_date, at + ".end_date",
                       "is before the start date");
    violations.Require(budget.start_date <= period.start_date && period.end_date <= budget.end_date,
                       at, "leaves the budget");
    periods.push_back(std::move(period));
  }
  std::sort(periods.begin(), periods.end(),
            [](const Period& a, const Period& b) { return a.start_date < b.start_date; });
  return periods;
}

Commitment ReadCommitment(const pb::Commitment& message, const Budget& budget,
                          const std::string& path, Violations& violations) {
  Commitment commitment;
  commitment.budget = budget.id;
  commitment.line = ReadLine(message.line(), budget, path + ".line", violations);
  violations.Require(commitment.line.kind == Kind::kCash, path + ".line.kind",
                     "in kind is never reserved");
  CheckLine(message.display_name(), true, path + ".display_name", violations);
  commitment.display_name = message.display_name();
  CheckLine(message.supplier_reference(), false, path + ".supplier_reference", violations);
  commitment.supplier_reference = message.supplier_reference();
  commitment.amount = ReadAmount(message.amount(), Sign::kPositive, path + ".amount", violations);
  commitment.effective_date = ReadDate(message.has_effective_date(), message.effective_date(),
                                       path + ".effective_date", violations);
  commitment.expire_date = ReadMaybeDate(message.has_expire_date(), message.expire_date(),
                                         path + ".expire_date", violations);
  violations.Require(
      !commitment.expire_date.has_value() || *commitment.expire_date >= commitment.effective_date,
      path + ".expire_date", "is before the effective date");
  commitment.demo = message.demo();
  return commitment;
}

ExpenseClaim ReadClaim(const pb::ExpenseClaim& message, const money::Currency& currency,
                       const std::string& path, Violations& violations) {
  ExpenseClaim claim;
  claim.currency = currency;
  claim.mission_start_date =
      ReadDate(message.has_mission_start_date(), message.mission_start_date(),
               path + ".mission_start_date", violations);
  claim.mission_end_date = ReadDate(message.has_mission_end_date(), message.mission_end_date(),
                                    path + ".mission_end_date", violations);
  violations.Require(claim.mission_start_date <= claim.mission_end_date, path + ".mission_end_date",
                     "is before the mission's start");
  CheckCount(message.items_size(), path + ".items", violations);
  std::int64_t total = 0;
  for (int i = 0; i < message.items_size(); ++i) {
    const pb::ExpenseItem& row = message.items(i);
    const std::string at = At(path, "items", i);
    ExpenseItem item;
    item.date = ReadDate(row.has_date(), row.date(), at + ".date", violations);
    CheckLine(row.description(), true, at + ".description", violations);
    item.description = row.description();
    item.amount = ReadAmountIn(row.amount(), currency, Sign::kPositive, at + ".amount", violations);
    violations.Require(!__builtin_add_overflow(total, item.amount, &total), at + ".amount",
                       "makes the total too large");
    claim.items.push_back(std::move(item));
  }
  return claim;
}

LineTransfer ReadTransfer(const pb::LineTransfer& message, const Budget& budget,
                          const std::string& path, Violations& violations) {
  LineTransfer transfer;
  transfer.budget = budget.id;
  transfer.from = ReadLine(message.from(), budget, path + ".from", violations);
  transfer.to = ReadLine(message.to(), budget, path + ".to", violations);
  transfer.amount = ReadAmountIn(message.amount(), budget.currency, Sign::kPositive,
                                 path + ".amount", violations);
  transfer.effective_date = ReadDate(message.has_effective_date(), message.effective_date(),
                                     path + ".effective_date", violations);
  CheckNote(message.reason(), true, path + ".reason", violations);
  transfer.reason = message.reason();
  return transfer;
}

Amendment ReadAmendment(const pb::Amendment& message, const Budget& budget, const std::string& path,
                        Violations& violations) {
  Amendment amendment;
  amendment.budget = budget.id;
  const bool typed = pb::Amendment::Type_IsValid(message.type()) &&
                     message.type() != pb::Amendment::TYPE_UNSPECIFIED;
  if (violations.Require(typed, path + ".type", "is required")) {
    amendment.type = static_cast<AmendmentType>(message.type());
  }
  CheckNote(message.reason(), true, path + ".reason", violations);
  amendment.reason = message.reason();
  amendment.signed_date =
      ReadDate(message.has_signed_date(), message.signed_date(), path + ".signed_date", violations);
  amendment.new_end_date = ReadMaybeDate(message.has_new_end_date(), message.new_end_date(),
                                         path + ".new_end_date", violations);
  if (message.has_change()) {
    amendment.change =
        ReadAmountIn(message.change(), budget.currency, Sign::kAny, path + ".change", violations);
  }
  amendment.new_sources =
      ReadSources(message.new_sources(), budget.currency, path, "new_sources", violations);
  ReadPartners(message.new_partners(), path, "new_partners", amendment.new_partners, violations);
  std::vector<std::string> partners = budget.partners;
  partners.insert(partners.end(), amendment.new_partners.begin(), amendment.new_partners.end());
  CheckInKind(amendment.new_sources, partners, path, "new_sources", violations);
  ReadLeaving(message, budget, path, amendment, violations);
  CheckCount(message.reallocations_size(), path + ".reallocations", violations);
  for (int i = 0; i < message.reallocations_size(); ++i) {
    const std::string at = At(path, "reallocations", i);
    const pb::Reallocation& row = message.reallocations(i);
    amendment.reallocations.push_back(
        {ReadLine(row.line(), budget, at + ".line", violations),
         ReadAmountIn(row.change(), budget.currency, Sign::kAny, at + ".change", violations)});
  }
  return amendment;
}

}  // namespace jointly::budgets
