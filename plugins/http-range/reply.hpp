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
  std::optional<std::uint64_t> content_length;
  std::string content_range;
  std::string content_type;
  std::string content_encoding;
  std::string etag;
  std::string last_modified;
  std::string location;
  std::string retry_after;
  std::string linked_etag;  // X-Linked-ETag: the Hub's name for the content behind a redirect
  std::string linked_size;  // X-Linked-Size
  std::string commit;       // X-Repo-Commit
  std::string link;         // Link: where the next page of a list is
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

// A range that was asked for.
struct Asked {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;            // > 0
  std::optional<std::uint64_t> total;  // of the file, where known; else the file may end earlier
  Validator validator;                 // what earlier replies for this file carried
};
// The Range header's value; both ends inclusive (RFC 9110, section 14.1.2).
std::string rangeHeader(const Asked& asked);

struct Judgement {
  enum class Kind {
    use,        // the body is `length` bytes from `asked.offset` on of a file of `total` bytes
    redirect,   // to head.location
    transient,  // worth another try later
    forbidden,  // 401, 403: a signed URL may have expired
    absent,     // 404, 410
    changed,    // the file is not the one that was opened
    refuse      // no retry would help
  };
  Kind kind = Kind::refuse;
  std::string why;  // a clause for a person; empty for use and redirect
  std::uint64_t length = 0;
  std::optional<std::uint64_t> total;  // empty only for a whole file of unannounced length
};
// Judges the head; the body is only read where it says `use`, and only counts if it then has
// exactly `length` bytes (a whole file of unannounced length: at most `length`).
Judgement judge(const ReplyHead& head, const Asked& asked);

}  // namespace kindred::http
