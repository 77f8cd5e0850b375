#include "tests/simulation/worlds/mailbox.h"

namespace jointly::simulation {

using Kind = net::SmtpOutcome::Kind;

net::SmtpOutcome Mailbox::Send(const net::Mail& mail) {
  const std::uint64_t chance = healthy_ ? 99 : rng_.Below(100);
  if (chance < 8) return {Kind::kTryLater, "451 later", false, /*server_unusable=*/chance < 3};
  if (chance < 10) return {Kind::kRefusedForever, "554 no", false, false};
  if (chance < 11) return {Kind::kRefusedForever, "550 unknown", /*address_invalid=*/true, false};
  if (chance < 16) {
    // The link breaks before or after the server has it.
    if (rng_.Below(2) == 0) Take(mail);
    in_doubt_.insert(mail.message_id);
    return {Kind::kUncertain, "", false, false};
  }
  Take(mail);
  return {Kind::kAccepted, "250 OK", false, false};
}

void Mailbox::Take(const net::Mail& mail) {
  Taken& taken = taken_[mail.message_id];
  ++taken.times;
  taken.to = mail.to;
  taken.text = mail.subject + "\n" + mail.text;
  step_.push_back(mail.message_id);
}

}  // namespace jointly::simulation
