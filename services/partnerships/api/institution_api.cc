#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "services/partnerships/api/convert.h"
#include "services/partnerships/api/partnerships_api.h"
#include "services/partnerships/store/institution_store.h"

namespace jointly::partnerships {
namespace {

inline constexpr Reason kInstitutionExists{"INSTITUTION_EXISTS"};
inline constexpr Reason kUnitExists{"UNIT_EXISTS"};
inline constexpr Reason kNotYourInstitution{"NOT_YOUR_INSTITUTION"};

bool IsChosenId(std::string_view id) {
  return rpc::IsResourceId(id) && id.size() >= 2 && id.size() <= 39 && id[0] >= 'a' && id[0] <= 'z';
}

// Reads have no scope: institutions and units are public facts of the partnership.
bus::Event InstitutionEvent(const rpc::Call& call, const Institution& institution,
                            const std::string& action) {
  pb::InstitutionEvent body;
  *body.mutable_institution() = ToProto(institution);
  body.mutable_change()->set_action(action);
  body.mutable_change()->set_actor(call.principal.name);
  bus::Event event = rpc::EventOf(call);
  event.aggregate_type = "partnerships.institution";
  event.aggregate_id = institution.id;
  event.revision = institution.revision;
  event.action = action;
  event.subject = "institutions/" + institution.id;
  event.message_name = pb::InstitutionEvent::descriptor()->full_name();
  event.body = body.SerializeAsString();
  event.audience = {event.subject};
  return event;
}

bus::Event UnitEvent(const rpc::Call& call, const Unit& unit, const std::string& action) {
  pb::UnitEvent body;
  *body.mutable_unit() = ToProto(unit);
  body.mutable_change()->set_action(action);
  body.mutable_change()->set_actor(call.principal.name);
  bus::Event event = rpc::EventOf(call);
  event.aggregate_type = "partnerships.unit";
  event.aggregate_id = unit.institution + "." + unit.id;
  event.revision = unit.revision;
  event.action = action;
  event.subject = "institutions/" + unit.institution + "/units/" + unit.id;
  event.message_name = pb::UnitEvent::descriptor()->full_name();
  event.body = body.SerializeAsString();
  event.audience = {"institutions/" + unit.institution};
  return event;
}

}  // namespace

absl::StatusOr<pb::Institution> Api::CreateInstitution(
    rpc::Call& call, const pb::CreateInstitutionRequest& request) {
  Violations violations;
  violations.Require(IsChosenId(request.institution_id()), "institution_id",
                     "must be 2 to 39 lower case letters, digits and dashes, a letter first");
  Institution institution = FromProto(request.institution(), "institution", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (!call.principal.everywhere(auth::Role::kAdministrator)) {
    return PermissionDenied(kNotYourInstitution,
                            "Only an administrator of the deployment creates institutions.");
  }
  institution.id = request.institution_id();
  institution.revision = 1;
  institution.create_time = call.now;
  institution.update_time = call.now;
  return rpc::Mutate<pb::Institution>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Institution> {
        const auto existing = store::LoadInstitution(tx, institution.id, false);
        if (existing.ok()) {
          return AlreadyExists(kInstitutionExists,
                               "institutions/" + institution.id + " exists already.",
                               {{"name", "institutions/" + institution.id}});
        }
        if (!absl::IsNotFound(existing.status())) return existing.status();
        store::InsertInstitution(tx, institution);
        outbox_.Append(tx, InstitutionEvent(call, institution, "created"));
        return ToProto(institution);
      });
}

absl::StatusOr<pb::Institution> Api::GetInstitution(rpc::Call& call,
                                                    const pb::GetInstitutionRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("institutions", request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Institution> {
        ASSIGN_OR_RETURN(const Institution found, store::LoadInstitution(tx, id, false));
        return ToProto(found);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListInstitutionsResponse> Api::ListInstitutions(
    rpc::Call& call, const pb::ListInstitutionsRequest& request) {
  static const rpc::ListSpec kSpec{.columns = {}, .key_sql = "id"};
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), ""}, 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListInstitutionsResponse> {
        ASSIGN_OR_RETURN(
            const auto found,
            store::ListInstitutions(tx, page.where + page.order_and_limit, page.parameters));
        pb::ListInstitutionsResponse response;
        for (const Institution& institution : found) {
          if (response.institutions_size() == page.size) {
            response.set_next_page_token(
                rpc::NextPageToken(page, found[static_cast<std::size_t>(page.size) - 1].id));
            break;
          }
          *response.add_institutions() = ToProto(institution);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Institution> Api::UpdateInstitution(
    rpc::Call& call, const pb::UpdateInstitutionRequest& request) {
  ASSIGN_OR_RETURN(const std::string id,
                   rpc::IdOf("institutions", request.institution().name(), "institution.name"));
  const std::string name = "institutions/" + id;
  if (!call.principal.HoldsIn(auth::Role::kAdministrator, name)) {
    return PermissionDenied(kNotYourInstitution, "You are not an administrator of " + name + ".",
                            {{"name", name}});
  }
  return rpc::Mutate<pb::Institution>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Institution> {
        ASSIGN_OR_RETURN(const Institution before, store::LoadInstitution(tx, id, true));
        RETURN_IF_ERROR(rpc::MatchEtag(request.institution().etag(), before.revision));
        pb::Institution message = ToProto(before);
        RETURN_IF_ERROR(rpc::ApplyMask(
            request.update_mask(),
            {"display_name", "localized_names", "region_code", "time_zone", "schac_domain", "ror",
             "erasmus_code", "academic_year_start_month", "website"},
            request.institution(), message));
        Violations violations;
        Institution after = FromProto(message, "institution", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        after.id = id;
        after.revision = before.revision + 1;
        after.create_time = before.create_time;
        after.update_time = call.now;
        store::SaveInstitution(tx, after);
        outbox_.Append(tx, InstitutionEvent(call, after, "updated"));
        return ToProto(after);
      });
}

absl::StatusOr<pb::Unit> Api::CreateUnit(rpc::Call& call, const pb::CreateUnitRequest& request) {
  ASSIGN_OR_RETURN(const std::string institution,
                   rpc::IdOf("institutions", request.parent(), "parent"));
  Violations violations;
  violations.Require(IsChosenId(request.unit_id()), "unit_id",
                     "must be 2 to 39 lower case letters, digits and dashes, a letter first");
  Unit unit = FromProto(request.unit(), "unit", violations);
  violations.Require(
      unit.parent_unit.empty() || unit.parent_unit.starts_with(request.parent() + "/units/"),
      "unit.parent_unit", "must be a unit of the same institution");
  RETURN_IF_ERROR(violations.ToStatus());
  if (!call.principal.HoldsIn(auth::Role::kAdministrator, request.parent()) &&
      !call.principal.HoldsIn(auth::Role::kInternationalOffice, request.parent())) {
    return PermissionDenied(kNotYourInstitution, "You do not work for " + request.parent() + ".",
                            {{"name", request.parent()}});
  }
  unit.institution = institution;
  unit.id = request.unit_id();
  unit.revision = 1;
  unit.create_time = call.now;
  unit.update_time = call.now;
  return rpc::Mutate<pb::Unit>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Unit> {
        RETURN_IF_ERROR(store::LoadInstitution(tx, institution, false).status());
        const auto existing = store::LoadUnit(tx, institution, unit.id);
        if (existing.ok()) {
          return AlreadyExists(kUnitExists,
                               request.parent() + "/units/" + unit.id + " exists already.");
        }
        if (!absl::IsNotFound(existing.status())) return existing.status();
        store::InsertUnit(tx, unit);
        outbox_.Append(tx, UnitEvent(call, unit, "created"));
        return ToProto(unit);
      });
}

absl::StatusOr<pb::Unit> Api::GetUnit(rpc::Call& call, const pb::GetUnitRequest& request) {
  const std::vector<std::string> ids = rpc::ParseName("institutions/*/units/*", request.name());
  Violations violations;
  violations.Require(ids.size() == 2, "name", "must look like institutions/uga/units/phitem");
  RETURN_IF_ERROR(violations.ToStatus());
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Unit> {
        ASSIGN_OR_RETURN(const Unit unit, store::LoadUnit(tx, ids[0], ids[1]));
        return ToProto(unit);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListUnitsResponse> Api::ListUnits(rpc::Call& call,
                                                     const pb::ListUnitsRequest& request) {
  ASSIGN_OR_RETURN(const std::string institution,
                   rpc::IdOf("institutions", request.parent(), "parent"));
  static const rpc::ListSpec kSpec{.columns = {}, .key_sql = "id"};
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), ""}, 2));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListUnitsResponse> {
        RETURN_IF_ERROR(store::LoadInstitution(tx, institution, false).status());
        ASSIGN_OR_RETURN(
            const auto found,
            store::ListUnits(tx, institution, page.where + page.order_and_limit, page.parameters));
        pb::ListUnitsResponse response;
        for (const Unit& unit : found) {
          if (response.units_size() == page.size) {
            response.set_next_page_token(rpc::NextPageToken(
                page, store::UnitKey(found[static_cast<std::size_t>(page.size) - 1])));
            break;
          }
          *response.add_units() = ToProto(unit);
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::partnerships
