#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/auth/token.h"
#include "common/rpc/process.h"
#include "tests/unit/server/server_fixture.h"

namespace jointly::rpc {
namespace {

// Whole processes, each a death test in a process of its own.
class ProcessDeathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
    folder_ = std::filesystem::temp_directory_path() /
              ("jointly-process-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_ / "public");
    SystemRng rng;
    const auto key = auth::SigningKey::Generate(rng);
    Write("mobility.pem", key.ToPem());
    Write("public/mobility.pub.pem", auth::ToPem(key.Public()));
    Write("master.key", std::string(64, 'a') + "\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
  }

  std::vector<std::string> Flags() const {
    const std::string folder = folder_;
    return {"--environment=test", "--database=sqlite://" + folder + "/data.db",
            "--service-key-file=" + folder + "/mobility.pem",
            "--service-keys-directory=" + folder + "/public",
            "--master-key-file=" + folder + "/master.key"};
  }

  // Runs a process until `during` returns, which it does on another thread; ends with its exit
  // code.
  [[noreturn]] static void RunUntil(std::vector<std::string> flags,
                                    const std::function<void(Process&)>& during) {
    flags.insert(flags.begin(), "jointly-mobility");
    std::vector<char*> argv;
    for (std::string& flag : flags) argv.push_back(flag.data());
    Process process(static_cast<int>(argv.size()), argv.data(), {.name = "mobility"});
    std::thread thread([&] {
      while (process.port() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      during(process);
      kill(getpid(), SIGTERM);
    });
    const int code = process.Run({}, {});
    thread.join();
    std::exit(code);
  }

  static std::string Get(int port, const std::string& path) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string reply;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
      send(fd, request.data(), request.size(), MSG_NOSIGNAL);
      char buffer[65536];
      for (ssize_t got = 0; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
        reply.append(buffer, static_cast<std::size_t>(got));
      }
    }
    close(fd);
    return reply;
  }

  std::filesystem::path folder_;
};

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), length), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  close(fd);
  return ntohs(address.sin_port);
}

TEST_F(ProcessDeathTest, StartsServesAndDrainsOnSigterm) {
  EXPECT_EXIT(
      {
        const int metrics = FreePort();
        std::vector<std::string> flags = Flags();
        flags.push_back("--metrics-address=127.0.0.1:" + std::to_string(metrics));
        RunUntil(flags, [&](Process& process) {
          std::string ready;
          while ((ready = Get(metrics, "/readyz")).empty()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
          }
          std::fprintf(stderr, "READY %s\n", ready.c_str());
          std::fprintf(stderr, "HEALTH %s\n", Get(metrics, "/healthz").c_str());
          // The kernel's own services are there, behind their policies.
          grpc::ClientContext context;
          operations::ListEventsResponse reply;
          const grpc::Status status =
              operations::EventFeed::NewStub(
                  grpc::CreateChannel("127.0.0.1:" + std::to_string(process.port()),
                                      grpc::InsecureChannelCredentials()))
                  ->ListEvents(&context, {}, &reply);
          std::fprintf(stderr, "FEED %d\n", static_cast<int>(status.error_code()));
        });
      },
      ::testing::ExitedWithCode(0),
      "READY HTTP/1.0 200 OK(.|\n)*ready\ndatabase: ok\nbroker: not configured(.|\n)*HEALTH(.|\n)*"
      "alive(.|\n)*FEED 16(.|\n)*\"text\":\"stopping\",\"signal\":15(.|\n)*\"text\":\"stopped\"");
}

TEST_F(ProcessDeathTest, TasksRunAndAreNudged) {
  EXPECT_EXIT(
      {
        std::atomic<int> runs{0};
        std::vector<std::string> flags = Flags();
        flags.insert(flags.begin(), "jointly-mobility");
        std::vector<char*> argv;
        for (std::string& flag : flags) argv.push_back(flag.data());
        Process process(static_cast<int>(argv.size()), argv.data(), {.name = "mobility"});
        process.Every(std::chrono::hours(1), [&] {
          if (++runs == 1) {
            process.Nudge();
          } else {
            kill(getpid(), SIGINT);
          }
        });
        std::exit(process.Run({}, {}) == 0 && runs == 2 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "stopped");
}

TEST_F(ProcessDeathTest, AWrongConfigurationIsSaidAsAWhole) {
  EXPECT_EXIT(RunUntil({"--pool-threads=0", "--listen-address=x"}, [](Process&) {}),
              ::testing::ExitedWithCode(2),
              "3 problems(.|\n)*pool-threads(.|\n)*listen-address(.|\n)*database is missing");
}

TEST_F(ProcessDeathTest, BrokenKeysAreNamed) {
  Write("mobility.pem", "not a key");
  Write("public/identity.pub.pem", "not a key");
  Write("master.key", "short");
  EXPECT_EXIT(RunUntil(Flags(), [](Process&) {}), ::testing::ExitedWithCode(2),
              "service-key-file(.|\n)*identity.pub.pem(.|\n)*master-key-file(.|\n)*cannot be used");
}

TEST_F(ProcessDeathTest, ADatabaseThatCannotBeUsedIsNamed) {
  // One that another version of the kernel made.
  const std::vector<db::Migration> other = {{1, "0001_kernel", "CREATE TABLE other (id TEXT)", ""}};
  {
    const auto database = db::Open({.url = "sqlite://" + (folder_ / "data.db").string()});
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_TRUE((*database)->Migrate({{"kernel", &other}}, SystemClock()).ok());
  }
  EXPECT_EXIT(RunUntil(Flags(), [](Process&) {}), ::testing::ExitedWithCode(1),
              "the database cannot be used(.|\n)*data.db");
}

TEST_F(ProcessDeathTest, WithoutAMasterKeyPersonalDataIsNotServed) {
  std::vector<std::string> flags = Flags();
  flags.pop_back();
  EXPECT_EXIT(RunUntil(flags, [](Process& process) { process.master_key(); }),
              ::testing::ExitedWithCode(2), "master-key-file is missing");
}

}  // namespace
}  // namespace jointly::rpc
