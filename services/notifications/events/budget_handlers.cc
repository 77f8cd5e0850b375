#include <jointly/budgets/v1/budgets_events.pb.h>

#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/text/text.h"
#include "services/notifications/domain/format.h"
#include "services/notifications/domain/rules.h"
#include "services/notifications/events/convert.h"
#include "services/notifications/events/deadline_intake.h"
#include "services/notifications/events/handlers.h"
#include "services/notifications/events/story.h"

// The events of budgets: budgets, their periods and the documents in them.
namespace jointly::notifications {
namespace {

namespace pb = jointly::budgets::v1;

// As it was given: "24828.27 EUR".
std::string TextOf(const pb::Amount& amount) {
  return amount.value().empty() ? "" : amount.value() + " " + amount.currency_code();
}

std::string DaysOf(const google::type::Date& first, const google::type::Date& last) {
  const auto from = rpc::FromProto(first);
  const auto to = rpc::FromProto(last);
  return from.has_value() && to.has_value() ? EncodeDays(*from, *to) : "";
}

pb::BudgetScope ScopeOf(const pb::Budget& budget) {
  pb::BudgetScope scope;
  scope.set_budget(budget.name());
  scope.set_display_name(budget.display_name());
  scope.set_institution(budget.institution());
  scope.set_unit(budget.unit());
  *scope.mutable_partners() = budget.partners();
  return scope;
}

Story BudgetStory(const events::v1::Change& change, const pb::BudgetScope& scope) {
  Story story = StoryOf(change);
  story.budget.institution = scope.institution();
  story.budget.unit = scope.unit();
  std::vector<std::string> seen{scope.institution(), scope.unit()};
  for (const std::string& partner : scope.partners()) {
    if (std::find(seen.begin(), seen.end(), partner) != seen.end()) continue;
    story.budget.other_partners.push_back(partner);
    seen.push_back(partner);
  }
  for (const std::string& name : seen) {
    if (!name.empty()) story.viewers.push_back({.name = BudgetsOf(name), .hold = {}});
  }
  // Who may see every budget there is.
  story.viewers.push_back({.name = BudgetsOf("*"), .hold = {}});
  story.parameters = {{"budget", scope.display_name()}};
  return story;
}

// The date of a kind, for a text that mentions it.
std::string DueOf(const std::vector<KeptDeadline>& deadlines, std::string_view kind) {
  for (const KeptDeadline& kept : deadlines) {
    if (kept.deadline.kind == kind) return EncodeCivil(kept.deadline.due);
  }
  return "";
}

template <typename Resource>
absl::StatusOr<std::vector<KeptDeadline>> TakeDeadlinesOf(db::Tx& tx, const Resource& resource,
                                                          const Parameters& parameters, Time now) {
  ASSIGN_OR_RETURN(auto deadlines, KeptFrom(resource.deadlines(), parameters));
  RETURN_IF_ERROR(TakeDeadlines(tx, resource.name(), resource.revision(), deadlines, now));
  return deadlines;
}

// A warning is about a line, whatever document made it cross: it is known by what it says, and
// leads to the budget.
absl::Status TellAlerts(db::Tx& tx, const bus::Message& message, const Story& story,
                        const std::string& budget,
                        const google::protobuf::RepeatedPtrField<pb::Alert>& alerts, Time now) {
  for (const pb::Alert& alert : alerts) {
    Warning warning{.source = "", .subject = budget, .parameters = {}};
    warning.parameters = {{"budget", story.parameters.at("budget")},
                          {"alert", alert.kind()},
                          {"line", alert.line()},
                          {"amount", TextOf(alert.amount())},
                          {"percent", std::to_string(alert.threshold_percent())},
                          {"version", std::to_string(alert.authorised_version())},
                          {"crossing", std::to_string(alert.crossing())}};
    warning.source = AlertSource(budget, warning.parameters);
    for (const Telling& telling : TellingsOfAlert(alert.kind())) {
      RETURN_IF_ERROR(TellWarning(tx, message, story, telling, warning, now));
    }
  }
  return absl::OkStatus();
}

// "p1" of "budgets/b/periods/p1", as lines name their period.
std::string PeriodOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string AmountOf(const pb::CarryOver& carry_over, const std::string& action) {
  if (action == "posted") return TextOf(carry_over.carried());
  if (action == "returned") return TextOf(carry_over.returned());
  return TextOf(carry_over.total());
}

// The amount that the action is about.
std::string AmountOf(const pb::Commitment& commitment, const std::string& action) {
  std::string text;
  if (action == "reserved") text = TextOf(commitment.reserved());
  if (action == "expired" || action == "released") text = TextOf(commitment.released());
  if (action == "liquidated" || action == "liquidation_reversed") {
    text = TextOf(commitment.liquidated());
  }
  if (action == "paid" || action == "payment_reversed") text = TextOf(commitment.paid());
  if (action == "credited") text = TextOf(commitment.credited());
  if (action == "carried" || action == "revalued" || action == "undercovered") {
    text = TextOf(commitment.remaining());
  }
  return text.empty() ? TextOf(commitment.amount()) : text;
}

}  // namespace

absl::Status Handlers::FollowBudget(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::BudgetEvent>(message));
  const pb::Budget& budget = event.budget();
  const Time now = clock_.Now();
  Story story = BudgetStory(event.change(), ScopeOf(budget));
  story.requester = budget.requester();
  RETURN_IF_ERROR(TakeDeadlinesOf(tx, budget, story.parameters, now).status());
  RETURN_IF_ERROR(Tell(tx, message, story, now));
  return TellAlerts(tx, message, story, budget.name(), event.alerts(), now);
}

