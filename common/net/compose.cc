#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "common/net/smtp.h"
#include "common/text/text.h"
#include "common/time/civil.h"

namespace jointly::net {
namespace {

constexpr std::size_t kHeaderColumns = 76;
// "=?UTF-8?B?" and "?=" take 12 of the 75 columns that RFC 2047 allows a word. 39 bytes become 52
// columns, so that a word also fits on one line with the longest header name.
constexpr std::size_t kWordBytes = 39;

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= count ? kAlphabet[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
// The bytes of a UTF-8 character after its first one.
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// A header value on one line: nothing in it can start another header.
std::string OneLine(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (!IsControl(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> EncodedWords(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::size_t size = std::min(kWordBytes, text.size());
    // A character is never split between two words (RFC 2047 section 5).
    while (size < text.size() && size > 1 && IsContinuation(text[size])) --size;
    words.push_back("=?UTF-8?B?" + Base64(text.substr(0, size)) + "?=");
    text.remove_prefix(size);
  }
  return words;
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    words.emplace_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return words;
}

// A word without a space cannot be folded, and a line ends at 998 bytes (RFC 5322 section 2.1.1).
constexpr std::size_t kPlainWordBytes = 200;

bool NeedsEncoding(std::string_view text) {
  const std::vector<std::string> words = Split(text);
  return !std::all_of(text.begin(), text.end(), IsAscii) ||
         text.find("=?") != std::string_view::npos ||
         std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.size() > kPlainWordBytes; });
}

// "Name: word word\r\n word\r\n", folded between words.
std::string Header(std::string_view name, const std::vector<std::string>& words) {
  std::string out = std::string(name) + ":";
  std::size_t column = out.size();
  for (const std::string& word : words) {
    if (column + 1 + word.size() > kHeaderColumns && column > name.size() + 1) {
      out += "\r\n";
      column = 0;
    }
    out += ' ' + word;
    column += 1 + word.size();
  }
  return out + "\r\n";
}

std::string TextHeader(std::string_view name, std::string_view value) {
  const std::string line = OneLine(value);
  return Header(name, NeedsEncoding(line) ? EncodedWords(line) : Split(line));
}

std::string AddressHeader(std::string_view name, std::string_view display_name,
                          std::string_view address) {
  const std::string line = OneLine(display_name);
  std::vector<std::string> words;
  if (NeedsEncoding(line)) {
    words = EncodedWords(line);
  } else if (!line.empty()) {
    std::string quoted = "\"";
    for (const char c : line) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    words = Split(quoted + '"');  // A quoted string may be folded at its spaces.
  }
  words.push_back("<" + OneLine(address) + ">");
  return Header(name, words);
}

// The canonical form of text in MIME: every line ends with CRLF (RFC 2046 section 4.1.1).
std::string CanonicalText(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
      out += "\r\n";
    } else if (text[i] == '\n') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string Body(std::string_view text) {
  const std::string encoded = Base64(CanonicalText(text));
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); i += kHeaderColumns) {
    out += encoded.substr(i, kHeaderColumns) + "\r\n";
  }
  return out;
}

}  // namespace

std::string ComposeMail(const Mail& mail) {
  std::string out;
  out += AddressHeader("From", mail.from_name, mail.from);
  out += AddressHeader("To", mail.to_name, mail.to);
  out += TextHeader("Subject", mail.subject);
  out += "Date: " + OneLine(mail.date) + "\r\n";
  out += "Message-ID: " + OneLine(mail.message_id) + "\r\n";
  if (!mail.language.empty()) out += "Content-Language: " + OneLine(mail.language) + "\r\n";
  // No vacation responder answers it, and none of ours would either.
  out += "Auto-Submitted: auto-generated\r\n";
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: base64\r\n\r\n";
  return out + Body(mail.text);
}

std::string MailDate(Time time) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const Date date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
      kDays.at(WeekdayOf(date).c_encoding()), static_cast<unsigned>(date.day()),
      kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

bool IsMailAddress(std::string_view address) {
  const std::size_t at = address.find('@');
  if (address.size() > 254 || at == std::string_view::npos || at == 0 || at + 1 == address.size() ||
      address.find('@', at + 1) != std::string_view::npos) {
    return false;
  }
  return std::none_of(address.begin(), address.end(), [](char c) {
    return IsControl(c) || c == ' ' || c == '<' || c == '>' || c == '"' || c == '\\' || c == ',';
  });
}

std::string CleanReply(std::string_view reply) {
  constexpr std::size_t kReplyBytes = 300;
  std::string out;
  for (const std::string& word : Split(OneLine(reply))) {
    if (word.empty()) continue;
    if (!out.empty()) out += ' ';
    // A server may repeat the recipient in its reply; the address stays with its owner.
    out += word.find('@') == std::string::npos ? word : "<address>";
  }
  if (out.size() > kReplyBytes) {
    std::size_t size = kReplyBytes;
    while (size > 0 && IsContinuation(out[size])) --size;
    out.resize(size);
  }
  return out;
}

}  // namespace jointly::net
