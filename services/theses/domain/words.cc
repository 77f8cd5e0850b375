#include "services/theses/domain/words.h"

#include <string>

namespace jointly::theses {
namespace {

struct Word {
  std::string_view item;
  std::string_view en;
  std::string_view fr;
  std::string_view ja;
};

constexpr Word kWords[] = {
    {"csi_held", "meeting of the individual monitoring committee (CSI)",
     "réunion du comité de suivi individuel (CSI)", "個別指導委員会（CSI）の開催"},
    {"csi_report", "report of the individual monitoring committee (CSI)",
     "rapport du comité de suivi individuel (CSI)", "個別指導委員会（CSI）の報告書"},
    {"director_opinion", "opinion of the thesis director", "avis du directeur de thèse",
     "指導教員の意見"},
    {"school_proposal", "proposal of the doctoral school", "proposition de l'école doctorale",
     "博士課程研究科の提案"},
    {"enrolled", "enrolment", "inscription", "在籍登録"},
    {"proof_received", "proof of enrolment for the other side",
     "justificatif d'inscription pour l'autre établissement", "相手大学への在籍証明"},
    {"progress_presentation_1", "progress presentation I", "présentation intermédiaire I",
     "中間発表I"},
    {"progress_presentation_2", "progress presentation II", "présentation intermédiaire II",
     "中間発表II"},
    {"preexamination", "pre-examination", "pré-examen", "予備審査"},
    {"thesis_submitted", "submission of the thesis", "remise de la thèse", "博士論文の提出"},
    {"presentation", "public presentation", "présentation publique", "公開発表"},
    {"training_hours", "training hours", "heures de formation", "研修時間"},
    {"declared", "declaration of the defence", "déclaration de soutenance", "公開審査の申請"},
    {"manuscript", "manuscript to the reviewers", "envoi du manuscrit aux rapporteurs",
     "審査員への原稿送付"},
    {"deposit", "certified deposit of the thesis", "dépôt attesté de la thèse",
     "論文の提出（証明書付き）"},
    {"final_deposit", "final deposit (STAR)", "dépôt définitif (STAR)", "最終提出（STAR）"},
    {"corrections", "accepted corrections", "corrections acceptées", "修正の承認"},
    {"conferral", "conferral of the degree", "collation du grade", "学位授与"},
    {"abstract_published", "publication of the abstract by the university",
     "publication du résumé par l'université", "大学による要旨の公表"},
    {"full_text_published", "publication of the full text by the author",
     "publication du texte intégral par l'auteur", "著者による全文の公表"},
    {"opinion", "opinion on the proposal", "avis sur la proposition", "申請に関する意見"},
    {"open_agreement", "opening of the cotutelle agreement", "ouverture de la convention",
     "共同指導協定の開始"},
    {"agreement_in_force", "cotutelle agreement in force", "convention de cotutelle en vigueur",
     "共同指導協定の発効"},
    {"activate", "activation of the thesis", "activation de la thèse", "論文の開始"},
    {"report", "report of the reviewer", "rapport du rapporteur", "審査員の報告書"},
    {"authorisation", "authorisation of the defence", "autorisation de soutenance",
     "公開審査の許可"},
    {"defence", "defence", "soutenance", "公開審査"},
    {"diploma", "diploma", "diplôme", "学位記"},
    {"theses_fr", "number of the thesis in theses.fr", "numéro de la thèse dans theses.fr",
     "theses.frの番号"},
    {"decision_on_extension", "decision on the extension", "décision sur la prolongation",
     "延長の決定"},
    {"return", "return from the suspension", "reprise après la suspension", "休学からの復帰"},
    {"plan_defence", "date and jury of the defence", "date et jury de la soutenance",
     "公開審査の日程と審査委員会"},
    {"close", "closing of the file", "clôture du dossier", "手続の終了"},
};

}  // namespace

deadlines::Text WordFor(std::string_view item) {
  for (const Word& word : kWords) {
    if (word.item == item) {
      return {std::string(word.en), std::string(word.fr), std::string(word.ja)};
    }
  }
  return {std::string(item), std::string(item), std::string(item)};
}

}  // namespace jointly::theses
