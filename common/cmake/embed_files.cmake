# Writes OUTPUT: the text of every FOLDER/PATTERN, by file name, as what FUNCTION (namespace::Name)
# returns.
string(REGEX REPLACE "::[A-Za-z]+$" "" scope ${FUNCTION})
string(REGEX REPLACE "^.*::" "" name ${FUNCTION})
file(GLOB files ${FOLDER}/${PATTERN})
list(SORT files)
set(rows "")
set(count 0)
foreach(file IN LISTS files)
  file(READ ${file} text)
  string(APPEND rows "      R\"jointlyfile(${text})jointlyfile\",\n")
  math(EXPR count "${count} + 1")
endforeach()
file(
  WRITE ${OUTPUT}
  "#include <array>\n#include <span>\n#include <string_view>\n\nnamespace jointly::${scope} {\n\n"
  "std::span<const std::string_view> ${name}();\n\n"
  "std::span<const std::string_view> ${name}() {\n"
  "  static constexpr std::array<std::string_view, ${count}> kFiles = {\n${rows}  };\n"
  "  return kFiles;\n}\n\n}  // namespace jointly::${scope}\n")
