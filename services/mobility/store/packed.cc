#include "services/mobility/store/packed.h"

#include <array>
#include <charconv>

#include "common/error/check.h"

namespace jointly::mobility::store {
namespace {

void AppendEscaped(std::string_view field, std::string& out) {
  for (const char c : field) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
}

char Unescaped(char c) {
  if (c == 't') return '\t';
  if (c == 'n') return '\n';
  return c;
}

// Gives the fields of a line in order; the empty text after the last.
class Fields {
 public:
  explicit Fields(const std::vector<std::string>& line) : line_(line) {}
  std::string Text() { return next_ < line_.size() ? line_[next_++] : std::string(); }
  std::int64_t Integer() { return UnpackInteger(Text()); }
  int Int() { return static_cast<int>(Integer()); }
  double Double() { return UnpackDouble(Text()); }
  bool Bool() { return Integer() != 0; }
  std::optional<Date> MaybeDate() { return UnpackDate(Text()); }

 private:
  const std::vector<std::string>& line_;
  std::size_t next_ = 0;
};

}  // namespace

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

std::string PackNumber(std::int64_t number) { return std::to_string(number); }

std::string PackNumber(double number) {
  std::array<char, 40> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  Check(error == std::errc(), "a number does not fit its text");
  return std::string(buffer.data(), end);
}

std::int64_t UnpackInteger(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

double UnpackDouble(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string Pack(const CivilTime& civil) {
  return FormatDate(civil.date) + ' ' + FormatClock(civil.clock) + ' ' + civil.zone;
}

std::string Pack(const std::optional<CivilTime>& civil) {
  return civil.has_value() ? Pack(*civil) : std::string();
}

std::optional<CivilTime> UnpackCivilTime(std::string_view text) {
  const std::size_t first = text.find(' ');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto date = ParseDate(text.substr(0, first));
  const auto clock = ParseClock(text.substr(first + 1, second - first - 1));
  Check(date.ok() && clock.ok(), "a stored civil time does not parse");
  return CivilTime{.date = *date, .clock = *clock, .zone = std::string(text.substr(second + 1))};
}

std::string Pack(const std::optional<Date>& date) {
  return date.has_value() ? FormatDate(*date) : std::string();
}

std::optional<Date> UnpackDate(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto date = ParseDate(text);
  Check(date.ok(), "a stored date does not parse");
  return *date;
}

std::string Pack(const std::vector<std::string>& texts) {
  Lines lines;
  for (const std::string& text : texts) lines.push_back({text});
  return PackLines(lines);
}

std::vector<std::string> UnpackTexts(std::string_view text) {
  std::vector<std::string> texts;
  for (auto& line : UnpackLines(text)) texts.push_back(std::move(line.front()));
  return texts;
}

std::string Pack(const std::vector<int>& numbers) {
  Lines lines;
  for (const int number : numbers) lines.push_back({PackNumber(std::int64_t{number})});
  return PackLines(lines);
}

std::vector<int> UnpackNumbers(std::string_view text) {
  std::vector<int> numbers;
  for (const auto& line : UnpackLines(text)) {
    numbers.push_back(static_cast<int>(UnpackInteger(line.front())));
  }
  return numbers;
}

// The condition is followed by a tab: kChoiceEnd in application_store.cc looks for it, so that a
// name is never taken for the beginning of a longer one.
std::string Pack(const std::vector<Choice>& choices) {
  Lines lines;
  for (const Choice& choice : choices) {
    lines.push_back({choice.condition, std::string(Name(choice.term))});
  }
  return PackLines(lines);
}

std::vector<Choice> UnpackChoices(std::string_view text) {
  std::vector<Choice> choices;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    Choice& choice = choices.emplace_back();
    choice.condition = fields.Text();
    choice.term = ParseTerm(fields.Text()).value_or(Term::kUnspecified);
  }
  return choices;
}

// The first line is the profile itself, then one per language.
std::string Pack(const StudyProfile& profile) {
  Lines lines;
  lines.push_back({profile.home_unit, profile.isced_code,
                   PackNumber(std::int64_t{profile.eqf_level}), PackNumber(profile.grade),
                   PackNumber(profile.grade_scale_maximum),
                   PackNumber(std::int64_t{profile.completed_ects}),
                   PackNumber(std::int64_t{profile.pending_ects}),
                   PackNumber(std::int64_t{profile.enrolled_ects}),
                   PackNumber(std::int64_t{profile.prior_mobility_months}),
                   PackNumber(std::int64_t{profile.planned_months}),
                   PackNumber(std::int64_t{profile.enrolled})});
  for (const LanguageEvidence& language : profile.languages) {
    lines.push_back({language.language_code, language.test, language.level,
                     PackNumber(std::int64_t{language.total}),
                     PackNumber(std::int64_t{language.all_sections_passed}),
                     Pack(language.test_date), Pack(language.expire_date)});
  }
  return PackLines(lines);
}

StudyProfile UnpackProfile(std::string_view text) {
  StudyProfile profile;
  const Lines lines = UnpackLines(text);
  if (lines.empty()) return profile;
  Fields fields(lines.front());
  profile.home_unit = fields.Text();
  profile.isced_code = fields.Text();
  profile.eqf_level = fields.Int();
  profile.grade = fields.Double();
  profile.grade_scale_maximum = fields.Double();
  profile.completed_ects = fields.Int();
  profile.pending_ects = fields.Int();
  profile.enrolled_ects = fields.Int();
  profile.prior_mobility_months = fields.Int();
  profile.planned_months = fields.Int();
  profile.enrolled = fields.Bool();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    Fields language(lines[i]);
    LanguageEvidence& evidence = profile.languages.emplace_back();
    evidence.language_code = language.Text();
    evidence.test = language.Text();
    evidence.level = language.Text();
    evidence.total = language.Int();
    evidence.all_sections_passed = language.Bool();
    evidence.test_date = language.MaybeDate();
    evidence.expire_date = language.MaybeDate();
  }
  return profile;
}

std::string Pack(const std::vector<Document>& documents) {
  Lines lines;
  for (const Document& document : documents) {
    lines.push_back({document.id, document.kind, document.file_name, document.media_type,
                     PackNumber(document.size_bytes), document.sha256,
                     PackNumber(Micros(document.create_time))});
  }
  return PackLines(lines);
}

std::vector<Document> UnpackDocuments(std::string_view text) {
  std::vector<Document> documents;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    Document& document = documents.emplace_back();
    document.id = fields.Text();
    document.kind = fields.Text();
    document.file_name = fields.Text();
    document.media_type = fields.Text();
    document.size_bytes = fields.Integer();
    document.sha256 = fields.Text();
    document.create_time = FromMicros(fields.Integer());
  }
  return documents;
}

