#include "services/budgets/store/packed.h"

#include <charconv>

#include "common/error/check.h"

namespace jointly::budgets::store {
namespace {

using Lines = std::vector<std::vector<std::string>>;

void AppendEscaped(std::string_view field, std::string& out) {
  for (const char c : field) {
    if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\\') {
      out += "\\\\";
    } else {
      out += c;
    }
  }
}

char Unescaped(char c) {
  if (c == 't') return '\t';
  if (c == 'n') return '\n';
  return c;
}

std::string PackLines(const Lines& lines) {
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i > 0) out += '\t';
      AppendEscaped(line[i], out);
    }
    out += '\n';
  }
  return out;
}

Lines UnpackLines(std::string_view text) {
  Lines lines;
  std::vector<std::string> line(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\t') {
      line.emplace_back();
    } else if (text[i] == '\n') {
      lines.push_back(std::move(line));
      line.assign(1, std::string());
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      line.back() += Unescaped(text[++i]);
    } else {
      line.back() += text[i];
    }
  }
  return lines;
}

std::string Number(std::int64_t number) { return std::to_string(number); }

std::int64_t IntegerOf(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  Check(error == std::errc() && end == text.data() + text.size(), "a packed number is none");
  return number;
}

// Gives the fields of a line in order; the empty text after the last.
class Fields {
 public:
  explicit Fields(const std::vector<std::string>& line) : line_(line) {}
  std::string Text() { return next_ < line_.size() ? line_[next_++] : std::string(); }
  std::int64_t Integer() {
    const std::string text = Text();
    return text.empty() ? 0 : IntegerOf(text);
  }
  int Int() { return static_cast<int>(Integer()); }
  Kind AKind() {
    const auto kind = Parse<Kind>(Text());
    Check(kind.has_value(), "a packed kind is none");
    return *kind;
  }
  Date ADate() { return UnpackRequiredDate(Text()); }
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

 private:
  const std::vector<std::string>& line_;
  std::size_t next_ = 0;
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

// Packs and unpacks a list element by element.
template <typename Element, typename ToFields>
std::string PackAll(const std::vector<Element>& elements, ToFields to_fields) {
  Lines lines;
  for (const Element& element : elements) lines.push_back(to_fields(element));
  return PackLines(lines);
}
template <typename Element, typename FromFields>
std::vector<Element> UnpackAll(std::string_view text, FromFields from_fields) {
  std::vector<Element> elements;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    elements.push_back(from_fields(fields));
  }
  return elements;
}

}  // namespace

std::string Pack(const std::vector<std::string>& texts) {
  return PackAll(texts, [](const std::string& text) { return std::vector<std::string>{text}; });
}
std::vector<std::string> UnpackTexts(std::string_view text) {
  return UnpackAll<std::string>(text, [](Fields& fields) { return fields.Text(); });
}

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
    exercice.provisional = fields.Integer() != 0;
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
  terms.indirect_on_top = fields.Integer() != 0;
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
    attachment.create_time = FromMicros(fields.Integer());
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
    state.above = fields.Integer() != 0;
    state.kind = fields.Text();
    return state;
  });
}

std::string Pack(const std::optional<Date>& date) {
  return date.has_value() ? FormatDate(*date) : std::string();
}
std::optional<Date> UnpackDate(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return UnpackRequiredDate(text);
}
Date UnpackRequiredDate(std::string_view text) {
  const auto date = ParseDate(text);
  Check(date.ok(), "a column that should be a date is not");
  return *date;
}
money::Currency UnpackCurrency(std::string_view code) {
  const auto currency = money::FindCurrency(code);
  Check(currency.ok(), "a stored currency is unknown");
  return *currency;
}

}  // namespace jointly::budgets::store
