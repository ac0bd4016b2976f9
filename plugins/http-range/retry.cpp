#include "retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace kindred::http {

std::optional<Milliseconds> waitBeforeRetry(const RetryPolicy& policy, unsigned failed,
                                            std::optional<Milliseconds> retry_after, double unit) {
  if (failed >= policy.attempts) return std::nullopt;
  const unsigned doublings = std::min(failed > 0 ? failed - 1 : 0U, 20U);
  const Milliseconds ceiling = std::min(policy.base * (std::int64_t{1} << doublings), policy.most);
  const auto drawn = Milliseconds(
      static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * (0.5 + unit / 2)));
  if (!retry_after) return drawn;
  if (*retry_after > policy.patience) return std::nullopt;
  // Everyone who was told the same second would come back in it: the jitter goes on top.
  return *retry_after + drawn / 4;
}

std::optional<Milliseconds> parseRetryAfter(std::string_view text, std::int64_t now) {
  if (text.empty()) return std::nullopt;
  constexpr std::int64_t kMost = 366LL * 24 * 3600;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::result_out_of_range) {
    seconds = kMost;
  } else if (error != std::errc() || end != text.data() + text.size()) {
    const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
    if (date == -1) return std::nullopt;
    seconds = static_cast<std::int64_t>(date) - now;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMost));
}

bool isTransientFailure(int curl_code) {
  switch (curl_code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return true;
    default:
      return false;
  }
}

}  // namespace kindred::http
