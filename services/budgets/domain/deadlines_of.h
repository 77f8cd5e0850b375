#pragma once

#include <vector>

#include "common/deadlines/deadlines.h"
#include "services/budgets/domain/types.h"

// The deadlines that budgets and their documents have, computed anew with every change and every
// read. They are dates in the budget's zone, due at the end of their day, by the public holidays of
// that zone's country; no funder's rule moves a date, so one on a closed day says so. Ids are
// "<subject>/<kind>"; the generation is the aggregate's revision, so a later computation always
// replaces an earlier one.
namespace jointly::budgets {

// "start": activation is possible. "end": the last day. "settle": 60 days after it nothing may be
// open. "exercice": each 1 January of a budget of France, when the office says whether the new
// exercice is executory or carried on provisionally; a year that nobody declared by its end counts
// as executory (see provisional.h). Of two years, this one and the next; each has an id of its own.
// Drafts and archived budgets have none.
std::vector<deadlines::Deadline> DeadlinesOf(const Budget& budget, Time now);
// "end": the period's last day, announced 60, 30 and 7 days before. "close": 30 days after it.
std::vector<deadlines::Deadline> DeadlinesOf(const Period& period, const Budget& budget, Time now);
// "expire": its last day. "settle": the end of the line's period, while it holds money.
std::vector<deadlines::Deadline> DeadlinesOf(const Commitment& commitment, const Period& period,
                                             const Budget& budget, Time now);
// "submit": 30 days after the mission. "pay": 30 days after the approval, which is the last change
// of an approved claim.
std::vector<deadlines::Deadline> DeadlinesOf(const ExpenseClaim& claim, const Budget& budget,
                                             Time now);
// "post": 15 days before the period's end.
std::vector<deadlines::Deadline> DeadlinesOf(const LineTransfer& transfer, const Period& period,
                                             const Budget& budget, Time now);
// "notice": the first day of the month in which the budget ends (1 March for a 31 March end), the
// last day on which funders take an extension.
std::vector<deadlines::Deadline> DeadlinesOf(const Amendment& amendment, const Budget& budget,
                                             Time now);
// "due": 60 days after the period's end.
std::vector<deadlines::Deadline> DeadlinesOf(const PeriodicReport& report, const Budget& budget,
                                             Time now);

}  // namespace jointly::budgets
