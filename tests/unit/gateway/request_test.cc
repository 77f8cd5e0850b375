#include "services/gateway/transcode/request.h"

#include <gtest/gtest.h>
#include <jointly/identity/v1/identity.pb.h>
#include <jointly/mobility/v1/mobility.pb.h>

#include <nlohmann/json.hpp>

#include "common/error/error.h"
#include "services/gateway/transcode/problem.h"

namespace jointly::gateway {
namespace {

const RouteTable& Table() {
  static const auto* const kTable = new RouteTable(*RouteTable::Build(PublicServices()));
  return *kTable;
}

struct Sent {
  std::string method = "GET";
  std::string target;
  std::string body;
  std::optional<std::string> idempotency_key;
  std::optional<std::string> if_match;
};

// The request message as text, or the violations.
std::string Made(const Sent& sent) {
  const auto target = ParseTarget(sent.target);
  if (!target.ok()) return "no target";
  const Match match = Table().Find(sent.method, *target);
  if (match.route == nullptr) return "no route";
  const auto message =
      MakeRequest(*match.route, {*target, sent.body, sent.idempotency_key, sent.if_match});
  if (message.ok()) return (*message)->ShortDebugString();
  const auto problem =
      nlohmann::json::parse(ProblemOf(message.status(), {.instance = sent.target}).body);
  if (!problem.contains("violations")) return problem["reason"];
  std::string text = "!";
  for (const auto& violation : problem["violations"]) {
    text += " " + violation["field"].get<std::string>() + " " +
            violation["description"].get<std::string>() + ";";
  }
  return text;
}

constexpr char kKey[] = "5f0c8f6e-1f5e-4c8e-9d55-0d3a0f9a7a11";

TEST(MakeRequest, FillsTheMessage) {
  const std::vector<std::pair<Sent, std::string>> rows = {
      {{.target = "/v1/applications/x"}, "name: \"applications/x\""},
      {{.target = "/v1/applications/%E7%AD%91"}, "name: \"applications/\\347\\255\\221\""},
      {{.target = "/v1/applications?pageSize=3&filter=state%20%3D%20%22DRAFT%22"},
       "page_size: 3 filter: \"state = \\\"DRAFT\\\"\""},
      {{.target = "/v1/applications?page_size=3"}, "page_size: 3"},
      {{.target = "/v1/institutions/a/units?pageToken=t"},
       "parent: \"institutions/a\" page_token: \"t\""},
      {{"POST", "/v1/applications/x:submit", ""}, "name: \"applications/x\""},
      {{"POST", "/v1/applications/x:submit", "{}"}, "name: \"applications/x\""},
      {{"POST", "/v1/applications/x:submit", R"({"name": "applications/x", "validateOnly": true})"},
       "name: \"applications/x\" validate_only: true"},
      {{"POST", "/v1/applications/x:submit", "{}", kKey, "\"7\""},
       "name: \"applications/x\" etag: \"\\\"7\\\"\" request_id: \"" + std::string(kKey) + "\""},
      {{"POST", "/v1/applications/x:submit", R"({"etag": "\"7\""})", {}, "W/\"7\""},
       "name: \"applications/x\" etag: \"\\\"7\\\"\""},
      {{"POST", "/v1/applications/x:submit", "", {}, "*"}, "name: \"applications/x\" etag: \"*\""},
      {{"PATCH", "/v1/applications/x?updateMask=profile.eqfLevel,choices",
        R"({"profile": {"eqfLevel": 7}})", kKey, "\"3\""},
       "application { name: \"applications/x\" profile { eqf_level: 7 } etag: \"\\\"3\\\"\" } "
       "update_mask { paths: \"profile.eqf_level\" paths: \"choices\" } request_id: \"" +
           std::string(kKey) + "\""},
      {{"DELETE", "/v1/applications/x/documents/y", "", kKey},
       "name: \"applications/x/documents/y\" request_id: \"" + std::string(kKey) + "\""},
      {{"POST", "/v1/sessions:signIn", R"({"email": "a@b", "password": "p"})", "any", {}},
       "email: \"a@b\" password: \"p\""},
  };
  for (const auto& [sent, text] : rows) {
    EXPECT_EQ(Made(sent), text) << sent.method << " " << sent.target;
  }
}

