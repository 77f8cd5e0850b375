#include "common/deadlines/frame.h"

#include <algorithm>

namespace jointly::deadlines {
namespace {

class FrameMaker {
 public:
  FrameMaker(const CompiledRules& compiled, const Facts& facts)
      : compiled_(compiled), facts_(facts) {}

  absl::StatusOr<Frame> Run() {
    frame_.compiled = &compiled_;
    frame_.facts = &facts_;
    frame_.today = DayOf(facts_.today);
    const Vocabulary& vocabulary = compiled_.vocabulary;
    frame_.shared = Slots(facts_.fields, vocabulary.shared, compiled_.shared, "fields.");
    for (const auto& [institution, side] : facts_.sides) AddSide(institution, side);
    AddIntervals();
    for (const auto& [role, zone] : facts_.zones) CheckZone(zone, "zones." + role);
    frame_.picks.resize(frame_.sides.size() + 1, std::vector<Pick>(compiled_.selections.size()));
    if (!faults_.empty()) return ToStatus(faults_);
    return std::move(frame_);
  }

 private:
  void Add(Reason reason, std::string path, std::string text) {
    faults_.push_back({std::string(reason.name), std::move(path), std::move(text)});
  }

  void CheckZone(std::string_view zone, const std::string& path) {
    if (zone.empty() || KnownZone(zone)) return;
    Add(kUnknownZone, path, "\"" + std::string(zone) + "\" is no IANA time zone");
  }

  std::vector<Slot> Slots(const Fields& fields, const std::vector<Field>& known,
                          const SlotIndex& index, const std::string& path) {
    std::vector<Slot> slots(known.size());
    for (const auto& [name, value] : fields) {
      const auto found = index.find(name);
      if (found == index.end()) {
        std::vector<std::string> names;
        for (const Field& field : known) names.push_back(field.name);
        const std::string nearest = Nearest(name, names);
        Add(kUnknownField, path + name,
            "the vocabulary has no such field" +
                (nearest.empty() ? std::string() : "; did you mean \"" + nearest + "\"?"));
        continue;
      }
      const auto at = static_cast<std::size_t>(found->second);
      Fill(slots[at], known[at], value, path);
    }
    return slots;
  }

  void Fill(Slot& slot, const Field& field, const Value& value, const std::string& path) {
    slot.known = true;
    bool fits = false;
    if (const auto* truth = std::get_if<bool>(&value)) {
      fits = field.type == Type::kBool;
      slot.number = *truth ? 1 : 0;
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      fits = field.type == Type::kInteger;
      slot.number = *number;
    } else if (const auto* date = std::get_if<Date>(&value)) {
      fits = field.type == Type::kDate && CheckDate(*date, path + field.name);
      slot.number = DayOf(*date);
    } else if (const auto* time = std::get_if<CivilTime>(&value)) {
      fits = field.type == Type::kTime && CheckDate(time->date, path + field.name);
      slot.number = DayOf(time->date);
      slot.time = time;
      if (fits) CheckZone(time->zone, path + field.name);
    } else {
      fits = FillText(slot, field, std::get<std::string>(value));
    }
    if (!fits) {
      Add(kBadFact, path + field.name,
          "the value is no " + std::string(Name(field.type)) +
              (field.type == Type::kSymbol ? " of its list" : ""));
    }
  }

  bool CheckDate(Date date, const std::string& path) {
    if (date.ok() && InRange(DayOf(date))) return true;
    Add(kBadFact, path, "the date is no day of the years 1900 to 2200");
    return true;  // Reported here, with the better reason.
  }

  bool FillText(Slot& slot, const Field& field, const std::string& text) {
    slot.text = text;
    if (field.type == Type::kText) return true;
    if (field.type != Type::kSymbol) return false;
    const auto found = std::find(field.symbols.begin(), field.symbols.end(), text);
    slot.number = found - field.symbols.begin();
    return found != field.symbols.end();
  }

  void AddSide(const std::string& institution, const Side& side) {
    const std::string path = "sides[" + institution + "].";
    SideFrame made{institution, &side, {}, {}};
    made.slots = Slots(side.fields, compiled_.vocabulary.side, compiled_.side, path);
    CheckZone(side.zone, path + "zone");
    for (const auto& [kind, index] : compiled_.occasions) {
      std::vector<OccasionFrame>& frames = made.occasions.emplace_back();
      const auto found = side.occasions.find(kind);
      if (found == side.occasions.end()) continue;
      const std::vector<Field>& fields = compiled_.vocabulary.occasions.find(kind)->second;
      for (const Occasion& occasion : found->second) {
        const std::string where = path + kind + "[" + occasion.id + "].";
        frames.push_back({occasion.id, Slots(occasion.fields, fields, index, where)});
      }
    }
    for (const auto& [kind, occasions] : side.occasions) {
      if (compiled_.vocabulary.occasions.contains(kind)) continue;
      Add(kUnknownOccasion, path + kind, "the vocabulary has no such occasions");
    }
    frame_.sides.push_back(std::move(made));
  }

  void AddIntervals() {
    const std::vector<std::string>& names = compiled_.vocabulary.intervals;
    frame_.intervals.resize(names.size());
    for (const auto& [name, intervals] : facts_.intervals) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) {
        Add(kUnknownInterval, "intervals." + name, "the vocabulary has no such intervals");
        continue;
      }
      auto& made = frame_.intervals[static_cast<std::size_t>(found - names.begin())];
      for (const Interval& interval : intervals) {
        if (!interval.first.ok() || !interval.last.ok() || interval.last < interval.first ||
            !InRange(DayOf(interval.first)) || !InRange(DayOf(interval.last))) {
          Add(kBadFact, "intervals." + name,
              "an interval ends before it begins, or is no interval");
          continue;
        }
        made.push_back({DayOf(interval.first), DayOf(interval.last), interval.basis});
      }
      Sort(made);
      std::copy_if(made.begin(), made.end(), std::back_inserter(frame_.pausing),
                   [](const DayInterval& interval) { return !interval.basis.empty(); });
    }
    Sort(frame_.pausing);
  }

  // The order in which they are told must not matter.
  static void Sort(std::vector<DayInterval>& intervals) {
    std::sort(intervals.begin(), intervals.end(), [](const DayInterval& a, const DayInterval& b) {
      return std::tie(a.first, a.last, a.basis) < std::tie(b.first, b.last, b.basis);
    });
  }

  const CompiledRules& compiled_;
  const Facts& facts_;
  Frame frame_;
  std::vector<Fault> faults_;
};

}  // namespace

absl::StatusOr<Frame> MakeFrame(const CompiledRules& compiled, const Facts& facts) {
  if (!facts.today.ok() || !InRange(DayOf(facts.today))) {
    return ToStatus({{std::string(kBadFact.name), "today", "there is no such day"}});
  }
  return FrameMaker(compiled, facts).Run();
}

void SetVariable(Frame& frame, Day day) {
  Slot& slot = frame.shared[static_cast<std::size_t>(frame.variable)];
  slot.known = true;
  slot.number = day;
  for (std::vector<Pick>& picks : frame.picks) {
    for (Pick& pick : picks) {
      if (pick.varies) pick.computed = false;
    }
  }
}

}  // namespace jointly::deadlines
