#include "services/budgets/store/packed.h"

#include "common/error/check.h"

namespace jointly::budgets::store {
namespace {

using db::PackAll;
using db::PackLines;
using db::UnpackLines;

std::string Number(std::int64_t number) { return db::PackNumber(number); }

class Fields : public db::Fields {
 public:
  using db::Fields::Fields;

  Kind AKind() {
    const auto kind = Parse<Kind>(Text());
    Check(kind.has_value(), "a packed kind is none");
    return *kind;
  }
  money::Money Money() {
    const std::int64_t minor = Integer();
    return {.minor = minor, .currency = UnpackCurrency(Text())};
  }
  std::optional<money::Money> MaybeMoney() {
    const std::int64_t minor = Integer();
    const std::string currency = Text();
    if (currency.empty()) return std::nullopt;
    return money::Money{.minor = minor, .currency = UnpackCurrency(currency)};
  }
  LineKey Line() {
    LineKey line;
    line.period = Text();
    line.category = Text();
    line.partner = Text();
    line.kind = AKind();
    return line;
  }
};

std::vector<std::string> FieldsOf(const LineKey& line) {
  return {line.period, line.category, line.partner, std::string(Name(line.kind))};
}

// Two fields: empty when there is no amount.
std::string MinorOf(const std::optional<money::Money>& amount) {
  return amount.has_value() ? Number(amount->minor) : std::string();
}
std::string CurrencyOf(const std::optional<money::Money>& amount) {
  return amount.has_value() ? std::string(amount->currency.code) : std::string();
}

template <typename Element, typename FromFields>
std::vector<Element> UnpackAll(std::string_view text, FromFields from_fields) {
  return db::UnpackAll<Element, Fields>(text, from_fields);
}

}  // namespace

std::string Pack(const LineKey& line) { return PackLines({FieldsOf(line)}); }
LineKey UnpackLine(std::string_view text) {
  const auto lines = UnpackAll<LineKey>(text, [](Fields& fields) { return fields.Line(); });
  Check(lines.size() == 1, "a column is not one line of a budget");
  return lines.front();
}

std::string Pack(const std::vector<Source>& sources) {
  return PackAll(sources, [](const Source& source) {
    return std::vector<std::string>{source.organisation, Number(source.promised),
                                    std::string(Name(source.kind))};
  });
}
std::vector<Source> UnpackSources(std::string_view text) {
  return UnpackAll<Source>(text, [](Fields& fields) {
    Source source;
    source.organisation = fields.Text();
    source.promised = fields.Integer();
    source.kind = fields.AKind();
    return source;
  });
}

std::string Pack(const std::vector<Category>& categories) {
  return PackAll(categories, [](const Category& category) {
    return std::vector<std::string>{category.id, category.display_name, category.funder_category,
                                    category.envelope};
  });
}
std::vector<Category> UnpackCategories(std::string_view text) {
  return UnpackAll<Category>(text, [](Fields& fields) {
    Category category;
    category.id = fields.Text();
    category.display_name = fields.Text();
    category.funder_category = fields.Text();
    category.envelope = fields.Text();
    return category;
  });
}

std::string Pack(const std::vector<GrantScheme>& grants) {
  return PackAll(grants, [](const GrantScheme& grant) {
    return std::vector<std::string>{grant.id,
                                    grant.call,
                                    grant.category,
                                    grant.partner,
                                    MinorOf(grant.rate_per_day),
                                    CurrencyOf(grant.rate_per_day),
                                    grant.day_convention,
                                    grant.standing_approver,
                                    MinorOf(grant.amount_per_thesis),
                                    CurrencyOf(grant.amount_per_thesis)};
  });
}
std::vector<GrantScheme> UnpackGrants(std::string_view text) {
  return UnpackAll<GrantScheme>(text, [](Fields& fields) {
    GrantScheme grant;
    grant.id = fields.Text();
    grant.call = fields.Text();
    grant.category = fields.Text();
    grant.partner = fields.Text();
    grant.rate_per_day = fields.MaybeMoney();
    grant.day_convention = fields.Text();
    grant.standing_approver = fields.Text();
    grant.amount_per_thesis = fields.MaybeMoney();
    return grant;
  });
}

std::string Pack(const std::vector<DeclaredExercice>& exercices) {
  return PackAll(exercices, [](const DeclaredExercice& exercice) {
    return std::vector<std::string>{Number(exercice.year), Number(exercice.provisional ? 1 : 0),
                                    Number(exercice.previous_commitments),
                                    Number(exercice.previous_payments), exercice.actor};
  });
}
std::vector<DeclaredExercice> UnpackExercices(std::string_view text) {
  return UnpackAll<DeclaredExercice>(text, [](Fields& fields) {
    DeclaredExercice exercice;
    exercice.year = fields.Int();
    exercice.provisional = fields.Bool();
    exercice.previous_commitments = fields.Integer();
    exercice.previous_payments = fields.Integer();
    exercice.actor = fields.Text();
    return exercice;
  });
}

std::string Pack(const FunderTerms& terms) {
  return PackLines(
      {{terms.rule_set, terms.rule_variant, terms.rate_policy, terms.carry_over,
        Number(terms.carry_over_maximum_percent), Number(terms.carry_over_minimum),
        Number(terms.liquidation_tolerance_percent), Number(terms.indirect_on_top ? 1 : 0)}});
}
FunderTerms UnpackTerms(std::string_view text) {
  const auto lines = UnpackLines(text);
  Check(lines.size() == 1, "a budget without terms");
  Fields fields(lines.front());
  FunderTerms terms;
  terms.rule_set = fields.Text();
  terms.rule_variant = fields.Text();
  terms.rate_policy = fields.Text();
  terms.carry_over = fields.Text();
  terms.carry_over_maximum_percent = fields.Int();
  terms.carry_over_minimum = fields.Integer();
  terms.liquidation_tolerance_percent = fields.Int();
  terms.indirect_on_top = fields.Bool();
  return terms;
}

std::string Pack(const std::optional<Conversion>& conversion) {
  if (!conversion.has_value()) return "";
  return PackLines({{Number(conversion->from.minor), conversion->from.currency.code,
                     Number(conversion->to.minor), conversion->to.currency.code, conversion->rate,
                     FormatDate(conversion->rate_date), conversion->policy}});
}
std::optional<Conversion> UnpackConversion(std::string_view text) {
  const auto lines = UnpackLines(text);
  if (lines.empty()) return std::nullopt;
  Fields fields(lines.front());
  Conversion conversion;
  conversion.from = fields.Money();
  conversion.to = fields.Money();
  conversion.rate = fields.Text();
  conversion.rate_date = fields.ADate();
  conversion.policy = fields.Text();
  return conversion;
}

// The first line is the answer itself, then one per fact; of what is no grant, nothing.
std::string Pack(const GrantAnswer& answer) {
  if (answer.request_number == 0) return "";
  db::Lines lines = {{Number(answer.request_number), answer.message}};
  for (const Fact& fact : answer.facts) lines.push_back({fact.name, fact.value});
  return PackLines(lines);
}

GrantAnswer UnpackAnswer(std::string_view text) {
  GrantAnswer answer;
  const db::Lines lines = UnpackLines(text);
  if (lines.empty()) return answer;
  Fields first(lines.front());
  answer.request_number = first.Int();
  answer.message = first.Text();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    Fields fields(lines[i]);
    Fact& fact = answer.facts.emplace_back();
    fact.name = fields.Text();
    fact.value = fields.Text();
  }
  return answer;
}

