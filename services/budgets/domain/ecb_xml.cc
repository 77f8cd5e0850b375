#include <expat.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "services/budgets/domain/ecb.h"
#include "services/budgets/domain/ecb_days.h"

namespace jointly::budgets {
namespace {

// Names as expat joins them: namespace, separator, local name.
constexpr char kSeparator = '|';
constexpr std::string_view kEnvelope = "http://www.gesmes.org/xml/2002-08-01|Envelope";
constexpr std::string_view kCube = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref|Cube";

struct ParserFree {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserFree>;

struct State {
  XML_Parser parser = nullptr;
  DayCollector days;
  std::vector<std::string> path;
  bool is_envelope = false;
  int Line() const { return static_cast<int>(XML_GetCurrentLineNumber(parser)); }
};

std::string_view Attribute(const XML_Char** attributes, std::string_view name) {
  for (; *attributes != nullptr; attributes += 2) {
    if (name == attributes[0]) return attributes[1];
  }
  return {};
}

// Envelope > Cube > Cube time > Cube currency rate.
void StartCube(State& state, const XML_Char** attributes) {
  const std::string_view time = Attribute(attributes, "time");
  const std::string_view currency = Attribute(attributes, "currency");
  switch (state.path.size()) {
    case 1:
      return;
    case 2: {
      const auto date = ParseDate(time);
      if (date.ok()) return state.days.Begin(*date, state.Line());
      state.days.Leave();
      return state.days.Fault(state.Line(),
                              "time='" + Shorten(time) + "' is not a date like 2026-04-13");
    }
    case 3:
      return state.days.Add(currency, Attribute(attributes, "rate"), state.Line());
    default:
      return state.days.Fault(state.Line(), "a Cube inside of a currency");
  }
}

void XMLCALL Start(void* data, const XML_Char* name, const XML_Char** attributes) {
  State& state = *static_cast<State*>(data);
  if (state.path.empty()) {
    state.is_envelope = name == kEnvelope;
    if (!state.is_envelope) {
      state.days.Fault(state.Line(), "the file is no gesmes:Envelope of the ECB");
      XML_StopParser(state.parser, XML_FALSE);
    }
  } else if (name == kCube) {
    StartCube(state, attributes);
  }
  state.path.emplace_back(name);
}

void XMLCALL End(void* data, const XML_Char*) { static_cast<State*>(data)->path.pop_back(); }

void XMLCALL StartDoctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  State& state = *static_cast<State*>(data);
  state.days.Fault(state.Line(), "a document type declaration, which the ECB's files do not have");
  XML_StopParser(state.parser, XML_FALSE);
}

}  // namespace

RateFile ReadEcbXml(std::string_view content) {
  State state;
  const Parser parser(XML_ParserCreateNS(nullptr, kSeparator));
  if (parser == nullptr || content.size() > std::numeric_limits<int>::max()) {
    state.days.Fault(0, "the file is too large");
    return std::move(state.days).Finish();
  }
  state.parser = parser.get();
  XML_SetUserData(parser.get(), &state);
  XML_SetElementHandler(parser.get(), &Start, &End);
  XML_SetStartDoctypeDeclHandler(parser.get(), &StartDoctype);
  const XML_Status status =
      XML_Parse(parser.get(), content.data(), static_cast<int>(content.size()), XML_TRUE);
  const XML_Error error = XML_GetErrorCode(parser.get());
  if (status == XML_STATUS_ERROR && error != XML_ERROR_ABORTED) {
    state.days.Fault(state.Line(), std::string("not well-formed XML: ") + XML_ErrorString(error));
  }
  return std::move(state.days).Finish();
}

}  // namespace jointly::budgets
