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
constexpr std::string_view kBudget = "budgets.budget";
constexpr std::string_view kPeriod = "budgets.period";
constexpr std::string_view kCommitment = "budgets.commitment";
constexpr std::string_view kClaim = "budgets.claim";
constexpr std::string_view kTransfer = "budgets.transfer";
constexpr std::string_view kAmendment = "budgets.amendment";
constexpr std::string_view kCarryOver = "budgets.carry_over";
constexpr std::string_view kReport = "budgets.report";
constexpr std::string_view kDelegation = "budgets.delegation";
constexpr std::string_view kThesis = "theses.thesis";
constexpr std::string_view kCotutelle = "theses.cotutelle";

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
    {kBudget,      "submitted",        Who::kBudgetManagers,  "budget_submitted"},
    {kBudget,      "approved",         Who::kRequester,       "budget_approved"},
    {kBudget,      "rejected",         Who::kRequester,       "budget_rejected"},
    {kBudget,      "activated",        Who::kBudgetManagers,  "budget_activated", kInbox},
    {kBudget,      "suspended",        Who::kBudgetManagers,  "budget_suspended"},
    {kBudget,      "closing",          Who::kBudgetManagers,  "budget_closing"},
    {kBudget,      "closing",          Who::kAccountants,     "budget_closing"},
    {kBudget,      "exercice_provisional", Who::kBudgetManagers, "budget_provisional"},
    {kBudget,      "exercice_provisional", Who::kAccountants,    "budget_provisional"},
    {kBudget,      "exercice_executory",   Who::kBudgetManagers, "budget_executory"},
    {kPeriod,      "soft_closed",      Who::kBudgetManagers,  "period_soft_closed"},
    {kPeriod,      "close_due",        Who::kAccountants,     "period_close_due"},
    {kPeriod,      "closed",           Who::kBudgetManagers,  "period_closed"},
    {kPeriod,      "reopen_requested", Who::kAccountants,     "period_reopen_requested"},
    {kPeriod,      "reopened",         Who::kBudgetManagers,  "period_reopened"},
    {kCommitment,  "requested",        Who::kBudgetManagers,  "commitment_requested"},
    {kCommitment,  "reserved",         Who::kRequester,       "commitment_reserved"},
    {kCommitment,  "refused",          Who::kRequester,       "commitment_refused"},
    {kCommitment,  "expired",          Who::kRequester,       "commitment_expired"},
    {kCommitment,  "expired",          Who::kBudgetManagers,  "commitment_expired"},
    {kCommitment,  "undercovered",     Who::kBudgetManagers,  "commitment_undercovered"},
    {kCommitment,  "payment_reversed", Who::kRequester,       "commitment_payment_reversed"},
    {kCommitment,  "liquidation_reversed", Who::kRequester,   "commitment_liquidation_reversed"},
    {kClaim,       "submitted",        Who::kBudgetManagers,  "claim_submitted"},
    {kClaim,       "certified",        Who::kBudgetManagers,  "claim_certified"},
    {kClaim,       "changes_requested", Who::kClaimant,        "claim_changes_requested"},
    {kClaim,       "declined",         Who::kClaimant,        "claim_declined"},
    {kClaim,       "approved",         Who::kAccountants,     "claim_approved"},
    {kClaim,       "paid",             Who::kClaimant,        "claim_paid"},
    {kClaim,       "payment_failed",   Who::kAccountants,     "claim_payment_failed"},
    {kClaim,       "payment_failed",   Who::kClaimant,        "claim_payment_returned"},
    {kClaim,       "approval_reversed", Who::kClaimant,       "claim_approval_reversed"},
    {kTransfer,    "requested",        Who::kBudgetManagers,  "transfer_requested"},
    {kTransfer,    "needs_funder",     Who::kBudgetManagers,  "transfer_needs_funder"},
    {kTransfer,    "funder_approved",  Who::kBudgetManagers,  "transfer_funder_approved"},
    {kTransfer,    "posted",           Who::kRequester,       "transfer_posted"},
    {kTransfer,    "refused",          Who::kRequester,       "transfer_refused"},
    {kAmendment,   "created",          Who::kBudgetManagers,  "amendment_created"},
    {kAmendment,   "created",          Who::kPartnerManagers, "amendment_to_sign"},
    {kAmendment,   "signed",           Who::kBudgetManagers,  "amendment_signed", kInbox},
    {kAmendment,   "in_force",         Who::kBudgetManagers,  "amendment_in_force"},
    {kAmendment,   "in_force",         Who::kPartnerManagers, "amendment_in_force"},
    {kCarryOver,   "created",          Who::kBudgetManagers,  "carry_over_created"},
    {kCarryOver,   "approved",         Who::kRequester,       "carry_over_approved"},
    {kCarryOver,   "refused",          Who::kRequester,       "carry_over_refused"},
    {kCarryOver,   "posted",           Who::kRequester,       "carry_over_posted"},
    {kCarryOver,   "returned",         Who::kRequester,       "carry_over_returned"},
    {kReport,      "due",              Who::kAccountants,     "report_due"},
    {kReport,      "prepared",         Who::kAccountants,     "report_prepared"},
    {kReport,      "overdue",          Who::kAccountants,     "report_overdue"},
    {kDelegation,  "created",          Who::kDelegate,        "delegation_given"},
    {kDelegation,  "revoked",          Who::kDelegate,        "delegation_revoked"},
    {kThesis,     "proposed", Who::kDoctoralOffices, "thesis_proposed"},
    {kThesis,     "approved", Who::kStudent, "thesis_approved"},
    {kThesis,     "approved", Who::kDirectors, "thesis_approved"},
    {kThesis,     "refused", Who::kStudent, "thesis_refused"},
    {kThesis,     "refused", Who::kDirectors, "thesis_refused"},
    {kThesis,     "activated", Who::kStudent, "thesis_activated"},
    {kThesis,     "activated", Who::kDirectors, "thesis_activated"},
    {kThesis,     "suspended", Who::kStudent, "thesis_suspended"},
    {kThesis,     "suspended", Who::kDirectors, "thesis_suspended"},
    {kThesis,     "resumed", Who::kStudent, "thesis_resumed", kInbox},
    {kThesis,     "resumed", Who::kDirectors, "thesis_resumed", kInbox},
    {kThesis,     "extension_requested", Who::kDoctoralOffices, "thesis_extension_requested"},
    {kThesis,     "extended", Who::kStudent, "thesis_extended"},
    {kThesis,     "extended", Who::kDirectors, "thesis_extended"},
    {kThesis,     "extension_refused", Who::kStudent, "thesis_extension_refused"},
    {kThesis,     "extension_refused", Who::kDirectors, "thesis_extension_refused"},
    {kThesis,     "defence_planned", Who::kStudent, "thesis_defence_planned"},
    {kThesis,     "defence_planned", Who::kDirectors, "thesis_defence_planned"},
    {kThesis,     "defence_planned", Who::kDoctoralOffices, "thesis_defence_planned"},
    {kThesis,     "defence_unplanned", Who::kStudent, "thesis_defence_unplanned"},
    {kThesis,     "defence_unplanned", Who::kDirectors, "thesis_defence_unplanned"},
    {kThesis,     "defence_unplanned", Who::kDoctoralOffices, "thesis_defence_unplanned", kInbox},
    {kThesis,     "authorised", Who::kStudent, "thesis_authorised"},
    {kThesis,     "authorised", Who::kDirectors, "thesis_authorised"},
    {kThesis,     "defended", Who::kStudent, "thesis_defended", kInbox},
    {kThesis,     "defended", Who::kDoctoralOffices, "thesis_defended"},
    {kThesis,     "corrections_required", Who::kStudent, "thesis_corrections"},
    {kThesis,     "corrections_required", Who::kDirectors, "thesis_corrections"},
    {kThesis,     "defence_failed", Who::kDoctoralOffices, "thesis_not_passed"},
    {kThesis,     "diplomas_issued", Who::kStudent, "thesis_diplomas"},
    {kThesis,     "abandoned", Who::kDirectors, "thesis_ended"},
    {kThesis,     "abandoned", Who::kDoctoralOffices, "thesis_ended"},
    {kThesis,     "transferred", Who::kDirectors, "thesis_ended"},
    {kThesis,     "transferred", Who::kDoctoralOffices, "thesis_ended"},
    {kThesis,     "agreement_lost", Who::kStudent, "thesis_agreement_lost"},
    {kThesis,     "agreement_lost", Who::kDirectors, "thesis_agreement_lost"},
    {kThesis,     "agreement_lost", Who::kDoctoralOffices, "thesis_agreement_lost"},
    {kThesis,     "funding", Who::kDoctoralOffices, "thesis_funding"},
    {kCotutelle,  "frozen", Who::kDoctoralOffices, "cotutelle_to_approve"},
    {kCotutelle,  "returned", Who::kDoctoralOffices, "cotutelle_returned"},
    {kCotutelle,  "signing", Who::kDirectors, "cotutelle_to_sign"},
    {kCotutelle,  "signing", Who::kDoctoralOffices, "cotutelle_to_sign"},
    {kCotutelle,  "signed", Who::kDoctoralOffices, "cotutelle_signed"},
    {kCotutelle,  "in_force", Who::kDirectors, "cotutelle_in_force"},
    {kCotutelle,  "in_force", Who::kDoctoralOffices, "cotutelle_in_force", kInbox},
    {kCotutelle,  "notice", Who::kDirectors, "cotutelle_notice"},
    {kCotutelle,  "notice", Who::kDoctoralOffices, "cotutelle_notice"},
    {kCotutelle,  "expiry_blocked", Who::kDoctoralOffices, "cotutelle_expiry_blocked"},
    {kCotutelle,  "expired", Who::kDirectors, "cotutelle_ended"},
    {kCotutelle,  "expired", Who::kDoctoralOffices, "cotutelle_ended"},
    {kCotutelle,  "terminated", Who::kDirectors, "cotutelle_ended"},
    {kCotutelle,  "terminated", Who::kDoctoralOffices, "cotutelle_ended"},
    {kCotutelle,  "amendment_frozen", Who::kDoctoralOffices, "cotutelle_amendment_to_approve"},
    {kCotutelle,  "amended", Who::kDirectors, "cotutelle_amended"},
    {kCotutelle,  "amended", Who::kDoctoralOffices, "cotutelle_amended", kInbox},
});

