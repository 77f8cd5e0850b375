#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"
#include "services/identity/api/authority.h"
#include "services/identity/api/convert.h"
#include "services/identity/api/identity_api.h"
#include "services/identity/domain/password.h"
#include "services/identity/store/account_store.h"
#include "services/identity/store/session_store.h"

// Sign-in, sessions and passwords. The contracts are in identity.proto.
namespace jointly::identity {
namespace {

// Longer than any password that can be set, in bytes of UTF-8.
constexpr int kPasswordBytesMax = 4 * static_cast<int>(kPasswordCharactersMax);
constexpr std::size_t kEmailBytesMax = 320;

void CountSignIn(std::string_view result) {
  telemetry::GetCounter("jointly_sign_ins_total", "Sign-ins by result",
                        {{"result", std::string(result)}})
      .Add();
}

absl::Status SignInRefused() {
  return Unauthenticated(kSignInRefused,
                         "the e-mail address and the password do not belong together");
}

absl::Status Ended(std::string_view why) {
  return Unauthenticated(kSessionEnded, "the session has ended: sign in again",
                         {{"why", std::string(why)}});
}

absl::Status TooManyFailures(std::chrono::microseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return WithRetryAfter(
      ResourceExhausted(kTooManyFailures,
                        "too many wrong passwords for this address: wait before the next try",
                        {{"wait_seconds", std::to_string(seconds.count())}}),
      seconds);
}

}  // namespace

absl::StatusOr<Api::Candidate> Api::FindCandidate(rpc::Call& call, const std::string& email_hash) {
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<Candidate> {
        ASSIGN_OR_RETURN(const Throttle throttle, store::LoadThrottle(tx, email_hash));
        ASSIGN_OR_RETURN(const auto account, store::FindAccount(tx, email_hash));
        Candidate candidate{.wait = WaitOf(throttle, call.now)};
        if (!account.has_value()) return candidate;
        candidate.person = account->person;
        candidate.password_hash = account->password_hash;
        return candidate;
      },
      call.transact_options());
}

absl::Status Api::CountFailure(rpc::Call& call, const std::string& email_hash) {
  return database_.Transact(
      [&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const Throttle before, store::LoadThrottle(tx, email_hash));
        store::SaveThrottle(tx, email_hash, AfterFailure(before, call.now));
        return absl::OkStatus();
      },
      call.transact_options());
}

absl::StatusOr<pb::Session> Api::SignIn(rpc::Call& call, const pb::SignInRequest& request) {
  Violations violations;
  violations.Require(!request.email().empty() && request.email().size() <= kEmailBytesMax, "email",
                     "is required, at most 320 bytes");
  violations.Require(!request.password().empty() &&
                         request.password().size() <= static_cast<std::size_t>(kPasswordBytesMax),
                     "password", "is required, at most 128 characters");
  RETURN_IF_ERROR(violations.ToStatus());
  // What is no address has no account either; it goes the same way, so that it takes as long.
  const std::string normal = NormalEmail(request.email());
  const std::string email_hash = vault_.EmailHash(normal.empty() ? request.email() : normal);
  std::string rehashed;
  Candidate candidate;
  {
    // The wait is read only when the turn has come: guesses in parallel would all see the count of
    // the first.
    ASSIGN_OR_RETURN(const auto turn, hasher_.Wait(call.deadline));
    ASSIGN_OR_RETURN(candidate, FindCandidate(call, email_hash));
    if (candidate.wait.count() > 0) {
      CountSignIn("throttled");
      return TooManyFailures(candidate.wait);
    }
    if (!hasher_.Verify(turn, candidate.password_hash, request.password())) {
      CountSignIn("refused");
      RETURN_IF_ERROR(CountFailure(call, email_hash));
      return SignInRefused();
    }
    if (hasher_.NeedsRehash(candidate.password_hash)) {
      ASSIGN_OR_RETURN(rehashed, hasher_.Hash(turn, request.password()));
    }
  }
  const auto opened = database_.Transact(
      [&](db::Tx& tx) { return OpenSession(tx, call, email_hash, candidate, rehashed); },
      call.transact_options());
  CountSignIn(opened.ok() ? "accepted" : "refused");
  RETURN_IF_ERROR(opened.status());
  return ReplyOf(call, *opened);
}

