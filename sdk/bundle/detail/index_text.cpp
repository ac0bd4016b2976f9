#include <kindred/bundle/detail/index_text.hpp>

#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string_view>
#include <vector>

#include <kindred/error.hpp>
#include <kindred/source.hpp>

namespace kindred::bundle {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kFormat = "kindred.bundle";
// ---- writing ----

std::string quoted(const std::string& text) {
  if (!simdjson::validate_utf8(text)) {
    throw inputError("", "a name or an address is no UTF-8 text, which a bundle can't hold",
                     "rename the file");
  }
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <class List, class Text>
std::string listed(const List& list, const char* separator, Text&& text) {
  std::string out = "[";
  for (const auto& item : list) out += (out.size() > 1 ? separator : "") + text(item);
  return out + "]";
}

std::string rangeText(const Range& range) {
  return "[" + std::to_string(range.offset) + "," + std::to_string(range.length) + "," +
         quoted(range.sha256) + "]";
}

std::string fileText(const HeldFile& file) {
  return "{\"name\":" + quoted(file.name) + ",\"bytes\":" + std::to_string(file.size) +
         ",\"identity\":" + quoted(file.identity) +
         ",\"published_sha256\":" + quoted(file.published_sha256) +
         ",\"ranges\":" + listed(file.ranges, ",", rangeText) + "}";
}

std::string locationText(const HeldLocation& at) {
  return "{\"source\":" + quoted(at.source) + ",\"address\":" + quoted(at.address) +
         ",\"plugin\":" + quoted(at.plugin) + ",\"layout\":" + quoted(at.layout) +
         ",\"remote\":" + (at.remote ? "true" : "false") + ",\"endpoint\":" + quoted(at.endpoint) +
         ",\"pinned\":" + quoted(at.pinned) + ",\"revision\":" + quoted(at.revision) +
         ",\"chosen\":" + quoted(at.chosen) + ",\"unlisted\":" + quoted(at.unlisted) +
         ",\"prefix\":" + quoted(at.prefix) + ",\"listed\":" + listed(at.listed, ",", quoted) +
         ",\"files\":" + listed(at.files, ",\n", fileText) + "}";
}

// ---- reading ----

// One object of a document, and what it is called in messages.
class Object {
 public:
  Object(std::string place, std::string called, dom::element element)
      : place_(std::move(place)), called_(std::move(called)) {
    if (element.get(object_) != simdjson::SUCCESS) throw error("is no object");
  }

  Error error(const std::string& what) const { return damaged(place_, called_ + " " + what); }
  std::string text(const char* key) const {
    std::string_view value;
    if (object_[key].get(value) != simdjson::SUCCESS) throw without("text", key);
    return std::string(value);
  }
  std::uint64_t number(const char* key) const {
    std::uint64_t value = 0;
    if (object_[key].get(value) != simdjson::SUCCESS) throw without("whole number", key);
    return value;
  }
  bool flag(const char* key) const {
    bool value = false;
    if (object_[key].get(value) != simdjson::SUCCESS) throw without("true or false", key);
    return value;
  }
  dom::array list(const char* key) const {
    dom::array value;
    if (object_[key].get(value) != simdjson::SUCCESS) throw without("list", key);
    return value;
  }
  const dom::object& fields() const { return object_; }

 private:
  Error without(const char* kind, const char* key) const {
    return error("has no " + std::string(kind) + " '" + key + "'");
  }

  std::string place_, called_;
  dom::object object_;
};

dom::element parsed(dom::parser& parser, const std::string& place, const std::string& called,
                    const std::string& text) {
  dom::element root;
  if (const simdjson::error_code problem = parser.parse(text).get(root)) {
    throw damaged(place, called + " is not valid JSON: " + simdjson::error_message(problem));
  }
  return root;
}

bool isSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Range rangeOf(const Object& file, dom::element element) {
  dom::array parts;
  Range range;
  std::string_view hash;
  const bool good = element.get(parts) == simdjson::SUCCESS && parts.size() == 3 &&
                    parts.at(0).get(range.offset) == simdjson::SUCCESS &&
                    parts.at(1).get(range.length) == simdjson::SUCCESS &&
                    parts.at(2).get(hash) == simdjson::SUCCESS;
  if (!good) throw file.error("has a range that is not [offset, length, sha256]");
  if (!isSha256(hash)) throw file.error("has a range whose hash is no SHA-256 in hex");
  range.sha256 = hash;
  return range;
}

void checkRanges(const Object& object, const HeldFile& file) {
  std::uint64_t end = 0;
  for (const Range& range : file.ranges) {
    if (range.length == 0 || range.length > kLongestRange) {
      throw object.error("has a range of " + std::to_string(range.length) + " bytes, not 1 to " +
                         std::to_string(kLongestRange));
    }
    if (range.offset < end) throw object.error("has ranges that overlap or are out of order");
    if (range.offset > file.size || range.length > file.size - range.offset) {
      throw object.error("has a range that leaves its " + std::to_string(file.size) + " bytes");
    }
    end = range.offset + range.length;
  }
}

// Names never reach a disk; those that could climb there are refused all the same.
void checkName(const std::string& place, const std::string& name) {
  const bool zero = name.find('\0') != std::string::npos;
  if (name.empty() || zero) throw damaged(place, "the index has an empty file name or a zero byte");
  if (name.starts_with('/') || ("/" + name + "/").find("/../") != std::string::npos) {
    throw damaged(place, "the index has the file name '" + name + "', which leaves its folder");
  }
}

HeldFile fileOf(const std::string& place, dom::element element) {
  const Object object(place, "a file of the index", element);
  HeldFile file;
  file.name = object.text("name");
  checkName(place, file.name);
  const Object named(place, "the file '" + file.name + "' of the index", element);
  file.size = named.number("bytes");
  file.identity = named.text("identity");
  file.published_sha256 = named.text("published_sha256");
  for (const dom::element range : named.list("ranges"))
    file.ranges.push_back(rangeOf(named, range));
  checkRanges(named, file);
  return file;
}

HeldLocation locationOf(const std::string& place, dom::element element) {
  const Object object(place, "a location of the index", element);
  HeldLocation at;
  at.source = object.text("source");
  at.address = object.text("address");
  at.plugin = object.text("plugin");
  at.layout = object.text("layout");
  at.remote = object.flag("remote");
  at.endpoint = object.text("endpoint");
  at.pinned = object.text("pinned");
  at.revision = object.text("revision");
  at.chosen = object.text("chosen");
  at.unlisted = object.text("unlisted");
  at.prefix = object.text("prefix");
  for (const dom::element item : object.list("listed")) {
    std::string_view name;
    if (item.get(name) != simdjson::SUCCESS) throw object.error("lists what is no text");
    at.listed.emplace_back(name);
    checkName(place, at.listed.back());
    const std::size_t count = at.listed.size();
    if (count > 1 && at.listed[count - 2] >= at.listed.back()) {
      throw object.error("lists names twice or out of order");
    }
  }
  std::set<std::string> names;
  for (const dom::element file : object.list("files")) {
    at.files.push_back(fileOf(place, file));
    if (!names.insert(at.files.back().name).second) {
      throw object.error("has the file '" + at.files.back().name + "' twice");
    }
  }
  return at;
}

std::pair<std::uint64_t, std::uint64_t> entryOf(const std::string& place, const std::string& name,
                                                dom::element element) {
  const Object object(place, "the entry '" + name + "'", element);
  const dom::array shape = object.list("shape"), offsets = object.list("data_offsets");
  std::uint64_t begin = 0, end = 0, length = 0;
  const bool good = object.text("dtype") == "U8" && shape.size() == 1 && offsets.size() == 2 &&
                    shape.at(0).get(length) == simdjson::SUCCESS &&
                    offsets.at(0).get(begin) == simdjson::SUCCESS &&
                    offsets.at(1).get(end) == simdjson::SUCCESS && begin <= end &&
                    end - begin == length;
  if (!good) throw object.error("is not a list of bytes");
  return {begin, end};
}

void checkCover(const std::string& place, const Header& header, std::uint64_t data_size) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
  for (const auto& [name, span] : header.entries) spans.push_back(span);
  std::sort(spans.begin(), spans.end());
  std::uint64_t end = 0;
  for (const auto& span : spans) {
    if (span.first != end) throw damaged(place, "its entries overlap or leave a gap");
    end = span.second;
  }
  if (end == data_size) return;
  throw damaged(place, "its entries have " + std::to_string(end) + " bytes, but " +
                           std::to_string(data_size) + " follow its header");
}

}  // namespace

