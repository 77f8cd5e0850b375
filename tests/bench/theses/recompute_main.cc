#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/time/rng.h"
#include "services/theses/api/recompute.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/migrations.h"
#include "services/theses/store/replica_store.h"
#include "services/theses/store/thesis_store.h"
#include "tests/support/database_fixture.h"

// bench_theses sqlite|postgresql COUNT: what a publication of rules does to COUNT planned theses,
// while one client goes on changing theses: how long until all are computed anew, and how long the
// client's commands take meanwhile and without it. PostgreSQL is the server that
// JOINTLY_TEST_POSTGRES names. Prints one JSON line per figure.
namespace jointly::theses {
namespace {

using std::chrono::steady_clock;
using Json = nlohmann::json;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Milliseconds(steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Die(result.status().ToString());
  return *std::move(result);
}

Date Day(const char* text) { return Must(ParseDate(text)); }

std::string IdOf(int number) { return "t" + std::to_string(100'000 + number); }

// A thesis in its third year whose defence is planned for the autumn, so that its declaration lies
// in or near the summer closure.
Thesis PlannedThesis(int number) {
  Thesis thesis;
  thesis.id = IdOf(number);
  thesis.title = "Energy in two cities, " + thesis.id;
  thesis.student = "people/student-" + thesis.id;
  thesis.award_mode = "two_diplomas";
  thesis.language_code = "en";
  thesis.state = ThesisState::kDefencePlanned;
  Side& a = thesis.sides[0];
  a.institution = "institutions/uga";
  a.school = number % 2 == 0 ? "institutions/uga/units/edcsv" : "institutions/uga/units/llsh";
  a.programme = "Sciences";
  a.director = "people/director-" + std::to_string(number % 500);
  a.in_charge = true;
  Side& b = thesis.sides[1];
  b.institution = "institutions/tsukuba";
  b.school = "institutions/tsukuba/units/comprehensive";
  b.programme = "Sciences";
  b.director = "people/supervisor-" + std::to_string(number % 500);
  for (int year = 2023; year < 2026; ++year) {
    Year done;
    done.academic_year = std::to_string(year) + "/" + std::to_string(year + 1);
    done.csi_held = done.csi_report = done.director_opinion = done.school_proposal =
        Day("2025-06-01");
    done.enrolled = done.proof_received = Day("2023-10-05");
    a.years.push_back(done);
    b.years.push_back(done);
  }
  thesis.defence.emplace();
  thesis.defence->time = {AddDays(Day("2026-10-05"), number % 40), std::chrono::hours(14),
                          "Europe/Paris"};
  return thesis;
}

class Bench {
 public:
  explicit Bench(db::Database& database) : database_(database) {}

  void Fill(int count) {
    const Who who = ServiceWho(clock_.Now());
    Run([&](db::Tx& tx) {
      store::SaveInstitution(tx, {"institutions/uga", "Europe/Paris", "FR", 9}, 1);
      store::SaveInstitution(tx, {"institutions/tsukuba", "Asia/Tokyo", "JP", 4}, 1);
      return absl::OkStatus();
    });
    for (int first = 0; first < count; first += 200) {
      Run([&](db::Tx& tx) -> absl::Status {
        for (int number = first; number < std::min(first + 200, count); ++number) {
          RETURN_IF_ERROR(api_.engine()
                              .SaveAndTell(tx, who, nullptr, PlannedThesis(number),
                                           {"proposed", "", "defence_planned", ""})
                              .status());
        }
        return absl::OkStatus();
      });
    }
  }

  // The closure of Grenoble's summer, as it would be printed anew.
  int Publish(const std::string& first_day, const std::string& last_day) {
    pb::GetRuleSetRequest get;
    get.set_name("ruleSets/uga");
    rpc::Call reader = Call();
    Json document = Json::parse(Must(api_.GetRuleSet(reader, get)).document());
    document["closures"][0]["yearly"] = Json::array({Json::array({first_day, last_day})});
    pb::PublishRuleSetRequest request;
    request.set_name("ruleSets/uga");
    request.set_document(document.dump());
    rpc::Call call = Call();
    return Must(api_.PublishRuleSet(call, request)).theses();
  }

  RecomputeProgress Recompute() { return Must(RecomputeAll(database_, api_.engine())); }

  // Changes theses one after the other until it is stopped; the times of its commands.
  std::vector<double> Client(const std::atomic<bool>& stop, int count) {
    std::vector<double> times;
    const Who who = ServiceWho(clock_.Now());
    for (int number = 0; !stop; number = (number + 7) % count) {
      const auto began = steady_clock::now();
      Run([&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(
            const Thesis before,
            store::LoadThesis(tx, IdOf(number), store::Everything(), store::Lock::kYes));
        return api_.engine()
            .SaveAndTell(tx, who, &before, before,
                         {"updated", "defence_planned", "defence_planned", ""})
            .status();
      });
      times.push_back(Milliseconds(steady_clock::now() - began));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::sort(times.begin(), times.end());
    return times;
  }

 private:
  void Run(const std::function<absl::Status(db::Tx&)>& body) {
    const absl::Status status = database_.Transact(body);
    if (!status.ok()) Die(status.ToString());
  }
  rpc::Call Call() {
    rpc::Call call;
    call.principal = {.kind = auth::Principal::Kind::kPerson,
                      .name = "people/admin",
                      .grants = {{auth::Role::kAdministrator, "*"}},
                      .institution = "",
                      .session = "session"};
    call.method = "bench";
    call.request_id = ids_.Next();
    call.request_id_given = true;
    call.now = clock_.Now();
    call.deadline = steady_clock::now() + std::chrono::minutes(5);
    return call;
  }

  db::Database& database_;
  ManualClock clock_{Must(ParseTime("2026-03-02T08:00:00Z"))};
  SystemRng rng_;
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"theses", "bench", clock_, ids_};
  Api api_{Api::Parts{.database = database_,
                      .outbox = outbox_,
                      .clock = clock_,
                      .ids = ids_,
                      .rng = rng_,
                      .master_key = auth::SecretKey::Generate(rng_)}};
};

void Print(const char* what, const std::vector<double>& times) {
  if (times.empty()) return;
  std::printf(
      "{\"what\": \"%s\", \"commands\": %zu, \"p50_ms\": %.2f, \"p99_ms\": %.2f, "
      "\"max_ms\": %.2f}\n",
      what, times.size(), times[times.size() / 2], times[times.size() * 99 / 100], times.back());
}

void Measure(Bench& bench, const char* what, int count,
             const std::pair<const char*, const char*>& closure) {
  const auto asked = steady_clock::now();
  const int touched = bench.Publish(closure.first, closure.second);
  const double publish_ms = Milliseconds(steady_clock::now() - asked);
  std::atomic<bool> stop = false;
  std::vector<double> times;
  std::thread client([&] { times = bench.Client(stop, count); });
  const double cpu = CpuSeconds();
  const auto began = steady_clock::now();
  const RecomputeProgress progress = bench.Recompute();
  const double seconds = Milliseconds(steady_clock::now() - began) / 1000;
  stop = true;
  client.join();
  std::printf(
      "{\"what\": \"%s\", \"touched\": %d, \"told\": %d, \"publish_ms\": %.1f, "
      "\"seconds\": %.2f, \"cpu_seconds\": %.2f, \"per_thesis_ms\": %.3f}\n",
      what, touched, progress.told, publish_ms, seconds, CpuSeconds() - cpu,
      seconds * 1000 / std::max(progress.looked, 1));
  Print("commands meanwhile", times);
}

int Main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "bench_theses sqlite|postgresql COUNT\n");
    return 2;
  }
  const test::DatabasePlace place(std::string(argv[1]) == "sqlite" ? test::Engine::kSqlite
                                                                   : test::Engine::kPostgres);
  const auto database = test::OpenMigrated(place, {{"theses", &Migrations()}});
  const int count = std::atoi(argv[2]);
  Bench bench(*database);
  const auto began = steady_clock::now();
  bench.Fill(count);
  std::printf("{\"what\": \"fill\", \"theses\": %d, \"seconds\": %.1f}\n", count,
              Milliseconds(steady_clock::now() - began) / 1000);
  std::atomic<bool> stop = false;
  std::vector<double> alone;
  std::thread client([&] { alone = bench.Client(stop, count); });
  std::this_thread::sleep_for(std::chrono::seconds(2));
  stop = true;
  client.join();
  Print("commands alone", alone);
  Measure(bench, "closure longer", count, {"07-20", "09-05"});
  Measure(bench, "closure as it was", count, {"07-27", "08-21"});
  Measure(bench, "the same again", count, {"07-27", "08-21"});
  return 0;
}

}  // namespace
}  // namespace jointly::theses

int main(int argc, char** argv) { return jointly::theses::Main(argc, argv); }
