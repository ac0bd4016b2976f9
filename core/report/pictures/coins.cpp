// Coins of each sign test by layer, against the band in which fair coins fall.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr double kDeviations = 3.2905;  // 99.9 % of a normal distribution lie within

Json bandLayer() {
  return {{"transform", Json::array({Json{{"filter", "datum.pair === ''"}}})},
          {"mark", {{"type", "area"}, {"opacity", 0.25}, {"color", "#8a9299"}}},
          {"encoding",
           {{"y", channel("low", "quantitative", "share of heads",
                          {{"scale", {{"domain", Json::array({0, 1})}}}})},
            {"y2", {{"field", "high"}}}}}};
}

Json pointLayer() {
  return {
      {"transform", Json::array({Json{{"filter", "datum.pair !== ''"}}})},
      {"mark", {{"type", "point"}, {"filled", true}, {"size", 70}}},
      {"encoding",
       {{"y", channel("share", "quantitative", "share of heads")},
        {"color", channel("pair", "nominal", "pair")},
        {"shape", channel("role", "nominal", "role",
                          {{"scale",
                            {{"domain", Json::array({"subject", "control"})},
                             {"range", Json::array({"circle", "diamond"})}}}})},
        {"tooltip",
         Json::array({channel("pair", "nominal", "pair"), channel("layer", "quantitative", "layer"),
                      channel("heads", "quantitative", "heads"),
                      channel("coins", "quantitative", "coins"),
                      channel("share", "quantitative", "share", {{"format", ".3f"}})})}}}};
}

class Coins {
 public:
  Coins(const results::Report& report, const std::string& gauge) : report_(report) {
    for (const evidence::StepFinding& finding : report.findings) {
      if (finding.finding.gauge.name() == gauge) add(finding);
    }
    for (const auto& [layer, coins] : fewest_) {
      const double half = kDeviations * 0.5 / std::sqrt(coins);
      rows_.add({layer, nullptr, nullptr, nullptr, "", "", rounded(std::max(0.0, 0.5 - half)),
                 rounded(std::min(1.0, 0.5 + half))});
    }
  }

  Picture picture(const std::string& gauge) const {
    Picture picture;
    picture.id = "coins-" + gauge;
    picture.title = "Coins of " + gauge + ", layer by layer";
    picture.caption =
        "Each dot is the share of heads among the sign coins of one layer. If the models were "
        "independent the coins would be fair: dots would lie in the grey band, which holds 99.9 % "
        "of fair tosses.";
    picture.summary = summary_;
    picture.table = table_;
    picture.spec = {
        {"usermeta", layout(1, 300)},
        {"datasets", rows_.datasets()},
        {"data", {{"name", "rows"}}},
        {"encoding",
         {{"x", channel("layer", "quantitative", "layer", {{"axis", {{"tickMinStep", 1}}}})}}},
        {"layer", Json::array({bandLayer(), pointLayer()})}};
    return picture;
  }

 private:
  void add(const evidence::StepFinding& finding) {
    const std::string pair = pairName(finding.model_a, finding.model_b);
    const bool control = results::isControl(report_, finding.model_a) ||
                         results::isControl(report_, finding.model_b);
    double coins = 0, heads = 0;
    for (const LayerCoins& layer : finding.finding.by_layer) {
      if (layer.coins == 0) continue;
      const auto of_layer = static_cast<double>(layer.coins);
      const auto of_heads = static_cast<double>(layer.heads);
      rows_.add({layer.layer, rounded(of_heads / of_layer), rounded(of_heads), rounded(of_layer),
                 pair, control ? "control" : "subject", nullptr, nullptr});
      const auto [known, fresh] = fewest_.try_emplace(layer.layer, of_layer);
      if (!fresh) known->second = std::min(known->second, of_layer);
      coins += of_layer;
      heads += of_heads;
    }
    if (!(coins > 0)) return;
    table_.rows.push_back({pair, figure(coins), figure(heads), figure(heads / coins)});
    summary_ += fmt::format("{}{}: {:.0f} heads of {:.0f} coins", summary_.empty() ? "" : "; ",
                            pair, heads, coins);
  }

  const results::Report& report_;
  std::map<std::int64_t, double> fewest_;  // coins of a layer: the widest band
  Columns rows_{{"layer", "share", "heads", "coins", "pair", "role", "low", "high"}};
  TextTable table_{"", {"pair", "coins", "heads", "share of heads"}, {}, ""};
  std::string summary_;
};

}  // namespace

std::vector<Picture> coinPictures(const results::Report& report) {
  constexpr std::size_t kMostPairs = 12;  // colours tell no more apart
  std::vector<std::string> gauges;
  std::map<std::string, std::set<std::string>> pairs;
  for (const evidence::StepFinding& finding : report.findings) {
    if (finding.finding.by_layer.empty()) continue;
    if (pairs[finding.finding.gauge.name()].empty()) gauges.push_back(finding.finding.gauge.name());
    pairs[finding.finding.gauge.name()].insert(pairName(finding.model_a, finding.model_b));
  }
  std::vector<Picture> pictures;
  for (const std::string& gauge : gauges) {
    if (pairs[gauge].size() > kMostPairs) continue;
    pictures.push_back(Coins(report, gauge).picture(gauge));
  }
  return pictures;
}

}  // namespace kindred::report
