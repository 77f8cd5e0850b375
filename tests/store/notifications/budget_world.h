#pragma once

#include <jointly/budgets/v1/budgets_events.pb.h>

#include "common/rpc/convert.h"
#include "tests/store/notifications/notifications_world.h"

namespace jointly::notifications {

namespace budgets = jointly::budgets::v1;

// The budget of a laboratory (a unit of uga) with Tsukuba as partner. Managers: one of the whole
// university, one of the laboratory; another unit has its own.
class BudgetWorld : public NotificationsWorld {
 protected:
  static constexpr const char* kLab = "institutions/uga/units/lab";

  void Prepare() override {
    NotificationsWorld::Prepare();
    AddPerson("manager", "fr", "Europe/Paris", "uga", options::v1::BUDGET_MANAGER);
    AddPerson("accountant", "fr", "Europe/Paris", "uga", options::v1::ACCOUNTANT);
    AddPerson("partner", "ja", "Asia/Tokyo", "tsukuba", options::v1::BUDGET_MANAGER);
    AddPersonOfUnit("lab", kLab);
    AddPersonOfUnit("elsewhere", "institutions/uga/units/other");
    for (const char* id : {"asker", "traveller"}) {
      AddPerson(id, "en", "Europe/Paris", "uga", options::v1::ROLE_UNSPECIFIED);
    }
  }

  void AddPersonOfUnit(const std::string& id, const std::string& unit) {
    auto event = PersonEvent(id, "en", "Europe/Paris", "uga", options::v1::BUDGET_MANAGER);
    event.mutable_person()->mutable_grants(0)->set_scope(unit);
    Apply(event);
  }

  static events::v1::Change ChangeOf(const std::string& action, const std::string& actor) {
    events::v1::Change change;
    change.set_action(action);
    change.set_actor(actor);
    return change;
  }
  static budgets::BudgetScope Scope(const std::string& unit = kLab) {
    budgets::BudgetScope scope;
    scope.set_budget("budgets/b1");
    scope.set_display_name("Grenoble Unit");
    scope.set_institution("institutions/uga");
    scope.set_unit(unit);
    scope.add_partners("institutions/uga");
    scope.add_partners("institutions/tsukuba");
    return scope;
  }
  static void Set(budgets::Amount& amount, const std::string& value) {
    amount.set_value(value);
    amount.set_currency_code("EUR");
  }

  static budgets::BudgetEvent BudgetEvent(std::int64_t revision, const std::string& action,
                                          const std::string& actor = "people/somebody") {
    budgets::BudgetEvent event;
    auto& budget = *event.mutable_budget();
    budget.set_name("budgets/b1");
    budget.set_display_name("Grenoble Unit");
    budget.set_institution("institutions/uga");
    budget.set_unit(kLab);
    budget.add_partners("institutions/uga");
    budget.add_partners("institutions/tsukuba");
    budget.set_requester("people/asker");
    budget.set_revision(revision);
    *event.mutable_change() = ChangeOf(action, actor);
    return event;
  }
  static budgets::CommitmentEvent CommitmentEvent(const std::string& id, std::int64_t revision,
                                                  const std::string& action,
                                                  const std::string& actor = "people/somebody") {
    budgets::CommitmentEvent event;
    auto& commitment = *event.mutable_commitment();
    commitment.set_name("budgets/b1/commitments/" + id);
    commitment.set_display_name("Microscope");
    commitment.set_requester("people/asker");
    commitment.set_revision(revision);
    Set(*commitment.mutable_amount(), "24828.27");
    *event.mutable_change() = ChangeOf(action, actor);
    *event.mutable_budget() = Scope();
    return event;
  }
  static budgets::ClaimEvent ClaimEvent(const std::string& id, std::int64_t revision,
                                        const std::string& action,
                                        const std::string& actor = "people/somebody") {
    budgets::ClaimEvent event;
    auto& claim = *event.mutable_claim();
    claim.set_name("budgets/b1/claims/" + id);
    claim.set_claimant("people/traveller");
    *claim.mutable_mission_start_date() = rpc::ToProto(*ParseDate("2026-10-05"));
    *claim.mutable_mission_end_date() = rpc::ToProto(*ParseDate("2026-10-09"));
    claim.set_revision(revision);
    Set(*claim.mutable_total(), "350.00");
    *event.mutable_change() = ChangeOf(action, actor);
    *event.mutable_budget() = Scope();
    return event;
  }

  // Any other document, with nothing but what its kind needs to be told.
  template <typename Event, typename Resource>
  static Event Simple(Resource* (Event::*resource)(), const std::string& name,
                      const std::string& action) {
    Event event;
    (event.*resource)()->set_name(name);
    (event.*resource)()->set_revision(1);
    *event.mutable_change() = ChangeOf(action, "people/somebody");
    *event.mutable_budget() = Scope();
    return event;
  }

