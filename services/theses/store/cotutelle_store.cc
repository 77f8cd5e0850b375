#include "services/theses/store/cotutelle_store.h"

#include <nlohmann/json.hpp>
#include <tuple>

#include "common/db/packed.h"
#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/theses/domain/cotutelle_text.h"
#include "services/theses/store/recompute_store.h"

namespace jointly::theses::store {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kColumns =
    "cotutelle.id, cotutelle.thesis, cotutelle.partner_a, cotutelle.partner_b, cotutelle.text,"
    " cotutelle.state, cotutelle.version, cotutelle.content_hash, cotutelle.marks,"
    " cotutelle.ladder_date, cotutelle.signed_date, cotutelle.in_force_date, cotutelle.ended_date,"
    " cotutelle.notice_end_date, cotutelle.successor, cotutelle.end_reason, cotutelle.demo,"
    " cotutelle.revision, cotutelle.create_time, cotutelle.update_time";
constexpr std::string_view kAmendmentColumns =
    "cotutelle, id, changes, paths, effective_date, state, version, content_hash, base_hash, marks,"
    " ladder_date, revision, create_time, update_time";

using db::Pack;

CotutelleText RequiredText(const std::string& json) {
  auto text = ParseText(json);
  Check(text.ok(), "a stored text of an agreement is none");
  return *std::move(text);
}
CotutelleState RequiredState(const std::string& name) {
  const auto state = ParseCotutelleState(name);
  Check(state.has_value(), "a stored state of an agreement is none");
  return *state;
}

Json ToJson(const std::vector<CotutelleApproval>& approvals) {
  Json list = Json::array();
  for (const CotutelleApproval& approval : approvals) {
    list.push_back({{"institution", approval.institution},
                    {"hash", approval.content_hash},
                    {"person", approval.person},
                    {"time", Micros(approval.time)}});
  }
  return list;
}

std::vector<CotutelleApproval> ApprovalsOf(const Json& list) {
  std::vector<CotutelleApproval> approvals;
  for (const Json& item : list) {
    approvals.push_back({.institution = item.at("institution").get<std::string>(),
                         .content_hash = item.at("hash").get<std::string>(),
                         .person = item.at("person").get<std::string>(),
                         .time = FromMicros(item.at("time").get<std::int64_t>())});
  }
  return approvals;
}

Json ToJson(const agreement::Ladder& ladder) {
  Json list = Json::array();
  for (const agreement::Signature& rung : ladder) {
    list.push_back({{"signatory", rung.signatory},
                    {"person", rung.person},
                    {"date", Pack(rung.signed_date)},
                    {"original", rung.original_received}});
  }
  return list;
}

agreement::Ladder LadderOf(const Json& list) {
  agreement::Ladder ladder;
  for (const Json& item : list) {
    agreement::Signature rung;
    rung.step = static_cast<int>(ladder.size()) + 1;
    rung.signatory = item.at("signatory").get<std::string>();
    rung.person = item.at("person").get<std::string>();
    rung.signed_date = db::UnpackDate(item.at("date").get<std::string>());
    rung.original_received = item.at("original").get<bool>();
    ladder.push_back(std::move(rung));
  }
  return ladder;
}

std::string MarksOf(const Cotutelle& cotutelle) {
  Json timeline = Json::array();
  for (const TextFrom& version : cotutelle.timeline) {
    timeline.push_back({{"first", FormatDate(version.first)},
                        {"amendment", version.amendment},
                        {"text", CanonicalText(version.text)}});
  }
  Json rests = Json::array();
  for (const Rest& rest : cotutelle.rests) {
    rests.push_back({{"first", FormatDate(rest.first)}, {"last", Pack(rest.last)}});
  }
  return Json{{"approvals", ToJson(cotutelle.approvals)},
              {"ladder", ToJson(cotutelle.ladder)},
              {"timeline", std::move(timeline)},
              {"rests", std::move(rests)},
              {"blocked_by", cotutelle.blocked_by}}
      .dump();
}

void ReadMarks(const std::string& text, Cotutelle& cotutelle) {
  const Json marks = Json::parse(text);
  cotutelle.approvals = ApprovalsOf(marks.at("approvals"));
  cotutelle.ladder = LadderOf(marks.at("ladder"));
  for (const Json& item : marks.at("timeline")) {
    cotutelle.timeline.push_back(
        {.first = db::UnpackRequiredDate(item.at("first").get<std::string>()),
         .amendment = item.at("amendment").get<std::string>(),
         .text = RequiredText(item.at("text").get<std::string>())});
  }
  for (const Json& item : marks.at("rests")) {
    cotutelle.rests.push_back({.first = db::UnpackRequiredDate(item.at("first").get<std::string>()),
                               .last = db::UnpackDate(item.at("last").get<std::string>())});
  }
  cotutelle.blocked_by = marks.at("blocked_by").get<std::vector<std::string>>();
}

Cotutelle CotutelleOf(const db::Row& row) {
  Cotutelle cotutelle;
  cotutelle.id = row.Text("id");
  cotutelle.thesis = row.Text("thesis");
  cotutelle.partners = {row.Text("partner_a"), row.Text("partner_b")};
  cotutelle.text = RequiredText(row.Text("text"));
  cotutelle.state = RequiredState(row.Text("state"));
  cotutelle.version = static_cast<int>(row.Int("version"));
  cotutelle.content_hash = row.Text("content_hash");
  ReadMarks(row.Text("marks"), cotutelle);
  cotutelle.ladder_date = db::UnpackDate(row.Text("ladder_date"));
  cotutelle.signed_date = db::UnpackDate(row.Text("signed_date"));
  cotutelle.in_force_date = db::UnpackDate(row.Text("in_force_date"));
  cotutelle.ended_date = db::UnpackDate(row.Text("ended_date"));
  cotutelle.notice_end_date = db::UnpackDate(row.Text("notice_end_date"));
  cotutelle.successor = row.Text("successor");
  cotutelle.end_reason = row.Text("end_reason");
  cotutelle.demo = row.Bool("demo");
  cotutelle.revision = row.Int("revision");
  cotutelle.create_time = row.At("create_time");
  cotutelle.update_time = row.At("update_time");
  return cotutelle;
}

Amendment AmendmentOf(const db::Row& row) {
  Amendment amendment;
  amendment.cotutelle = row.Text("cotutelle");
  amendment.id = row.Text("id");
  amendment.changes = RequiredText(row.Text("changes"));
  amendment.paths = Json::parse(row.Text("paths")).get<std::vector<std::string>>();
  amendment.effective_date = db::UnpackRequiredDate(row.Text("effective_date"));
  amendment.state = RequiredState(row.Text("state"));
  amendment.version = static_cast<int>(row.Int("version"));
  amendment.content_hash = row.Text("content_hash");
  amendment.base_hash = row.Text("base_hash");
  const Json marks = Json::parse(row.Text("marks"));
  amendment.approvals = ApprovalsOf(marks.at("approvals"));
  amendment.ladder = LadderOf(marks.at("ladder"));
  amendment.ladder_date = db::UnpackDate(row.Text("ladder_date"));
  amendment.revision = row.Int("revision");
  amendment.create_time = row.At("create_time");
  amendment.update_time = row.At("update_time");
  return amendment;
}

db::Values ValuesOf(const Cotutelle& cotutelle) {
  return {cotutelle.id,
          cotutelle.thesis,
          cotutelle.partners[0],
          cotutelle.partners[1],
          CanonicalText(cotutelle.text),
          Name(cotutelle.state),
          cotutelle.version,
          cotutelle.content_hash,
          MarksOf(cotutelle),
          Pack(cotutelle.ladder_date),
          Pack(cotutelle.signed_date),
          Pack(cotutelle.in_force_date),
          Pack(cotutelle.ended_date),
          Pack(cotutelle.notice_end_date),
          cotutelle.successor,
          cotutelle.end_reason,
          cotutelle.demo,
          cotutelle.revision,
          cotutelle.create_time,
          cotutelle.update_time};
}

db::Values ValuesOf(const Amendment& amendment) {
  const Json marks{{"approvals", ToJson(amendment.approvals)},
                   {"ladder", ToJson(amendment.ladder)}};
  return {amendment.cotutelle,
          amendment.id,
          CanonicalText(amendment.changes),
          Json(amendment.paths).dump(),
          FormatDate(amendment.effective_date),
          Name(amendment.state),
          amendment.version,
          amendment.content_hash,
          amendment.base_hash,
          marks.dump(),
          Pack(amendment.ladder_date),
          amendment.revision,
          amendment.create_time,
          amendment.update_time};
}

// "cotutelle JOIN thesis ... WHERE <scope>": who sees the thesis sees its agreements.
std::string FromScoped(const Condition& scope) {
  return " FROM cotutelle JOIN thesis ON thesis.id = cotutelle.thesis WHERE " + scope.sql;
}

absl::Status NoCotutelle(const std::string& id) {
  return NotFound(kCotutelleNotFound, "no such agreement, or none that you may see",
                  {{"cotutelle", "cotutelles/" + id}});
}

}  // namespace

