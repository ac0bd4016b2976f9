#include "url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <memory>

#include <kindred/error.hpp>

namespace kindred::http {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::string part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, flags) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool isWeb(const std::string& scheme) { return scheme == "http" || scheme == "https"; }

Url parse(const std::string& text) {
  Url url(curl_url());
  const CURLUcode code =
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK || !isWeb(part(url.get(), CURLUPART_SCHEME))) {
    throw inputError(text.substr(0, text.find('?')), "this is no http or https URL",
                     "write it as https://host/path");
  }
  return url;
}

std::string queryValue(const std::string& query, std::string_view key) {
  std::size_t at = 0;
  while (at < query.size()) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string_view item(query.data() + at, end - at);
    if (item.size() > key.size() && item.starts_with(key) && item[key.size()] == '=') {
      return std::string(item.substr(key.size() + 1));
    }
    at = end + 1;
  }
  return {};
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "20261124T180000Z"
std::optional<std::int64_t> amazonDate(const std::string& text) {
  std::tm when{};
  const char* end = strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &when);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return timegm(&when);
}

}  // namespace

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

Origin origin(const std::string& url) {
  const Url parsed = parse(url);
  return {lowered(part(parsed.get(), CURLUPART_SCHEME)),
          lowered(part(parsed.get(), CURLUPART_HOST)),
          part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
}

bool isLoopback(const Origin& where) {
  // 127.example.org is a name that anybody may own.
  const bool numeric = where.host.find_first_not_of("0123456789.") == std::string::npos;
  return where.host == "localhost" || where.host == "[::1]" ||
         (numeric && where.host.starts_with("127."));
}

std::string redirected(const std::string& from, const std::string& location) {
  const Url url = parse(from);
  const std::string before = part(url.get(), CURLUPART_SCHEME);
  const CURLUcode code =
      curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_NON_SUPPORT_SCHEME);
  const std::string after = part(url.get(), CURLUPART_SCHEME);
  if (location.empty() || code != CURLUE_OK || !isWeb(after)) {
    throw Error(Category::network, withoutSecrets(from),
                "the server redirects to something that is no http or https URL");
  }
  if (before == "https" && after == "http") {
    throw Error(Category::network, withoutSecrets(from),
                "the server redirects from https to unencrypted http, which is not followed");
  }
  // What is signed is signed byte for byte.
  const Url alone(curl_url());
  const bool absolute = curl_url_set(alone.get(), CURLUPART_URL, location.c_str(),
                                     CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  return absolute ? location : part(url.get(), CURLUPART_URL);
}

std::string withoutSecrets(const std::string& url) {
  const Url parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK) {
    return url.substr(0, url.find_first_of("?#@"));
  }
  for (const CURLUPart secret :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    curl_url_set(parsed.get(), secret, nullptr, 0);
  }
  return part(parsed.get(), CURLUPART_URL);
}

std::string withoutUserinfo(const std::string& text) {
  const std::size_t end = text.rfind('@');
  if (end == std::string::npos) return text;
  const std::size_t scheme = text.find("://"), quote = text.find('\'');
  const std::size_t begin = scheme < end ? scheme + 3 : quote < end ? quote + 1 : 0;
  return text.substr(0, begin) + text.substr(end + 1);
}

std::string encodePath(std::string_view path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string out;
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
      out += code;
    }
  }
  return out;
}

bool staysInside(std::string_view name) {
  for (const char c : name) {
    if (c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  while (true) {
    const std::size_t slash = name.find('/');
    const std::string_view first = name.substr(0, slash);
    if (first.empty() || first == "." || first == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

std::optional<std::int64_t> expiry(const std::string& url) {
  const Url parsed = parse(url);
  const std::string query = part(parsed.get(), CURLUPART_QUERY);
  if (const auto epoch = number(queryValue(query, "Expires"))) return epoch;
  const auto start = amazonDate(queryValue(query, "X-Amz-Date"));
  const auto lifetime = number(queryValue(query, "X-Amz-Expires"));
  if (!start || !lifetime || *lifetime > 366LL * 24 * 3600) return std::nullopt;
  return *start + *lifetime;
}

}  // namespace kindred::http
