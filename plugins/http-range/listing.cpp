#include "listing.hpp"

#include <simdjson.h>

#include <algorithm>
#include <set>

#include <kindred/error.hpp>

#include "url.hpp"

namespace kindred::http {
namespace {

namespace dom = simdjson::dom;

bool hasOnly(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) || extra.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

Error malformed(const std::string& place, const std::string& what) {
  return Error(Category::network, place, what, "check that the endpoint is a Hub, or set 'layout'");
}

std::string textOf(const dom::element& object, std::string_view key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::optional<Listed> listedFile(const dom::element& sibling) {
  Listed file;
  file.name = textOf(sibling, "rfilename");
  if (!staysInside(file.name)) return std::nullopt;
  std::uint64_t size = 0;
  if (sibling["size"].get(size) == simdjson::SUCCESS) file.size = size;
  dom::element lfs;
  if (sibling["lfs"].get(lfs) == simdjson::SUCCESS) {
    file.sha256 = textOf(lfs, "sha256");
    if (lfs["size"].get(size) == simdjson::SUCCESS) file.size = size;
  }
  file.content = file.sha256.empty() ? textOf(sibling, "blobId") : file.sha256;
  if (!hasOnly(file.content, "")) file.content.clear();
  if (file.sha256.size() != 64 || !hasOnly(file.sha256, "")) file.sha256.clear();
  return file;
}

std::string jsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;  // names hold no control characters: staysInside()
  }
  return out + '"';
}

}  // namespace

bool isCommit(std::string_view revision) {
  return revision.size() == 40 && std::all_of(revision.begin(), revision.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Address parseHubAddress(const std::string& address) {
  const std::size_t at = address.find('@');
  Address out{address.substr(0, at), at == std::string::npos ? "main" : address.substr(at + 1), {}};
  const auto slashes = std::count(out.path.begin(), out.path.end(), '/');
  if (!staysInside(out.path) || !hasOnly(out.path, "-._/") || slashes > 1) {
    throw inputError("", "'" + address + "' is no model on a Hub", "write org/name@revision");
  }
  if (!staysInside(out.revision) || !hasOnly(out.revision, "-._/+")) {
    throw inputError("", "'" + address + "' names no revision that a Hub could have",
                     "write a branch, a tag or a commit behind the @");
  }
  return out;
}

Address parseFilesAddress(const std::string& address) {
  std::string path = address;
  while (path.ends_with('/')) path.pop_back();
  if (!path.empty() && !staysInside(path)) {
    throw inputError("", "'" + address + "' leaves the endpoint",
                     "name a folder or a *.safetensors file below it");
  }
  if (!path.ends_with(".safetensors")) return {path, {}, {}};
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", {}, path};
  return {path.substr(0, slash), {}, path.substr(slash + 1)};
}

Listing parseListing(std::string_view json, const std::string& place) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS) {
    throw malformed(place, "the server's answer is no JSON document");
  }
  Listing listing;
  listing.commit = textOf(root, "sha");
  if (!hasOnly(listing.commit, "-._") || listing.commit.size() > 128) {
    throw malformed(place, "the server names a malformed commit");
  }
  dom::array siblings;
  if (root["siblings"].get(siblings) != simdjson::SUCCESS) {
    throw malformed(place, "the server's answer lists no files ('siblings')");
  }
  for (const dom::element sibling : siblings) {
    if (auto file = listedFile(sibling)) listing.files.push_back(std::move(*file));
  }
  const auto name = [](const Listed& a) { return std::string_view(a.name); };
  std::sort(listing.files.begin(), listing.files.end(),
            [&](const Listed& a, const Listed& b) { return name(a) < name(b); });
  const auto twice =
      std::adjacent_find(listing.files.begin(), listing.files.end(),
                         [&](const Listed& a, const Listed& b) { return name(a) == name(b); });
  if (twice != listing.files.end()) {
    throw malformed(place, "the server lists '" + twice->name + "' twice");
  }
  return listing;
}

std::string listingText(const Listing& listing) {
  std::string out = "{\"sha\":" + jsonString(listing.commit) + ",\"siblings\":[";
  for (const Listed& file : listing.files) {
    if (out.back() == '}') out += ',';
    out += "{\"rfilename\":" + jsonString(file.name);
    if (file.size) out += ",\"size\":" + std::to_string(*file.size);
    if (!file.content.empty()) out += ",\"blobId\":" + jsonString(file.content);
    if (!file.sha256.empty()) out += ",\"lfs\":{\"sha256\":" + jsonString(file.sha256) + "}";
    out += '}';
  }
  return out + "]}";
}

std::vector<std::string> shardNames(std::string_view json, const std::string& place) {
  dom::parser parser;
  dom::element root;
  dom::object map;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS ||
      root["weight_map"].get(map) != simdjson::SUCCESS) {
    throw Error(Category::input, place, "the index has no 'weight_map'", "check the file");
  }
  std::set<std::string, std::less<>> names;
  for (const auto& [tensor, value] : map) {
    std::string_view name;
    if (value.get(name) != simdjson::SUCCESS || !staysInside(name)) {
      throw Error(Category::input, place,
                  "the shard of tensor '" + std::string(tensor) + "' is no file of this model",
                  "check the file");
    }
    if (!names.contains(name)) names.emplace(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace kindred::http
