#include <algorithm>

#include "common/deadlines/expression.h"
#include "common/deadlines/lexer.h"
#include "common/deadlines/predicate.h"

namespace jointly::deadlines {
namespace {

// One side of a comparison, before it is known what the other side is.
struct Term {
  Operand operand;
  bool word = false;    // A word that is no field: a symbol, if the other side has symbols.
  bool broken = false;  // Already reported.
  Fault fault;          // Of a word, should it turn out to be no symbol.
  std::size_t position = 0;
  bool IsField() const { return !word && operand.space != Space::kLiteral; }
};

bool IsDate(Type type) { return type == Type::kDate || type == Type::kTime; }
bool Comparable(Type a, Type b) { return a == b || (IsDate(a) && IsDate(b)); }
bool Ordered(Type type) { return IsDate(type) || type == Type::kInteger; }

std::string Article(Type type) {
  return (type == Type::kInteger ? "an " : "a ") + std::string(Name(type));
}

class Parser {
 public:
  Parser(std::string_view text, const Names& names, std::string_view path,
         std::vector<Fault>& faults)
      : names_(names), path_(path), faults_(faults), tokens_(Lex(text)) {
    expression_.text = text;
  }

  Expression Run() {
    expression_.root = Or();
    if (!stopped_ && Peek().kind != TokenKind::kEnd) Stop("the predicate should end here");
    return std::move(expression_);
  }

 private:
  const Token& Peek() const { return tokens_[next_]; }
  Token Take() {
    const Token token = Peek();
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }
  bool Accept(std::string_view text) {
    const Token& token = Peek();
    if ((token.kind != TokenKind::kWord && token.kind != TokenKind::kSign) || token.text != text) {
      return false;
    }
    Take();
    return true;
  }
  void Expect(std::string_view text) {
    if (!Accept(text)) Stop("\"" + std::string(text) + "\" should stand here");
  }

  void Add(Reason reason, std::string text, std::size_t position) {
    faults_.push_back({std::string(reason.name), path_,
                       text + " (character " + std::to_string(position + 1) + " of \"" +
                           expression_.text + "\")"});
  }
  void AddWord(const Term& term) {
    Fault fault = term.fault;
    names_.Explain(term.operand.text, fault);
    Add({fault.reason}, fault.text, term.position);
  }
  bool Likely(const Term& term) const {
    Fault fault = term.fault;
    names_.Explain(term.operand.text, fault);
    return fault.text.find("did you mean") != std::string::npos;
  }
  // After the first fault of the grammar nothing that follows can be trusted.
  std::int32_t Stop(std::string text) {
    if (!stopped_) {
      const Token& token = Peek();
      if (token.kind != TokenKind::kEnd) text += ", not \"" + std::string(token.text) + "\"";
      Add(kBadPredicate, std::move(text), token.position);
    }
    stopped_ = true;
    next_ = tokens_.size() - 1;
    return 0;
  }

  std::int32_t Push(Node node) {
    expression_.nodes.push_back(std::move(node));
    return static_cast<std::int32_t>(expression_.nodes.size() - 1);
  }
  std::int32_t Join(NodeKind kind, std::int32_t left, std::int32_t right) {
    Node node;
    node.kind = kind;
    node.left = left;
    node.right = right;
    return Push(std::move(node));
  }

  std::int32_t Or() {
    std::int32_t left = And();
    while (!stopped_ && Accept("or")) left = Join(NodeKind::kOr, left, And());
    return left;
  }
  std::int32_t And() {
    std::int32_t left = Factor();
    while (!stopped_ && Accept("and")) left = Join(NodeKind::kAnd, left, Factor());
    return left;
  }
  std::int32_t Factor() {
    if (++depth_ > kPredicateDepthMax) {
      return Stop("more than " + std::to_string(kPredicateDepthMax) +
                  " parentheses or \"not\" within each other; write it flatter");
    }
    const std::int32_t node = InnerFactor();
    --depth_;
    return node;
  }
  std::int32_t InnerFactor() {
    if (stopped_) return 0;
    if (Accept("not")) return Join(NodeKind::kNot, Factor(), 0);
    if (Accept("(")) {
      const std::int32_t inner = Or();
      Expect(")");
      return inner;
    }
    if (FollowedBy("known", "(")) return Known();
    if (FollowedBy("covers", "(")) return Covers();
    return Comparing();
  }
  bool FollowedBy(std::string_view word, std::string_view sign) const {
    return Peek().kind == TokenKind::kWord && Peek().text == word && next_ + 1 < tokens_.size() &&
           tokens_[next_ + 1].text == sign;
  }

  std::int32_t Known() {
    Take();
    Take();
    Node node;
    node.kind = NodeKind::kKnown;
    const Term term = ParseTerm();
    Expect(")");
    if (stopped_) return 0;
    if (term.word) {
      AddWord(term);
    } else if (!term.broken && !term.IsField()) {
      Add(kPredicateType, "known(...) asks about a field", term.position);
    }
    node.left_operand = term.operand;
    return Push(std::move(node));
  }

