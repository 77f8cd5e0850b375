#include "services/notifications/domain/rules.h"

#include <gtest/gtest.h>

#include <sstream>

namespace jointly::notifications {
namespace {

std::string NameOf(Who who) {
  switch (who) {
    case Who::kStudent:
      return "student";
    case Who::kHomeOffice:
      return "home_office";
    case Who::kHostOffice:
      return "host_office";
    case Who::kProposer:
      return "proposer";
    case Who::kOtherPartner:
      return "other_partner";
    case Who::kBothOffices:
      return "both_offices";
    case Who::kApplicants:
      return "applicants";
    case Who::kBudgetManagers:
      return "managers";
    case Who::kAccountants:
      return "accountants";
    case Who::kPartnerManagers:
      return "partner_managers";
    case Who::kRequester:
      return "requester";
    case Who::kClaimant:
      return "claimant";
    case Who::kDelegate:
      return "delegate";
    case Who::kDoctoralOffices:
      return "doctoral_offices";
    case Who::kDirectors:
      return "directors";
  }
  return "?";
}

// Checks rows of an aggregate, an action and who is told; as many as `count`.
void CheckTellings(const char* table, int count) {
  std::istringstream rows(table);
  std::string line;
  int checked = 0;
  while (std::getline(rows, line)) {
    std::istringstream words(line);
    std::string aggregate, action, word, expected, found;
    if (!(words >> aggregate >> action)) continue;
    while (words >> word) expected += word + " ";
    for (const Telling& row : TellingsOf(aggregate, action)) {
      found += NameOf(row.who) + (row.email ? ":email " : ":inbox ");
    }
    EXPECT_EQ(found.empty() ? "- " : found, expected) << aggregate << " " << action;
    ++checked;
  }
  EXPECT_EQ(checked, count);
}

// As a coordinator would write it down. `inbox`: no e-mail.
TEST(Tellings, SayWhoHearsOfWhat) {
  CheckTellings(R"(
      mobility.application  created           -
      mobility.application  updated           -
      mobility.application  submitted         student:email home_office:email
      mobility.application  resubmitted       student:inbox home_office:email
      mobility.application  found_eligible    student:email
      mobility.application  found_ineligible  student:email
      mobility.application  found_incomplete  student:email
      mobility.application  scored            -
      mobility.application  offered           student:email
      mobility.application  promoted          student:email home_office:inbox
      mobility.application  waitlisted        student:email
      mobility.application  rejected          student:email
      mobility.application  accepted          student:email home_office:email
      mobility.application  declined          home_office:email
      mobility.application  expired           student:email home_office:inbox
      mobility.application  appealed          home_office:email
      mobility.application  appeal_granted    student:email
      mobility.application  appeal_refused    student:email
      mobility.application  withdrawn         home_office:inbox
      mobility.application  nominated         student:email
      mobility.mobility     nominated         host_office:email
      mobility.mobility     approved          student:email home_office:email
      mobility.mobility     rejected          home_office:email
      mobility.mobility     corrected         host_office:email
      mobility.mobility     funded            student:email
      mobility.mobility     unfunded          student:email home_office:email
      mobility.mobility     funding_released  -
      mobility.mobility     cancelled         student:email host_office:email
      mobility.call         published         -
      mobility.call         cancelled         applicants:email
      partnerships.agreement  proposed        other_partner:email
      partnerships.agreement  approved        proposer:email
      partnerships.agreement  returned        proposer:email
      partnerships.agreement  terminated      both_offices:email
      partnerships.agreement  expired         both_offices:email
      identity.person       granted           -
  )",
                36);
}

// As a doctoral office would.
TEST(Tellings, SayWhoHearsOfAThesis) {
  CheckTellings(R"(
      theses.thesis     proposed             doctoral_offices:email
      theses.thesis     updated              -
      theses.thesis     opinion_given        -
      theses.thesis     approved             student:email directors:email
      theses.thesis     refused              student:email directors:email
      theses.thesis     agreement_opened     -
      theses.thesis     activated            student:email directors:email
      theses.thesis     suspended            student:email directors:email
      theses.thesis     resumed              student:inbox directors:inbox
      theses.thesis     extension_requested  doctoral_offices:email
      theses.thesis     extended             student:email directors:email
      theses.thesis     extension_refused    student:email directors:email
      theses.thesis     defence_planned      student:email directors:email doctoral_offices:email
      theses.thesis     defence_unplanned    student:email directors:email doctoral_offices:inbox
      theses.thesis     report_received      -
      theses.thesis     recorded             -
      theses.thesis     authorised           student:email directors:email
      theses.thesis     defended             student:inbox doctoral_offices:email
      theses.thesis     defence_failed       doctoral_offices:email
      theses.thesis     corrections_required student:email directors:email
      theses.thesis     corrected            -
      theses.thesis     deposited            -
      theses.thesis     diploma_issued       -
      theses.thesis     diplomas_issued      student:email
      theses.thesis     closed               -
      theses.thesis     abandoned            directors:email doctoral_offices:email
      theses.thesis     transferred          directors:email doctoral_offices:email
      theses.thesis     agreement_lost       student:email directors:email doctoral_offices:email
      theses.thesis     recomputed           -
      theses.thesis     funding              doctoral_offices:email
      theses.cotutelle  created              -
      theses.cotutelle  updated              -
      theses.cotutelle  negotiating          -
      theses.cotutelle  frozen               doctoral_offices:email
      theses.cotutelle  returned             doctoral_offices:email
      theses.cotutelle  approved             -
      theses.cotutelle  signing              directors:email doctoral_offices:email
      theses.cotutelle  rung_signed          -
      theses.cotutelle  original_received    -
      theses.cotutelle  signed               doctoral_offices:email
      theses.cotutelle  in_force             directors:email doctoral_offices:inbox
      theses.cotutelle  suspended            -
      theses.cotutelle  resumed              -
      theses.cotutelle  notice               directors:email doctoral_offices:email
      theses.cotutelle  renewed              -
      theses.cotutelle  expiry_blocked       doctoral_offices:email
      theses.cotutelle  expired              directors:email doctoral_offices:email
      theses.cotutelle  terminated           directors:email doctoral_offices:email
      theses.cotutelle  reviewed             -
      theses.cotutelle  amendment_created    -
      theses.cotutelle  amendment_updated    -
      theses.cotutelle  amendment_frozen     doctoral_offices:email
      theses.cotutelle  amendment_returned   -
      theses.cotutelle  amendment_approved   -
      theses.cotutelle  amendment_signing    -
      theses.cotutelle  amendment_signed     -
      theses.cotutelle  amendment_withdrawn  -
      theses.cotutelle  amended              directors:email doctoral_offices:inbox
  )",
                58);
}

