#include "listing.hpp"

#include <simdjson.h>

#include <algorithm>
#include <set>

#include <kindred/addresses/remote_address.hpp>
#include <kindred/error.hpp>

#include "url.hpp"

namespace kindred::http {
namespace {

namespace dom = simdjson::dom;

// From so many files on, the Hub's description of a model may leave some out.
constexpr std::size_t kMostSiblings = 1000;

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

dom::element parsed(dom::parser& parser, std::string_view json, const std::string& place) {
  dom::element root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS) {
    throw malformed(place, "the server's answer is no JSON document");
  }
  return root;
}

// A server's words, for a message.
std::string printable(std::string text) {
  constexpr std::size_t kMost = 200;
  if (text.size() > kMost) text.resize(kMost);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return text;
}

// What marks the content: the SHA-256 of a large file, else Git's hash. The Hub blots out hashes of
// some gated models with asterisks.
void setHash(Listed& file, std::string sha256, std::string git) {
  if (sha256.size() == 64 && hasOnly(sha256, "")) file.sha256 = std::move(sha256);
  file.content = file.sha256.empty() ? std::move(git) : file.sha256;
  if (!hasOnly(file.content, "")) file.content.clear();
}

std::optional<Listed> listedFile(const dom::element& sibling) {
  Listed file;
  file.name = textOf(sibling, "rfilename");
  if (!staysInside(file.name)) return std::nullopt;
  std::uint64_t size = 0;
  if (sibling["size"].get(size) == simdjson::SUCCESS) file.size = size;
  dom::element lfs;
  const bool large = sibling["lfs"].get(lfs) == simdjson::SUCCESS && lfs.is_object();
  if (large && lfs["size"].get(size) == simdjson::SUCCESS) file.size = size;
  // Of a large file Git's hash is that of its pointer.
  setHash(file, large ? textOf(lfs, "sha256") : "", large ? "" : textOf(sibling, "blobId"));
  return file;
}

// An entry of a tree, whose SHA-256 is called otherwise.
std::optional<Listed> listedEntry(const dom::element& entry) {
  Listed file;
  file.name = textOf(entry, "path");
  if (!staysInside(file.name)) return std::nullopt;
  std::uint64_t size = 0;
  if (entry["size"].get(size) == simdjson::SUCCESS) file.size = size;
  dom::element lfs;
  const bool large = entry["lfs"].get(lfs) == simdjson::SUCCESS && lfs.is_object();
  if (large && lfs["size"].get(size) == simdjson::SUCCESS) file.size = size;
  setHash(file, large ? textOf(lfs, "oid") : "", large ? "" : textOf(entry, "oid"));
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

FilesAddress parseFilesAddress(const std::string& address) {
  std::string path = address;
  while (path.ends_with('/')) path.pop_back();
  if (!path.empty() && !staysInside(path)) {
    throw inputError("", "'" + address + "' leaves the endpoint",
                     "name a folder or a file of weights below it");
  }
  if (!addresses::namesWeights(path)) return {path, {}};
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

Listing parseListing(std::string_view json, const std::string& place) {
  dom::parser parser;
  const dom::element root = parsed(parser, json, place);
  if (!root.is_object()) throw malformed(place, "the server's answer describes no model");
  Listing listing;
  listing.id = textOf(root, "id");
  if (!hasOnly(listing.id, "-._/") || !staysInside(listing.id)) listing.id.clear();
  listing.commit = textOf(root, "sha");
  if (!hasOnly(listing.commit, "-._") || listing.commit.size() > 128) {
    throw malformed(place, "the server names a malformed commit");
  }
  dom::element siblings;
  if (root["siblings"].get(siblings) != simdjson::SUCCESS || siblings.is_null()) {
    listing.whole = false;
    return listing;
  }
  dom::array list;
  if (siblings.get(list) != simdjson::SUCCESS) {
    throw malformed(place, "the server's list of files ('siblings') is no list");
  }
  for (const dom::element sibling : list) {
    if (auto file = listedFile(sibling)) listing.files.push_back(std::move(*file));
  }
  listing.whole = !listing.files.empty() && list.size() < kMostSiblings;
  sortByName(listing.files, place);
  return listing;
}

std::vector<Listed> parseTree(std::string_view json, const std::string& place) {
  dom::parser parser;
  dom::array entries;
  if (parsed(parser, json, place).get(entries) != simdjson::SUCCESS) {
    throw malformed(place, "the server's answer lists no files");
  }
  std::vector<Listed> files;
  for (const dom::element entry : entries) {
    if (textOf(entry, "type") != "file") continue;
    if (auto file = listedEntry(entry)) files.push_back(std::move(*file));
  }
  return files;
}

Listing parseModelScope(std::string_view json, const std::string& place) {
  dom::parser parser;
  const dom::element root = parsed(parser, json, place);
  std::int64_t code = 0;
  if (root["Code"].get(code) == simdjson::SUCCESS && code != 200) {
    throw Error(Category::network, place,
                "the server answers: " + printable(textOf(root, "Message")) + " (code " +
                    std::to_string(code) + ")",
                "check the name and the revision");
  }
  dom::array entries;
  if (root["Data"]["Files"].get(entries) != simdjson::SUCCESS) {
    throw malformed(place, "the server's answer lists no files ('Files')");
  }
  Listing listing;
  for (const dom::element entry : entries) {
    Listed file;
    file.name = textOf(entry, "Path");
    if (textOf(entry, "Type") == "tree" || !staysInside(file.name)) continue;
    std::uint64_t size = 0;
    if (entry["Size"].get(size) == simdjson::SUCCESS) file.size = size;
    setHash(file, textOf(entry, "Sha256"), "");
    listing.files.push_back(std::move(file));
  }
  sortByName(listing.files, place);
  return listing;
}

void sortByName(std::vector<Listed>& files, const std::string& place) {
  const auto name = [](const Listed& a) { return std::string_view(a.name); };
  std::sort(files.begin(), files.end(),
            [&](const Listed& a, const Listed& b) { return name(a) < name(b); });
  const auto twice =
      std::adjacent_find(files.begin(), files.end(),
                         [&](const Listed& a, const Listed& b) { return name(a) == name(b); });
  if (twice != files.end()) {
    throw malformed(place, "the server lists '" + printable(twice->name) + "' twice");
  }
}

std::string listingText(const Listing& listing) {
  std::string out = "{\"id\":" + jsonString(listing.id) + ",\"sha\":" + jsonString(listing.commit) +
                    ",\"siblings\":[";
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
