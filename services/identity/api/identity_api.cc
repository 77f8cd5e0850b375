#include "services/identity/api/identity_api.h"

#include <jointly/identity/v1/identity_events.pb.h>

#include "common/telemetry/log.h"
#include "services/identity/api/authority.h"
#include "services/identity/api/convert.h"
#include "services/identity/domain/password.h"
#include "services/identity/store/account_store.h"
#include "services/identity/store/session_store.h"

namespace jointly::identity {
namespace {

constexpr const char* kRotateTimer = "rotate_signing_key";
constexpr const char* kSweepTimer = "sweep_identity";
constexpr const char* kOnly = "all";  // The subject of a timer that there is once.
constexpr std::chrono::hours kSweepInterval{1};
constexpr std::string_view kService = "service:identity";

// Two processes that start at once may both try to make the first row.
bool IsTaken(const absl::Status& status) {
  return status.code() == absl::StatusCode::kAlreadyExists;
}

}  // namespace

Api::Api(const Environment& environment, const auth::SecretKey& master_key, ApiOptions options)
    : database_(environment.database),
      outbox_(environment.outbox),
      clock_(environment.clock),
      ids_(environment.ids),
      options_(std::move(options)),
      vault_(master_key, environment.rng),
      hasher_(options_.password_cost),
      refresh_tokens_(master_key, environment.rng),
      key_ring_(master_key, environment.rng) {}

absl::Status Api::Start() {
  const auto prepare = [this](db::Tx& tx) -> absl::Status {
    const Time now = clock_.Now();
    ASSIGN_OR_RETURN(const Time since, key_ring_.Ensure(tx, now));
    timers::Arm(tx, {.kind = kRotateTimer, .subject = kOnly, .due = since + kKeyLife});
    timers::Arm(tx, {.kind = kSweepTimer, .subject = kOnly, .due = now + kSweepInterval});
    return absl::OkStatus();
  };
  const absl::Status status = database_.Transact(prepare);
  return IsTaken(status) ? database_.Transact(prepare) : status;
}

std::map<std::string, timers::Handler> Api::Timers() {
  return {{kRotateTimer, std::bind_front(&Api::RotateDue, this)},
          {kSweepTimer, std::bind_front(&Api::SweepDue, this)}};
}

absl::Status Api::RotateDue(db::Tx& tx, const timers::Timer&) {
  ASSIGN_OR_RETURN(const std::string kid, key_ring_.Rotate(tx, clock_.Now()));
  timers::Arm(tx, {.kind = kRotateTimer, .subject = kOnly, .due = clock_.Now() + kKeyLife});
  tx.AfterCommit([kid] { telemetry::Info("the signing key was rotated", {{"kid", kid}}); });
  return absl::OkStatus();
}

absl::Status Api::SweepDue(db::Tx& tx, const timers::Timer&) {
  const Time now = clock_.Now();
  store::SweepSessions(tx, now);
  store::SweepThrottles(tx, now - kThrottleMemory);
  timers::Arm(tx, {.kind = kSweepTimer, .subject = kOnly, .due = now + kSweepInterval});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<auth::PublicKey>> Api::PublishedKeys() {
  return database_.Read([this](db::Tx& tx) { return KeyRing::Published(tx, clock_.Now()); });
}

absl::Status Api::FollowRevocations() {
  if (options_.revoke == nullptr) return absl::OkStatus();
  const Time oldest = clock_.Now() - auth::kAccessTokenLife - 2 * auth::kLeeway;
  ASSIGN_OR_RETURN(const auto floors,
                   database_.Read([&](db::Tx& tx) { return store::LoadFloors(tx, oldest); }));
  for (const store::Floor& floor : floors) {
    options_.revoke("people/" + floor.person, floor.not_before);
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::KeySet> Api::GetKeySet(rpc::Call& call, const pb::GetKeySetRequest&) {
  ASSIGN_OR_RETURN(const auto keys,
                   database_.Read([&](db::Tx& tx) { return KeyRing::Published(tx, call.now); },
                                  call.transact_options()));
  pb::KeySet reply;
  for (const auth::PublicKey& key : keys) *reply.add_keys() = ToProto(key);
  return reply;
}

absl::StatusOr<pb::RotateKeyResponse> Api::RotateKey(rpc::Call& call,
                                                     const pb::RotateKeyRequest& request) {
  if (!call.principal.everywhere(auth::Role::kAdministrator)) {
    return PermissionDenied(kOutsideScope,
                            "the signing key is the whole deployment's: an administrator in \"*\" "
                            "rotates it");
  }
  return rpc::Mutate<pb::RotateKeyResponse>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::RotateKeyResponse> {
        ASSIGN_OR_RETURN(const std::string kid, key_ring_.Rotate(tx, call.now));
        timers::Arm(tx, {.kind = kRotateTimer, .subject = kOnly, .due = call.now + kKeyLife});
        pb::RotateKeyResponse reply;
        reply.set_kid(kid);
        return reply;
      });
}

bool Api::HasAdministrator() {
  const auto administrators =
      database_.Read([](db::Tx& tx) { return store::LockAdministrators(tx); });
  return administrators.ok() && !administrators->empty();
}

rpc::Call Api::OwnCall() const {
  rpc::Call call;
  call.principal = {.kind = auth::Principal::Kind::kService, .name = std::string(kService)};
  call.now = clock_.Now();
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  return call;
}

absl::StatusOr<bool> Api::CreateFirstAdministrator(const std::string& email,
                                                   const std::string& password) {
  if (HasAdministrator()) return false;
  const std::string normal = NormalEmail(email);
  const std::string problem = PasswordProblem(password, normal);
  Violations violations;
  violations.Require(!normal.empty(), "email", "is not an e-mail address");
  violations.Require(problem.empty(), "password", problem);
  RETURN_IF_ERROR(violations.ToStatus());
  const rpc::Call call = OwnCall();
  ASSIGN_OR_RETURN(const auto turn, hasher_.Wait(call.deadline));
  ASSIGN_OR_RETURN(const std::string hash, hasher_.Hash(turn, password));
  Person person{.id = ids_.Next(),
                .grants = {kDeploymentAdministrator},
                .revision = 1,
                .create_time = call.now,
                .update_time = call.now};
  const auto created = database_.Transact([&](db::Tx& tx) {
    return Insert(tx, call, person, {.display_name = "Administrator", .email = email}, hash,
                  vault_.EmailHash(normal));
  });
  if (IsTaken(created.status()) && HasAdministrator()) return false;  // Another replica was faster.
  RETURN_IF_ERROR(created.status());
  return true;
}

void Api::Record(db::Tx& tx, const rpc::Call& call, const Person* before, const Person& after,
                 const Note& note) {
  pb::PersonEvent body;
  *body.mutable_person() = ToProto(after);
  auto& change = *body.mutable_change();
  change.set_action(note.action);
  change.set_from(before == nullptr ? "" : std::string(Name(before->state)));
  change.set_to(std::string(Name(after.state)));
  change.set_actor(note.actor.empty() ? call.principal.name : note.actor);
  change.set_note(note.note);
  rpc::ClearPersonal(body);

  bus::Event event = rpc::EventOf(call);
  event.aggregate_type = "identity.person";
  event.aggregate_id = after.id;
  event.revision = after.revision;
  event.action = note.action;
  event.subject = "people/" + after.id;
  event.message_name = body.GetDescriptor()->full_name();
  event.from = change.from();
  event.to = change.to();
  event.actor = change.actor();
  event.audience = {event.subject};
  if (!after.institution.empty()) event.audience.push_back(after.institution);
  if (before != nullptr) {
    event.before_digest = auth::Sha256Hex(ToProto(*before).SerializeAsString());
  }
  event.after_digest = auth::Sha256Hex(body.person().SerializeAsString());
  event.body = body.SerializeAsString();
  if (options_.revoke != nullptr && before != nullptr && before->not_before != after.not_before) {
    tx.AfterCommit([revoke = options_.revoke, name = event.subject, at = after.not_before] {
      revoke(name, at);
    });
  }
  outbox_.Append(tx, event);
}

}  // namespace jointly::identity
