#include "link.hpp"

#include <curl/curl.h>

#include <algorithm>

#include "url.hpp"

namespace kindred::http {

bool tellsTheWay(const std::string& url) {
  return url.substr(0, url.find_first_of("?#")).find("/resolve/") != std::string::npos;
}

bool maySign(const std::string& url) { return url.find('?') != std::string::npos; }

std::optional<std::chrono::milliseconds> linkLife(const std::string& url, const std::string& date,
                                                  std::int64_t now) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongestMargin = std::chrono::minutes(1);
  const auto expires = expiry(url);
  if (!expires) return std::nullopt;
  const time_t theirs = date.empty() ? -1 : curl_getdate(date.c_str(), nullptr);
  const std::int64_t from = theirs == -1 ? now : static_cast<std::int64_t>(theirs);
  if (*expires <= from) return milliseconds(0);
  constexpr std::int64_t kLongestLife = 366LL * 24 * 3600;
  const milliseconds life = std::chrono::seconds(std::min(*expires, from + kLongestLife) - from);
  // Both ends are whole seconds, and a request takes its time to arrive.
  const milliseconds margin =
      std::min<milliseconds>(std::chrono::seconds(1) + life / 10, kLongestMargin);
  return std::max(life - margin, milliseconds(0));
}

}  // namespace kindred::http
