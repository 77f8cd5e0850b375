#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "services/identity/api/authority.h"
#include "services/identity/api/convert.h"
#include "services/identity/api/identity_api.h"
#include "services/identity/store/account_store.h"
#include "services/identity/store/session_store.h"

// The RPCs on people. Their contracts are in identity.proto.
namespace jointly::identity {
namespace {

constexpr int kContactsMax = 200;

std::string LowerState(std::string_view value) {
  std::string lower(value);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

const rpc::ListSpec& PeopleSpec() {
  static const rpc::ListSpec spec{
      .columns = {{.field = "institution", .sql = "person.institution"},
                  {.field = "state", .sql = "person.state", .map = &LowerState}},
      .key_sql = "person.id"};
  return spec;
}

absl::Status EmailTaken() {
  return AlreadyExists(kEmailTaken,
                       "another person has this e-mail address: find them in the list, "
                       "or give another address");
}

}  // namespace

absl::Status Api::Reveal(db::Tx& tx, std::vector<pb::Person*> people) {
  std::map<std::string, pb::Person*> by_id;
  std::vector<std::string> ids;
  for (pb::Person* person : people) {
    ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("people", person->name()));
    by_id[id] = person;
    ids.push_back(id);
  }
  if (ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto sealed, store::LoadPersonal(tx, ids));
  for (const store::SealedPersonal& row : sealed) {
    ASSIGN_OR_RETURN(const PersonalData personal, vault_.Open(row));
    Fill(*by_id[row.person], personal);
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::Person> Api::Revealed(rpc::Call& call, absl::StatusOr<pb::Person> person) {
  if (!person.ok()) return person;
  RETURN_IF_ERROR(
      database_.Read([&](db::Tx& tx) { return Reveal(tx, {&*person}); }, call.transact_options()));
  return person;
}

absl::StatusOr<pb::Person> Api::Read(rpc::Call& call, const std::string& id) {
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Person> {
        ASSIGN_OR_RETURN(const Person person,
                         store::LoadPerson(tx, id, ScopeOf(call.principal), store::Lock::kNone));
        pb::Person message = ToProto(person);
        RETURN_IF_ERROR(Reveal(tx, {&message}));
        return message;
      },
      call.transact_options());
}

absl::StatusOr<pb::Person> Api::GetSelf(rpc::Call& call, const pb::GetSelfRequest&) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("people", call.principal.name, "caller"));
  return Read(call, id);
}

absl::StatusOr<pb::Person> Api::GetPerson(rpc::Call& call, const pb::GetPersonRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("people", request.name()));
  return Read(call, id);
}

absl::StatusOr<pb::ListPeopleResponse> Api::ListPeople(rpc::Call& call,
                                                       const pb::ListPeopleRequest& request) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(PeopleSpec(),
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = request.filter()},
                                                        store::kListFirstParameter));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListPeopleResponse> {
        ASSIGN_OR_RETURN(std::vector<Person> people,
                         store::ListPeople(tx, ScopeOf(call.principal),
                                           page.where + page.order_and_limit, page.parameters));
        pb::ListPeopleResponse reply;
        if (people.size() > static_cast<std::size_t>(page.size)) {
          people.resize(static_cast<std::size_t>(page.size));
          reply.set_next_page_token(rpc::NextPageToken(page, people.back().id));
        }
        std::vector<pb::Person*> messages;
        for (const Person& person : people) {
          *reply.add_people() = ToProto(person);
        }
        for (pb::Person& message : *reply.mutable_people()) messages.push_back(&message);
        RETURN_IF_ERROR(Reveal(tx, messages));
        return reply;
      },
      call.transact_options());
}

absl::StatusOr<pb::Person> Api::Insert(db::Tx& tx, const rpc::Call& call, const Person& person,
                                       const PersonalData& personal,
                                       const std::string& password_hash,
                                       const std::string& email_hash) {
  ASSIGN_OR_RETURN(const auto taken, store::FindAccount(tx, email_hash));
  if (taken.has_value()) return EmailTaken();
  store::InsertPerson(tx, person);
  store::SavePersonal(tx, vault_.Seal(person.id, personal));
  store::InsertAccount(tx, {.email_hash = email_hash,
                            .person = person.id,
                            .password_hash = password_hash,
                            .update_time = call.now});
  Record(tx, call, nullptr, person, {.action = "created"});
  return ToProto(person);
}

