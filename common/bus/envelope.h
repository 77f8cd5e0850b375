#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>

#include "common/bus/event.h"
#include "common/bus/transport.h"
#include "common/error/error.h"

// The envelope: CloudEvents 1.0 attributes mapped onto AMQP 0-9-1 in binary mode. Every header
// value is a string (messaging.md section 2).
namespace jointly::bus {

inline constexpr Reason kEnvelopeUnreadable{"ENVELOPE_UNREADABLE"};

using Headers = std::map<std::string, std::string>;

inline constexpr const char* kHeaderId = "cloudEvents_id";
inline constexpr const char* kHeaderSource = "cloudEvents_source";
inline constexpr const char* kHeaderType = "cloudEvents_type";
inline constexpr const char* kHeaderSubject = "cloudEvents_subject";
inline constexpr const char* kHeaderTime = "cloudEvents_time";
inline constexpr const char* kHeaderSequence = "cloudEvents_sequence";
inline constexpr const char* kHeaderSpecVersion = "cloudEvents_specversion";
inline constexpr const char* kHeaderDataSchema = "cloudEvents_dataschema";
// CloudEvents' extension for what keeps events in order: the aggregate's bare id.
inline constexpr const char* kHeaderPartitionKey = "cloudEvents_partitionkey";
inline constexpr const char* kHeaderTraceparent = "cloudEvents_traceparent";
inline constexpr const char* kHeaderCorrelationId = "cloudEvents_correlationid";
inline constexpr const char* kHeaderCausationId = "cloudEvents_causationid";
// Names of institutions and people, separated by commas: who may see a live hint of the event.
inline constexpr const char* kHeaderAudience = "jointly-audience";

// Of the attributes and the body: what was damaged on a wire without TLS is found, and pulled from
// its producer instead.
inline constexpr const char* kHeaderChecksum = "jointly-checksum";

// The headers travel in one AMQP frame, and a longer audience only costs hints.
inline constexpr std::size_t kHeaderBytesMax = 32 * 1024;
inline constexpr std::size_t kAudienceNamesMax = 200;

// What an event is stamped with when it is written.
struct Stamp {
  std::string message_id;  // UUIDv7.
  std::string service;     // "mobility".
  std::string deployment;  // Names the installation.
  Time time;
};

Headers MakeHeaders(const Event& event, const Stamp& stamp);

// Sets the checksum to what the headers and the body are now.
void SetChecksum(Headers& headers, std::string_view body);

// The text form in the outbox and inbox: a JSON object of strings.
std::string EncodeHeaders(const Headers& headers);
absl::StatusOr<Headers> DecodeHeaders(std::string_view text);

// Reads and checks the envelope. Errors: INVALID_ARGUMENT ENVELOPE_UNREADABLE naming every
// attribute that is missing or wrong. An unknown major version is no error here: its header can be
// read.
absl::StatusOr<Message> ParseMessage(Headers headers, std::string body);
// The same for what came over the wire; its AMQP properties must not contradict its headers.
absl::StatusOr<Message> FromWire(WireMessage wire);
WireMessage ToWire(Message message);

// The number of "....v1"; 0 when the type does not end in one.
int MajorVersionOf(std::string_view event_type);
// "partnerships" of "partnerships.agreement".
std::string ProducerOf(std::string_view aggregate_type);
// "jointly.mobility.v1.ApplicationEvent" of the dataschema header; empty when there is none.
std::string MessageNameOf(const Headers& headers);

// Which of the fixed 1024 slots an aggregate falls into: stored in outbox.part and inbox.part, the
// same for ever on every machine (FNV-1a), so that partitions can be regrouped without a rewrite.
inline constexpr int kSlots = 1024;
int SlotOf(std::string_view aggregate_type, std::string_view aggregate_id);
// FNV-1a, 64 bits: for lock keys and slots, never for security.
std::uint64_t StableHash(std::string_view text);

}  // namespace jointly::bus
