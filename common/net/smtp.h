#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/time/clock.h"

// libcurl in one place.
namespace jointly::net {

struct SmtpOptions {
  std::string url;  // "smtp://host:587" or "smtps://host:465".
  // STARTTLS must succeed; false only for a loopback sink: any other host is then refused.
  bool require_tls = true;
  std::string ca_file;  // Empty: the system's.
  std::string user;
  std::string password_file;  // Read at each attempt, so that a rotated secret needs no restart.
  std::chrono::seconds timeout{20};
};

struct Mail {
  std::string from;  // Envelope and header address.
  std::string from_name;
  std::string to;
  std::string to_name;
  std::string subject;
  std::string text;        // UTF-8 plain text.
  std::string message_id;  // "<key@deployment>": the same for every attempt.
  std::string language;    // Content-Language.
  std::string date;        // RFC 5322; MailDate makes it.
};

// What is known after an attempt. SMTP is at least once: when the link breaks after the content was
// sent, nobody knows.
struct SmtpOutcome {
  enum class Kind { kAccepted, kRefusedForever, kTryLater, kUncertain } kind = Kind::kTryLater;
  std::string reply;  // The server's code and text, addresses removed.
  // With kRefusedForever: the refusal is about the address itself, so that another message to it
  // would be refused too (RFC 3463 codes 5.1.x, or a bare 550, 551, 553 to RCPT).
  bool address_invalid = false;
  // With kTryLater: the server as a whole did not serve (no connection, no TLS, log-in refused), so
  // that other messages would fare the same.
  bool server_unusable = false;
};

// RFC 5322 text with RFC 2047 headers, base64 UTF-8 body, Auto-Submitted: auto-generated (RFC
// 3834). Header values never carry line breaks.
std::string ComposeMail(const Mail& mail);
SmtpOutcome SendMail(const SmtpOptions& options, const Mail& mail);

// "Sat, 31 Oct 2026 22:59:59 +0000".
std::string MailDate(Time time);
// Whether `address` can stand in an envelope: one @ with something on both sides, at most 254
// bytes, no spaces, angle brackets, quotes or control characters.
bool IsMailAddress(std::string_view address);
// Whether the server of `url` is this machine: the only place where mail may go unencrypted.
bool IsLoopbackUrl(std::string_view url);
// A server's reply on one line without control characters and addresses, at most 300 bytes.
std::string CleanReply(std::string_view reply);

}  // namespace jointly::net
