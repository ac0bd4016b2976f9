// Statistics of layers as curves over depth, compared between models of whatever depths.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <kindred/analysis/stats/spearman.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::survey::cell;
using kindred::survey::Series;

struct Curve {
  std::vector<double> layers;
  std::vector<double> values;
};

// The curve at the depths of `other`: depth is the place in the series, from 0 to 1.
Curve stretched(const Curve& curve, std::size_t points) {
  Curve longer;
  const auto at = [](const std::vector<double>& values, double place) {
    const auto low = std::min(static_cast<std::size_t>(place), values.size() - 1);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    const double part = place - static_cast<double>(low);
    return part == 0 ? values[low] : values[low] + part * (values[high] - values[low]);
  };
  for (std::size_t i = 0; i < points; ++i) {
    const double place = static_cast<double>(i) * static_cast<double>(curve.values.size() - 1) /
                         static_cast<double>(points - 1);
    longer.layers.push_back(at(curve.layers, place));
    longer.values.push_back(at(curve.values, place));
  }
  return longer;
}

std::vector<double> steps(const std::vector<double>& values) {
  std::vector<double> found;
  for (std::size_t i = 1; i < values.size(); ++i) found.push_back(values[i] - values[i - 1]);
  return found;
}

double ranks(const std::vector<double>& x, const std::vector<double>& y) {
  const auto defined = [](double value) { return std::isfinite(value); };
  if (!std::all_of(x.begin(), x.end(), defined) || !std::all_of(y.begin(), y.end(), defined)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return kindred::stats::rankCorrelation(x, y);
}

class LayerCurves final : public kindred::Survey {
 public:
  explicit LayerCurves(const kindred::Parameters& p) : of_(p.text("of")) {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    kindred::survey::needTwo(models);
    SurveyReport report;
    kindred::survey::forPairs(models, [&](std::size_t i, std::size_t j) {
      for (const auto& [a, b] : kindred::survey::matched(*models[i], *models[j])) {
        if (a.tensors.size() < 3 || b.tensors.size() < 3) continue;
        compare(models, i, a, j, b, report);
      }
    });
    if (report.values.empty()) {
      throw kindred::inputError("", "no series of tensors has three layers in both models",
                                "select with {layer} in a pattern, or by role");
    }
    return report;
  }

 private:
  double statistic(const kindred::survey::Moments& moments) const {
    if (of_ == "mean") return moments.mean;
    if (of_ == "norm") return moments.norm();
    return of_ == "cv" ? moments.cv() : moments.sd();
  }

  Curve curveOf(const SurveyedModel& model, const Series& series) const {
    Curve curve;
    for (const auto& [layer, tensor] : series.tensors) {
      const std::vector<float> values = model.read(tensor).values;
      curve.layers.push_back(static_cast<double>(layer));
      curve.values.push_back(statistic(kindred::survey::momentsOf(std::span<const float>(values))));
    }
    return curve;
  }

  void compare(std::span<const SurveyedModel* const> models, std::size_t i, const Series& a,
               std::size_t j, const Series& b, SurveyReport& report) const {
    const std::size_t points = std::max(a.tensors.size(), b.tensors.size());
    const Curve x = stretched(curveOf(*models[i], a), points);
    const Curve y = stretched(curveOf(*models[j], b), points);
    double square = 0;
    for (std::size_t k = 0; k < points; ++k) square += std::pow(x.values[k] - y.values[k], 2);
    const std::vector<double> x_steps = steps(x.values), y_steps = steps(y.values);
    const double figures[] = {kindred::survey::pearson(std::span<const double>(x_steps),
                                                       std::span<const double>(y_steps)),
                              kindred::survey::pearson(std::span<const double>(x.values),
                                                       std::span<const double>(y.values)),
                              ranks(x.values, y.values),
                              std::sqrt(square / static_cast<double>(points))};
    for (std::size_t f = 0; f < std::size(figures); ++f) {
      report.values.push_back(
          {f, i, a.tensors.begin()->second, j, b.tensors.begin()->second, points, figures[f]});
    }
    report.tables.push_back(tableOf(*models[i], *models[j], a.kind(), x, y));
  }

  kindred::TextTable tableOf(const SurveyedModel& a, const SurveyedModel& b,
                             const std::string& kind, const Curve& x, const Curve& y) const {
    kindred::TextTable table;
    table.title = of_ + " of " + kind + " by layer";
    table.columns = {"layer of " + a.key(), of_, "layer of " + b.key(), of_};
    for (std::size_t k = 0; k < x.values.size(); ++k) {
      table.rows.push_back(
          {cell(x.layers[k], 2), cell(x.values[k], 6), cell(y.layers[k], 2), cell(y.values[k], 6)});
    }
    table.note =
        "The shorter curve is interpolated to the depth of the longer. Curves of independent "
        "models rise and fall together, because depth does the same to each: a high correlation is "
        "what strangers give too. That of the steps from layer to layer depends less on it.";
    return table;
  }

  std::string of_;
};

}  // namespace

KINDRED_SURVEY(LayerCurves, "layer-curves", "1.0",
               "A statistic of each layer as a curve over depth, compared between models",
               kindred::figure("layer-curves", "Pearson's r of the steps from layer to layer")
                   .in(kindred::Unit::cosine, -1, 1)
                   .same(1),
               kindred::figure("pearson", "Pearson's r of the curves")
                   .in(kindred::Unit::cosine, -1, 1)
                   .same(1),
               kindred::figure("spearman", "rank correlation of the curves")
                   .in(kindred::Unit::cosine, -1, 1)
                   .same(1),
               kindred::figure("rmse", "root mean square of their difference")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded)
                   .same(0),
               kindred::choice("of", "sd|mean|norm|cv", "sd",
                               "the statistic: population standard deviation, mean, Euclidean "
                               "norm, or coefficient of variation"))
