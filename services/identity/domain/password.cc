#include "services/identity/domain/password.h"

#include <algorithm>
#include <set>
#include <vector>

namespace jointly::identity {
namespace {

constexpr std::string_view kCommonList[] = {
#include "services/identity/domain/common_passwords.inc"
};
constexpr std::size_t kDistinctMin = 5;
constexpr int kCommonWordsMax = 2;  // Three unrelated words are hard enough to guess.
constexpr int kNotCovered = 1'000'000;

const std::set<std::string_view>& CommonWords() {
  static const std::set<std::string_view> words(std::begin(kCommonList), std::end(kCommonList));
  return words;
}

// Of UTF-8: continuation bytes do not count.
std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// "p4$$w0rd" is "password" to every guesser.
std::string Unmask(std::string text) {
  constexpr std::string_view kSigns = "0134@5$7";
  constexpr std::string_view kLetters = "oleaasst";
  for (char& c : text) {
    const std::size_t at = kSigns.find(c);
    if (at != std::string_view::npos) c = kLetters[at];
  }
  return text;
}

// Digits and signs between words add next to nothing.
bool IsFiller(char c) { return c >= 0x20 && c < 0x7f && !(c >= 'a' && c <= 'z'); }

// The fewest common words that make up the whole text; kNotCovered when they do not.
int CommonWordsIn(std::string_view text) {
  std::size_t longest = 0;
  for (const std::string_view word : kCommonList) longest = std::max(longest, word.size());
  std::vector<int> fewest(text.size() + 1, kNotCovered);
  fewest[0] = 0;
  for (std::size_t end = 1; end <= text.size(); ++end) {
    if (IsFiller(text[end - 1])) fewest[end] = fewest[end - 1];
    const std::size_t first = end > longest ? end - longest : 0;
    for (std::size_t begin = first; begin < end; ++begin) {
      if (fewest[begin] + 1 >= fewest[end]) continue;
      if (CommonWords().contains(text.substr(begin, end - begin))) fewest[end] = fewest[begin] + 1;
    }
  }
  return fewest[text.size()];
}

// "abcdefghijkl", "210987654321": each character follows from the one before.
bool IsSequence(std::string_view text) {
  const auto step = [&](std::size_t i) {
    const int difference = text[i] - text[i - 1];
    if (difference == -9 && text[i] == '0') return 1;  // After 9 comes 0.
    if (difference == 9 && text[i] == '9') return -1;
    return difference;
  };
  if (text.size() < 2 || step(1) < -1 || step(1) > 1) return false;
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (step(i) != step(1)) return false;
  }
  return true;
}

// "mango7mango7mango7": as good as its first part.
bool IsRepetition(std::string_view text) {
  for (std::size_t length = 1; length <= text.size() / 2; ++length) {
    if (text.size() % length != 0 || length > 8) continue;
    bool repeats = true;
    for (std::size_t i = length; i < text.size() && repeats; ++i) {
      repeats = text[i] == text[i - length];
    }
    if (repeats) return true;
  }
  return false;
}

bool IsCommon(const std::string& lower) {
  for (const std::string& text : {lower, Unmask(lower)}) {
    if (CommonWords().contains(text)) return true;
    const int words = CommonWordsIn(text);
    if (words >= 1 && words <= kCommonWordsMax) return true;
  }
  return false;
}

}  // namespace

std::string PasswordProblem(std::string_view password, std::string_view email) {
  const std::size_t characters = Characters(password);
  if (characters < kPasswordCharactersMin) return "is shorter than 12 characters";
  if (characters > kPasswordCharactersMax) return "is longer than 128 characters";
  if (password.find('\0') != std::string_view::npos) return "has a NUL character";
  const std::string lower = Lower(password);
  if (std::set<char>(lower.begin(), lower.end()).size() < kDistinctMin || IsSequence(lower) ||
      IsRepetition(lower)) {
    return "repeats or counts up a few characters, which is easily guessed";
  }
  if (IsCommon(lower)) return "is made of one or two of the words that are guessed first";
  const std::string_view local = email.substr(0, email.find('@'));
  if (local.size() >= 4 && lower.find(local) != std::string::npos) {
    return "contains the e-mail address";
  }
  return "";
}

}  // namespace jointly::identity