TEST(MakeRequest, RefusesAndNamesAllAtOnce) {
  const std::vector<std::pair<Sent, std::string>> rows = {
      {{.target = "/v1/applications?pageSize=three&nothing=1&filter=a&filter=b"},
       "! page_size must be a whole number from -2147483648 to 2147483647; nothing is not a query "
       "parameter of this method; filter is given twice;"},
      {{.target = "/v1/applications?page_size=1&pageSize=1"}, "! page_size is given twice;"},
      {{.target = "/v1/applications?pageSize=99999999999"},
       "! page_size must be a whole number from -2147483648 to 2147483647;"},
      {{.target = "/v1/applications/x?name=applications/y"}, "! name is given by the path;"},
      {{"GET", "/v1/applications/x", "{}"}, "INVALID_ARGUMENT"},
      {{"DELETE", "/v1/applications/x/documents/y", "{}"}, "INVALID_ARGUMENT"},
      {{"POST", "/v1/applications/x:submit?validateOnly=true", ""},
       "! validate_only is not a query parameter of this method;"},
      {{"POST", "/v1/applications/x:submit", R"({"name": "applications/y"})"},
       "! name differs from the name in the path;"},
      {{"POST", "/v1/applications/x:submit", R"({"validateOnly": 1, "who": 2})", "no-uuid", "7"},
       "! validate_only must be true or false; who is not a known field; Idempotency-Key must be a "
       "UUID like 5f0c8f6e-1f5e-4c8e-9d55-0d3a0f9a7a11; If-Match must be one entity tag in double "
       "quotes, or *;"},
      {{"POST", "/v1/applications/x:submit", R"({"requestId": "other"})", kKey},
       "! Idempotency-Key differs from request_id in the request;"},
      {{"POST", "/v1/applications/x:submit", R"({"etag": "\"1\""})", {}, "\"2\""},
       "! If-Match differs from etag in the request;"},
      {{"POST", "/v1/applications/x:submit", "", {}, "\"1\", \"2\""},
       "! If-Match must be one entity tag in double quotes, or *;"},
      {{"POST", "/v1/applications", "{}", {}, "\"1\""},
       "! If-Match is not supported: this method compares no etag;"},
      {{"PATCH", "/v1/applications/x?application.score=1", "{}"},
       "! application.score belongs into the body;"},
      {{"PATCH", "/v1/applications/x?updateMask=a,,b", "{}"},
       "! update_mask has an empty path between commas;"},
      {{"PATCH", "/v1/applications/x", R"({"name": "applications/y", "nope": {}})"},
       "! application.nope is not a known field; application.name differs from the name in the "
       "path;"},
      {{"POST", "/v1/applications", "{"}, "INVALID_JSON"},
  };
  for (const auto& [sent, text] : rows) {
    EXPECT_EQ(Made(sent), text) << sent.method << " " << sent.target;
  }
}

TEST(EnsureRequestId, KeepsTheCallersOwn) {
  const auto target = *ParseTarget("/v1/applications/x:submit");
  const Route& submit = *Table().Find("POST", target).route;
  mobility::v1::SubmitApplicationRequest request;
  EXPECT_TRUE(EnsureRequestId(submit, request, "made"));
  EXPECT_EQ(request.request_id(), "made");
  EXPECT_TRUE(EnsureRequestId(submit, request, "other"));
  EXPECT_EQ(request.request_id(), "made");
  const auto sign_in = *ParseTarget("/v1/sessions:signIn");
  identity::v1::SignInRequest none;
  EXPECT_FALSE(EnsureRequestId(*Table().Find("POST", sign_in).route, none, "made"));
}