absl::StatusOr<std::vector<Cotutelle>> CotutellesOf(db::Tx& tx, const std::string& thesis) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) +
                                " FROM cotutelle WHERE thesis = $1 ORDER BY create_time, id",
                            {thesis}));
  std::vector<Cotutelle> cotutelles;
  for (const db::Row& row : rows) cotutelles.push_back(CotutelleOf(row));
  return cotutelles;
}

absl::StatusOr<std::map<std::string, std::vector<Cotutelle>>> CotutellesOfAll(
    db::Tx& tx, const std::vector<std::string>& theses) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) +
                                " FROM cotutelle WHERE thesis {any $1} ORDER BY create_time, id",
                            {db::TextList{theses}}));
  std::map<std::string, std::vector<Cotutelle>> cotutelles;
  for (const db::Row& row : rows) cotutelles[row.Text("thesis")].push_back(CotutelleOf(row));
  return cotutelles;
}

absl::StatusOr<std::string> ThesisOf(db::Tx& tx, const std::string& cotutelle, const Scope& scope) {
  Condition condition = ScopeCondition(scope, 2);
  db::Values parameters = {cotutelle};
  std::move(condition.parameters.begin(), condition.parameters.end(),
            std::back_inserter(parameters));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT cotutelle.thesis AS thesis" + FromScoped(condition) +
                                " AND cotutelle.id = $1",
                            std::move(parameters)));
  if (rows.empty()) return NoCotutelle(cotutelle);
  return rows.front().Text("thesis");
}

