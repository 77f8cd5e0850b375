#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/guards.h"
#include "services/budgets/domain/refuse.h"
#include "services/budgets/store/commitment_store.h"

// Commitments.
namespace jointly::budgets {
namespace {

const rpc::ListSpec& CommitmentList() {
  static const rpc::ListSpec spec = {
      .columns = {{.field = "state", .sql = "commitment.state", .map = &LowerCase},
                  {.field = "category", .sql = "commitment.category"},
                  {.field = "partner", .sql = "commitment.partner"},
                  {.field = "requester", .sql = "commitment.requester"},
                  {.field = "mobility", .sql = "commitment.mobility"},
                  {.field = "thesis", .sql = "commitment.thesis"},
                  {.field = "period",
                   .sql = "commitment.period",
                   .map =
                       [](std::string_view name) {
                         return std::string(name.substr(name.rfind('/') + 1));
                       }}},
      .key_sql = "commitment.id",
      .descending = false};
  return spec;
}

}  // namespace

absl::StatusOr<pb::Commitment> Api::CreateCommitment(rpc::Call& call,
                                                     const pb::CreateCommitmentRequest& request) {
  ASSIGN_OR_RETURN(const std::string budget, rpc::IdOf("budgets", request.parent(), "parent"));
  return Run<pb::Commitment>(
      call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Commitment> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), budget, ScopeOf(call)));
        RETURN_IF_ERROR(
            RequireRole(RolesOn(call.principal, desk.budget()), Role::kManager, "create").status());
        Violations violations;
        Commitment commitment =
            ReadCommitment(request.commitment(), desk.budget(), "commitment", violations);
        const std::string& id = request.commitment_id();
        violations.Require(id.empty() || rpc::IsResourceId(id), "commitment_id",
                           "must be lower case letters, digits and dashes");
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const Period period, desk.PeriodOf(commitment.line.period));
        commitment.id = id.empty() ? ids_.Next() : id;
        ASSIGN_OR_RETURN(const auto known,
                         store::FindCommitment(tx, commitment.id, store::Lock::kNo));
        if (known.has_value()) {
          return AlreadyExists(store::kCommitmentExists, "another commitment has this id",
                               {{"commitment", commitment.id}});
        }
        RETURN_IF_ERROR(CheckRequest(desk, commitment, period));
        commitment.requester = {.person = call.principal.name, .in_place_of = ""};
        commitment.create_time = commitment.update_time = call.now;
        commitment.revision = 1;
        store::InsertCommitment(tx, commitment);
        engine_.outbox().Append(
            tx, CommitmentChanged(desk.who(), desk.place(), nullptr, commitment,
                                  {.action = "requested", .from = "", .to = Name(commitment.state)},
                                  {}));
        return AnswerCommitment(desk, commitment, call.principal);
      });
}

// What could never be approved is refused when it is asked for.
absl::Status Api::CheckRequest(Desk& desk, const Commitment& commitment, const Period& period) {
  CommitmentFacts facts;
  facts.budget = desk.budget();
  facts.period = period;
  facts.commitment = commitment;
  // A request may wait for its period to open, not for one that is closed to open again.
  const bool waits = period.state == PeriodState::kPlanned;
  if (waits) facts.period.state = PeriodState::kOpen;
  facts.role = Role::kAccountant;
  const CommitmentGuard* const guards[] = {&commitment_rows::kActive, &commitment_rows::kPeriod,
                                           &commitment_rows::kDate, &commitment_rows::kCategory};
  std::vector<workflow::Finding> findings;
  for (const CommitmentGuard* guard : guards) {
    findings.push_back({std::string(guard->id), std::string(guard->title), guard->check(facts)});
  }
  return RefusalOf(
      "create", NameIn(desk.budget().id, "commitments", commitment.id), findings,
      {{"period", period.id},
       {"state", std::string(TakesDocuments(desk.budget().state) ? Name(period.state)
                                                                 : Name(desk.budget().state))},
       {"date", FormatDate(commitment.effective_date)},
       {"start", FormatDate(period.start_date)},
       {"end", FormatDate(period.end_date)},
       {"category", commitment.line.category},
       {"rule", desk.budget().terms.rule_set}});
}