TEST(WriteJson, NamesDefaultsAndKeepsKeySetsPlain) {
  const auto target = *ParseTarget("/.well-known/jwks.json");
  identity::v1::KeySet keys;
  auto& key = *keys.add_keys();
  key.set_kty("EC");
  key.set_crv("P-256");
  key.set_x("x");
  key.set_y("y");
  key.set_kid("k");
  key.set_alg("ES256");
  key.set_use("sig");
  EXPECT_EQ(nlohmann::json::parse(WriteJson(*Table().Find("GET", target).route, keys)),
            nlohmann::json::parse(R"({"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y",
                                      "kid": "k", "alg": "ES256", "use": "sig"}]})"));
  mobility::v1::Quota quota;
  quota.set_name("quotas/q");
  quota.set_revision(3);
  quota.set_etag("\"3\"");
  const auto path = *ParseTarget("/v1/quotas/q:adjust");
  const auto json = nlohmann::json::parse(WriteJson(*Table().Find("POST", path).route, quota));
  EXPECT_EQ(json["free"], 0);
  EXPECT_EQ(json["revision"], "3");
  EXPECT_EQ(json["academicYear"], "");
  EXPECT_EQ(json["term"], "TERM_UNSPECIFIED");
  EXPECT_EQ(EtagOf(quota), "\"3\"");
  quota.set_etag("3\r\nSet-Cookie: a");
  EXPECT_EQ(EtagOf(quota), "");
  EXPECT_EQ(EtagOf(keys), "");
}

TEST(ProblemOf, SaysWhatTheStatusSays) {
  const absl::Status refused = WithRetryAfter(
      Refused("Not yet.", {{"G5", "applications/x", "B1; required B2", "Upload a certificate"}}),
      std::chrono::milliseconds(1500));
  const Problem problem =
      ProblemOf(refused, {.instance = "/v1/applications/x:submit", .request_id = "r"});
  EXPECT_EQ(problem.http_status, 400);
  EXPECT_EQ(problem.retry_after_seconds, 2);
  EXPECT_EQ(nlohmann::json::parse(problem.body), nlohmann::json::parse(R"({
    "type": "urn:jointly:problem:GUARD_REFUSED", "title": "Not possible now", "status": 400,
    "detail": "Not yet.", "code": "FAILED_PRECONDITION", "reason": "GUARD_REFUSED",
    "instance": "/v1/applications/x:submit", "requestId": "r",
    "preconditions": [{"guard": "G5", "subject": "applications/x",
                       "description": "B1; required B2. Upload a certificate"}],
    "facts": {"guards": "G5"}, "retryAfterSeconds": 2})"));
}

TEST(ProblemOf, FollowsTheTableOfCodes) {
  using enum absl::StatusCode;
  const std::vector<std::tuple<absl::StatusCode, int, std::string>> rows = {
      {kInvalidArgument, 400, "INVALID_ARGUMENT"},
      {kFailedPrecondition, 400, "FAILED_PRECONDITION"},
      {kOutOfRange, 400, "OUT_OF_RANGE"},
      {kUnauthenticated, 401, "UNAUTHENTICATED"},
      {kPermissionDenied, 403, "PERMISSION_DENIED"},
      {kNotFound, 404, "NOT_FOUND"},
      {kAborted, 409, "ABORTED"},
      {kAlreadyExists, 409, "ALREADY_EXISTS"},
      {kResourceExhausted, 429, "RESOURCE_EXHAUSTED"},
      {kCancelled, 499, "CANCELLED"},
      {kDataLoss, 500, "DATA_LOSS"},
      {kInternal, 500, "INTERNAL"},
      {kUnknown, 500, "UNKNOWN"},
      {kUnimplemented, 501, "UNIMPLEMENTED"},
      {kUnavailable, 503, "UNAVAILABLE"},
      {kDeadlineExceeded, 504, "DEADLINE_EXCEEDED"},
  };
  for (const auto& [code, http, name] : rows) {
    const Problem problem = ProblemOf(absl::Status(code, "bad \xff byte"), {});
    EXPECT_EQ(problem.http_status, http) << name;
    const auto json = nlohmann::json::parse(problem.body);
    EXPECT_EQ(json["code"], name);
    EXPECT_EQ(json["reason"], name);
  }
  EXPECT_EQ(ProblemOf(absl::InvalidArgumentError(""), {.http_status = 413}).http_status, 413);
}

}  // namespace
}  // namespace jointly::gateway
