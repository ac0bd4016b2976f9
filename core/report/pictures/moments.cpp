// Distributions of values over depth, from the moments of each tensor.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/shown.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

struct RowMoments {
  double mean = results::kUndefined, sd = results::kUndefined, min = results::kUndefined,
         max = results::kUndefined;
};

using Key = std::tuple<std::string, std::string, std::int64_t>;  // part, model, layer

std::map<Key, RowMoments> collected(const results::Report& report) {
  const Declarations declared(report);
  std::map<Key, RowMoments> moments;
  for (const results::Observation& o : report.rows) {
    const results::Figure* figure = declared.of(o);
    if (figure == nullptr || figure->part == Part::none || figure->unit != Unit::value) continue;
    if (o.layer_a < 0 || o.expert_a >= 0) continue;
    RowMoments& m = moments[{partOf(o.tensor_a, o.layer_a), o.model_a, o.layer_a}];
    if (figure->part == Part::mean) m.mean = o.value;
    if (figure->part == Part::deviation) m.sd = o.value;
    if (figure->part == Part::quantile && figure->at == 0) m.min = o.value;
    if (figure->part == Part::quantile && figure->at == 1) m.max = o.value;
  }
  return moments;
}

Json momentsPanel() {
  const Json x = channel("layer", "quantitative", "layer", {{"axis", {{"tickMinStep", 1}}}});
  const Json colour = channel("model", "nominal", "model");
  const Json y{{"zero", false}};
  const auto band = [&](const char* low, const char* high, double opacity) {
    return Json{{"mark", {{"type", "area"}, {"opacity", opacity}}},
                {"encoding",
                 {{"y", channel(low, "quantitative", "value", {{"scale", y}})},
                  {"y2", {{"field", high}}}}}};
  };
  Json line{
      {"mark", {{"type", "line"}, {"strokeWidth", 2}, {"point", {{"size", 24}}}}},
      {"encoding",
       {{"y", channel("mean", "quantitative", "value", {{"scale", y}})},
        {"tooltip", Json::array({channel("model", "nominal", "model"),
                                 channel("layer", "quantitative", "layer"),
                                 channel("mean", "quantitative", "mean", {{"format", ".4g"}}),
                                 channel("sd", "quantitative", "sd", {{"format", ".4g"}}),
                                 channel("min", "quantitative", "min", {{"format", ".4g"}}),
                                 channel("max", "quantitative", "max", {{"format", ".4g"}})})}}}};
  return {{"encoding", {{"x", x}, {"color", colour}}},
          {"layer", Json::array({band("min", "max", 0.1), band("low", "high", 0.25), line})}};
}

Picture bands(const std::map<Key, RowMoments>& moments) {
  Columns rows({"part", "model", "layer", "mean", "sd", "low", "high", "min", "max"});
  std::map<std::pair<std::string, std::string>, Mean> means, spreads;
  for (const auto& [key, m] : moments) {
    const auto& [part, model, layer] = key;
    rows.add({part, shown(model), layer, rounded(m.mean), rounded(m.sd), rounded(m.mean - m.sd),
              rounded(m.mean + m.sd), rounded(m.min), rounded(m.max)});
    means[{part, model}].add(m.mean);
    spreads[{part, model}].add(m.sd);
  }
  Picture picture;
  for (const auto& [key, mean] : means) {
    picture.table.rows.push_back(
        {key.first, key.second, figure(mean.value()), figure(spreads.at(key).value())});
  }
  picture.id = "moments";
  picture.title = "Distributions of values over depth";
  picture.caption =
      "The line is the mean of each tensor, the band one standard deviation to both sides, the "
      "pale "
      "band its whole range. Curves of independent models of one family often have the same shape, "
      "since depth and training make them; likeness here is no evidence.";
  picture.summary = fmt::format("means and spreads of {} tensors", moments.size());
  picture.table.columns = {"tensor", "model", "mean over layers", "mean sd"};
  picture.spec = {{"usermeta", layout(2, 240)}, {"datasets", rows.datasets()},
                  {"data", {{"name", "rows"}}}, {"facet", channel("part", "nominal", "")},
                  {"spec", momentsPanel()},     {"resolve", {{"scale", {{"y", "independent"}}}}}};
  return picture;
}

// One hill a tensor, the first layer on top.
Picture ridges(const std::map<Key, RowMoments>& moments) {
  constexpr int kSteps = 12;     // to each side, of a quarter of a standard deviation
  constexpr double kHill = 1.8;  // layers high
  Columns rows({"part", "model", "layer", "x", "base", "top"});
  std::set<std::int64_t> layers;
  for (const auto& [key, m] : moments) {
    const auto& [part, model, layer] = key;
    if (!(m.sd > 0) || !std::isfinite(m.mean)) continue;
    layers.insert(layer);
    const auto base = -static_cast<double>(layer);
    for (int i = -kSteps; i <= kSteps; ++i) {
      const double z = i / 4.0, x = m.mean + z * m.sd;
      if (x < m.min || x > m.max) continue;
      rows.add({part, shown(model), layer, rounded(x), base,
                rounded(base + kHill * std::exp(-z * z / 2))});
    }
  }
  Picture picture;
  if (layers.size() < 2) return picture;
  picture.id = "ridges";
  picture.title = "Hills of values, layer by layer";
  picture.caption =
      "One hill a tensor, the first layer on top: a normal curve with the mean and the spread of "
      "its "
      "values, cut at the smallest and the largest. Hills of independent models of one family "
      "often "
      "wander alike; a descendant's lie on those of its ancestor in every detail.";
  picture.summary = fmt::format("distributions of {} layers", layers.size());
  const Json axis{{"labelExpr", "datum.value > 0 ? '' : '' + -datum.value"},
                  {"tickMinStep", 1},
                  {"grid", false}};
  picture.spec = {
      {"usermeta",
       layout(2, 80 + 16.0 * static_cast<double>(std::min<std::size_t>(layers.size(), 48)))},
      {"datasets", rows.datasets()},
      {"data", {{"name", "rows"}}},
      {"facet", channel("part", "nominal", "")},
      {"spec",
       {{"mark", {{"type", "area"}, {"opacity", 0.45}, {"line", {{"strokeWidth", 1}}}}},
        {"encoding",
         {{"x", channel("x", "quantitative", "value", {{"scale", {{"zero", false}}}})},
          {"y", channel("top", "quantitative", "layer", {{"axis", axis}})},
          {"y2", {{"field", "base"}}},
          {"detail", {{"field", "layer"}}},
          {"color", channel("model", "nominal", "model")},
          {"tooltip", Json::array({channel("model", "nominal", "model"),
                                   channel("layer", "quantitative", "layer")})}}}}},
      {"resolve", {{"scale", {{"x", "independent"}}}}}};
  return picture;
}

}  // namespace

std::vector<Picture> momentPictures(const results::Report& report) {
  const std::map<Key, RowMoments> moments = collected(report);
  std::set<std::pair<std::string, std::string>> lines;
  for (const auto& [key, _] : moments) lines.emplace(std::get<0>(key), std::get<1>(key));
  if (moments.size() < 2 || lines.size() > 40) return {};
  std::vector<Picture> pictures{bands(moments)};
  Picture hills = ridges(moments);
  if (!hills.id.empty()) pictures.push_back(std::move(hills));
  return pictures;
}

}  // namespace kindred::report
