#include "services/theses/store/thesis_record.h"

#include <nlohmann/json.hpp>

#include "common/db/packed.h"
#include "common/error/check.h"

namespace jointly::theses::store {
namespace {

using Json = nlohmann::json;

// One description of each value serves both directions: a field is written and read under one name.
class Writer {
 public:
  explicit Writer(Json& json) : json_(json) {}

  void Field(const char* name, const std::string& value) {
    if (!value.empty()) json_[name] = value;
  }
  void Field(const char* name, const std::vector<std::string>& value) {
    if (!value.empty()) json_[name] = value;
  }
  void Field(const char* name, bool value) {
    if (value) json_[name] = value;
  }
  void Field(const char* name, std::int64_t value) {
    if (value != 0) json_[name] = value;
  }
  void Field(const char* name, Date value) { json_[name] = FormatDate(value); }
  void Field(const char* name, const std::optional<Date>& value) {
    if (value.has_value()) json_[name] = FormatDate(*value);
  }
  void Field(const char* name, const CivilTime& value) { json_[name] = db::Pack(value); }
  template <typename Row>
  void Rows(const char* name, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      Json object = Json::object();
      Writer writer(object);
      Describe(writer, const_cast<Row&>(row));
      json_[name].push_back(std::move(object));
    }
  }
  template <typename Row>
  void Maybe(const char* name, const std::optional<Row>& row) {
    if (!row.has_value()) return;
    Json object = Json::object();
    Writer writer(object);
    Describe(writer, const_cast<Row&>(*row));
    json_[name] = std::move(object);
  }

 private:
  Json& json_;
};

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  void Field(const char* name, std::string& value) { value = json_.value(name, std::string()); }
  void Field(const char* name, std::vector<std::string>& value) {
    value = json_.value(name, std::vector<std::string>());
  }
  void Field(const char* name, bool& value) { value = json_.value(name, false); }
  void Field(const char* name, std::int64_t& value) { value = json_.value(name, std::int64_t{0}); }
  void Field(const char* name, Date& value) {
    std::optional<Date> date;
    Field(name, date);
    Check(date.has_value(), "a thesis without a date that it must have");
    value = *date;
  }
  void Field(const char* name, std::optional<Date>& value) {
    value.reset();
    const auto found = json_.find(name);
    if (found == json_.end()) return;
    value = db::UnpackRequiredDate(found->get<std::string>());
  }
  void Field(const char* name, CivilTime& value) {
    const auto civil = db::UnpackCivilTime(json_.value(name, std::string()));
    Check(civil.has_value(), "a civil time that was stored is none");
    value = *civil;
  }
  template <typename Row>
  void Rows(const char* name, std::vector<Row>& rows) {
    rows.clear();
    const auto found = json_.find(name);
    if (found == json_.end()) return;
    for (const Json& object : *found) {
      Reader reader(object);
      Describe(reader, rows.emplace_back());
    }
  }
  template <typename Row>
  void Maybe(const char* name, std::optional<Row>& row) {
    row.reset();
    const auto found = json_.find(name);
    if (found == json_.end()) return;
    Reader reader(*found);
    Describe(reader, row.emplace());
  }

 private:
  const Json& json_;
};

template <typename Visitor>
void Describe(Visitor& visitor, Year& year) {
  visitor.Field("academic_year", year.academic_year);
  visitor.Field("csi_held", year.csi_held);
  visitor.Field("csi_report", year.csi_report);
  visitor.Field("director_opinion", year.director_opinion);
  visitor.Field("school_proposal", year.school_proposal);
  visitor.Field("enrolled", year.enrolled);
  visitor.Field("proof_received", year.proof_received);
}

template <typename Visitor>
void Describe(Visitor& visitor, Milestone& milestone) {
  visitor.Field("kind", milestone.kind);
  visitor.Field("date", milestone.date);
  visitor.Field("value", milestone.value);
}

template <typename Visitor>
void Describe(Visitor& visitor, Side& side) {
  visitor.Field("institution", side.institution);
  visitor.Field("school", side.school);
  visitor.Field("programme", side.programme);
  visitor.Field("director", side.director);
  visitor.Field("in_charge", side.in_charge);
  visitor.Field("opinion", side.opinion);
  visitor.Field("opinion_date", side.opinion_date);
  visitor.Field("diploma_date", side.diploma_date);
  visitor.Rows("years", side.years);
  visitor.Rows("milestones", side.milestones);
}

