#include "tests/simulation/worlds/players.h"

// Calls and their places.
namespace jointly::simulation {

namespace pb = mobility::v1;
using Api = mobility::Api;
using std::chrono::hours;
using std::chrono::minutes;

Command& Players::CreateCall() {
  pb::CreateCallRequest request;
  pb::Call& call = *request.mutable_call();
  const minutes closing(60 + world_.rng().Below(3 * 24 * 60));
  const minutes decision = closing + minutes(world_.rng().Below(24 * 60));
  call.set_display_name("Stays in Tsukuba");
  call.set_home_institution(kUga);
  call.set_agreement(kAgreement);
  call.set_academic_year("2027/2028");
  *call.mutable_open_time() = In(-hours(24));
  *call.mutable_close_time() = In(closing);
  *call.mutable_decision_time() = In(decision);
  call.set_offer_validity_hours(static_cast<int>(1 + world_.rng().Below(96)));
  call.set_appeal_working_days(static_cast<int>(1 + world_.rng().Below(10)));
  call.set_priority(static_cast<int>(1 + world_.rng().Below(2)));
  if (world_.Chance(50)) call.set_linked_group("stays");
  call.set_funding_reference(SomeFunding());
  if (world_.Chance(15)) call.add_required_documents("motivation_letter");
  if (world_.Chance(30)) *call.mutable_nomination_close_time() = In(decision + hours(480));
  return world_.Send(world_.mobility(), board_.home_office, &Api::CreateCall, request, SeeCall());
}

// Now and then one that no budget answers to.
std::string Players::SomeFunding() {
  if (!world_.has_budgets() || world_.Chance(15)) return "";
  return world_.Chance(90) ? kFunding : "nobody";
}

Command& Players::PublishCall(const std::string& call) {
  pb::PublishCallRequest request;
  request.set_name(call);
  return world_.Send(world_.mobility(), board_.home_office, &Api::PublishCall, request, SeeCall());
}

void Players::ActOnCalls() {
  if (board_.calls.empty() || (board_.calls.size() < 4 && world_.Chance(20))) {
    CreateCall();
    return;
  }
  const pb::Call chosen = world_.AnyOf(board_.calls).second;
  if (chosen.state() == pb::Call::DRAFT) {
    PublishCall(chosen.name());
    return;
  }
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 8) return CancelCall(chosen.name());
  if (chance < 50) return MoveCall(chosen);
  pb::GetCallRequest request;
  request.set_name(chosen.name());
  world_.Send(world_.mobility(), Anybody(), &Api::GetCall, request, SeeCall());
}

void Players::MoveCall(const pb::Call& call) {
  pb::UpdateCallRequest request;
  request.mutable_call()->set_name(call.name());
  request.mutable_call()->set_etag(SomeEtag(call.etag()));
  const minutes closing(world_.rng().Below(5 * 24 * 60));
  if (world_.Chance(50)) {
    *request.mutable_call()->mutable_close_time() = In(closing);
    request.mutable_update_mask()->add_paths("close_time");
  }
  *request.mutable_call()->mutable_decision_time() =
      In(closing + minutes(world_.rng().Below(4320)));
  request.mutable_update_mask()->add_paths("decision_time");
  world_.Send(world_.mobility(), board_.home_office, &Api::UpdateCall, request, SeeCall());
}

void Players::CancelCall(const std::string& call) {
  pb::CancelCallRequest request;
  request.set_name(call);
  request.set_reason(Words());
  world_.Send(world_.mobility(), board_.home_office, &Api::CancelCall, request, SeeCall());
}

void Players::ActOnPlaces() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 55 && !board_.calls.empty()) return Allocate(world_.AnyOf(board_.calls).first);
  if (chance < 80 && !board_.quotas.empty()) return AdjustQuota(world_.AnyOf(board_.quotas).second);
  world_.Send(world_.mobility(), AnyOffice(), &Api::ListQuotas, pb::ListQuotasRequest(),
              std::function([see = SeeQuota()](const pb::ListQuotasResponse& reply) {
                for (const pb::Quota& quota : reply.quotas()) see(quota);
              }));
}

void Players::Allocate(const std::string& call) {
  pb::AllocateCallRequest request;
  request.set_name(call);
  request.set_validate_only(world_.Chance(20));
  world_.Send(world_.mobility(), AnyOffice(), &Api::AllocateCall, request);
}

void Players::AdjustQuota(const pb::Quota& quota) {
  pb::AdjustQuotaRequest request;
  request.set_name(quota.name());
  request.set_delta(world_.Chance(60) ? 1 : -1);
  request.set_reason("agreed with the partner");
  request.set_etag(SomeEtag(quota.etag()));
  world_.Send(world_.mobility(), AnyOffice(), &Api::AdjustQuota, request, SeeQuota());
}

}  // namespace jointly::simulation