absl::StatusOr<Api::Opened> Api::OpenSession(db::Tx& tx, const rpc::Call& call,
                                             const std::string& email_hash,
                                             const Candidate& candidate,
                                             const std::string& rehashed) {
  ASSIGN_OR_RETURN(const Person person, store::LoadPerson(tx, candidate.person, store::Everybody(),
                                                          store::Lock::kForUpdate));
  ASSIGN_OR_RETURN(auto account, store::LoadAccountOf(tx, person.id));
  // Between the check and now the person may have been disabled, or the password changed.
  if (person.state != PersonState::kActive || !account.has_value() ||
      account->password_hash != candidate.password_hash) {
    return SignInRefused();
  }
  if (!rehashed.empty()) {
    account->password_hash = rehashed;
    account->update_time = call.now;
    store::SavePassword(tx, *account);
  }
  Opened opened{.person = person, .session = ids_.Next()};
  opened.refresh_token = refresh_tokens_.Make(opened.session, 1);
  ASSIGN_OR_RETURN(opened.key, key_ring_.Current(tx));
  store::InsertSession(tx, {.id = opened.session,
                            .person = person.id,
                            .generation = 1,
                            .token_hash = RefreshTokens::HashOf(opened.refresh_token),
                            .create_time = call.now,
                            .refresh_time = call.now});
  store::DeleteThrottle(tx, email_hash);
  return opened;
}

pb::Session Api::ReplyOf(const rpc::Call& call, const Opened& opened) const {
  const Time issued = IssueTime(opened.person, call.now);
  const auth::Claims claims{.issuer = auth::UserIssuer(options_.deployment),
                            .principal = PrincipalOf(opened.person, opened.session),
                            .issued = issued,
                            .expires = issued + auth::kAccessTokenLife};
  pb::Session reply;
  reply.set_access_token(auth::MakeToken(*opened.key, claims));
  *reply.mutable_expire_time() = rpc::ToProto(claims.expires);
  reply.set_refresh_token(opened.refresh_token);
  reply.set_person("people/" + opened.person.id);
  return reply;
}

absl::StatusOr<pb::Session> Api::RefreshSession(rpc::Call& call,
                                                const pb::RefreshSessionRequest& request) {
  const auto token = refresh_tokens_.Parse(request.refresh_token());
  if (!token.has_value()) return Ended("unknown");
  const std::string hash = RefreshTokens::HashOf(request.refresh_token());
  // Nothing means that the session has ended; an error would undo the end.
  const auto opened = database_.Transact(
      [&](db::Tx& tx) -> absl::StatusOr<std::optional<Opened>> {
        ASSIGN_OR_RETURN(auto session, store::LockSession(tx, token->session));
        if (!session.has_value()) return std::nullopt;
        const auto verdict = Judge(*session, token->generation, hash, call.now);
        if (verdict == RefreshVerdict::kEnded) return std::nullopt;
        if (verdict == RefreshVerdict::kGood) return Rotate(tx, call, *std::move(session));
        RETURN_IF_ERROR(EndSession(
            tx, call, *std::move(session),
            {.action = "revoked", .note = "refresh_token_reused", .actor = "service:identity"}));
        return std::nullopt;
      },
      call.transact_options());
  RETURN_IF_ERROR(opened.status());
  if (!opened->has_value()) return Ended("signed out, outlived, or a refresh token used twice");
  return ReplyOf(call, **opened);
}

absl::StatusOr<Api::Opened> Api::Rotate(db::Tx& tx, const rpc::Call& call, Session session) {
  ASSIGN_OR_RETURN(Person person,
                   store::LoadPerson(tx, session.person, store::Everybody(), store::Lock::kNone));
  session.generation += 1;
  session.refresh_time = call.now;
  Opened opened{.person = std::move(person),
                .session = session.id,
                .refresh_token = refresh_tokens_.Make(session.id, session.generation)};
  session.token_hash = RefreshTokens::HashOf(opened.refresh_token);
  ASSIGN_OR_RETURN(opened.key, key_ring_.Current(tx));
  store::SaveSession(tx, session);
  return opened;
}

// The access tokens of the session must stop too; services know only the person's floor, so other
// sessions of the person get a new access token at their next refresh.
absl::Status Api::EndSession(db::Tx& tx, const rpc::Call& call, Session session, const Note& note) {
  ASSIGN_OR_RETURN(const Person before,
                   store::LoadPerson(tx, session.person, store::Everybody(), store::Lock::kNone));
  Person after = before;
  after.revision += 1;
  after.update_time = call.now;
  RaiseFloor(after, call.now);
  session.end_time = call.now;
  store::SaveSession(tx, session);
  store::SavePerson(tx, before, after);
  Record(tx, call, &before, after, note);
  tx.AfterCommit([person = "people/" + after.id, why = note.note] {
    telemetry::Info("a session has ended", {{"person", person}, {"why", why}});
  });
  return absl::OkStatus();
}