template <typename Visitor>
void Describe(Visitor& visitor, Suspension& suspension) {
  visitor.Field("basis", suspension.basis);
  visitor.Field("first", suspension.first);
  visitor.Field("last", suspension.last);
}

template <typename Visitor>
void Describe(Visitor& visitor, JuryMember& member) {
  visitor.Field("id", member.id);
  visitor.Field("display_name", member.display_name);
  visitor.Field("institution_name", member.institution_name);
  visitor.Field("country_code", member.country_code);
  visitor.Field("rank", member.rank);
  visitor.Field("hdr", member.hdr);
  visitor.Field("external", member.external);
  visitor.Field("roles", member.roles);
  visitor.Field("involved", member.involved);
  visitor.Field("gender", member.gender);
  visitor.Field("report_date", member.report_date);
  visitor.Field("report_opinion", member.report_opinion);
}

template <typename Visitor>
void Describe(Visitor& visitor, DefencePlan& plan) {
  visitor.Field("time", plan.time);
  visitor.Field("place", plan.place);
  visitor.Rows("jury", plan.jury);
  visitor.Field("declared", plan.declared);
  visitor.Field("manuscript", plan.manuscript);
  visitor.Field("deposit", plan.deposit);
  visitor.Field("deposit_certified", plan.deposit_certified);
  visitor.Field("authorised", plan.authorised);
  visitor.Field("held", plan.held);
  visitor.Field("outcome", plan.outcome);
  visitor.Field("present", plan.present);
  visitor.Field("corrections_accepted", plan.corrections_accepted);
  visitor.Field("final_deposit", plan.final_deposit);
  visitor.Field("conferral", plan.conferral);
  visitor.Field("abstract_published", plan.abstract_published);
  visitor.Field("full_text_published", plan.full_text_published);
}

template <typename Visitor>
void Describe(Visitor& visitor, ExtensionRequest& request) {
  visitor.Field("end_date", request.end_date);
  visitor.Field("requested", request.requested);
  visitor.Field("reason", request.reason);
}

template <typename Visitor>
void Describe(Visitor& visitor, Thesis& thesis, std::vector<Side>& sides, std::string& funding) {
  visitor.Rows("sides", sides);
  visitor.Field("single_defence", thesis.single_defence);
  visitor.Field("language_code", thesis.language_code);
  visitor.Field("defence_language_code", thesis.defence_language_code);
  visitor.Field("themes", thesis.themes);
  visitor.Field("funding_reference", thesis.funding_reference);
  visitor.Field("full_time", thesis.full_time);
  visitor.Rows("suspensions", thesis.suspensions);
  visitor.Maybe("extension_request", thesis.extension_request);
  visitor.Field("extension_end", thesis.extension_end);
  visitor.Maybe("defence", thesis.defence);
  visitor.Field("cotutelle", thesis.cotutelle);
  visitor.Field("funding_state", funding);
  visitor.Field("funding_commitment", thesis.funding.commitment);
  visitor.Field("funding_note", thesis.funding.note);
  visitor.Field("end_reason", thesis.end_reason);
  visitor.Field("ended", thesis.ended);
  visitor.Field("open_obligations", thesis.open_obligations);
}

}  // namespace

std::string PackThesis(const Thesis& thesis) {
  Json json = Json::object();
  Writer writer(json);
  std::vector<Side> sides(thesis.sides.begin(), thesis.sides.end());
  std::string funding(Name(thesis.funding.state));
  Describe(writer, const_cast<Thesis&>(thesis), sides, funding);
  return json.dump();
}

void UnpackThesis(std::string_view record, Thesis& thesis) {
  const Json json = Json::parse(record, nullptr, /*allow_exceptions=*/false);
  Check(json.is_object(), "a record of a thesis that is no JSON object");
  Reader reader(json);
  std::vector<Side> sides;
  std::string funding;
  Describe(reader, thesis, sides, funding);
  Check(sides.size() == 2, "a thesis without two sides");
  thesis.sides = {std::move(sides[0]), std::move(sides[1])};
  thesis.funding.state = ParseFundingState(funding).value_or(FundingState::kNone);
}

}  // namespace jointly::theses::store