absl::StatusOr<pb::Commitment> Api::GetCommitment(rpc::Call& call,
                                                  const pb::GetCommitmentRequest& request) {
  ASSIGN_OR_RETURN(const CommitmentName name, ParseCommitmentName(request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Commitment> {
        ASSIGN_OR_RETURN(Desk desk, Desk::Look(tx, WhoOf(call), name.budget, ScopeOf(call)));
        ASSIGN_OR_RETURN(const Commitment commitment,
                         store::LoadCommitment(tx, name.budget, name.id, store::Lock::kNo));
        return AnswerCommitment(desk, commitment, call.principal);
      },
      call.transact_options());
}

absl::StatusOr<pb::ListCommitmentsResponse> Api::ListCommitments(
    rpc::Call& call, const pb::ListCommitmentsRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ParsePage(CommitmentList(),
                                                        {.page_size = request.page_size(),
                                                         .page_token = request.page_token(),
                                                         .filter = request.filter()},
                                                        store::kCommitmentParameters + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListCommitmentsResponse> {
        ASSIGN_OR_RETURN(const Budget budget,
                         store::LoadBudget(tx, id, ScopeOf(call), store::Lock::kNo));
        ASSIGN_OR_RETURN(std::vector<Commitment> rows,
                         store::ListCommitments(tx, id,
                                                {.where = page.where,
                                                 .order_and_limit = page.order_and_limit,
                                                 .parameters = page.parameters}));
        pb::ListCommitmentsResponse response;
        const bool more = rows.size() > static_cast<std::size_t>(page.size);
        if (more) rows.resize(static_cast<std::size_t>(page.size));
        const std::vector<Role> roles = RolesOn(call.principal, budget);
        for (const Commitment& row : rows) {
          pb::Commitment& message = *response.add_commitments();
          message = ToProto(row, budget.currency);
          for (const Role role : roles) {
            for (const CommitmentAction action : OpenActions(row.state, role)) {
              message.add_allowed_actions()->set_action(std::string(Name(action)));
            }
          }
        }
        if (more) response.set_next_page_token(rpc::NextPageToken(page, rows.back().id));
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Commitment> Api::ApproveCommitment(rpc::Call& call,
                                                      const pb::ApproveCommitmentRequest& request) {
  Violations violations;
  if (!request.on_behalf_of().empty()) {
    CheckName("people/*", request.on_behalf_of(), "on_behalf_of", violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  CommitmentStep step{.name = request.name(), .etag = request.etag()};
  step.on_behalf_of = request.on_behalf_of();
  step.prepare = [](Desk& desk, const Commitment& before,
                    CommitmentFacts& facts) -> absl::StatusOr<CommitmentAction> {
    ASSIGN_OR_RETURN(Cost cost, desk.CostOf(before.amount, before.effective_date));
    facts.input.control = cost.control;
    facts.input.conversion = std::move(cost.conversion);
    return CommitmentAction::kApprove;
  };
  return TakeStep(call, request, request.validate_only(), step);
}

absl::StatusOr<pb::Commitment> Api::RefuseCommitment(rpc::Call& call,
                                                     const pb::RefuseCommitmentRequest& request) {
  Violations violations;
  CheckNote(request.reason(), true, "reason", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  CommitmentStep step{.name = request.name(), .etag = request.etag()};
  step.reason = request.reason();
  step.prepare = [](Desk&, const Commitment&,
                    CommitmentFacts&) -> absl::StatusOr<CommitmentAction> {
    return CommitmentAction::kRefuse;
  };
  return TakeStep(call, request, false, step);
}

absl::StatusOr<pb::Commitment> Api::LiquidateCommitment(
    rpc::Call& call, const pb::LiquidateCommitmentRequest& request) {
  Violations violations;
  const money::Money amount = ReadAmount(request.amount(), Sign::kPositive, "amount", violations);
  CheckLine(request.invoice_reference(), false, "invoice_reference", violations);
  const Date date = ReadDate(request.has_effective_date(), request.effective_date(),
                             "effective_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  CommitmentStep step{.name = request.name(), .etag = request.etag()};
  step.effective_date = date;
  step.reference = request.invoice_reference();
  step.prepare = [&](Desk& desk, const Commitment& before,
                     CommitmentFacts& facts) -> absl::StatusOr<CommitmentAction> {
    RETURN_IF_ERROR(CheckCurrency(amount, before));
    ASSIGN_OR_RETURN(Cost cost, desk.CostOf(amount, date));
    facts.input.original = amount.minor;
    facts.input.control = cost.control;
    facts.input.conversion = std::move(cost.conversion);
    facts.input.final = request.final();
    return LiquidateAction(before, amount.minor, request.final());
  };
  return TakeStep(call, request, request.validate_only(), step);
}

absl::StatusOr<pb::Commitment> Api::ReleaseCommitment(rpc::Call& call,
                                                      const pb::ReleaseCommitmentRequest& request) {
  Violations violations;
  std::optional<money::Money> amount;
  if (request.has_amount()) {
    amount = ReadAmount(request.amount(), Sign::kPositive, "amount", violations);
  }
  CheckNote(request.reason(), false, "reason", violations);
  const auto date = ReadMaybeDate(request.has_effective_date(), request.effective_date(),
                                  "effective_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  CommitmentStep step{.name = request.name(), .etag = request.etag()};
  step.reason = request.reason();
  step.prepare = [&](Desk& desk, const Commitment& before,
                     CommitmentFacts& facts) -> absl::StatusOr<CommitmentAction> {
    if (amount.has_value()) RETURN_IF_ERROR(CheckCurrency(*amount, before));
    // A commitment that was carried is released in the period that it is in now.
    ASSIGN_OR_RETURN(const Period period, desk.PeriodOf(before.line.period));
    facts.input.effective_date = date.value_or(std::max(BoundOn(facts), period.start_date));
    facts.input.original = amount.has_value() ? amount->minor : before.original_remaining;
    return ReleaseAction(before, facts.input.original);
  };
  return TakeStep(call, request, false, step);
}

absl::Status Api::CheckCurrency(const money::Money& amount, const Commitment& commitment) {
  if (amount.currency == commitment.amount.currency) return absl::OkStatus();
  Violations violations;
  violations.Add("amount.currency_code",
                 "must be the commitment's: " + commitment.amount.currency.code);
  return violations.ToStatus();
}

}  // namespace jointly::budgets
