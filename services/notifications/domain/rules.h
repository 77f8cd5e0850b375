#pragma once

#include <span>
#include <string_view>
#include <vector>

// Which event is told to whom. The table is the whole policy: handlers, texts and tests read it.
namespace jointly::notifications {

enum class Who {
  kStudent,       // Of the application or the mobility.
  kHomeOffice,    // International office of the home or sending institution.
  kHostOffice,    // International office of the receiving institution.
  kProposer,      // Office of the partner that proposed the agreement's present text.
  kOtherPartner,  // Office of the other partner.
  kBothOffices,   // Offices of both partners.
  kApplicants,    // Students with a live application to the call.
  // Of a budget and its documents.
  kBudgetManagers,   // Budget managers of its institution or unit.
  kAccountants,      // Accountants of its institution or unit.
  kPartnerManagers,  // Budget managers of the other partners.
  kRequester,        // Who asked for it; a service that asked is nobody.
  kClaimant,         // Whose expenses they are.
  kDelegate,         // Who stands in for the one who delegated.
  // Of a thesis and its agreement.
  kDoctoralOffices,  // Doctoral offices of both sides: in the institution or in its school.
  kDirectors,        // Of both sides.
};

struct Telling {
  std::string_view aggregate;  // "mobility.application".
  std::string_view action;     // "submitted".
  Who who;
  std::string_view kind;  // Names the texts in the catalogue.
  bool email = true;      // Beside the inbox, which always gets it.
};

std::span<const Telling> AllTellings();
std::vector<Telling> TellingsOf(std::string_view aggregate, std::string_view action);

// A warning that travels with an event is told by its own kind ("used"), whatever event brings it.
// The aggregate of these rows is kBudgetAlert and their action the warning's kind.
inline constexpr std::string_view kBudgetAlert = "budgets.alert";
std::span<const Telling> AllAlerts();
std::vector<Telling> TellingsOfAlert(std::string_view alert);

// Whether what the action says is hidden from the student until the call's decision time
// (the embargo): the outcome of the allocation, and anything that lets it be guessed.
bool IsEmbargoed(std::string_view aggregate, std::string_view action);

// Whether a deadline of an application in this state exists only because of an embargoed decision.
bool IsEmbargoedDeadline(std::string_view deadline_kind, std::string_view application_state);

// Every action that is followed here: each makes a row of the activity feed and has a phrase.
struct KnownAction {
  std::string_view aggregate;
  std::string_view action;
};
std::span<const KnownAction> AllActions();

}  // namespace jointly::notifications
