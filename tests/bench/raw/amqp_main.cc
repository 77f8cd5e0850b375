// bench_amqp: bare rabbitmq-c against the broker: persistent messages into a quorum queue with a
// window of 256 unconfirmed. The limit of the outbox drain.
//
//   bench_amqp HOST PORT USER PASSWORD COUNT
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <sys/time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

[[noreturn]] void Fail(const char* text) {
  std::fprintf(stderr, "bench_amqp: %s\n", text);
  std::exit(1);
}

// Reads confirmations until at most `window` are outstanding.
void Drain(amqp_connection_state_t connection, std::uint64_t published, std::uint64_t& confirmed,
           std::uint64_t window) {
  while (published - confirmed > window) {
    amqp_frame_t frame;
    timeval wait{10, 0};
    if (amqp_simple_wait_frame_noblock(connection, &frame, &wait) != AMQP_STATUS_OK) {
      Fail("no confirmation within 10 s");
    }
    if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_ACK_METHOD) {
      const auto* ack = static_cast<amqp_basic_ack_t*>(frame.payload.method.decoded);
      confirmed = ack->multiple ? ack->delivery_tag : confirmed + 1;
    }
    amqp_maybe_release_buffers(connection);
  }
}

void Declare(amqp_connection_state_t connection, const char* queue) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes("x-queue-type");
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = amqp_cstring_bytes("quorum");
  amqp_table_t arguments{1, &entry};
  amqp_queue_declare(connection, 1, amqp_cstring_bytes(queue), 0, 1, 0, 0, arguments);
  if (amqp_get_rpc_reply(connection).reply_type != AMQP_RESPONSE_NORMAL) Fail("queue declare");
  amqp_confirm_select(connection, 1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) Fail("usage: bench_amqp HOST PORT USER PASSWORD COUNT");
  const auto count = std::strtoull(argv[5], nullptr, 10);
  const amqp_connection_state_t connection = amqp_new_connection();
  amqp_socket_t* socket = amqp_tcp_socket_new(connection);
  if (amqp_socket_open(socket, argv[1], std::atoi(argv[2])) != AMQP_STATUS_OK) Fail("connect");
  if (amqp_login(connection, "/", 0, 131072, 60, AMQP_SASL_METHOD_PLAIN, argv[3], argv[4])
          .reply_type != AMQP_RESPONSE_NORMAL) {
    Fail("login");
  }
  amqp_channel_open(connection, 1);
  const char* queue = "jointly.bench";
  Declare(connection, queue);
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
  properties.delivery_mode = 2;
  const std::string body(1024, 'x');
  std::uint64_t confirmed = 0;
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t i = 1; i <= count; ++i) {
    amqp_basic_publish(connection, 1, amqp_cstring_bytes(""), amqp_cstring_bytes(queue), 0, 0,
                       &properties, amqp_bytes_t{body.size(), const_cast<char*>(body.data())});
    Drain(connection, i, confirmed, 255);
  }
  Drain(connection, count, confirmed, 0);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("{\"messages\": %llu, \"seconds\": %.3f, \"rate\": %.0f}\n",
              static_cast<unsigned long long>(count), seconds,
              static_cast<double>(count) / seconds);
  amqp_queue_delete(connection, 1, amqp_cstring_bytes(queue), 0, 0);
  amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection(connection);
  return 0;
}
