#include <jointly/budgets/v1/budgets.pb.h>
#include <jointly/mobility/v1/mobility.pb.h>
#include <jointly/notifications/v1/notifications.pb.h>
#include <jointly/partnerships/v1/partnerships.pb.h>
#include <jointly/theses/v1/theses.pb.h>

#include <algorithm>
#include <set>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "common/telemetry/log.h"
#include "common/text/text.h"
#include "services/gateway/aggregates/overview.h"

// Which services are asked, and how an answer becomes a figure.
namespace jointly::gateway {
namespace {

namespace budgets = jointly::budgets::v1;
namespace mobility = jointly::mobility::v1;
namespace notifications = jointly::notifications::v1;
namespace partnerships = jointly::partnerships::v1;
namespace theses = jointly::theses::v1;

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2200;
constexpr int kDeadlinePage = 200;
constexpr int kNextDeadlines = 5;

void Set(pb::Records& records, const std::string& path, const std::string& filter = "") {
  records.set_path(path);
  records.set_filter(filter);
}

void AddStays(const mobility::SummariseMobilitiesResponse& answer, pb::PartnershipOverview& out) {
  for (const auto& count : answer.counts()) {
    pb::StayFigure& figure = *out.add_stays();
    figure.set_sending_institution(count.sending_institution());
    figure.set_receiving_institution(count.receiving_institution());
    figure.set_state(count.state());
    figure.set_stays(count.mobilities());
    Set(*figure.mutable_records(), "/v1/mobilities", count.filter());
  }
}

void AddBudgets(const budgets::SummariseBudgetsResponse& answer, pb::PartnershipOverview& out) {
  for (const budgets::BudgetSummary& budget : answer.budgets()) {
    pb::BudgetFigure& figure = *out.add_budgets();
    figure.set_budget(budget.budget());
    figure.set_display_name(budget.display_name());
    figure.set_currency_code(budget.contract_amount().currency_code());
    figure.set_contract_amount(budget.contract_amount().value());
    figure.set_authorised(budget.totals().authorised().value());
    figure.set_reserved(budget.totals().reserved().value());
    figure.set_spent(budget.totals().spent().value());
    figure.set_returned(budget.totals().returned().value());
    figure.set_left(budget.left().value());
    for (const budgets::Period& period : budget.periods()) {
      pb::BudgetPeriodFigure& row = *figure.add_periods();
      row.set_period(period.name());
      *row.mutable_start_date() = period.start_date();
      *row.mutable_end_date() = period.end_date();
      row.set_state(LowerCase(budgets::Period::State_Name(period.state())));
      row.set_authorised(period.totals().authorised().value());
      row.set_reserved(period.totals().reserved().value());
      row.set_spent(period.totals().spent().value());
      row.set_left(period.totals().available().value());
    }
    *figure.mutable_japanese_fiscal_years() = budget.japanese_fiscal_years();
    *figure.mutable_exercices() = budget.exercices();
    Set(*figure.mutable_records(), budget.commitments_path());
  }
}

void AddTheses(const theses::SummariseThesesResponse& answer, pb::PartnershipOverview& out) {
  pb::ThesisFigure& figure = *out.mutable_theses();
  figure.set_in_progress(answer.in_progress());
  figure.set_defended(answer.defended());
  figure.set_total(answer.in_progress() + answer.defended());
  Set(*figure.mutable_in_progress_records(), "/v1/theses", answer.in_progress_filter());
  Set(*figure.mutable_defended_records(), "/v1/theses", answer.defended_filter());
}

void AddAgreements(const partnerships::SummariseAgreementsResponse& answer,
                   pb::PartnershipOverview& out) {
  pb::AgreementFigure& figure = *out.mutable_agreements();
  for (const auto& count : answer.counts()) {
    if (count.state() == partnerships::Agreement::IN_EFFECT) {
      figure.set_in_effect(count.agreements());
    } else {
      figure.set_others(figure.others() + count.agreements());
    }
  }
  if (answer.has_earliest_start_date()) {
    *figure.mutable_earliest_start_date() = answer.earliest_start_date();
  }
  Set(*figure.mutable_records(), "/v1/agreements", "partner = \"" + out.partners(0) + "\"");
}

void AddDeadlines(const notifications::ListDeadlinesResponse& answer,
                  pb::PartnershipOverview& out) {
  pb::DeadlineFigure& figure = *out.mutable_deadlines();
  figure.set_open(answer.deadlines_size());
  figure.set_more(!answer.next_page_token().empty());
  for (int i = 0; i < std::min(kNextDeadlines, answer.deadlines_size()); ++i) {
    *figure.add_next() = answer.deadlines(i);
  }
  Set(*figure.mutable_records(), "/v1/deadlines", "state = ARMED");
}

// A row per service: whom to ask what, and what its answer adds.
struct Part {
  std::string_view service;
  std::string_view rpc_path;
  std::unique_ptr<google::protobuf::Message> (*ask)(const pb::GetPartnershipOverviewRequest&);
  std::unique_ptr<google::protobuf::Message> (*new_reply)();
  void (*add)(const google::protobuf::Message&, pb::PartnershipOverview&);
};

using Asked = pb::GetPartnershipOverviewRequest;
using Message = google::protobuf::Message;

template <typename Request>
std::unique_ptr<Message> AskOfPartners(const Asked& asked) {
  auto request = std::make_unique<Request>();
  *request->mutable_partners() = asked.partners();
  if constexpr (requires { request->set_since_year(1); }) {
    request->set_since_year(std::max(kFirstYear, asked.since_year()));
  }
  return request;
}

std::unique_ptr<Message> AskDeadlines(const Asked&) {
  auto request = std::make_unique<notifications::ListDeadlinesRequest>();
  request->set_page_size(kDeadlinePage);
  request->set_filter("state = ARMED");
  return request;
}

template <typename Reply, void (*Add)(const Reply&, pb::PartnershipOverview&)>
constexpr Part PartOf(std::string_view service, std::string_view rpc_path,
                      std::unique_ptr<Message> (*ask)(const Asked&)) {
  return {
      .service = service,
      .rpc_path = rpc_path,
      .ask = ask,
      .new_reply = []() -> std::unique_ptr<Message> { return std::make_unique<Reply>(); },
      .add = [](const Message& message,
                pb::PartnershipOverview& out) { Add(static_cast<const Reply&>(message), out); }};
}

constexpr Part kParts[] = {
    PartOf<mobility::SummariseMobilitiesResponse, &AddStays>(
        "mobility", "/jointly.mobility.v1.Mobility/SummariseMobilities",
        &AskOfPartners<mobility::SummariseMobilitiesRequest>),
    PartOf<budgets::SummariseBudgetsResponse, &AddBudgets>(
        "budgets", "/jointly.budgets.v1.Budgets/SummariseBudgets",
        &AskOfPartners<budgets::SummariseBudgetsRequest>),
    PartOf<theses::SummariseThesesResponse, &AddTheses>(
        "theses", "/jointly.theses.v1.Theses/SummariseTheses",
        &AskOfPartners<theses::SummariseThesesRequest>),
    PartOf<partnerships::SummariseAgreementsResponse, &AddAgreements>(
        "partnerships", "/jointly.partnerships.v1.Partnerships/SummariseAgreements",
        &AskOfPartners<partnerships::SummariseAgreementsRequest>),
    PartOf<notifications::ListDeadlinesResponse, &AddDeadlines>(
        "notifications", "/jointly.notifications.v1.Notifications/ListDeadlines", &AskDeadlines),
};

}  // namespace

absl::StatusOr<std::vector<Question>> OverviewQuestions(const Asked& request, const Peers& peers) {
  Violations violations;
  const auto partners = rpc::NamesOf(
      request.partners(), {.pattern = "institutions/*", .path = "partners", .least = 2, .most = 2});
  violations.Require(request.since_year() == 0 ||
                         (request.since_year() >= kFirstYear && request.since_year() <= kLastYear),
                     "since_year", "must be between 1990 and 2200, or left out");
  RETURN_IF_ERROR(partners.status());
  RETURN_IF_ERROR(violations.ToStatus());
  std::vector<Question> questions;
  for (const Part& part : kParts) {
    questions.push_back({.peer = peers.Find(std::string(part.service)),
                         .service = std::string(part.service),
                         .rpc_path = std::string(part.rpc_path),
                         .request = part.ask(request),
                         .reply = part.new_reply()});
  }
  return questions;
}

absl::StatusOr<pb::PartnershipOverview> OverviewOf(const Asked& request,
                                                   const std::vector<Question>& answers, Time now) {
  pb::PartnershipOverview overview;
  *overview.mutable_partners() = request.partners();
  overview.set_since_year(request.since_year());
  *overview.mutable_as_of_time() = rpc::ToProto(now);
  std::set<std::string> unreachable;
  std::set<std::string> withheld;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Question& answer = answers[i];
    switch (answer.status.code()) {
      case absl::StatusCode::kOk:
        kParts[i].add(*answer.reply, overview);
        break;
      case absl::StatusCode::kPermissionDenied:
        withheld.insert(answer.service);
        break;
      case absl::StatusCode::kUnauthenticated:
      case absl::StatusCode::kInvalidArgument:
        return answer.status;
      default:
        telemetry::Warning("an overview lacks a part",
                           {{"service", answer.service}, {"error", answer.status.ToString()}});
        unreachable.insert(answer.service);
    }
  }
  *overview.mutable_unreachable() = {unreachable.begin(), unreachable.end()};
  *overview.mutable_withheld() = {withheld.begin(), withheld.end()};
  return overview;
}

}  // namespace jointly::gateway
