#include "services/notifications/domain/catalogue.h"

#include "services/notifications/domain/catalogue_theses.h"

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
     "Le budget a refusé la bourse d’un séjour ({host}) : {reason, select, AMOUNT_NOT_AVAILABLE "
     "{il faut {asked}, {available} sont disponibles} other {{reason}}}. Ouvrez le dossier pour "
     "voir que faire, et refaites la demande."},
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
    // Budgets.
    {"budget_submitted", "Budget à approuver : {budget}",
     "Le budget « {budget} » a été soumis. Il attend l’approbation d’un(e) gestionnaire autre "
     "que la personne qui l’a soumis."},
    {"budget_approved", "Budget approuvé : {budget}",
     "Le budget « {budget} » a été approuvé. Il pourra être activé à partir de sa date de "
     "début, une fois la convention signée indiquée."},
    {"budget_rejected", "Budget non approuvé : {budget}",
     "Le budget « {budget} » n’a pas été approuvé. Ouvrez-le pour en lire le motif ; il peut "
     "être modifié et soumis de nouveau."},
    {"budget_activated", "Budget activé : {budget}",
     "Le budget « {budget} » est actif. Des dépenses peuvent désormais être engagées sur ses "
     "lignes."},
    {"budget_suspended", "Budget suspendu : {budget}",
     "Le budget « {budget} » a été suspendu. Aucune dépense ne peut y être engagée jusqu’à sa "
     "reprise. Ouvrez-le pour en lire le motif."},
    {"budget_closing", "Budget en cours de clôture : {budget}",
     "Le budget « {budget} » est en cours de clôture. Tout ce qui y reste ouvert doit être "
     "soldé, reporté ou reversé."},
    {"budget_provisional", "Exercice non exécutoire : {budget}",
     "Un exercice du budget « {budget} » est déclaré provisoire : tant qu’il n’est pas exécutoire, "
     "les engagements et les paiements sont limités à 80 % des crédits de l’exercice précédent."},
    {"budget_executory", "Exercice exécutoire : {budget}",
     "Un exercice du budget « {budget} » est exécutoire : tous ses crédits peuvent être employés."},
    {"period_soft_closed", "Saisies arrêtées : {budget}",
     "Pour la période {period} du budget « {budget} », seule l’agence comptable peut encore "
     "saisir des écritures jusqu’à la clôture."},
    {"period_close_due", "Période à clôturer : {budget}",
     "La période {period} du budget « {budget} » doit être clôturée avant le {due}."},
    {"period_closed", "Période clôturée : {budget}",
     "La période {period} du budget « {budget} » est clôturée. L’état de clôture peut être "
     "consulté."},
    {"period_reopen_requested", "Réouverture demandée : {budget}",
     "La réouverture de la période clôturée {period} du budget « {budget} » est demandée. Une "
     "seconde personne doit se prononcer. Ouvrez-la pour en lire le motif."},
    {"period_reopened", "Période rouverte : {budget}",
     "La période clôturée {period} du budget « {budget} » a été rouverte pour correction. Ses "
     "chiffres peuvent changer jusqu’à la nouvelle clôture."},
    {"commitment_requested", "Engagement à valider : {item}",
     "Un engagement de {amount} pour « {item} » a été demandé sur le budget « {budget} ». Il "
     "attend votre validation."},
    {"commitment_reserved", "Engagement validé : {item}",
     "{amount} sont réservés pour « {item} » sur le budget « {budget} ». La commande peut "
     "être passée."},
    {"commitment_refused", "Engagement refusé : {item}",
     "L’engagement de {amount} pour « {item} » sur le budget « {budget} » a été refusé. "
     "Ouvrez-le pour voir pourquoi."},
    {"commitment_expired", "Engagement expiré : {item}",
     "L’engagement pour « {item} » sur le budget « {budget} » a expiré. Le reliquat est de "
     "nouveau disponible sur sa ligne."},
    {"commitment_undercovered", "Engagement insuffisamment couvert : {item}",
     "L’engagement pour « {item} » sur le budget « {budget} » n’est plus entièrement couvert "
     ": sa ligne ne peut absorber la hausse du coût. Faites un virement vers cette ligne ou "
     "réduisez l’engagement."},
    {"commitment_payment_reversed", "Paiement annulé : {item}",
     "Un paiement pour « {item} » sur le budget « {budget} » a été annulé. {amount} sont payés "
     "à ce jour."},
    {"commitment_liquidation_reversed", "Facture annulée : {item}",
     "Une facture pour « {item} » sur le budget « {budget} » a été annulée et sa part est de "
     "nouveau réservée. {amount} sont liquidés à ce jour ; la bonne facture peut être saisie."},
    {"claim_submitted", "État de frais à certifier : {budget}",
     "Un état de frais de {amount} pour une mission ({period}) a été soumis sur le budget « "
     "{budget} ». Il attend la certification du service fait."},
    {"claim_certified", "État de frais à approuver : {budget}",
     "Le service fait est certifié pour un état de frais de {amount} (mission {period}) sur "
     "le budget « {budget} ». Il attend votre approbation."},
    {"claim_changes_requested", "Votre état de frais est à modifier",
     "Votre état de frais de {amount} pour la mission {period} doit être modifié. Ouvrez-le "
     "pour voir ce qui est demandé, puis soumettez-le de nouveau."},
    {"claim_approval_reversed", "L’approbation de votre état de frais a été annulée",
     "L’approbation de votre état de frais de {amount} pour la mission {period} a été annulée. "
     "Ouvrez-le pour voir ce qui est à modifier, puis soumettez-le de nouveau."},
    {"claim_declined", "Votre état de frais a été refusé",
     "Votre état de frais de {amount} pour la mission {period} a été refusé. Ouvrez-le pour "
     "en lire le motif."},
    {"claim_approved", "État de frais à payer : {budget}",
     "Un état de frais de {amount} pour une mission ({period}) sur le budget « {budget} » a "
     "été approuvé ; il peut être mis en paiement."},
    {"claim_paid", "Votre état de frais a été payé",
     "Le paiement de {amount} pour votre mission {period} a été ordonné."},
    {"claim_payment_failed", "Paiement rejeté : {budget}",
     "Le paiement d’un état de frais de {amount} sur le budget « {budget} » a été rejeté. Le "
     "dossier doit être vérifié avant un nouveau paiement."},
    {"claim_payment_returned", "Votre paiement n’a pas abouti",
     "Le paiement de {amount} pour votre mission {period} n’a pas abouti. Merci de vérifier "
     "vos coordonnées bancaires auprès de l’agence comptable."},
    {"transfer_requested", "Virement à approuver : {budget}",
     "Un virement de {amount} de {from} vers {to} est demandé sur le budget « {budget} ». Les "
     "règles du financeur le permettent ; il attend l’approbation d’une autre personne que le "
     "demandeur."},
    {"transfer_needs_funder", "Virement soumis au financeur : {budget}",
     "Un virement de {amount} de {from} vers {to} sur le budget « {budget} » dépasse ce que "
     "le financeur laisse libre. Demandez son accord et enregistrez sa réponse."},
    {"transfer_funder_approved", "Accord du financeur : {budget}",
     "Le financeur a accepté un virement de {amount} de {from} vers {to} sur le budget « "
     "{budget} ». Il peut être approuvé et comptabilisé."},
    {"transfer_posted", "Virement effectué : {budget}",
     "{amount} ont été virés de {from} vers {to} sur le budget « {budget} »."},
    {"transfer_refused", "Virement refusé : {budget}",
     "Le virement de {amount} de {from} vers {to} sur le budget « {budget} » a été refusé. "
     "Ouvrez-le pour voir pourquoi."},
    {"amendment_created", "Projet d’avenant : {budget}",
     "Un avenant au budget « {budget} » a été rédigé : {amendment}. Il attend la signature "
     "des partenaires."},
    {"amendment_to_sign", "Avenant à signer : {budget}",
     "Un avenant au budget « {budget} » a été rédigé : {amendment}. Il attend la signature de "
     "votre établissement."},
    {"amendment_signed", "Avenant signé : {budget}",
     "{partner} a signé l’avenant au budget « {budget} » : {amendment}."},
    {"amendment_in_force", "Avenant en vigueur : {budget}",
     "L’avenant au budget « {budget} » est en vigueur : {amendment}. Les montants et les "
     "dates en tiennent compte."},
    {"carry_over_created", "Report à approuver : {budget}",
     "Un report de {amount} de {from} sur {to} est proposé sur le budget « {budget} ». Il attend "
     "la décision d’une autre personne que le demandeur ; la période ne peut pas être clôturée "
     "avant."},
    {"carry_over_approved", "Report approuvé : {budget}",
     "Le report de {amount} de {from} sur {to} du budget « {budget} » a été approuvé. La clôture "
     "de la période le comptabilisera."},
    {"carry_over_refused", "Report refusé : {budget}",
     "Le report de {amount} de {from} sur {to} du budget « {budget} » a été refusé. Un autre peut "
     "être proposé jusqu’à la clôture de la période."},
    {"carry_over_posted", "Report effectué : {budget}",
     "La clôture de {from} du budget « {budget} » a reporté {amount} sur {to}, comme approuvé."},
    {"carry_over_returned", "Sans report : {budget}",
     "La clôture de {from} du budget « {budget} » a reversé {amount} qui n’ont pas été reportés "
     "sur {to}."},
    {"delegation_given", "Vous suppléez un collègue : {budget}",
     "Vous pouvez agir pour un collègue sur le budget « {budget} », {period}. Indiquez à chaque "
     "étape pour qui vous agissez."},
    {"delegation_revoked", "Fin de suppléance : {budget}",
     "Votre collègue a retiré le droit d’agir à sa place sur le budget « {budget} » ({period})."},
    {"report_due", "Compte rendu financier à préparer : {budget}",
     "Le compte rendu financier du budget « {budget} » est attendu par le financeur avant le "
     "{due}."},
    {"report_prepared", "Compte rendu financier à certifier : {budget}",
     "Le compte rendu financier du budget « {budget} », attendu le {due}, est prêt. Il attend "
     "d’être certifié par un(e) comptable autre que la personne qui l’a préparé."},
    {"report_overdue", "Compte rendu financier en retard : {budget}",
     "Le compte rendu financier du budget « {budget} » était attendu le {due} et n’a pas été "
     "envoyé."},
    {"alert_used", "{percent} % consommés : {line}, {budget}",
     "{amount} sont engagés ou dépensés sur la ligne {line} du budget « {budget} » : le seuil "
     "de {percent} % du montant autorisé est atteint."},
    {"alert_underspend", "Sous-consommation : {line}, {budget}",
     "Au rythme actuel, {amount} de la ligne {line} du budget « {budget} » ne seront pas "
     "dépensés d’ici la fin de la période. Un virement ou un report est à envisager."},
    {"alert_unspendable", "Non consommable à temps : {line}, {budget}",
     "Même au rythme le plus soutenu constaté, {amount} de la ligne {line} du budget « "
     "{budget} » ne pourront pas être dépensés d’ici la fin de la période. Un virement, un "
     "report ou un reversement est à décider."},
    {"alert_open_commitments", "Engagements ouverts : {line}, {budget}",
     "La période du budget « {budget} » se termine bientôt et {amount} restent réservés par "
     "des engagements ouverts ({line}). Ils sont à solder, à libérer ou à reporter."},
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
    {"budget_ends", "Fin du budget {budget} " IN_DAYS,
     "Le budget « {budget} » prend fin le {due}. Une prolongation doit être en vigueur avant "
     "cette date."},
    {"period_ends", "Fin de période " IN_DAYS " : {budget}",
     "La période {period} du budget « {budget} » prend fin le {due}. Les engagements ouverts "
     "sont à solder, à libérer ou à reporter avant cette date."},
    {"commitment_expires", "{item} : expiration " IN_DAYS,
     "L’engagement pour « {item} » sur le budget « {budget} » expire le {due}. Ce qui n’est "
     "pas utilisé d’ici là revient à sa ligne."},
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
    {"mobility.mobility.funding_requested", "Bourse redemandée pour un séjour ({host})"},
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
    {"budgets.budget.created", "Budget « {budget} » rédigé"},
    {"budgets.budget.updated", "Budget « {budget} » modifié"},
    {"budgets.budget.submitted", "Budget « {budget} » soumis"},
    {"budgets.budget.approved", "Budget « {budget} » approuvé"},
    {"budgets.budget.rejected", "Budget « {budget} » non approuvé"},
    {"budgets.budget.activated", "Budget « {budget} » activé"},
    {"budgets.budget.suspended", "Budget « {budget} » suspendu"},
    {"budgets.budget.resumed", "Budget « {budget} » repris"},
    {"budgets.budget.closing", "Clôture du budget « {budget} » engagée"},
    {"budgets.budget.closed", "Budget « {budget} » clôturé"},
    {"budgets.budget.archived", "Budget « {budget} » archivé"},
    {"budgets.budget.allocated", "Crédits de « {budget} » répartis sur les lignes"},
    {"budgets.budget.posted", "Écriture passée dans « {budget} »"},
    {"budgets.budget.alerted", "Alerte sur « {budget} »"},
    {"budgets.budget.exercice_provisional", "Exercice provisoire de « {budget} »"},
    {"budgets.budget.exercice_executory", "Exercice exécutoire de « {budget} »"},
    {"budgets.period.opened", "Période {period} de « {budget} » ouverte"},
    {"budgets.period.soft_closed", "Période {period} de « {budget} » fermée aux saisies"},
    {"budgets.period.close_due", "Clôture de la période {period} de « {budget} » attendue"},
    {"budgets.period.closed", "Période {period} de « {budget} » clôturée"},
    {"budgets.period.reopen_requested",
     "Réouverture de la période {period} de « {budget} » demandée"},
    {"budgets.period.reopened", "Période {period} de « {budget} » rouverte"},
    {"budgets.commitment.requested", "Engagement « {item} » demandé : {amount}"},
    {"budgets.commitment.reserved", "Engagement « {item} » validé : {amount} réservés"},
    {"budgets.commitment.refused", "Engagement « {item} » refusé : {amount}"},
    {"budgets.commitment.liquidated", "Engagement « {item} » : {amount} liquidés à ce jour"},
    {"budgets.commitment.released", "Engagement « {item} » : {amount} libérés à ce jour"},
    {"budgets.commitment.expired", "Engagement « {item} » expiré"},
    {"budgets.commitment.carried", "Engagement « {item} » reporté : {amount}"},
    {"budgets.commitment.revalued", "Engagement « {item} » réévalué : {amount}"},
    {"budgets.commitment.undercovered", "Engagement « {item} » insuffisamment couvert"},
    {"budgets.commitment.paid", "Engagement « {item} » : {amount} payés à ce jour"},
    {"budgets.commitment.payment_reversed",
     "Paiement de l’engagement « {item} » annulé : {amount} payés à ce jour"},
    {"budgets.commitment.liquidation_reversed",
     "Facture de l’engagement « {item} » annulée : {amount} liquidés à ce jour"},
    {"budgets.commitment.credited", "Engagement « {item} » : {amount} d’avoirs à ce jour"},
    {"budgets.claim.created", "État de frais commencé ({period})"},
    {"budgets.claim.updated", "État de frais modifié ({period})"},
    {"budgets.claim.submitted", "État de frais soumis ({period}) : {amount}"},
    {"budgets.claim.certified", "Service fait certifié ({period}) : {amount}"},
    {"budgets.claim.changes_requested", "État de frais renvoyé pour modification ({period})"},
    {"budgets.claim.declined", "État de frais refusé ({period})"},
    {"budgets.claim.approved", "État de frais approuvé ({period}) : {amount}"},
    {"budgets.claim.paid", "État de frais payé ({period}) : {amount}"},
    {"budgets.claim.payment_failed", "Paiement d’un état de frais rejeté ({period})"},
    {"budgets.claim.approval_reversed", "Approbation d’un état de frais annulée ({period})"},
    {"budgets.transfer.requested", "Virement de {from} vers {to} demandé : {amount}"},
    {"budgets.transfer.needs_funder",
     "Virement de {from} vers {to} soumis au financeur : {amount}"},
    {"budgets.transfer.funder_approved",
     "Virement de {from} vers {to} accepté par le financeur : {amount}"},
    {"budgets.transfer.posted", "Virement de {from} vers {to} effectué : {amount}"},
    {"budgets.transfer.refused", "Virement de {from} vers {to} refusé : {amount}"},
    {"budgets.transfer.withdrawn", "Virement de {from} vers {to} retiré : {amount}"},
    {"budgets.amendment.created", "Avenant à « {budget} » rédigé : {amendment}"},
    {"budgets.amendment.signed", "Avenant à « {budget} » signé par {partner} : {amendment}"},
    {"budgets.amendment.in_force", "Avenant à « {budget} » en vigueur : {amendment}"},
    {"budgets.amendment.voided", "Avenant à « {budget} » abandonné : {amendment}"},
    {"budgets.carry_over.created", "Report de {from} sur {to} proposé : {amount}"},
    {"budgets.carry_over.approved", "Report de {from} sur {to} approuvé : {amount}"},
    {"budgets.carry_over.refused", "Report de {from} sur {to} refusé : {amount}"},
    {"budgets.carry_over.posted", "Report de {from} sur {to} effectué : {amount}"},
    {"budgets.carry_over.returned", "Non reporté de {from} sur {to} et reversé : {amount}"},
    {"budgets.delegation.created", "Délégation donnée sur « {budget} » : {period}"},
    {"budgets.delegation.revoked", "Délégation retirée sur « {budget} » : {period}"},
    {"budgets.report.due", "Compte rendu financier de « {budget} » attendu"},
    {"budgets.report.prepared", "Compte rendu financier de « {budget} » préparé"},
    {"budgets.report.certified", "Compte rendu financier de « {budget} » certifié"},
    {"budgets.report.sent", "Compte rendu financier de « {budget} » envoyé au financeur"},
    {"budgets.report.accepted", "Compte rendu financier de « {budget} » accepté par le financeur"},
    {"budgets.report.overdue", "Compte rendu financier de « {budget} » en retard"},
    {"budgets.report.revised", "Compte rendu financier de « {budget} » repris pour révision"},
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
    {"deadline.budgets.start", "Activation du budget « {budget} »"},
    {"deadline.budgets.end", "Fin du budget « {budget} »"},
    {"deadline.budgets.exercice", "Exercice de « {budget} » : exécutoire ou provisoire"},
    {"deadline.budgets.settle", "Solde du budget « {budget} »"},
    {"deadline.periods.end", "Fin de la période {period} du budget « {budget} »"},
    {"deadline.periods.close", "Clôture de la période {period} du budget « {budget} »"},
    {"deadline.commitments.expire", "Fin de l’engagement « {item} »"},
    {"deadline.commitments.settle", "Solde de l’engagement « {item} »"},
    {"deadline.claims.submit", "Soumission de votre état de frais pour la mission {period}"},
    {"deadline.claims.pay", "Paiement d’un état de frais pour la mission {period}"},
    {"deadline.transfers.post", "Décision sur le virement de {from} vers {to}"},
    {"deadline.amendments.notice", "Notification au financeur de l’avenant à « {budget} »"},
    {"deadline.reports.due", "Compte rendu financier du budget « {budget} »"},
    {"deadline", "Une échéance"},
    {"amendment.no_cost_extension", "prolongation sans financement supplémentaire"},
    {"amendment.costed_extension", "prolongation avec financement supplémentaire"},
    {"amendment.supplement", "financement complémentaire"},
    {"amendment.deobligation", "réduction du financement"},
    {"amendment.rebudget", "nouvelle répartition entre les lignes"},
    {"amendment.partner_change", "changement de partenaires"},
    {"amendment.date_change", "changement de dates"},
    {"amendment.correction", "correction"},
    {"amendment.termination", "résiliation"},
    {"amendment", "avenant"},
    {"line.all", "toutes les lignes"},
    {"mail.greeting", "Bonjour {name},"},
    {"mail.link", "Ouvrir le dossier : {link}"},
    {"mail.footer",
     "Ce message a été envoyé automatiquement par Jointly. Merci de ne pas y répondre."},
    {"date.day", "{day} {month} {year} à {hour} h {minute} ({zone})"},
    {"date.day_alone", "{day} {month} {year}"},
    {"date.period", "{first} – {last}"},
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

const Catalogue& French() {
  static const JoinedCatalogue joined(kCatalogue, FrenchThesisTexts());
  return joined.catalogue();
}

}  // namespace jointly::notifications
