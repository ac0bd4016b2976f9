// Who shares weights with whom, where many models were compared.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/shown.hpp"
#include "report/wording.hpp"
#include "results/relations.hpp"

namespace kindred::report {
namespace {

struct Point {
  double x = 0, y = 0;
};

// Each family a circle, circles in rows.
std::map<std::string, Point> placed(const std::vector<std::vector<std::string>>& groups) {
  std::map<std::string, Point> places;
  constexpr double kRow = 14;
  double x = 0, y = 0, height = 0;
  for (const auto& group : groups) {
    const auto n = static_cast<double>(group.size());
    const double radius = n == 1 ? 0 : std::max(1.1, n * 0.36);
    const double box = 2 * radius + 3;
    if (x > 0 && x + box > kRow) {
      x = 0;
      y -= height;
      height = 0;
    }
    height = std::max(height, 2 * radius + 2);
    for (std::size_t i = 0; i < group.size(); ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i) / n;
      places[group[i]] = {x + box / 2 + radius * std::sin(angle),
                          y - radius - 1 + radius * std::cos(angle)};
    }
    x += box;
  }
  return places;
}

Json edgeLayer() {
  return {
      {"transform", Json::array({Json{{"filter", "datum.kind === 'pair'"}}})},
      {"mark", {{"type", "rule"}, {"strokeWidth", 2}, {"opacity", 0.55}}},
      {"encoding",
       {{"x2", {{"field", "x2"}}},
        {"y2", {{"field", "y2"}}},
        {"strokeDash",
         {{"condition",
           {{"test", fmt::format("datum.klass === '{}'", evidence::name(evidence::Class::partial))},
            {"value", Json::array({4, 4})}}},
          {"value", Json::array({1, 0})}}},
        {"tooltip",
         Json::array({channel("label", "nominal", "pair"), channel("verdict", "nominal", "verdict"),
                      channel("p", "nominal", "adjusted p")})}}}};
}

// Names; `halo` beneath them keeps lines out of them (report/web/look.js).
Json nameLayer(const Json& filter, const char* style) {
  return {
      {"transform", filter},
      {"mark", {{"type", "text"}, {"style", style}, {"dy", -14}, {"fontSize", 11}, {"limit", 130}}},
      {"encoding", {{"text", {{"field", "label"}}}}}};
}

Json nodeLayers() {
  const Json filter = Json::array({Json{{"filter", "datum.kind === 'model'"}}});
  return Json::array({Json{{"transform", filter},
                           {"mark", {{"type", "circle"}, {"size", 180}, {"opacity", 1}}},
                           {"encoding",
                            {{"tooltip", Json::array({channel("label", "nominal", "model"),
                                                      channel("verdict", "nominal", "family")})}}}},
                      nameLayer(filter, "halo"), nameLayer(filter, "name")});
}

// Whether pairs of a model without relatives were not run, or decided nothing.
bool isUndecided(const results::Report& report, const std::string& model) {
  return std::any_of(report.families.begin(), report.families.end(), [&](const auto& family) {
    return family.models == std::vector{model} && family.undecided > 0;
  });
}

Picture graph(const results::Report& report) {
  std::vector<std::string> models;
  for (const results::Model& model : report.models) models.push_back(model.key);
  results::Relations relations(models);
  std::size_t related = 0;
  for (const results::Pair& pair : report.pairs) {
    relations.set(pair.a, pair.b, results::knownBy(pair.verdict.klass));
    related += evidence::isRelated(pair.verdict.klass);
  }
  std::vector<std::vector<std::string>> groups;
  for (const auto& group : results::connected(relations)) {
    groups.push_back(relations.namesOf(group));
  }
  const auto places = placed(groups);
  Columns rows({"kind", "x", "y", "x2", "y2", "label", "verdict", "klass", "p"});
  for (const results::Pair& pair : report.pairs) {
    if (!evidence::isRelated(pair.verdict.klass) || !places.contains(pair.a) ||
        !places.contains(pair.b)) {
      continue;
    }
    const Point& a = places.at(pair.a);
    const Point& b = places.at(pair.b);
    rows.add({"pair", rounded(a.x), rounded(a.y), rounded(b.x), rounded(b.y),
              pairName(pair.a, pair.b), verdictName(report, pair),
              evidence::name(pair.verdict.klass), text(pValue(pair.verdict.log10_p))});
  }
  Picture picture;
  std::size_t alone = 0, number = 0;
  for (const auto& group : groups) {
    const bool single = group.size() == 1, undecided = single && isUndecided(report, group.front());
    alone += single && !undecided;
    const std::string name = undecided ? "undecided"
                             : single  ? "alone"
                                       : fmt::format("family {}", ++number);
    std::string members;
    for (const std::string& model : group) {
      const Point& p = places.at(model);
      rows.add({"model", rounded(p.x), rounded(p.y), nullptr, nullptr, shown(model), name, "", ""});
      members += (members.empty() ? "" : ", ") + model;
    }
    picture.table.rows.push_back({name, members});
  }
  Json layers = Json::array();
  if (related > 0) layers.push_back(edgeLayer());
  for (Json& layer : nodeLayers()) layers.push_back(std::move(layer));
  const Json hidden{{"axis", nullptr}, {"scale", {{"zero", false}, {"padding", 36}}}};
  picture.id = "families";
  picture.title = "Who shares weights with whom";
  picture.caption =
      "Lines join models for which independence was rejected (dashed: shared in part). If all "
      "models were trained independently there would be no lines. The graph doesn't say who "
      "descends from whom.";
  for (const std::string& sentence : jointsOf(report)) picture.caption += " " + sentence;
  picture.summary = fmt::format("{} models, {} pairs that share weights, {} families, {} alone",
                                models.size(), related, number, alone);
  picture.table.columns = {"family", "models"};
  picture.spec = {{"usermeta", layout(1, 440)},
                  {"datasets", rows.datasets()},
                  {"data", {{"name", "rows"}}},
                  {"encoding",
                   {{"x", channel("x", "quantitative", "", hidden)},
                    {"y", channel("y", "quantitative", "", hidden)}}},
                  {"layer", std::move(layers)}};
  return picture;
}

// A strength as the p-value that it is made of.
Json strengthLegend() {
  return {
      {"gradientLength", 160},
      {"tickCount", 4},
      {"labelExpr", "datum.value <= 0 ? '1' : '10^-' + format(pow(10, datum.value) - 1, '.0f')"}};
}

Picture matrix(const results::Report& report) {
  Columns rows({"a", "b", "strength", "verdict", "p"});
  std::size_t related = 0;
  for (const results::Pair& pair : report.pairs) {
    const double p = std::min(0.0, pair.verdict.log10_p);
    related += evidence::isRelated(pair.verdict.klass);
    for (const auto& [a, b] : {std::pair(pair.a, pair.b), std::pair(pair.b, pair.a)}) {
      rows.add({shown(a), shown(b), rounded(std::log10(1 - (std::isnan(p) ? 0 : p))),
                verdictName(report, pair), text(pValue(p))});
    }
  }
  Picture picture;
  picture.id = "all-pairs";
  picture.title = "Strength of evidence, pair by pair";
  picture.caption =
      "Each cell is a pair of models; the darker, the smaller the adjusted p-value (logarithm of "
      "its "
      "exponent). Independent models would leave all cells pale.";
  picture.summary = fmt::format("{} pairs, {} of them share weights", report.pairs.size(), related);
  picture.spec = {
      {"usermeta", layout(1, 110 + 32.0 * static_cast<double>(report.models.size()))},
      {"datasets", rows.datasets()},
      {"data", {{"name", "rows"}}},
      {"mark", "rect"},
      {"encoding",
       {{"x", channel("a", "nominal", "", {{"axis", {{"labelAngle", -50}}}})},
        {"y", channel("b", "nominal", "")},
        {"color", channel("strength", "quantitative", "adjusted p",
                          {{"scale", {{"scheme", "tealblues"}}}, {"legend", strengthLegend()}})},
        {"tooltip", Json::array({channel("a", "nominal", "model"), channel("b", "nominal", "model"),
                                 channel("verdict", "nominal", "verdict"),
                                 channel("p", "nominal", "adjusted p")})}}}};
  return picture;
}

}  // namespace

std::vector<Picture> familyPictures(const results::Report& report) {
  constexpr std::size_t kFew = 4, kMany = 64;
  if (report.models.size() < kFew || report.pairs.size() < report.models.size()) return {};
  const bool tested =
      std::any_of(report.pairs.begin(), report.pairs.end(), [](const results::Pair& pair) {
        return pair.verdict.klass == evidence::Class::no_evidence ||
               evidence::isRelated(pair.verdict.klass);
      });
  if (report.models.size() > kMany || !tested) return {};
  return {graph(report), matrix(report)};
}

}  // namespace kindred::report
