// Addresses: what may be asked of whom. URLs are taken apart by libcurl's own parser, so that the
// host that is checked is the host that is connected to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kindred::http {

// ASCII letters made small, as names of headers, schemes and hosts are compared.
std::string lowered(std::string_view text);

// Who answers: two URLs of one origin are served by one party.
struct Origin {
  std::string scheme;
  std::string host;
  std::string port;
  bool operator==(const Origin&) const = default;
};

// Of an absolute http or https URL; anything else is an input error.
Origin origin(const std::string& url);

// Whether the host is this machine.
bool isLoopback(const Origin& where);

// The absolute URL that a redirect's Location means. An error where it is none, or where it leaves
// https for http.
std::string redirected(const std::string& from, const std::string& location);

// For messages and records: without user, query and fragment, where secrets live.
std::string withoutSecrets(const std::string& url);
// A sentence of a library's about a URL, a proxy's say, without what stands before its '@'.
std::string withoutUserinfo(const std::string& text);

// Percent-encodes everything but letters, digits, "-._~" and '/'.
std::string encodePath(std::string_view path);

// Whether a name stays below the place that it is relative to: no empty, "." or ".." part, no
// backslash, no control character.
bool staysInside(std::string_view name);

// When a signed URL says that it expires, in seconds since 1970: "Expires=" (CloudFront and others)
// or "X-Amz-Date=" with "X-Amz-Expires=" (S3). Empty: it does not say.
std::optional<std::int64_t> expiry(const std::string& url);

}  // namespace kindred::http
