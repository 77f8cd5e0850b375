#include "common/bus/amqp_connection.h"

#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "common/bus/topology.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr timeval kOpenTimeout{.tv_sec = 3, .tv_usec = 0};
// Without these, a handshake may take 12 s and any other call for ever (messaging.md 4.7).
constexpr timeval kHandshakeTimeout{.tv_sec = 5, .tv_usec = 0};
constexpr timeval kRpcTimeout{.tv_sec = 5, .tv_usec = 0};
constexpr timeval kContentTimeout{.tv_sec = 5, .tv_usec = 0};
constexpr timeval kCloseTimeout{.tv_sec = 1, .tv_usec = 0};
constexpr int kChannelMax = 4;
constexpr int kFrameMax = 131'072;
constexpr int kUserTimeoutMs = 15'000;

constexpr int kAccessRefused = 403;
constexpr int kPreconditionFailed = 406;
constexpr int kNotAllowed = 530;

amqp_table_entry_t Entry(const char* key, bool value) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = value ? 1 : 0;
  return entry;
}

amqp_table_entry_t Entry(const char* key, std::string_view value) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = BytesOf(value);
  return entry;
}

amqp_table_entry_t Entry(const char* key, std::int64_t value) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_I64;
  entry.value.value.i64 = value;
  return entry;
}

amqp_table_t TableOf(std::vector<amqp_table_entry_t>& entries) {
  return {.num_entries = static_cast<int>(entries.size()), .entries = entries.data()};
}

bool IsAddress(const char* host) {
  in6_addr address{};
  return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

absl::Status ServerError(int code, std::string_view text, std::string_view what) {
  const std::string sentence = "RabbitMQ ended it while " + std::string(what) + ": " +
                               std::to_string(code) + " " + std::string(text);
  if (code == kAccessRefused || code == kNotAllowed) {
    return Unauthenticated(kBrokerRefused, sentence + ". Check the user, password and vhost");
  }
  if (code == kPreconditionFailed) {
    return FailedPrecondition(kTopologyDrift,
                              sentence +
                                  ". An exchange or queue has other properties than ours: an "
                                  "operator must move its messages and delete it");
  }
  return Unavailable(kBrokerDown, sentence);
}

}  // namespace

amqp_bytes_t BytesOf(std::string_view text) {
  // The library does not write through it.
  return {.len = text.size(), .bytes = const_cast<char*>(text.data())};
}

std::string TextOf(amqp_bytes_t bytes) {
  return bytes.len == 0 ? std::string()
                        : std::string(static_cast<const char*>(bytes.bytes), bytes.len);
}

WireMessage ToWireMessage(const amqp_basic_properties_t& properties, amqp_bytes_t body) {
  WireMessage wire;
  const auto has = [&](amqp_flags_t flag) { return (properties._flags & flag) != 0; };
  if (has(AMQP_BASIC_MESSAGE_ID_FLAG)) wire.message_id = TextOf(properties.message_id);
  if (has(AMQP_BASIC_TYPE_FLAG)) wire.event_type = TextOf(properties.type);
  if (has(AMQP_BASIC_TIMESTAMP_FLAG)) {
    wire.timestamp_seconds = static_cast<std::int64_t>(properties.timestamp);
  }
  if (has(AMQP_BASIC_HEADERS_FLAG)) {
    for (int i = 0; i < properties.headers.num_entries; ++i) {
      const amqp_table_entry_t& entry = properties.headers.entries[i];
      if (entry.value.kind != AMQP_FIELD_KIND_UTF8) continue;
      wire.headers[TextOf(entry.key)] = TextOf(entry.value.value.bytes);
    }
  }
  wire.body = TextOf(body);
  return wire;
}

absl::StatusOr<std::unique_ptr<AmqpConnection>> AmqpConnection::Open(const AmqpOptions& options,
                                                                     std::string_view purpose) {
  std::unique_ptr<AmqpConnection> connection(new AmqpConnection);
  RETURN_IF_ERROR(connection->Connect(options, purpose));
  return connection;
}

AmqpConnection::~AmqpConnection() {
  if (opened_ && !broken_) {
    amqp_set_rpc_timeout(state_, &kCloseTimeout);
    amqp_connection_close(state_, AMQP_REPLY_SUCCESS);
  } else {
    Abort();  // So that a TLS shutdown cannot wait for a peer that is gone.
  }
  if (state_ != nullptr) amqp_destroy_connection(state_);
  if (abort_fd_ >= 0) close(abort_fd_);
  if (wake_fd_ >= 0) close(wake_fd_);
}

