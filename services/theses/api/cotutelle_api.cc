#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/list.h"
#include "common/rpc/mask.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/theses/api/cotutelle_convert.h"
#include "services/theses/api/cotutelle_engine.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/domain/cotutelle_text.h"
#include "services/theses/store/cotutelle_store.h"
#include "services/theses/store/thesis_store.h"

// Agreements.
namespace jointly::theses {
namespace {

constexpr Reason kCotutelleExists{"COTUTELLE_EXISTS"};  // cotutelle
constexpr std::size_t kReasonBytesMax = 4000;

std::string ThesisId(std::string_view name) {
  return std::string(name.starts_with("theses/") ? name.substr(7) : name);
}

const rpc::ListSpec& CotutelleList() {
  static const rpc::ListSpec kSpec{
      .columns = {{.field = "state", .sql = "cotutelle.state", .map = &LowerCase},
                  {.field = "thesis", .sql = "cotutelle.thesis", .map = &ThesisId},
                  {.field = "institution",
                   .sql = "cotutelle.partner_a",
                   .or_sql = "cotutelle.partner_b"}},
      .key_sql = "cotutelle.id"};
  return kSpec;
}

// Guards refuse with their evidence in single agreements; in lists only the states tell.
pb::Cotutelle AnswerWith(const Turn& turn, const CotutelleView& view, const Cotutelle& cotutelle,
                         const auth::Principal& principal) {
  pb::Cotutelle message = ToProto(cotutelle, view.facts.today);
  AddCotutelleDeadlines(DeadlinesOf(cotutelle, view.place, turn.who.now), message);
  if (RelationTo(principal, view.facts.thesis).sides.empty()) return message;
  CotutelleFacts facts = view.facts;
  facts.cotutelle = cotutelle;
  AddAllowed(AllowedActions(facts), message);
  return message;
}

// A text that says nothing of what the thesis says already takes it from there.
void FillFrom(const Thesis& thesis, CotutelleText& text) {
  const auto fill = [](std::string& field, const std::string& value) {
    if (field.empty()) field = value;
  };
  fill(text.title, thesis.title);
  fill(text.award_mode, thesis.award_mode);
  fill(text.director_a, thesis.sides[0].director);
  fill(text.director_b, thesis.sides[1].director);
  fill(text.defence_institution, SideInCharge(thesis).institution);
  fill(text.language_code, thesis.language_code);
  fill(text.defence_language_code, thesis.defence_language_code);
  AddDefaults(text);
}

std::optional<Date> ReadDate(bool has, const google::type::Date& message, const std::string& path,
                             Violations& violations) {
  if (!has) return std::nullopt;
  const auto date = rpc::FromProto(message);
  violations.Require(date.has_value(), path, "must be a full calendar date");
  return date;
}

absl::StatusOr<std::optional<Cotutelle>> Successor(const Turn& turn, const std::string& name) {
  if (name.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("cotutelles", name, "successor"));
  const auto found = store::LoadCotutelle(turn.tx, id, store::Everything(), store::Lock::kNo);
  if (absl::IsNotFound(found.status())) return std::nullopt;
  if (!found.ok()) return found.status();
  return *found;
}

}  // namespace

absl::StatusOr<pb::Cotutelle> Api::CreateCotutelle(rpc::Call& call,
                                                   const pb::CreateCotutelleRequest& request) {
  Violations violations;
  violations.Require(request.cotutelle_id().empty() || rpc::IsResourceId(request.cotutelle_id()),
                     "cotutelle_id", "must be lower case letters, digits and dashes");
  const auto thesis = rpc::IdOf("theses", request.cotutelle().thesis(), "cotutelle.thesis");
  violations.Require(thesis.ok(), "cotutelle.thesis", "is required and looks like theses/{id}");
  const CotutelleText text = FromProto(request.cotutelle().text(), "cotutelle.text", violations);
  violations.Require(text.start_date != Date{}, "cotutelle.text.start_date", "is required");
  violations.Require(text.end_date != Date{}, "cotutelle.text.end_date", "is required");
  RETURN_IF_ERROR(violations.ToStatus());
  const std::string id = request.cotutelle_id().empty() ? ids_.Next() : request.cotutelle_id();
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Cotutelle>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Cotutelle> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(CotutelleView view, ViewThesis(turn, *thesis, ScopeOf(call)));
        RETURN_IF_ERROR(RequireOffice(call.principal, view.facts.thesis));
        ASSIGN_OR_RETURN(const bool exists, store::CotutelleExists(tx, id));
        if (exists) {
          return AlreadyExists(kCotutelleExists, CotutelleName(id) + " exists already",
                               {{"cotutelle", CotutelleName(id)}});
        }
        view.facts.cotutelle.id = id;
        view.facts.cotutelle.text = text;
        view.facts.cotutelle.demo = request.cotutelle().demo();
        FillFrom(view.facts.thesis, view.facts.cotutelle.text);
        Violations wrong;
        const auto& sides = view.facts.thesis.sides;
        CheckText(view.facts.cotutelle.text, {{sides[0].institution, sides[1].institution}},
                  /*complete=*/false, "cotutelle.text", wrong);
        RETURN_IF_ERROR(wrong.ToStatus());
        ASSIGN_OR_RETURN(const Cotutelle created, theses::CreateCotutelle(view.facts, call.now));
        RETURN_IF_ERROR(CarryIn(turn, view, created));
        return AnswerWith(turn, view, created, call.principal);
      });
}

