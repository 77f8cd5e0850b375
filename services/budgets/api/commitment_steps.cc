#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/counter.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/deadlines_of.h"

// Steps on commitments: on one hot budget they come faster than transactions, so those that come
// together are decided one by one on one desk and written together.
namespace jointly::budgets {
namespace {

// Of a batch: PostgreSQL writes them while the next ones are decided. With fewer, the statements
// themselves cost more than the waiting that they save.
constexpr std::size_t kWrittenTogether = 10;

}  // namespace

absl::StatusOr<Api::CommitmentName> Api::ParseCommitmentName(const std::string& name) {
  const auto ids = rpc::ParseName("budgets/*/commitments/*", name);
  if (ids.size() == 2) return CommitmentName{ids[0], ids[1]};
  Violations violations;
  violations.Add("name", "must look like budgets/{b}/commitments/{c}");
  return violations.ToStatus();
}

absl::StatusOr<pb::Commitment> Api::AnswerCommitment(Desk& desk, const Commitment& commitment,
                                                     const auth::Principal& principal) {
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, commitment));
  return AnswerCommitment(desk, std::move(facts), principal);
}

absl::StatusOr<pb::Commitment> Api::AnswerCommitment(Desk& desk, CommitmentFacts facts,
                                                     const auth::Principal& principal) {
  const Budget& budget = desk.budget();
  const Commitment& commitment = facts.commitment;
  pb::Commitment message = ToProto(commitment, budget.currency);
  facts.actor = {.hand = {.person = principal.name, .in_place_of = ""},
                 .able = {},
                 .delegations = {},
                 .today = facts.today};
  facts.input = {};
  // As if all of it were asked for; the caller brings the real amount.
  facts.input.original = commitment.original_remaining;
  facts.input.control = IsOpen(commitment.state) ? commitment.remaining : 0;
  if (commitment.state == CommitmentState::kRequested) {
    const auto cost = desk.CostOf(commitment.amount, commitment.effective_date);
    if (cost.ok()) facts.input.control = cost->control;
  }
  for (const Role role : RolesOn(principal, budget)) {
    facts.role = role;
    AddAllowed(AllowedActions(facts, role), message);
  }
  AddDeadlines(DeadlinesOf(commitment, facts.period, budget, desk.who().now), message);
  return message;
}

absl::StatusOr<pb::Commitment> Api::TakeStep(rpc::Call& call,
                                             const google::protobuf::Message& request,
                                             bool validate_only, const CommitmentStep& step) {
  ASSIGN_OR_RETURN(const CommitmentName name, ParseCommitmentName(step.name));
  CommitmentCommand command{.call = &call, .step = &step, .id = name.id};
  if (validate_only) {
    return rpc::Rehearse(database_, call, [&](db::Tx& tx) -> CommitmentOutcome {
      std::vector<CommitmentOutcome> outcomes(1);
      RETURN_IF_ERROR(TakeSteps(tx, name.budget, {command}, {0}, outcomes));
      return std::move(outcomes.front());
    });
  }
  return rpc::MutateInLane<pb::Commitment>(
      database_, call, request, [&](const rpc::Asked& asked) -> CommitmentOutcome {
        command.asked = &asked;
        ASSIGN_OR_RETURN(CommitmentOutcome outcome,
                         lane_.Run(name.budget, command, call.transact_options()));
        return outcome;
      });
}

