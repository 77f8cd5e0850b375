#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <string>

// libcurl in one place.
namespace jointly::net {

struct SmtpOptions {
  std::string url;              // "smtp://host:587" or "smtps://host:465".
  bool require_tls = true;      // STARTTLS must succeed; false only for a loopback sink.
  std::string ca_file;          // Empty: the system's.
  std::string user;
  std::string password_file;
  std::chrono::seconds timeout{20};
};

struct Mail {
  std::string from;        // Envelope and header address.
  std::string from_name;
  std::string to;
  std::string to_name;
  std::string subject;
  std::string text;        // UTF-8 plain text.
  std::string message_id;  // "<key@deployment>": the same for every attempt.
  std::string language;    // Content-Language.
  std::string date;        // RFC 5322.
};

// What is known after an attempt. SMTP is at least once: when the link breaks after the content was
// sent, nobody knows.
struct SmtpOutcome {
  enum class Kind { kAccepted, kRefusedForever, kTryLater, kUncertain } kind = Kind::kTryLater;
  std::string reply;  // The server's code and text, addresses removed.
};

// RFC 5322 text with RFC 2047 headers, base64 UTF-8 body, Auto-Submitted: auto-generated (RFC 3834).
// Header values never carry line breaks.
std::string ComposeMail(const Mail& mail);
SmtpOutcome SendMail(const SmtpOptions& options, const Mail& mail);

}  // namespace jointly::net