  std::int32_t Covers() {
    Take();
    Take();
    Node node;
    node.kind = NodeKind::kCovers;
    const Token name = Take();
    const std::vector<std::string>& intervals = names_.vocabulary->intervals;
    const auto found = std::find(intervals.begin(), intervals.end(), name.text);
    if (found == intervals.end()) {
      const std::string nearest = Nearest(name.text, intervals);
      Add(kUnknownInterval,
          "there are no intervals \"" + std::string(name.text) + "\"" +
              (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"),
          name.position);
    }
    node.index = static_cast<std::int32_t>(found - intervals.begin());
    Expect(",");
    const Term term = ParseTerm();
    Expect(")");
    if (stopped_) return 0;
    if (term.word) AddWord(term);
    if (!term.word && !term.broken && !IsDate(term.operand.type)) {
      Add(kPredicateType, "covers(...) needs a date after the name of the interval", term.position);
    }
    node.left_operand = term.operand;
    return Push(std::move(node));
  }

  std::int32_t Comparing() {
    Term left = ParseTerm();
    if (stopped_) return 0;
    if (Accept("in")) return Among(std::move(left));
    static constexpr std::pair<std::string_view, Comparison> kSigns[] = {
        {"=", Comparison::kEqual},           {"!=", Comparison::kNotEqual},
        {"<=", Comparison::kLessOrEqual},    {"<", Comparison::kLess},
        {">=", Comparison::kGreaterOrEqual}, {">", Comparison::kGreater}};
    for (const auto& [sign, comparison] : kSigns) {
      if (!Accept(sign)) continue;
      Node node;
      node.kind = NodeKind::kCompare;
      node.comparison = comparison;
      Term right = ParseTerm();
      if (stopped_) return 0;
      const bool ordering = comparison != Comparison::kEqual && comparison != Comparison::kNotEqual;
      Unify(left, right, ordering);
      node.left_operand = std::move(left.operand);
      node.right_operand = std::move(right.operand);
      return Push(std::move(node));
    }
    return Alone(std::move(left));
  }

  // Without a comparison: a boolean.
  std::int32_t Alone(Term term) {
    Node node;
    if (term.word) {
      AddWord(term);
    } else if (!term.broken && term.operand.type != Type::kBool) {
      Add(kPredicateType,
          Article(term.operand.type) + " is neither true nor false; compare it with something",
          term.position);
    } else if (term.IsField()) {
      node.kind = NodeKind::kTrue;
    } else {
      node.index = static_cast<std::int32_t>(term.operand.number);
    }
    node.left_operand = std::move(term.operand);
    return Push(std::move(node));
  }

  std::int32_t Among(Term left) {
    Node node;
    node.kind = NodeKind::kIn;
    Expect("(");
    do {
      Term choice = ParseTerm();
      if (stopped_) return 0;
      if (choice.IsField()) Add(kPredicateType, "the choices are literals", choice.position);
      Unify(left, choice, false);
      node.choices.push_back(std::move(choice.operand));
    } while (Accept(","));
    Expect(")");
    node.left_operand = std::move(left.operand);
    return Push(std::move(node));
  }

  // Makes a word a symbol of the other side, and refuses what cannot be compared.
  void Unify(Term& left, Term& right, bool ordering) {
    if (left.broken || right.broken) return;
    if (left.word && right.word) {
      // The one that is nearly a field was meant as the field, the other as its symbol.
      const bool left_likely = Likely(left);
      const bool right_likely = Likely(right);
      if (left_likely || !right_likely) AddWord(left);
      if (right_likely || !left_likely) AddWord(right);
      left.broken = right.broken = true;
      return;
    }
    if (left.word || right.word) {
      if (!ResolveSymbol(left.word ? left : right, left.word ? right : left)) return;
    }
    const Type a = left.operand.type;
    const Type b = right.operand.type;
    if (!Comparable(a, b) || !SameSymbols(left, right)) {
      Add(kPredicateType, Article(a) + " cannot be compared with " + Article(b), right.position);
    } else if (ordering && !Ordered(a)) {
      Add(kPredicateType, Article(a) + " has no order; use = or !=", right.position);
    }
  }

  bool ResolveSymbol(Term& word, const Term& other) {
    word.broken = true;
    const Field* field = names_.FieldOf(other.operand);
    if (field == nullptr || field->type != Type::kSymbol) {
      AddWord(word);
      return false;
    }
    const auto found = std::find(field->symbols.begin(), field->symbols.end(), word.operand.text);
    if (found == field->symbols.end()) {
      const std::string nearest = Nearest(word.operand.text, field->symbols);
      Add(kUnknownSymbol,
          "\"" + word.operand.text + "\" is no value of \"" + field->name + "\"" +
              (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"),
          word.position);
      return false;
    }
    word.operand.type = Type::kSymbol;
    word.operand.number = found - field->symbols.begin();
    word.word = word.broken = false;
    return true;
  }

  bool SameSymbols(const Term& left, const Term& right) const {
    if (left.operand.type != Type::kSymbol || !left.IsField() || !right.IsField()) return true;
    return names_.FieldOf(left.operand)->symbols == names_.FieldOf(right.operand)->symbols;
  }

  Term ParseTerm() {
    Term term;
    term.position = Peek().position;
    const bool negative = Accept("-");
    const Token token = Take();
    if (negative && token.kind != TokenKind::kInteger) {
      Back(term.position, "a number should stand after \"-\"");
      return term;
    }
    switch (token.kind) {
      case TokenKind::kInteger:
        ParseInteger(token, negative, term);
        break;
      case TokenKind::kDate:
        ParseDateLiteral(token, term);
        break;
      case TokenKind::kQuoted:
        term.operand.type = Type::kText;
        term.operand.text = token.text;
        break;
      case TokenKind::kWord:
        ParseWord(token, term);
        break;
      case TokenKind::kOffset:
      case TokenKind::kSign:
      case TokenKind::kEnd:
      case TokenKind::kBad:
        Back(token.position, "a field or a value should stand here");
        return term;
    }
    ParseOffsetAfter(term);
    return term;
  }

  void Back(std::size_t position, std::string text) {
    while (next_ > 0 && tokens_[next_].position > position) --next_;
    Stop(std::move(text));
  }

  void ParseInteger(const Token& token, bool negative, Term& term) {
    term.operand.type = Type::kInteger;
    if (token.text.size() > 15) {
      Back(token.position, "a number has at most 15 digits");
      return;
    }
    for (const char c : token.text) term.operand.number = term.operand.number * 10 + (c - '0');
    if (negative) term.operand.number = -term.operand.number;
  }

  void ParseDateLiteral(const Token& token, Term& term) {
    term.operand.type = Type::kDate;
    const auto date = ParseDate(token.text);
    if (date.ok()) {
      term.operand.number = DayOf(*date);
    } else {
      Add(kBadPredicate, "\"" + std::string(token.text) + "\" is no day of a calendar",
          token.position);
      term.broken = true;
    }
  }

  void ParseWord(const Token& token, Term& term) {
    if (token.text == "true" || token.text == "false") {
      term.operand.type = Type::kBool;
      term.operand.number = token.text == "true" ? 1 : 0;
      return;
    }
    for (const std::string_view reserved : {"and", "or", "not", "in"}) {
      if (token.text == reserved) {
        Back(token.position, "a field or a value should stand here");
        return;
      }
    }
    std::optional<Operand> found = names_.Find(token.text, term.fault);
    if (found.has_value()) {
      term.operand = *std::move(found);
      return;
    }
    term.operand.text = token.text;
    // A dotted or a known-but-not-here name can be no symbol: it is reported at once.
    term.word =
        term.fault.reason == kUnknownField.name && token.text.find('.') == std::string_view::npos;
    if (!term.word) {
      AddWord(term);
      term.broken = true;
    }
  }

  void ParseOffsetAfter(Term& term) {
    const bool minus = Peek().text == "-";
    if (stopped_ || Peek().kind != TokenKind::kSign || (!minus && Peek().text != "+")) return;
    Take();
    const Token token = Take();
    const std::optional<Offset> offset = ParseOffset(token.text);
    if (token.kind != TokenKind::kOffset || !offset.has_value()) {
      Add(kBadOffset,
          "\"" + std::string(token.text) +
              "\" is no offset; write years, months, weeks and days like P14D or P1Y6M",
          token.position);
      term.broken = true;
      return;
    }
    if (!term.broken && !term.word && !(term.IsField() && IsDate(term.operand.type))) {
      Add(kPredicateType, "only a date field takes an offset", token.position);
    }
    term.operand.offset = minus ? Offset{-offset->months, -offset->days} : *offset;
  }

  const Names& names_;
  const std::string path_;
  std::vector<Fault>& faults_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t depth_ = 0;
  bool stopped_ = false;
  Expression expression_;
};

}  // namespace

Expression ParseExpression(std::string_view text, const Names& names, std::string_view path,
                           std::vector<Fault>& faults) {
  if (text.size() > kPredicateLengthMax) {
    faults.push_back({std::string(kBadPredicate.name), std::string(path),
                      "the predicate has " + std::to_string(text.size()) + " characters, at most " +
                          std::to_string(kPredicateLengthMax) + " are allowed; split the rule"});
    return {};
  }
  return Parser(text, names, path, faults).Run();
}

}  // namespace jointly::deadlines
