#include "retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace kindred::http {

namespace {

constexpr std::int64_t kMostSeconds = 366LL * 24 * 3600;

Milliseconds drawn(const RetryPolicy& policy, unsigned failed, double unit) {
  const unsigned doublings = std::min(failed > 0 ? failed - 1 : 0U, 20U);
  const Milliseconds ceiling = std::min(policy.base * (std::int64_t{1} << doublings), policy.most);
  return Milliseconds(
      static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * (0.5 + unit / 2)));
}

// "t=158" of `"resolvers";r=0;t=158`.
std::optional<std::int64_t> parameter(std::string_view item, std::string_view name) {
  for (std::size_t at = item.find(';'); at != std::string_view::npos; at = item.find(';', at)) {
    ++at;
    while (at < item.size() && item[at] == ' ') ++at;
    std::string_view rest = item.substr(at);
    if (!rest.starts_with(name) || rest.substr(name.size(), 1) != "=") continue;
    rest.remove_prefix(name.size() + 1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || value < 0) return std::nullopt;
    return std::min(value, kMostSeconds);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Milliseconds> waitBeforeRetry(const RetryPolicy& policy, unsigned failed,
                                            std::optional<Milliseconds> asked, double unit) {
  if (failed >= policy.attempts) return std::nullopt;
  const Milliseconds own = drawn(policy, failed, unit);
  if (!asked) return own;
  if (*asked > policy.patience) return std::nullopt;
  // Everyone who was told the same second would come back in it: the jitter goes on top.
  return *asked + own / 4;
}

std::optional<Milliseconds> waitAtLimit(const RetryPolicy& policy, unsigned failed,
                                        std::optional<Milliseconds> asked, Milliseconds waited,
                                        double unit) {
  const Milliseconds own = drawn(policy, failed, unit);
  if (asked && *asked > policy.patience) return std::nullopt;
  const Milliseconds wait = asked ? *asked + own / 4 : own;
  if (waited + wait > (asked ? 3 : 1) * policy.patience + own) return std::nullopt;
  return wait;
}

std::optional<Milliseconds> waitAsked(const ReplyHead& head, std::int64_t now) {
  if (const auto limit = parseRateLimit(head.rate_limit)) return limit;
  return parseRetryAfter(head.retry_after, now);
}

std::optional<Milliseconds> parseRateLimit(std::string_view text) {
  std::optional<Milliseconds> longest;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view item = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const auto left = parameter(item, "r");
    const auto seconds = parameter(item, "t");
    if (!left || *left > 0 || !seconds) continue;
    const Milliseconds wait = std::chrono::seconds(*seconds + 1);
    longest = std::max(longest.value_or(wait), wait);
  }
  return longest;
}

std::optional<Milliseconds> parseRetryAfter(std::string_view text, std::int64_t now) {
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::result_out_of_range) {
    seconds = kMostSeconds;
  } else if (error != std::errc() || end != text.data() + text.size()) {
    const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
    if (date == -1) return std::nullopt;
    seconds = static_cast<std::int64_t>(date) - now;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMostSeconds));
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
