#include "common/agreement/ladder.h"

#include <algorithm>

namespace jointly::agreement {
namespace {

std::string Number(std::size_t number) { return std::to_string(number); }

absl::Status OutOfOrder(const Ladder& ladder, const Signing& signing) {
  const Signature* next = NextRung(ladder);
  const std::string open = next == nullptr
                               ? "nobody: all have signed"
                               : "step " + std::to_string(next->step) + ", " + next->signatory;
  return FailedPrecondition(
      kSignatureOutOfOrder,
      "step " + std::to_string(signing.step) + " of " + Number(ladder.size()) +
          " can not be signed now, because signatures are given in the order of the ladder; next "
          "is " +
          open,
      {{"step", std::to_string(signing.step)}, {"next", open}});
}

}  // namespace

Ladder MakeLadder(const std::vector<std::string>& signatories) {
  Ladder ladder;
  for (const std::string& signatory : signatories) {
    Signature rung;
    rung.step = static_cast<int>(ladder.size()) + 1;
    rung.signatory = signatory;
    ladder.push_back(std::move(rung));
  }
  return ladder;
}

const Signature* NextRung(const Ladder& ladder) {
  const auto next = std::find_if(ladder.begin(), ladder.end(), [](const Signature& rung) {
    return !rung.signed_date.has_value();
  });
  return next == ladder.end() ? nullptr : &*next;
}

std::vector<std::string> Unsigned(const Ladder& ladder) {
  std::vector<std::string> names;
  for (const Signature& rung : ladder) {
    if (!rung.signed_date.has_value()) names.push_back(rung.signatory);
  }
  return names;
}

std::vector<std::string> WithoutOriginal(const Ladder& ladder) {
  std::vector<std::string> names;
  for (const Signature& rung : ladder) {
    if (!rung.original_received) names.push_back(rung.signatory);
  }
  return names;
}

absl::Status Sign(Ladder& ladder, const Signing& signing) {
  if (signing.step < 1 || signing.step > static_cast<int>(ladder.size())) {
    return OutOfOrder(ladder, signing);
  }
  const auto index = static_cast<std::size_t>(signing.step) - 1;
  Signature& rung = ladder[index];
  if (rung.signed_date.has_value()) {
    if (signing.original_received && !rung.original_received) {
      rung.original_received = true;
      return absl::OkStatus();
    }
    return FailedPrecondition(
        kAlreadySigned,
        rung.signatory + " signed on " + FormatDate(*rung.signed_date) +
            "; only the return of its originals can still be recorded, with original_received",
        {{"step", std::to_string(signing.step)}, {"signed_date", FormatDate(*rung.signed_date)}});
  }
  if (NextRung(ladder) != &rung) return OutOfOrder(ladder, signing);
  if (index > 0 && std::chrono::sys_days(*ladder[index - 1].signed_date) >
                       std::chrono::sys_days(signing.signed_date)) {
    return FailedPrecondition(kSignatureOutOfOrder,
                              rung.signatory + " can not have signed on " +
                                  FormatDate(signing.signed_date) + ", before " +
                                  ladder[index - 1].signatory + " on " +
                                  FormatDate(*ladder[index - 1].signed_date),
                              {{"step", std::to_string(signing.step)},
                               {"signed_date", FormatDate(signing.signed_date)},
                               {"previous_date", FormatDate(*ladder[index - 1].signed_date)}});
  }
  rung.person = signing.person;
  rung.signed_date = signing.signed_date;
  rung.original_received = signing.original_received;
  return absl::OkStatus();
}

absl::Status MatchContent(std::string_view given, std::string_view current) {
  if (given == current) return absl::OkStatus();
  return Aborted(kStaleContent,
                 "the text was changed after it was read: this is not its hash any more; read it "
                 "again and send its present content_hash",
                 {{"given", std::string(given)}, {"current", std::string(current)}});
}

bool Overlap(const Validity& a, const Validity& b) {
  return std::chrono::sys_days(a.first) <= std::chrono::sys_days(b.last) &&
         std::chrono::sys_days(b.first) <= std::chrono::sys_days(a.last);
}

Date AddMonths(Date date, int months) {
  const Date moved = date + std::chrono::months(months);
  if (moved.ok()) return moved;
  return moved.year() / moved.month() / std::chrono::last;
}

}  // namespace jointly::agreement
