// The "sigma" of a public claim of descent, recomputed with what it left out: cosines between
// models against cosines within one, as if the layers of a network were independent draws.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::survey::cell;
using kindred::survey::Moments;
using kindred::survey::Series;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// "10,20,30"
std::vector<std::int64_t> layersOf(const std::string& text) {
  std::vector<std::int64_t> layers;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    std::string word = text.substr(from, comma - from);
    std::erase(word, ' ');
    std::int64_t layer = -1;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), layer);
    if (problem != std::errc{} || end != word.data() + word.size() || layer < 0) {
      throw kindred::inputError("", "parameter 'layers' holds '" + word + "', which is no layer",
                                "for example layers: \"10,20,30,40\"");
    }
    layers.push_back(layer);
    from = comma + 1;
  }
  return layers;
}

struct Vector {
  std::vector<float> values;
  Moments moments;
};

std::optional<Vector> vectorAt(const SurveyedModel& model, const Series& series,
                               std::int64_t layer) {
  const auto at = series.tensors.find(layer);
  if (at == series.tensors.end()) return std::nullopt;
  Vector found;
  found.values = model.read(at->second).values;
  found.moments = kindred::survey::momentsOf(std::span<const float>(found.values));
  return found;
}

double cosineOf(const Vector& x, const Vector& y) {
  return kindred::survey::cosine(std::span<const float>(x.values),
                                 std::span<const float>(y.values));
}

// The cosine of two vectors without covariance: mean over root mean square, of each.
double fromSpread(const Moments& x, const Moments& y) {
  return 1 / std::sqrt((1 + x.cv() * x.cv()) * (1 + y.cv() * y.cv()));
}

class ClaimedSigma final : public kindred::Survey {
 public:
  explicit ClaimedSigma(const kindred::Parameters& p)
      : reference_(p.integer("reference")), layers_(layersOf(p.text("layers"))) {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    kindred::survey::needTwo(models);
    SurveyReport report;
    kindred::survey::forPairs(models, [&](std::size_t i, std::size_t j) {
      for (const auto& [a, b] : kindred::survey::matched(*models[i], *models[j])) {
        compare(models, i, a, j, b, report);
      }
    });
    if (report.values.empty()) {
      throw kindred::inputError(
          "", "no series of tensors has the reference layer and two of the layers in both models",
          "select norms by layer, and name layers that both models have");
    }
    return report;
  }

 private:
  struct Cosines {
    std::vector<double> within, cross;
    kindred::TextTable table;

    void add(bool inside, std::int64_t x, const Vector& of_x, std::int64_t y, const Vector& of_y,
             bool counted) {
      const double value = cosineOf(of_x, of_y);
      if (counted && std::isfinite(value)) (inside ? within : cross).push_back(value);
      table.rows.push_back({inside ? "within" : "cross", cell(x), cell(y), cell(value),
                            cell(fromSpread(of_x.moments, of_y.moments)),
                            counted ? "yes" : "left out"});
    }
  };

  void compare(std::span<const SurveyedModel* const> models, std::size_t i, const Series& a,
               std::size_t j, const Series& b, SurveyReport& report) const {
    const SurveyedModel &model_a = *models[i], &model_b = *models[j];
    const auto reference = vectorAt(model_a, a, reference_);
    if (!reference) return;
    Cosines cosines;
    cosines.table.columns = {"kind", "layer", "layer", "cosine", "from spread", "in the claim"};
    for (const std::int64_t layer : layers_) {
      const auto of_a = vectorAt(model_a, a, layer);
      if (of_a) cosines.add(true, reference_, *reference, layer, *of_a, true);
    }
    for (const std::int64_t layer : layers_) {
      const auto of_a = vectorAt(model_a, a, layer);
      const auto of_b = vectorAt(model_b, b, layer);
      if (of_a && of_b) cosines.add(false, layer, *of_a, layer, *of_b, true);
    }
    const auto at_b = vectorAt(model_b, b, reference_);
    if (at_b) cosines.add(false, reference_, *reference, reference_, *at_b, false);
    if (cosines.within.size() < 2 || cosines.cross.size() < 2) return;
    record(cosines, i, a, j, b, reference->values.size(), report);
    cosines.table.title =
        a.kind() + ": cosines within " + model_a.key() + ", and with " + model_b.key();
    cosines.table.note =
        "from spread: 1/sqrt((1+cv_a^2)(1+cv_b^2)), the cosine of vectors that have nothing in "
        "common but their means and spreads. The layers of one network are no independent draws, "
        "so no sigma exists: the figure is the claim's formula, not a number of standard errors.";
    report.tables.push_back(std::move(cosines.table));
  }

  void record(const Cosines& cosines, std::size_t i, const Series& a, std::size_t j,
              const Series& b, std::uint64_t elements, SurveyReport& report) const {
    const Moments within = kindred::survey::momentsOf(std::span<const double>(cosines.within));
    const Moments cross = kindred::survey::momentsOf(std::span<const double>(cosines.cross));
    const double spread = std::sqrt((within.sd() * within.sd() + cross.sd() * cross.sd()) / 2);
    const double figures[] = {spread > 0 ? (cross.mean - within.mean) / spread : kNaN, within.mean,
                              cross.mean, within.sd(), cross.sd()};
    const auto at_b = b.tensors.find(reference_);
    for (std::size_t f = 0; f < std::size(figures); ++f) {
      report.values.push_back({f, i, a.tensors.at(reference_), j,
                               at_b == b.tensors.end() ? kindred::kNoTensor : at_b->second,
                               elements, figures[f]});
    }
  }

  std::int64_t reference_;
  std::vector<std::int64_t> layers_;
};

}  // namespace

KINDRED_SURVEY(ClaimedSigma, "claimed-sigma", "1.0",
               "A claim's 'sigma': cosines between models against cosines within the first",
               kindred::figure("claimed-sigma",
                               "(cross - within) / sqrt((within_sd^2 + cross_sd^2) / 2)")
                   .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded),
               kindred::figure("within",
                               "mean cosine of the first model's reference layer with "
                               "its other layers")
                   .in(kindred::Unit::cosine, -1, 1),
               kindred::figure("cross", "mean cosine of both models at the same layers")
                   .in(kindred::Unit::cosine, -1, 1),
               kindred::figure("within_sd", "population standard deviation")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded),
               kindred::figure("cross_sd", "population standard deviation")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded),
               kindred::integer("reference", "0", 0, 1e6, "the layer that is held fixed"),
               kindred::text("layers", "10,20,30,40", "layers, with commas between them"))
