#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "services/theses/api/cotutelle_convert.h"
#include "services/theses/api/cotutelle_engine.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/cotutelle_store.h"

// Amendments of agreements.
namespace jointly::theses {
namespace {

constexpr Reason kAmendmentExists{"AMENDMENT_EXISTS"};  // amendment

struct Ids {
  std::string cotutelle;
  std::string amendment;
};

absl::StatusOr<Ids> ParseIds(const std::string& name, const std::string& path = "name") {
  const auto ids = rpc::ParseName("cotutelles/*/amendments/*", name);
  if (ids.size() == 2) return Ids{ids[0], ids[1]};
  Violations violations;
  violations.Add(path, "must look like cotutelles/{c}/amendments/{a}");
  return violations.ToStatus();
}

// An amendment with its agreement, both locked.
struct Loaded {
  CotutelleView view;
  Amendment amendment;
};
absl::StatusOr<Loaded> Lock(const Turn& turn, const Ids& ids, const rpc::Call& call,
                            const std::string& etag) {
  ASSIGN_OR_RETURN(CotutelleView view,
                   ViewCotutelle(turn, ids.cotutelle, ScopeOf(call), store::Lock::kYes));
  ASSIGN_OR_RETURN(Amendment amendment,
                   store::LoadAmendment(turn.tx, ids.cotutelle, ids.amendment, store::Lock::kYes));
  RETURN_IF_ERROR(rpc::MatchEtag(etag, amendment.revision));
  RETURN_IF_ERROR(RequireOffice(call.principal, view.facts.thesis));
  return Loaded{std::move(view), std::move(amendment)};
}

pb::Amendment AnswerWith(const CotutelleView& view, const Amendment& amendment,
                         const auth::Principal& principal) {
  pb::Amendment message = ToProto(amendment);
  if (!RelationTo(principal, view.facts.thesis).sides.empty()) {
    AddAllowed(AllowedActions(FactsOf(view, amendment)), message);
  }
  return message;
}

}  // namespace

absl::StatusOr<pb::Amendment> Api::CreateAmendment(rpc::Call& call,
                                                   const pb::CreateAmendmentRequest& request) {
  ASSIGN_OR_RETURN(const std::string cotutelle,
                   rpc::IdOf("cotutelles", request.parent(), "parent"));
  Violations violations;
  violations.Require(request.amendment_id().empty() || rpc::IsResourceId(request.amendment_id()),
                     "amendment_id", "must be lower case letters, digits and dashes");
  Amendment draft = FromProto(request.amendment(), "amendment", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  draft.id = request.amendment_id().empty() ? ids_.Next() : request.amendment_id();
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Amendment>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Amendment> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const CotutelleView view,
                         ViewCotutelle(turn, cotutelle, ScopeOf(call), store::Lock::kYes));
        RETURN_IF_ERROR(RequireOffice(call.principal, view.facts.thesis));
        const auto known = store::LoadAmendment(tx, cotutelle, draft.id, store::Lock::kNo);
        if (known.ok()) {
          return AlreadyExists(kAmendmentExists, AmendmentName(*known) + " exists already",
                               {{"amendment", AmendmentName(*known)}});
        }
        if (!absl::IsNotFound(known.status())) return known.status();
        ASSIGN_OR_RETURN(const Amendment created,
                         theses::CreateAmendment(FactsOf(view, draft), call.now));
        RETURN_IF_ERROR(CarryIn(turn, view, created));
        return AnswerWith(view, created, call.principal);
      });
}

absl::StatusOr<pb::Amendment> Api::GetAmendment(rpc::Call& call,
                                                const pb::GetAmendmentRequest& request) {
  ASSIGN_OR_RETURN(const Ids ids, ParseIds(request.name()));
  const Who who = WhoOf(call);
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Amendment> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const CotutelleView view,
                         ViewCotutelle(turn, ids.cotutelle, ScopeOf(call), store::Lock::kNo));
        ASSIGN_OR_RETURN(const Amendment amendment,
                         store::LoadAmendment(tx, ids.cotutelle, ids.amendment, store::Lock::kNo));
        return AnswerWith(view, amendment, call.principal);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListAmendmentsResponse> Api::ListAmendments(
    rpc::Call& call, const pb::ListAmendmentsRequest& request) {
  ASSIGN_OR_RETURN(const std::string cotutelle,
                   rpc::IdOf("cotutelles", request.parent(), "parent"));
  static const rpc::ListSpec kSpec{.columns = {}, .key_sql = "amendment.id"};
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), ""}, 2));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListAmendmentsResponse> {
        RETURN_IF_ERROR(store::ThesisOf(tx, cotutelle, ScopeOf(call)).status());
        ASSIGN_OR_RETURN(const std::vector<Amendment> found,
                         store::ListAmendments(
                             tx, cotutelle, {page.where, page.order_and_limit, page.parameters}));
        pb::ListAmendmentsResponse response;
        for (const Amendment& amendment : found) {
          if (response.amendments_size() == page.size) {
            response.set_next_page_token(
                rpc::NextPageToken(page, found[static_cast<std::size_t>(page.size) - 1].id));
            break;
          }
          *response.add_amendments() = ToProto(amendment);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Amendment> Api::UpdateAmendment(rpc::Call& call,
                                                   const pb::UpdateAmendmentRequest& request) {
  ASSIGN_OR_RETURN(const Ids ids, ParseIds(request.amendment().name(), "amendment.name"));
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Amendment>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Amendment> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const Loaded loaded, Lock(turn, ids, call, request.amendment().etag()));
        pb::Amendment message = ToProto(loaded.amendment);
        RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(),
                                       {"changes", "paths", "effective_date"}, request.amendment(),
                                       message));
        Violations violations;
        const Amendment edited = FromProto(message, "amendment", violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(
            const AmendmentDecision decision,
            theses::UpdateAmendment(FactsOf(loaded.view, loaded.amendment), edited, call.now));
        RETURN_IF_ERROR(CarryOut(turn, loaded.view, decision));
        return AnswerWith(loaded.view, decision.after, call.principal);
      });
}

