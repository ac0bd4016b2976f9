#include "refusal.hpp"

#include <simdjson.h>

#include "url.hpp"

namespace kindred::http {
namespace {

constexpr std::size_t kLongestMessage = 300;

bool says(const std::string& message, std::string_view words) {
  return message.find(words) != std::string::npos;
}

Refused gated(const ReplyHead& head, const std::string& message) {
  if (says(message, "pending") || says(message, "awaiting")) return Refused::gated_pending;
  return head.status == 403 ? Refused::gated_account : Refused::gated;
}

struct Words {
  const char* why;
  const char* remedy;
};

Words gatedWords(const Asker& asker) {
  if (asker.token_sent || asker.token_refused) {
    return {"the model is gated, and the server does not know your token",
            "accept the model's terms on its page; make a new token there, since this one is over "
            "or mistyped, and set HF_TOKEN to it"};
  }
  return {"the model is gated: it is for those who accepted its terms",
          "accept the terms on the model's page, then set HF_TOKEN to a token of that account"};
}

Words modelWords(const Asker& asker) {
  if (asker.token_sent || asker.token_refused) {
    return {"there is no such model, or it is private and your token may not see it",
            "check the name; for a private model set HF_TOKEN to a token that may read it"};
  }
  return {"there is no such model, or it is private",
          "check the name; for a private model set HF_TOKEN to a token that may read it"};
}

Words wordsFor(Refused because, const Asker& asker) {
  switch (because) {
    case Refused::gated:
      return gatedWords(asker);
    case Refused::gated_account:
      return {"the model is gated, and your token may not read it",
              "ask for access on the model's page; a fine-grained token also needs the permission "
              "to read gated models"};
    case Refused::gated_pending:
      return {"the model is gated, and your request for access is not granted yet",
              "wait until the model's authors grant it"};
    case Refused::model:
      return modelWords(asker);
    case Refused::revision:
      return {"the model has no such revision",
              "name a branch, a tag or a commit that it has behind the @"};
    case Refused::file:
      return {"the model has no such file at this revision", "check the file's name"};
    case Refused::disabled:
      return {"the model was disabled by those who run the server",
              "nobody can read it there; name a copy of it"};
    case Refused::legal:
      return {"the model is blocked for legal reasons",
              "it cannot be read from here; name a copy that you may read"};
    case Refused::token:
      return {"the server does not know your access token: it is over or mistyped",
              "make a new one and set HF_TOKEN to it, or unset it where the model is public"};
    case Refused::nothing_here:
      return {"there is nothing at this address", "check the name and the revision"};
    case Refused::not_allowed:
      if (!asker.hub) return {"the server does not let you read this", "check the address"};
      if (asker.token_sent || asker.token_refused) {
        return {"the server does not let you read this with your token",
                "check the name; set HF_TOKEN to a token that may read it"};
      }
      return {"the server does not let you read this",
              "check the name; if the model is private or gated, set HF_TOKEN to a token that may "
              "read it"};
    case Refused::other:
      break;
  }
  return {"the server refuses the request", "check the endpoint and the name"};
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kLongestMessage)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  while (out.ends_with(' ')) out.pop_back();
  // Never half a character at the cut.
  if (text.size() > kLongestMessage) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80) != 0) out.pop_back();
    out += "...";
  }
  return out;
}

std::string bodyMessage(const ReplyHead& head, std::string_view body) {
  const std::string type = lowered(head.content_type);
  if (type.starts_with("application/json")) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::string_view text;
    const bool found = parser.parse(simdjson::padded_string(body)).get(root) == simdjson::SUCCESS &&
                       root["error"].get(text) == simdjson::SUCCESS;
    return found ? std::string(text) : std::string();
  }
  return type.starts_with("text/plain") ? std::string(body) : std::string();
}

void hide(std::string& text, std::string_view secret) {
  if (secret.empty()) return;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
  }
}

}  // namespace

Refused refusedBecause(const ReplyHead& head, std::string_view text, bool token_sent) {
  const std::string code = lowered(head.error_code);
  const std::string message = lowered(text);
  if (code == "gatedrepo") return gated(head, message);
  if (code == "reponotfound") return Refused::model;
  if (code == "revisionnotfound") return Refused::revision;
  if (code == "entrynotfound") return Refused::file;
  if (says(message, "invalid credentials") || says(message, "token is expired") ||
      says(message, "token has expired")) {
    return Refused::token;
  }
  if (head.status == 451 || says(message, "legal reason")) return Refused::legal;
  if (says(message, "disabled")) return Refused::disabled;
  if (says(message, "restricted") || says(message, "gated")) return gated(head, message);
  if (says(message, "repository not found") || says(message, "invalid username or password")) {
    return Refused::model;
  }
  if (says(message, "invalid rev id")) return Refused::revision;
  if (says(message, "entry not found")) return Refused::file;
  if (head.status == 401 && token_sent) return Refused::token;
  if (head.status == 401 || head.status == 403) return Refused::not_allowed;
  if (head.status == 404 || head.status == 410) return Refused::nothing_here;
  return Refused::other;
}

std::string messageOf(const ReplyHead& head, std::string_view body, std::string_view secret) {
  std::string message = head.error_message.empty() ? bodyMessage(head, body) : head.error_message;
  hide(message, secret);
  return shown(message);
}

RefusalText refusalText(const ReplyHead& head, std::string_view message, const Asker& asker) {
  const Words words = wordsFor(refusedBecause(head, message, asker.token_sent), asker);
  std::string why = std::string(words.why) + ": the server answered " + std::to_string(head.status);
  if (!message.empty()) why += ", \"" + std::string(message) + "\"";
  if (const std::string id = shown(head.request_id); !id.empty()) why += ", request " + id;
  std::string remedy = words.remedy;
  if (!asker.token_withheld.empty()) remedy += "; " + asker.token_withheld;
  return {std::move(why), std::move(remedy)};
}

}  // namespace kindred::http
