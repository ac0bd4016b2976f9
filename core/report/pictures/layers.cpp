// Figures of like-numbered layers over depth: one line a pair, controls dashed.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

std::string captionOf(const results::Figure* figure) {
  if (figure != nullptr && !figure->strangers.empty()) {
    return "Tensors of like-numbered layers, pairs with a control dashed. " + figure->strangers;
  }
  return "Each line is a pair of models, dashed where one of them is a control. If the models were "
         "independent, their line would lie among those of the controls.";
}

struct Group {
  std::string metric;
  const results::Figure* figure = nullptr;
  std::vector<std::string> pairs, parts;
  std::map<std::tuple<std::string, std::string, std::int64_t>, Mean> values;  // pair, part, layer
  std::map<std::string, bool> control;

  static void note(std::vector<std::string>& list, const std::string& entry) {
    if (std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(entry);
  }

  void add(const results::Report& report, const results::Observation& o) {
    const std::string pair = pairName(o.model_a, o.model_b);
    const std::string part = partOf(o.tensor_a, o.layer_a);
    note(pairs, pair);
    note(parts, part);
    values[{pair, part, o.layer_a}].add(o.value);
    control[pair] = results::isControl(report, o.model_a) || results::isControl(report, o.model_b);
  }
};

Json panel() {
  return {{"mark", {{"type", "line"}, {"point", {{"size", 28}}}, {"strokeWidth", 2}}},
          {"encoding",
           {{"x", channel("layer", "quantitative", "layer", {{"axis", {{"tickMinStep", 1}}}})},
            {"y", channel("value", "quantitative", "", {{"scale", {{"zero", false}}}})},
            {"color", channel("pair", "nominal", "pair")},
            {"strokeDash",
             channel("role", "nominal", "role",
                     {{"scale",
                       {{"domain", Json::array({"subject", "control"})},
                        {"range", Json::array({Json::array({1, 0}), Json::array({5, 4})})}}},
                      {"legend", nullptr}})},
            {"tooltip",
             Json::array({channel("pair", "nominal", "pair"), channel("part", "nominal", "tensor"),
                          channel("layer", "quantitative", "layer"),
                          channel("value", "quantitative", "value", {{"format", ".5g"}})})}}}};
}

Picture pictureOf(const Group& group) {
  Columns rows({"pair", "part", "layer", "value", "role"});
  std::map<std::pair<std::string, std::string>, std::vector<double>> lines;
  for (const auto& [key, mean] : group.values) {
    const auto& [pair, part, layer] = key;
    rows.add(
        {pair, part, layer, rounded(mean.value()), group.control.at(pair) ? "control" : "subject"});
    lines[{pair, part}].push_back(mean.value());
  }
  Picture picture;
  for (const auto& [key, values] : lines) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    Mean mean;
    for (const double value : values) mean.add(value);
    picture.table.rows.push_back({key.first, key.second, std::to_string(values.size()),
                                  figure(mean.value()), figure(*least), figure(*most)});
    picture.summary += fmt::format("{}{}, {}: mean {}", picture.summary.empty() ? "" : "; ",
                                   key.first, key.second, figure(mean.value()));
  }
  picture.id = "layers-" + group.metric;
  picture.title = group.metric + ", layer by layer";
  picture.caption = captionOf(group.figure);
  picture.table.columns = {"pair", "tensor", "layers", "mean", "min", "max"};
  picture.spec = {{"usermeta", layout(2, 240)},
                  {"datasets", rows.datasets()},
                  {"data", {{"name", "rows"}}},
                  {"facet", channel("part", "nominal", "", {{"sort", nullptr}})},
                  {"spec", panel()}};
  return picture;
}

}  // namespace

std::vector<Picture> layerPictures(const results::Report& report) {
  constexpr std::size_t kMostPairs = 12, kMostParts = 12;
  const FirstFigures first(report);
  const Declarations declared(report);
  std::vector<std::string> order;
  std::map<std::string, Group> groups;
  for (const results::Observation& o : report.rows) {
    if (o.layer_a < 0 || o.layer_a != o.layer_b || o.expert_a != o.expert_b) continue;
    if (o.model_a == o.model_b || !first.isFirst(o)) continue;
    if (declared.isApart(o)) continue;
    const results::Metric* how = declared.metricOf(o);
    const std::string key = (how == nullptr ? "" : how->plugin) + "/" + o.metric;
    if (!groups.contains(key)) order.push_back(key);
    Group& group = groups[key];
    group.metric = o.metric;
    group.figure = declared.of(o);
    group.add(report, o);
  }
  std::vector<Picture> pictures;
  for (const std::string& key : order) {
    const Group& group = groups.at(key);
    if (group.pairs.size() > kMostPairs || group.parts.size() > kMostParts) continue;
    std::set<std::int64_t> layers;
    for (const auto& [place, _] : group.values) layers.insert(std::get<2>(place));
    if (layers.size() > 1) pictures.push_back(pictureOf(group));
  }
  return pictures;
}

}  // namespace kindred::report
