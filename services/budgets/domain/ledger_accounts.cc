#include <array>
#include <utility>

#include "common/error/check.h"
#include "services/budgets/domain/ledger.h"

namespace jointly::budgets {
namespace {

constexpr std::string_view kCashKind = "cash";
constexpr std::string_view kInKindKind = "inkind";
constexpr std::string_view kPartnerCollection = "institutions/";

constexpr std::array<std::pair<std::string_view, Family>, 12> kFamilies = {{
    {"funder", Family::kFunder},
    {"cash", Family::kCash},
    {"pool", Family::kPool},
    {"line", Family::kLine},
    {"spent", Family::kSpent},
    {"expended", Family::kExpended},
    {"payable", Family::kPayable},
    {"carry", Family::kCarry},
    {"returned", Family::kReturned},
    {"fx", Family::kExchange},
    {"inkind", Family::kInKind},
    {"inkind_promise", Family::kInKindPromise},
}};

constexpr std::array<std::pair<std::string_view, Movement>, 17> kMovements = {{
    {"authorise", Movement::kAuthorise},
    {"deobligate", Movement::kDeobligate},
    {"instalment", Movement::kInstalment},
    {"allocate", Movement::kAllocate},
    {"transfer", Movement::kTransfer},
    {"reserve", Movement::kReserve},
    {"liquidate", Movement::kLiquidate},
    {"release", Movement::kRelease},
    {"recognise", Movement::kRecognise},
    {"pay", Movement::kPay},
    {"carry", Movement::kCarry},
    {"return", Movement::kReturn},
    {"reverse", Movement::kReverse},
    {"revalue", Movement::kRevalue},
    {"correct", Movement::kCorrect},
    {"in_kind_promise", Movement::kInKindPromise},
    {"in_kind_delivery", Movement::kInKindDelivery},
}};

std::string_view LastSegment(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string Path(std::string_view family, std::string_view name) {
  std::string path;
  path.reserve(family.size() + 1 + name.size());
  path.append(family).append("/").append(name);
  return path;
}

std::string LinePath(std::string_view family, const LineKey& line) {
  const std::string_view kind = line.kind == Kind::kCash ? kCashKind : kInKindKind;
  std::string path;
  path.reserve(64);
  path.append(family).append("/").append(line.period).append("/").append(line.category);
  path.append("/").append(LastSegment(line.partner)).append("/").append(kind);
  return path;
}

// "p1/EQUIP/tsukuba/cash".
std::optional<LineKey> ParseLine(std::string_view text) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t slash = text.find('/');
    const bool last = i + 1 == parts.size();
    if ((slash == std::string_view::npos) != last) return std::nullopt;
    parts[i] = text.substr(0, slash);
    if (parts[i].empty()) return std::nullopt;
    text.remove_prefix(last ? text.size() : slash + 1);
  }
  if (parts[3] != kCashKind && parts[3] != kInKindKind) return std::nullopt;
  return LineKey{.period = std::string(parts[0]),
                 .category = std::string(parts[1]),
                 .partner = std::string(kPartnerCollection) + std::string(parts[2]),
                 .kind = parts[3] == kCashKind ? Kind::kCash : Kind::kInKind};
}

bool StandsAlone(Family family) { return family == Family::kPool || family == Family::kExpended; }

}  // namespace

std::string FunderAccount(std::string_view organisation) {
  return Path("funder", LastSegment(organisation));
}
std::string CashAccount(std::string_view organisation) {
  return Path("cash", LastSegment(organisation));
}
std::string LineAccount(const LineKey& line) { return LinePath("line", line); }
std::string SpentAccount(const LineKey& line) { return LinePath("spent", line); }
std::string PayableAccount(std::string_view partner) {
  return Path("payable", LastSegment(partner));
}
std::string CarryAccount(std::string_view from_period, std::string_view to_period) {
  return Path("carry", std::string(from_period) + '-' + std::string(to_period));
}
std::string ReturnedAccount(std::string_view organisation) {
  return Path("returned", LastSegment(organisation));
}
std::string ExchangeAccount(std::string_view currency_code) { return Path("fx", currency_code); }
std::string InKindAccount(std::string_view partner) { return Path("inkind", LastSegment(partner)); }
std::string InKindPromiseAccount(std::string_view partner) {
  return Path("inkind_promise", LastSegment(partner));
}

std::optional<Family> FamilyOf(std::string_view path) {
  const std::string_view word = path.substr(0, path.find('/'));
  for (const auto& [name, family] : kFamilies) {
    if (name == word) return family;
  }
  return std::nullopt;
}

std::optional<AccountName> ParseAccount(std::string_view path) {
  const std::optional<Family> family = FamilyOf(path);
  if (!family.has_value()) return std::nullopt;
  const std::size_t slash = path.find('/');
  AccountName account{.family = *family, .name = "", .line = std::nullopt};
  if (slash == std::string_view::npos) {
    if (!StandsAlone(*family)) return std::nullopt;
    return account;
  }
  account.name = std::string(path.substr(slash + 1));
  if (account.name.empty() || StandsAlone(*family)) return std::nullopt;
  if (*family == Family::kLine || *family == Family::kSpent) {
    account.line = ParseLine(account.name);
    if (!account.line.has_value()) return std::nullopt;
  } else if (account.name.find('/') != std::string::npos) {
    return std::nullopt;
  }
  return account;
}

bool IsInKind(std::string_view path) {
  const std::optional<Family> family = FamilyOf(path);
  if (family == Family::kInKind || family == Family::kInKindPromise) return true;
  if (family != Family::kLine && family != Family::kSpent) return false;
  return LastSegment(path) == kInKindKind;
}

std::string_view Name(Movement movement) {
  for (const auto& [name, value] : kMovements) {
    if (value == movement) return name;
  }
  Die("a movement without a name");
}

std::optional<Movement> ParseMovement(std::string_view name) {
  for (const auto& [text, movement] : kMovements) {
    if (text == name) return movement;
  }
  return std::nullopt;
}

}  // namespace jointly::budgets
