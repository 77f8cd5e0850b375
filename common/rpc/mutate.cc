#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "common/db/insert.h"
#include "common/error/check.h"
#include "common/rpc/batch.h"
#include "common/rpc/call.h"

namespace jointly::rpc {
namespace {

constexpr std::size_t kHashDigits = 16;
// Each first try of a repeated request may break a batch once; the deadline ends it otherwise.
constexpr int kLaneTriesMore = 50;
// The entry of field_hashes that names the key: no field has an empty name.
constexpr std::string_view kKeyEntry = "";

using FieldHashes = std::map<std::string, std::string, std::less<>>;

struct ReplyKey {
  explicit ReplyKey(const auth::SecretKey& k)
      : key(k), id(auth::Sha256Hex("reply key " + k.bytes()).substr(0, kHashDigits)) {}
  auth::SecretKey key;
  std::string id;
};

std::mutex reply_key_mutex;

std::shared_ptr<const ReplyKey>& TheReplyKey() {
  static auto& key = *new std::shared_ptr<const ReplyKey>();
  return key;
}

std::shared_ptr<const ReplyKey> CurrentReplyKey() {
  const std::lock_guard lock(reply_key_mutex);
  auto& key = TheReplyKey();
  if (key == nullptr) {
    SystemRng rng;
    key = std::make_shared<const ReplyKey>(auth::SecretKey::Generate(rng));
  }
  return key;
}

// The bytes of each top-level field, by number. Deterministic serialisation writes fields in order
// and maps sorted, so equal requests have equal bytes.
std::map<int, std::string> FieldBytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    Check(message.SerializeToCodedStream(&output), "a request does not serialise");
  }
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                               static_cast<int>(bytes.size()));
  std::map<int, std::string> fields;
  for (std::uint32_t tag = input.ReadTag(); tag != 0; tag = input.ReadTag()) {
    const int start = input.CurrentPosition();
    std::uint64_t number = 0;
    std::uint32_t length = 0;
    switch (tag & 7) {
      case 0:
        Check(input.ReadVarint64(&number), "varint");
        break;
      case 1:
        Check(input.Skip(8), "fixed64");
        break;
      case 2:
        Check(input.ReadVarint32(&length) && input.Skip(static_cast<int>(length)), "length");
        break;
      default:  // proto3 has no groups.
        Check((tag & 7) == 5 && input.Skip(4), "fixed32");
    }
    const auto end = static_cast<std::size_t>(input.CurrentPosition());
    fields[static_cast<int>(tag >> 3)].append(bytes, static_cast<std::size_t>(start),
                                              end - static_cast<std::size_t>(start));
  }
  return fields;
}

FieldHashes HashFields(const google::protobuf::Message& request, const ReplyKey& key) {
  FieldHashes hashes;
  hashes.emplace(kKeyEntry, key.id);
  for (const auto& [number, bytes] : FieldBytes(request)) {
    const auto* field = request.GetDescriptor()->FindFieldByNumber(number);
    const std::string name = field == nullptr ? std::to_string(number) : field->name();
    if (name == "request_id") continue;
    hashes[name] = auth::Sha256Hex(key.key.bytes() + bytes).substr(0, kHashDigits);
  }
  return hashes;
}

// A JSON object. Names of fields and hex digits need no escapes.
std::string ToJson(const FieldHashes& hashes) {
  std::string json = "{";
  for (const auto& [name, hash] : hashes) {
    if (json.size() > 1) json += ',';
    json += '"' + name + "\":\"" + hash + '"';
  }
  return json + '}';
}

// Reads what ToJson wrote: the quoted texts are names and hashes in turn.
FieldHashes FromJson(std::string_view json) {
  std::vector<std::string> texts;
  std::size_t start = json.find('"');
  while (start != std::string_view::npos) {
    const std::size_t end = json.find('"', start + 1);
    if (end == std::string_view::npos) break;
    texts.emplace_back(json.substr(start + 1, end - start - 1));
    start = json.find('"', end + 1);
  }
  FieldHashes hashes;
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) hashes[texts[i]] = texts[i + 1];
  return hashes;
}