absl::Status Handlers::FollowPeriod(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::PeriodEvent>(message));
  const pb::Period& period = event.period();
  const Time now = clock_.Now();
  Story story = BudgetStory(event.change(), event.budget());
  story.parameters["period"] = DaysOf(period.start_date(), period.end_date());
  ASSIGN_OR_RETURN(const auto deadlines, TakeDeadlinesOf(tx, period, story.parameters, now));
  if (story.action == "close_due") story.parameters["due"] = DueOf(deadlines, "close");
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowCommitment(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::CommitmentEvent>(message));
  const pb::Commitment& commitment = event.commitment();
  const Time now = clock_.Now();
  Story story = BudgetStory(event.change(), event.budget());
  story.requester = commitment.requester();
  story.parameters["item"] = commitment.display_name();
  RETURN_IF_ERROR(TakeDeadlinesOf(tx, commitment, story.parameters, now).status());
  story.parameters["amount"] = AmountOf(commitment, story.action);
  RETURN_IF_ERROR(Tell(tx, message, story, now));
  return TellAlerts(tx, message, story, event.budget().budget(), event.alerts(), now);
}

absl::Status Handlers::FollowClaim(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::ClaimEvent>(message));
  const pb::ExpenseClaim& claim = event.claim();
  const Time now = clock_.Now();
  Story story = BudgetStory(event.change(), event.budget());
  story.claimant = claim.claimant();
  if (!story.claimant.empty()) story.viewers.push_back({.name = story.claimant, .hold = {}});
  story.parameters["period"] = DaysOf(claim.mission_start_date(), claim.mission_end_date());
  RETURN_IF_ERROR(TakeDeadlinesOf(tx, claim, story.parameters, now).status());
  story.parameters["amount"] = TextOf(claim.total());
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowTransfer(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::TransferEvent>(message));
  const pb::LineTransfer& transfer = event.transfer();
  const Time now = clock_.Now();
  Story story = BudgetStory(event.change(), event.budget());
  story.requester = transfer.requester();
  story.parameters["from"] = transfer.from().category();
  story.parameters["to"] = transfer.to().category();
  if (transfer.from().partner() != transfer.to().partner()) {
    story.parameters["from_partner"] = transfer.from().partner();
    story.parameters["to_partner"] = transfer.to().partner();
  }
  story.parameters["amount"] = TextOf(transfer.amount());
  RETURN_IF_ERROR(TakeDeadlinesOf(tx, transfer, story.parameters, now).status());
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowAmendment(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::AmendmentEvent>(message));
  const pb::Amendment& amendment = event.amendment();
  const Time now = clock_.Now();
  Story story = BudgetStory(event.change(), event.budget());
  story.requester = amendment.requester();
  story.parameters["amendment"] = LowerCase(pb::Amendment::Type_Name(amendment.type()));
  RETURN_IF_ERROR(TakeDeadlinesOf(tx, amendment, story.parameters, now).status());
  if (story.action == "signed" && amendment.signed_by_size() > 0) {
    story.parameters["partner"] = *amendment.signed_by().rbegin();
  }
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowCarryOver(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::CarryOverEvent>(message));
  const pb::CarryOver& carry_over = event.carry_over();
  Story story = BudgetStory(event.change(), event.budget());
  story.requester = carry_over.requester();
  story.parameters["from"] = PeriodOf(carry_over.from_period());
  story.parameters["to"] = PeriodOf(carry_over.to_period());
  story.parameters["amount"] = AmountOf(carry_over, story.action);
  return Tell(tx, message, story, clock_.Now());
}

absl::Status Handlers::FollowReport(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::ReportEvent>(message));
  const pb::PeriodicReport& report = event.report();
  const Time now = clock_.Now();
  Story story = BudgetStory(event.change(), event.budget());
  ASSIGN_OR_RETURN(const auto deadlines, TakeDeadlinesOf(tx, report, story.parameters, now));
  story.parameters["due"] = DueOf(deadlines, "due");
  return Tell(tx, message, story, now);
}

absl::Status Handlers::FollowDelegation(db::Tx& tx, const bus::Message& message) {
  ASSIGN_OR_RETURN(const auto event, ParseBody<pb::DelegationEvent>(message));
  const pb::Delegation& delegation = event.delegation();
  Story story = BudgetStory(event.change(), event.budget());
  story.delegate = delegation.delegate();
  story.viewers.push_back({.name = delegation.delegate(), .hold = {}});
  story.parameters["period"] = DaysOf(delegation.start_date(), delegation.end_date());
  return Tell(tx, message, story, clock_.Now());
}

}  // namespace jointly::notifications
