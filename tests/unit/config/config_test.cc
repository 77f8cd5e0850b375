#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace jointly::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() : options_("A test.") { Declare(options_, common_); }

  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("jointly-config-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ / name;
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }

  std::filesystem::path folder_;
  Options options_;
  Common common_;
};

TEST_F(ConfigTest, DefaultsAreValid) {
  const auto outcome = options_.Parse({}, {});
  EXPECT_THAT(outcome.problems, IsEmpty());
  EXPECT_EQ(outcome.print, "");
  EXPECT_EQ(common_.environment, "production");
  EXPECT_EQ(common_.pool_threads, 64);
}

TEST_F(ConfigTest, FlagBeatsEnvironmentBeatsFile) {
  struct Case {
    bool file, environment, flag;
    int wanted;
  };
  const std::string path = Write("jointly.conf", "pool-threads = 11\n");
  for (const Case& c :
       {Case{true, true, true, 33}, Case{true, true, false, 22}, Case{true, false, true, 33},
        Case{true, false, false, 11}, Case{false, true, true, 33}, Case{false, true, false, 22},
        Case{false, false, true, 33}, Case{false, false, false, 64}}) {
    Common common;
    Options options("A test.");
    Declare(options, common);
    std::vector<std::string> arguments;
    if (c.file) arguments.push_back("--config=" + path);
    if (c.flag) arguments.push_back("--pool-threads=33");
    Options::Environment environment;
    if (c.environment) environment["JOINTLY_POOL_THREADS"] = "22";
    EXPECT_THAT(options.Parse(arguments, environment).problems, IsEmpty());
    EXPECT_EQ(common.pool_threads, c.wanted) << c.file << c.environment << c.flag;
  }
}

TEST_F(ConfigTest, TheFileMayBeNamedByTheEnvironment) {
  const std::string path = Write("jointly.conf", "deployment = lyon\n");
  EXPECT_THAT(options_.Parse({}, {{"JOINTLY_CONFIG", path}}).problems, IsEmpty());
  EXPECT_EQ(common_.deployment, "lyon");
}

TEST_F(ConfigTest, ReadsTheForms) {
  const std::string path = Write("jointly.conf",
                                 "# A comment\n\n"
                                 "  deployment =  \" spaced \"  \r\n"
                                 "log-text = yes\n"
                                 "peers = a=h:1,b=h:2\n"
                                 "peers = c=h:3\n");
  const auto outcome = options_.Parse({"--config", path, "--pool-queue", "7"}, {});
  EXPECT_THAT(outcome.problems, IsEmpty());
  EXPECT_EQ(common_.deployment, " spaced ");
  EXPECT_TRUE(common_.log_text);
  EXPECT_EQ(common_.pool_queue, 7);
  EXPECT_EQ(common_.peers,
            (std::map<std::string, std::string>{{"a", "h:1"}, {"b", "h:2"}, {"c", "h:3"}}));
}

TEST_F(ConfigTest, AStrongerSourceReplacesPairsInsteadOfMixingThem) {
  const auto outcome =
      options_.Parse({"--peers=a=h:1", "--peers", "b=h:2"}, {{"JOINTLY_PEERS", "z=h:9"}});
  EXPECT_THAT(outcome.problems, IsEmpty());
  EXPECT_EQ(common_.peers, (std::map<std::string, std::string>{{"a", "h:1"}, {"b", "h:2"}}));
}

TEST_F(ConfigTest, NamesEveryProblemAtOnce) {
  const std::string path = Write("jointly.conf",
                                 "nonsense\n"
                                 "pool-thread = 3\n"
                                 "deployment = a\n"
                                 "deployment = b\n"
                                 "heartbeat-seconds = 0\n");
  const auto outcome =
      options_.Parse({"--config", path, "--pool-queue=many", "--peers=a", "--what",
                      "--listen-address=nowhere", "--environment=staging", "--log-level=loud",
                      "--database=mysql://x", "--master-key-file=/no/such/file"},
                     {{"JOINTLY_LOG_TEXT", "perhaps"}});
  EXPECT_THAT(outcome.problems,
              ::testing::UnorderedElementsAre(
                  HasSubstr(":1: is not of the form"), HasSubstr(":2: pool-thread is no key"),
                  HasSubstr(":4: deployment is given twice, first in line 3"),
                  AllOf(HasSubstr(":5: heartbeat-seconds is \"0\""), HasSubstr("from 1 to 120")),
                  HasSubstr("--pool-queue is \"many\""), HasSubstr("--peers has \"a\""),
                  HasSubstr("--what is no option"), HasSubstr("listen-address is \"nowhere\""),
                  HasSubstr("environment is \"staging\""), HasSubstr("log-level is \"loud\""),
                  HasSubstr("database is \"mysql://x\""),
                  HasSubstr("/no/such/file cannot be read: No such file"),
                  HasSubstr("JOINTLY_LOG_TEXT is \"perhaps\"")));
}

TEST_F(ConfigTest, ABrokerOverTlsNeedsItsAuthority) {
  EXPECT_THAT(options_.Parse({"--broker=amqps://broker.example/jointly"}, {}).problems,
              ElementsAre(HasSubstr("broker-ca-file is missing")));
}

TEST_F(ConfigTest, FilesOfTheBrokerAreReadAtTheStart) {
  EXPECT_THAT(options_.Parse({"--broker-ca-file=/no/such/file"}, {}).problems,
              ElementsAre(HasSubstr("broker-ca-file: /no/such/file cannot be read")));
}

