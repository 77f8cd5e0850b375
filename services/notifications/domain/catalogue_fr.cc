#include "services/notifications/domain/catalogue.h"

namespace jointly::notifications {
namespace {

#define IN_DAYS "{days, plural, =0 {aujourd’hui} =1 {demain} other {dans # jours}}"

constexpr auto kTemplates = std::to_array<Template>({
    // Aux étudiants.
    {"application_received", "Votre candidature a été reçue",
     "Votre candidature à « {call} » a été reçue. {home} va la vérifier et vous informera du "
     "résultat."},
    {"application_eligible", "Votre candidature est recevable",
     "Votre candidature à « {call} » a été vérifiée et est recevable. Elle passe à la sélection."},
    {"application_decided", "Une décision concernant votre candidature",
     "{home} a pris une décision sur votre candidature à « {call} ». Ouvrez le dossier pour lire "
     "la "
     "décision et ses motifs, et savoir si un recours est possible."},
    {"application_incomplete", "Votre candidature doit être complétée",
     "Il manque un élément à votre candidature à « {call} ». Ouvrez le dossier pour voir lequel, "
     "puis soumettez-la de nouveau une fois complète."},
    {"application_waitlisted", "Vous êtes sur la liste d’attente",
     "Votre candidature à « {call} » est sur la liste d’attente. Vous serez prévenu(e) si une "
     "place "
     "se libère."},
    {"offer_made", "Une place vous est proposée",
     "{home} vous propose une place dans « {call} ». Merci de l’accepter ou de la refuser avant le "
     "{due} ; ensuite, la place sera attribuée à quelqu’un d’autre."},
    {"offer_confirmed", "Vous avez accepté la place",
     "Votre acceptation de la place dans « {call} » est enregistrée. {home} va vous nommer auprès "
     "de l’université d’accueil."},
    {"offer_expired", "Votre proposition de place a expiré",
     "La place proposée dans « {call} » n’a pas reçu de réponse à temps ; la proposition a "
     "expiré."},
    {"appeal_decided", "Une décision concernant votre recours",
     "{home} a pris une décision sur votre recours concernant « {call} ». Ouvrez le dossier pour "
     "la lire."},
    {"application_nominated", "Vous avez été nommé(e)",
     "{home} vous a nommé(e) pour le séjour de « {call} ». La décision revient maintenant à "
     "l’université d’accueil."},
    {"nomination_approved", "{host} a approuvé votre nomination",
     "{host} a approuvé votre nomination. Ouvrez le dossier pour voir la suite."},
    {"mobility_funded", "Votre bourse est réservée",
     "La bourse de votre séjour ({host}) est réservée. Ouvrez le dossier pour en savoir plus."},
    {"mobility_unfunded", "Aucune bourse n’a pu être réservée",
     "Aucune bourse n’a pu être réservée pour votre séjour ({host}). {home} vous dira la suite."},
    {"mobility_unfunded_office", "Un séjour est sans bourse",
     "Le budget a refusé la bourse d’un séjour ({host}). Ouvrez le dossier pour voir pourquoi."},
    {"mobility_cancelled", "Votre séjour a été annulé",
     "{home} a annulé votre séjour ({host}). Ouvrez le dossier pour en savoir plus."},
    {"call_cancelled", "Appel annulé : {call}",
     "{home} a annulé « {call} ». Votre candidature à cet appel s’arrête ici."},
    // Aux bureaux.
    {"application_submitted", "Nouvelle candidature : {call}",
     "Une candidature à « {call} » a été soumise et attend votre vérification."},
    {"application_resubmitted", "Candidature complétée : {call}",
     "Une candidature à « {call} » a été complétée et attend votre vérification."},
    {"waitlist_promoted", "Place proposée à la liste d’attente : {call}",
     "Une place dans « {call} » s’est libérée et a été proposée à la première candidature de la "
     "liste d’attente."},
    {"offer_accepted", "Place acceptée : {call}",
     "Une place dans « {call} » a été acceptée. L’étudiant(e) peut être nommé(e)."},
    {"offer_declined", "Place refusée : {call}",
     "Une place dans « {call} » a été refusée. Elle revient à la liste d’attente."},
    {"offer_lapsed", "Proposition expirée : {call}",
     "Une place dans « {call} » n’a pas reçu de réponse à temps. Elle revient à la liste "
     "d’attente."},
    {"appeal_received", "Recours : {call}",
     "Un recours a été formé contre une décision dans « {call} ». Il attend votre décision."},
    {"application_withdrawn", "Candidature retirée : {call}",
     "Une candidature à « {call} » a été retirée par l’étudiant(e)."},
    {"nomination_received", "Nouvelle nomination : {home}",
     "{home} a nommé un(e) étudiant(e) pour un séjour dans votre université. La nomination "
     "attend votre accord."},
    {"nomination_accepted", "Nomination approuvée par {host}",
     "{host} a approuvé une nomination envoyée par {home}."},
    {"nomination_rejected", "Nomination non approuvée par {host}",
     "{host} n’a pas approuvé une nomination envoyée par {home}. Le commentaire est dans le "
     "dossier ; vous "
     "pouvez corriger la nomination ou l’annuler."},
    {"nomination_corrected", "Nomination corrigée : {home}",
     "{home} a corrigé une nomination pour un séjour dans votre université. Elle attend votre "
     "accord."},
    {"mobility_ended", "Séjour annulé par {home}",
     "{home} a annulé un séjour dans votre université. La place est de nouveau libre."},
    {"agreement_proposed", "Accord proposé : {agreement}",
     "{partner} a proposé le texte de « {agreement} ». Il attend votre accord."},
    {"agreement_approved", "Accord approuvé : {agreement}",
     "{partner} a approuvé le texte de « {agreement} ». L’accord est en vigueur."},
    {"agreement_returned", "Accord renvoyé : {agreement}",
     "{partner} a renvoyé le texte de « {agreement} » avec un commentaire."},
    {"agreement_terminated", "Accord résilié : {agreement}",
     "« {agreement} » a été résilié. Ouvrez l’accord pour voir jusqu’à quand il s’applique."},
    {"agreement_expired", "Accord expiré : {agreement}", "« {agreement} » a expiré."},
    // Échéances.
    {"application_due", "Soumettez votre candidature : {call} ferme " IN_DAYS,
     "« {call} » ferme le {due}. Votre candidature est encore un brouillon : soumettez-la avant "
     "cette date."},
    {"call_closes", "{call} ferme " IN_DAYS, "« {call} » ferme le {due}."},
    {"completion_due", "Complétez votre candidature : échéance " IN_DAYS,
     "Votre candidature à « {call} » peut être complétée jusqu’au {due}."},
    {"offer_expires", "Répondez à la proposition : elle expire " IN_DAYS,
     "La place proposée dans « {call} » est réservée jusqu’au {due}. Merci de l’accepter ou de la "
     "refuser."},
    {"appeal_ends", "Le délai de recours prend fin " IN_DAYS,
     "Un recours contre la décision sur votre candidature à « {call} » est possible jusqu’au "
     "{due}."},
    {"decision_due", "Résultats attendus " IN_DAYS " : {call}",
     "Les résultats de « {call} » sont attendus le {due}."},
    {"nomination_due", "Nomination attendue " IN_DAYS " : {call}",
     "Une candidature confirmée à « {call} » doit être nommée avant le {due}."},
    {"nominations_close", "Fin des nominations " IN_DAYS " : {call}",
     "Les nominations pour « {call} » peuvent être envoyées jusqu’au {due}."},
    {"deadline_due", "{what} : échéance " IN_DAYS, "{what} : échéance le {due}."},
    {"deadline_overdue", "En retard : {what}",
     "{what} : l’échéance était le {due}, {days, plural, =0 {aujourd’hui} =1 {hier} "
     "other {il y a # jours}}, et rien n’a été fait."},
    {"deadline_moved", "Nouvelle date : {what}",
     "La date a changé. {what} : l’échéance est maintenant le {due}."},
});
#undef IN_DAYS

constexpr auto kPhrases = std::to_array<Phrase>({
    {"mobility.application.created", "Candidature à « {call} » commencée"},
    {"mobility.application.updated", "Candidature à « {call} » modifiée"},
    {"mobility.application.submitted", "Candidature à « {call} » soumise"},
    {"mobility.application.resubmitted", "Candidature à « {call} » soumise de nouveau"},
    {"mobility.application.found_eligible", "Candidature à « {call} » jugée recevable"},
    {"mobility.application.found_ineligible", "Candidature à « {call} » jugée non recevable"},
    {"mobility.application.found_incomplete", "Candidature à « {call} » jugée incomplète"},
    {"mobility.application.scored", "Candidature à « {call} » notée"},
    {"mobility.application.offered", "Place dans « {call} » proposée"},
    {"mobility.application.waitlisted", "Candidature à « {call} » mise sur la liste d’attente"},
    {"mobility.application.promoted", "Place dans « {call} » proposée à la liste d’attente"},
    {"mobility.application.rejected", "Candidature à « {call} » non retenue"},
    {"mobility.application.accepted", "Place dans « {call} » acceptée"},
    {"mobility.application.declined", "Place dans « {call} » refusée"},
    {"mobility.application.expired", "Proposition de place dans « {call} » expirée"},
    {"mobility.application.appealed", "Recours formé dans « {call} »"},
    {"mobility.application.appeal_granted", "Recours dans « {call} » accueilli"},
    {"mobility.application.appeal_refused", "Recours dans « {call} » rejeté"},
    {"mobility.application.withdrawn", "Candidature à « {call} » retirée"},
    {"mobility.application.nominated", "Nomination pour « {call} »"},
    {"mobility.mobility.nominated", "Nomination envoyée par {home} ({host})"},
    {"mobility.mobility.approved", "Nomination approuvée par {host}"},
    {"mobility.mobility.rejected", "Nomination non approuvée par {host}"},
    {"mobility.mobility.corrected", "Nomination corrigée par {home}"},
    {"mobility.mobility.funded", "Bourse réservée pour un séjour ({host})"},
    {"mobility.mobility.unfunded", "Bourse refusée pour un séjour ({host})"},
    {"mobility.mobility.funding_released", "Bourse libérée d’un séjour ({host})"},
    {"mobility.mobility.cancelled", "Séjour annulé par {home} ({host})"},
    {"mobility.call.created", "Appel « {call} » rédigé"},
    {"mobility.call.updated", "Appel « {call} » modifié"},
    {"mobility.call.published", "Appel « {call} » publié"},
    {"mobility.call.cancelled", "Appel « {call} » annulé"},
    {"partnerships.agreement.created", "Accord « {agreement} » rédigé"},
    {"partnerships.agreement.updated", "Accord « {agreement} » modifié"},
    {"partnerships.agreement.proposed", "Accord « {agreement} » proposé"},
    {"partnerships.agreement.approved", "Accord « {agreement} » approuvé"},
    {"partnerships.agreement.returned", "Accord « {agreement} » renvoyé"},
    {"partnerships.agreement.amended", "Avenant à « {agreement} » commencé"},
    {"partnerships.agreement.terminated", "Accord « {agreement} » résilié"},
    {"partnerships.agreement.expired", "Accord « {agreement} » expiré"},
    {"partnerships.institution.created", "{institution} : ajout"},
    {"partnerships.institution.updated", "{institution} : modification"},
    {"identity.person.created", "Compte créé"},
    {"identity.person.updated", "Compte modifié"},
    {"identity.person.granted", "Rôle attribué"},
    {"identity.person.ungranted", "Rôle retiré"},
    {"identity.person.revoked", "Sessions fermées"},
    {"identity.person.disabled", "Compte désactivé"},
    {"identity.person.erased", "Compte effacé"},
    {"activity", "Un élément a changé"},
    {"deadline.submit", "Soumission de la candidature"},
    {"deadline.closes", "Clôture de « {call} »"},
    {"deadline.call_closes", "Clôture de « {call} »"},
    {"deadline.complete", "Compléments de la candidature"},
    {"deadline.offer_expires", "Réponse à la proposition de place"},
    {"deadline.appeal", "Recours"},
    {"deadline.decides", "Résultats de « {call} »"},
    {"deadline.nominate", "Nomination"},
    {"deadline.nominations_close", "Nominations pour « {call} »"},
    {"deadline", "Une échéance"},
    {"mail.greeting", "Bonjour {name},"},
    {"mail.link", "Ouvrir le dossier : {link}"},
    {"mail.footer",
     "Ce message a été envoyé automatiquement par Jointly. Merci de ne pas y répondre."},
    {"date.day", "{day} {month} {year} à {hour} h {minute} ({zone})"},
    {"date.both", "{due}, soit le {local}"},
    {"zone.city", "heure de {city}"},
    {"zone.Asia/Tokyo", "heure du Japon"},
    {"zone.UTC", "UTC"},
});

constexpr Catalogue kCatalogue{
    .language = "fr",
    .templates = kTemplates,
    .phrases = kPhrases,
    .months = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
               "octobre", "novembre", "décembre"},
    .weekdays = {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}};

}  // namespace

const Catalogue& French() { return kCatalogue; }

}  // namespace jointly::notifications