absl::StatusOr<Cotutelle> LoadCotutelle(db::Tx& tx, const std::string& id, const Scope& scope,
                                        Lock lock) {
  if (lock == Lock::kYes) {
    RETURN_IF_ERROR(ThesisOf(tx, id, scope).status());
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query("SELECT " + std::string(kColumns) + " FROM cotutelle WHERE id = $1" +
                                  db::LockToken(lock),
                              {id}));
    if (rows.empty()) return NoCotutelle(id);
    return CotutelleOf(rows.front());
  }
  Condition condition = ScopeCondition(scope, 2);
  db::Values parameters = {id};
  std::move(condition.parameters.begin(), condition.parameters.end(),
            std::back_inserter(parameters));
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT " + std::string(kColumns) + FromScoped(condition) + " AND cotutelle.id = $1",
               std::move(parameters)));
  if (rows.empty()) return NoCotutelle(id);
  return CotutelleOf(rows.front());
}

absl::StatusOr<bool> CotutelleExists(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT 1 AS found FROM cotutelle WHERE id = $1", {id}));
  return !rows.empty();
}

absl::StatusOr<std::vector<Cotutelle>> ListCotutelles(db::Tx& tx, const Scope& scope,
                                                      const Slice& slice) {
  Condition condition = ScopeCondition(scope, 1);
  db::Values parameters = std::move(condition.parameters);
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kColumns) + FromScoped(condition) +
                                slice.where + slice.order_and_limit,
                            std::move(parameters)));
  std::vector<Cotutelle> cotutelles;
  for (const db::Row& row : rows) cotutelles.push_back(CotutelleOf(row));
  return cotutelles;
}

