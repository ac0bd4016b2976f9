#include "results/compare.hpp"

#include <map>

#include <fmt/format.h>

#include "results/writer.hpp"

namespace kindred::results {
namespace {

std::map<std::string, std::string> byPlace(const std::vector<RangeRead>& ranges) {
  std::map<std::string, std::string> texts;
  for (const RangeRead& range : ranges) {
    texts[fmt::format("bytes of {}/{}, {} from {} on", range.model, range.file, range.length,
                      range.offset)] = range.xxh3_128;
  }
  return texts;
}

// What only one has, or both have differently.
void compareRanges(const std::vector<RangeRead>& saved, const std::vector<RangeRead>& now,
                   std::vector<Difference>& found) {
  const auto x = byPlace(saved), y = byPlace(now);
  for (const auto& [where, text] : x) {
    const auto other = y.find(where);
    if (other == y.end()) {
      found.push_back({where, text, ""});
    } else if (other->second != text) {
      found.push_back({where, text, other->second});
    }
  }
  for (const auto& [where, text] : y) {
    if (!x.contains(where)) found.push_back({where, "", text});
  }
}

template <class T>
void compareFields(const char* file, const T& saved, const T& now, std::vector<Difference>& found) {
  const Json x = Writer<Scope::repeated>::objectOf(saved);
  const Json y = Writer<Scope::repeated>::objectOf(now);
  const auto at = [](const Json& json, const std::string& path) -> std::string {
    const Json::json_pointer pointer(path);
    return json.contains(pointer)
               ? json.at(pointer).dump(-1, ' ', false, Json::error_handler_t::replace)
               : "";
  };
  for (const Json& change : Json::diff(x, y)) {
    const auto path = change.at("path").get<std::string>();
    found.push_back({fmt::format("{} {}", file, path), at(x, path), at(y, path)});
  }
}

}  // namespace

std::vector<Difference> differences(const Report& saved, const Report& now) {
  std::vector<Difference> found;
  compareRanges(saved.manifest.ranges, now.manifest.ranges, found);
  compareFields("report.json", saved, now, found);
  compareFields("manifest.json", saved.manifest, now.manifest, found);
  return found;
}

}  // namespace kindred::results
