#include "services/mobility/api/vault.h"

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"
#include "services/mobility/api/convert.h"

namespace jointly::mobility {
namespace {

std::string KeyContext(const std::string& person) { return "personal_key/" + person; }
std::string FileContext(const Document& document) { return "document/" + document.id; }
std::string NomineeContext(const std::string& mobility) { return "personal/" + mobility; }

}  // namespace

std::string Vault::NewWrappedKey(const std::string& person) const {
  return auth::Seal(master_key_, auth::SecretKey::Generate(rng_).bytes(), KeyContext(person), rng_);
}

absl::StatusOr<auth::SecretKey> Vault::Unwrap(const std::string& person,
                                              const std::string& wrapped) const {
  ASSIGN_OR_RETURN(std::string bytes, auth::Unseal(master_key_, wrapped, KeyContext(person)));
  return auth::SecretKey::FromBytes(std::move(bytes));
}

absl::StatusOr<std::string> Vault::SealFileName(const std::string& person,
                                                const std::string& wrapped,
                                                const Document& document) const {
  ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(person, wrapped));
  return auth::Base64UrlEncode(auth::Seal(key, document.file_name, FileContext(document), rng_));
}

std::string Vault::OpenFileName(const std::string& person, const std::string& wrapped,
                                const Document& document) const {
  if (wrapped.empty()) return "";
  const auto open = [&]() -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(person, wrapped));
    ASSIGN_OR_RETURN(const std::string sealed, auth::Base64UrlDecode(document.file_name));
    return auth::Unseal(key, sealed, FileContext(document));
  };
  const absl::StatusOr<std::string> name = open();
  if (name.ok()) return *name;
  // A wrong master key must not make whole applications unreadable: the name alone is missing.
  telemetry::Error("a file name cannot be unsealed; is this the master key of the database?",
                   {{"person", person}, {"document", document.id}});
  return "";
}

absl::StatusOr<std::string> Vault::SealNominee(const std::string& person,
                                               const std::string& wrapped,
                                               const std::string& mobility,
                                               const Nominee& nominee) const {
  ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(person, wrapped));
  return auth::Seal(key, ToProto(nominee).SerializeAsString(), NomineeContext(mobility), rng_);
}

absl::StatusOr<std::optional<Nominee>> Vault::OpenNominee(const std::string& person,
                                                          const std::string& wrapped,
                                                          const std::string& mobility,
                                                          const std::string& sealed) const {
  if (wrapped.empty() || sealed.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(person, wrapped));
  ASSIGN_OR_RETURN(const std::string bytes, auth::Unseal(key, sealed, NomineeContext(mobility)));
  pb::Nominee message;
  if (!message.ParseFromString(bytes)) return Internal(kInternal, "a sealed nominee is not one");
  Violations ignored;  // It was checked when it was stored.
  return FromProto(message, "nominee", ignored);
}

}  // namespace jointly::mobility
