#include "services/theses/domain/deadlines_of.h"

#include <cstdio>

namespace jointly::theses {
namespace {

using deadlines::Audience;
using deadlines::Deadline;
using deadlines::Obligation;

constexpr std::string_view kOffice = "doctoral_office";

Audience OfficeOf(const Side& side) {
  return {.person = "",
          .role = std::string(kOffice),
          .institution = side.institution,
          .unit = side.school};
}

// Reviewers are no users of this installation: the doctoral office in charge writes to them.
void AddRole(const Thesis& thesis, const std::vector<const Side*>& sides, std::string_view role,
             std::vector<Audience>& audience) {
  const auto add = [&](Audience one) {
    for (const Audience& other : audience) {
      if (other == one) return;
    }
    audience.push_back(std::move(one));
  };
  if (role == "student") {
    add({.person = thesis.student, .role = "", .institution = "", .unit = ""});
    return;
  }
  if (role == "reviewer") {
    add(OfficeOf(SideInCharge(thesis)));
    return;
  }
  for (const Side* side : sides) {
    if (role == "supervisor" || role == "director") {
      add({.person = side->director, .role = "", .institution = "", .unit = ""});
    } else {
      add(OfficeOf(*side));
    }
  }
}

std::vector<Audience> AudienceOf(const Thesis& thesis, const Obligation& obligation) {
  std::vector<const Side*> sides;
  for (const Side& side : thesis.sides) {
    if (obligation.institution.empty() || obligation.institution == side.institution) {
      sides.push_back(&side);
    }
  }
  std::vector<Audience> audience;
  for (const std::string& role : obligation.audience) AddRole(thesis, sides, role, audience);
  return audience;
}

// FNV-1a: whether two plans differ is no secret and no proof.
std::uint64_t Hash(std::uint64_t hash, std::string_view text) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1'099'511'628'211ULL;
  }
  return hash * 31 + 7;
}

}  // namespace

Deadline DeadlineOf(const Thesis& thesis, const Obligation& obligation, Time now) {
  Deadline deadline;
  deadline.subject = "theses/" + thesis.id;
  deadline.id = deadline.subject + "/" + obligation.id;
  deadline.generation = thesis.revision;
  deadline.kind = obligation.rule_id;
  deadline.due = obligation.due;
  deadline.due_time = obligation.due_time;
  deadline.severity = obligation.severity;
  deadline.state = obligation.state == deadlines::State::kArmed && now > obligation.due_time
                       ? deadlines::State::kMissed
                       : obligation.state;
  deadline.audience = AudienceOf(thesis, obligation);
  deadline.basis = obligation.basis;
  deadline.rationale = deadlines::RationaleText(obligation, "en");
  return deadline;
}

std::vector<Deadline> DeadlinesOf(const Thesis& thesis, const deadlines::Plan& plan, Time now) {
  std::vector<Deadline> list;
  for (const Obligation& obligation : plan.obligations) {
    list.push_back(DeadlineOf(thesis, obligation, now));
  }
  return list;
}

std::string DigestOf(const deadlines::Plan& plan) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const Obligation& row : plan.obligations) {
    hash = Hash(hash, row.id);
    hash = Hash(hash, std::to_string(row.rule_version));
    hash = Hash(hash, FormatDate(row.due.date) + FormatClock(row.due.clock) + row.due.zone);
    hash = Hash(hash, deadlines::Name(row.state));
    hash = Hash(hash, row.basis);
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

std::optional<Date> RuledEnd(const deadlines::Plan& plan) {
  std::optional<Date> end;
  for (const Obligation& row : plan.obligations) {
    if (row.rule_id.find(".duration") == std::string::npos) continue;
    const Date last = AddDays(row.due.date, -1);
    if (!end.has_value() || last < *end) end = last;
  }
  return end;
}

}  // namespace jointly::theses
