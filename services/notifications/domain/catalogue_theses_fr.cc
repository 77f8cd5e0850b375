#include "services/notifications/domain/catalogue_theses.h"

#include <array>

// Of theses and their agreements, in French.
namespace jointly::notifications {
namespace {

constexpr auto kTemplates = std::to_array<Template>({
    {"thesis_proposed", "Thèse en cotutelle proposée : {thesis}",
     "« {thesis} » a été proposée comme thèse en cotutelle. Elle attend l’avis de votre "
     "établissement."},
    {"thesis_approved", "Accord de principe : {thesis}",
     "Les deux établissements sont favorables à « {thesis} ». La convention de cotutelle "
     "est l’étape suivante."},
    {"thesis_refused", "Refusée : {thesis}",
     "« {thesis} » n’a pas été acceptée comme thèse en cotutelle. Ouvrez-la pour en "
     "lire la raison."},
    {"thesis_activated", "Commencée : {thesis}",
     "« {thesis} » est en cours dans les deux établissements. Ouvrez-la pour voir les "
     "échéances."},
    {"thesis_suspended", "Suspendue : {thesis}",
     "« {thesis} » a été suspendue. Ouvrez-la pour voir jusqu’à quand et quels délais "
     "s’arrêtent."},
    {"thesis_resumed", "Reprise : {thesis}", "« {thesis} » reprend."},
    {"thesis_extension_requested", "Prolongation demandée : {thesis}",
     "Une prolongation de « {thesis} » a été demandée. Elle attend une décision."},
    {"thesis_extended", "Prolongée : {thesis}",
     "La prolongation de « {thesis} » a été accordée. Ouvrez-la pour voir les nouvelles "
     "dates."},
    {"thesis_extension_refused", "Prolongation refusée : {thesis}",
     "La prolongation de « {thesis} » n’a pas été accordée. Ouvrez-la pour en lire la "
     "raison."},
    {"thesis_defence_planned", "Soutenance prévue : {thesis}",
     "Une date et un jury sont prévus pour la soutenance de « {thesis} ». Ouvrez-la pour "
     "voir ce qui doit la précéder, de part et d’autre."},
    {"thesis_defence_unplanned", "Soutenance annulée : {thesis}",
     "La soutenance prévue de « {thesis} » a été retirée."},
    {"thesis_authorised", "Soutenance autorisée : {thesis}",
     "La soutenance de « {thesis} » est autorisée."},
    {"thesis_defended", "Soutenue : {thesis}",
     "« {thesis} » a été soutenue. Le dépôt définitif et les diplômes suivent."},
    {"thesis_corrections", "Corrections demandées : {thesis}",
     "« {thesis} » a été soutenue ; le jury demande des corrections. Ouvrez-la pour voir "
     "le délai."},
    {"thesis_not_passed", "Soutenance non réussie : {thesis}",
     "La soutenance de « {thesis} » n’a pas été réussie. Une autre peut être prévue."},
    {"thesis_diplomas", "Diplômes délivrés : {thesis}",
     "Les deux établissements ont délivré leur diplôme pour « {thesis} ». Félicitations."},
    {"thesis_ended", "Interrompue : {thesis}",
     "« {thesis} » a pris fin avant sa soutenance. Ouvrez-la pour voir les séjours, "
     "crédits et titres de séjour qui restent."},
    {"thesis_agreement_lost", "Convention perdue : {thesis}",
     "« {thesis} » n’a plus de convention de cotutelle. Elle se poursuit dans un seul "
     "établissement, ou s’arrête."},
    {"thesis_funding", "Réponse du budget : {thesis}",
     "Le budget a répondu pour « {thesis} ». Ouvrez-la pour voir ce qui est réservé, ou "
     "pourquoi rien ne l’est."},
    {"cotutelle_to_approve", "Convention à approuver : {thesis}",
     "Le texte de la convention de cotutelle de « {thesis} » est figé. Il attend "
     "l’approbation de chaque établissement."},
    {"cotutelle_returned", "Convention à reprendre : {thesis}",
     "Le texte de la convention de cotutelle de « {thesis} » est à nouveau négocié."},
    {"cotutelle_to_sign", "Convention à signer : {thesis}",
     "Les deux établissements ont approuvé la convention de cotutelle de « {thesis} ». "
     "Elle est à signer, dans l’ordre."},
    {"cotutelle_signed", "Convention signée : {thesis}",
     "La convention de cotutelle de « {thesis} » est signée par tous. Elle peut entrer "
     "en vigueur."},
    {"cotutelle_in_force", "Convention en vigueur : {thesis}",
     "La convention de cotutelle de « {thesis} » est en vigueur."},
    {"cotutelle_notice", "Convention dénoncée : {thesis}",
     "La convention de cotutelle de « {thesis} » a été dénoncée. Ouvrez-la pour voir "
     "quand elle prend fin."},
    {"cotutelle_expiry_blocked", "Convention arrivée à terme : {thesis}",
     "Le terme de la convention de cotutelle de « {thesis} » est passé, mais quelque "
     "chose en dépend encore. Ouvrez-la pour voir quoi."},
    {"cotutelle_ended", "Convention terminée : {thesis}",
     "La convention de cotutelle de « {thesis} » a pris fin."},
    {"cotutelle_amendment_to_approve", "Avenant à approuver : {thesis}",
     "Un avenant à la convention de cotutelle de « {thesis} » est figé. Il attend "
     "l’approbation de chaque établissement."},
    {"cotutelle_amended", "Convention modifiée : {thesis}",
     "Un avenant à la convention de cotutelle de « {thesis} » est en vigueur. Dates et "
     "personnes le suivent désormais."},
});

constexpr auto kPhrases = std::to_array<Phrase>({
    {"theses.thesis.proposed", "Thèse « {thesis} » : proposée"},
    {"theses.thesis.updated", "Thèse « {thesis} » : modifiée"},
    {"theses.thesis.opinion_given", "Thèse « {thesis} » : avis donné par un établissement"},
    {"theses.thesis.approved", "Thèse « {thesis} » : accord de principe"},
    {"theses.thesis.refused", "Thèse « {thesis} » : refusée"},
    {"theses.thesis.agreement_opened", "Thèse « {thesis} » : en attente de convention"},
    {"theses.thesis.activated", "Thèse « {thesis} » : commencée"},
    {"theses.thesis.suspended", "Thèse « {thesis} » : suspendue"},
    {"theses.thesis.resumed", "Thèse « {thesis} » : reprise"},
    {"theses.thesis.extension_requested", "Thèse « {thesis} » : prolongation demandée"},
    {"theses.thesis.extended", "Thèse « {thesis} » : prolongée"},
    {"theses.thesis.extension_refused", "Thèse « {thesis} » : prolongation refusée"},
    {"theses.thesis.defence_planned", "Thèse « {thesis} » : soutenance prévue"},
    {"theses.thesis.defence_unplanned", "Thèse « {thesis} » : soutenance annulée"},
    {"theses.thesis.report_received", "Thèse « {thesis} » : rapport d’un rapporteur"},
    {"theses.thesis.recorded", "Thèse « {thesis} » : étape enregistrée"},
    {"theses.thesis.authorised", "Thèse « {thesis} » : soutenance autorisée"},
    {"theses.thesis.defended", "Thèse « {thesis} » : soutenue"},
    {"theses.thesis.defence_failed", "Thèse « {thesis} » : soutenance non réussie"},
    {"theses.thesis.corrections_required", "Thèse « {thesis} » : corrections demandées"},
    {"theses.thesis.corrected", "Thèse « {thesis} » : corrections acceptées"},
    {"theses.thesis.deposited", "Thèse « {thesis} » : déposée"},
    {"theses.thesis.diploma_issued", "Thèse « {thesis} » : premier diplôme délivré"},
    {"theses.thesis.diplomas_issued", "Thèse « {thesis} » : diplômes délivrés"},
    {"theses.thesis.closed", "Thèse « {thesis} » : dossier clos"},
    {"theses.thesis.abandoned", "Thèse « {thesis} » : abandonnée"},
    {"theses.thesis.transferred", "Thèse « {thesis} » : transférée"},
    {"theses.thesis.agreement_lost", "Thèse « {thesis} » : sans convention"},
    {"theses.thesis.recomputed", "Thèse « {thesis} » : dates recalculées"},
    {"theses.thesis.funding", "Thèse « {thesis} » : réponse du budget"},
    {"theses.cotutelle.created", "Convention de « {thesis} » : rédigée"},
    {"theses.cotutelle.updated", "Convention de « {thesis} » : modifiée"},
    {"theses.cotutelle.negotiating", "Convention de « {thesis} » : en négociation"},
    {"theses.cotutelle.frozen", "Convention de « {thesis} » : texte figé"},
    {"theses.cotutelle.returned", "Convention de « {thesis} » : à nouveau négociée"},
    {"theses.cotutelle.approved", "Convention de « {thesis} » : approuvée par un établissement"},
    {"theses.cotutelle.signing", "Convention de « {thesis} » : en signature"},
    {"theses.cotutelle.rung_signed", "Convention de « {thesis} » : une signature de plus"},
    {"theses.cotutelle.original_received", "Convention de « {thesis} » : original reçu"},
    {"theses.cotutelle.signed", "Convention de « {thesis} » : signée"},
    {"theses.cotutelle.in_force", "Convention de « {thesis} » : en vigueur"},
    {"theses.cotutelle.suspended", "Convention de « {thesis} » : suspendue"},
    {"theses.cotutelle.resumed", "Convention de « {thesis} » : reprise"},
    {"theses.cotutelle.notice", "Convention de « {thesis} » : dénoncée"},
    {"theses.cotutelle.renewed", "Convention de « {thesis} » : renouvelée"},
    {"theses.cotutelle.expiry_blocked",
     "Convention de « {thesis} » : terme passé, encore nécessaire"},
    {"theses.cotutelle.expired", "Convention de « {thesis} » : expirée"},
    {"theses.cotutelle.terminated", "Convention de « {thesis} » : résiliée"},
    {"theses.cotutelle.reviewed", "Convention de « {thesis} » : en revue"},
    {"theses.cotutelle.amendment_created", "Convention de « {thesis} » : avenant rédigé"},
    {"theses.cotutelle.amendment_updated", "Convention de « {thesis} » : avenant modifié"},
    {"theses.cotutelle.amendment_frozen", "Convention de « {thesis} » : avenant figé"},
    {"theses.cotutelle.amendment_returned",
     "Convention de « {thesis} » : avenant à nouveau négocié"},
    {"theses.cotutelle.amendment_approved",
     "Convention de « {thesis} » : avenant approuvé par un établissement"},
    {"theses.cotutelle.amendment_signing", "Convention de « {thesis} » : avenant en signature"},
    {"theses.cotutelle.amendment_signed", "Convention de « {thesis} » : avenant signé"},
    {"theses.cotutelle.amendment_withdrawn", "Convention de « {thesis} » : avenant retiré"},
    {"theses.cotutelle.amended", "Convention de « {thesis} » : modifiée par avenant"},
    {"deadline.cotutelles.review", "Revue de la convention de cotutelle de « {thesis} »"},
    {"deadline.cotutelles.decision",
     "Décision sur le renouvellement de la convention de cotutelle de « {thesis} »"},
    {"deadline.cotutelles.notice", "Préavis de la convention de cotutelle de « {thesis} »"},
    {"deadline.cotutelles.renewal",
     "Signature du renouvellement de la convention de cotutelle de « {thesis} »"},
    {"deadline.cotutelles.end", "Fin de la convention de cotutelle de « {thesis} »"},
    {"deadline.cotutelles.signature",
     "Prochaine signature de la convention de cotutelle de « {thesis} »"},
    {"deadline.cotutelles.expiry_blocked",
     "Décision sur la convention de « {thesis} » arrivée à terme"},
});

}  // namespace

ThesisTexts FrenchThesisTexts() { return {.templates = kTemplates, .phrases = kPhrases}; }

}  // namespace jointly::notifications
