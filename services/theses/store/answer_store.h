#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/theses/store/scope.h"

// Sealed answers. Their texts are encrypted with a key per student; without the key what was sealed
// is gone for ever.
namespace jointly::theses::store {

inline constexpr Reason kAnswerNotFound{"ANSWER_NOT_FOUND"};  // answer

struct AnswerRow {
  std::string thesis;
  std::string id;
  std::string kind;
  std::string institution;
  std::string academic_year;
  std::string student;
  std::string writer;
  std::string sealed;  // Empty in a list.
  Time create_time;
};

void InsertAnswer(db::Tx& tx, const AnswerRow& row);
// Of one side; another side's answer is not there.
absl::StatusOr<AnswerRow> LoadAnswer(db::Tx& tx, const std::string& thesis, const std::string& id,
                                     const std::vector<std::string>& institutions);
// Of the sides, without texts. The slice's parameters begin at 3.
absl::StatusOr<std::vector<AnswerRow>> ListAnswers(db::Tx& tx, const std::string& thesis,
                                                   const std::vector<std::string>& institutions,
                                                   const Slice& slice);

// The wrapped key of a person; empty: none, or erased.
absl::StatusOr<std::string> AnswerKey(db::Tx& tx, const std::string& person);
void SaveAnswerKey(db::Tx& tx, const std::string& person, const std::string& wrapped);
// Erases what was sealed for a student.
void EraseAnswersOf(db::Tx& tx, const std::string& student);

// Who read what, in the audit trail.
struct Reading {
  std::string actor;
  std::string subject;
  std::string request_id;
  Time time;
};
void RecordReading(db::Tx& tx, const Reading& reading);

}  // namespace jointly::theses::store
