// When a failed request is tried again. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "reply.hpp"

namespace kindred::http {

using Milliseconds = std::chrono::milliseconds;

struct RetryPolicy {
  unsigned attempts = 8;           // in all
  unsigned unreached = 3;          // where no connection was ever made: most likely none can be
  Milliseconds base{500};          // the first wait
  Milliseconds most{30'000};       // waits double up to this
  Milliseconds patience{330'000};  // for a limit to end: the Hub's windows last 300 s
};

// How long to wait after `failed` attempts; empty: give up. What the server asks for is the floor,
// the doubling backoff the ceiling, `unit` from [0, 1) draws between half of it and all of it, so
// that many clients do not come back at once.
std::optional<Milliseconds> waitBeforeRetry(const RetryPolicy& policy, unsigned failed,
                                            std::optional<Milliseconds> asked, double unit);

// The same after a 429, of which `waited` was waited for already. Attempts do not count here: the
// server is well, and says no until its window ends. Empty: it asks for more than the patience, or
// said no for that long without a word of when to come back (for three windows with such words).
std::optional<Milliseconds> waitAtLimit(const RetryPolicy& policy, unsigned failed,
                                        std::optional<Milliseconds> asked, Milliseconds waited,
                                        double unit);

// What the server asks for: its RateLimit where nothing is left of it (a second more, since it
// counts in whole ones), else its Retry-After. `now` in seconds since 1970.
std::optional<Milliseconds> waitAsked(const ReplyHead& head, std::int64_t now);

// `"resolvers";r=0;t=158`: the wait for the window that ends last of those that are used up.
// Empty: none is, or the text is malformed.
std::optional<Milliseconds> parseRateLimit(std::string_view text);

// Retry-After: seconds or an HTTP date (RFC 9110, section 10.2.3). `now` in seconds since 1970.
std::optional<Milliseconds> parseRetryAfter(std::string_view text, std::int64_t now);

// Whether a libcurl failure (a CURLcode) may go away by itself.
bool isTransientFailure(int curl_code);

}  // namespace kindred::http
