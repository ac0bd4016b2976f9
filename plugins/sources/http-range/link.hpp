// Where the bytes of a file are, after the endpoint has pointed there. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kindred::http {

// Whether an address only tells the way ("/org/name/resolve/main/file"). It is asked without a
// range: a signed link that was asked for with one serves that range and no other.
bool tellsTheWay(const std::string& url);

// Whether a redirect's address may be good for one request only: it carries a query, where
// signatures live.
bool maySign(const std::string& url);

// How long a link may be used from now on, a little less than it lives, so that no request starts
// in its last moments. `date` is the Date of the reply that brought it (or empty), since the clock
// of this machine may be wrong; `now` in seconds since 1970. Zero: it is over. Empty: it does not
// say.
std::optional<std::chrono::milliseconds> linkLife(const std::string& url, const std::string& date,
                                                  std::int64_t now);

}  // namespace kindred::http