void InsertCotutelle(db::Tx& tx, const Cotutelle& cotutelle) {
  tx.Execute(R"sql(
      INSERT INTO cotutelle
        (id, thesis, partner_a, partner_b, text, state, version, content_hash, marks, ladder_date,
         signed_date, in_force_date, ended_date, notice_end_date, successor, end_reason, demo,
         revision, create_time, update_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
              $20))sql",
             ValuesOf(cotutelle));
}

void SaveCotutelle(db::Tx& tx, const Cotutelle& cotutelle) {
  tx.Execute(R"sql(
      UPDATE cotutelle
         SET thesis = $2, partner_a = $3, partner_b = $4, text = $5, state = $6, version = $7,
             content_hash = $8, marks = $9, ladder_date = $10, signed_date = $11,
             in_force_date = $12, ended_date = $13, notice_end_date = $14, successor = $15,
             end_reason = $16, demo = $17, revision = $18, create_time = $19, update_time = $20
       WHERE id = $1)sql",
             ValuesOf(cotutelle));
}

void KeepVersion(db::Tx& tx, const Cotutelle& cotutelle, Time now) {
  tx.Execute(R"sql(
      INSERT INTO cotutelle_version (cotutelle, version, content_hash, text, create_time)
      VALUES ($1, $2, $3, $4, $5))sql",
             {cotutelle.id, cotutelle.version, cotutelle.content_hash,
              CanonicalText(cotutelle.text), now});
}

absl::StatusOr<CotutelleText> LoadVersion(db::Tx& tx, const std::string& cotutelle, int version) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT text FROM cotutelle_version WHERE cotutelle = $1 AND version = $2",
               {cotutelle, version}));
  if (rows.empty()) return NoCotutelle(cotutelle);
  return RequiredText(rows.front().Text("text"));
}

absl::StatusOr<Amendment> LoadAmendment(db::Tx& tx, const std::string& cotutelle,
                                        const std::string& id, Lock lock) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT " + std::string(kAmendmentColumns) +
                   " FROM amendment WHERE cotutelle = $1 AND id = $2" + db::LockToken(lock),
               {cotutelle, id}));
  if (!rows.empty()) return AmendmentOf(rows.front());
  return NotFound(kAmendmentNotFound, "the agreement has no such amendment",
                  {{"amendment", "cotutelles/" + cotutelle + "/amendments/" + id}});
}

absl::StatusOr<std::vector<Amendment>> ListAmendments(db::Tx& tx, const std::string& cotutelle,
                                                      const Slice& slice) {
  db::Values parameters = {cotutelle};
  parameters.insert(parameters.end(), slice.parameters.begin(), slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query("SELECT " + std::string(kAmendmentColumns) +
                                                     " FROM amendment WHERE cotutelle = $1" +
                                                     slice.where + slice.order_and_limit,
                                                 std::move(parameters)));
  std::vector<Amendment> amendments;
  for (const db::Row& row : rows) amendments.push_back(AmendmentOf(row));
  return amendments;
}

void InsertAmendment(db::Tx& tx, const Amendment& amendment) {
  tx.Execute("INSERT INTO amendment (" + std::string(kAmendmentColumns) +
                 ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
             ValuesOf(amendment));
}

void SaveAmendment(db::Tx& tx, const Amendment& amendment) {
  tx.Execute(R"sql(
      UPDATE amendment
         SET changes = $3, paths = $4, effective_date = $5, state = $6, version = $7,
             content_hash = $8, base_hash = $9, marks = $10, ladder_date = $11, revision = $12,
             create_time = $13, update_time = $14
       WHERE cotutelle = $1 AND id = $2)sql",
             ValuesOf(amendment));
}

}  // namespace jointly::theses::store
