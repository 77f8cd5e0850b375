#include <gmock/gmock.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include <nlohmann/json.hpp>

#include "common/telemetry/failpoint.h"
#include "services/theses/api/recompute.h"
#include "services/theses/store/rule_set_store.h"
#include "services/theses/store/thesis_store.h"
#include "tests/store/theses/agreement_world.h"
#include "tests/support/table.h"

// Rule sets as people publish them, and what a publication does to theses.
namespace jointly::theses::agreements {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class RulesTest : public AgreementTest {
 protected:
  absl::StatusOr<pb::PublishRuleSetResponse> Publish(const std::string& id,
                                                     const std::string& document,
                                                     const std::string& who = "admin",
                                                     bool validate_only = false) {
    pb::PublishRuleSetRequest request;
    request.set_name("ruleSets/" + id);
    request.set_document(document);
    request.set_validate_only(validate_only);
    rpc::Call call = world().As(who);
    return api().PublishRuleSet(call, request);
  }
  std::string Document(const std::string& id) {
    pb::GetRuleSetRequest request;
    request.set_name("ruleSets/" + id);
    rpc::Call call = world().As("student");
    return Must(api().GetRuleSet(call, request)).document();
  }
  Json Rules(const std::string& id) { return Json::parse(Document(id)); }
  // New theses are looked at once more, in case a publication passed them by.
  void AddSettled(const std::string& id, ThesisState state = ThesisState::kAgreementPending) {
    world().AddThesis(id, state);
    EXPECT_EQ(Must(RecomputeAll(database(), api().engine())).told, 0);
  }
  void Prepare() override {
    AgreementTest::Prepare();
    EXPECT_EQ(Must(RecomputeAll(database(), api().engine())).told, 0);
  }
  std::int64_t Waiting() { return Number("SELECT COUNT(*) FROM recompute"); }
  std::string Told(const std::string& thesis) { return world().Actions("theses.thesis", thesis); }
};

// A set of Grenoble with one rule that every thesis of Grenoble has.
Json Extra() {
  return Json::parse(R"json({
    "id": "uga_extra",
    "source": "a decision of the board",
    "scope": {"region": "FR", "institution": "institutions/uga"},
    "rules": [{
      "id": "uga.portfolio",
      "title": {"en": "Portfolio", "fr": "Portfolio", "ja": "ポートフォリオ"},
      "when": "known(start_date)",
      "anchor": {"kind": "field", "name": "start_date"},
      "offset": "P6M",
      "severity": "local",
      "basis": "board",
      "audience": ["student"]
    }]
  })json");
}

TEST_P(RulesTest, ListsTheSeedAndWhatWasPublished) {
  rpc::Call call = world().As("student");
  const auto before = Must(api().ListRuleSets(call, pb::ListRuleSetsRequest()));
  EXPECT_GE(before.rule_sets_size(), 8);
  EXPECT_EQ(before.rule_sets(0).document(), "") << "documents are read one by one";
  const auto published = Must(Publish("uga-extra", Extra().dump(), "office-a"));
  EXPECT_EQ(published.rule_set().version(), 1);
  EXPECT_EQ(published.rule_set().institution(), "institutions/uga");
  rpc::Call again = world().As("student");
  const auto after = Must(api().ListRuleSets(again, pb::ListRuleSetsRequest()));
  EXPECT_EQ(after.rule_sets_size(), before.rule_sets_size() + 1);
  EXPECT_EQ(world().Actions("theses.rule_set", "uga-extra"), "published");
}