TEST_F(ConfigTest, ACertificateNeedsItsKey) {
  const std::string file = Write("certificate.pem", "");
  EXPECT_THAT(options_.Parse({"--broker-certificate-file=" + file}, {}).problems,
              ElementsAre(HasSubstr("belong together")));
}

TEST_F(ConfigTest, AMissingValueIsAProblem) {
  EXPECT_THAT(options_.Parse({"--pool-queue"}, {}).problems, ElementsAre(HasSubstr("pool-queue")));
}

TEST_F(ConfigTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(options_.Parse({"--config=/no/such.conf"}, {}).problems,
              ElementsAre(HasSubstr("cannot read /no/such.conf")));
}

TEST_F(ConfigTest, SecretFilesAreCheckedAndMasked) {
  struct Case {
    std::string text;
    mode_t mode;
    std::string problem;  // Empty: fine.
  };
  for (const Case& c :
       {Case{"secret", 0600, ""}, Case{"secret", 0640, ""},
        Case{"secret", 0644, "is open to every user"}, Case{"", 0600, "is empty"}}) {
    Common common;
    Options options("A test.");
    Declare(options, common);
    const std::string path = Write("master.key", c.text, c.mode);
    const auto outcome = options.Parse({"--master-key-file=" + path, "--print-config"}, {});
    if (c.problem.empty()) {
      EXPECT_THAT(outcome.problems, IsEmpty());
    } else {
      EXPECT_THAT(outcome.problems, ElementsAre(HasSubstr(c.problem)));
    }
    EXPECT_THAT(outcome.print, HasSubstr("master-key-file = ******\n"));
    EXPECT_THAT(outcome.print, Not(HasSubstr(path)));
  }
}

TEST_F(ConfigTest, APasswordInAUrlIsMasked) {
  const auto outcome = options_.Parse({"--broker=amqp://jointly:hunter2@localhost:5672/%2f",
                                       "--environment=demo", "--print-config"},
                                      {});
  EXPECT_THAT(outcome.problems, IsEmpty());
  EXPECT_THAT(outcome.print, HasSubstr("broker = amqp://jointly:******@localhost:5672/%2f\n"));
  EXPECT_EQ(common_.broker, "amqp://jointly:hunter2@localhost:5672/%2f");
}

TEST_F(ConfigTest, AProductionPasswordMayNotStandOnTheCommandLine) {
  const std::string url = "amqp://jointly:hunter2@localhost";
  const std::string file = Write("jointly.conf", "broker = " + url + "\n");
  struct Case {
    std::vector<std::string> arguments;
    bool refused;
  };
  for (const Case& c :
       {Case{{"--broker=" + url}, true}, Case{{"--broker=" + url, "--environment=demo"}, false},
        Case{{"--config=" + file}, false}, Case{{"--broker=amqp://localhost"}, false},
        Case{{"--database=postgresql://a:b@localhost/x"}, true}}) {
    Common common;
    Options options("A test.");
    Declare(options, common);
    const auto outcome = options.Parse(c.arguments, {});
    EXPECT_EQ(!outcome.problems.empty(), c.refused) << c.arguments.front();
    for (const std::string& problem : outcome.problems) {
      EXPECT_THAT(problem, Not(HasSubstr("hunter2")));
    }
  }
}

TEST_F(ConfigTest, ProductionRefusesAClockOffset) {
  EXPECT_THAT(options_.Parse({"--clock-offset-seconds=60"}, {}).problems,
              ElementsAre(HasSubstr("clock-offset-seconds")));
  EXPECT_THAT(options_.Parse({"--clock-offset-seconds=-60", "--environment=test"}, {}).problems,
              IsEmpty());
  EXPECT_EQ(common_.clock_offset_seconds, -60);
}

TEST_F(ConfigTest, HelpListsFlagsAndVariables) {
  const auto outcome = options_.Parse({"--help"}, {});
  EXPECT_THAT(outcome.print, HasSubstr("--listen-address"));
  EXPECT_THAT(outcome.print, HasSubstr("JOINTLY_LISTEN_ADDRESS"));
}

TEST_F(ConfigTest, MasksOnlyPasswords) {
  struct Case {
    std::string url, masked;
  };
  for (const Case& c :
       {Case{"amqp://u:p@h/v", "amqp://u:******@h/v"}, Case{"amqp://u:p@ss@h", "amqp://u:******@h"},
        Case{"amqp://u@h:1", "amqp://u@h:1"}, Case{"amqp://h:5672", "amqp://h:5672"},
        Case{"sqlite:///a@b:c", "sqlite:///a@b:c"}, Case{"", ""},
        Case{"plain:text@x", "plain:text@x"}}) {
    EXPECT_EQ(MaskPassword(c.url), c.masked);
    EXPECT_EQ(HasPassword(c.url), c.url != c.masked);
  }
}

TEST_F(ConfigTest, KnowsAddresses) {
  for (const char* good : {"127.0.0.1:0", "localhost:7103", "[::1]:65535", "0.0.0.0:1"}) {
    EXPECT_TRUE(IsAddress(good)) << good;
  }
  for (const char* bad : {"", "localhost", ":7103", "h:", "h:x", "h:65536", "::1:80", "[::1]",
                          "http://h:1", "h:-1"}) {
    EXPECT_FALSE(IsAddress(bad)) << bad;
  }
}

}  // namespace
}  // namespace jointly::config
