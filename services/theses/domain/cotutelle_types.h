#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/agreement/ladder.h"
#include "common/time/civil.h"

// Cotutelle agreements (arrete 25-05-2016 art. 20-23) and their amendments.
namespace jointly::theses {

inline constexpr int kNoticeMonthsDefault = 6;
inline constexpr std::string_view kRunningThesis = "running_thesis";

// The text as typed fields; the content hash is over exactly these. Side a is the first side of the
// thesis.
struct CotutelleText {
  std::string title;
  std::string award_mode;  // "joint_diploma", "two_diplomas", "home_degree_with_note".
  Date start_date{};
  Date end_date{};
  std::string director_a;           // people/{id}
  std::string director_b;           // people/{id}
  std::string defence_institution;  // institutions/{id}
  std::string language_code;
  std::string defence_language_code;
  std::string summary_language_code;
  int residence_minimum_percent = 0;     // On each side.
  std::string fees;                      // "alternate", "a", "b", "both".
  std::vector<std::string> derogations;  // Ids of rules.
  std::string intellectual_property;
  int notice_months = 0;                      // 0: kNoticeMonthsDefault.
  std::vector<std::string> survival_clauses;  // kRunningThesis and others.
  std::vector<std::string> signatories;       // In the order of signing.
  int originals = 0;
  friend bool operator==(const CotutelleText&, const CotutelleText&) = default;
};

enum class CotutelleState {
  kIdea = 1,
  kNegotiating = 2,
  kTextFrozen = 3,
  kSigning = 4,
  kSigned = 5,
  kInForce = 6,
  kSuspended = 7,
  kNoticeWindow = 8,
  kRenewed = 9,
  kExpired = 10,
  kTerminated = 11,
  kDormantReview = 12,
};

enum class CotutelleAction {
  kNegotiate,
  kUpdate,
  kFreeze,
  kReturn,
  kApprove,
  kStartSigning,
  kSign,
  kSignLast,
  kRecordOriginal,
  kPutInForce,
  kSuspend,
  kResume,
  kGiveNotice,
  kRenew,
  kTerminate,
  kExpire,
  kBlockExpiry,
  kReview,
  kChangeAmendment,  // An amendment is created, edited, frozen, approved, signed or withdrawn.
  kAmend,            // One came into force.
};

enum class AmendmentAction {
  kUpdate,
  kFreeze,
  kReturn,
  kApprove,
  kStartSigning,
  kSign,
  kSignLast,
  kRecordOriginal,
  kPutInForce,
  kWithdraw,
};

// Who takes a step: the doctoral office of either side, or the time that passes.
enum class OfficeRole { kOffice, kTimer };

std::string_view Name(CotutelleState state);    // "in_force"
std::string_view Name(CotutelleAction action);  // "put_in_force"
std::string_view Name(AmendmentAction action);
std::string_view Name(OfficeRole role);
std::optional<CotutelleState> ParseCotutelleState(std::string_view name);

// The approval of one side: of exactly the text whose hash it names.
struct CotutelleApproval {
  std::string institution;
  std::string content_hash;
  std::string person;
  Time time;
};

// A text and the first day on which it is the agreement's.
struct TextFrom {
  Date first{};
  std::string amendment;  // Bare id; empty: the agreement itself.
  CotutelleText text;
};

// Days on which the agreement rested; without a last day it still does.
struct Rest {
  Date first{};
  std::optional<Date> last;
};

struct Cotutelle {
  std::string id;
  std::string thesis;                 // The bare id.
  std::vector<std::string> partners;  // Side a, side b: institutions/{id}.
  CotutelleText text;                 // As negotiated; after the signature it is not touched.
  CotutelleState state = CotutelleState::kIdea;
  int version = 0;
  std::string content_hash;
  std::vector<CotutelleApproval> approvals;
  std::vector<agreement::Signature> ladder;
  std::optional<Date> ladder_date;  // When the rung that is open now became open.
  std::vector<TextFrom> timeline;   // By first day; empty: it never was in force.
  std::optional<Date> signed_date;  // Of the last signature.
  std::optional<Date> in_force_date;
  std::optional<Date> ended_date;  // The last day on which it held.
  std::optional<Date> notice_end_date;
  std::vector<Rest> rests;
  std::vector<std::string> blocked_by;
  std::string successor;  // Bare id.
  std::string end_reason;
  bool demo = false;
  std::int64_t revision = 0;
  Time create_time;
  Time update_time;

  // The text with all amendments that came into force; its own before that.
  const CotutelleText& head() const { return timeline.empty() ? text : timeline.back().text; }
};

struct Amendment {
  std::string id;
  std::string cotutelle;           // The bare id.
  CotutelleText changes;           // Values of `paths`; the rest is empty.
  std::vector<std::string> paths;  // Sorted, unique.
  Date effective_date{};
  CotutelleState state = CotutelleState::kNegotiating;
  int version = 0;
  std::string content_hash;
  std::string base_hash;  // Of the agreement's text that it was frozen upon.
  std::vector<CotutelleApproval> approvals;
  std::vector<agreement::Signature> ladder;
  std::optional<Date> ladder_date;
  std::int64_t revision = 0;
  Time create_time;
  Time update_time;
};

// The text of an agreement of one thesis that is in force on a day: the head version of that day.
// Null: none. A survival clause for the running thesis makes the last text hold after the end.
const CotutelleText* InForceOn(const std::vector<Cotutelle>& cotutelles, Date date);
// Whether it holds on that day; while it is suspended it does not.
const CotutelleText* InForceOn(const Cotutelle& cotutelle, Date date);

}  // namespace jointly::theses
