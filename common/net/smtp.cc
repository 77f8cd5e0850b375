#include "common/net/smtp.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>

#include "common/telemetry/log.h"

namespace jointly::net {
namespace {

// Where the dialogue stands, as far as it decides what a failure means.
enum class Phase { kGreeting, kSender, kRecipient, kContent };

// What libcurl tells while it works: which command went out last and what came back.
struct Dialogue {
  std::string content;
  std::size_t offset = 0;
  Phase phase = Phase::kGreeting;
  bool content_ended = false;  // From here on the server may hold the whole message.
  bool over = false;           // QUIT was said: what follows decides nothing.
  bool answered = false;       // `reply` belongs to the last thing sent.
  std::string reply;
};

std::size_t ReadContent(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& dialogue = *static_cast<Dialogue*>(context);
  const std::size_t wanted = std::min(size * count, dialogue.content.size() - dialogue.offset);
  std::memcpy(buffer, dialogue.content.data() + dialogue.offset, wanted);
  dialogue.offset += wanted;
  if (wanted == 0) {
    // libcurl sends the final dot only after it was told that the content has ended.
    dialogue.content_ended = true;
    dialogue.answered = false;
  }
  return wanted;
}

std::size_t DropBody(char*, std::size_t size, std::size_t count, void*) { return size * count; }

void NoteCommand(Dialogue& dialogue, std::string_view command) {
  if (command.starts_with("QUIT")) {
    dialogue.over = true;
    return;
  }
  dialogue.answered = false;
  if (command.starts_with("MAIL FROM")) dialogue.phase = Phase::kSender;
  if (command.starts_with("RCPT TO")) dialogue.phase = Phase::kRecipient;
  if (command.starts_with("DATA")) dialogue.phase = Phase::kContent;
}

int NoteWire(CURL*, curl_infotype type, char* data, std::size_t size, void* context) {
  auto& dialogue = *static_cast<Dialogue*>(context);
  if (dialogue.over) return 0;
  if (type == CURLINFO_HEADER_OUT) NoteCommand(dialogue, std::string_view(data, size));
  if (type == CURLINFO_HEADER_IN) {
    dialogue.reply.assign(data, size);
    dialogue.answered = true;
  }
  return 0;
}

// The three digits that a reply starts with; 0 when there is none.
int ReplyCode(std::string_view reply) {
  int code = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    if (i >= reply.size() || reply[i] < '0' || reply[i] > '9') return 0;
    code = code * 10 + (reply[i] - '0');
  }
  return code;
}

// Whether a refusal of RCPT speaks of the mailbox: by its enhanced code (RFC 3463) where there is
// one ("550 5.7.1" is a policy, not an address), else by the plain code.
bool SpeaksOfAddress(int code, std::string_view reply) {
  const std::string_view rest = reply.substr(std::min<std::size_t>(4, reply.size()));
  if (rest.size() > 2 && rest[0] == '5' && rest[1] == '.') return rest.starts_with("5.1.");
  return code == 550 || code == 551 || code == 553;
}

SmtpOutcome Classify(const Dialogue& dialogue, CURLcode result) {
  SmtpOutcome outcome;
  const int code = dialogue.answered ? ReplyCode(dialogue.reply) : 0;
  outcome.reply = CleanReply(code != 0 ? dialogue.reply : curl_easy_strerror(result));
  if (result == CURLE_OK || (dialogue.content_ended && code >= 200 && code < 300)) {
    outcome.kind = SmtpOutcome::Kind::kAccepted;
  } else if (code >= 500 && dialogue.phase >= Phase::kRecipient) {
    outcome.kind = SmtpOutcome::Kind::kRefusedForever;
    outcome.address_invalid =
        dialogue.phase == Phase::kRecipient && SpeaksOfAddress(code, dialogue.reply);
  } else if (dialogue.content_ended && code < 400) {
    outcome.kind = SmtpOutcome::Kind::kUncertain;
  } else {
    // A 5xx before RCPT refuses us, not the recipient: an operator mends it and nothing is lost.
    outcome.kind = SmtpOutcome::Kind::kTryLater;
    outcome.server_unusable = dialogue.phase < Phase::kRecipient || code < 400 || code == 421;
  }
  return outcome;
}

std::string ReadSecret(const std::string& path) {
  std::ifstream file(path);
  std::string secret;
  std::getline(file, secret);
  while (!secret.empty() && (secret.back() == '\r' || secret.back() == ' ')) secret.pop_back();
  return secret;
}

// HELO names the sender's domain, not this machine.
std::string UrlWithHelo(const SmtpOptions& options, const Mail& mail) {
  const std::size_t scheme = options.url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  if (options.url.find('/', begin) != std::string::npos) return options.url;
  return options.url + "/" + mail.from.substr(mail.from.find('@') + 1);
}

SmtpOutcome Refusal(SmtpOutcome::Kind kind, std::string reply) {
  return {.kind = kind,
          .reply = std::move(reply),
          .address_invalid = kind == SmtpOutcome::Kind::kRefusedForever,
          .server_unusable = kind == SmtpOutcome::Kind::kTryLater};
}

void SetSecurity(CURL* curl, const SmtpOptions& options) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   static_cast<long>(options.require_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, ReadSecret(options.password_file).c_str());
  }
}

void SetDialogue(CURL* curl, Dialogue& dialogue) {
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &ReadContent);
  curl_easy_setopt(curl, CURLOPT_READDATA, &dialogue);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &DropBody);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &NoteWire);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &dialogue);
}

}  // namespace

bool IsLoopbackUrl(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host == "127.0.0.1";
}

SmtpOutcome SendMail(const SmtpOptions& options, const Mail& mail) {
  if (!IsMailAddress(mail.to)) {
    return Refusal(SmtpOutcome::Kind::kRefusedForever, "not an address that mail can be sent to");
  }
  if (!IsMailAddress(mail.from)) {
    return Refusal(SmtpOutcome::Kind::kTryLater, "the sender's address is not an address");
  }
  if (!options.require_tls && !IsLoopbackUrl(options.url)) {
    return Refusal(SmtpOutcome::Kind::kTryLater, "mail without TLS is for a loopback server only");
  }
  // Outlives the handle, which still says QUIT when it is closed.
  Dialogue dialogue{.content = ComposeMail(mail)};
  // Thread-safe since C++11, and once for the process as libcurl asks.
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  if (kStarted != CURLE_OK || curl == nullptr) {
    return Refusal(SmtpOutcome::Kind::kTryLater, "libcurl does not start");
  }
  const std::string sender = "<" + mail.from + ">";
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()), &curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_URL, UrlWithHelo(options, mail).c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");  // Not through what the environment names.
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT,
                   static_cast<long>(std::max<std::int64_t>(1, options.timeout.count() / 2)));
  SetSecurity(curl.get(), options);
  SetDialogue(curl.get(), dialogue);
  const CURLcode result = curl_easy_perform(curl.get());
  SmtpOutcome outcome = Classify(dialogue, result);
  telemetry::Debug("SMTP dialogue ended",
                   {{"code", static_cast<int>(result)}, {"reply", outcome.reply}});
  return outcome;
}

}  // namespace jointly::net
