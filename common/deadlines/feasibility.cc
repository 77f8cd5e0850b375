#include "common/deadlines/feasibility.h"

#include <algorithm>

#include "common/deadlines/instance.h"
#include "common/error/macros.h"

namespace jointly::deadlines {
namespace {

constexpr std::chrono::seconds kNoon{12 * 3600};

// One constraint and the days that it allows.
struct Row {
  Requirement requirement;
  DaySet days;
};

absl::Status Refuse(Reason reason, std::string_view path, std::string text) {
  return ToStatus({{std::string(reason.name), std::string(path), std::move(text)}});
}

std::vector<Span> SpansOf(const DaySet& days) {
  std::vector<Span> spans;
  Day first = kNoDay;
  for (Day day = days.first(); day <= days.last() + 1; ++day) {
    if (days.Has(day)) {
      if (first == kNoDay) first = day;
    } else if (first != kNoDay) {
      spans.push_back({DateOf(first), DateOf(day - 1)});
      first = kNoDay;
    }
  }
  return spans;
}

absl::StatusOr<std::int32_t> VariableOf(const CompiledRules& compiled, const Question& question) {
  const auto found = compiled.shared.find(question.variable);
  const Type type = found == compiled.shared.end()
                        ? Type::kText
                        : compiled.vocabulary.shared[static_cast<std::size_t>(found->second)].type;
  if (type != Type::kDate && type != Type::kTime) {
    return Refuse(
        kBadQuestion, "variable",
        "\"" + question.variable + "\" is no shared date; ask for one, like defence.date");
  }
  return found->second;
}

absl::Status CheckRange(const CompiledRules& compiled, const Question& question) {
  if (!question.first.ok() || !question.last.ok() || question.last < question.first ||
      DayOf(question.last) - DayOf(question.first) >= kQuestionDaysMax) {
    return Refuse(kBadQuestion, "first",
                  "give a first and a last day, in this order and at most ten years apart");
  }
  if (DayOf(question.first) < compiled.known_first || DayOf(question.last) > compiled.known_last) {
    return Refuse(kOutsideCalendars, "first",
                  "holidays are known from " + FormatDate(DateOf(compiled.known_first)) + " to " +
                      FormatDate(DateOf(compiled.known_last)) + "; ask within these days");
  }
  return absl::OkStatus();
}

class Solver {
 public:
  Solver(Frame& frame, const Question& question)
      : frame_(frame),
        instances_(MakeInstances(frame)),
        first_(DayOf(question.first)),
        last_(DayOf(question.last)) {}

  absl::Status AddClosed(const std::vector<std::string>& names) {
    if (names.empty()) return absl::OkStatus();
    Row row{{}, DaySet(first_, last_, true)};
    row.requirement.rule_id = "closed";
    row.requirement.title = {"Days on which nothing is held", "Jours sans soutenance", "休業日"};
    for (const std::string& name : names) {
      const Closed* closed = frame_.compiled->FindClosed(name);
      if (closed == nullptr) {
        return Refuse(
            kBadQuestion, "closed",
            "nothing is known of \"" + name + "\"; use weekends, holidays:FR or closure:<id>");
      }
      for (Day day = first_; day <= last_; ++day) {
        if (closed->days.Has(day)) row.days.Remove(day);
      }
    }
    Keep(std::move(row));
    return absl::OkStatus();
  }

  Feasibility Run() {
    for (std::size_t i = 0; i < instances_.all.size(); ++i) {
      if (Constrains(instances_.all[i])) AddInstance(static_cast<std::int32_t>(i));
    }
    std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
      const Requirement& left = a.requirement;
      const Requirement& right = b.requirement;
      return std::tie(left.rule_id, left.institution, left.occasion) <
             std::tie(right.rule_id, right.institution, right.occasion);
    });
    DaySet all(first_, last_, true);
    for (const Row& row : rows_) all.Intersect(row.days);
    Feasibility result;
    result.feasible = SpansOf(all);
    for (Row& row : rows_) row.requirement.feasible = SpansOf(row.days);
    for (const Row& row : rows_) result.requirements.push_back(row.requirement);
    if (result.feasible.empty()) {
      result.conflicts = Conflicts();
    } else {
      result.earliest = result.feasible.front().first;
      result.latest = result.feasible.back().last;
    }
    return result;
  }

