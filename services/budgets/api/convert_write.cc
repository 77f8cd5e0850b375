#include "common/error/check.h"
#include "common/rpc/call.h"
#include "common/rpc/convert.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/domain/provisional.h"
#include "services/budgets/domain/text.h"

// Values to messages.
namespace jointly::budgets {
namespace {

pb::Kind KindOf(Kind kind) { return kind == Kind::kCash ? pb::CASH : pb::IN_KIND; }

pb::Source ToProto(const Source& source, const money::Currency& currency) {
  pb::Source message;
  message.set_organisation(source.organisation);
  *message.mutable_promised() = AmountToProto({source.promised, currency});
  message.set_kind(KindOf(source.kind));
  return message;
}

pb::FunderTerms ToProto(const FunderTerms& terms, const money::Currency& currency) {
  pb::FunderTerms message;
  message.set_rule_set(terms.rule_set);
  message.set_rule_variant(terms.rule_variant);
  message.set_rate_policy(terms.rate_policy);
  message.set_carry_over(terms.carry_over);
  message.set_carry_over_maximum_percent(terms.carry_over_maximum_percent);
  if (terms.carry_over_minimum != 0) {
    *message.mutable_carry_over_minimum() = AmountToProto({terms.carry_over_minimum, currency});
  }
  message.set_liquidation_tolerance_percent(terms.liquidation_tolerance_percent);
  message.set_indirect_on_top(terms.indirect_on_top);
  return message;
}

pb::Exercice ToProto(const DeclaredExercice& exercice, const money::Currency& currency) {
  const auto amount = [&](std::int64_t minor) { return AmountToProto({minor, currency}); };
  pb::Exercice message;
  message.set_year(exercice.year);
  message.set_state(exercice.provisional ? pb::Exercice::PROVISIONAL : pb::Exercice::EXECUTORY);
  message.set_actor(exercice.actor);
  if (!exercice.provisional) return message;
  *message.mutable_previous_commitments() = amount(exercice.previous_commitments);
  *message.mutable_previous_payments() = amount(exercice.previous_payments);
  *message.mutable_commitments_ceiling() = amount(CeilingOf(exercice.previous_commitments));
  *message.mutable_payments_ceiling() = amount(CeilingOf(exercice.previous_payments));
  return message;
}

pb::Grant ToProto(const GrantScheme& grant) {
  pb::Grant message;
  message.set_id(grant.id);
  message.set_call(grant.call);
  message.set_category(grant.category);
  message.set_partner(grant.partner);
  if (grant.rate_per_day.has_value()) {
    *message.mutable_rate_per_day() = AmountToProto(*grant.rate_per_day);
  }
  if (grant.amount_per_thesis.has_value()) {
    *message.mutable_amount_per_thesis() = AmountToProto(*grant.amount_per_thesis);
  }
  message.set_day_convention(grant.day_convention);
  message.set_standing_approver(grant.standing_approver);
  return message;
}

void Add(const std::vector<Reallocation>& rows, const std::string& budget,
         const money::Currency& currency,
         google::protobuf::RepeatedPtrField<pb::Reallocation>& messages) {
  for (const Reallocation& row : rows) {
    pb::Reallocation& message = *messages.Add();
    *message.mutable_line() = ToProto(row.line, budget);
    *message.mutable_change() = AmountToProto({row.change, currency});
  }
}

}  // namespace

std::string BudgetName(const std::string& id) { return "budgets/" + id; }
std::string NameIn(const std::string& budget, std::string_view collection, const std::string& id) {
  return "budgets/" + budget + "/" + std::string(collection) + "/" + id;
}
std::string LineName(const std::string& budget, const LineKey& line) {
  std::string id = Text(line);
  for (char& c : id) {
    if (c == '/') c = '-';
  }
  return NameIn(budget, "lines", id);
}

pb::LineKey ToProto(const LineKey& line, const std::string& budget) {
  pb::LineKey message;
  message.set_period(NameIn(budget, "periods", line.period));
  message.set_category(line.category);
  message.set_partner(line.partner);
  message.set_kind(KindOf(line.kind));
  return message;
}

pb::Conversion ToProto(const Conversion& conversion) {
  pb::Conversion message;
  *message.mutable_from() = AmountToProto(conversion.from);
  *message.mutable_to() = AmountToProto(conversion.to);
  message.set_rate(conversion.rate);
  *message.mutable_rate_date() = rpc::ToProto(conversion.rate_date);
  message.set_policy(conversion.policy);
  message.set_rounding("half_even");
  return message;
}

pb::Budget ToProto(const Budget& budget) {
  pb::Budget message;
  message.set_name(BudgetName(budget.id));
  message.set_display_name(budget.display_name);
  message.set_institution(budget.institution);
  message.set_unit(budget.unit);
  for (const std::string& partner : budget.partners) message.add_partners(partner);
  message.set_currency_code(budget.currency.code);
  *message.mutable_contract_amount() = AmountToProto({budget.contract_amount, budget.currency});
  for (const Source& source : budget.sources) {
    *message.add_sources() = ToProto(source, budget.currency);
  }
  *message.mutable_start_date() = rpc::ToProto(budget.start_date);
  *message.mutable_end_date() = rpc::ToProto(budget.end_date);
  message.set_agreement_reference(budget.agreement_reference);
  message.set_funding_reference(budget.funding_reference);
  *message.mutable_terms() = ToProto(budget.terms, budget.currency);
  for (const Category& category : budget.categories) {
    pb::Category& row = *message.add_categories();
    row.set_id(category.id);
    row.set_display_name(category.display_name);
    row.set_funder_category(category.funder_category);
    row.set_envelope(category.envelope);
  }
  for (const GrantScheme& grant : budget.grants) *message.add_grants() = ToProto(grant);
  for (const DeclaredExercice& exercice : budget.exercices) {
    *message.add_exercices() = ToProto(exercice, budget.currency);
  }
  message.set_time_zone(budget.time_zone);
  message.set_state(static_cast<pb::Budget::State>(budget.state));
  message.set_authorised_version(budget.authorised_version);
  message.set_requester(budget.requester.person);
  message.set_approver(budget.approver.person);
  *message.mutable_create_time() = rpc::ToProto(budget.create_time);
  *message.mutable_update_time() = rpc::ToProto(budget.update_time);
  message.set_revision(budget.revision);
  message.set_etag(rpc::Etag(budget.revision));
  message.set_demo(budget.demo);
  return message;
}

pb::Period ToProto(const Period& period) {
  pb::Period message;
  message.set_name(NameIn(period.budget, "periods", period.id));
  *message.mutable_start_date() = rpc::ToProto(period.start_date);
  *message.mutable_end_date() = rpc::ToProto(period.end_date);
  message.set_state(static_cast<pb::Period::State>(period.state));
  message.set_digest(period.digest);
  message.set_digest_signature(period.digest_signature);
  message.set_reopen_requester(period.reopen_requester.person);
  message.set_revision(period.revision);
  message.set_etag(rpc::Etag(period.revision));
  message.set_closing_sequence(period.closing_sequence);
  return message;
}

pb::Commitment ToProto(const Commitment& commitment, const money::Currency& currency) {
  const auto amount = [&](std::int64_t minor) { return AmountToProto({minor, currency}); };
  pb::Commitment message;
  // A grant that no budget pays is in none, and one that no scheme pays is on no line.
  message.set_name(commitment.budget.empty()
                       ? "commitments/" + commitment.id
                       : NameIn(commitment.budget, "commitments", commitment.id));
  if (!commitment.line.period.empty()) {
    *message.mutable_line() = ToProto(commitment.line, commitment.budget);
  }
  message.set_display_name(commitment.display_name);
  message.set_supplier_reference(commitment.supplier_reference);
  *message.mutable_amount() = AmountToProto(commitment.amount);
  *message.mutable_effective_date() = rpc::ToProto(commitment.effective_date);
  if (commitment.expire_date.has_value()) {
    *message.mutable_expire_date() = rpc::ToProto(*commitment.expire_date);
  }
  *message.mutable_reserved() = amount(commitment.reserved);
  *message.mutable_liquidated() = amount(commitment.liquidated);
  if (commitment.liquidated > 0) *message.mutable_paid() = amount(commitment.paid);
  if (commitment.credited > 0) *message.mutable_credited() = amount(commitment.credited);
  *message.mutable_released() = amount(commitment.released);
  *message.mutable_remaining() = amount(commitment.remaining);
  *message.mutable_original_remaining() =
      AmountToProto({commitment.original_remaining, commitment.amount.currency});
  if (commitment.conversion.has_value()) {
    *message.mutable_conversion() = ToProto(*commitment.conversion);
  }
  message.set_state(static_cast<pb::Commitment::State>(commitment.state));
  message.set_requester(commitment.requester.person);
  message.set_approver(commitment.approver.person);
  message.set_refusal(commitment.refusal);
  message.set_mobility(commitment.mobility);
  message.set_thesis(commitment.thesis);
  if (const GrantAnswer& answer = commitment.answer; answer.request_number != 0) {
    message.set_request_number(answer.request_number);
    message.set_refusal_message(answer.message);
    *message.mutable_refusal_facts() = rpc::ToProto(answer.facts);
  }
  for (const Attachment& attachment : commitment.attachments) {
    *message.add_attachments() = ToProto(attachment, message.name());
  }
  *message.mutable_create_time() = rpc::ToProto(commitment.create_time);
  *message.mutable_update_time() = rpc::ToProto(commitment.update_time);
  message.set_revision(commitment.revision);
  message.set_etag(rpc::Etag(commitment.revision));
  message.set_demo(commitment.demo);
  return message;
}

pb::ExpenseClaim ToProto(const ExpenseClaim& claim) {
  pb::ExpenseClaim message;
  message.set_name(NameIn(claim.budget, "claims", claim.id));
  message.set_commitment(NameIn(claim.budget, "commitments", claim.commitment));
  message.set_claimant(claim.claimant);
  *message.mutable_mission_start_date() = rpc::ToProto(claim.mission_start_date);
  *message.mutable_mission_end_date() = rpc::ToProto(claim.mission_end_date);
  for (const ExpenseItem& item : claim.items) {
    pb::ExpenseItem& row = *message.add_items();
    *row.mutable_date() = rpc::ToProto(item.date);
    row.set_description(item.description);
    *row.mutable_amount() = AmountToProto({item.amount, claim.currency});
  }
  *message.mutable_total() = AmountToProto({TotalOf(claim), claim.currency});
  message.set_state(static_cast<pb::ExpenseClaim::State>(claim.state));
  message.set_certifier(claim.certifier.person);
  message.set_approver(claim.approver.person);
  message.set_reapprover(claim.reapprover.person);
  message.set_payer(claim.payer.person);
  message.set_note(claim.note);
  message.set_payment_reference(claim.payment_reference);
  for (const Attachment& attachment : claim.attachments) {
    *message.add_attachments() = ToProto(attachment, message.name());
  }
  *message.mutable_create_time() = rpc::ToProto(claim.create_time);
  *message.mutable_update_time() = rpc::ToProto(claim.update_time);
  message.set_revision(claim.revision);
  message.set_etag(rpc::Etag(claim.revision));
  return message;
}

pb::LineTransfer ToProto(const LineTransfer& transfer, const money::Currency& currency) {
  pb::LineTransfer message;
  message.set_name(NameIn(transfer.budget, "transfers", transfer.id));
  *message.mutable_from() = ToProto(transfer.from, transfer.budget);
  *message.mutable_to() = ToProto(transfer.to, transfer.budget);
  *message.mutable_amount() = AmountToProto({transfer.amount, currency});
  *message.mutable_effective_date() = rpc::ToProto(transfer.effective_date);
  message.set_reason(transfer.reason);
  message.set_state(static_cast<pb::LineTransfer::State>(transfer.state));
  message.set_rule(transfer.rule);
  message.set_rationale(transfer.rationale);
  message.set_funder_approval(transfer.funder_approval);
  message.set_requester(transfer.requester.person);
  message.set_approver(transfer.approver.person);
  *message.mutable_create_time() = rpc::ToProto(transfer.create_time);
  *message.mutable_update_time() = rpc::ToProto(transfer.update_time);
  message.set_revision(transfer.revision);
  message.set_etag(rpc::Etag(transfer.revision));
  return message;
}

pb::Amendment ToProto(const Amendment& amendment, const money::Currency& currency) {
  pb::Amendment message;
  message.set_name(NameIn(amendment.budget, "amendments", amendment.id));
  message.set_type(static_cast<pb::Amendment::Type>(amendment.type));
  message.set_reason(amendment.reason);
  *message.mutable_signed_date() = rpc::ToProto(amendment.signed_date);
  if (amendment.new_end_date.has_value()) {
    *message.mutable_new_end_date() = rpc::ToProto(*amendment.new_end_date);
  }
  *message.mutable_change() = AmountToProto({amendment.change, currency});
  for (const Source& source : amendment.new_sources) {
    *message.add_new_sources() = ToProto(source, currency);
  }
  for (const std::string& partner : amendment.new_partners) message.add_new_partners(partner);
  for (const std::string& partner : amendment.leaving_partners) {
    message.add_leaving_partners(partner);
  }
  Add(amendment.reallocations, amendment.budget, currency, *message.mutable_reallocations());
  message.set_state(static_cast<pb::Amendment::State>(amendment.state));
  for (const std::string& partner : amendment.signed_by) message.add_signed_by(partner);
  message.set_content_hash(amendment.content_hash);
  message.set_authorised_version(amendment.authorised_version);
  message.set_requester(amendment.requester.person);
  message.set_revision(amendment.revision);
  message.set_etag(rpc::Etag(amendment.revision));
  return message;
}

pb::CarryOver ToProto(const CarryOver& carry_over, const money::Currency& currency) {
  pb::CarryOver message;
  message.set_name(NameIn(carry_over.budget, "carryOvers", carry_over.id));
  message.set_from_period(NameIn(carry_over.budget, "periods", carry_over.from_period));
  message.set_to_period(NameIn(carry_over.budget, "periods", carry_over.to_period));
  Add(carry_over.lines, carry_over.budget, currency, *message.mutable_lines());
  *message.mutable_total() = AmountToProto({TotalOf(carry_over), currency});
  message.set_reason(carry_over.reason);
  message.set_state(static_cast<pb::CarryOver::State>(carry_over.state));
  message.set_requester(carry_over.requester.person);
  message.set_approver(carry_over.approver.person);
  const bool posted = carry_over.state == CarryOverState::kPosted;
  if (posted) *message.mutable_carried() = AmountToProto({carry_over.carried, currency});
  if (posted || carry_over.state == CarryOverState::kReturned) {
    *message.mutable_returned() = AmountToProto({carry_over.returned, currency});
  }
  message.set_revision(carry_over.revision);
  message.set_etag(rpc::Etag(carry_over.revision));
  return message;
}

pb::PeriodicReport ToProto(const PeriodicReport& report) {
  pb::PeriodicReport message;
  message.set_name(NameIn(report.budget, "reports", report.id));
  message.set_period(NameIn(report.budget, "periods", report.period));
  message.set_state(static_cast<pb::PeriodicReport::State>(report.state));
  message.set_as_of_sequence(report.as_of_sequence);
  message.set_content_hash(report.content_hash);
  message.set_certifier(report.certifier.person);
  message.set_revision(report.revision);
  message.set_etag(rpc::Etag(report.revision));
  return message;
}

pb::Delegation ToProto(const Delegation& delegation) {
  pb::Delegation message;
  message.set_name(NameIn(delegation.budget, "delegations", delegation.id));
  message.set_delegator(delegation.delegator);
  message.set_delegate(delegation.delegate);
  *message.mutable_start_date() = rpc::ToProto(delegation.start_date);
  *message.mutable_end_date() = rpc::ToProto(delegation.end_date);
  message.set_revoked(delegation.revoked);
  message.set_revision(delegation.revision);
  message.set_etag(rpc::Etag(delegation.revision));
  return message;
}

pb::Attachment ToProto(const Attachment& attachment, const std::string& parent) {
  pb::Attachment message;
  message.set_name(parent + "/attachments/" + attachment.id);
  message.set_kind(attachment.kind);
  message.set_file_name(attachment.file_name);
  message.set_media_type(attachment.media_type);
  message.set_size_bytes(attachment.size_bytes);
  message.set_sha256(attachment.sha256);
  *message.mutable_create_time() = rpc::ToProto(attachment.create_time);
  return message;
}

pb::Alert ToProto(const Alert& alert, const std::string& budget, const money::Currency& currency) {
  pb::Alert message;
  message.set_line(LineName(budget, alert.line));
  message.set_threshold_percent(alert.threshold_percent);
  message.set_authorised_version(alert.authorised_version);
  message.set_crossing(alert.crossing);
  message.set_kind(alert.kind);
  *message.mutable_amount() = AmountToProto({alert.amount, currency});
  message.set_rationale(alert.rationale);
  return message;
}

jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline) {
  namespace dpb = jointly::deadlines::v1;
  dpb::Deadline message;
  message.set_id(deadline.id);
  message.set_generation(deadline.generation);
  message.set_kind(deadline.kind);
  message.set_subject(deadline.subject);
  *message.mutable_due_date() = rpc::ToProto(deadline.due.date);
  message.set_due_clock(FormatClock(deadline.due.clock));
  message.set_time_zone(deadline.due.zone);
  *message.mutable_due_time() = rpc::ToProto(deadline.due_time);
  message.set_severity(static_cast<dpb::Deadline::Severity>(deadline.severity));
  message.set_state(static_cast<dpb::Deadline::State>(deadline.state));
  for (const auto& audience : deadline.audience) {
    dpb::Audience& row = *message.add_audience();
    row.set_person(audience.person);
    row.set_role(audience.role);
    row.set_institution(audience.institution);
    row.set_unit(audience.unit);
  }
  message.set_basis(deadline.basis);
  message.set_rationale(deadline.rationale);
  return message;
}

}  // namespace jointly::budgets
