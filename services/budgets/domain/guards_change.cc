#include <algorithm>

#include "common/money/wide.h"
#include "services/budgets/domain/guards.h"
#include "services/budgets/domain/text.h"

// The guards of transfers, amendments, carry-overs and reports.
namespace jointly::budgets::check {
namespace {

CarryOverTerms TermsOf(const CarryOverFactsOf& facts) {
  return CarryOverTermsOf(facts.budget.terms, facts.budget.currency, facts.from.end_date);
}

}  // namespace

using money::Clamped;
using money::Wide;
using workflow::Verdict;

Verdict BudgetActive(const TransferFacts& facts) {
  const bool active = TakesDocuments(facts.budget.state);
  return {active, "the budget is " + std::string(Name(facts.budget.state)),
          active ? "" : "Only an active budget takes transfers."};
}

Verdict SamePeriod(const TransferFacts& facts) {
  const LineTransfer& transfer = facts.transfer;
  std::vector<std::string> faults;
  if (transfer.from.period != transfer.to.period) faults.push_back("two periods");
  if (transfer.from == transfer.to) faults.push_back("one and the same line");
  if (transfer.from.kind != Kind::kCash || transfer.to.kind != Kind::kCash) {
    faults.push_back("in kind is never transferred");
  }
  const bool inside = facts.period.start_date <= transfer.effective_date &&
                      transfer.effective_date <= facts.period.end_date;
  if (!inside) {
    faults.push_back(FormatDate(transfer.effective_date) + " is not in " + facts.period.id);
  }
  const std::string lines = Text(transfer.from) + " to " + Text(transfer.to);
  if (faults.empty()) return {true, lines, ""};
  return {false, lines + ": " + Join(faults, ", "),
          "Transfer between two cash lines of one period, dated in it."};
}

Verdict CategoriesKnown(const TransferFacts& facts) {
  std::vector<std::string> unknown;
  for (const LineKey& line : {facts.transfer.from, facts.transfer.to}) {
    if (FindCategory(facts.budget, line.category) == nullptr) unknown.push_back(line.category);
    if (!HasPartner(facts.budget, line.partner)) unknown.push_back(line.partner);
  }
  if (unknown.empty()) return {true, "categories and partners of the budget", ""};
  return {false, "not of the budget: " + Join(unknown, ", "),
          "Use the budget's categories and partners."};
}

// Finance may still book in a soft-closed period, but money does not change its line there.
Verdict TransferPeriodOpen(const TransferFacts& facts) {
  const bool open = facts.period.state == PeriodState::kOpen;
  return {open, facts.period.id + " is " + std::string(Name(facts.period.state)),
          open ? "" : "Transfers end when the period is soft closed."};
}

Verdict SourceCovers(const TransferFacts& facts) {
  const bool covered = facts.transfer.amount <= facts.available;
  return {covered,
          Text(facts.transfer.from) + " has " + Text(facts.available, facts.budget.currency) +
              " available, " + Text(facts.transfer.amount, facts.budget.currency) + " is asked for",
          covered ? "" : "Transfer less, or release what is reserved on the line."};
}

Verdict RuleSaysFree(const TransferFacts& facts) {
  return {facts.judgement.free, facts.judgement.rule + ": " + facts.judgement.rationale,
          facts.judgement.free ? "" : "Ask the funder for approval."};
}

Verdict RuleSaysBound(const TransferFacts& facts) {
  return {!facts.judgement.free, facts.judgement.rule + ": " + facts.judgement.rationale,
          facts.judgement.free ? "The funder's approval is not needed." : ""};
}

Verdict FunderLetter(const TransferFacts& facts) {
  if (facts.judgement.free) return RuleSaysFree(facts);
  const std::string& letter = facts.input.funder_approval.empty() ? facts.transfer.funder_approval
                                                                  : facts.input.funder_approval;
  return {!letter.empty(),
          facts.judgement.rule + ": " + facts.judgement.rationale +
              (letter.empty() ? "" : "; approved by " + letter),
          letter.empty() ? "Enter the reference of the funder's approval." : ""};
}

Verdict AnotherApproves(const TransferFacts& facts) {
  return AnotherPerson(facts.actor, {{"requested", facts.transfer.requester}});
}

Verdict StandIn(const TransferFacts& facts) { return MayStandIn(facts.actor); }

Verdict RequesterWithdraws(const TransferFacts& facts) {
  const bool own = SamePerson(facts.actor.hand, facts.transfer.requester);
  return {own, Text(facts.transfer.requester) + " requested it",
          own ? "" : "Refuse it instead, with the reason."};
}

Verdict SignsForPartner(const AmendmentFacts& facts) {
  const auto& added = facts.amendment.new_partners;
  const bool partner =
      HasPartner(facts.budget, facts.input.institution) ||
      std::find(added.begin(), added.end(), facts.input.institution) != added.end();
  return {partner,
          facts.input.institution + (partner ? " is a partner" : " is no partner of the budget"),
          partner ? "" : "Sign for a partner: " + Join(facts.budget.partners, ", ") + "."};
}

Verdict NotSignedYet(const AmendmentFacts& facts) {
  const auto& signed_by = facts.amendment.signed_by;
  const bool fresh =
      std::find(signed_by.begin(), signed_by.end(), facts.input.institution) == signed_by.end();
  return {fresh, "signed by: " + (signed_by.empty() ? "nobody" : Join(signed_by, ", ")),
          fresh ? "" : "The others have to sign now."};
}

Verdict BudgetAmendable(const AmendmentFacts& facts) {
  const BudgetState state = facts.budget.state;
  const bool amendable = TakesDocuments(state) || state == BudgetState::kSuspended;
  return {amendable, "the budget is " + std::string(Name(state)),
          amendable ? "" : "Only a running budget is amended; change the draft instead."};
}

Verdict SignedInTime(const AmendmentFacts& facts) {
  const bool in_time = facts.amendment.signed_date <= facts.budget.end_date;
  return {in_time,
          "signed on " + FormatDate(facts.amendment.signed_date) + ", the budget ends on " +
              FormatDate(facts.budget.end_date),
          in_time ? "" : "What has ended is not prolonged: make a new budget."};
}

Verdict EndMoves(const AmendmentFacts& facts) {
  const Amendment& amendment = facts.amendment;
  const Date old_end = facts.budget.end_date;
  const auto& new_end = amendment.new_end_date;
  const std::string evidence = "ends on " + FormatDate(old_end) + ", new end " +
                               (new_end.has_value() ? FormatDate(*new_end) : "not given");
  switch (amendment.type) {
    case AmendmentType::kNoCostExtension:
    case AmendmentType::kCostedExtension: {
      const bool later = new_end.has_value() && *new_end > old_end;
      return {later, evidence, later ? "" : "An extension needs a later end date."};
    }
    case AmendmentType::kDateChange:
    case AmendmentType::kTermination: {
      // What is before the last period's first day has entries of its own.
      const bool inside = new_end.has_value() && !facts.periods.empty() &&
                          *new_end >= facts.periods.back().start_date &&
                          (amendment.type == AmendmentType::kDateChange || *new_end <= old_end);
      return {inside, evidence,
              inside ? "" : "Give an end date in the last period (a later one by a date change)."};
    }
    default:
      return {!new_end.has_value(), evidence,
              new_end.has_value() ? "This type of amendment moves no date." : ""};
  }
}

// Its close signed its bounds and gave back what was left of it: there is nothing to go on with.
// New money for a new period is another thing.
Verdict LastPeriodOpen(const AmendmentFacts& facts) {
  const AmendmentType type = facts.amendment.type;
  const bool moves = type == AmendmentType::kDateChange || type == AmendmentType::kTermination ||
                     type == AmendmentType::kNoCostExtension;
  if (!moves || facts.periods.empty()) return {true, "no period's end moves", ""};
  const Period& last = facts.periods.back();
  const bool open = last.state != PeriodState::kClosed;
  return {open, "the last period, " + last.id + ", is " + std::string(Name(last.state)),
          open ? ""
               : "Its close is signed and gave back what was left: reopen it (two persons), put "
                 "this in force, then close it again; or make a new budget."};
}

Verdict LeavingFree(const AmendmentFacts& facts) {
  std::vector<std::string> faults;
  const auto text = [&](std::int64_t minor) { return Text(minor, facts.budget.currency); };
  for (const Standing& standing : facts.leaving) {
    const std::string& partner = standing.partner;
    if (standing.available != 0) {
      faults.push_back(partner + " has " + text(standing.available) + " left on its lines");
    }
    if (standing.commitments != 0) {
      faults.push_back(partner + " has " + std::to_string(standing.commitments) +
                       " open commitments of " + text(standing.committed));
    }
    if (standing.owed != 0) faults.push_back(partner + " is owed " + text(standing.owed));
    for (const GrantScheme& grant : facts.budget.grants) {
      if (grant.partner != partner) continue;
      faults.push_back("the grant scheme " + grant.id + " pays on lines of " + partner);
    }
  }
  if (faults.empty()) return {true, std::to_string(facts.leaving.size()) + " partners leave", ""};
  return {false, Join(faults, "; "),
          "Reallocate what is on its lines (this amendment may), let its commitments end, pay what "
          "it is owed, name another partner in the scheme; then put it in force."};
}

Verdict AmountFits(const AmendmentFacts& facts) {
  const Amendment& amendment = facts.amendment;
  const std::int64_t change = amendment.change;
  const std::string evidence =
      std::string(Name(amendment.type)) + " of " + Text(change, facts.budget.currency);
  bool fits = change == 0;
  std::string remedy = "This type of amendment changes no amount.";
  if (amendment.type == AmendmentType::kCostedExtension ||
      amendment.type == AmendmentType::kSupplement) {
    fits = change > 0;
    remedy = "Give what is added, above 0.";
  } else if (amendment.type == AmendmentType::kDeobligation) {
    fits = change < 0;
    remedy = "Give what is taken back, below 0.";
  } else if (amendment.type == AmendmentType::kTermination) {
    fits = change <= 0;
    remedy = "A termination adds nothing.";
  }
  Wide sources = 0;
  for (const Source& source : amendment.new_sources) {
    if (source.kind == Kind::kCash) sources += source.promised;
  }
  if (fits && !amendment.new_sources.empty() && sources != std::max<std::int64_t>(change, 0)) {
    return {false,
            evidence + ", new sources promise " + Text(Clamped(sources), facts.budget.currency),
            "Let the new sources promise exactly what is added."};
  }
  return {fits, evidence, fits ? "" : remedy};
}

Verdict DeobligationCovered(const AmendmentFacts& facts) {
  const auto text = [&](Wide minor) { return Text(Clamped(minor), facts.budget.currency); };
  const Wide wanted = -std::min<Wide>(facts.amendment.change, 0);
  const Wide of_lines = std::max<Wide>(0, wanted - facts.pool);
  std::vector<std::string> faults;
  Wide given = 0;
  for (const Reallocation& row : facts.amendment.reallocations) {
    std::int64_t available = 0;
    for (const Leftover& leftover : facts.leftovers) {
      if (leftover.line == row.line) available = leftover.available;
    }
    const Wide gives = -Wide{row.change};
    given += gives;
    if (gives <= available) continue;
    faults.push_back(Text(row.line) + " has " + text(available) + " for " + text(gives));
  }
  if (wanted > 0 && given != of_lines) {
    faults.push_back("the lines named give " + text(given) + " of " + text(of_lines));
  }
  const std::string evidence = text(wanted) + " is taken back, the pool has " + text(facts.pool);
  if (faults.empty()) return {true, evidence, ""};
  return {false, evidence + "; " + Join(faults, "; "),
          "Name lines that give what the pool does not have; release reservations first."};
}

Verdict ReallocationBalanced(const AmendmentFacts& facts) {
  const Amendment& amendment = facts.amendment;
  Wide sum = 0;
  std::vector<std::string> faults;
  for (const Reallocation& row : amendment.reallocations) {
    sum += row.change;
    if (FindCategory(facts.budget, row.line.category) == nullptr) {
      faults.push_back(row.line.category + " is no category of the budget");
    }
    const bool known =
        std::any_of(facts.periods.begin(), facts.periods.end(), [&](const Period& period) {
          return period.id == row.line.period && period.state != PeriodState::kClosed;
        });
    if (!known) faults.push_back(row.line.period + " is no period that is open or planned");
  }
  if (amendment.type == AmendmentType::kRebudget && amendment.reallocations.empty()) {
    faults.push_back("no line changes");
  }
  // What a deobligation takes from lines leaves the budget: see DeobligationCovered.
  if (sum != 0 && amendment.change >= 0)
    faults.push_back("they add up to " + Text(Clamped(sum), facts.budget.currency));
  if (faults.empty()) {
    return {true, std::to_string(amendment.reallocations.size()) + " lines change", ""};
  }
  return {false, Join(faults, "; "), "Give lines of the budget whose changes add up to 0."};
}

Verdict MovementInside(const AmendmentFacts& facts) {
  if (!MovesMoney(facts.amendment)) return {true, "it moves no money", ""};
  const Date on = MovementDate(facts);
  const Date end = facts.amendment.new_end_date.value_or(facts.budget.end_date);
  const bool inside = facts.budget.start_date <= on && on <= end;
  return {inside,
          FormatDate(on) + "; the budget then is " + FormatDate(facts.budget.start_date) + " to " +
              FormatDate(end),
          inside ? "" : "Give an effective date in the budget."};
}

// A period that was reported stays as it was reported (B8). What an extension adds is open.
Verdict MovementPeriodOpen(const AmendmentFacts& facts) {
  if (!MovesMoney(facts.amendment)) return {true, "it moves no money", ""};
  const Date on = MovementDate(facts);
  const Period* period = PeriodOn(facts.periods, on);
  if (period == nullptr) return {true, "no period has " + FormatDate(on) + " yet", ""};
  const bool open = period->state == PeriodState::kPlanned || period->state == PeriodState::kOpen;
  return {
      open,
      FormatDate(on) + " is in " + period->id + ", which is " + std::string(Name(period->state)),
      open ? "" : "Give an effective date in a period that is open or planned."};
}

Verdict AnotherSigns(const AmendmentFacts& facts) {
  return AnotherPerson(facts.actor, {{"requested", facts.amendment.requester}});
}

// A signature is an approval, and an approval may be what posts it, as with a transfer.
Verdict AnotherPutsInForce(const AmendmentFacts& facts) {
  return AnotherPerson(facts.actor, {{"requested", facts.amendment.requester}});
}

Verdict FromStillOpen(const CarryOverFactsOf& facts) {
  const bool open = facts.from.state != PeriodState::kClosed;
  return {open, facts.from.id + " is " + std::string(Name(facts.from.state)),
          open ? "" : "A closed period carries nothing more."};
}

Verdict NotLastPeriod(const CarryOverFactsOf& facts) {
  const bool next = facts.to.has_value() && facts.to->state != PeriodState::kClosed &&
                    facts.to->id == facts.carry_over.to_period;
  return {next, facts.to.has_value() ? "after it comes " + facts.to->id : "it is the last period",
          next ? "" : "Carry to the period after it; the last year carries nothing."};
}

Verdict CarryOverAllowed(const CarryOverFactsOf& facts) {
  const CarryOverTerms terms = TermsOf(facts);
  const bool allowed = terms.mode != "none";
  return {allowed, "the funder's carry-over is " + Text(terms),
          allowed ? "" : "Return what is left."};
}

Verdict ReasonGiven(const CarryOverFactsOf& facts) {
  const bool given = TermsOf(facts).mode != "on_reason" || !facts.carry_over.reason.empty();
  return {given, facts.carry_over.reason.empty() ? "no reason" : facts.carry_over.reason,
          given ? "" : "Say what could not be foreseen."};
}

Verdict WithinCap(const CarryOverFactsOf& facts) {
  const int percent = TermsOf(facts).maximum_percent;
  const std::int64_t total = TotalOf(facts.carry_over);
  std::int64_t left = 0;
  for (const Leftover& leftover : facts.leftovers) left += leftover.available;
  if (percent == 0) return {true, "no maximum", ""};
  const std::int64_t most = left / 100 * percent + left % 100 * percent / 100;
  const bool within = total <= most;
  return {within,
          Text(total, facts.budget.currency) + ", at most " + std::to_string(percent) + " % of " +
              Text(left, facts.budget.currency) + " = " + Text(most, facts.budget.currency),
          within ? "" : "Carry less."};
}

Verdict AboveMinimum(const CarryOverFactsOf& facts) {
  const std::int64_t total = TotalOf(facts.carry_over);
  const std::int64_t minimum = TermsOf(facts).minimum;
  const bool above = total >= minimum && total > 0;
  return {above,
          Text(total, facts.budget.currency) + ", at least " + Text(minimum, facts.budget.currency),
          above ? "" : "So little is returned instead."};
}

Verdict LinesCover(const CarryOverFactsOf& facts) {
  std::vector<std::string> faults;
  for (const Reallocation& row : facts.carry_over.lines) {
    std::int64_t available = 0;
    for (const Leftover& leftover : facts.leftovers) {
      if (leftover.line == row.line) available = leftover.available;
    }
    if (row.change <= available && row.change > 0) continue;
    faults.push_back(Text(row.line) + " has " + Text(available, facts.budget.currency) + " for " +
                     Text(row.change, facts.budget.currency));
  }
  if (faults.empty()) return {true, "the lines have as much left", ""};
  return {false, Join(faults, "; "), "Carry no more than is available."};
}

Verdict OnlyOne(const CarryOverFactsOf& facts) {
  if (!facts.other.has_value()) return {true, "no other carry-over of " + facts.from.id, ""};
  const CarryOver& other = *facts.other;
  const bool waits = other.state == CarryOverState::kProposed;
  return {false,
          facts.from.id + " has the carry-over " + other.id + ", which is " +
              std::string(Name(other.state)),
          waits ? "Decide that one: refuse it to propose another, with all lines that go on."
                : "A period has one carry-over: the close posts that one."};
}

Verdict AnotherApproves(const CarryOverFactsOf& facts) {
  return AnotherPerson(facts.actor, {{"requested", facts.carry_over.requester}});
}

Verdict StandIn(const CarryOverFactsOf& facts) { return MayStandIn(facts.actor); }

Verdict GivenBack(const CarryOverFactsOf& facts) {
  const std::int64_t returned = OfLines(facts.carry_over, facts.judgement.returned);
  return {returned > 0,
          "the close gives back " + Text(returned, facts.budget.currency) + " of its lines",
          returned > 0 ? "" : "What goes on is not given back."};
}

Verdict DueReached(const ReportFacts& facts) {
  const bool reached = AddDays(facts.today, 30) >= facts.report.due_date;
  return {reached,
          "due on " + FormatDate(facts.report.due_date) + ", today " + FormatDate(facts.today),
          reached ? "" : "It falls due 30 days before its date."};
}

Verdict DuePassed(const ReportFacts& facts) {
  const bool passed = facts.today > facts.report.due_date;
  return {passed,
          "due on " + FormatDate(facts.report.due_date) + ", today " + FormatDate(facts.today),
          passed ? "" : "It is not overdue yet."};
}

Verdict SequenceFrozen(const ReportFacts& facts) {
  const bool frozen = facts.input.as_of_sequence > 0 && !facts.input.content_hash.empty();
  return {frozen, "sequence " + std::to_string(facts.input.as_of_sequence),
          frozen ? "" : "There is no journal to report on yet."};
}

Verdict NumbersReproduce(const ReportFacts& facts) {
  const bool same = facts.input.content_hash == facts.report.content_hash;
  return {same,
          "frozen " + facts.report.content_hash + ", computed anew " + facts.input.content_hash,
          same ? "" : "Revise and prepare it again."};
}

Verdict AnotherCertifies(const ReportFacts& facts) {
  return AnotherPerson(facts.actor, {{"prepared", facts.report.preparer}});
}

}  // namespace jointly::budgets::check