 private:
  static bool Constrains(const Instance& instance) {
    return std::any_of(
        instance.candidates.begin(), instance.candidates.end(),
        [](const CompiledRule* rule) { return rule->info.constraint != ConstraintKind::kNone; });
  }

  void Keep(Row row) {
    if (!row.days.Full()) rows_.push_back(std::move(row));
  }

  void AddInstance(std::int32_t index) {
    const Instance& instance = instances_.all[static_cast<std::size_t>(index)];
    Row row{{}, DaySet(first_, last_, true)};
    const CompiledRule* forbidding = nullptr;
    for (Day day = first_; day <= last_; ++day) {
      SetVariable(frame_, day);
      bool varies = false;
      const Outcome outcome = EvaluateInstance(instances_, index, varies);
      const bool forbidden = outcome.present && outcome.broken;
      if (forbidden && forbidding == nullptr) forbidding = outcome.rule;
      if (forbidden) row.days.Remove(day);
      // Nothing on the way looked at the variable: every other day gives the same answer.
      if (!varies) {
        if (forbidden) row.days = DaySet(first_, last_, false);
        break;
      }
    }
    if (forbidding == nullptr) return;
    const RuleInfo& info = forbidding->info;
    row.requirement.rule_id = info.id;
    row.requirement.rule_version = info.version;
    row.requirement.basis = info.basis;
    row.requirement.title = info.title;
    if (instance.side >= 0) {
      row.requirement.institution =
          frame_.sides[static_cast<std::size_t>(instance.side)].institution;
    }
    if (instance.frame != nullptr) row.requirement.occasion = instance.frame->id;
    Keep(std::move(row));
  }

  std::vector<Conflict> Conflicts() const {
    std::vector<Conflict> conflicts;
    std::vector<const Row*> satisfiable;
    for (const Row& row : rows_) {
      if (row.days.Empty()) {
        conflicts.push_back({{row.requirement}});
      } else {
        satisfiable.push_back(&row);
      }
    }
    for (std::size_t i = 0; i < satisfiable.size(); ++i) {
      for (std::size_t j = i + 1; j < satisfiable.size(); ++j) {
        if (conflicts.size() == kConflictsMax) return conflicts;
        if (satisfiable[i]->days.Meets(satisfiable[j]->days)) continue;
        conflicts.push_back({{satisfiable[i]->requirement, satisfiable[j]->requirement}});
      }
    }
    if (conflicts.empty()) conflicts.push_back(Minimal(satisfiable));
    return conflicts;
  }

  // Leaves out, one after the other, what is not needed for the contradiction.
  Conflict Minimal(std::vector<const Row*> rows) const {
    for (std::size_t i = rows.size(); i-- > 0;) {
      DaySet rest(first_, last_, true);
      for (std::size_t j = 0; j < rows.size(); ++j) {
        if (j != i) rest.Intersect(rows[j]->days);
      }
      if (rest.Empty()) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
    }
    Conflict conflict;
    for (const Row* row : rows) conflict.requirements.push_back(row->requirement);
    return conflict;
  }

  Frame& frame_;
  const Instances instances_;
  const Day first_;
  const Day last_;
  std::vector<Row> rows_;
};

}  // namespace

absl::StatusOr<Feasibility> Solve(const Catalogue& catalogue, const Facts& facts,
                                  const Question& question) {
  const CompiledRules& compiled = catalogue.compiled();
  ASSIGN_OR_RETURN(const std::int32_t variable, VariableOf(compiled, question));
  RETURN_IF_ERROR(CheckRange(compiled, question));
  ASSIGN_OR_RETURN(Frame frame, MakeFrame(compiled, facts));
  frame.variable = variable;
  // A time needs its clock and zone from somewhere while its day is tried.
  CivilTime noon{question.first, kNoon, "UTC"};
  Slot& slot = frame.shared[static_cast<std::size_t>(variable)];
  const Field& field = compiled.vocabulary.shared[static_cast<std::size_t>(variable)];
  if (field.type == Type::kTime && slot.time == nullptr) {
    const std::vector<std::string>& roles = compiled.vocabulary.zones;
    const auto zone = roles.empty() ? facts.zones.end() : facts.zones.find(roles.front());
    if (zone != facts.zones.end()) noon.zone = zone->second;
    slot.time = &noon;
  }
  Solver solver(frame, question);
  RETURN_IF_ERROR(solver.AddClosed(question.closed));
  return solver.Run();
}

}  // namespace jointly::deadlines
