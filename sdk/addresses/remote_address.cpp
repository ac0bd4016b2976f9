#include <kindred/addresses/remote_address.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

#include <kindred/error.hpp>

namespace kindred::addresses {
namespace {

using Parts = std::vector<std::string>;

Error noModel(const std::string& text, const std::string& why) {
  return inputError("", "'" + text + "' " + why,
                    "write org/name, org/name@revision or org/name@revision:folder-or-file");
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool startsLike(std::string_view text, std::string_view lower) {
  return lowered(text.substr(0, lower.size())) == lower;
}

// Splits at '/'; a slash at either end is nothing.
Parts split(std::string_view text) {
  Parts parts;
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  while (!text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    parts.emplace_back(text.substr(0, slash));
    text.remove_prefix(std::min(slash + 1, text.size()));
  }
  return parts;
}

std::string joined(const Parts& parts, std::size_t first, std::size_t last = std::string::npos) {
  std::string text;
  for (std::size_t i = first; i < std::min(last, parts.size()); ++i) {
    text += (text.empty() ? "" : "/") + parts[i];
  }
  return text;
}

// "%2F" and the like; what is no such code stays.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* first = text.data() + i + 1;
    const bool code = text[i] == '%' && i + 2 < text.size() &&
                      std::from_chars(first, first + 2, byte, 16).ptr == first + 2;
    out += code ? static_cast<char>(byte) : text[i];
    if (code) i += 2;
  }
  return out;
}

bool isModelName(std::string_view part) {
  if (part.empty() || part.size() > 96 || part.find("..") != std::string_view::npos) return false;
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  return plain(static_cast<unsigned char>(part.front())) &&
         std::all_of(part.begin(), part.end(),
                     [&](unsigned char c) { return plain(c) || c == '-' || c == '.'; });
}

bool isModel(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return isModelName(text);
  return isModelName(text.substr(0, slash)) && isModelName(text.substr(slash + 1));
}

// Relative, and stays where it starts.
bool staysInside(std::string_view path) {
  for (const unsigned char c : path) {
    if (c < 0x20 || c == 0x7f || c == '\\') return false;
  }
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// What Git permits, as far as it matters: any letters, slashes, '+', '#' and '%', but nothing that
// could be taken for a path or an expression.
bool isRevision(std::string_view text) {
  return text.size() <= 255 && staysInside(text) &&
         text.find_first_of(" ~^:?*[") == std::string_view::npos &&
         text.find("..") == std::string_view::npos;
}

void check(const RemoteAddress& address, const std::string& text) {
  if (!isModel(address.model)) throw noModel(text, "is no model on a Hub");
  if (!address.revision.empty() && !isRevision(address.revision)) {
    throw inputError("", "'" + text + "' names no revision that a Hub could have",
                     "write a branch, a tag or a commit behind the @");
  }
  if (!address.path.empty() && !staysInside(address.path)) {
    throw inputError("", "'" + text + "' leaves the model",
                     "name a folder or a file of the model behind the ':'");
  }
}

void refuseOtherKinds(const Parts& parts, const std::string& text) {
  if (parts.empty() || (parts[0] != "datasets" && parts[0] != "spaces")) return;
  throw noModel(text,
                parts[0] == "datasets" ? "is a data set and no model" : "is a space and no model");
}

// How many parts a revision has that is written with its slashes: refs/pr/3, refs/convert/x.
std::size_t revisionParts(const Parts& parts, std::size_t at) {
  return at + 2 < parts.size() && parts[at] == "refs" &&
                 (parts[at + 1] == "pr" || parts[at + 1] == "convert" || parts[at + 1] == "heads")
             ? 3
             : 1;
}

// org/name[@revision][/path], the revision perhaps with %2F.
RemoteAddress parseUri(const std::string& rest, const std::string& text) {
  Parts parts = split(rest);
  refuseOtherKinds(parts, text);
  if (!parts.empty() && parts[0] == "models") parts.erase(parts.begin());
  RemoteAddress address;
  std::size_t at = 0;
  for (; at < parts.size() && at < 2 && address.revision.empty(); ++at) {
    const std::size_t sign = parts[at].find('@');
    address.model += (at == 0 ? "" : "/") + parts[at].substr(0, sign);
    if (sign == std::string::npos) continue;
    parts[at].erase(0, sign + 1);
    const std::size_t many = revisionParts(parts, at);
    address.revision = decoded(joined(parts, at, at + many));
    if (address.revision.empty()) throw noModel(text, "has no revision behind the @");
    at += many - 1;
  }
  address.path = decoded(joined(parts, at));
  check(address, text);
  return address;
}

// org/name[@revision][:path]; behind a name, a path may also follow after a slash.
RemoteAddress parseName(const std::string& text) {
  RemoteAddress address;
  const std::size_t sign = text.find_first_of("@:");
  std::string rest = sign == std::string::npos ? "" : text.substr(sign);
  const std::string name = text.substr(0, sign);
  const std::size_t first = name.find('/');
  const std::size_t second = first == std::string::npos ? first : name.find('/', first + 1);
  address.model = name.substr(0, second);
  if (second != std::string::npos) {
    if (!rest.empty()) throw noModel(text, "is no model on a Hub");
    rest = ":" + name.substr(second + 1);
  }
  if (rest.starts_with('@')) {
    const std::size_t colon = rest.find(':');
    address.revision = rest.substr(1, colon == std::string::npos ? colon : colon - 1);
    if (startsLike(address.revision, "refs%2f")) address.revision = decoded(address.revision);
    if (address.revision.empty()) {
      throw inputError("", "'" + text + "' names no revision that a Hub could have",
                       "write a branch, a tag or a commit behind the @");
    }
    rest = colon == std::string::npos ? "" : rest.substr(colon);
  }
  if (rest.starts_with(':')) {
    address.path = rest.substr(1);
    while (address.path.ends_with('/')) address.path.pop_back();
    if (address.path.empty()) throw noModel(text, "names nothing behind the ':'");
  }
  check(address, text);
  return address;
}

struct Url {
  std::string origin;  // "https://host:port"
  std::string host;    // lower case, without port
  Parts parts;         // of the path behind the host, without query and fragment
};

constexpr std::array<std::string_view, 3> kHubHosts{"huggingface.co", "www.huggingface.co",
                                                    "hf.co"};
constexpr std::array<std::string_view, 4> kModelScope{"modelscope.cn", "www.modelscope.cn",
                                                      "modelscope.ai", "www.modelscope.ai"};

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& list, std::string_view host) {
  return std::find(list.begin(), list.end(), host) != list.end();
}

// Empty: this is none. The Hub's own hosts need no scheme.
std::optional<Url> parseUrl(std::string_view text) {
  const std::string scheme = startsLike(text, "http://") ? "http://" : "https://";
  if (startsLike(text, scheme)) {
    text.remove_prefix(scheme.size());
  } else if (text.find('/') == std::string_view::npos ||
             !isOneOf(kHubHosts, lowered(text.substr(0, text.find('/'))))) {
    return std::nullopt;
  }
  text = text.substr(0, text.find_first_of("?#"));
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string authority = lowered(text.substr(0, slash));
  const std::size_t host =
      authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  if (authority.empty() || authority.find('@') != std::string::npos) return std::nullopt;
  return Url{scheme + authority, authority.substr(0, host), split(text.substr(slash))};
}

// Neither a name and a password nor a query is sent, and both would stand in every report.
void refuseUser(const std::string& text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string::npos || !startsLike(text, "http")) return;  // hf:// has revisions
  const std::size_t begin = scheme + 3,
                    end = std::min(text.find_first_of("/?#", begin), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  if (at == std::string::npos || at < begin) return;
  throw inputError("",
                   "'" + text.substr(0, begin) + "...@" + text.substr(at + 1, end - at - 1) +
                       "': an address with a name or a password is not read",
                   "a token for a Hub is HF_TOKEN; from another server, fetch the file and name it "
                   "on disk");
}

void refuseQuery(const std::string& text) {
  const std::size_t query = text.find('?');
  if (query == std::string::npos || query > text.find('#')) return;
  throw inputError("",
                   "'" + text.substr(0, query) +
                       "?...': what stands behind '?' (a signature, a "
                       "token) goes into no request",
                   "leave it out where the server asks for none, or fetch the file and name it on "
                   "disk");
}

// The parts behind a model's name on its pages: tree/REV/PATH and the like.
void readPage(const Parts& parts, std::size_t at, RemoteAddress& address, const std::string& text) {
  if (at >= parts.size()) return;
  const std::string& page = parts[at];
  const bool files = page == "tree" || page == "blob" || page == "resolve" || page == "raw";
  if (page == "discussions" && at + 1 < parts.size()) {
    address.revision = "refs/pr/" + parts[at + 1];
  } else if ((files || page == "commit") && at + 1 < parts.size()) {
    const std::size_t many = revisionParts(parts, at + 1);
    address.revision = decoded(joined(parts, at + 1, at + 1 + many));
    if (files) address.path = decoded(joined(parts, at + 1 + many));
  } else {
    throw noModel(text, "is a page that shows no files of a model");
  }
}

bool isPage(std::string_view part) {
  constexpr std::array<std::string_view, 7> kPages{"tree",   "blob",    "resolve",    "raw",
                                                   "commit", "commits", "discussions"};
  return isOneOf(kPages, part);
}

RemoteAddress hubPage(const Url& url, const std::string& text) {
  Parts parts = url.parts;
  refuseOtherKinds(parts, text);
  if (!parts.empty() && parts[0] == "models" && parts.size() > 1) parts.erase(parts.begin());
  RemoteAddress address;
  if (!isOneOf(kHubHosts, url.host)) address.endpoint = url.origin;
  const std::size_t named = parts.size() > 1 && !isPage(parts[1]) ? 2 : 1;
  address.model = decoded(joined(parts, 0, named));
  readPage(parts, named, address, text);
  check(address, text);
  return address;
}

// /models/org/name[/resolve/REV/PATH | /files | /summary | ...]
RemoteAddress modelScopePage(const Url& url, const std::string& text) {
  Parts parts = url.parts;
  if (!parts.empty() && parts[0] == "models") parts.erase(parts.begin());
  RemoteAddress address;
  address.layout = Layout::modelscope;
  address.endpoint = url.origin;
  address.model = decoded(joined(parts, 0, 2));
  if (parts.size() > 3 && parts[2] == "resolve") {
    address.revision = decoded(parts[3]);
    address.path = decoded(joined(parts, 4));
  } else if (parts.size() > 5 && parts[2] == "file" && parts[3] == "view") {
    address.revision = decoded(parts[4]);
    address.path = decoded(joined(parts, 5));
  }
  check(address, text);
  return address;
}

bool looksLikeHubPage(const Url& url) {
  const Parts& parts = url.parts;
  if (parts.size() > 2 && (isPage(parts[2]) || isPage(parts[1]))) return true;
  return parts.size() <= 2 && !parts.empty() && !namesWeights(parts.back());
}

}  // namespace