absl::Status AmqpConnection::Connect(const AmqpOptions& options, std::string_view purpose) {
  std::string url = options.url;  // Parsed in place.
  amqp_connection_info target{};
  if (amqp_parse_url(url.data(), &target) != AMQP_STATUS_OK) {
    return InvalidArgument(kBrokerRefused,
                           "the broker's address is not amqp://user:password@host:port/vhost");
  }
  // "amqp://host/" means an empty name by the letter, and the default one to everybody who writes
  // it.
  char default_vhost[] = "/";
  if (target.vhost == nullptr || *target.vhost == '\0') target.vhost = default_vhost;
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  state_ = amqp_new_connection();
  if (wake_fd_ < 0 || state_ == nullptr) {
    return Unavailable(kBrokerDown, "no descriptor or memory for a connection");
  }
  // The broker's heartbeat comes at half the interval; ours must go out as often.
  slice_ = std::clamp(milliseconds(options.heartbeat) / 4, milliseconds(100), milliseconds(1'000));
  open_budget_ = options.heartbeat * 2 + std::chrono::seconds(5);
  amqp_set_handshake_timeout(state_, &kHandshakeTimeout);
  amqp_set_rpc_timeout(state_, &kRpcTimeout);
  RETURN_IF_ERROR(OpenSocket(options, target));
  RETURN_IF_ERROR(GuardSocket());
  RETURN_IF_ERROR(LogIn(options, target, purpose));
  opened_ = true;
  amqp_channel_open(state_, kChannel);
  RETURN_IF_ERROR(CheckLast("opening the channel"));
  return Declare();
}

absl::Status AmqpConnection::OpenSocket(const AmqpOptions& options,
                                        const amqp_connection_info& target) {
  amqp_socket_t* socket = nullptr;
  if (target.ssl == 0) {
    socket = amqp_tcp_socket_new(state_);
  } else {
    // Host names only: certificates for an IP address do not verify before 0.14 (messaging.md 4.9).
    if (IsAddress(target.host)) {
      return InvalidArgument(kBrokerRefused,
                             "amqps needs a host name, not an address, because the "
                             "broker's certificate is checked against it");
    }
    // There is no default path of authorities before 0.14.
    if (options.ca_file.empty()) {
      return InvalidArgument(kBrokerRefused, "amqps needs the file of the certificate authority");
    }
    socket = amqp_ssl_socket_new(state_);
    if (socket == nullptr) return Unavailable(kBrokerDown, "no memory for a TLS socket");
    RETURN_IF_ERROR(CheckCode(amqp_ssl_socket_set_cacert(socket, options.ca_file.c_str()),
                              "reading the certificate authority"));
    if (!options.certificate_file.empty()) {
      RETURN_IF_ERROR(CheckCode(amqp_ssl_socket_set_key(socket, options.certificate_file.c_str(),
                                                        options.key_file.c_str()),
                                "reading our certificate and key"));
    }
    amqp_ssl_socket_set_verify_peer(socket, 1);
    amqp_ssl_socket_set_verify_hostname(socket, 1);
    // The default forbids SSL 2 and 3 only.
    RETURN_IF_ERROR(CheckCode(
        amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST), "asking for TLS"));
  }
  if (socket == nullptr) return Unavailable(kBrokerDown, "no memory for a socket");
  return CheckCode(amqp_socket_open_noblock(socket, target.host, target.port, &kOpenTimeout),
                   "connecting");
}

// A peer that is gone without a word is noticed by the kernel too, below the heartbeats: by probes
// when nothing is sent, by the user timeout when something is.
absl::Status AmqpConnection::GuardSocket() {
  const int fd = amqp_get_sockfd(state_);
  abort_fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (abort_fd_ < 0) return Unavailable(kBrokerDown, "no descriptor for a connection");
  const auto set = [&](int level, int name, int value) {
    setsockopt(fd, level, name, &value, sizeof(value));  // Not vital: the watchdog is above it.
  };
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 3);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  return absl::OkStatus();
}

absl::Status AmqpConnection::LogIn(const AmqpOptions& options, const amqp_connection_info& target,
                                   std::string_view purpose) {
  // The library declares neither connection.blocked nor consumer_cancel_notify by itself: an alarm
  // would go unseen, and a deleted queue would leave a consumer silently dead (messaging.md 4.4).
  std::vector<amqp_table_entry_t> capabilities = {
      Entry("connection.blocked", true), Entry("consumer_cancel_notify", true),
      Entry("basic.nack", true), Entry("publisher_confirms", true),
      Entry("authentication_failure_close", true)};
  const std::string name = options.process_name + "/" + std::string(purpose);
  std::vector<amqp_table_entry_t> properties = {Entry("product", "jointly"),
                                                Entry("connection_name", name)};
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes("capabilities");
  entry.value.kind = AMQP_FIELD_KIND_TABLE;
  entry.value.value.table = TableOf(capabilities);
  properties.push_back(entry);
  const amqp_table_t table = TableOf(properties);
  // A heartbeat of 0 would switch them off whatever the broker offers, and only they end a read of
  // a message's body (messaging.md 4.6).
  const int heartbeat = std::max(1, static_cast<int>(options.heartbeat.count()));
  return Check(
      amqp_login_with_properties(state_, target.vhost, kChannelMax, kFrameMax, heartbeat, &table,
                                 AMQP_SASL_METHOD_PLAIN, target.user, target.password),
      "logging in");
}

