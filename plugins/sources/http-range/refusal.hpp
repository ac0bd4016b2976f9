// What a server means by a refusal. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "reply.hpp"

namespace kindred::http {

enum class Refused {
  gated,          // terms to accept first; asked without a token that the server knows
  gated_account,  // the token is known, but its account has no access
  gated_pending,  // access was asked for and not granted yet
  model,          // no such model, or a private one
  revision,       // the model has no such revision
  file,           // nor such a file
  disabled,       // by those who run the server
  legal,          // blocked for legal reasons
  token,          // the token is over or mistyped
  nothing_here,   // 404, 410 without a word
  not_allowed,    // 401, 403 without a word
  other           // anything else
};

// By the server's code, then its sentence, then the status.
Refused refusedBecause(const ReplyHead& head, std::string_view message, bool token_sent);

// Who asked, and how.
struct Asker {
  bool hub = false;            // of a Hub, which has tokens; not of a plain server
  bool token_sent = false;     // with this request
  bool token_refused = false;  // an earlier request was refused because of it
  std::string token_withheld;  // why a token that is there was not sent
};

struct RefusalText {
  std::string why;     // what is wrong, the status, the server's words, its name for the request
  std::string remedy;  // what the reader can do
};
RefusalText refusalText(const ReplyHead& head, std::string_view message, const Asker& asker);

// The server's sentence: of its header, else of the body (JSON with an "error", or plain text).
// Printable, of bounded length, without `secret`.
std::string messageOf(const ReplyHead& head, std::string_view body, std::string_view secret);

}  // namespace kindred::http