std::string Pack(const std::vector<Attachment>& attachments) {
  return PackAll(attachments, [](const Attachment& attachment) {
    return std::vector<std::string>{attachment.id,
                                    attachment.kind,
                                    attachment.file_name,
                                    attachment.media_type,
                                    Number(attachment.size_bytes),
                                    attachment.sha256,
                                    Number(Micros(attachment.create_time))};
  });
}
std::vector<Attachment> UnpackAttachments(std::string_view text) {
  return UnpackAll<Attachment>(text, [](Fields& fields) {
    Attachment attachment;
    attachment.id = fields.Text();
    attachment.kind = fields.Text();
    attachment.file_name = fields.Text();
    attachment.media_type = fields.Text();
    attachment.size_bytes = fields.Integer();
    attachment.sha256 = fields.Text();
    attachment.create_time = fields.At();
    return attachment;
  });
}

std::string Pack(const std::vector<ExpenseItem>& items) {
  return PackAll(items, [](const ExpenseItem& item) {
    return std::vector<std::string>{FormatDate(item.date), Number(item.amount), item.description};
  });
}
std::vector<ExpenseItem> UnpackItems(std::string_view text) {
  return UnpackAll<ExpenseItem>(text, [](Fields& fields) {
    ExpenseItem item;
    item.date = fields.ADate();
    item.amount = fields.Integer();
    item.description = fields.Text();
    return item;
  });
}

std::string Pack(const std::vector<Reallocation>& rows) {
  return PackAll(rows, [](const Reallocation& row) {
    std::vector<std::string> fields = FieldsOf(row.line);
    fields.push_back(Number(row.change));
    return fields;
  });
}
std::vector<Reallocation> UnpackReallocations(std::string_view text) {
  return UnpackAll<Reallocation>(text, [](Fields& fields) {
    Reallocation row;
    row.line = fields.Line();
    row.change = fields.Integer();
    return row;
  });
}

std::string Pack(const std::vector<Hand>& hands) {
  return PackAll(hands, [](const Hand& hand) {
    return std::vector<std::string>{hand.person, hand.in_place_of};
  });
}
std::vector<Hand> UnpackHands(std::string_view text) {
  return UnpackAll<Hand>(text, [](Fields& fields) {
    Hand hand;
    hand.person = fields.Text();
    hand.in_place_of = fields.Text();
    return hand;
  });
}

std::string Pack(const std::vector<ThresholdState>& states) {
  return PackAll(states, [](const ThresholdState& state) {
    return std::vector<std::string>{Number(state.threshold_percent),
                                    Number(state.authorised_version), Number(state.crossings),
                                    Number(state.above ? 1 : 0), state.kind};
  });
}
std::vector<ThresholdState> UnpackThresholds(std::string_view text) {
  return UnpackAll<ThresholdState>(text, [](Fields& fields) {
    ThresholdState state;
    state.threshold_percent = fields.Int();
    state.authorised_version = fields.Integer();
    state.crossings = fields.Int();
    state.above = fields.Bool();
    state.kind = fields.Text();
    return state;
  });
}

money::Currency UnpackCurrency(std::string_view code) {
  const auto currency = money::FindCurrency(code);
  Check(currency.ok(), "a stored currency is unknown");
  return *currency;
}

}  // namespace jointly::budgets::store