absl::StatusOr<pb::Cotutelle> Api::GetCotutelle(rpc::Call& call,
                                                const pb::GetCotutelleRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("cotutelles", request.name()));
  const Who who = WhoOf(call);
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Cotutelle> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const CotutelleView view,
                         ViewCotutelle(turn, id, ScopeOf(call), store::Lock::kNo));
        return AnswerWith(turn, view, view.facts.cotutelle, call.principal);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListCotutellesResponse> Api::ListCotutelles(
    rpc::Call& call, const pb::ListCotutellesRequest& request) {
  const store::Scope scope = ScopeOf(call);
  ASSIGN_OR_RETURN(
      const rpc::Page page,
      rpc::ParsePage(CotutelleList(), {request.page_size(), request.page_token(), request.filter()},
                     store::ScopeCondition(scope, 1).next));
  const Date today = Date(std::chrono::floor<std::chrono::days>(call.now));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListCotutellesResponse> {
        ASSIGN_OR_RETURN(
            const std::vector<Cotutelle> found,
            store::ListCotutelles(tx, scope, {page.where, page.order_and_limit, page.parameters}));
        pb::ListCotutellesResponse response;
        for (const Cotutelle& cotutelle : found) {
          if (response.cotutelles_size() == page.size) {
            response.set_next_page_token(
                rpc::NextPageToken(page, found[static_cast<std::size_t>(page.size) - 1].id));
            break;
          }
          *response.add_cotutelles() = ToProto(cotutelle, today);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Cotutelle> Api::UpdateCotutelle(rpc::Call& call,
                                                   const pb::UpdateCotutelleRequest& request) {
  ASSIGN_OR_RETURN(const std::string id,
                   rpc::IdOf("cotutelles", request.cotutelle().name(), "cotutelle.name"));
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Cotutelle>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Cotutelle> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const CotutelleView view,
                         ViewCotutelle(turn, id, ScopeOf(call), store::Lock::kYes));
        RETURN_IF_ERROR(rpc::MatchEtag(request.cotutelle().etag(), view.facts.cotutelle.revision));
        RETURN_IF_ERROR(RequireOffice(call.principal, view.facts.thesis));
        pb::Cotutelle message = ToProto(view.facts.cotutelle, view.facts.today);
        RETURN_IF_ERROR(
            rpc::ApplyMask(request.update_mask(), {"text"}, request.cotutelle(), message));
        Violations violations;
        CotutelleText text = FromProto(message.text(), "cotutelle.text", violations);
        AddDefaults(text);
        CheckText(text, {view.facts.cotutelle.partners}, /*complete=*/false, "cotutelle.text",
                  violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const CotutelleDecision decision, UpdateText(view.facts, text, call.now));
        RETURN_IF_ERROR(CarryOut(turn, view, decision, std::string(decision.move->event)));
        return AnswerWith(turn, view, decision.after, call.principal);
      });
}

