#pragma once

#include "tests/simulation/worlds/players.h"

// Those who keep the budgets of a world: managers, accountants and approvers, and who claims what a
// mission cost. Mostly sensible steps for what the board shows, some not: on what is one's own, for
// more than there is, in a period that is closed.
namespace jointly::simulation {

class Paymasters {
 public:
  explicit Paymasters(World& world)
      : world_(world), board_(world.board()), money_(world.board().money) {}

  // Somebody does something.
  void Act();

  // The people, and two budgets with their lines, the first period of each open. False when a
  // command was refused for good.
  bool Found();

 private:
  using Budget = budgets::v1::Budget;
  using Commitment = budgets::v1::Commitment;
  using Claim = budgets::v1::ExpenseClaim;
  using Period = budgets::v1::Period;

  // Commitments and stays: paymasters.cc.
  void Order();
  void ActOnCommitment();
  void TakeStep(const Commitment& commitment);
  void Approve(const Commitment& commitment);
  void Refuse(const Commitment& commitment);
  void Liquidate(const Commitment& commitment);
  void Release(const Commitment& commitment);
  void PayFor(const Commitment& commitment);
  void ActOnStay();
  void Look();
  void LookAtCommitments();

  // Claims and their receipts: claims.cc.
  void ActOnClaim();
  void Claims(const auth::Principal& claimant, const Commitment& commitment);
  void TakeClaimStep(const Claim& claim);
  void Attach(const auth::Principal& claimant, const std::string& parent);
  void MoveClaim(const auth::Principal& who, const Claim& claim, const std::string& action);

  // What has no document of its own, and what changes the frame: treasury.cc, frames.cc.
  void Post();
  void Allocate();
  void Recognise();
  void Receive();
  void Return();
  void RecordInKind();
  void Reverse();
  void Revalue();
  void ActOnTransfer();
  void ActOnPeriod();
  void ActOnAmendment();
  void ActOnCarryOver();
  void ActOnReport();
  void ActOnBudget();
  void ImportRates();

  // How it begins: treasurers.cc.
  bool FoundPeople();
  bool FoundBudget(const std::string& id);
  Command& CreateBudget(const std::string& id);
  Command& MoveBudget(const auth::Principal& who, const std::string& id, const std::string& action);
  Command& MovePeriod(const auth::Principal& who, const std::string& name,
                      const std::string& action);
  Command& AllocateAll(const std::string& id);
  Command& SendRates();

  const auth::Principal& AnyManager();
  const auth::Principal& AnyAccountant();
  const auth::Principal& Anybody();
  const Budget& AnyBudget();
  std::vector<Period> PeriodsOf(const std::string& budget);
  Period AnyPeriod(const std::string& budget);
  // Mostly a day of the period.
  google::type::Date DayIn(const Period& period);
  google::type::Date Today(int days_later = 0);
  budgets::v1::LineKey LineIn(const Period& period);
  budgets::v1::Amount Euro(std::int64_t cents);
  budgets::v1::Amount Yen(std::int64_t yen);
  // Of a magnitude that a line may just bear, or not.
  budgets::v1::Amount SomeAmount();
  std::string Digits();
  std::string SomeEtag(const std::string& known);

  // Learning from replies.
  std::function<void(const Budget&)> SeeBudget();
  std::function<void(const Commitment&)> SeeCommitment();
  std::function<void(const Claim&)> SeeClaim();
  std::function<void(const budgets::v1::MovePeriodResponse&)> SeePeriod();

  World& world_;
  Board& board_;
  BudgetBoard& money_;
};

}  // namespace jointly::simulation