// The fields that differ, "name, comment"; empty when none does.
std::string Difference(const FieldHashes& stored, const FieldHashes& given) {
  std::string fields;
  const auto add = [&](const std::string& name) { fields += (fields.empty() ? "" : ", ") + name; };
  for (const auto& [name, hash] : given) {
    const auto other = stored.find(name);
    if (other == stored.end() || other->second != hash) add(name);
  }
  for (const auto& [name, hash] : stored) {
    if (!given.contains(name)) add(name);
  }
  return fields;
}

std::string SealContext(const Asked& asked) {
  return "request/" + asked.principal + '/' + asked.method + '/' + asked.request_id;
}

absl::StatusOr<std::string> OpenStored(const Asked& asked, const ReplyKey& key,
                                       const db::Row& row) {
  const FieldHashes stored = FromJson(row.Text("field_hashes"));
  const auto key_id = stored.find(kKeyEntry);
  // Hashes under another key cannot be compared; the sealed reply below cannot be read either.
  if (key_id != stored.end() && key_id->second == key.id) {
    const std::string difference = Difference(stored, FromJson(asked.field_hashes));
    if (!difference.empty()) {
      return AlreadyExists(
          kRequestIdReused,
          "this request_id was used for another command: a new command needs a new request_id",
          {{"fields", difference}, {"request_id", asked.request_id}});
    }
  }
  const auto reply = auth::Unseal(key.key, row.Bytes("reply"), SealContext(asked));
  if (reply.ok()) return *reply;
  return AlreadyExists(kReplyUnreadable,
                       "this command was carried out before, and its reply can no longer be read "
                       "(the key of stored replies was changed): read the resource instead",
                       {{"request_id", asked.request_id}});
}

}  // namespace

void KeepRepliesUnder(const auth::SecretKey& key) {
  auto made = std::make_shared<const ReplyKey>(key);
  const std::lock_guard lock(reply_key_mutex);
  TheReplyKey() = std::move(made);
}

Asked AskedBy(const Call& call, const google::protobuf::Message& request) {
  return {.principal = call.principal.name,
          .method = call.method,
          .request_id = call.request_id,
          .field_hashes = ToJson(HashFields(request, *CurrentReplyKey())),
          .time = call.now};
}

absl::StatusOr<std::vector<Earlier>> FindEarlier(db::Tx& tx,
                                                 const std::vector<const Asked*>& asked) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::size_t> first;
  std::vector<Earlier> earlier(asked.size());
  db::TextList principals;
  db::TextList methods;
  db::TextList ids;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Asked& one = *asked[i];
    if (!first.insert({{one.principal, one.method, one.request_id}, i}).second) {
      earlier[i].emplace(Aborted(kRequestUnderWay,
                                 "this request_id is just being carried out: ask again",
                                 {{"request_id", one.request_id}}));
    } else if (one.again) {
      principals.values.push_back(one.principal);
      methods.values.push_back(one.method);
      ids.values.push_back(one.request_id);
    }
  }
  if (ids.values.empty()) return earlier;
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(R"sql(
      SELECT principal, method, request_id, field_hashes, reply FROM request
       WHERE principal {any $1} AND method {any $2} AND request_id {any $3})sql",
                            {std::move(principals), std::move(methods), std::move(ids)}));
  const std::shared_ptr<const ReplyKey> key = CurrentReplyKey();
  for (const db::Row& row : rows) {
    const auto found =
        first.find({row.Text("principal"), row.Text("method"), row.Text("request_id")});
    if (found == first.end()) continue;  // Of the lists' product, and nobody's.
    earlier[found->second].emplace(OpenStored(*asked[found->second], *key, row));
  }
  return earlier;
}

