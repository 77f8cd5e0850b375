#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/store/budgets/flow_world.h"
#include "tests/support/budgets/invariants.h"

namespace jointly::budgets {

// People who keep two budgets of two funders, by chance: what they do is mostly sensible, now and
// then not, and always the same for the same seed. Every command goes through the service's Api;
// one that is refused must have changed nothing, one that is asked again is answered as before.
class RandomTreasury {
 public:
  RandomTreasury(FlowWorld& world, std::uint64_t seed) : world_(world), rng_(seed) {}

  // Rates, delegations, the budgets, their lines and first periods.
  void Found();
  // What somebody does next: one command, or the few that belong together.
  void Act();
  // As little remains undecided as can be, and what can be closed is closed.
  void WindUp();

  // Called after each command.
  std::function<void()> after_command;

  const std::map<std::string, int>& accepted() const { return accepted_; }
  const std::map<std::string, int>& refused() const { return refused_; }
  int commands() const { return commands_; }
  // What the commands themselves showed to be wrong.
  std::vector<std::string>& findings() { return findings_; }
  const std::string& last() const { return last_; }
  std::int64_t Below(std::int64_t bound) {
    return static_cast<std::int64_t>(rng_.Below(static_cast<std::uint64_t>(bound)));
  }

 private:
  struct Fund {
    std::string id;
    std::string currency;
    std::string rule_set;
    std::string variant;
    std::string carry_over;
    int tolerance = 0;
    std::string rate_policy;
  };
  struct PeriodRow {
    std::string id;
    std::string state;
    Date first{};
    Date last{};
  };

  // --- Beginnings: random_treasury.cc
  void FoundBudget(const Fund& fund);
  void ImportRates();
  void AllocateAll(const Fund& fund);

  // --- Commands of one kind. random_commitments.cc: commitments and postings.
  void Order();
  void ActOnCommitment();
  void Approve(const db::Row& commitment);
  void Liquidate(const db::Row& commitment);
  void Release(const db::Row& commitment, bool all = false);
  void Refuse(const db::Row& commitment);
  void PayFor(const db::Row& commitment);
  void Post();
  void Allocate();
  void Receive();
  void Recognise();
  void Pay();
  void Return();
  void RecordInKind();
  void Reverse();
  void TakeBack();
  void CreditNote();
  void Reverse(const std::string& kind, const db::Row& entry, const google::type::Date& day,
               const pb::Amount* amount = nullptr);
  void Revalue();
  // --- random_documents.cc: claims, transfers, amendments, closes, reports.
  void ActOnClaim();
  void Claims(const db::Row& commitment);
  void Attach(const std::string& who, const std::string& claim);
  void MoveClaim(const db::Row& claim, const std::string& action, const std::string& who);
  void ActOnTransfer();
  void Transfer();
  void MoveTransfer(const db::Row& transfer, const std::string& action, const std::string& who);
  void ActOnAmendment();
  void MoveAmendment(const db::Row& amendment, const std::string& action, const std::string& who);
  void ActOnPeriod();
  void MovePeriod(const std::string& period, const std::string& action, const std::string& who);
  void Decide(const std::string& period);
  void CarryOver(const std::string& period);
  void Propose(const std::string& period);
  void MoveCarryOver(const db::Row& row, const std::string& action);
  void ActOnReport();
  void ActOnBudget();
  void Delegate();
  void GoOn();

  // --- Choices.
  bool Chance(int percent) { return Below(100) < percent; }
  template <typename T>
  const T& AnyOf(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(Below(std::ssize(all)))];
  }
  std::string AnyManager();
  std::string AnyAccountant();
  // Somebody else than these, where that is possible.
  std::string Other(const std::vector<std::string>& people, const std::string& first,
                    const std::string& second = "", const std::string& third = "");
  std::string Approver(const db::Row& document);
  // Mostly nobody; else one who may have delegated, or must not.
  std::string InPlaceOf(const db::Row& document);
  std::vector<PeriodRow> Periods();
  PeriodRow AnyPeriod();  // Mostly one that is open.
  google::type::Date DayIn(const PeriodRow& period);
  google::type::Date DayOf(const std::string& period_id);
  pb::LineKey LineIn(const std::string& period_id);
  std::int64_t Available(const pb::LineKey& line);
  // Around what there is: less, all, a little more.
  std::int64_t Around(std::int64_t available);
  pb::Amount Own(std::int64_t minor);  // In the budget's currency.
  static pb::Amount Minor(std::int64_t minor, const std::string& currency);
  // The same worth in the other currency, nearly.
  pb::Amount Foreign(std::int64_t minor);
  db::Rows Query(std::string_view sql, db::Values parameters = {});
  // One row of the budget's, or none.
  db::Rows AnyRow(const std::string& table, const std::string& condition = "");
  std::string Name(const char* collection, const std::string& id) {
    return "budgets/" + fund_.id + "/" + collection + "/" + id;
  }

  // --- Sending: random_sending.cc.
  using Attempt = std::function<absl::StatusOr<std::string>(rpc::Call&)>;
  bool Issue(const std::string& kind, rpc::Call call, const Attempt& attempt,
             const Attempt& other_payload);
  std::string Footprint();
  void TakeRefusal(const std::string& kind, const absl::Status& status, const std::string& before);
  void Find(const std::string& what);
  rpc::Call As(const std::string& who);

  template <typename Request, typename Reply>
  std::optional<Reply> Send(const std::string& kind, const std::string& who,
                            absl::StatusOr<Reply> (Api::*method)(rpc::Call&, const Request&),
                            const Request& request);

  FlowWorld& world_;
  SeededRng rng_;
  std::vector<Fund> funds_;
  Fund fund_;  // Whose turn it is.
  std::map<std::string, int> accepted_;
  std::map<std::string, int> refused_;
  std::vector<std::string> findings_;
  std::string last_;
  int commands_ = 0;
  int number_ = 0;
};

// Another text in the first field of the request that holds one.
void ChangePayload(google::protobuf::Message& request);

template <typename Request, typename Reply>
std::optional<Reply> RandomTreasury::Send(const std::string& kind, const std::string& who,
                                          absl::StatusOr<Reply> (Api::*method)(rpc::Call&,
                                                                               const Request&),
                                          const Request& request) {
  std::optional<Reply> reply;
  const auto with = [&](const Request& sent, rpc::Call& call) -> absl::StatusOr<std::string> {
    absl::StatusOr<Reply> result = (world_.api().*method)(call, sent);
    if (!result.ok()) return result.status();
    if (!reply.has_value()) reply = *result;
    return result->SerializeAsString();
  };
  Request changed = request;
  ChangePayload(changed);
  rpc::Call call = As(who);
  call.method = kind;
  const bool done = Issue(
      kind, call, [&](rpc::Call& each) { return with(request, each); },
      [&](rpc::Call& each) { return with(changed, each); });
  return done ? reply : std::nullopt;
}

}  // namespace jointly::budgets
