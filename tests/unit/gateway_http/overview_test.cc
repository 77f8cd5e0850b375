#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets.grpc.pb.h>
#include <jointly/gateway/v1/overview.grpc.pb.h>
#include <jointly/mobility/v1/mobility.grpc.pb.h>
#include <jointly/notifications/v1/notifications.grpc.pb.h>
#include <jointly/partnerships/v1/partnerships.grpc.pb.h>
#include <jointly/theses/v1/theses.grpc.pb.h>

#include <nlohmann/json.hpp>

#include "common/error/error.h"
#include "common/rpc/runtime.h"
#include "services/gateway/process/gateway.h"
#include "tests/unit/gateway_http/raw_client.h"

// A partnership's overview: five services are asked at once, and what one of them lacks is said.
namespace jointly::gateway {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr char kPath[] =
    "/v1/partnershipOverview?partners=institutions/tsukuba&partners=institutions/uga"
    "&sinceYear=2018";

// What a service does when it is asked.
enum class Mood { kWell, kRefuses, kHangs, kUnknownCaller };

template <typename Reply>
grpc::Status Behave(Mood mood, grpc::ServerContext* context, const Reply& reply, Reply* response) {
  if (mood == Mood::kRefuses) {
    return rpc::ToGrpc(PermissionDenied(kWrongRole, "no role of yours may ask this"));
  }
  if (mood == Mood::kUnknownCaller) {
    return rpc::ToGrpc(Unauthenticated(Reason{"TOKEN_INVALID"}, "the token is not valid"));
  }
  if (mood == Mood::kHangs) {
    while (!context->IsCancelled()) std::this_thread::sleep_for(milliseconds(5));
    return grpc::Status::CANCELLED;
  }
  *response = reply;
  return grpc::Status::OK;
}

struct FakeMobility final : jointly::mobility::v1::Mobility::Service {
  grpc::Status SummariseMobilities(
      grpc::ServerContext* context,
      const jointly::mobility::v1::SummariseMobilitiesRequest* request,
      jointly::mobility::v1::SummariseMobilitiesResponse* response) override {
    const auto found = context->client_metadata().find("authorization");
    if (found != context->client_metadata().end()) {
      authorization.assign(found->second.data(), found->second.size());
    }
    jointly::mobility::v1::SummariseMobilitiesResponse reply;
    auto& count = *reply.add_counts();
    count.set_sending_institution(request->partners(0));
    count.set_receiving_institution(request->partners(1));
    count.set_state("approved");
    count.set_mobilities(3);
    count.set_filter("state = approved");
    return Behave(mood, context, reply, response);
  }
  Mood mood = Mood::kWell;
  std::string authorization;
};

struct FakeBudgets final : jointly::budgets::v1::Budgets::Service {
  grpc::Status SummariseBudgets(grpc::ServerContext* context,
                                const jointly::budgets::v1::SummariseBudgetsRequest*,
                                jointly::budgets::v1::SummariseBudgetsResponse* response) override {
    jointly::budgets::v1::SummariseBudgetsResponse reply;
    auto& budget = *reply.add_budgets();
    budget.set_budget("budgets/grenoble-unit");
    budget.mutable_contract_amount()->set_value("250000.00");
    budget.mutable_totals()->mutable_spent()->set_value("247837.03");
    budget.mutable_totals()->mutable_returned()->set_value("2162.97");
    budget.mutable_left()->set_value("0.00");
    for (const char* year : {"FY2020", "FY2021", "FY2022"}) {
      budget.add_japanese_fiscal_years(year);
    }
    budget.add_periods()->set_state(jointly::budgets::v1::Period::CLOSED);
    budget.set_commitments_path("/v1/budgets/grenoble-unit/commitments");
    return Behave(mood, context, reply, response);
  }
  Mood mood = Mood::kWell;
};

struct FakeTheses final : jointly::theses::v1::Theses::Service {
  grpc::Status SummariseTheses(grpc::ServerContext* context,
                               const jointly::theses::v1::SummariseThesesRequest* request,
                               jointly::theses::v1::SummariseThesesResponse* response) override {
    since_year = request->since_year();
    jointly::theses::v1::SummariseThesesResponse reply;
    reply.set_in_progress(9);
    reply.set_defended(5);
    reply.set_in_progress_filter("state = active");
    return Behave(mood, context, reply, response);
  }
  Mood mood = Mood::kWell;
  int since_year = -1;
};

struct FakePartnerships final : jointly::partnerships::v1::Partnerships::Service {
  grpc::Status SummariseAgreements(
      grpc::ServerContext* context, const jointly::partnerships::v1::SummariseAgreementsRequest*,
      jointly::partnerships::v1::SummariseAgreementsResponse* response) override {
    jointly::partnerships::v1::SummariseAgreementsResponse reply;
    auto& effective = *reply.add_counts();
    effective.set_state(jointly::partnerships::v1::Agreement::IN_EFFECT);
    effective.set_agreements(2);
    auto& draft = *reply.add_counts();
    draft.set_state(jointly::partnerships::v1::Agreement::DRAFT);
    draft.set_agreements(1);
    reply.mutable_earliest_start_date()->set_year(1997);
    return Behave(mood, context, reply, response);
  }
  Mood mood = Mood::kWell;
};

struct FakeNotifications final : jointly::notifications::v1::Notifications::Service {
  grpc::Status ListDeadlines(grpc::ServerContext* context,
                             const jointly::notifications::v1::ListDeadlinesRequest*,
                             jointly::notifications::v1::ListDeadlinesResponse* response) override {
    jointly::notifications::v1::ListDeadlinesResponse reply;
    for (int i = 0; i < 7; ++i) reply.add_deadlines()->set_id("d" + std::to_string(i));
    return Behave(mood, context, reply, response);
  }
  Mood mood = Mood::kWell;
};

class OverviewTest : public testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{
             &mobility_, &budgets_, &theses_, &partnerships_, &notifications_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
    for (const char* name :
         {"identity", "mobility", "budgets", "theses", "partnerships", "notifications"}) {
      peers_[name] = address_;
    }
  }