absl::StatusOr<pb::Cotutelle> Api::MoveCotutelle(rpc::Call& call,
                                                 const pb::MoveCotutelleRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("cotutelles", request.name()));
  Violations violations;
  const auto action = ParseMoveAction(request.action());
  violations.Require(action.has_value(), "action",
                     "must be negotiate, freeze, return, start_signing, put_in_force, suspend, "
                     "resume, give_notice, renew, terminate or review");
  violations.Require(request.reason().size() <= kReasonBytesMax, "reason", "is at most 4000 bytes");
  const auto on = ReadDate(request.has_effective_date(), request.effective_date(), "effective_date",
                           violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const Who who = WhoOf(call);
  const auto body = [&](db::Tx& tx) -> absl::StatusOr<pb::Cotutelle> {
    const Turn turn{tx, engine_, who};
    ASSIGN_OR_RETURN(CotutelleView view, ViewCotutelle(turn, id, ScopeOf(call), store::Lock::kYes));
    RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), view.facts.cotutelle.revision));
    RETURN_IF_ERROR(RequireOffice(call.principal, view.facts.thesis));
    const bool notice = *action == CotutelleAction::kGiveNotice;
    view.facts.on = on.value_or(notice ? view.facts.cotutelle.head().end_date : view.facts.today);
    ASSIGN_OR_RETURN(view.facts.successor, Successor(turn, request.successor()));
    CotutelleInput input;
    input.reason = request.reason();
    input.person = call.principal.name;
    ASSIGN_OR_RETURN(const CotutelleDecision decision,
                     Decide(view.facts, *action, OfficeRole::kOffice, input, call.now));
    RETURN_IF_ERROR(CarryOut(turn, view, decision, std::string(decision.move->event)));
    return AnswerWith(turn, view, decision.after, call.principal);
  };
  return Run<pb::Cotutelle>(call, request, request.validate_only(), body);
}

absl::StatusOr<pb::Cotutelle> Api::ApproveCotutelle(rpc::Call& call,
                                                    const pb::ApproveCotutelleRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("cotutelles", request.name()));
  Violations violations;
  violations.Require(!request.content_hash().empty(), "content_hash",
                     "is required: that of the text that you read");
  violations.Require(!request.institution().empty(), "institution",
                     "is required: the side that approves");
  RETURN_IF_ERROR(violations.ToStatus());
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Cotutelle>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Cotutelle> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const CotutelleView view,
                         ViewCotutelle(turn, id, ScopeOf(call), store::Lock::kYes));
        RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), view.facts.cotutelle.revision));
        CotutelleInput input;
        ASSIGN_OR_RETURN(input.institution,
                         ActingSide(RelationTo(call.principal, view.facts.thesis),
                                    view.facts.thesis, request.institution()));
        input.person = call.principal.name;
        input.content_hash = request.content_hash();
        ASSIGN_OR_RETURN(const CotutelleDecision decision, Approve(view.facts, input, call.now));
        RETURN_IF_ERROR(
            CarryOut(turn, view, decision, std::string(decision.move->event), input.institution));
        return AnswerWith(turn, view, decision.after, call.principal);
      });
}

absl::StatusOr<pb::Cotutelle> Api::SignCotutelle(rpc::Call& call,
                                                 const pb::SignCotutelleRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("cotutelles", request.name()));
  Violations violations;
  violations.Require(!request.content_hash().empty(), "content_hash",
                     "is required: that of the text that was signed");
  const auto signed_date =
      ReadDate(request.has_signed_date(), request.signed_date(), "signed_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const Who who = WhoOf(call);
  return rpc::Mutate<pb::Cotutelle>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Cotutelle> {
        const Turn turn{tx, engine_, who};
        ASSIGN_OR_RETURN(const CotutelleView view,
                         ViewCotutelle(turn, id, ScopeOf(call), store::Lock::kYes));
        RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), view.facts.cotutelle.revision));
        RETURN_IF_ERROR(RequireOffice(call.principal, view.facts.thesis));
        CotutelleInput input;
        input.person = call.principal.name;
        input.content_hash = request.content_hash();
        input.signing = {.step = request.step(),
                         .person = call.principal.name,
                         .signed_date = signed_date.value_or(view.facts.today),
                         .original_received = request.original_received()};
        RETURN_IF_ERROR(NotInFuture(input.signing.signed_date, view.facts.today));
        ASSIGN_OR_RETURN(const CotutelleDecision decision,
                         theses::Sign(view.facts, input, call.now));
        RETURN_IF_ERROR(CarryOut(turn, view, decision, std::string(decision.move->event),
                                 "step " + std::to_string(request.step())));
        return AnswerWith(turn, view, decision.after, call.principal);
      });
}

}  // namespace jointly::theses