std::string_view name(Layout layout) {
  constexpr std::array<std::string_view, 3> kNames{"hub", "files", "modelscope"};
  return kNames[static_cast<std::size_t>(layout)];
}

std::string RemoteAddress::text() const {
  return model + (revision.empty() ? "" : "@" + revision) + (path.empty() ? "" : ":" + path);
}

bool isWebAddress(std::string_view text) {
  return startsLike(text, "hf://") || startsLike(text, "http://") || startsLike(text, "https://") ||
         parseUrl(text).has_value();
}

RemoteAddress parseHubAddress(const std::string& text) {
  if (startsLike(text, "hf://")) return parseUri(text.substr(5), text);
  if (const auto url = parseUrl(text)) return hubPage(*url, text);
  if (text.find("://") != std::string::npos) throw noModel(text, "is no address that is read");
  return parseName(text);
}

RemoteAddress parseWebAddress(const std::string& text) {
  refuseUser(text);
  const auto url = parseUrl(text);
  if (!url || isOneOf(kHubHosts, url->host)) return parseHubAddress(text);
  if (isOneOf(kModelScope, url->host)) return modelScopePage(*url, text);
  if (looksLikeHubPage(*url)) return hubPage(*url, text);
  refuseQuery(text);
  RemoteAddress address;
  address.layout = Layout::files;
  address.endpoint = url->origin;
  address.model = decoded(joined(url->parts, 0));
  if (!staysInside(address.model)) throw noModel(text, "names no file or folder of a server");
  return address;
}

bool namesWeights(std::string_view file) {
  constexpr std::array<std::string_view, 6> kEndings{".safetensors", ".gguf", ".bin",
                                                     ".pt",          ".pth",  ".ckpt"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return file.ends_with(ending); });
}

bool isHubName(const std::string& text) {
  const std::string name = text.substr(0, text.find_first_of("@:"));
  return isModel(name);
}

}  // namespace kindred::addresses