absl::Status AmqpConnection::Declare() {
  const auto end = steady_clock::now() + open_budget_;
  const auto check = [&](std::string_view what, std::string_view name) {
    absl::Status status = CheckLast(std::string(what) + " " + std::string(name));
    if (status.ok() && steady_clock::now() > end) {
      status = Broken(Unavailable(kBrokerDown, "the broker is too slow to declare the topology"));
    }
    return status;
  };
  for (const std::string& name : ExchangeNames()) {
    amqp_exchange_declare(state_, kChannel, BytesOf(name), amqp_cstring_bytes("topic"),
                          /*passive=*/0, /*durable=*/1, /*auto_delete=*/0, /*internal=*/0,
                          amqp_empty_table);
    RETURN_IF_ERROR(check("declaring exchange", name));
  }
  for (const QueueSpec& queue : QueueSpecs()) {
    std::vector<amqp_table_entry_t> arguments;
    for (const QueueArgument& argument : queue.arguments) {
      std::visit(
          [&](const auto& value) { arguments.push_back(Entry(argument.name.c_str(), value)); },
          argument.value);
    }
    amqp_queue_declare(state_, kChannel, BytesOf(queue.name), /*passive=*/0, /*durable=*/1,
                       /*exclusive=*/0, /*auto_delete=*/0, TableOf(arguments));
    RETURN_IF_ERROR(check("declaring queue", queue.name));
  }
  for (const BindingSpec& binding : BindingSpecs()) {
    amqp_queue_bind(state_, kChannel, BytesOf(binding.queue), BytesOf(binding.exchange),
                    BytesOf(binding.routing_key), amqp_empty_table);
    RETURN_IF_ERROR(check("binding queue", binding.queue));
  }
  return absl::OkStatus();
}

absl::Status AmqpConnection::Check(const amqp_rpc_reply_t& reply, std::string_view what) {
  switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
      return absl::OkStatus();
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      return CheckCode(reply.library_error, what);
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        const auto* close = static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
        return Broken(ServerError(close->reply_code, TextOf(close->reply_text), what));
      }
      if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto* close = static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
        return Broken(ServerError(close->reply_code, TextOf(close->reply_text), what));
      }
      break;
    case AMQP_RESPONSE_NONE:
      break;
  }
  return Broken(Unavailable(kBrokerDown, "no answer while " + std::string(what)));
}

absl::Status AmqpConnection::CheckLast(std::string_view what) {
  return Check(amqp_get_rpc_reply(state_), what);
}

absl::Status AmqpConnection::CheckCode(int code, std::string_view what) {
  if (code == AMQP_STATUS_OK) return absl::OkStatus();
  return Broken(Unavailable(
      kBrokerDown, std::string(what) + " failed: " + std::string(amqp_error_string2(code))));
}

absl::StatusOr<std::optional<BrokerFrame>> AmqpConnection::Next() {
  for (;;) {
    // A zero timeout, never amqp_simple_wait_frame: this is also what notices a missing heartbeat
    // before a publish, which would then wait for ever (messaging.md 4.2). It drains the TLS
    // layer's own buffer too, which poll() does not see.
    const timeval zero{};
    amqp_frame_t frame{};
    const int code = amqp_simple_wait_frame_noblock(state_, &frame, &zero);
    if (code == AMQP_STATUS_TIMEOUT) return std::nullopt;
    RETURN_IF_ERROR(CheckCode(code, "reading"));
    ASSIGN_OR_RETURN(auto understood, Understand(frame));
    if (understood.has_value()) return understood;
  }
}

