// How large differences of values are: histograms by powers of two, and quantiles by layer.
#include <array>
#include <cstdio>
#include <map>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr const char* kCaption =
    "Independent models differ by about as much as their weights are large, everywhere; a "
    "descendant's differences are smaller than that by orders of magnitude, or zero.";

// The share of elements that bin `number` of a step holds: mean over tensors by their elements.
struct Share {
  double elements = 0, weighted = 0;
};

std::string binName(int number) {
  if (number < 0) return "equal";
  return fmt::format("{}2^{}", number == 28 ? ">= " : "< ", number == 28 ? 3 : number - 24);
}

std::vector<Picture> histogram(const results::Report& report) {
  std::map<std::string, std::map<int, Share>> pairs;
  for (const results::Observation& o : report.rows) {
    const results::Metric* how = metricOf(report, o.step, o.metric);
    if (how == nullptr || how->plugin != "difference-histogram" || !(o.value >= 0)) continue;
    int number = -1;
    if (o.figure != "zero" && std::sscanf(o.figure.c_str(), "b%2d", &number) != 1) continue;
    if (number < -1 || number > 28) continue;
    Share& share = pairs[pairName(o.model_a, o.model_b)][number];
    share.elements += static_cast<double>(o.elements);
    share.weighted += o.value * static_cast<double>(o.elements);
  }
  if (pairs.empty() || pairs.size() > 12) return {};
  Picture picture;
  Columns rows({"pair", "bin", "order", "share"});
  picture.table.columns = {"pair", "difference", "share of values"};
  for (const auto& [pair, bins] : pairs) {
    for (const auto& [number, share] : bins) {
      if (!(share.elements > 0)) continue;
      const double value = share.weighted / share.elements;
      rows.add({pair, binName(number), number, rounded(value)});
      if (value > 0) picture.table.rows.push_back({pair, binName(number), figure(value)});
    }
  }
  picture.id = "difference-histogram";
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

std::vector<Picture> quantiles(const results::Report& report) {
  constexpr std::array<std::pair<const char*, const char*>, 4> kQuantiles{
      {{"p50", "half"}, {"p99", "99 %"}, {"p999", "99.9 %"}, {"max", "all"}}};
  std::map<std::string, std::map<std::pair<std::string, std::int64_t>, Mean>> pairs;
  for (const results::Observation& o : report.rows) {
    const results::Metric* how = metricOf(report, o.step, o.metric);
    if (how == nullptr || how->plugin != "mad") continue;
    if (o.layer_a < 0 || o.layer_a != o.layer_b) continue;
    for (const auto& [figure, words] : kQuantiles) {
      if (o.figure == figure)
        pairs[pairName(o.model_a, o.model_b)][{words, o.layer_a}].add(o.value);
    }
  }
  if (pairs.empty() || pairs.size() > 12) return {};
  Picture picture;
  Columns rows({"pair", "quantile", "layer", "value"});
  std::map<std::string, std::map<std::string, Mean>> overall;
  for (const auto& [pair, values] : pairs) {
    for (const auto& [key, mean] : values) {
      rows.add({pair, key.first, key.second, rounded(mean.value())});
      overall[pair][key.first].add(mean.value());
    }
  }
  picture.table.columns = {"pair", "of the values", "differ by at most (mean over layers)"};
  for (const auto& [pair, values] : overall) {
    for (const auto& [quantile, mean] : values) {
      picture.table.rows.push_back({pair, quantile, figure(mean.value())});
    }
    picture.summary += fmt::format("{}{}: half of the values differ by at most {}",
                                   picture.summary.empty() ? "" : "; ", pair,
                                   figure(values.begin()->second.value()));
  }
  picture.id = "difference-quantiles";
  picture.title = "Quantiles of differences, layer by layer";
  picture.caption =
      std::string("Half, 99 %, 99.9 % and all of the values differ by at most this. ") + kCaption;
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
          {"color", channel("quantile", "ordinal", "of the values",
                            {{"sort", Json::array({"half", "99 %", "99.9 %", "all"})}})},
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
