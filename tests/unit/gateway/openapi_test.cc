#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <regex>
#include <set>

#include "services/gateway/openapi/document.h"

namespace jointly::gateway {
namespace {

using nlohmann::json;

const RouteTable& Table() {
  static const auto* const kTable = new RouteTable(*RouteTable::Build(PublicServices()));
  return *kTable;
}

const json& Document() {
  static const auto* const kDocument =
      new json(json::parse(OpenApiDocument(Table(), Comments(EmbeddedFiles()))));
  return *kDocument;
}

void Walk(const json& value, const std::string& where,
          const std::function<void(const json&, const std::string&)>& visit) {
  visit(value, where);
  if (!value.is_structured()) return;
  for (const auto& [key, child] : value.items()) Walk(child, where + "/" + key, visit);
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  std::set<std::string> schemas;
  Walk(Document(), "", [&](const json& value, const std::string& where) {
    if (!value.is_object() || !value.contains("$ref")) return;
    EXPECT_EQ(value.size(), 1u) << where << ": 3.0 ignores what stands beside a reference";
    const std::string target = value["$ref"];
    ASSERT_TRUE(target.starts_with("#/")) << where;
    EXPECT_TRUE(Document().contains(json::json_pointer(target.substr(1)))) << where << target;
    schemas.insert(target);
  });
  for (const auto& [name, schema] : Document()["components"]["schemas"].items()) {
    EXPECT_TRUE(std::regex_match(name, std::regex("[A-Za-z0-9._-]+"))) << name;
    EXPECT_TRUE(schemas.contains("#/components/schemas/" + name)) << name << " is used nowhere";
  }
}

TEST(OpenApi, OperationsAreWhole) {
  std::set<std::string> ids;
  for (const auto& [path, item] : Document()["paths"].items()) {
    std::set<std::string> in_path;
    static const std::regex kParameter(R"(\{([^}]+)\})");
    for (std::sregex_iterator it(path.begin(), path.end(), kParameter), end; it != end; ++it) {
      in_path.insert((*it)[1]);
    }
    for (const auto& [method, operation] : item.items()) {
      const std::string where = method + " " + path;
      EXPECT_TRUE(ids.insert(operation.at("operationId")).second) << where;
      EXPECT_TRUE(operation.at("tags").is_array()) << where;
      EXPECT_TRUE(operation.at("responses").is_object()) << where;
      EXPECT_TRUE(operation["responses"].contains("200")) << where;
      EXPECT_EQ(operation["responses"]["default"]["$ref"], "#/components/responses/Problem");
      std::set<std::string> declared, all;
      for (const auto& parameter : operation.value("parameters", json::array())) {
        if (parameter.contains("$ref")) continue;
        const std::string name = parameter.at("name");
        EXPECT_TRUE(all.insert(name).second) << where << " " << name;
        EXPECT_TRUE(parameter.contains("schema")) << where << " " << name;
        if (parameter.at("in") == "path") {
          EXPECT_EQ(parameter.at("required"), true) << where << " " << name;
          declared.insert(name);
        }
      }
      EXPECT_EQ(declared, in_path) << where;
      EXPECT_FALSE((method == "get" || method == "delete") && operation.contains("requestBody"))
          << where;
    }
  }
}

TEST(OpenApi, HasEveryRoute) {
  for (const auto& route : Table().routes()) {
    std::string method = route->http_method;
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    const json& paths = Document()["paths"];
    const std::string path = OpenApiPathOf(route->path).text;
    ASSERT_TRUE(paths.contains(path)) << path;
    EXPECT_TRUE(paths[path].contains(method)) << method << " " << path;
  }
}

TEST(OpenApi, SaysWhatTheProtosSay) {
  const json& submit = Document()["paths"]["/v1/applications/{application}:submit"]["post"];
  EXPECT_EQ(submit["operationId"], "Mobility_SubmitApplication");
  EXPECT_EQ(submit["summary"], "Draft -> submitted");
  EXPECT_EQ(submit["x-jointly-roles"], json::array({"STUDENT"}));
  EXPECT_EQ(submit["requestBody"]["required"], false);
  const json& schema = submit["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_TRUE(schema["properties"].contains("validateOnly"));
  EXPECT_FALSE(schema["properties"].contains("name"));
  const json& schemas = Document()["components"]["schemas"];
  EXPECT_EQ(schemas["mobility.Application"]["properties"]["createTime"]["format"], "date-time");
  EXPECT_EQ(schemas["mobility.Application"]["properties"]["revision"]["type"], "string");
  EXPECT_EQ(schemas["mobility.Application.State"]["enum"][1], "DRAFT");
  EXPECT_EQ(schemas["partnerships.Institution"]["properties"]["localizedNames"]
                   ["additionalProperties"]["type"],
            "string");
  EXPECT_EQ(schemas["identity.Person"]["properties"]["name"]["readOnly"], true);
  const json& sign_in = Document()["paths"]["/v1/sessions:signIn"]["post"];
  EXPECT_EQ(sign_in["security"], json::array());
  EXPECT_FALSE(Document()["paths"].dump().find("operations") != std::string::npos);
}

TEST(OpenApi, NamesPathParametersAfterTheirCollections) {
  const auto path = [](const std::string& text, const char* type) {
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
    return OpenApiPathOf(*ParsePathTemplate(text, *descriptor)).text;
  };
  EXPECT_EQ(path("/v1/{name=mobilities/*}:approve", "jointly.mobility.v1.GetMobilityRequest"),
            "/v1/mobilities/{mobility}:approve");
  EXPECT_EQ(path("/v1/{name=people/*}", "jointly.identity.v1.GetPersonRequest"),
            "/v1/people/{person}");
  EXPECT_EQ(path("/v1/{name=institutions/*/units/*}", "jointly.partnerships.v1.GetUnitRequest"),
            "/v1/institutions/{institution}/units/{unit}");
}

}  // namespace
}  // namespace jointly::gateway
