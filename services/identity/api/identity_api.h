#pragma once

#include <absl/status/statusor.h>
#include <jointly/identity/v1/identity.pb.h>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "common/auth/token.h"
#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "common/rpc/call.h"
#include "common/timers/timers.h"
#include "services/identity/api/key_ring.h"
#include "services/identity/api/password_hasher.h"
#include "services/identity/api/refresh_tokens.h"
#include "services/identity/api/vault.h"
#include "services/identity/domain/session.h"
#include "services/identity/domain/workflow.h"

namespace jointly::identity {

namespace pb = jointly::identity::v1;

inline constexpr Reason kSignInRefused{"SIGN_IN_REFUSED"};
inline constexpr Reason kSessionEnded{"SESSION_ENDED"};
inline constexpr Reason kTooManyFailures{"TOO_MANY_FAILURES"};
inline constexpr Reason kWrongPassword{"WRONG_PASSWORD"};
inline constexpr Reason kNoLocalAccount{"NO_LOCAL_ACCOUNT"};
inline constexpr Reason kEmailTaken{"EMAIL_TAKEN"};

// What the process gives to Api. All outlive it.
struct Environment {
  db::Database& database;
  bus::Outbox& outbox;
  const Clock& clock;
  Rng& rng;
  IdSource& ids;
};

struct ApiOptions {
  std::string deployment = "local";
  PasswordCost password_cost;
  // Told of every raised not_before ("people/{id}", instant), after its commit: the process's own
  // Verifier, for identity does not follow its own events.
  std::function<void(const std::string& person, Time not_before)> revoke;
};

// One method per RPC; the contracts are in identity.proto. Without gRPC, so that tests and the
// simulator call it directly.
class Api {
 public:
  Api(const Environment& environment, const auth::SecretKey& master_key, ApiOptions options);

  // Makes the signing keys when there are none, and arms the timers. Before the first call.
  absl::Status Start();
  bool HasAdministrator();
  // Creates the first administrator, with the grant administrator in "*". False, and nothing
  // happens, when there is one already. Errors: INVALID_ARGUMENT for the address or the password.
  absl::StatusOr<bool> CreateFirstAdministrator(const std::string& email,
                                                const std::string& password);
  // For this process's own Verifier.
  absl::StatusOr<std::vector<auth::PublicKey>> PublishedKeys();
  // Tells `revoke` what other replicas, or this process before its restart, have revoked within a
  // token's life. To be called at the start and then every second.
  absl::Status FollowRevocations();
  std::map<std::string, timers::Handler> Timers();

  absl::StatusOr<pb::Session> SignIn(rpc::Call& call, const pb::SignInRequest& request);
  absl::StatusOr<pb::Session> RefreshSession(rpc::Call& call,
                                             const pb::RefreshSessionRequest& request);
  absl::StatusOr<pb::SignOutResponse> SignOut(rpc::Call& call, const pb::SignOutRequest& request);
  absl::StatusOr<pb::KeySet> GetKeySet(rpc::Call& call, const pb::GetKeySetRequest& request);
  absl::StatusOr<pb::RotateKeyResponse> RotateKey(rpc::Call& call,
                                                  const pb::RotateKeyRequest& request);
  absl::StatusOr<pb::ChangePasswordResponse> ChangePassword(
      rpc::Call& call, const pb::ChangePasswordRequest& request);

  absl::StatusOr<pb::Person> GetSelf(rpc::Call& call, const pb::GetSelfRequest& request);
  absl::StatusOr<pb::Person> CreatePerson(rpc::Call& call, const pb::CreatePersonRequest& request);
  absl::StatusOr<pb::Person> GetPerson(rpc::Call& call, const pb::GetPersonRequest& request);
  absl::StatusOr<pb::ListPeopleResponse> ListPeople(rpc::Call& call,
                                                    const pb::ListPeopleRequest& request);
  absl::StatusOr<pb::Person> UpdatePerson(rpc::Call& call, const pb::UpdatePersonRequest& request);
  absl::StatusOr<pb::Person> RevokeSessions(rpc::Call& call,
                                            const pb::RevokeSessionsRequest& request);
  absl::StatusOr<pb::Person> DisablePerson(rpc::Call& call,
                                           const pb::DisablePersonRequest& request);
  absl::StatusOr<pb::Person> ErasePerson(rpc::Call& call, const pb::ErasePersonRequest& request);
  absl::StatusOr<pb::Person> AddGrant(rpc::Call& call, const pb::AddGrantRequest& request);
  absl::StatusOr<pb::Person> RemoveGrant(rpc::Call& call, const pb::RemoveGrantRequest& request);
  absl::StatusOr<pb::BatchGetContactsResponse> BatchGetContacts(
      rpc::Call& call, const pb::BatchGetContactsRequest& request);

