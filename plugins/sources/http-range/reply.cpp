#include "reply.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "url.hpp"

namespace kindred::http {
namespace {

using Kind = Judgement::Kind;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

Judgement verdict(Kind kind, std::string why) { return {kind, std::move(why), 0, {}, 0, 0}; }

Judgement useOf(std::uint64_t length, std::optional<std::uint64_t> total) {
  return {Kind::use, {}, length, total, 0, 0};
}

bool isCompressed(const ReplyHead& head) {
  return !head.content_encoding.empty() && lowered(head.content_encoding) != "identity";
}

// The file that answers must be the file that was opened.
std::optional<Judgement> versionTrouble(const ReplyHead& head, const Asked& asked,
                                        std::optional<std::uint64_t> total) {
  if (asked.validator.known() && validatorOf(head) != asked.validator) {
    const std::string now = head.etag.empty() ? head.last_modified : head.etag;
    const std::string then =
        asked.validator.etag.empty() ? asked.validator.last_modified : asked.validator.etag;
    return verdict(Kind::changed, "the file changed while it was being read (it was " + then +
                                      ", now it is " + (now.empty() ? "unmarked" : now) + ")");
  }
  if (asked.total && total && *asked.total != *total) {
    return verdict(Kind::changed, "the file should have " + std::to_string(*asked.total) +
                                      " bytes, but the server says " + std::to_string(*total));
  }
  return std::nullopt;
}

// What was asked for without a range.
Judgement judgeBare(const Asked& asked, std::optional<std::uint64_t> announced) {
  const auto total = asked.total ? asked.total : announced;
  if (total && *total > asked.length) {
    return verdict(Kind::refuse, "the answer of " + std::to_string(*total) +
                                     " bytes is larger than anything that is expected there");
  }
  return useOf(total.value_or(asked.length), total);
}

// 200 means the whole file. That is right where the whole file was asked for, and bearable where
// it is small.
Judgement judgeWhole(const ReplyHead& head, const Asked& asked) {
  // What a compressed answer announces is the length of something else.
  const auto announced = isCompressed(head) ? std::nullopt : head.content_length;
  if (lowered(head.content_type).starts_with("text/html")) {
    return verdict(Kind::refuse,
                   "the server answered 200 with a web page instead of the file (a login page, or "
                   "a proxy's)");
  }
  if (auto trouble = versionTrouble(head, asked, announced)) return *trouble;
  if (asked.bare) return judgeBare(asked, announced);
  const auto total = announced ? announced : asked.total;
  if (asked.offset == 0 && total && *total <= asked.length) return useOf(*total, total);
  if (total && *total <= kSmallWhole && asked.offset < *total) {
    Judgement small = useOf(std::min(asked.length, *total - asked.offset), total);
    small.before = asked.offset;
    small.behind = *total - asked.offset - small.length;
    return small;
  }
  if (!total && asked.offset == 0) return useOf(asked.length, {});
  return verdict(Kind::refuse,
                 "the server ignores byte ranges: it answered 200 with the whole file" +
                     (total ? " of " + std::to_string(*total) + " bytes" : std::string()));
}

Judgement judgePart(const ReplyHead& head, const Asked& asked) {
  if (lowered(head.content_type).starts_with("multipart/")) {
    return verdict(Kind::refuse, "the server answered in several parts, which was not asked for");
  }
  const auto range = parseContentRange(head.content_range);
  if (!range) {
    return verdict(Kind::refuse, head.content_range.empty()
                                     ? "the server answered 206 without a Content-Range"
                                     : "the server answered with the malformed Content-Range '" +
                                           head.content_range + "'");
  }
  if (auto trouble = versionTrouble(head, asked, range->total)) return *trouble;
  const auto total = range->total ? range->total : asked.total;
  std::uint64_t last = asked.offset + asked.length - 1;
  if (!asked.total && total) last = std::min(last, *total - 1);  // the file may be shorter
  if (range->first != asked.offset || range->last != last) {
    return verdict(Kind::refuse, "the server answered with other bytes: " + head.content_range);
  }
  if (!total) {
    return verdict(Kind::refuse,
                   "the server does not say how large the file is: " + head.content_range);
  }
  const std::uint64_t length = last - asked.offset + 1;
  if (head.content_length && *head.content_length != length) {
    return verdict(Kind::transient, "the server announced " + std::to_string(*head.content_length) +
                                        " bytes for a range of " + std::to_string(length));
  }
  return useOf(length, total);
}

bool isTransient(long status) {
  // 408 and 425 ask for another try; 501, 505 and 511 would be the same again.
  return status == 408 || status == 425 ||
         (status >= 500 && status != 501 && status != 505 && status != 511);
}

}  // namespace

std::string nextPage(std::string_view link) {
  while (!link.empty()) {
    const std::size_t open = link.find('<'), close = link.find('>', open);
    if (close == std::string_view::npos) return {};
    const std::string_view target = link.substr(open + 1, close - open - 1);
    link.remove_prefix(close + 1);
    const std::size_t end = std::min(link.find('<'), link.size());
    if (lowered(link.substr(0, end)).find("rel=\"next\"") != std::string::npos) {
      return std::string(target);
    }
    link.remove_prefix(end);
  }
  return {};
}

void addLine(ReplyHead& head, std::string_view line) {
  if (line.starts_with("HTTP/")) {
    head = {};
    head.http2 = line.starts_with("HTTP/2");
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) {
      head.status = static_cast<long>(digits(line.substr(space + 1, 3)).value_or(0));
    }
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = lowered(trimmed(line.substr(0, colon)));
  std::string value(trimmed(line.substr(colon + 1)));
  // Values are shown to people, whose terminals obey control characters.
  std::replace_if(
      value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  if (name == "content-length") {
    head.content_length = digits(value);
    return;
  }
  const std::array<std::pair<std::string_view, std::string*>, 16> fields{{
      {"content-range", &head.content_range},
      {"content-type", &head.content_type},
      {"content-encoding", &head.content_encoding},
      {"etag", &head.etag},
      {"last-modified", &head.last_modified},
      {"location", &head.location},
      {"date", &head.date},
      {"retry-after", &head.retry_after},
      {"ratelimit", &head.rate_limit},
      {"x-error-code", &head.error_code},
      {"x-error-message", &head.error_message},
      {"x-request-id", &head.request_id},
      {"x-linked-etag", &head.linked_etag},
      {"x-linked-size", &head.linked_size},
      {"x-repo-commit", &head.commit},
      {"link", &head.link},
  }};
  const auto known = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return field.first == name; });
  if (known != fields.end()) *known->second = std::move(value);
}

