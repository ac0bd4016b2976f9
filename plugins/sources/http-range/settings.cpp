#include "settings.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <utility>

#include <kindred/byte_count.hpp>

namespace kindred::http {
namespace {

constexpr const char* kHub = "https://huggingface.co";
constexpr const char* kModelScope = "https://modelscope.cn";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string withoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// As shells and the Hub's own tools read a path: a leading ~, $NAME and ${NAME}.
std::filesystem::path expanded(const std::string& text) {
  std::string path = text;
  if (path == "~" || path.starts_with("~/")) path = environment("HOME") + path.substr(1);
  std::string out;
  for (std::size_t i = 0; i < path.size();) {
    const bool braces = path.compare(i, 2, "${") == 0;
    const std::size_t first = i + (braces ? 2 : 1);
    std::size_t last = first;
    while (last < path.size() &&
           (std::isalnum(static_cast<unsigned char>(path[last])) != 0 || path[last] == '_')) {
      ++last;
    }
    const bool named = path[i] == '$' && last > first && (!braces || path[last] == '}');
    if (!named) {
      out += path[i++];
      continue;
    }
    out += environment(path.substr(first, last - first).c_str());
    i = last + (braces ? 1 : 0);
  }
  return out;
}

std::filesystem::path cacheHome() {
  const std::string xdg = environment("XDG_CACHE_HOME");
  return xdg.empty() ? std::filesystem::path(environment("HOME")) / ".cache" : expanded(xdg);
}

// The variables and places of the Hub's own tools.
std::filesystem::path hubHome() {
  const std::string home = environment("HF_HOME");
  return home.empty() ? cacheHome() / "huggingface" : expanded(home);
}

std::filesystem::path tokenFile() {
  const std::string path = environment("HF_TOKEN_PATH");
  return path.empty() ? hubHome() / "token" : expanded(path);
}

std::filesystem::path hubCache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const std::string path = environment(name); !path.empty()) return expanded(path);
  }
  return hubHome() / "hub";
}

bool isOn(const char* name) {
  std::string value = environment(name);
  std::transform(value.begin(), value.end(), value.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

std::string readToken() {
  std::string from = "HF_TOKEN";
  std::string token = environment("HF_TOKEN");
  if (token.empty()) {
    from = "HUGGING_FACE_HUB_TOKEN";  // its older name
    token = environment("HUGGING_FACE_HUB_TOKEN");
  }
  if (token.empty()) {
    from = tokenFile().string();
    std::ifstream file(from);
    std::getline(file, token);
  }
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!token.empty() && blank(token.back())) token.pop_back();
  token.erase(token.begin(), std::find_if_not(token.begin(), token.end(), blank));
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
    throw inputError(from, "the access token has blanks or control characters in it",
                     "write the token there, and nothing else");
  }
  return token;
}

// The Hub, or what the user's environment names in its place.
bool isUsersHub(const Origin& target) {
  const std::string named = environment("HF_ENDPOINT");
  return target == origin(kHub) || (!named.empty() && target == origin(withoutSlash(named)));
}

// A recipe may come from a stranger, and names an endpoint: that alone must not send the user's
// token there, nor to a port of this machine, which may be another user's. It goes to the Hub and
// to the endpoint that the user's environment names.
void decideToken(Settings& settings) {
  if (settings.layout == Layout::modelscope) return;  // the token is the Hub's
  std::string token = readToken();
  if (token.empty()) return;
  if (isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
    settings.token_withheld = "your token is not sent, since HF_HUB_DISABLE_IMPLICIT_TOKEN is set";
    return;
  }
  const Origin target = origin(settings.endpoint);
  if (!isUsersHub(target)) {
    settings.token_withheld =
        "your token is sent only to the Hub and to the endpoint that "
        "HF_ENDPOINT names; set HF_ENDPOINT to send it here";
  } else if (target.scheme != "https" && !isLoopback(target)) {
    settings.token_withheld = "your token is not sent over unencrypted http";
  } else {
    settings.token = std::move(token);
  }
}

