// When a failed request is tried again. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kindred::http {

using Milliseconds = std::chrono::milliseconds;

struct RetryPolicy {
  unsigned attempts = 6;           // in all
  Milliseconds base{500};          // the first wait
  Milliseconds most{30'000};       // waits double up to this
  Milliseconds patience{120'000};  // a server that asks for more is not waited for
};

// How long to wait after `failed` attempts; empty: give up. The server's Retry-After is the floor,
// the doubling backoff the ceiling, `unit` from [0, 1) draws between half of it and all of it, so
// that many clients do not come back at once.
std::optional<Milliseconds> waitBeforeRetry(const RetryPolicy& policy, unsigned failed,
                                            std::optional<Milliseconds> retry_after, double unit);

// Retry-After: seconds or an HTTP date (RFC 9110, section 10.2.3). `now` in seconds since 1970.
std::optional<Milliseconds> parseRetryAfter(std::string_view text, std::int64_t now);

// Whether a libcurl failure (a CURLcode) may go away by itself.
bool isTransientFailure(int curl_code);

}  // namespace kindred::http
