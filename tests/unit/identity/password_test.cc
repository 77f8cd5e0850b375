#include "services/identity/domain/password.h"

#include <gtest/gtest.h>

#include <vector>

namespace jointly::identity {
namespace {

struct Row {
  std::string password;
  std::string problem;  // A part of it; empty: taken.
};

TEST(Password, IsJudged) {
  const std::vector<Row> rows = {
      // Length, in characters.
      {"", "shorter"},
      {"elevenchars", "shorter"},
      {"twelve chars", ""},
      {std::string(128, 'x').replace(0, 12, "violet hum! "), ""},
      {std::string(129, 'x').replace(0, 12, "violet hum! "), "longer"},
      {"éèàùçôêîûäëï", ""},  // 12 characters, 24 bytes.
      {"éèàùçôêîûäë", "shorter"},
      {"筑波大学国際交流課案内", "shorter"},
      {"筑波大学国際交流課案内係", ""},
      // Phrases are welcome, whatever they are made of.
      {"correct horse battery", ""},
      {"violet anchors hum at noon", ""},
      {"dragon monkey shadow sunset", ""},
      {"mDk7-pQ2x-99Lw", ""},
      {"zqfhvutwkgpe", ""},
      {"1p2o3i4u5y6t", ""},
      // What guessers try first.
      {"password1234", "guessed first"},
      {"Password2026!", "guessed first"},
      {"P@ssw0rd!!!!", "guessed first"},
      {"passwordpassword", "few characters"},
      {"qwerty123456", "guessed first"},
      {"QwertyUiop123", "guessed first"},
      {"iloveyou2026", "guessed first"},
      {"administrator", "guessed first"},
      {"adminadmin12", "guessed first"},
      {"welcome-tsukuba", "guessed first"},
      {"1q2w3e4r5t6y", "guessed first"},
      {"correcthorsebatterystaple", "guessed first"},
      // A few characters over and over, or counting.
      {"aaaaaaaaaaaa", "few characters"},
      {"abababababab", "few characters"},
      {"abcdabcdabcd", "few characters"},
      {"mango7mango7", "few characters"},
      {"123456789012", "few characters"},
      {"098765432109", "few characters"},
      {"abcdefghijkl", "few characters"},
      {"            ", "few characters"},
      // The own address.
      {"camille.martin-42", "e-mail"},
      {"xx Camille.Martin", "e-mail"},
      {std::string("violet\0hum at noon", 18), "NUL"},
  };
  for (const Row& row : rows) {
    const std::string problem = PasswordProblem(row.password, "camille.martin@uga.example");
    if (row.problem.empty()) {
      EXPECT_EQ(problem, "") << row.password;
    } else {
      EXPECT_NE(problem.find(row.problem), std::string::npos) << row.password << ": " << problem;
    }
  }
}

TEST(Password, AShortLocalPartForbidsNothing) {
  EXPECT_EQ(PasswordProblem("violet anchors hum", "an@uga.example"), "");
  EXPECT_EQ(PasswordProblem("violet anchors hum", ""), "");
}

}  // namespace
}  // namespace jointly::identity