Error damaged(const std::string& place, const std::string& what) {
  return inputError(place, what, "the bundle is damaged or was made by hand; ask for it again");
}

std::string entryName(std::size_t location, const std::string& file) {
  return std::to_string(location) + "/" + file;
}

std::string indexText(const Index& index) {
  return "{\"version\":" + std::to_string(kVersion) + ",\"kindred\":" + quoted(index.kindred) +
         ",\"recipe_sha256\":" + quoted(index.recipe_sha256) +
         ",\"locations\":" + listed(index.locations, ",\n", locationText) + "}\n";
}

Index indexOf(const std::string& place, const std::string& text) {
  dom::parser parser;
  const Object object(place, "the index", parsed(parser, place, "the index", text));
  if (const std::uint64_t version = object.number("version"); version != kVersion) {
    throw inputError(place,
                     "is a bundle of version " + std::to_string(version) +
                         ", and this program reads version " + std::to_string(kVersion),
                     "use the program that wrote it, or a newer one");
  }
  Index index;
  index.kindred = object.text("kindred");
  index.recipe_sha256 = object.text("recipe_sha256");
  std::set<std::pair<std::string, std::string>> known;
  for (const dom::element location : object.list("locations")) {
    index.locations.push_back(locationOf(place, location));
    const HeldLocation& at = index.locations.back();
    if (!known.emplace(at.source, at.address).second) {
      throw object.error("has the address '" + at.address + "' twice");
    }
  }
  return index;
}

