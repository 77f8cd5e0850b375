# Writes OUTPUT: the bytes of DESCRIPTORS as a C++ string.
file(READ ${DESCRIPTORS} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
file(
  WRITE ${OUTPUT}
  "#include <string_view>\n\nnamespace jointly::gateway {\n\n"
  "std::string_view EmbeddedDescriptorBytes() {\n"
  "  return std::string_view(\n      \"${bytes}\",\n      ${size});\n}\n\n"
  "}  // namespace jointly::gateway\n")
