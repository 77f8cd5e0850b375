#include "services/gateway/transcode/route_table.h"

#include <google/api/annotations.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/error/error.h"
#include "services/gateway/transcode/descriptors.h"
#include "services/gateway/transcode/uri.h"

namespace jointly::gateway {
namespace {

const RouteTable& Table() {
  static const auto* const kTable = [] {
    auto table = RouteTable::Build(PublicServices());
    EXPECT_TRUE(table.ok()) << table.status();
    return new RouteTable(*std::move(table));
  }();
  return *kTable;
}

std::string Allowed(const Match& match) {
  std::string text;
  for (const std::string& method : match.allowed) text += (text.empty() ? "" : ",") + method;
  return text;
}

TEST(RouteTable, FindsTheMethodOfEachPath) {
  struct Row {
    std::string method;
    std::string target;
    std::string rpc;      // Empty: none.
    std::string allowed;  // Of a path that is there.
  };
  const std::vector<Row> rows = {
      {"GET", "/v1/applications", "Mobility.ListApplications", "GET,POST"},
      {"POST", "/v1/applications", "Mobility.CreateApplication", "GET,POST"},
      {"HEAD", "/v1/applications", "Mobility.ListApplications", "GET,POST"},
      {"PUT", "/v1/applications", "", "GET,POST"},
      {"GET", "/v1/applications/x", "Mobility.GetApplication", "GET,PATCH"},
      {"PATCH", "/v1/applications/x", "Mobility.UpdateApplication", "GET,PATCH"},
      {"POST", "/v1/applications/x:submit", "Mobility.SubmitApplication", "POST"},
      {"GET", "/v1/applications/x:submit", "", "POST"},
      {"GET", "/v1/applications/x:history", "Mobility.ListHistory", "GET"},
      {"GET", "/v1/mobilities/x:history", "Mobility.ListHistory", "GET"},
      {"DELETE", "/v1/applications/x/documents/y", "Mobility.DeleteDocument", "DELETE"},
      {"GET", "/v1/people/self", "Identity.GetSelf", "GET"},
      {"GET", "/v1/people/selfish", "Identity.GetPerson", "GET,PATCH"},
      {"PATCH", "/v1/people/self", "Identity.UpdatePerson", "GET,PATCH"},
      {"POST", "/v1/people/self:disable", "Identity.DisablePerson", "POST"},
      {"POST", "/v1/sessions:signIn", "Identity.SignIn", "POST"},
      {"GET", "/.well-known/jwks.json", "Identity.GetKeySet", "GET"},
      {"GET", "/v1/institutions/a/units/b", "Partnerships.GetUnit", "GET"},
      {"GET", "/v1/institutions/a/units", "Partnerships.ListUnits", "GET,POST"},
      {"GET", "/v1/institutions/a/units/", "", ""},
      {"GET", "/v1//applications", "", ""},
      {"GET", "/v1/applications/", "", ""},
      {"GET", "/v1/applications/x/y", "", ""},
      {"GET", "/v1/applications/x:nothing", "", ""},
      {"GET", "/V1/applications", "", ""},
      {"GET", "/v1/Applications", "", ""},
      {"GET", "/v2/applications", "", ""},
      {"GET", "/v1", "", ""},
      {"GET", "/", "", ""},
      {"POST", "/jointly.operations.v1.Operations/ListParked", "", ""},
  };
  for (const Row& row : rows) {
    const auto target = ParseTarget(row.target);
    ASSERT_TRUE(target.ok()) << row.target;
    const Match match = Table().Find(row.method, *target);
    std::string rpc;
    if (match.route != nullptr) {
      rpc = match.route->method->service()->name() + "." + match.route->method->name();
    }
    EXPECT_EQ(rpc, row.rpc) << row.method << " " << row.target;
    EXPECT_EQ(Allowed(match).empty(), row.allowed.empty()) << row.method << " " << row.target;
    if (!rpc.empty()) continue;
    EXPECT_EQ(Allowed(match), row.allowed) << row.method << " " << row.target;
  }
}

// Whatever the protos will say: every annotated method of a public service has a route that finds
// it, and what is for services and operators has none.
TEST(RouteTable, CoversEveryPublicMethod) {
  std::size_t annotated = 0;
  for (const auto& route : Table().routes()) {
    ++annotated;
    std::string path;
    for (const auto& segment : route->path.segments) {
      path += "/" + (segment.literal.empty() ? "some-id" : segment.literal);
    }
    if (!route->path.verb.empty()) path += ":" + route->path.verb;
    const auto target = ParseTarget(path);
    ASSERT_TRUE(target.ok()) << path;
    const Match match = Table().Find(route->http_method, *target);
    ASSERT_NE(match.route, nullptr) << path;
    EXPECT_EQ(match.route, route.get()) << path;
    EXPECT_NE(route->peer, "operations");
    EXPECT_FALSE(route->peer.empty());
  }
  EXPECT_GE(annotated, 70u);
}

TEST(RouteTable, KnowsWhatMayBeSentTwice) {
  for (const auto& route : Table().routes()) {
    const std::string& name = route->method->name();
    if (name == "SignIn" || name == "RefreshSession" || name == "SignOut") {
      EXPECT_FALSE(route->repeatable()) << name;
      EXPECT_EQ(route->traffic, Traffic::kSession) << name;
    } else {
      EXPECT_TRUE(route->repeatable()) << route->rpc_path;
    }
  }
}

// Wrong annotations are found at start, by name, and never become a route that half works.
TEST(RouteTable, RefusesWrongAnnotations) {
  struct Row {
    std::string rule;   // Text form of google.api.http.
    std::string fault;  // Part of the text; empty: none.
    std::string request = ".jointly.mobility.v1.UpdateApplicationRequest";
  };
  const std::vector<Row> rows = {
      {R"(get: "/v1/{application.name=applications/*}")", ""},
      {R"(get: "/v1/x" additional_bindings { get: "/v1/y" })", ""},
      {R"(get: "v1/x")", "must start with a slash"},
      {R"(get: "/v1/{name=applications/*}")", "no string field name"},
      {R"(get: "/v1/{update_mask=applications/*}")", "no string field"},
      {R"(get: "/v1/{application.name=applications/*")", "a brace is not closed"},
      {R"(get: "/v1/{application.name}x")", "followed by a slash"},
      {R"(get: "/v1//x")", "empty segment"},
      {R"(get: "/v1/**/x")", "must come last"},
      {R"(post: "/v1/x" body: "nothing")", "body names no message field"},
      {R"(post: "/v1/x" body: "request_id")", "body names no message field"},
      {R"(get: "/v1/x" response_body: "name")", "response_body names no message field"},
      {R"(get: "/v1/x" additional_bindings { get: "/v1/x" })", "shares its path"},
      {R"(body: "*")", "has no pattern"},
      {R"(post: "/v1/x" body: "*")", "google.protobuf.Any", ".google.protobuf.Api"},
  };
  for (const Row& row : rows) {
    google::protobuf::FileDescriptorProto file;
    file.set_name("test.proto");
    file.set_package("jointly.test.v1");
    file.set_syntax("proto3");
    file.add_dependency("jointly/mobility/v1/mobility.proto");
    file.add_dependency("google/protobuf/api.proto");
    auto& service = *file.add_service();
    service.set_name("Test");
    auto& method = *service.add_method();
    method.set_name("Method");
    method.set_input_type(row.request);
    method.set_output_type(".jointly.mobility.v1.Application");
    google::api::HttpRule rule;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(row.rule, &rule)) << row.rule;
    *method.mutable_options()->MutableExtension(google::api::http) = rule;
    google::protobuf::Api::descriptor();
    google::protobuf::DescriptorPool pool(google::protobuf::DescriptorPool::generated_pool());
    const auto* built = pool.BuildFile(file);
    ASSERT_NE(built, nullptr) << row.rule;
    const auto table = RouteTable::Build({built->service(0)});
    EXPECT_EQ(table.ok(), row.fault.empty()) << row.rule << table.status();
    EXPECT_NE(std::string(table.status().message()).find(row.fault), std::string::npos)
        << row.rule << table.status();
  }
}

TEST(Target, DecodesStrictly) {
  struct Row {
    std::string target;
    std::string segments;  // Joined by |; "refused" for an error.
    std::string verb;
    std::string query;  // name=value;name=value
  };
  const std::vector<Row> rows = {
      {"/v1/calls", "v1|calls", "", ""},
      {"/v1/calls?pageSize=3&filter=a%20b+c", "v1|calls", "", "pageSize=3;filter=a b c"},
      {"/v1/calls?", "v1|calls", "", ""},
      {"/v1/calls?a&b=&=c", "v1|calls", "", "a=;b=;=c"},
      {"/v1/x%3Asubmit", "v1|x:submit", "", ""},
      {"/v1/x:submit", "v1|x", "submit", ""},
      {"/v1/a:b/x", "v1|a:b|x", "", ""},
      {"/v1/%E7%AD%91", "v1|筑", "", ""},
      {"http://example.org:80/v1/calls?x=1", "v1|calls", "", "x=1"},
      {"http://example.org", "", "", ""},
      {"/v1/../etc", "v1|..|etc", "", ""},
      {"/v1/calls#part", "v1|calls", "", ""},
      {"", "refused", "", ""},
      {"*", "refused", "", ""},
      {"v1/calls", "refused", "", ""},
      {"/v1/x:", "refused", "", ""},
      {"/v1/%", "refused", "", ""},
      {"/v1/%4", "refused", "", ""},
      {"/v1/%zz", "refused", "", ""},
      {"/v1/%2f", "refused", "", ""},
      {"/v1/a%2Fb", "refused", "", ""},
      {"/v1/%00", "refused", "", ""},
      {"/v1/a%0d%0ab", "refused", "", ""},
      {"/v1/%7f", "refused", "", ""},
      {"/v1/%ff", "refused", "", ""},
      {"/v1/%c0%af", "refused", "", ""},
      {"/v1/%ed%a0%80", "refused", "", ""},
      {"/v1/calls?a=%00", "refused", "", ""},
      {"/v1/calls?a=%ff", "refused", "", ""},
      {"/v1/calls?a=%2f", "v1|calls", "", "a=/"},
  };
  for (const Row& row : rows) {
    const auto target = ParseTarget(row.target);
    ASSERT_EQ(target.ok(), row.segments != "refused") << row.target;
    if (!target.ok()) {
      EXPECT_EQ(target.status().code(), absl::StatusCode::kInvalidArgument);
      continue;
    }
    std::string segments, query;
    for (const auto& segment : target->segments)
      segments += (segments.empty() ? "" : "|") + segment;
    for (const auto& [name, value] : target->query) {
      query += (query.empty() ? "" : ";") + name + "=" + value;
    }
    EXPECT_EQ(segments, row.segments) << row.target;
    EXPECT_EQ(target->verb, row.verb) << row.target;
    EXPECT_EQ(query, row.query) << row.target;
  }
  std::string many = "/v1/calls?a=1";
  for (std::size_t i = 0; i < kQueryParametersMax; ++i) many += "&a=1";
  EXPECT_FALSE(ParseTarget(many).ok());
}

TEST(Comments, ReadsWhatTheProtosSay) {
  const Comments comments(EmbeddedFiles());
  EXPECT_EQ(comments.Of("jointly.mobility.v1.Mobility.CreateCall"),
            "A draft call of the caller's institution.");
  EXPECT_EQ(comments.Of("jointly.mobility.v1.Call.State"), "");
  EXPECT_EQ(comments.Of("jointly.partnerships.v1.AgreementCondition.Term.FULL_YEAR"), "");
  EXPECT_EQ(comments.Of("jointly.partnerships.v1.AgreementCondition.Measure.PERSONS"),
            "A full-year student takes one place.");
  EXPECT_EQ(comments.Of("jointly.identity.v1.Person.name"), "people/{id}. Output only.");
  EXPECT_EQ(comments.Of("no.such.Thing"), "");
}

}  // namespace
}  // namespace jointly::gateway