void StoreReplies(db::Tx& tx, const std::vector<ReplyTo>& replies) {
  const std::shared_ptr<const ReplyKey> key = CurrentReplyKey();
  SystemRng rng;
  db::Values rows;
  rows.reserve(replies.size() * 6);
  for (const ReplyTo& reply : replies) {
    const Asked& asked = *reply.asked;
    db::AddRow(rows, asked.principal, asked.method, asked.request_id, asked.field_hashes,
               db::Blob{auth::Seal(key->key, reply.bytes, SealContext(asked), rng)}, asked.time);
  }
  db::InsertRows(tx,
                 {.into = "INSERT INTO request (principal, method, request_id, field_hashes, "
                          "reply, create_time)",
                  .columns = 6},
                 std::move(rows));
}

absl::StatusOr<std::string> RecallReply(db::Database& database, const Call& call,
                                        const Asked& asked, const absl::Status& otherwise) {
  // Whether a commit took effect is not known after UNAVAILABLE: the row decides, whoever made the
  // request id. Any other error matters only to a caller who may be retrying.
  const bool unknown = otherwise.code() == absl::StatusCode::kUnavailable;
  if (!call.request_id_given && !unknown) return otherwise;
  const auto find = [&](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT field_hashes, reply FROM request
         WHERE principal = $1 AND method = $2 AND request_id = $3)sql",
                    {asked.principal, asked.method, asked.request_id});
  };
  // On SQLite an error may come from a neighbour in the same, not yet committed group: the writer's
  // queue answers only after it. PostgreSQL shows committed rows only, so a plain read suffices.
  const absl::StatusOr<db::Rows> rows = database.is_postgres()
                                            ? database.Read(find, call.transact_options())
                                            : database.Transact(find, call.transact_options());
  // Not `otherwise`: it may refuse what was carried out long ago, and a refusal is believed.
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return otherwise;
  return OpenStored(asked, *CurrentReplyKey(), rows->front());
}

absl::StatusOr<std::string> MutateInLaneErased(
    db::Database& database, const Call& call, const google::protobuf::Message& request,
    const std::function<absl::StatusOr<std::string>(const Asked&)>& run) {
  Asked asked = AskedBy(call, request);
  absl::StatusOr<std::string> reply = run(asked);
  for (int again = 0; !reply.ok() && again < kLaneTriesMore; ++again) {
    const std::string reason = ReasonOf(reply.status());
    const bool broken = reason == db::kUniqueViolation.name || reason == kRequestUnderWay.name;
    if (!asked.again || !broken) reply = RecallReply(database, call, asked, reply.status());
    if (reply.ok() || !broken || ReasonOf(reply.status()) != reason) break;
    asked.again = true;
    reply = run(asked);
  }
  return reply;
}

absl::StatusOr<std::string> MutateErased(
    db::Database& database, const Call& call, const google::protobuf::Message& request,
    const std::function<absl::StatusOr<std::string>(db::Tx&)>& body) {
  const Asked asked = AskedBy(call, request);
  const auto work = [&](db::Tx& tx) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(std::string reply, body(tx));
    StoreReplies(tx, {{.asked = &asked, .bytes = reply}});
    return reply;
  };
  absl::StatusOr<std::string> reply = database.Transact(work, call.transact_options());
  if (reply.ok()) return reply;
  return RecallReply(database, call, asked, reply.status());
}

absl::StatusOr<int> SweepReplies(db::Database& database, const Clock& clock, int limit) {
  const Time before = clock.Now() - kReplyLife;
  return database.Transact([&](db::Tx& tx) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
        SELECT principal, method, request_id FROM request
         WHERE create_time < $1 ORDER BY create_time LIMIT $2)sql",
                                                   {before, limit}));
    for (const db::Row& row : rows) {
      tx.Execute(R"sql(
          DELETE FROM request WHERE principal = $1 AND method = $2 AND request_id = $3)sql",
                 {row.Text("principal"), row.Text("method"), row.Text("request_id")});
    }
    return static_cast<int>(rows.size());
  });
}

}  // namespace jointly::rpc