constexpr auto kAlerts = std::to_array<Telling>({
    {kBudgetAlert, "used",             Who::kBudgetManagers, "alert_used"},
    {kBudgetAlert, "underspend",       Who::kBudgetManagers, "alert_underspend"},
    {kBudgetAlert, "unspendable",      Who::kBudgetManagers, "alert_unspendable"},
    {kBudgetAlert, "open_commitments", Who::kBudgetManagers, "alert_open_commitments"},
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
    {kMobility, "funding_requested"},  {kMobility, "funding_released"},
    {kMobility, "cancelled"},
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
    {kBudget, "created"},              {kBudget, "updated"},
    {kBudget, "submitted"},            {kBudget, "approved"},
    {kBudget, "rejected"},             {kBudget, "activated"},
    {kBudget, "suspended"},            {kBudget, "resumed"},
    {kBudget, "closing"},              {kBudget, "closed"},
    {kBudget, "archived"},             {kBudget, "allocated"},
    {kBudget, "posted"},               {kBudget, "alerted"},
    {kBudget, "exercice_provisional"}, {kBudget, "exercice_executory"},
    {kPeriod, "opened"},               {kPeriod, "soft_closed"},
    {kPeriod, "close_due"},            {kPeriod, "closed"},
    {kPeriod, "reopen_requested"},     {kPeriod, "reopened"},
    {kCommitment, "requested"},        {kCommitment, "reserved"},
    {kCommitment, "refused"},          {kCommitment, "liquidated"},
    {kCommitment, "released"},         {kCommitment, "expired"},
    {kCommitment, "carried"},          {kCommitment, "revalued"},
    {kCommitment, "undercovered"},     {kCommitment, "paid"},
    {kCommitment, "payment_reversed"}, {kCommitment, "liquidation_reversed"},
    {kCommitment, "credited"},
    {kClaim, "created"},               {kClaim, "updated"},
    {kClaim, "submitted"},             {kClaim, "certified"},
    {kClaim, "changes_requested"},     {kClaim, "declined"},
    {kClaim, "approved"},              {kClaim, "paid"},
    {kClaim, "payment_failed"},        {kClaim, "approval_reversed"},
    {kTransfer, "requested"},          {kTransfer, "needs_funder"},
    {kTransfer, "funder_approved"},    {kTransfer, "posted"},
    {kTransfer, "refused"},            {kTransfer, "withdrawn"},
    {kAmendment, "created"},           {kAmendment, "signed"},
    {kAmendment, "in_force"},          {kAmendment, "voided"},
    {kCarryOver, "created"},           {kCarryOver, "approved"},
    {kCarryOver, "refused"},           {kCarryOver, "posted"},
    {kCarryOver, "returned"},
    {kReport, "due"},                  {kReport, "prepared"},
    {kReport, "certified"},            {kReport, "sent"},
    {kReport, "accepted"},             {kReport, "overdue"},
    {kReport, "revised"},
    {kDelegation, "created"},          {kDelegation, "revoked"},
    {kThesis, "proposed"}, {kThesis, "updated"},
    {kThesis, "opinion_given"}, {kThesis, "approved"},
    {kThesis, "refused"}, {kThesis, "agreement_opened"},
    {kThesis, "activated"}, {kThesis, "suspended"},
    {kThesis, "resumed"}, {kThesis, "extension_requested"},
    {kThesis, "extended"}, {kThesis, "extension_refused"},
    {kThesis, "defence_planned"}, {kThesis, "defence_unplanned"},
    {kThesis, "report_received"}, {kThesis, "recorded"},
    {kThesis, "authorised"}, {kThesis, "defended"},
    {kThesis, "defence_failed"}, {kThesis, "corrections_required"},
    {kThesis, "corrected"}, {kThesis, "deposited"},
    {kThesis, "diploma_issued"}, {kThesis, "diplomas_issued"},
    {kThesis, "closed"}, {kThesis, "abandoned"},
    {kThesis, "transferred"}, {kThesis, "agreement_lost"},
    {kThesis, "recomputed"}, {kThesis, "funding"},
    {kCotutelle, "created"}, {kCotutelle, "updated"},
    {kCotutelle, "negotiating"}, {kCotutelle, "frozen"},
    {kCotutelle, "returned"}, {kCotutelle, "approved"},
    {kCotutelle, "signing"}, {kCotutelle, "rung_signed"},
    {kCotutelle, "original_received"}, {kCotutelle, "signed"},
    {kCotutelle, "in_force"}, {kCotutelle, "suspended"},
    {kCotutelle, "resumed"}, {kCotutelle, "notice"},
    {kCotutelle, "renewed"}, {kCotutelle, "expiry_blocked"},
    {kCotutelle, "expired"}, {kCotutelle, "terminated"},
    {kCotutelle, "reviewed"}, {kCotutelle, "amendment_created"},
    {kCotutelle, "amendment_updated"}, {kCotutelle, "amendment_frozen"},
    {kCotutelle, "amendment_returned"}, {kCotutelle, "amendment_approved"},
    {kCotutelle, "amendment_signing"}, {kCotutelle, "amendment_signed"},
    {kCotutelle, "amendment_withdrawn"}, {kCotutelle, "amended"},
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

std::vector<Telling> Matching(std::span<const Telling> rows, std::string_view aggregate,
                              std::string_view action) {
  std::vector<Telling> out;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(out), [&](const Telling& row) {
    return row.aggregate == aggregate && row.action == action;
  });
  return out;
}

}  // namespace

std::span<const Telling> AllTellings() { return kTellings; }

std::vector<Telling> TellingsOf(std::string_view aggregate, std::string_view action) {
  return Matching(kTellings, aggregate, action);
}

std::span<const Telling> AllAlerts() { return kAlerts; }

std::vector<Telling> TellingsOfAlert(std::string_view alert) {
  return Matching(kAlerts, kBudgetAlert, alert);
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