std::string checkedEndpoint(const std::string& url) {
  const std::string endpoint = withoutSlash(url);
  origin(endpoint);
  if (endpoint.find_first_of("?#@") != std::string::npos) {
    throw inputError(withoutSecrets(endpoint), "an endpoint has no user, query or fragment",
                     "give the token in HF_TOKEN");
  }
  return endpoint;
}

std::string endpointFrom(const Parameters& parameters, Layout layout) {
  if (const std::string& given = parameters.text("endpoint"); !given.empty()) {
    return checkedEndpoint(given);
  }
  if (layout == Layout::modelscope) return kModelScope;
  const std::string named = environment("HF_ENDPOINT");
  if (named.empty()) return kHub;
  try {
    return checkedEndpoint(named);
  } catch (const Error& error) {
    throw inputError("HF_ENDPOINT, " + error.place(), error.message(), error.remedy());
  }
}

Layout layoutFrom(const std::string& choice) {
  if (choice == "files") return Layout::files;
  return choice == "modelscope" ? Layout::modelscope : Layout::hub;
}

// The parameter, else what other programs are told: curl, Python's requests (which takes a folder,
// too) and OpenSSL.
void readCertificates(const Parameters& parameters, Settings& settings) {
  struct Named {
    const char* name;
    std::string path;
  };
  for (const Named& from : {Named{"ca-file", parameters.text("ca-file")},
                            Named{"CURL_CA_BUNDLE", environment("CURL_CA_BUNDLE")},
                            Named{"REQUESTS_CA_BUNDLE", environment("REQUESTS_CA_BUNDLE")},
                            Named{"SSL_CERT_FILE", environment("SSL_CERT_FILE")}}) {
    if (from.path.empty()) continue;
    const std::filesystem::path path = expanded(from.path);
    std::error_code none;
    if (!std::filesystem::exists(path, none)) {
      throw inputError(from.name, "there is no file '" + path.string() + "'",
                       "name a file of certificates (PEM), or unset it");
    }
    (std::filesystem::is_directory(path, none) ? settings.ca_folder : settings.ca_file) =
        path.string();
    break;
  }
  if (settings.ca_folder.empty()) settings.ca_folder = environment("SSL_CERT_DIR");
}

void decideOffline(const Parameters& parameters, Settings& settings) {
  if (parameters.flag("offline")) settings.offline_remedy = "run once without --offline";
  for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
    if (isOn(name)) {
      settings.offline_remedy = "run once online: " + std::string(name) + " is set";
    }
  }
  settings.offline = !settings.offline_remedy.empty();
}

}  // namespace

std::uint64_t parseBytes(const std::string& text, const std::string& name) {
  const auto bytes = byteCount(text);
  if (!bytes) {
    throw inputError("", "parameter '" + name + "': '" + text + "' is no number of bytes",
                     kByteCountRemedy);
  }
  return *bytes;
}

Settings settingsFrom(const Parameters& parameters) {
  Settings settings;
  settings.layout = layoutFrom(parameters.text("layout"));
  settings.endpoint = endpointFrom(parameters, settings.layout);
  decideToken(settings);
  if (settings.layout == Layout::hub && isUsersHub(origin(settings.endpoint))) {
    settings.hub_cache = hubCache();
  }
  settings.cache = parameters.text("cache");
  if (settings.cache.empty()) settings.cache = cacheHome() / "kindred";
  settings.cache_bytes = parseBytes(parameters.text("cache-size"), "cache-size");
  settings.gap = parseBytes(parameters.text("gap"), "gap");
  settings.connections = static_cast<unsigned>(parameters.integer("connections"));
  settings.http2 = parameters.text("http2") == "auto";
  decideOffline(parameters, settings);
  readCertificates(parameters, settings);
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