absl::StatusOr<std::optional<BrokerFrame>> AmqpConnection::Understand(const amqp_frame_t& frame) {
  // Content frames are read right behind the method that announces them.
  if (frame.frame_type != AMQP_FRAME_METHOD) {
    return Broken(Unavailable(kBrokerDown, "a content frame without its method"));
  }
  const amqp_method_t& method = frame.payload.method;
  switch (method.id) {
    case AMQP_BASIC_ACK_METHOD: {
      const auto* ack = static_cast<const amqp_basic_ack_t*>(method.decoded);
      return AckFrame{.tag = ack->delivery_tag, .multiple = ack->multiple != 0, .positive = true};
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto* nack = static_cast<const amqp_basic_nack_t*>(method.decoded);
      return AckFrame{
          .tag = nack->delivery_tag, .multiple = nack->multiple != 0, .positive = false};
    }
    case AMQP_BASIC_RETURN_METHOD: {
      ASSIGN_OR_RETURN(const WireMessage message, ReadMessage());
      return ReturnFrame{.message_id = message.message_id};
    }
    case AMQP_BASIC_DELIVER_METHOD: {
      // Copied before the content is read: the decoded method lives in the channel's pool.
      const auto* deliver = static_cast<const amqp_basic_deliver_t*>(method.decoded);
      DeliverFrame out;
      out.delivery.tag = deliver->delivery_tag;
      out.delivery.redelivered = deliver->redelivered != 0;
      const std::string routing_key = TextOf(deliver->routing_key);
      ASSIGN_OR_RETURN(out.delivery.message, ReadMessage());
      out.delivery.message.routing_key = routing_key;
      return out;
    }
    case AMQP_BASIC_CANCEL_METHOD:
      return CancelFrame{};
    case AMQP_CONNECTION_BLOCKED_METHOD:
      blocked_ = true;
      return std::nullopt;
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      blocked_ = false;
      return std::nullopt;
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const auto* close = static_cast<const amqp_channel_close_t*>(method.decoded);
      return Broken(ServerError(close->reply_code, TextOf(close->reply_text), "using the channel"));
    }
    case AMQP_CONNECTION_CLOSE_METHOD: {
      const auto* close = static_cast<const amqp_connection_close_t*>(method.decoded);
      return Broken(ServerError(close->reply_code, TextOf(close->reply_text), "connected"));
    }
    default:
      telemetry::Info("a frame that nothing waits for", {{"method", method.id}});
      return std::nullopt;
  }
}

absl::StatusOr<amqp_frame_t> AmqpConnection::NextContentFrame(std::uint8_t type) {
  for (;;) {
    amqp_frame_t frame{};
    RETURN_IF_ERROR(CheckCode(amqp_simple_wait_frame_noblock(state_, &frame, &kContentTimeout),
                              "reading a message"));
    if (frame.frame_type == type && frame.channel == kChannel) return frame;
    // An alarm or a close of the connection may come between the frames of a message.
    if (frame.frame_type != AMQP_FRAME_METHOD || frame.channel != 0) {
      return Broken(Unavailable(kBrokerDown, "a frame that does not belong to its message"));
    }
    RETURN_IF_ERROR(Understand(frame).status());
  }
}

// Not amqp_read_message: it has no timeout of its own (messaging.md 4.6), and it allocates whatever
// length the broker announces. Here a body stops growing just beyond what the envelope allows.
absl::StatusOr<WireMessage> AmqpConnection::ReadMessage() {
  ASSIGN_OR_RETURN(const amqp_frame_t header, NextContentFrame(AMQP_FRAME_HEADER));
  const auto* properties =
      static_cast<const amqp_basic_properties_t*>(header.payload.properties.decoded);
  WireMessage wire = ToWireMessage(*properties, amqp_empty_bytes);
  for (std::uint64_t left = header.payload.properties.body_size; left > 0;) {
    ASSIGN_OR_RETURN(const amqp_frame_t frame, NextContentFrame(AMQP_FRAME_BODY));
    const amqp_bytes_t fragment = frame.payload.body_fragment;
    if (fragment.len == 0 || fragment.len > left) {
      return Broken(Unavailable(kBrokerDown, "a message of another length than announced"));
    }
    left -= fragment.len;
    const std::size_t room = kBodyBytesMax + 1 - std::min(wire.body.size(), kBodyBytesMax + 1);
    wire.body.append(static_cast<const char*>(fragment.bytes), std::min(room, fragment.len));
  }
  return wire;
}

absl::StatusOr<bool> AmqpConnection::Wait(milliseconds wait) {
  // What the library has read already does not make the socket readable.
  if (amqp_frames_enqueued(state_) != 0 || amqp_data_in_buffer(state_) != 0) return true;
  std::array<pollfd, 2> fds = {pollfd{.fd = amqp_get_sockfd(state_), .events = POLLIN},
                               pollfd{.fd = wake_fd_, .events = POLLIN}};
  // In slices, because heartbeats are sent and judged only by Next.
  const int ready = poll(fds.data(), fds.size(), static_cast<int>(std::min(wait, slice_).count()));
  if (ready < 0 && errno != EINTR) {
    return Broken(Unavailable(kBrokerDown, std::string("poll failed: ") + std::strerror(errno)));
  }
  if ((fds[1].revents & POLLIN) != 0) {
    eventfd_t count = 0;
    eventfd_read(wake_fd_, &count);
  }
  return ready > 0;
}

void AmqpConnection::Wake() { eventfd_write(wake_fd_, 1); }

void AmqpConnection::Abort() {
  if (abort_fd_ >= 0) shutdown(abort_fd_, SHUT_RDWR);
}

}  // namespace jointly::bus
