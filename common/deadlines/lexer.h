#pragma once

#include <string>
#include <string_view>
#include <vector>

// Private to common/deadlines: the words of a predicate.
namespace jointly::deadlines {

enum class TokenKind { kWord, kInteger, kDate, kOffset, kQuoted, kSign, kEnd, kBad };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  // Of kQuoted: without the quotes.
  std::size_t position = 0;
};

// Ends with kEnd, or with the first kBad.
std::vector<Token> Lex(std::string_view text);

}  // namespace jointly::deadlines
