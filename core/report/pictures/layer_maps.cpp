// Which layer of one model was matched with which of the other, and experts likewise.
#include <cstdio>
#include <map>
#include <set>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"

namespace kindred::report {
namespace {

struct Match {
  long long b = 0, a = 0, layer = -1;  // layer: of B, for experts
};

// "layer_of.7" = 5: layer 7 of B was matched with layer 5 of A; "expert_of.7.3" = 0: expert 3 in
// layer 7 of B with expert 0.
std::vector<Match> matchesOf(const DocumentFinding& finding, bool experts) {
  std::vector<Match> matches;
  for (const auto& [name, value] : finding.details) {
    Match match;
    const bool read =
        experts ? std::sscanf(name.c_str(), "expert_of.%9lld.%9lld", &match.layer, &match.b) == 2
                : std::sscanf(name.c_str(), "layer_of.%9lld", &match.b) == 1;
    if (!read || !(value >= 0 && value < 1e9)) continue;
    match.a = static_cast<long long>(value);
    matches.push_back(match);
  }
  return matches;
}

Json spec(const Columns& rows, const char* what, bool by_layer) {
  const std::string a = fmt::format("{} of the first", what);
  const std::string b = fmt::format("{} of the second", what);
  Json tooltip = Json::array({channel("pair", "nominal", "pair"), channel("a", "quantitative", a),
                              channel("b", "quantitative", b)});
  if (by_layer) tooltip.push_back(channel("layer", "quantitative", "layer of the second"));
  return {{"usermeta", layout(1, 340)},
          {"datasets", rows.datasets()},
          {"data", {{"name", "rows"}}},
          {"mark", {{"type", "point"}, {"filled", true}, {"size", by_layer ? 22 : 60}}},
          {"encoding",
           {{"x", channel("b", "quantitative", b, {{"axis", {{"tickMinStep", 1}}}})},
            {"y", channel("a", "quantitative", a, {{"axis", {{"tickMinStep", 1}}}})},
            {"color", channel("pair", "nominal", "pair")},
            {"shape", channel("pair", "nominal", "pair")},
            {"tooltip", std::move(tooltip)}}}};
}

Picture picture(const Document& document, bool experts) {
  constexpr std::size_t kMostPairs = 8;
  const char* what = experts ? "expert" : "layer";
  Columns rows({"pair", "a", "b", "layer"});
  Picture picture;
  std::set<std::string> seen;
  for (const DocumentFinding& finding : document.findings) {
    const std::vector<Match> matches = matchesOf(finding, experts);
    const std::string pair = pairName(finding.model_a, finding.model_b);
    if (matches.empty() || seen.size() == kMostPairs || !seen.insert(pair).second) continue;
    std::size_t same = 0;
    for (const Match& match : matches) {
      rows.add({pair, match.a, match.b, match.layer});
      same += match.a == match.b;
    }
    picture.table.rows.push_back({pair, std::to_string(matches.size()), std::to_string(same)});
    picture.summary += fmt::format("{}{}: {} of {} keep their number",
                                   picture.summary.empty() ? "" : "; ", pair, same, matches.size());
  }
  if (rows.size() == 0) return picture;
  picture.id = experts ? "expert-map" : "layer-map";
  picture.title =
      experts ? "Which expert was matched with which" : "Which layer was matched with which";
  picture.caption = fmt::format(
      "Each mark is {} of the second model and the most similar one of the first. A diagonal says "
      "that order was kept; a broken one, that layers or experts were inserted or dropped. "
      "Independent models give marks without order.",
      experts ? "an expert" : "a layer");
  picture.table.columns = {"pair", std::string("matched ") + what + "s", "with their own number"};
  picture.spec = spec(rows, what, experts);
  return picture;
}

}  // namespace

std::vector<Picture> layerMaps(const Document& document) {
  std::vector<Picture> pictures;
  for (const bool experts : {false, true}) {
    Picture made = picture(document, experts);
    if (!made.id.empty()) pictures.push_back(std::move(made));
  }
  return pictures;
}

}  // namespace kindred::report