  json Overview(int status = 200) {
    if (gateway_ == nullptr) {
      GatewayOptions options;
      options.http.listen_address = "127.0.0.1:0";
      options.grpc_listen_address = "127.0.0.1:0";
      options.peers = peers_;
      gateway_ = std::make_unique<Gateway>(std::move(options));
      gateway_->Start();
    }
    const RawAnswer answer =
        Ask(gateway_->http_port(), "GET", path_, "", {{"Authorization", "Bearer t"}});
    EXPECT_EQ(answer.status, status) << answer.body;
    return json::parse(answer.body);
  }

  FakeMobility mobility_;
  FakeBudgets budgets_;
  FakeTheses theses_;
  FakePartnerships partnerships_;
  FakeNotifications notifications_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::map<std::string, std::string> peers_;
  std::string path_ = kPath;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(OverviewTest, AddsUpWhatFiveServicesSay) {
  const json overview = Overview();
  EXPECT_EQ(overview["stays"][0]["stays"], 3);
  EXPECT_EQ(overview["stays"][0]["sendingInstitution"], "institutions/tsukuba");
  EXPECT_EQ(overview["stays"][0]["records"]["path"], "/v1/mobilities");
  EXPECT_EQ(overview["stays"][0]["records"]["filter"], "state = approved");
  EXPECT_EQ(overview["budgets"][0]["contractAmount"], "250000.00");
  EXPECT_EQ(overview["budgets"][0]["spent"], "247837.03");
  EXPECT_EQ(overview["budgets"][0]["returned"], "2162.97");
  EXPECT_EQ(overview["budgets"][0]["japaneseFiscalYears"].size(), 3u);
  EXPECT_EQ(overview["budgets"][0]["periods"][0]["state"], "closed");
  EXPECT_EQ(overview["theses"]["total"], 14);
  EXPECT_EQ(overview["theses"]["inProgress"], 9);
  EXPECT_EQ(overview["theses"]["inProgressRecords"]["filter"], "state = active");
  EXPECT_EQ(overview["agreements"]["inEffect"], 2);
  EXPECT_EQ(overview["agreements"]["others"], 1);
  EXPECT_EQ(overview["agreements"]["earliestStartDate"]["year"], 1997);
  EXPECT_EQ(overview["deadlines"]["open"], 7);
  EXPECT_EQ(overview["deadlines"]["next"].size(), 5u);
  EXPECT_TRUE(overview["unreachable"].empty());
  EXPECT_TRUE(overview["withheld"].empty());
  EXPECT_EQ(mobility_.authorization, "Bearer t") << "asked as the caller";
  EXPECT_EQ(theses_.since_year, 2018);
}

TEST_F(OverviewTest, AnswersGrpcClientsToo) {
  Overview();
  const auto stub = v1::Overview::NewStub(grpc::CreateChannel(
      "127.0.0.1:" + std::to_string(gateway_->grpc_port()), grpc::InsecureChannelCredentials()));
  v1::GetPartnershipOverviewRequest request;
  request.add_partners("institutions/tsukuba");
  request.add_partners("institutions/uga");
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer t");
  v1::PartnershipOverview overview;
  const grpc::Status status = stub->GetPartnershipOverview(&context, request, &overview);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(overview.theses().total(), 14);
}

TEST_F(OverviewTest, NamesTheServiceThatIsNotThere) {
  peers_["budgets"] = "127.0.0.1:1";
  const json overview = Overview();
  EXPECT_EQ(overview["unreachable"], json::array({"budgets"}));
  EXPECT_TRUE(overview["budgets"].empty());
  EXPECT_EQ(overview["theses"]["total"], 14) << "the others' figures are there";
}

TEST_F(OverviewTest, NamesTheServiceThatHangs) {
  theses_.mood = Mood::kHangs;
  const json overview = Overview();
  EXPECT_EQ(overview["unreachable"], json::array({"theses"}));
  EXPECT_FALSE(overview.contains("theses")) << "no figure rather than a zero";
  EXPECT_EQ(overview["stays"].size(), 1u);
}

TEST_F(OverviewTest, NamesWhatTheCallerMayNotSee) {
  budgets_.mood = Mood::kRefuses;
  const json overview = Overview();
  EXPECT_EQ(overview["withheld"], json::array({"budgets"}));
  EXPECT_TRUE(overview["unreachable"].empty());
}

TEST_F(OverviewTest, AsksNobodyForACallerWhomNobodyKnows) {
  mobility_.mood = Mood::kUnknownCaller;
  EXPECT_EQ(Overview(401)["reason"], "TOKEN_INVALID");
}

TEST_F(OverviewTest, RefusesWhatIsNoQuestion) {
  struct Row {
    std::string query;
    std::string field;
  };
  const Row rows[] = {
      {"", "partners"},
      {"?partners=institutions/uga", "partners"},
      {"?partners=institutions/uga&partners=institutions/uga", "partners"},
      {"?partners=institutions/uga&partners=units/x", "partners[1]"},
      {"?partners=institutions/uga&partners=institutions/tsukuba&sinceYear=18", "since_year"},
  };
  for (const Row& row : rows) {
    path_ = "/v1/partnershipOverview" + row.query;
    const json problem = Overview(400);
    EXPECT_EQ(problem["reason"], "INVALID_ARGUMENT") << row.query;
    EXPECT_NE(problem.dump().find(row.field), std::string::npos) << row.query << problem;
  }
}

}  // namespace
}  // namespace jointly::gateway