std::string Pack(const std::vector<workflow::Finding>& findings) {
  Lines lines;
  for (const workflow::Finding& finding : findings) {
    lines.push_back({finding.guard, finding.title, PackNumber(std::int64_t{finding.verdict.passed}),
                     finding.verdict.evidence, finding.verdict.remedy});
  }
  return PackLines(lines);
}

std::vector<workflow::Finding> UnpackFindings(std::string_view text) {
  std::vector<workflow::Finding> findings;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    workflow::Finding& finding = findings.emplace_back();
    finding.guard = fields.Text();
    finding.title = fields.Text();
    finding.verdict.passed = fields.Bool();
    finding.verdict.evidence = fields.Text();
    finding.verdict.remedy = fields.Text();
  }
  return findings;
}

std::string Pack(const std::vector<LanguageRequirement>& languages) {
  Lines lines;
  for (const LanguageRequirement& language : languages) {
    lines.push_back({language.language_code, std::string(Name(language.level)),
                     PackNumber(std::int64_t{language.alternative_group})});
  }
  return PackLines(lines);
}

std::vector<LanguageRequirement> UnpackLanguages(std::string_view text) {
  std::vector<LanguageRequirement> languages;
  for (const auto& line : UnpackLines(text)) {
    Fields fields(line);
    LanguageRequirement& language = languages.emplace_back();
    language.language_code = fields.Text();
    language.level = ParseCefr(fields.Text()).value_or(Cefr::kNone);
    language.alternative_group = fields.Int();
  }
  return languages;
}

}  // namespace jointly::mobility::store