  void Give(const std::string& aggregate, const std::string& subject, std::int64_t revision,
            const google::protobuf::Message& event, const std::string& action) {
    const auto status = Hand(aggregate, subject, revision, action, event);
    ASSERT_TRUE(status.ok()) << aggregate << " " << action << ": " << status;
  }
  void Give(const budgets::BudgetEvent& event) {
    Give("budgets.budget", event.budget().name(), event.budget().revision(), event,
         event.change().action());
  }
  void Give(const budgets::CommitmentEvent& event) {
    Give("budgets.commitment", event.commitment().name(), event.commitment().revision(), event,
         event.change().action());
  }
  void Give(const budgets::ClaimEvent& event) {
    Give("budgets.claim", event.claim().name(), event.claim().revision(), event,
         event.change().action());
  }
  // One event of an aggregate and action; gives its subject.
  std::string GiveAny(const std::string& aggregate, const std::string& action) {
    const std::string id = "x" + std::to_string(++documents_);
    const std::string base = "budgets/b1/";
    if (aggregate == "budgets.budget") {
      auto event = BudgetEvent(1, action);
      event.mutable_budget()->set_name("budgets/" + id);
      Give(event);
      return event.budget().name();
    }
    if (aggregate == "budgets.commitment") {
      Give(CommitmentEvent(id, 1, action));
      return base + "commitments/" + id;
    }
    if (aggregate == "budgets.claim") {
      Give(ClaimEvent(id, 1, action));
      return base + "claims/" + id;
    }
    if (aggregate == "budgets.period") {
      const auto event =
          Simple(&budgets::PeriodEvent::mutable_period, base + "periods/" + id, action);
      Give(aggregate, event.period().name(), 1, event, action);
      return event.period().name();
    }
    if (aggregate == "budgets.transfer") {
      auto event =
          Simple(&budgets::TransferEvent::mutable_transfer, base + "transfers/" + id, action);
      event.mutable_transfer()->set_requester("people/asker");
      Give(aggregate, event.transfer().name(), 1, event, action);
      return event.transfer().name();
    }
    if (aggregate == "budgets.amendment") {
      const auto event =
          Simple(&budgets::AmendmentEvent::mutable_amendment, base + "amendments/" + id, action);
      Give(aggregate, event.amendment().name(), 1, event, action);
      return event.amendment().name();
    }
    if (aggregate == "budgets.carry_over") {
      auto event =
          Simple(&budgets::CarryOverEvent::mutable_carry_over, base + "carryOvers/" + id, action);
      event.mutable_carry_over()->set_requester("people/asker");
      Give(aggregate, event.carry_over().name(), 1, event, action);
      return event.carry_over().name();
    }
    if (aggregate == "budgets.delegation") {
      auto event =
          Simple(&budgets::DelegationEvent::mutable_delegation, base + "delegations/" + id, action);
      event.mutable_delegation()->set_delegate("people/asker");
      Give(aggregate, event.delegation().name(), 1, event, action);
      return event.delegation().name();
    }
    const auto event =
        Simple(&budgets::ReportEvent::mutable_report, base + "reports/" + id, action);
    Give(aggregate, event.report().name(), 1, event, action);
    return event.report().name();
  }

  // "person:kind" of everything that was written about a subject, in order of person and kind.
  std::string ToldOf(const std::string& subject) {
    std::string out;
    const db::Rows rows =
        Query("SELECT person, kind FROM notification WHERE subject = $1 ORDER BY person, kind",
              {subject});
    for (const db::Row& row : rows) {
      out += row.Text("person").substr(7) + ":" + row.Text("kind") + " ";
    }
    return out;
  }

  static budgets::Alert AlertOf(int percent, int crossing, std::int64_t version = 1,
                                const std::string& kind = "used") {
    budgets::Alert alert;
    alert.set_line("budgets/b1/lines/p1-equip");
    alert.set_kind(kind);
    alert.set_threshold_percent(percent);
    alert.set_crossing(crossing);
    alert.set_authorised_version(version);
    Set(*alert.mutable_amount(), "24828.27");
    return alert;
  }

  static void AddBudgetDeadline(google::protobuf::RepeatedPtrField<deadlines::v1::Deadline>& list,
                                const std::string& subject, std::int64_t generation,
                                const std::string& kind, const std::string& due,
                                const std::string& role, const std::string& person = "") {
    AddDeadline(list, subject, generation, kind, due, person);
    if (role.empty()) return;
    auto& audience = *list.rbegin()->add_audience();
    audience.set_role(role);
    audience.set_institution("institutions/uga");
    audience.set_unit(kLab);
  }
  budgets::CommitmentEvent WithExpiry(std::int64_t revision, const std::string& due) {
    auto event = CommitmentEvent("c1", revision, "liquidated");
    AddBudgetDeadline(*event.mutable_commitment()->mutable_deadlines(), "budgets/b1/commitments/c1",
                      revision, "expire", due, "budget_manager", "people/asker");
    return event;
  }
  std::string NextFire() {
    const db::Rows rows = Query("SELECT due_time FROM timer");
    return rows.empty() ? "none" : FormatTime(rows.front().At("due_time")).substr(0, 16);
  }
  void GoTo(std::string_view time) { clock_.Advance(At(time) - clock_.Now()); }

  std::string Activities(const auth::Principal& principal) {
    rpc::Call call = By(principal);
    const auto page = api_->ListActivities(call, {});
    EXPECT_TRUE(page.ok()) << page.status();
    std::string out;
    for (const pb::Activity& row : page->activities()) {
      if (row.event_type().find("identity") != std::string::npos) continue;
      if (row.event_type().find("institution") != std::string::npos) continue;
      out +=
          row.event_type().substr(8, row.event_type().find('.', 8) - 8) + "." + row.action() + " ";
    }
    return out;
  }
  std::string Activities(auth::Role role, const std::string& scope) {
    return Activities({.kind = auth::Principal::Kind::kPerson,
                       .name = "people/reader",
                       .grants = {{role, scope}}});
  }

  int documents_ = 0;
};

}  // namespace jointly::notifications