  // How many password hashes were computed: the same for every refused sign-in.
  std::int64_t hashes_computed() const { return hasher_.computed(); }

 private:
  // What an event says beside the person.
  struct Note {
    std::string action;
    std::string note;
    std::string actor;  // Empty: the caller.
  };
  // What is needed to answer a sign-in or a refresh, once it is committed.
  struct Opened {
    Person person;
    std::string session;
    std::string refresh_token;
    std::shared_ptr<const auth::SigningKey> key;
  };
  // What a password is checked against.
  struct Candidate {
    std::string person;  // Empty: no such account.
    std::string password_hash;
    std::chrono::microseconds wait{0};
  };
  // What ChangePassword is about; empty when it is another person's.
  struct OwnAccount {
    bool yours = false;
    std::string normal_email;
    std::string email_hash;
    std::string password_hash;
  };
  // A step on one person.
  struct Verb {
    PersonAction action;
    std::string note;
    bool takes_administrator = false;  // May take "administrator" in "*" away.
  };
  using Change = std::function<absl::Status(db::Tx&, Person&)>;

  absl::StatusOr<Candidate> FindCandidate(rpc::Call& call, const std::string& email_hash);
  absl::Status CountFailure(rpc::Call& call, const std::string& email_hash);
  absl::StatusOr<Opened> OpenSession(db::Tx& tx, const rpc::Call& call,
                                     const std::string& email_hash, const Candidate& candidate,
                                     const std::string& rehashed);
  absl::StatusOr<Opened> Rotate(db::Tx& tx, const rpc::Call& call, Session session);
  absl::Status EndSession(db::Tx& tx, const rpc::Call& call, Session session, const Note& note);
  pb::Session ReplyOf(const rpc::Call& call, const Opened& opened) const;
  absl::StatusOr<OwnAccount> LoadOwnAccount(rpc::Call& call, const std::string& id);
  absl::Status SetPassword(db::Tx& tx, const rpc::Call& call, Person& person,
                           const OwnAccount& checked, const std::optional<std::string>& new_hash);

  // A verb on one person: load, may the caller, etag, change, save, event. The reply is stored and
  // returned without names; Reveal adds them afterwards, so that no stored reply outlives an
  // erasure.
  template <typename Request>
  absl::StatusOr<pb::Person> Run(rpc::Call& call, const Request& request, const Verb& verb,
                                 const Change& change);
  absl::StatusOr<pb::Person> Move(db::Tx& tx, const rpc::Call& call, const std::string& id,
                                  std::string_view etag, const Verb& verb, const Change& change);
  absl::StatusOr<pb::Person> Insert(db::Tx& tx, const rpc::Call& call, const Person& person,
                                    const PersonalData& personal, const std::string& password_hash,
                                    const std::string& email_hash);
  void Record(db::Tx& tx, const rpc::Call& call, const Person* before, const Person& after,
              const Note& note);
  absl::StatusOr<pb::Person> Read(rpc::Call& call, const std::string& id);
  absl::Status Reveal(db::Tx& tx, std::vector<pb::Person*> people);
  absl::StatusOr<pb::Person> Revealed(rpc::Call& call, absl::StatusOr<pb::Person> person);
  rpc::Call OwnCall() const;  // Of the service itself, for what nobody calls.

  absl::Status RotateDue(db::Tx& tx, const timers::Timer& timer);
  absl::Status SweepDue(db::Tx& tx, const timers::Timer& timer);

  db::Database& database_;
  bus::Outbox& outbox_;
  const Clock& clock_;
  IdSource& ids_;
  const ApiOptions options_;
  Vault vault_;
  PasswordHasher hasher_;
  RefreshTokens refresh_tokens_;
  KeyRing key_ring_;
};

}  // namespace jointly::identity