std::string headerText(const Header& header) {
  std::string text = "{\"__metadata__\":{\"format\":\"" + std::string(kFormat) +
                     "\",\"index_sha256\":" + quoted(header.index_sha256) + "}";
  for (const auto& [name, span] : header.entries) {
    text += ",\n" + quoted(name) + ":{\"dtype\":\"U8\",\"shape\":[" +
            std::to_string(span.second - span.first) + "],\"data_offsets\":[" +
            std::to_string(span.first) + "," + std::to_string(span.second) + "]}";
  }
  text += '}';
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

Header headerOf(const std::string& place, const std::string& text, std::uint64_t data_size) {
  dom::parser parser;
  const Object object(place, "the header", parsed(parser, place, "the header", text));
  Header header;
  bool is_bundle = false;
  for (const auto [key, value] : object.fields()) {
    if (key == "__metadata__") {
      const Object metadata(place, "its metadata", value);
      is_bundle = metadata.text("format") == kFormat;
      if (is_bundle) header.index_sha256 = metadata.text("index_sha256");
      continue;
    }
    const std::string name(key);
    if (!header.entries.emplace(name, entryOf(place, name, value)).second) {
      throw damaged(place, "its header has the entry '" + name + "' twice");
    }
  }
  if (!is_bundle) {
    throw inputError(place, "is a safetensors file, but no bundle",
                     "a bundle is what --bundle writes");
  }
  checkCover(place, header, data_size);
  return header;
}

}  // namespace kindred::bundle
