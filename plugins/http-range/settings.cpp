#include "settings.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string_view>
#include <utility>

namespace kindred::http {
namespace {

constexpr const char* kHub = "https://huggingface.co";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string withoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::filesystem::path cacheHome() {
  const std::string xdg = environment("XDG_CACHE_HOME");
  return xdg.empty() ? std::filesystem::path(environment("HOME")) / ".cache"
                     : std::filesystem::path(xdg);
}

// The variables and places of the Hub's own tools.
std::filesystem::path tokenFile() {
  if (const std::string path = environment("HF_TOKEN_PATH"); !path.empty()) return path;
  if (const std::string home = environment("HF_HOME"); !home.empty()) {
    return std::filesystem::path(home) / "token";
  }
  return cacheHome() / "huggingface" / "token";
}

std::string readToken() {
  std::string token = environment("HF_TOKEN");
  if (token.empty()) {
    std::ifstream file(tokenFile());
    std::getline(file, token);
  }
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!token.empty() && blank(token.back())) token.pop_back();
  token.erase(token.begin(), std::find_if_not(token.begin(), token.end(), blank));
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
    throw inputError("HF_TOKEN", "the access token has blanks or control characters in it",
                     "set HF_TOKEN to the token alone");
  }
  return token;
}

// A recipe may come from a stranger, and names an endpoint: that alone must not send the user's
// token there. It goes to the Hub, to the endpoint that the user's environment names, and to this
// machine.
void decideToken(Settings& settings) {
  std::string token = readToken();
  if (token.empty()) return;
  const Origin target = origin(settings.endpoint);
  const std::string named = environment("HF_ENDPOINT");
  const bool trusted = target == origin(kHub) || isLoopback(target) ||
                       (!named.empty() && target == origin(withoutSlash(named)));
  if (!trusted) {
    settings.token_withheld =
        "your token is sent only to the Hub and to the endpoint that "
        "HF_ENDPOINT names; set HF_ENDPOINT to send it here";
  } else if (target.scheme != "https" && !isLoopback(target)) {
    settings.token_withheld = "your token is not sent over unencrypted http";
  } else {
    settings.token = std::move(token);
  }
}

std::string endpointFrom(const Parameters& parameters) {
  std::string endpoint = parameters.text("endpoint");
  if (endpoint.empty()) endpoint = environment("HF_ENDPOINT");
  if (endpoint.empty()) endpoint = kHub;
  endpoint = withoutSlash(endpoint);
  origin(endpoint);
  if (endpoint.find_first_of("?#@") != std::string::npos) {
    throw inputError(withoutSecrets(endpoint), "an endpoint has no user, query or fragment",
                     "give the token in HF_TOKEN");
  }
  return endpoint;
}

std::string caFile(const Parameters& parameters) {
  for (const std::string& file :
       {parameters.text("ca-file"), environment("CURL_CA_BUNDLE"), environment("SSL_CERT_FILE")}) {
    if (!file.empty()) return file;
  }
  return {};
}

}  // namespace

std::uint64_t parseBytes(const std::string& text, const std::string& name) {
  const auto bad = [&](const std::string& why) {
    return inputError("", "parameter '" + name + "': '" + text + "' " + why,
                      "write bytes, or a number with KB, MB, GB, TB, KiB, MiB, GiB or TiB");
  };
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 10> kUnits{
      {{"", 1},
       {"B", 1},
       {"KB", 1'000},
       {"MB", 1'000'000},
       {"GB", 1'000'000'000},
       {"TB", 1'000'000'000'000},
       {"KiB", kKiB},
       {"MiB", kMiB},
       {"GiB", 1024 * kMiB},
       {"TiB", 1024 * 1024 * kMiB}}};
  std::size_t digits = 0;
  std::uint64_t count = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (count > (std::numeric_limits<std::int64_t>::max() - 9) / 10) throw bad("is too large");
    count = count * 10 + static_cast<std::uint64_t>(text[digits] - '0');
  }
  std::string unit = text.substr(digits);
  std::erase(unit, ' ');
  const auto known = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const auto& entry) { return entry.first == unit; });
  if (digits == 0 || known == kUnits.end()) throw bad("is no number of bytes");
  if (count > std::numeric_limits<std::int64_t>::max() / known->second) throw bad("is too large");
  return count * known->second;
}

Settings settingsFrom(const Parameters& parameters) {
  Settings settings;
  settings.endpoint = endpointFrom(parameters);
  settings.layout = parameters.text("layout") == "files" ? Layout::files : Layout::hub;
  decideToken(settings);
  settings.cache = parameters.text("cache");
  if (settings.cache.empty()) settings.cache = cacheHome() / "kindred";
  settings.cache_bytes = parseBytes(parameters.text("cache-size"), "cache-size");
  settings.gap = parseBytes(parameters.text("gap"), "gap");
  settings.connections = static_cast<unsigned>(parameters.integer("connections"));
  settings.http2 = parameters.text("http2") == "auto";
  settings.offline = parameters.flag("offline");
  settings.ca_file = caFile(parameters);
  settings.retry.attempts = static_cast<unsigned>(parameters.integer("attempts"));
  settings.retry.base =
      Milliseconds(static_cast<std::int64_t>(parameters.number("retry-wait") * 1000));
  settings.retry.patience =
      Milliseconds(static_cast<std::int64_t>(parameters.number("patience") * 1000));
  settings.connect_timeout = std::chrono::seconds(parameters.integer("connect-timeout"));
  settings.stall = std::chrono::seconds(parameters.integer("stall-timeout"));
  return settings;
}

}  // namespace kindred::http
