// Every layer of one model against every layer of the other, and experts by layer.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/shown.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kMostCells = 20000;  // of a picture; beyond that a page gets slow

using Cell = std::pair<std::int64_t, std::int64_t>;

struct Heatmap {
  std::string step, part, model_a, model_b;
  const results::Figure* figure = nullptr;
  bool control = false;
  std::vector<std::string> metrics = {};  // raw before centred, as the step has them
  std::map<Cell, std::map<std::string, double>> cells = {};  // (down, across)
};

// What the axes are, or nothing where a row is no cell of a heatmap.
struct Axes {
  const char *down, *across;
  Cell cell;
};

std::optional<Axes> layerAxes(const results::Report&, const results::Observation& o) {
  if (o.layer_a < 0 || o.layer_b < 0 || o.expert_a >= 0 || o.expert_b >= 0) return std::nullopt;
  return Axes{"layer", "layer", {o.layer_a, o.layer_b}};
}

std::optional<Axes> expertAxes(const results::Report&, const results::Observation& o) {
  if (o.layer_a < 0 || o.layer_a != o.layer_b || o.expert_a < 0 || o.expert_a != o.expert_b) {
    return std::nullopt;
  }
  return Axes{"layer", "expert", {o.layer_a, o.expert_a}};
}

using AxesOf = std::optional<Axes> (*)(const results::Report&, const results::Observation&);

std::vector<Heatmap> collected(const results::Report& report, AxesOf axes_of) {
  const FirstFigures first(report);
  const Declarations declared(report);
  std::map<std::string, std::size_t> index;
  std::vector<Heatmap> maps;
  for (const results::Observation& o : report.rows) {
    const std::optional<Axes> axes = axes_of(report, o);
    if (!axes || !first.isFirst(o)) continue;
    const results::Metric* how = declared.metricOf(o);
    if (how == nullptr || declared.isApart(o)) continue;
    std::string part = partOf(o.tensor_a, o.layer_a);
    const std::string expert = "." + std::to_string(o.expert_a) + ".";
    const std::size_t at = part.find(expert);
    if (o.expert_a >= 0 && at != std::string::npos) part.replace(at, expert.size(), ".*.");
    if (o.tensor_b.empty()) continue;
    const std::string key = o.step + "\n" + part + "\n" + how->plugin;
    const auto [known, fresh] = index.try_emplace(key, maps.size());
    if (fresh) {
      maps.push_back(
          {o.step, part, o.model_a, o.model_b, declared.of(o),
           results::isControl(report, o.model_a) || results::isControl(report, o.model_b)});
    }
    Heatmap& map = maps[known->second];
    if (std::find(map.metrics.begin(), map.metrics.end(), o.metric) == map.metrics.end()) {
      map.metrics.push_back(o.metric);
    }
    map.cells[axes->cell][o.metric] = o.value;
  }
  return maps;
}

bool spansAPlane(const Heatmap& map) {
  std::map<std::int64_t, std::size_t> down;
  for (const auto& [cell, _] : map.cells) ++down[cell.first];
  const bool wide =
      std::any_of(down.begin(), down.end(), [](const auto& d) { return d.second > 1; });
  return wide && down.size() > 1 && map.cells.size() <= kMostCells;
}

// Drawn on its whole range, in colours that part at 0.
bool isSigned(const Heatmap& map) {
  return map.figure != nullptr && map.figure->least && map.figure->most &&
         *map.figure->least == -*map.figure->most;
}

