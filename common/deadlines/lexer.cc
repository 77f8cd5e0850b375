#include "common/deadlines/lexer.h"

#include <algorithm>
#include <array>

namespace jointly::deadlines {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool WordStart(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool WordRest(char c) { return WordStart(c) || Digit(c) || c == '.'; }
bool OffsetRest(char c) { return Digit(c) || (c >= 'A' && c <= 'Z'); }

template <typename Accept>
std::size_t Length(std::string_view text, Accept accept) {
  const auto end = std::find_if_not(text.begin(), text.end(), accept);
  return static_cast<std::size_t>(end - text.begin());
}

// "2026-10-28" has no blanks, so a difference of numbers never reads like it.
bool LooksLikeDate(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
    if (!Digit(text[i])) return false;
  }
  return true;
}

struct Piece {
  TokenKind kind;
  std::size_t length;
};

Piece Sign(std::string_view text) {
  constexpr std::array<std::string_view, 12> kSigns = {"<=", ">=", "!=", "=", "<", ">",
                                                       "(",  ")",  ",",  "+", "-", ""};
  for (const std::string_view sign : kSigns) {
    if (!sign.empty() && text.starts_with(sign)) return {TokenKind::kSign, sign.size()};
  }
  // A character of several bytes stays whole: its name goes into a message.
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  return {TokenKind::kBad, 1 + Length(text.substr(1), continues)};
}

Piece Next(std::string_view text) {
  if (WordStart(text[0])) return {TokenKind::kWord, Length(text, WordRest)};
  if (LooksLikeDate(text)) return {TokenKind::kDate, 10};
  if (Digit(text[0])) return {TokenKind::kInteger, Length(text, Digit)};
  if (text[0] == 'P') return {TokenKind::kOffset, Length(text, OffsetRest)};
  if (text[0] == '\'' || text[0] == '"') {
    const std::size_t end = text.find(text[0], 1);
    if (end == std::string_view::npos) return {TokenKind::kBad, text.size()};
    return {TokenKind::kQuoted, end + 1};
  }
  return Sign(text);
}

}  // namespace

std::vector<Token> Lex(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t position = 0;
  while (true) {
    position += Length(text.substr(position), [](char c) { return c == ' '; });
    if (position == text.size()) break;
    const Piece piece = Next(text.substr(position));
    std::string_view word = text.substr(position, piece.length);
    if (piece.kind == TokenKind::kQuoted) word = word.substr(1, word.size() - 2);
    tokens.push_back({piece.kind, word, position});
    if (piece.kind == TokenKind::kBad) return tokens;
    position += piece.length;
  }
  tokens.push_back({TokenKind::kEnd, {}, text.size()});
  return tokens;
}

}  // namespace jointly::deadlines
