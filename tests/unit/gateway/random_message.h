#pragma once

#include <google/protobuf/message.h>

#include <random>
#include <vector>

namespace jointly::gateway {

// Prototypes of every message of the product's own protos, nested ones included.
std::vector<const google::protobuf::Message*> AllMessagePrototypes();

// Fills messages with values at random: edges of the number ranges, odd characters, nested
// messages, maps and oneofs. Repeatable by seed.
class RandomMessages {
 public:
  explicit RandomMessages(std::uint64_t seed) : random_(seed) {}
  void Fill(google::protobuf::Message& message, int depth = 0);

 private:
  void FillField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                 int depth);
  void FillMap(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
               int depth);
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  std::string Text();

  std::mt19937_64 random_;
};

}  // namespace jointly::gateway
