#include <array>

#include "common/deadlines/plan.h"
#include "common/error/check.h"

namespace jointly::deadlines {
namespace {

// A sentence with places: {name}, {detail}, {session}, {days}, {date}.
const Text& PatternOf(StepKind kind) {
  static const Text kAnchor{"{name}: {date}", "{name} : {date}", "{name}:{date}"};
  static const Text kSession{"session {session} of {name}, {detail}: {date}",
                             "session {session} de {name}, {detail} : {date}",
                             "{name} の {session} 期、{detail}:{date}"};
  static const Text kDeadline{"“{name}” is due {date}", "« {name} » est dû le {date}",
                              "「{name}」の期限は{date}"};
  static const Text kInterval{"end of {name}: {date}", "fin de {name} : {date}",
                              "{name} の終了:{date}"};
  static const Text kOffset{"{name} is {date}", "{name}, soit le {date}", "{name}は{date}"};
  static const Text kClamp{"that month ends on {date}", "ce mois se termine le {date}",
                           "その月の末日は{date}"};
  static const Text kPause{"{days} days of {name} move it to {date}",
                           "{days} jours de {name} la reportent au {date}",
                           "{name} の{days}日間により{date}に延期"};
  static const Text kRoll{"that day is closed ({name}), so the {detail} open day: {date}",
                          "ce jour est fermé ({name}), d'où le jour ouvert {detail} : {date}",
                          "その日は休業({name})のため{detail}営業日:{date}"};
  static const Text kDue{"due {date}", "échéance : {date}", "期限:{date}"};
  static const Text kWaived{"waived as long as {name}", "dispensé tant que {name}",
                            "次の条件が満たされる間は免除:{name}"};
  static const Text kMet{"met: {name}", "rempli : {name}", "充足:{name}"};
  static const Text kHolds{"the condition holds: {name}", "la condition est remplie : {name}",
                           "条件を満たす:{name}"};
  static const Text kBroken{"the condition does not hold: {name}",
                            "la condition n'est pas remplie : {name}", "条件を満たさない:{name}"};
  switch (kind) {
    case StepKind::kAnchor:
      return kAnchor;
    case StepKind::kSession:
      return kSession;
    case StepKind::kDeadline:
      return kDeadline;
    case StepKind::kInterval:
      return kInterval;
    case StepKind::kOffset:
      return kOffset;
    case StepKind::kClamp:
      return kClamp;
    case StepKind::kPause:
      return kPause;
    case StepKind::kRoll:
      return kRoll;
    case StepKind::kDue:
      return kDue;
    case StepKind::kWaived:
      return kWaived;
    case StepKind::kMet:
      return kMet;
    case StepKind::kHolds:
      return kHolds;
    case StepKind::kBroken:
      return kBroken;
  }
  Die("a step of no kind");
}

struct Unit {
  char designator;
  std::string_view en_one, en_more, fr_one, fr_more, ja;
};
constexpr std::array<Unit, 4> kUnits = {{
    {'Y', "year", "years", "an", "ans", "年"},
    {'M', "month", "months", "mois", "mois", "か月"},
    {'W', "week", "weeks", "semaine", "semaines", "週間"},
    {'D', "day", "days", "jour", "jours", "日"},
}};

// "-P10W" is "10 weeks before", "10 semaines avant", "10週間前".
std::string OffsetText(std::string_view offset, std::string_view language) {
  const bool before = offset.starts_with('-');
  std::string text;
  std::string number;
  for (const char c : offset.substr(before ? 2 : 1)) {
    if (c >= '0' && c <= '9') {
      number += c;
      continue;
    }
    for (const Unit& unit : kUnits) {
      if (unit.designator != c) continue;
      const bool one = number == "1";
      if (language == "ja") {
        text += number + std::string(unit.ja);
      } else {
        text += (text.empty() ? "" : " ") + number + " " +
                std::string(language == "fr" ? (one ? unit.fr_one : unit.fr_more)
                                             : (one ? unit.en_one : unit.en_more));
      }
    }
    number.clear();
  }
  if (language == "ja") return text + (before ? "前" : "後");
  if (language == "fr") return text + (before ? " avant" : " après");
  return text + (before ? " before" : " after");
}

std::string ClosedText(std::string_view name, std::string_view language) {
  const auto say = [&](std::string_view en, std::string_view fr, std::string_view ja) {
    return std::string(language == "fr" ? fr : language == "ja" ? ja : en);
  };
  if (name == "weekends") return say("weekend", "week-end", "週末");
  if (name == "holidays:FR") {
    return say("public holiday in France", "jour férié en France", "フランスの祝日");
  }
  if (name == "holidays:JP") {
    return say("public holiday in Japan", "jour férié au Japon", "日本の祝日");
  }
  const std::string id(name.substr(name.find(':') + 1));
  return say("closure of ", "fermeture ", "休業期間 ") + id;
}

std::string AllClosedText(std::string_view names, std::string_view language) {
  std::string text;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(", "), names.size());
    text += (text.empty()       ? ""
             : language == "ja" ? "、"
                                : ", ") +
            ClosedText(names.substr(0, end), language);
    names.remove_prefix(std::min(end + 2, names.size()));
  }
  return text;
}

std::string NameText(const Step& step, std::string_view language) {
  if (step.kind == StepKind::kOffset) return OffsetText(step.name, language);
  if (step.kind == StepKind::kRoll) return AllClosedText(step.name, language);
  const std::string& label = In(step.label, language);
  return label.empty() ? step.name : label;
}

std::string DetailText(const Step& step, std::string_view language) {
  if (step.kind != StepKind::kRoll || language == "en") return step.detail;
  const bool next = step.detail == "next";
  if (language == "fr") return next ? "suivant" : "précédent";
  return next ? "翌" : "直前の";
}

void Put(std::string& text, std::string_view place, const std::string& value) {
  const std::size_t at = text.find(place);
  if (at != std::string::npos) text.replace(at, place.size(), value);
}

std::string StepText(const Step& step, std::string_view language) {
  std::string text = In(PatternOf(step.kind), language);
  // The name last: a predicate in it may contain anything.
  if (step.at.date.ok()) Put(text, "{date}", DateText(step.at, language));
  Put(text, "{detail}", DetailText(step, language));
  Put(text, "{session}", step.session);
  Put(text, "{days}", std::to_string(step.days));
  Put(text, "{name}", NameText(step, language));
  return text;
}

}  // namespace

std::string RationaleText(const Obligation& obligation, std::string_view language) {
  if (language != "fr" && language != "ja") language = "en";
  const std::string_view between = language == "ja" ? "。" : "; ";
  std::string text;
  for (const Step& step : obligation.rationale) {
    if (!text.empty()) text += between;
    text += StepText(step, language);
  }
  const std::string rule = obligation.rule_id + " v" + std::to_string(obligation.rule_version);
  if (language == "ja") {
    text += "。規則:" + rule;
    return text + (obligation.basis.empty() ? "。" : "、根拠:" + obligation.basis + "。");
  }
  text += language == "fr" ? ". Règle " + rule : ". Rule " + rule;
  return text + (obligation.basis.empty() ? "." : ", " + obligation.basis + ".");
}

}  // namespace jointly::deadlines