absl::StatusOr<pb::Amendment> Api::MoveAmendment(rpc::Call& call,
                                                 const pb::MoveAmendmentRequest& request) {
  ASSIGN_OR_RETURN(const Ids ids, ParseIds(request.name()));
  Violations violations;
  const auto action = ParseAmendmentMove(request.action());
  violations.Require(action.has_value(), "action",
                     "must be freeze, return, start_signing, put_in_force or withdraw");
  RETURN_IF_ERROR(violations.ToStatus());
  const Who who = WhoOf(call);
  const auto body = [&](db::Tx& tx) -> absl::StatusOr<pb::Amendment> {
    const Turn turn{tx, engine_, who};
    ASSIGN_OR_RETURN(const Loaded loaded, Lock(turn, ids, call, request.etag()));
    CotutelleInput input;
    input.reason = request.reason();
    input.person = call.principal.name;
    ASSIGN_OR_RETURN(const AmendmentDecision decision,
                     Decide(FactsOf(loaded.view, loaded.amendment), *action, OfficeRole::kOffice,
                            input, call.now));
    RETURN_IF_ERROR(CarryOut(turn, loaded.view, decision));
    return AnswerWith(loaded.view, decision.after, call.principal);
  };
  return Run<pb::Amendment>(call, request, request.validate_only(), body);
}

absl::StatusOr<pb::Amendment> Api::ApproveAmendment(rpc::Call& call,
                                                    const pb::ApproveAmendmentRequest& request) {
  ASSIGN_OR_RETURN(const Ids ids, ParseIds(request.name()));
  Violations violations;
  violations.Require(!request.content_hash().empty(), "content_hash",
                     "is required: that of the changes that you read");
  violations.Require(!request.institution().empty(), "institution",
                     "is required: the side that approves");
  RETURN_IF_ERROR(violations.ToStatus());
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Amendment>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Amendment> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const Loaded loaded, Lock(turn, ids, call, request.etag()));
        const Thesis& thesis = loaded.view.facts.thesis;
        CotutelleInput input;
        ASSIGN_OR_RETURN(input.institution, ActingSide(RelationTo(call.principal, thesis), thesis,
                                                       request.institution()));
        input.person = call.principal.name;
        input.content_hash = request.content_hash();
        ASSIGN_OR_RETURN(const AmendmentDecision decision,
                         Approve(FactsOf(loaded.view, loaded.amendment), input, call.now));
        RETURN_IF_ERROR(CarryOut(turn, loaded.view, decision));
        return AnswerWith(loaded.view, decision.after, call.principal);
      });
}

absl::StatusOr<pb::Amendment> Api::SignAmendment(rpc::Call& call,
                                                 const pb::SignAmendmentRequest& request) {
  ASSIGN_OR_RETURN(const Ids ids, ParseIds(request.name()));
  Violations violations;
  violations.Require(!request.content_hash().empty(), "content_hash",
                     "is required: that of the changes that were signed");
  std::optional<Date> signed_date;
  if (request.has_signed_date()) {
    signed_date = rpc::FromProto(request.signed_date());
    violations.Require(signed_date.has_value(), "signed_date", "must be a full calendar date");
  }
  RETURN_IF_ERROR(violations.ToStatus());
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Amendment>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Amendment> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const Loaded loaded, Lock(turn, ids, call, request.etag()));
        CotutelleInput input;
        input.person = call.principal.name;
        input.content_hash = request.content_hash();
        input.signing = {.step = request.step(),
                         .person = call.principal.name,
                         .signed_date = signed_date.value_or(loaded.view.facts.today),
                         .original_received = request.original_received()};
        RETURN_IF_ERROR(NotInFuture(input.signing.signed_date, loaded.view.facts.today));
        ASSIGN_OR_RETURN(const AmendmentDecision decision,
                         theses::Sign(FactsOf(loaded.view, loaded.amendment), input, call.now));
        RETURN_IF_ERROR(CarryOut(turn, loaded.view, decision));
        return AnswerWith(loaded.view, decision.after, call.principal);
      });
}

}  // namespace jointly::theses