absl::StatusOr<pb::SignOutResponse> Api::SignOut(rpc::Call& call,
                                                 const pb::SignOutRequest& request) {
  const auto token = refresh_tokens_.Parse(request.refresh_token());
  // Whoever wants to be signed out is content when there is nothing to end.
  if (!token.has_value()) return pb::SignOutResponse();
  return database_.Transact(
      [&](db::Tx& tx) -> absl::StatusOr<pb::SignOutResponse> {
        ASSIGN_OR_RETURN(auto session, store::LockSession(tx, token->session));
        if (session.has_value() && !session->end_time.has_value() &&
            !Outlived(*session, call.now)) {
          const std::string actor = "people/" + session->person;
          RETURN_IF_ERROR(EndSession(tx, call, *std::move(session),
                                     {.action = "revoked", .note = "signed_out", .actor = actor}));
        }
        return pb::SignOutResponse();
      },
      call.transact_options());
}

absl::StatusOr<pb::ChangePasswordResponse> Api::ChangePassword(
    rpc::Call& call, const pb::ChangePasswordRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("people", request.name()));
  ASSIGN_OR_RETURN(const OwnAccount own, LoadOwnAccount(call, id));
  const std::string problem = PasswordProblem(request.new_password(), own.normal_email);
  Violations violations;
  violations.Require(
      !request.old_password().empty() &&
          request.old_password().size() <= static_cast<std::size_t>(kPasswordBytesMax),
      "old_password", "is required");
  violations.Require(problem.empty(), "new_password", problem);
  RETURN_IF_ERROR(violations.ToStatus());
  std::optional<std::string> new_hash;  // Nothing: the old password is wrong.
  if (own.yours) {
    ASSIGN_OR_RETURN(const auto turn, hasher_.Wait(call.deadline));
    // The same guard as at sign-in: a stolen access token is no licence to guess.
    ASSIGN_OR_RETURN(const Candidate candidate, FindCandidate(call, own.email_hash));
    if (candidate.wait.count() > 0) return TooManyFailures(candidate.wait);
    if (hasher_.Verify(turn, own.password_hash, request.old_password())) {
      ASSIGN_OR_RETURN(new_hash, hasher_.Hash(turn, request.new_password()));
    }
  }
  // A wrong old password is refused inside, because for a retry the stored reply decides: there the
  // old password is wrong by now.
  auto changed = rpc::Mutate<pb::ChangePasswordResponse>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::ChangePasswordResponse> {
        RETURN_IF_ERROR(Move(tx, call, id, "",
                             {.action = PersonAction::kChangePassword, .note = "password_changed"},
                             [&](db::Tx& t, Person& person) {
                               return SetPassword(t, call, person, own, new_hash);
                             })
                            .status());
        return pb::ChangePasswordResponse();
      });
  if (ReasonOf(changed.status()) == kWrongPassword.name) {
    RETURN_IF_ERROR(CountFailure(call, own.email_hash));
  }
  return changed;
}

absl::StatusOr<Api::OwnAccount> Api::LoadOwnAccount(rpc::Call& call, const std::string& id) {
  if (call.principal.name != "people/" + id) return OwnAccount{};  // Move refuses it.
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<OwnAccount> {
        ASSIGN_OR_RETURN(const auto account, store::LoadAccountOf(tx, id));
        ASSIGN_OR_RETURN(const auto sealed, store::LoadPersonal(tx, {id}));
        OwnAccount own{.yours = true};
        if (!account.has_value() || sealed.empty()) return own;
        ASSIGN_OR_RETURN(const PersonalData personal, vault_.Open(sealed.front()));
        own.normal_email = NormalEmail(personal.email);
        own.email_hash = account->email_hash;
        own.password_hash = account->password_hash;
        return own;
      },
      call.transact_options());
}

absl::Status Api::SetPassword(db::Tx& tx, const rpc::Call& call, Person& person,
                              const OwnAccount& checked,
                              const std::optional<std::string>& new_hash) {
  ASSIGN_OR_RETURN(auto account, store::LoadAccountOf(tx, person.id));
  if (!account.has_value() || account->password_hash.empty()) {
    return FailedPrecondition(kNoLocalAccount, "you do not sign in with a password here",
                              {{"person", "people/" + person.id}});
  }
  if (!new_hash.has_value() || account->password_hash != checked.password_hash) {
    return PermissionDenied(kWrongPassword, "the old password is wrong",
                            {{"person", "people/" + person.id}});
  }
  account->password_hash = *new_hash;
  account->update_time = call.now;
  store::SavePassword(tx, *account);
  store::DeleteThrottle(tx, account->email_hash);
  store::EndSessions(tx, person.id, call.principal.session, call.now);
  RaiseFloor(person, call.now);
  return absl::OkStatus();
}

}  // namespace jointly::identity
