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
  }
  return "?";
}

// As a coordinator would write it down. `inbox`: no e-mail.
TEST(Tellings, SayWhoHearsOfWhat) {
  std::istringstream rows(R"(
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
  )");
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
  EXPECT_EQ(checked, 36);
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
