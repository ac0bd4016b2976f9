// Null distribution of each permutation test, with the observed value.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/shown.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

struct Null {
  double mean = 0, sd = 0, skewness = 0;
};

std::optional<double> detail(const evidence::StepFinding& finding, const char* name) {
  const auto found = finding.finding.details.find(name);
  if (found == finding.finding.details.end() || !std::isfinite(found->second)) return std::nullopt;
  return found->second;
}

// What the test says of its null; fixed points of p random permutations are close to Poisson's
// distribution of mean p.
std::optional<Null> nullOf(const evidence::StepFinding& finding) {
  if (const auto sd = detail(finding, "null_sd"); sd && *sd > 0) {
    return Null{detail(finding, "null_mean").value_or(0), *sd,
                detail(finding, "null_skewness").value_or(0)};
  }
  if (const auto sd = detail(finding, "sd"); sd && *sd > 0) {
    return Null{detail(finding, "mean").value_or(0), *sd, 0};
  }
  if (const auto parts = detail(finding, "parts"); parts && *parts > 0) {
    return Null{*parts, std::sqrt(*parts), 1 / std::sqrt(*parts)};
  }
  return std::nullopt;
}

// Normal density with Edgeworth's term of skewness, scaled to a peak near 1.
double density(double z, double skewness) {
  const double term = 1 + skewness / 6 * (z * z * z - 3 * z);
  return std::max(0.0, std::exp(-z * z / 2) * term);
}

struct NullLine {
  const evidence::StepFinding* finding;
  Null null;
};

// Of each step, pair and axis the finding with the smallest p-value, the most telling lines first.
std::vector<NullLine> linesOf(const results::Report& report) {
  constexpr std::size_t kMost = 14;
  std::vector<NullLine> lines;
  for (const evidence::StepFinding& finding : report.findings) {
    const auto null = nullOf(finding);
    if (finding.finding.basis == Basis::calibrated || !null ||
        !std::isfinite(finding.finding.statistic))
      continue;
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const NullLine& line) {
      return line.finding->step == finding.step &&
             line.finding->finding.gauge == finding.finding.gauge &&
             line.finding->model_a == finding.model_a && line.finding->model_b == finding.model_b;
    });
    if (same == lines.end()) {
      lines.push_back({&finding, *null});
    } else if (finding.finding.log10_p < same->finding->finding.log10_p) {
      *same = {&finding, *null};
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [](const NullLine& x, const NullLine& y) {
    return x.finding->finding.log10_p < y.finding->finding.log10_p;
  });
  if (lines.size() > kMost) lines.resize(kMost);
  return lines;
}

std::string labelOf(const evidence::StepFinding& finding) {
  std::string label = shown(finding.step);
  if (!finding.model_a.empty()) label += ": " + pairName(finding.model_a, finding.model_b);
  if (finding.finding.layer_a >= 0) label += fmt::format(", layer {}", finding.finding.layer_a);
  return label;
}

Json areaLayer() {
  return {{"transform", Json::array({Json{{"filter", "datum.kind === 'null'"}}})},
          {"mark", {{"type", "area"}, {"opacity", 0.45}, {"color", "#8a9299"}}},
          {"encoding",
           {{"y", channel("top", "quantitative", "", {{"axis", nullptr}})},
            {"y2", {{"field", "base"}}},
            {"detail", {{"field", "label"}}}}}};
}

Json observedLayers() {
  const Json filter = Json::array({Json{{"filter", "datum.kind === 'observed'"}}});
  const Json y = channel("base", "quantitative", "", {{"axis", nullptr}});
  return Json::array(
      {Json{{"transform", filter},
            {"mark", {{"type", "rule"}, {"strokeWidth", 3}}},
            {"encoding",
             {{"y", y},
              {"y2", {{"field", "top"}}},
              {"tooltip", Json::array({channel("label", "nominal", "test"),
                                       channel("statistic", "nominal", "observed"),
                                       channel("expected", "nominal", "expected"),
                                       channel("z", "quantitative", "standard deviations away",
                                               {{"format", ".1f"}}),
                                       channel("p", "nominal", "p")})}}}},
       Json{{"transform", filter},
            {"mark", {{"type", "text"}, {"align", "left"}, {"dy", -5}, {"fontSize", 11}}},
            {"encoding",
             {{"x", {{"value", 0}}},
              {"y", channel("top", "quantitative", "", {{"axis", nullptr}})},
              {"text", {{"field", "label"}}}}}}});
}

}  // namespace

std::vector<Picture> nullPictures(const results::Report& report) {
  const std::vector<NullLine> lines = linesOf(report);
  if (lines.empty()) return {};
  Columns rows({"kind", "label", "z", "base", "top", "statistic", "expected", "p"});
  Picture picture;
  double base = 0;
  for (const auto& [finding, null] : lines) {
    const std::string label = labelOf(*finding);
    base -= 1.5;
    for (int i = -28; i <= 28; ++i) {
      const double z = i / 7.0;
      rows.add({"null", label, rounded(z), base, rounded(base + density(z, null.skewness)), nullptr,
                nullptr, nullptr});
    }
    const double z = (finding->finding.statistic - null.mean) / null.sd;
    rows.add({"observed", label, rounded(z), base, base + 1, figure(finding->finding.statistic),
              figure(null.mean), text(pValue(finding->finding.log10_p))});
    picture.table.rows.push_back({label, finding->finding.test, figure(finding->finding.statistic),
                                  figure(null.mean), figure(null.sd),
                                  text(pValue(finding->finding.log10_p))});
  }
  picture.id = "nulls";
  picture.title = "Permutation tests against chance";
  picture.caption =
      "The grey hill is what chance orders give, drawn from the mean, spread and skewness of the "
      "null distribution; the upright line is what was observed, in standard deviations from the "
      "mean (the axis is compressed further out). If the models were independent, lines would "
      "stand "
      "under their hills.";
  picture.summary = fmt::format("{} tests; the most telling is {} with p {}", lines.size(),
                                labelOf(*lines.front().finding),
                                text(pValue(lines.front().finding->finding.log10_p)));
  picture.table.columns = {"test", "plugin", "observed", "mean by chance", "sd", "p"};
  Json layers = Json::array({areaLayer()});
  for (Json& layer : observedLayers()) layers.push_back(std::move(layer));
  picture.spec = {
      {"usermeta", layout(1, 40 + 46.0 * static_cast<double>(lines.size()))},
      {"datasets", rows.datasets()},
      {"data", {{"name", "rows"}}},
      {"encoding",
       {{"x", channel("z", "quantitative", "standard deviations from the mean of the null",
                      {{"axis",
                        {{"values", Json::array({-10, -3, 0, 3, 10, 30, 100, 300, 1000, 3000})}}},
                       {"scale", {{"type", "symlog"}, {"constant", 4}}}})}}},
      {"layer", std::move(layers)}};
  return {picture};
}

}  // namespace kindred::report