TEST_P(RulesTest, RefusesBadRulesWithTheReasonAndTheRuleAndChangesNothing) {
  const std::int64_t events = Number("SELECT COUNT(*) FROM outbox");
  const auto with = [](const std::function<void(Json&)>& change) {
    Json document = Extra();
    change(document["rules"][0]);
    return document.dump();
  };
  const auto tables = [&](const std::function<void(Json&)>& change) {
    Json document = Rules("tsukuba");
    change(document["tables"][0]["rows"][0]);
    return document.dump();
  };
  struct Case {
    std::string id;
    std::string document;
    std::string reason;
    std::string named;
  };
  const std::vector<Case> cases = {
      {"uga-extra", with([](Json& rule) { rule["when"] = "known(start_dat)"; }), "UNKNOWN_FIELD",
       "uga.portfolio"},
      {"uga-extra", with([](Json& rule) { rule["offset"] = "six months"; }), "BAD_OFFSET",
       "uga.portfolio"},
      {"uga-extra", with([](Json& rule) {
         rule["anchor"] = {{"kind", "deadline"}, {"rule", "uga.portfolio"}};
       }),
       "RULE_CYCLE", "uga.portfolio"},
      {"uga-extra", with([](Json& rule) {
         rule["severity"] = "statutory";
         rule["basis"] = "";
       }),
       "NO_BASIS", "uga.portfolio"},
      {"uga-extra", "{", "INVALID_ARGUMENT", "JSON"},
      {"uga-other", Extra().dump(), "INVALID_ARGUMENT", "uga_extra"},
      {"tsukuba",
       tables([](Json& row) { std::swap(row["cells"][0], row["cells"][row["cells"].size() - 2]); }),
       "SESSION_ROW", "tables[0]"},
      {"tsukuba", tables([](Json& row) { row["label"] = "2031-03"; }), "SESSION_ROW_YEAR",
       "tables[0]"},
  };
  for (const Case& wrong : cases) {
    for (const bool rehearsed : {true, false}) {
      SCOPED_TRACE(wrong.reason + " " + wrong.named);
      const auto refused = Publish(wrong.id, wrong.document, "admin", rehearsed);
      ASSERT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
      const std::string text = ReasonOf(refused.status()) + " " + MessageOf(refused.status());
      EXPECT_THAT(text, HasSubstr(wrong.reason));
      EXPECT_THAT(text, HasSubstr(wrong.named));
    }
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM rule_set"), 0);
  EXPECT_EQ(Waiting(), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM outbox"), events);
}

TEST_P(RulesTest, ArePublishedByWhoseTheyAre) {
  const std::string france = Document("france");
  const std::string school = Document("uga-edcsv");
  const std::string uga = Document("uga");
  const std::string tsukuba = Document("tsukuba");
  for (const test::Row& row : test::Table(R"(
      who        france          uga             school          tsukuba
      admin      OK              OK              OK              OK
      office-a   NOT_YOUR_RULES  OK              OK              NOT_YOUR_RULES
      school-a   NOT_YOUR_RULES  NOT_YOUR_RULES  OK              NOT_YOUR_RULES
      office-b   NOT_YOUR_RULES  NOT_YOUR_RULES  NOT_YOUR_RULES  OK
    )")) {
    SCOPED_TRACE(row.text());
    const auto outcome = [&](const std::string& id, const std::string& document) {
      return Outcome(Publish(id, document, row["who"], /*validate_only=*/true));
    };
    EXPECT_EQ(outcome("france", france), row["france"]);
    EXPECT_EQ(outcome("uga", uga), row["uga"]);
    EXPECT_EQ(outcome("uga-edcsv", school), row["school"]);
    EXPECT_EQ(outcome("tsukuba", tsukuba), row["tsukuba"]);
  }
  // A country's set is not taken over by calling it one's own.
  Json taken = Extra();
  taken["id"] = "france";
  EXPECT_EQ(Outcome(Publish("france", taken.dump(), "office-a")), "NOT_YOUR_RULES");
}

TEST_P(RulesTest, APublicationIsCountedAndComputedInTheBackground) {
  AddSettled("t2");
  AddSettled("t3", ThesisState::kActive);
  AddSettled("t4", ThesisState::kClosed);
  const auto published = Must(Publish("uga-extra", Extra().dump(), "office-a"));
  EXPECT_EQ(published.theses(), 3) << "those that are not over";
  EXPECT_EQ(Waiting(), 3);
  EXPECT_EQ(Told("t2"), "proposed") << "no command waits for the others";

  const RecomputeProgress first = Must(RecomputeBatch(database(), api().engine(), 2));
  EXPECT_EQ(first.looked, 2);
  EXPECT_EQ(Waiting(), 1);
  const RecomputeProgress rest = Must(RecomputeAll(database(), api().engine()));
  EXPECT_EQ(rest.looked, 1);
  EXPECT_EQ(first.told + rest.told, 3);
  EXPECT_EQ(Told("t2"), "proposed,recomputed");
  EXPECT_EQ(Told("t4"), "proposed");

  // The new obligation travels with its rule.
  const auto rows =
      Query("SELECT body FROM outbox WHERE aggregate_id = 't3' ORDER BY revision DESC LIMIT 1");
  EXPECT_THAT(rows.front().Bytes("body"), HasSubstr("theses/t3/uga.portfolio"));
}

TEST_P(RulesTest, TellsOnlyTheThesesWhoseDatesChanged) {
  Must(Publish("uga-extra", Extra().dump(), "office-a"));
  Must(RecomputeAll(database(), api().engine()));
  const std::string before = Told("t1");
  Json document = Extra();
  document["source"] = "the same, printed elsewhere";
  EXPECT_EQ(Must(Publish("uga-extra", document.dump(), "office-a")).rule_set().version(), 2);
  const RecomputeProgress progress = Must(RecomputeAll(database(), api().engine()));
  EXPECT_EQ(progress.looked, 1);
  EXPECT_EQ(progress.told, 0);
  EXPECT_EQ(Told("t1"), before);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM rule_set"), 2) << "every version is kept";

  document["rules"][0]["offset"] = "P7M";
  Must(Publish("uga-extra", document.dump(), "office-a"));
  EXPECT_EQ(Must(RecomputeAll(database(), api().engine())).told, 1);
}

TEST_P(RulesTest, TouchesOnlyWhomTheScopeHolds) {
  Json japan = Extra();
  japan["id"] = "jp_extra";
  japan["scope"] = {{"region", "JP"}};
  EXPECT_EQ(Must(Publish("jp-extra", japan.dump())).theses(), 1);
  Json elsewhere = Extra();
  elsewhere["id"] = "de_extra";
  elsewhere["scope"] = {{"region", "DE"}};
  elsewhere["rules"][0]["id"] = "de.portfolio";
  EXPECT_EQ(Must(Publish("de-extra", elsewhere.dump())).theses(), 0);
  Json school = Extra();
  school["id"] = "uga_llsh_extra";
  school["scope"]["school"] = "llsh";
  school["rules"][0]["id"] = "llsh.portfolio";
  EXPECT_EQ(Must(Publish("uga-llsh-extra", school.dump(), "office-a")).theses(), 0);
}

TEST_P(RulesTest, ARehearsalPublishesNothing) {
  const auto rehearsed = Must(Publish("uga-extra", Extra().dump(), "office-a", true));
  EXPECT_EQ(rehearsed.theses(), 1);
  EXPECT_EQ(Waiting(), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM rule_set"), 0);
  // Nor does it stay in what the process remembers.
  world().AddThesis("t2");
  const auto rows = Query("SELECT body FROM outbox WHERE aggregate_id = 't2'");
  EXPECT_THAT(rows.front().Bytes("body"), testing::Not(HasSubstr("uga.portfolio")));
}

#ifdef JOINTLY_FAILPOINTS
// A crash at the end of a batch: its theses are still to do, and each is told once in the end.
TEST_P(RulesTest, GoesOnAfterACrash) {
  for (const char* id : {"t2", "t3", "t4"}) AddSettled(id);
  Must(Publish("uga-extra", Extra().dump(), "office-a"));
  world_.reset();
  Close();
  db::Options options = place().options();
  options.single_threaded = true;  // Failpoints fire on the thread that set their hook.
  const auto own = test::OpenMigrated(options, {{"theses", &Migrations()}});
  world_ = std::make_unique<World>(*own, /*seed=*/8);
  Must(RecomputeBatch(*own, api().engine(), 1));
  telemetry::SetFailpointHook(
      [](std::string_view name, void*) {
        if (name == "theses.recompute") throw telemetry::SimulatedError();
      },
      nullptr);
  EXPECT_FALSE(RecomputeBatch(*own, api().engine(), 2).ok());
  telemetry::SetFailpointHook(nullptr, nullptr);
  const RecomputeProgress rest = Must(RecomputeAll(*own, api().engine()));
  EXPECT_EQ(rest.looked, 3);
  EXPECT_EQ(rest.told, 3);
  for (const char* id : {"t1", "t2", "t3", "t4"}) EXPECT_EQ(Told(id), "proposed,recomputed");
  world_.reset();
}
#endif

INSTANTIATE_ON_ENGINES(RulesTest);

}  // namespace
}  // namespace jointly::theses::agreements
