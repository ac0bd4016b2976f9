// Which layer of one model was matched with which of the other, and experts likewise.
#include <set>
#include <utility>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"

namespace kindred::report {
namespace {

// Layers, or experts within them.
std::vector<PlaceMatch> matchesOf(const evidence::StepFinding& finding, bool experts) {
  std::vector<PlaceMatch> matches;
  for (const PlaceMatch& match : finding.finding.matches) {
    if ((match.expert_b >= 0) == experts) matches.push_back(match);
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

Picture picture(const results::Report& report, bool experts) {
  constexpr std::size_t kMostPairs = 8;
  const char* what = experts ? "expert" : "layer";
  Columns rows({"pair", "a", "b", "layer"});
  Picture picture;
  std::set<std::string> seen;
  for (const evidence::StepFinding& finding : report.findings) {
    const std::vector<PlaceMatch> matches = matchesOf(finding, experts);
    const std::string pair = pairName(finding.model_a, finding.model_b);
    if (matches.empty() || seen.size() == kMostPairs || !seen.insert(pair).second) continue;
    std::size_t same = 0;
    for (const PlaceMatch& match : matches) {
      const auto [a, b] = experts ? std::pair(match.expert_a, match.expert_b)
                                  : std::pair(match.layer_a, match.layer_b);
      rows.add({pair, a, b, experts ? match.layer_b : -1});
      same += a == b;
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

std::vector<Picture> layerMaps(const results::Report& report) {
  std::vector<Picture> pictures;
  for (const bool experts : {false, true}) {
    Picture made = picture(report, experts);
    if (!made.id.empty()) pictures.push_back(std::move(made));
  }
  return pictures;
}

}  // namespace kindred::report
