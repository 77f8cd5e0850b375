#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "common/deadlines/feasibility.h"
#include "common/error/check.h"
#include "tests/unit/deadlines/thesis_facts.h"

// How long the rules of theses take, without a database: bench_rules COUNT prints a line of JSON
// per measurement. Judges nothing.
namespace jointly::deadlines {
namespace {

using Stopwatch = std::chrono::steady_clock;

double Milliseconds(Stopwatch::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// Runs a body `count` times and prints the median and the 99th percentile.
void Measure(const std::string& what, int count, const std::function<std::size_t()>& body) {
  std::vector<double> times;
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) {
    const auto began = Stopwatch::now();
    size = body();
    times.push_back(Milliseconds(Stopwatch::now() - began));
  }
  std::sort(times.begin(), times.end());
  std::printf("{\"what\": \"%s\", \"size\": %zu, \"p50_ms\": %.4f, \"p99_ms\": %.4f}\n",
              what.c_str(), size, times[times.size() / 2], times[times.size() * 99 / 100]);
}

// A thesis with as many years, pauses and known facts as any has.
Facts FullThesis(int seed) {
  Facts facts = PlannedThesis("2027-01-28 14:00");
  facts.fields["defence.date"] =
      CivilTime{AddDays(On("2026-09-01"), seed % 300), std::chrono::hours(14), "Europe/Paris"};
  facts.fields["extension_end_date"] = On("2028-03-31");
  facts.fields["conferral.date"] = On("2027-03-25");
  facts.fields["training_hours"] = std::int64_t{90};
  facts.intervals["suspension"] = {{On("2025-02-01"), On("2025-02-28"), "cesure"},
                                   {On("2026-02-01"), On("2026-03-31"), "parental"}};
  facts.sides["institutions/uga"].school = seed % 2 == 0 ? "iphig" : "llsh";
  Side& tsukuba = facts.sides["institutions/tsukuba"];
  tsukuba.programme = "health-sport";
  for (Side* side : {&facts.sides["institutions/uga"], &tsukuba}) {
    side->occasions["year"].clear();
    for (int year = 2022; year < 2028; ++year) {
      side->occasions["year"].push_back(Year(std::to_string(year), year - 2021,
                                             std::to_string(year) + "-10-01",
                                             std::to_string(year + 1) + "-09-30"));
    }
  }
  return facts;
}

absl::StatusOr<Catalogue> WithClosure(const std::string& last) {
  std::vector<std::string> texts;
  for (const std::string_view file : theses::RuleFiles()) {
    std::string text(file);
    const std::size_t at = text.find("\"08-21\"");
    if (at != std::string::npos) text.replace(at, 7, "\"" + last + "\"");
    texts.push_back(std::move(text));
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return Catalogue::Load(ThesisVocabulary(), views);
}

void ChangeOfClosure(int count) {
  std::vector<Facts> theses;
  std::vector<Plan> plans;
  for (int i = 0; i < count; ++i) {
    theses.push_back(FullThesis(i));
    plans.push_back(*Compute(Seed(), theses.back()));
  }
  const auto began = Stopwatch::now();
  const auto changed = WithClosure("08-28");
  Check(changed.ok(), "the changed closure must load");
  std::size_t moved = 0;
  for (std::size_t i = 0; i < theses.size(); ++i) {
    const auto plan = Compute(*changed, theses[i]);
    Check(plan.ok(), "a thesis of the bench must have a plan");
    moved += Diff(plans[i], *plan).empty() ? 0 : 1;
  }
  std::printf("{\"what\": \"closure\", \"size\": %d, \"moved\": %zu, \"total_ms\": %.1f}\n", count,
              moved, Milliseconds(Stopwatch::now() - began));
}

int Main(int count) {
  const Facts facts = FullThesis(150);
  Measure("load", 20, [] { return WithClosure("08-21")->Rules().size(); });
  Measure("plan", count, [&] { return Compute(Seed(), facts)->obligations.size(); });
  Question question{.first = On("2026-09-01"), .last = On("2028-08-31")};
  Measure("solve", count / 10, [&] {
    const auto solved = Solve(Seed(), facts, question);
    Check(solved.ok(), "the question of the bench must have an answer");
    return solved->requirements.size();
  });
  question.closed = {"weekends", "holidays:FR", "holidays:JP"};
  Measure("solve on open days", count / 10,
          [&] { return Solve(Seed(), facts, question)->feasible.size(); });
  ChangeOfClosure(count);
  return 0;
}

}  // namespace
}  // namespace jointly::deadlines

int main(int argc, char** argv) {
  return jointly::deadlines::Main(argc > 1 ? std::atoi(argv[1]) : 10000);
}