Json colour(const Heatmap& map) {
  double least = INFINITY, most = -INFINITY;
  for (const auto& [_, values] : map.cells) {
    for (const auto& [metric, value] : values) {
      if (!std::isfinite(value)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
    }
  }
  if (isSigned(map)) {
    return {{"domain", Json::array({rounded(*map.figure->least), rounded(*map.figure->most)})},
            {"domainMid", 0},
            {"scheme", "blueorange"},
            {"reverse", false}};
  }
  return {{"domain", Json::array({rounded(least), rounded(most)})}, {"scheme", "viridis"}};
}

Json panel(const std::string& metric, std::size_t number, const Json& scale, const Axes& axes) {
  const std::string field = fmt::format("v{}", number);
  const std::string down = fmt::format("{} of the first", axes.down);
  const std::string across =
      std::string(axes.across) + (std::string(axes.across) == "expert" ? "" : " of the second");
  const Json thin{{"labelOverlap", true}, {"labelAngle", 0}};
  const Json cells{
      {"mark", {{"type", "rect"}}},
      {"encoding",
       {{"color", channel(field.c_str(), "quantitative", "", {{"scale", scale}})},
        {"tooltip",
         Json::array({channel("a", "ordinal", down), channel("b", "ordinal", across),
                      channel(field.c_str(), "quantitative", metric, {{"format", ".5g"}})})}}}};
  const Json diagonal{{"transform", Json::array({Json{{"filter", "datum.a === datum.b"}}})},
                      {"mark",
                       {{"type", "rect"},
                        {"filled", false},
                        {"stroke", "#111"},
                        {"strokeWidth", 0.8},
                        {"tooltip", nullptr}}}};
  Json layers = Json::array({cells});
  if (std::string(axes.across) == "layer") layers.push_back(diagonal);
  return {{"title", metric},
          {"encoding",
           {{"x", channel("b", "ordinal", across, {{"axis", thin}})},
            {"y", channel("a", "ordinal", down, {{"axis", thin}})}}},
          {"layer", std::move(layers)}};
}

// Mean of the diagonal, mean and largest of the other cells, by metric.
void addNumbers(const Heatmap& map, Picture& picture) {
  picture.table.columns = {"figure", "cells", "mean on the diagonal", "mean elsewhere",
                           "largest elsewhere"};
  for (const std::string& metric : map.metrics) {
    Mean on, off;
    double most = results::kUndefined;
    for (const auto& [cell, values] : map.cells) {
      const auto found = values.find(metric);
      if (found == values.end()) continue;
      (cell.first == cell.second ? on : off).add(found->second);
      if (cell.first != cell.second && !(found->second <= most)) most = found->second;
    }
    picture.table.rows.push_back({metric, std::to_string(map.cells.size()), figure(on.value()),
                                  figure(off.value()), figure(most)});
    picture.summary +=
        fmt::format("{}{}: {} on the diagonal, {} elsewhere", picture.summary.empty() ? "" : "; ",
                    metric, figure(on.value()), figure(off.value()));
  }
}

std::string captionOf(const Heatmap& map, bool experts) {
  if (experts) {
    return "One row a layer, one column an expert. Independent models show no expert or layer that "
           "stands out from those of a control.";
  }
  std::string text =
      "Each cell compares a layer of the first model (down) with one of the second (across); the "
      "outlined diagonal holds like-numbered layers. ";
  if (isSigned(map) && map.metrics.size() > 1) text += "All panels share one colour scale. ";
  return text +
         "If the models were independent, no diagonal would stand out from its surroundings more "
         "than a control's does; depth alone makes broad bands.";
}

Picture pictureOf(const Heatmap& map, const Axes& axes) {
  const bool experts = std::string(axes.across) == "expert";
  std::vector<std::string> names{"a", "b"};
  for (std::size_t i = 0; i < map.metrics.size(); ++i) names.push_back(fmt::format("v{}", i));
  Columns rows(names);
  for (const auto& [cell, values] : map.cells) {
    std::vector<Json> row{cell.first, cell.second};
    for (const std::string& metric : map.metrics) {
      const auto found = values.find(metric);
      row.push_back(found == values.end() ? Json(nullptr) : rounded(found->second));
    }
    rows.add(row);
  }
  Picture picture;
  picture.id = "heatmap-" + map.step;
  picture.title = fmt::format("{} against {}{}: {}", shown(map.model_a), shown(map.model_b),
                              map.control ? " (control)" : "", map.part);
  picture.caption = captionOf(map, experts);
  addNumbers(map, picture);
  const Json scale = colour(map);
  Json panels = Json::array();
  for (std::size_t i = 0; i < map.metrics.size(); ++i) {
    panels.push_back(panel(map.metrics[i], i, scale, axes));
  }
  picture.spec = {{"usermeta", layout(2, experts ? 0.5 : 0.9)},
                  {"datasets", rows.datasets()},
                  {"data", {{"name", "rows"}}},
                  {"concat", std::move(panels)},
                  {"resolve", {{"scale", {{"color", "shared"}}}}}};
  return picture;
}

}  // namespace

std::vector<Picture> heatmaps(const results::Report& report) {
  std::vector<Picture> pictures;
  for (const Heatmap& map : collected(report, layerAxes)) {
    if (spansAPlane(map)) pictures.push_back(pictureOf(map, {"layer", "layer", {}}));
  }
  for (const Heatmap& map : collected(report, expertAxes)) {
    if (spansAPlane(map)) pictures.push_back(pictureOf(map, {"layer", "expert", {}}));
  }
  return pictures;
}

}  // namespace kindred::report