// As an administrator of budgets would.
constexpr const char* kBudgetTellings = R"(
      budgets.budget        created           -
      budgets.budget        updated           -
      budgets.budget        submitted         managers:email
      budgets.budget        approved          requester:email
      budgets.budget        rejected          requester:email
      budgets.budget        activated         managers:inbox
      budgets.budget        suspended         managers:email
      budgets.budget        resumed           -
      budgets.budget        closing           managers:email accountants:email
      budgets.budget        closed            -
      budgets.budget        allocated         -
      budgets.budget        posted            -
      budgets.budget        alerted           -
      budgets.budget        exercice_provisional  managers:email accountants:email
      budgets.budget        exercice_executory  managers:email
      budgets.period        opened            -
      budgets.period        soft_closed       managers:email
      budgets.period        close_due         accountants:email
      budgets.period        closed            managers:email
      budgets.period        reopen_requested  accountants:email
      budgets.period        reopened          managers:email
      budgets.commitment    requested         managers:email
      budgets.commitment    reserved          requester:email
      budgets.commitment    refused           requester:email
      budgets.commitment    liquidated        -
      budgets.commitment    released          -
      budgets.commitment    expired           requester:email managers:email
      budgets.commitment    carried           -
      budgets.commitment    revalued          -
      budgets.commitment    undercovered      managers:email
      budgets.commitment    paid              -
      budgets.commitment    payment_reversed  requester:email
      budgets.commitment    liquidation_reversed  requester:email
      budgets.commitment    credited          -
      budgets.claim         created           -
      budgets.claim         updated           -
      budgets.claim         submitted         managers:email
      budgets.claim         certified         managers:email
      budgets.claim         changes_requested  claimant:email
      budgets.claim         declined          claimant:email
      budgets.claim         approved          accountants:email
      budgets.claim         paid              claimant:email
      budgets.claim         payment_failed    accountants:email claimant:email
      budgets.claim         approval_reversed  claimant:email
      budgets.transfer      requested         managers:email
      budgets.transfer      needs_funder      managers:email
      budgets.transfer      funder_approved   managers:email
      budgets.transfer      posted            requester:email
      budgets.transfer      refused           requester:email
      budgets.transfer      withdrawn         -
      budgets.amendment     created           managers:email partner_managers:email
      budgets.amendment     signed            managers:inbox
      budgets.amendment     in_force          managers:email partner_managers:email
      budgets.amendment     voided            -
      budgets.carry_over    created           managers:email
      budgets.carry_over    approved          requester:email
      budgets.carry_over    refused           requester:email
      budgets.carry_over    posted            requester:email
      budgets.carry_over    returned          requester:email
      budgets.report        due               accountants:email
      budgets.report        prepared          accountants:email
      budgets.report        certified         -
      budgets.report        sent              -
      budgets.report        accepted          -
      budgets.report        overdue           accountants:email
      budgets.report        revised           -
      budgets.delegation    created           delegate:email
      budgets.delegation    revoked           delegate:email
  )";

TEST(Tellings, SayWhoHearsOfABudget) { CheckTellings(kBudgetTellings, 68); }

TEST(Alerts, AreToldToManagersByTheirKind) {
  struct Row {
    const char* alert;
    const char* kind;
  };
  for (const Row& row : {Row{"used", "alert_used"}, Row{"underspend", "alert_underspend"},
                         Row{"unspendable", "alert_unspendable"},
                         Row{"open_commitments", "alert_open_commitments"}}) {
    const std::vector<Telling> tellings = TellingsOfAlert(row.alert);
    ASSERT_EQ(tellings.size(), 1U) << row.alert;
    EXPECT_EQ(tellings[0].kind, row.kind);
    EXPECT_EQ(tellings[0].who, Who::kBudgetManagers) << row.alert;
  }
  EXPECT_EQ(AllAlerts().size(), 4U);
  EXPECT_TRUE(TellingsOfAlert("submitted").empty());
}

TEST(Embargo, HidesTheOutcomeOfTheAllocationFromTheStudent) {
  for (const char* hidden :
       {"scored", "offered", "promoted", "waitlisted", "rejected", "expired"}) {
    EXPECT_TRUE(IsEmbargoed("mobility.application", hidden)) << hidden;
    EXPECT_FALSE(IsEmbargoed("mobility.mobility", hidden)) << hidden;
  }
  for (const char* shown :
       {"submitted", "found_incomplete", "accepted", "withdrawn", "nominated"}) {
    EXPECT_FALSE(IsEmbargoed("mobility.application", shown)) << shown;
  }
}

}  // namespace
}  // namespace jointly::notifications
