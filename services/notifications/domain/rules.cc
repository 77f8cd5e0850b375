#include "services/notifications/domain/rules.h"

#include <algorithm>
#include <array>

namespace jointly::notifications {
namespace {

constexpr std::string_view kApplication = "mobility.application";
constexpr std::string_view kMobility = "mobility.mobility";
constexpr std::string_view kCall = "mobility.call";
constexpr std::string_view kAgreement = "partnerships.agreement";
constexpr std::string_view kInstitution = "partnerships.institution";
constexpr std::string_view kPerson = "identity.person";

constexpr bool kInbox = false;  // And no e-mail.

// clang-format off
constexpr auto kTellings = std::to_array<Telling>({
    // aggregate   action              who                  kind                       channels
    {kApplication, "submitted",        Who::kStudent,       "application_received"},
    {kApplication, "submitted",        Who::kHomeOffice,    "application_submitted"},
    {kApplication, "resubmitted",      Who::kStudent,       "application_received",    kInbox},
    {kApplication, "resubmitted",      Who::kHomeOffice,    "application_resubmitted"},
    {kApplication, "found_eligible",   Who::kStudent,       "application_eligible"},
    {kApplication, "found_ineligible", Who::kStudent,       "application_decided"},
    {kApplication, "found_incomplete", Who::kStudent,       "application_incomplete"},
    {kApplication, "offered",          Who::kStudent,       "offer_made"},
    {kApplication, "promoted",         Who::kStudent,       "offer_made"},
    {kApplication, "promoted",         Who::kHomeOffice,    "waitlist_promoted",       kInbox},
    {kApplication, "waitlisted",       Who::kStudent,       "application_waitlisted"},
    {kApplication, "rejected",         Who::kStudent,       "application_decided"},
    {kApplication, "accepted",         Who::kStudent,       "offer_confirmed"},
    {kApplication, "accepted",         Who::kHomeOffice,    "offer_accepted"},
    {kApplication, "declined",         Who::kHomeOffice,    "offer_declined"},
    {kApplication, "expired",          Who::kStudent,       "offer_expired"},
    {kApplication, "expired",          Who::kHomeOffice,    "offer_lapsed",            kInbox},
    {kApplication, "appealed",         Who::kHomeOffice,    "appeal_received"},
    {kApplication, "appeal_granted",   Who::kStudent,       "appeal_decided"},
    {kApplication, "appeal_refused",   Who::kStudent,       "appeal_decided"},
    {kApplication, "withdrawn",        Who::kHomeOffice,    "application_withdrawn",   kInbox},
    {kApplication, "nominated",        Who::kStudent,       "application_nominated"},
    {kMobility,    "nominated",        Who::kHostOffice,    "nomination_received"},
    {kMobility,    "approved",         Who::kStudent,       "nomination_approved"},
    {kMobility,    "approved",         Who::kHomeOffice,    "nomination_accepted"},
    {kMobility,    "rejected",         Who::kHomeOffice,    "nomination_rejected"},
    {kMobility,    "corrected",        Who::kHostOffice,    "nomination_corrected"},
    {kMobility,    "funded",           Who::kStudent,       "mobility_funded"},
    {kMobility,    "unfunded",         Who::kStudent,       "mobility_unfunded"},
    {kMobility,    "unfunded",         Who::kHomeOffice,    "mobility_unfunded_office"},
    {kMobility,    "cancelled",        Who::kStudent,       "mobility_cancelled"},
    {kMobility,    "cancelled",        Who::kHostOffice,    "mobility_ended"},
    {kCall,        "cancelled",        Who::kApplicants,    "call_cancelled"},
    {kAgreement,   "proposed",         Who::kOtherPartner,  "agreement_proposed"},
    {kAgreement,   "approved",         Who::kProposer,      "agreement_approved"},
    {kAgreement,   "returned",         Who::kProposer,      "agreement_returned"},
    {kAgreement,   "terminated",       Who::kBothOffices,   "agreement_terminated"},
    {kAgreement,   "expired",          Who::kBothOffices,   "agreement_expired"},
});

constexpr auto kActions = std::to_array<KnownAction>({
    {kApplication, "created"},         {kApplication, "updated"},
    {kApplication, "submitted"},       {kApplication, "resubmitted"},
    {kApplication, "found_eligible"},  {kApplication, "found_ineligible"},
    {kApplication, "found_incomplete"}, {kApplication, "scored"},
    {kApplication, "offered"},         {kApplication, "waitlisted"},
    {kApplication, "promoted"},        {kApplication, "rejected"},
    {kApplication, "accepted"},        {kApplication, "declined"},
    {kApplication, "expired"},         {kApplication, "appealed"},
    {kApplication, "appeal_granted"},  {kApplication, "appeal_refused"},
    {kApplication, "withdrawn"},       {kApplication, "nominated"},
    {kMobility, "nominated"},          {kMobility, "approved"},
    {kMobility, "rejected"},           {kMobility, "corrected"},
    {kMobility, "funded"},             {kMobility, "unfunded"},
    {kMobility, "funding_released"},   {kMobility, "cancelled"},
    {kCall, "created"},                {kCall, "updated"},
    {kCall, "published"},              {kCall, "cancelled"},
    {kAgreement, "created"},           {kAgreement, "updated"},
    {kAgreement, "proposed"},          {kAgreement, "approved"},
    {kAgreement, "returned"},          {kAgreement, "amended"},
    {kAgreement, "terminated"},        {kAgreement, "expired"},
    {kInstitution, "created"},         {kInstitution, "updated"},
    {kPerson, "created"},              {kPerson, "updated"},
    {kPerson, "granted"},              {kPerson, "ungranted"},
    {kPerson, "revoked"},              {kPerson, "disabled"},
    {kPerson, "erased"},
});
// clang-format on

// "scored" is here because being ranked says that no rejection came; "expired" because only an
// offer expires.
constexpr std::array<std::string_view, 6> kEmbargoed{"scored",     "offered",  "promoted",
                                                     "waitlisted", "rejected", "expired"};

template <typename List>
bool Contains(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::span<const Telling> AllTellings() { return kTellings; }

std::vector<Telling> TellingsOf(std::string_view aggregate, std::string_view action) {
  std::vector<Telling> out;
  std::copy_if(
      kTellings.begin(), kTellings.end(), std::back_inserter(out),
      [&](const Telling& row) { return row.aggregate == aggregate && row.action == action; });
  return out;
}

bool IsEmbargoed(std::string_view aggregate, std::string_view action) {
  return aggregate == kApplication && Contains(kEmbargoed, action);
}

bool IsEmbargoedDeadline(std::string_view deadline_kind, std::string_view application_state) {
  // Against being found ineligible one can appeal at once.
  return deadline_kind == "offer_expires" ||
         (deadline_kind == "appeal" && application_state == "rejected");
}

std::span<const KnownAction> AllActions() { return kActions; }

}  // namespace jointly::notifications