absl::StatusOr<pb::Person> Api::CreatePerson(rpc::Call& call,
                                             const pb::CreatePersonRequest& request) {
  Violations violations;
  NewPerson made =
      FromProto(request, call.principal.everywhere(auth::Role::kAdministrator), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(MayCreate(call.principal, made.person.institution));
  Person person = made.person;
  person.grants.clear();
  for (const Grant& grant : made.person.grants) {
    RETURN_IF_ERROR(MayGrant(call.principal, grant));
    RETURN_IF_ERROR(Add(person, grant));
  }
  // Hashed before the transaction, which other writers wait for.
  std::string password_hash;
  if (!request.password().empty()) {
    ASSIGN_OR_RETURN(const auto turn, hasher_.Wait(call.deadline));
    ASSIGN_OR_RETURN(password_hash, hasher_.Hash(turn, request.password()));
  }
  person.id = ids_.Next();
  person.revision = 1;
  person.create_time = call.now;
  person.update_time = call.now;
  const std::string email_hash = vault_.EmailHash(made.normal_email);
  auto created = rpc::Mutate<pb::Person>(database_, call, request, [&](db::Tx& tx) {
    return Insert(tx, call, person, made.personal, password_hash, email_hash);
  });
  // Two at once: the unique index decided.
  if (ReasonOf(created.status()) == db::kUniqueViolation.name) return EmailTaken();
  return Revealed(call, std::move(created));
}

absl::StatusOr<pb::Person> Api::Move(db::Tx& tx, const rpc::Call& call, const std::string& id,
                                     std::string_view etag, const Verb& verb,
                                     const Change& change) {
  // Before the person, and in the order of their ids: two such steps wait for each other at the
  // first row, instead of each holding what the other wants.
  std::vector<std::string> administrators;
  if (verb.takes_administrator) {
    ASSIGN_OR_RETURN(administrators, store::LockAdministrators(tx));
  }
  ASSIGN_OR_RETURN(const Person before,
                   store::LoadPerson(tx, id, ScopeOf(call.principal), store::Lock::kForUpdate));
  RETURN_IF_ERROR(rpc::MatchEtag(etag, before.revision));
  const PersonFacts facts{.last_administrator = administrators == std::vector<std::string>{id}};
  ASSIGN_OR_RETURN(const PersonMove* move,
                   Decide(before, verb.action, RelationsTo(before, call.principal), facts));
  Person after = before;
  after.state = move->to;
  after.revision += 1;
  after.update_time = call.now;
  RETURN_IF_ERROR(change(tx, after));
  store::SavePerson(tx, before, after);
  Record(tx, call, &before, after, {.action = std::string(move->event), .note = verb.note});
  return ToProto(after);
}

template <typename Request>
absl::StatusOr<pb::Person> Api::Run(rpc::Call& call, const Request& request, const Verb& verb,
                                    const Change& change) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("people", request.name()));
  return Revealed(call, rpc::Mutate<pb::Person>(database_, call, request, [&](db::Tx& tx) {
                    return Move(tx, call, id, request.etag(), verb, change);
                  }));
}

absl::StatusOr<pb::Person> Api::UpdatePerson(rpc::Call& call,
                                             const pb::UpdatePersonRequest& request) {
  ASSIGN_OR_RETURN(const std::string id,
                   rpc::IdOf("people", request.person().name(), "person.name"));
  const auto change = [&](db::Tx& tx, Person& person) -> absl::Status {
    ASSIGN_OR_RETURN(const auto sealed, store::LoadPersonal(tx, {id}));
    if (sealed.empty()) return Internal(kInternal, "a living person has no personal data");
    ASSIGN_OR_RETURN(PersonalData personal, vault_.Open(sealed.front()));
    pb::Person message = ToProto(person);
    Fill(message, personal);
    RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(), kUpdatable, request.person(), message));
    Violations violations;
    Apply(message, person, personal, violations);
    RETURN_IF_ERROR(violations.ToStatus());
    ASSIGN_OR_RETURN(const auto resealed, vault_.Reseal(sealed.front(), personal));
    store::SavePersonal(tx, resealed);
    return absl::OkStatus();
  };
  return Revealed(call, rpc::Mutate<pb::Person>(database_, call, request, [&](db::Tx& tx) {
                    return Move(tx, call, id, request.person().etag(),
                                {.action = PersonAction::kUpdate}, change);
                  }));
}

