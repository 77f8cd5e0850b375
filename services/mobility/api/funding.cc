#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/api/engine.h"
#include "services/mobility/store/mobility_store.h"

// The answer of a budget: whether an approved stay has its grant.
namespace jointly::mobility {
namespace {

MobilityAction ActionOf(FundingState state) {
  switch (state) {
    case FundingState::kFunded:
      return MobilityAction::kFund;
    case FundingState::kUnfunded:
      return MobilityAction::kRefuseFunding;
    case FundingState::kReleased:
      return MobilityAction::kReleaseFunding;
    default:
      Die("a budget answers with reserved, refused or released");
  }
}

bool SaysNothingNew(const Funding& before, const Funding& answer) {
  return before.state == answer.state && before.commitment == answer.commitment &&
         before.amount == answer.amount && before.reason == answer.reason &&
         before.message == answer.message;
}

// An answer to a question that was asked again since: the one to the last is on its way.
bool Outdated(const Funding& known, const Funding& answer) {
  return known.state == FundingState::kRequested && answer.request_number < known.request_number;
}

}  // namespace

absl::Status Engine::AnswerFunding(db::Tx& tx, const Actor& actor, const std::string& mobility,
                                   Funding answer, bool holds) {
  const auto before =
      store::LoadMobility(tx, mobility, store::Everything(actor.now), store::Lock::kYes);
  if (absl::IsNotFound(before.status())) return absl::OkStatus();
  RETURN_IF_ERROR(before.status());
  const Funding& known = before->mobility.funding;
  if (known.state == FundingState::kNone || SaysNothingNew(known, answer)) return absl::OkStatus();
  if (Outdated(known, answer)) return absl::OkStatus();
  // Nobody waits for the answer any more, but nobody asks for money any more either.
  const bool over = before->mobility.state == MobilityState::kCancelled;
  if (over && !holds && known.state == FundingState::kRequested) {
    answer.state = FundingState::kReleased;
  }
  const MobilityAction action = ActionOf(answer.state);
  if (workflow::Find(kMobilityWorkflow, before->mobility.state, action) == nullptr) {
    return absl::OkStatus();
  }
  MobilityFacts facts;
  facts.mobility = before->mobility;
  facts.call = before->call;
  facts.now = actor.now;
  facts.input.funding = answer;
  ASSIGN_OR_RETURN(const MobilityDecision decision, Decide(facts, action, Role::kTimer));
  store::MobilityRow after = *before;
  after.mobility = decision.after;
  store::SaveMobility(tx, after.mobility);
  outbox_.Append(tx, MobilityChanged(actor, &before->mobility, after,
                                     {.action = decision.move->event,
                                      .from = Name(decision.from),
                                      .to = Name(after.mobility.state),
                                      .note = answer.reason}));
  return absl::OkStatus();
}

}  // namespace jointly::mobility