absl::StatusOr<pb::Commitment> Api::TakeStep(Desk& desk, const CommitmentCommand& command) {
  const rpc::Call& call = *command.call;
  const CommitmentStep& step = *command.step;
  RETURN_IF_ERROR(desk.Serve(WhoOf(call), ScopeOf(call)));
  ASSIGN_OR_RETURN(const Commitment before, desk.CommitmentOf(command.id));
  RETURN_IF_ERROR(rpc::MatchEtag(step.etag, before.revision));
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, before));
  ASSIGN_OR_RETURN(facts.actor, ActorOf(desk, call, step.on_behalf_of));
  facts.input.reason = step.reason;
  facts.input.effective_date = step.effective_date;
  ASSIGN_OR_RETURN(const CommitmentAction action, step.prepare(desk, before, facts));
  ASSIGN_OR_RETURN(facts.role, RoleFor(facts.actor, RolesOn(call.principal, desk.budget()),
                                       kCommitmentWorkflow, action));
  ASSIGN_OR_RETURN(const CommitmentDecision decision,
                   DecideFor(desk, facts, action, facts.role, auth::Role::kBudgetManager));
  // A second journal that is refused would leave the first one behind.
  Check(decision.movements.size() <= 1, "a step on a commitment makes several journals");
  RETURN_IF_ERROR(desk.Carry(decision.movements, step.reference));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.FindAlerts());
  KeepUse(desk, decision);
  desk.Keep(decision.after, decision.timers,
            CommitmentChanged(desk.who(), desk.place(), &before, decision.after,
                              {.action = decision.move->event,
                               .from = Name(decision.from),
                               .to = Name(decision.after.state)},
                              alerts));
  // The step's facts but for what it changed: they are too large to gather twice per command.
  facts.commitment = decision.after;
  ASSIGN_OR_RETURN(facts.available, desk.Available(decision.after.line));
  return AnswerCommitment(desk, std::move(facts), call.principal);
}

absl::Status Api::TakeSteps(db::Tx& tx, const std::string& budget,
                            const std::vector<CommitmentCommand>& commands,
                            const std::vector<std::size_t>& fresh,
                            std::vector<CommitmentOutcome>& outcomes) {
  Desk::Needs needs;
  for (const std::size_t i : fresh) {
    needs.commitments.push_back(commands[i].id);
    needs.journal_ids.push_back(DerivedId(commands[i].call->request_id, 0));
  }
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, budget, needs));
  for (std::size_t begin = 0; begin < fresh.size(); begin += kWrittenTogether) {
    const std::size_t end = std::min(begin + kWrittenTogether, fresh.size());
    std::vector<std::string> bytes;
    bytes.reserve(end - begin);  // Replies point into it.
    std::vector<rpc::ReplyTo> replies;
    for (std::size_t at = begin; at < end; ++at) {
      const CommitmentCommand& command = commands[fresh[at]];
      CommitmentOutcome& outcome = outcomes[fresh[at]];
      outcome = TakeStep(desk, command);
      if (!outcome.ok() || command.asked == nullptr) continue;
      bytes.push_back(outcome->SerializeAsString());
      replies.push_back({.asked = command.asked, .bytes = bytes.back()});
    }
    desk.WriteDocuments(engine_.outbox());
    if (!replies.empty()) rpc::StoreReplies(tx, replies);
    tx.SendAhead();
  }
  desk.Write(engine_.outbox());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Api::CommitmentOutcome>> Api::ApplyCommands(
    db::Tx& tx, const std::string& budget, const std::vector<CommitmentCommand>& commands) {
  std::vector<const rpc::Asked*> asked;
  for (const CommitmentCommand& command : commands) asked.push_back(command.asked);
  ASSIGN_OR_RETURN(const std::vector<rpc::Earlier> earlier, rpc::FindEarlier(tx, asked));
  std::vector<CommitmentOutcome> outcomes(commands.size());
  std::vector<std::size_t> fresh;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!earlier[i].has_value()) {
      fresh.push_back(i);
      continue;
    }
    const absl::StatusOr<std::string>& reply = *earlier[i];
    outcomes[i] =
        reply.ok() ? rpc::ParseReply<pb::Commitment>(*reply) : CommitmentOutcome(reply.status());
  }
  if (!fresh.empty()) RETURN_IF_ERROR(TakeSteps(tx, budget, commands, fresh, outcomes));
  return outcomes;
}

}  // namespace jointly::budgets