absl::StatusOr<pb::Person> Api::RevokeSessions(rpc::Call& call,
                                               const pb::RevokeSessionsRequest& request) {
  return Run(call, request, {.action = PersonAction::kRevoke}, [&](db::Tx& tx, Person& person) {
    store::EndSessions(tx, person.id, "", call.now);
    RaiseFloor(person, call.now);
    return absl::OkStatus();
  });
}

absl::StatusOr<pb::Person> Api::DisablePerson(rpc::Call& call,
                                              const pb::DisablePersonRequest& request) {
  return Run(call, request, {.action = PersonAction::kDisable, .takes_administrator = true},
             [&](db::Tx& tx, Person& person) {
               store::EndSessions(tx, person.id, "", call.now);
               RaiseFloor(person, call.now);
               return absl::OkStatus();
             });
}

absl::StatusOr<pb::Person> Api::ErasePerson(rpc::Call& call,
                                            const pb::ErasePersonRequest& request) {
  const auto erase = [&](db::Tx& tx, Person& person) -> absl::Status {
    store::DeletePersonal(tx, person.id);
    store::DeleteAccount(tx, person.id);
    store::DeleteSessionsOf(tx, person.id);
    person.grants.clear();
    RaiseFloor(person, call.now);
    return absl::OkStatus();
  };
  return Run(call, request, {.action = PersonAction::kErase, .takes_administrator = true}, erase);
}

absl::StatusOr<pb::Person> Api::AddGrant(rpc::Call& call, const pb::AddGrantRequest& request) {
  Violations violations;
  const Grant grant = FromProto(request.grant(), "grant", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(MayGrant(call.principal, grant));
  return Run(call, request,
             {.action = PersonAction::kGrant, .note = grant.role + "@" + grant.scope},
             [&](db::Tx&, Person& person) {
               RaiseFloor(person, call.now);
               return Add(person, grant);
             });
}

absl::StatusOr<pb::Person> Api::RemoveGrant(rpc::Call& call,
                                            const pb::RemoveGrantRequest& request) {
  Violations violations;
  const Grant grant = FromProto(request.grant(), "grant", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(MayGrant(call.principal, grant));
  return Run(call, request,
             {.action = PersonAction::kUngrant,
              .note = grant.role + "@" + grant.scope,
              .takes_administrator = grant == kDeploymentAdministrator},
             [&](db::Tx&, Person& person) {
               RaiseFloor(person, call.now);
               return Remove(person, grant);
             });
}

absl::StatusOr<pb::BatchGetContactsResponse> Api::BatchGetContacts(
    rpc::Call& call, const pb::BatchGetContactsRequest& request) {
  Violations violations;
  violations.Require(request.names_size() <= kContactsMax, "names", "lists more than 200 people");
  std::vector<std::string> ids;
  for (int i = 0; i < std::min(request.names_size(), kContactsMax); ++i) {
    auto id = rpc::IdOf("people", request.names(i));
    if (violations.Require(id.ok(), "names[" + std::to_string(i) + "]",
                           "has the form people/{id}")) {
      ids.push_back(*std::move(id));
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::BatchGetContactsResponse> {
        pb::BatchGetContactsResponse reply;
        ASSIGN_OR_RETURN(const auto people, store::LoadPeople(tx, ids));
        ASSIGN_OR_RETURN(const auto sealed, store::LoadPersonal(tx, ids));
        std::map<std::string, const store::SealedPersonal*> by_id;
        for (const store::SealedPersonal& row : sealed) by_id[row.person] = &row;
        for (const Person& person : people) {
          const auto found = by_id.find(person.id);
          if (found == by_id.end()) continue;  // Erased.
          ASSIGN_OR_RETURN(const PersonalData personal, vault_.Open(*found->second));
          pb::Contact& contact = *reply.add_contacts();
          contact.set_name("people/" + person.id);
          contact.set_display_name(personal.display_name);
          contact.set_email(personal.email);
          contact.set_language_code(person.language_code);
          contact.set_time_zone(person.time_zone);
        }
        return reply;
      },
      call.transact_options());
}

}  // namespace jointly::identity