std::optional<ContentRange> parseContentRange(std::string_view text) {
  if (!lowered(text.substr(0, 6)).starts_with("bytes ")) return {};
  text.remove_prefix(6);
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return {};
  const auto first = digits(text.substr(0, dash));
  const auto last = digits(text.substr(dash + 1, slash - dash - 1));
  if (!first || !last || *first > *last) return {};
  const std::string_view rest = text.substr(slash + 1);
  if (rest == "*") return ContentRange{*first, *last, {}};
  const auto total = digits(rest);
  if (!total || *last >= *total) return {};
  return ContentRange{*first, *last, total};
}

Validator validatorOf(const ReplyHead& head) {
  return {head.etag, head.etag.empty() ? head.last_modified : std::string()};
}

bool isHash(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::string rangeHeader(const Asked& asked) {
  return "bytes=" + std::to_string(asked.offset) + "-" +
         std::to_string(asked.offset + asked.length - 1);
}

Judgement judge(const ReplyHead& head, const Asked& asked) {
  const std::string status = "the server answered " + std::to_string(head.status);
  switch (head.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return verdict(Kind::redirect, "");
    case 429:
      return verdict(Kind::limited, status);
    case 412:
      return verdict(Kind::changed, "the file changed while it was being read (" + status + ")");
    case 416:
      if (!asked.total && asked.offset == 0 && lowered(head.content_range) == "bytes */0") {
        return useOf(0, 0);
      }
      return verdict(Kind::changed, status + ": the file is shorter than it was");
    default:
      break;
  }
  if (isTransient(head.status)) return verdict(Kind::transient, status);
  if (head.status >= 400 && head.status < 500) return verdict(Kind::refused, status);
  if (head.status == 200) return judgeWhole(head, asked);
  if (head.status != 206 || asked.bare) return verdict(Kind::refuse, status);
  if (isCompressed(head)) {
    return verdict(Kind::refuse, "the server compressed a part of the file (" +
                                     head.content_encoding + "), which was not asked for");
  }
  return judgePart(head, asked);
}

}  // namespace kindred::http
