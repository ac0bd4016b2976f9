// What a server answered, and whether its body may be used. Pure functions: nothing here connects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kindred::http {

// The header fields that matter, of the last header block received.
struct ReplyHead {
  long status = 0;
  bool http2 = false;
  std::optional<std::uint64_t> content_length;
  std::string content_range;
  std::string content_type;
  std::string content_encoding;
  std::string etag;
  std::string last_modified;
  std::string location;
  std::string date;
  std::string retry_after;
  std::string rate_limit;     // RateLimit
  std::string error_code;     // X-Error-Code: the Hub's word for why it refuses
  std::string error_message;  // X-Error-Message: its sentence for people
  std::string request_id;     // X-Request-Id
  std::string linked_etag;    // X-Linked-ETag: the Hub's name for the content behind a redirect
  std::string linked_size;    // X-Linked-Size
  std::string commit;         // X-Repo-Commit
  std::string link;           // Link: where the next page of a list is
};

// The target of rel="next" in a Link header (RFC 8288); empty: there is none.
std::string nextPage(std::string_view link);

// Takes one header line; a status line starts a new head.
void addLine(ReplyHead& head, std::string_view line);

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
  std::optional<std::uint64_t> total;
  bool operator==(const ContentRange&) const = default;
};

// "bytes 0-9/100" or "bytes 0-9/*"; anything else, or numbers that contradict each other: empty.
std::optional<ContentRange> parseContentRange(std::string_view text);

// What tells one version of a file from another.
struct Validator {
  std::string etag;           // as sent, quotes and W/ included
  std::string last_modified;  // where there is no ETag
  bool known() const { return !etag.empty() || !last_modified.empty(); }
  // Strong ETags may be sent as If-Match.
  bool strong() const { return !etag.empty() && !etag.starts_with("W/"); }
  bool operator==(const Validator&) const = default;
};
Validator validatorOf(const ReplyHead& head);

// Whether the Hub's name for a content is a hash, and not asterisks or words in its place.
bool isHash(std::string_view text);

// A range that was asked for.
struct Asked {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;            // > 0
  std::optional<std::uint64_t> total;  // of the file, where known; else the file may end earlier
  Validator validator;                 // what earlier replies carried; unknown: nothing to compare
  bool bare = false;                   // asked without a range: all of it, at most `length`
};
// The Range header's value; both ends inclusive (RFC 9110, section 14.1.2).
std::string rangeHeader(const Asked& asked);

struct Judgement {
  enum class Kind {
    use,        // the body is `length` bytes from `asked.offset` on of a file of `total` bytes
    redirect,   // to head.location
    transient,  // worth another try later
    limited,    // 429: wait as the server says
    refused,    // any other 4xx: the server will not, and may say why
    changed,    // the file is not the one that was opened
    refuse      // the answer cannot be used, and no retry would help
  };
  Kind kind = Kind::refuse;
  std::string why;  // a clause for a person; empty for use and redirect
  std::uint64_t length = 0;
  std::optional<std::uint64_t> total;  // empty only for a whole file of unannounced length
  // Bytes of the body around those that were asked for: a small file came whole.
  std::uint64_t before = 0;
  std::uint64_t behind = 0;
};
// A file of at most so many bytes is taken whole from a server that does not know ranges.
inline constexpr std::uint64_t kSmallWhole = 256 * 1024;

// Judges the head; the body is only read where it says `use`, and only counts if it then has
// exactly `length` bytes (a whole file of unannounced length: at most `length`). A compressed body
// of a whole file counts as it is when decoded.
Judgement judge(const ReplyHead& head, const Asked& asked);

}  // namespace kindred::http
