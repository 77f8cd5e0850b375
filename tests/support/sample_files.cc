#include "tests/support/sample_files.h"

#include <cstdint>

namespace jointly::test {
namespace {

using namespace std::string_literals;

std::string Little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xff);
  return text;
}

std::uint32_t Crc32(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320 & (0 - (crc & 1)));
  }
  return ~crc;
}

// What the local header and the directory say of a member alike.
std::string Description(const std::string& name, const std::string& content) {
  const auto size = static_cast<std::uint32_t>(content.size());
  return Little(20, 2) + Little(0, 2) + Little(0, 2) + Little(0, 2) + Little(0x21, 2) +
         Little(Crc32(content), 4) + Little(size, 4) + Little(size, 4) +
         Little(static_cast<std::uint32_t>(name.size()), 2) + Little(0, 2);
}

}  // namespace

std::string MakeZip(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string files;
  std::string directory;
  for (const auto& [name, content] : members) {
    const auto offset = static_cast<std::uint32_t>(files.size());
    files += "PK\x03\x04"s + Description(name, content) + name + content;
    directory += "PK\x01\x02"s + Little(20, 2) + Description(name, content) + Little(0, 2) +
                 Little(0, 2) + Little(0, 2) + Little(0, 4) + Little(offset, 4) + name;
  }
  const auto count = static_cast<std::uint32_t>(members.size());
  return files + directory + "PK\x05\x06"s + Little(0, 4) + Little(count, 2) + Little(count, 2) +
         Little(static_cast<std::uint32_t>(directory.size()), 4) +
         Little(static_cast<std::uint32_t>(files.size()), 4) + Little(0, 2);
}

std::string SamplePdf() {
  return "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
         "2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
}

std::string SamplePng() {
  const auto chunk = [](const std::string& kind, const std::string& content) {
    std::string size = Little(static_cast<std::uint32_t>(content.size()), 4);
    std::string crc = Little(Crc32(kind + content), 4);
    return std::string(size.rbegin(), size.rend()) + kind + content +
           std::string(crc.rbegin(), crc.rend());
  };
  return "\x89PNG\r\n\x1a\n"s + chunk("IHDR", "\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"s) +
         chunk("IDAT", "\x78\x9c\x63\x60\0\0\0\x02\0\x01"s) + chunk("IEND", "");
}

std::string SampleJpeg() {
  return "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"s;
}

std::string SampleDocx() {
  return MakeZip({{"[Content_Types].xml", "<?xml version=\"1.0\"?><Types/>"},
                  {"_rels/.rels", "<?xml version=\"1.0\"?><Relationships/>"},
                  {"word/document.xml", "<?xml version=\"1.0\"?><document/>"}});
}

std::string SampleOdt() {
  return MakeZip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                  {"content.xml", "<?xml version=\"1.0\"?><document-content/>"}});
}

}  // namespace jointly::test
