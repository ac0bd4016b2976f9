// How large differences of values are: histograms by powers of two, and quantiles by layer.
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr const char* kCaption =
    "Independent models differ by about as much as their weights are large, everywhere; a "
    "descendant's differences are smaller than that by orders of magnitude, or zero.";

// The share of elements that a bin holds: mean over tensors by their elements.
struct Share {
  double elements = 0, weighted = 0;
};

using Bins = std::map<double, Share>;  // by upper end

std::string power(double value) {
  const double exponent = std::log2(value);
  return exponent == std::floor(exponent) ? fmt::format("2^{:.0f}", exponent)
                                          : fmt::format("{:.4g}", value);
}

std::string binName(const Bins& bins, Bins::const_iterator bin) {
  if (bin->first == 0) return "equal";
  if (std::isfinite(bin->first)) return "< " + power(bin->first);
  return bin == bins.begin() ? "any" : ">= " + power(std::prev(bin)->first);
}

std::vector<Picture> histogram(const results::Report& report) {
  const Declarations declared(report);
  std::map<std::string, Bins> pairs;
  for (const results::Observation& o : report.rows) {
    if (!declared.isPart(o, Part::bin) || !(o.value >= 0)) continue;
    Share& share = pairs[pairName(o.model_a, o.model_b)][declared.of(o)->at.value_or(kUnbounded)];
    share.elements += static_cast<double>(o.elements);
    share.weighted += o.value * static_cast<double>(o.elements);
  }
  if (pairs.empty() || pairs.size() > 12) return {};
  Picture picture;
  Columns rows({"pair", "bin", "order", "share"});
  picture.table.columns = {"pair", "difference", "share of values"};
  for (const auto& [pair, bins] : pairs) {
    int number = -1;
    for (auto bin = bins.begin(); bin != bins.end(); ++bin, ++number) {
      if (!(bin->second.elements > 0)) continue;
      const double value = bin->second.weighted / bin->second.elements;
      const std::string name = binName(bins, bin);
      rows.add({pair, name, number, rounded(value)});
      if (value > 0) picture.table.rows.push_back({pair, name, figure(value)});
    }
  }
  picture.id = "differences";
  picture.title = "How far values lie apart";
  picture.caption = std::string("Share of values by the size of their difference. ") + kCaption;
  picture.summary = fmt::format("distribution of differences of {} pairs", pairs.size());
  picture.spec = {{"usermeta", layout(1, 90)},
                  {"datasets", rows.datasets()},
                  {"data", {{"name", "rows"}}},
                  {"facet",
                   {{"row", channel("pair", "nominal", "",
                                    {{"header",
                                      {{"labelAngle", 0},
                                       {"labelAlign", "left"},
                                       {"labelOrient", "top"},
                                       {"labelAnchor", "start"}}}})}}},
                  {"spec",
                   {{"mark", "bar"},
                    {"encoding",
                     {{"x", channel("bin", "ordinal", "difference",
                                    {{"sort", {{"field", "order"}}},
                                     {"axis", {{"labelAngle", -50}, {"labelOverlap", true}}}})},
                      {"y", channel("share", "quantitative", "share")},
                      {"tooltip", Json::array({channel("pair", "nominal", "pair"),
                                               channel("bin", "nominal", "difference"),
                                               channel("share", "quantitative", "share of values",
                                                       {{"format", ".4f"}})})}}}}}};
  return {picture};
}

std::string quantileName(double share) {
  return share == 0.5 ? "half" : share == 1 ? "all" : fmt::format("{:.4g} %", 100 * share);
}

std::vector<Picture> quantiles(const results::Report& report) {
  const Declarations declared(report);
  std::map<std::string, std::map<std::pair<double, std::int64_t>, Mean>> pairs;
  std::set<double> levels;
  for (const results::Observation& o : report.rows) {
    if (o.layer_a < 0 || o.layer_a != o.layer_b || !declared.isPart(o, Part::quantile)) continue;
    const results::Figure& figure = *declared.of(o);
    if (figure.unit != Unit::difference || !figure.at) continue;
    levels.insert(*figure.at);
    pairs[pairName(o.model_a, o.model_b)][{*figure.at, o.layer_a}].add(o.value);
  }
  if (pairs.empty() || pairs.size() > 12) return {};
  Picture picture;
  Columns rows({"pair", "quantile", "layer", "value"});
  std::map<std::string, std::map<double, Mean>> overall;
  for (const auto& [pair, values] : pairs) {
    for (const auto& [key, mean] : values) {
      rows.add({pair, quantileName(key.first), key.second, rounded(mean.value())});
      overall[pair][key.first].add(mean.value());
    }
  }
  Json order = Json::array();
  for (const double level : levels) order.push_back(quantileName(level));
  picture.table.columns = {"pair", "of the values", "differ by at most (mean over layers)"};
  for (const auto& [pair, values] : overall) {
    for (const auto& [level, mean] : values) {
      picture.table.rows.push_back({pair, quantileName(level), figure(mean.value())});
    }
    picture.summary += fmt::format(
        "{}{}: {} of the values differ by at most {}", picture.summary.empty() ? "" : "; ", pair,
        quantileName(values.begin()->first), figure(values.begin()->second.value()));
  }
  picture.id = "difference-quantiles";
  picture.title = "Quantiles of differences, layer by layer";
  picture.caption = std::string("So many of the values differ by at most this. ") + kCaption;
  picture.spec = {
      {"usermeta", layout(2, 200)},
      {"datasets", rows.datasets()},
      {"data", {{"name", "rows"}}},
      {"facet", channel("pair", "nominal", "")},
      {"spec",
       {{"mark", {{"type", "line"}, {"point", {{"size", 24}}}}},
        {"encoding",
         {{"x", channel("layer", "quantitative", "layer", {{"axis", {{"tickMinStep", 1}}}})},
          {"y", channel("value", "quantitative", "difference",
                        {{"scale", {{"type", "symlog"}, {"constant", 1e-4}}}})},
          {"color", channel("quantile", "ordinal", "of the values", {{"sort", order}})},
          {"tooltip",
           Json::array(
               {channel("pair", "nominal", "pair"), channel("quantile", "nominal", "of the values"),
                channel("layer", "quantitative", "layer"),
                channel("value", "quantitative", "differ by at most", {{"format", ".4g"}})})}}}}}};
  return {picture};
}

}  // namespace

std::vector<Picture> differencePictures(const results::Report& report) {
  std::vector<Picture> pictures = histogram(report);
  for (Picture& picture : quantiles(report)) pictures.push_back(std::move(picture));
  return pictures;
}

}  // namespace kindred::report
