#pragma once

#include <string>
#include <vector>

namespace jointly::gateway {

// A document that RFC 8259, or our stricter reading of it, refuses.
struct Malformed {
  std::string what;
  std::string text;
};

namespace documents {

using std::string_literals::operator""s;

inline std::string Nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += "1";
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

inline std::vector<Malformed> Structure() {
  return {
      {"nothing but a brace", "{"},
      {"a brace that closes nothing", "}"},
      {"a bracket", "["},
      {"brackets crossed", R"({"choices": [})"},
      {"braces crossed", R"({"application": [1}])"},
      {"an object that does not end", R"({"call": "calls/x")"},
      {"a list that does not end", R"({"choices": [1, 2)"},
      {"two documents", "{}{}"},
      {"two documents on two lines", "{}\n{}"},
      {"a word after the end", "{} true"},
      {"a comma after the end", "{},"},
      {"a brace too much", "{}}"},
      {"a bracket too much", "{}]"},
      {"a hash after the end", "{}#"},
      {"a comma before the end", R"({"call": 1,})"},
      {"a comma before the end of a list", R"({"choices": [1,]})"},
      {"only a comma", R"({,})"},
      {"a comma first", R"({,"call": 1})"},
      {"a list with a comma first", R"({"choices": [,1]})"},
      {"two commas", R"({"call": 1,,"score": 2})"},
      {"two commas in a list", R"({"choices": [1,,2]})"},
      {"no comma between members", R"({"call": 1 "score": 2})"},
      {"no comma between elements", R"({"choices": [1 2]})"},
      {"a semicolon for a comma", R"({"call": 1; "score": 2})"},
      {"no colon", R"({"call" 1})"},
      {"two colons", R"({"call":: 1})"},
      {"an equals sign", R"({"call" = 1})"},
      {"no value", R"({"call":})"},
      {"no name", R"({: 1})"},
      {"a name alone", R"({"call"})"},
      {"a number for a name", R"({1: 2})"},
      {"a list for a name", R"({[1]: 2})"},
      {"null for a name", R"({null: 2})"},
      {"a colon in a list", R"({"choices": ["a": 1]})"},
      {"an element that is a member", R"(["a": 1])"},
      {"a parenthesis", R"(({"call": 1}))"},
      {"a function call", R"(callback({"call": 1}))"},
      {"XML", "<call>1</call>"},
      {"a form", "call=1&score=2"},
      {"YAML", "call: 1"},
  };
}

inline std::vector<Malformed> Words() {
  return {
      {"a name without quotes", R"({call: 1})"},
      {"a name in single quotes", R"({'call': 1})"},
      {"a value in single quotes", R"({"call": 'x'})"},
      {"a value in backquotes", R"({"call": `x`})"},
      {"typographic quotes", "{\u201ccall\u201d: 1}"},
      {"a word for a value", R"({"call": yes})"},
      {"Python's True", R"({"call": True})"},
      {"TRUE in capitals", R"({"call": TRUE})"},
      {"half a true", R"({"call": tru})"},
      {"a longer true", R"({"call": truee})"},
      {"half a null", R"({"call": nul})"},
      {"Python's None", R"({"call": None})"},
      {"undefined", R"({"call": undefined})"},
      {"NaN", R"({"score": NaN})"},
      {"Infinity", R"({"score": Infinity})"},
      {"minus Infinity", R"({"score": -Infinity})"},
      {"a line comment", "{\"call\": 1 // one\n}"},
      {"a block comment", R"({"call": /* one */ 1})"},
      {"a comment alone", "/* */"},
      {"a hash comment", "{\"call\": 1 # one\n}"},
  };
}

inline std::vector<Malformed> Numbers() {
  return {
      {"a plus sign", R"({"score": +1})"},
      {"two signs", R"({"score": --1})"},
      {"a sign alone", R"({"score": -})"},
      {"a leading zero", R"({"score": 012})"},
      {"a negative leading zero", R"({"score": -012})"},
      {"two zeros", R"({"score": 00})"},
      {"a leading point", R"({"score": .5})"},
      {"a trailing point", R"({"score": 5.})"},
      {"a point before an exponent", R"({"score": 5.e1})"},
      {"an empty exponent", R"({"score": 5e})"},
      {"an exponent's sign alone", R"({"score": 5e+})"},
      {"two exponents", R"({"score": 5e1e2})"},
      {"two points", R"({"score": 1.2.3})"},
      {"a decimal comma", R"({"score": 1,2})"},
      {"a thousands separator", R"({"score": 1_000})"},
      {"a space inside", R"({"score": 1 000})"},
      {"hexadecimal", R"({"score": 0x10})"},
      {"octal", R"({"score": 0o17})"},
      {"binary", R"({"score": 0b11})"},
      {"a suffix", R"({"score": 10L})"},
      {"full width digits", "{\"score\": \uff11}"},
      {"too large for a double", R"({"score": 1e400})"},
      {"too small for a double", R"({"score": -1e400})"},
      {"a fraction too large", R"({"score": 123.456e789})"},
  };
}

inline std::vector<Malformed> Strings() {
  return {
      {"a string that does not end", R"({"call": "x)"},
      {"an escaped last quote", R"({"call": "x\"})"},
      {"a raw line feed", "{\"call\": \"a\nb\"}"},
      {"a raw carriage return", "{\"call\": \"a\rb\"}"},
      {"a raw tab", "{\"call\": \"a\tb\"}"},
      {"a raw NUL", "{\"call\": \"a\0b\"}"s},
      {"a raw escape character", "{\"call\": \"a\x1b[0m\"}"},
      {"a raw unit separator", "{\"call\": \"a\x1f\"}"},
      {"an unknown escape", R"({"call": "\x41"})"},
      {"an escaped single quote", R"({"call": "\'"})"},
      {"an escaped zero", R"({"call": "\0"})"},
      {"an escaped a", R"({"call": "\a"})"},
      {"an escaped digit", R"({"call": "\101"})"},
      {"a capital U escape", R"({"call": "\U0041"})"},
      {"a short unicode escape", R"({"call": "\u41"})"},
      {"a unicode escape of letters", R"({"call": "\u00g0"})"},
      {"a braced unicode escape", R"({"call": "\u{41}"})"},
      {"a high surrogate alone", R"({"call": "\ud800"})"},
      {"a low surrogate alone", R"({"call": "\udc00"})"},
      {"surrogates in the wrong order", R"({"call": "\udc00\ud800"})"},
      {"a high surrogate and a letter", R"({"call": "\ud800A"})"},
      {"two high surrogates", R"({"call": "\ud800\ud800"})"},
      {"an escape outside of a string", R"({\n"call": 1})"},
      {"an escaped quote outside of a string", R"({\"call\": 1})"},
  };
}

inline std::vector<Malformed> Bytes() {
  return {
      {"an overlong slash", "{\"call\": \"\xc0\xaf\"}"},
      {"an overlong NUL", "{\"call\": \"\xc0\x80\"}"},
      {"an overlong three-byte form", "{\"call\": \"\xe0\x80\xaf\"}"},
      {"a continuation byte alone", "{\"call\": \"\x80\"}"},
      {"a lead byte alone", "{\"call\": \"\xc3\"}"},
      {"a character cut short", "{\"call\": \"\xe3\x81\"}"},
      {"a surrogate in UTF-8", "{\"call\": \"\xed\xa0\x80\"}"},
      {"beyond Unicode", "{\"call\": \"\xf4\x90\x80\x80\"}"},
      {"a five-byte form", "{\"call\": \"\xf8\x88\x80\x80\x80\"}"},
      {"the byte FF", "{\"call\": \"\xff\"}"},
      {"Latin-1", "{\"call\": \"caf\xe9\"}"},
      {"Shift JIS", "{\"call\": \"\x82\xb1\x82\xf1\"}"},
      {"a bad byte in a name", "{\"ca\xffll\": 1}"},
      {"a bad byte between tokens", "{\xff\"call\": 1}"},
      {"a byte order mark", "\xef\xbb\xbf{}"},
      {"a byte order mark alone", "\xef\xbb\xbf"},
      {"UTF-16", "\xff\xfe{\0}\0"s},
      {"UTF-16 without a mark", "{\0}\0"s},
      {"a NUL after the end", "{}\0"s},
      {"a NUL and more after the end", "{}\0{\"call\": 1}"s},
      {"a NUL first", "\0{}"s},
      {"a form feed for a space", "{\f}"},
      {"a vertical tab for a space", "{\v}"},
      {"a no-break space", "{\xc2\xa0}"},
      {"an ideographic space", "{\xe3\x80\x80}"},
      {"a line separator for a space", "{\xe2\x80\xa8}"},
  };
}

inline std::vector<Malformed> Shape() {
  return {
      {"null", "null"},
      {"true", "true"},
      {"a number", "7"},
      {"a string", R"("application")"},
      {"a list", "[]"},
      {"a list of objects", "[{}]"},
      {"65 objects", Nested(65, R"({"a":)", "}")},
      {"100 lists", R"({"a":)" + Nested(100, "[", "]") + "}"},
      {"a million brackets", std::string(1'000'000, '[')},
      {"a member twice in a map", R"({"localizedNames": {"fr": "a", "fr": "b"}})"},
  };
}

}  // namespace documents

// Over a hundred ways of getting JSON wrong, made for this product's request messages.
inline std::vector<Malformed> MalformedDocuments() {
  std::vector<Malformed> all;
  for (auto part : {documents::Structure(), documents::Words(), documents::Numbers(),
                    documents::Strings(), documents::Bytes(), documents::Shape()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace jointly::gateway
