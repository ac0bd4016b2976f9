// Coordinates of the residual stream, told apart by what every norm and router says about them:
// finds norms that were kept where nothing else was.
#include <cmath>
#include <string>
#include <vector>

#include <kindred/analysis/exchange/fixed_points.hpp>

#include "gauges.hpp"

namespace {

using kindred::Finding;
using kindred::ModelWeights;
using kindred::Place;
namespace role = kindred::role;
namespace exchange = kindred::exchange;

// One feature a row, standardised over the coordinates (columns).
class Features {
 public:
  explicit Features(std::vector<std::uint64_t> dims) : dims_(std::move(dims)) {}

  // Adds one vector of each model; constant ones (all-ones norms) say nothing and are left out.
  void add(const float* of_a, const float* of_b) {
    const std::vector<float> a = standardised(of_a), b = standardised(of_b);
    if (a.empty() || b.empty()) return;
    double product = 0;
    for (std::size_t i = 0; i < a.size(); ++i) product += double{a[i]} * b[i];
    correlations_ += product / static_cast<double>(a.size());
    a_.insert(a_.end(), a.begin(), a.end());
    b_.insert(b_.end(), b.begin(), b.end());
  }
  bool empty() const { return a_.empty(); }
  std::uint64_t count() const { return a_.size() / dims_.size(); }
  // Of a feature in the two models, coordinate by coordinate.
  double meanCorrelation() const { return correlations_ / static_cast<double>(count()); }

  arma::fmat similarity() const {
    const arma::fmat a(a_.data(), dims_.size(), count()), b(b_.data(), dims_.size(), count());
    const arma::fmat of_a = a.t(), of_b = b.t();
    return kindred::linear::innerProducts(of_a, of_b);
  }

 private:
  std::vector<float> standardised(const float* vector) const {
    double sum = 0, square = 0;
    for (const std::uint64_t d : dims_) sum += vector[d];
    const double mean = sum / static_cast<double>(dims_.size());
    for (const std::uint64_t d : dims_) square += (vector[d] - mean) * (vector[d] - mean);
    const double deviation = std::sqrt(square / static_cast<double>(dims_.size()));
    if (!std::isfinite(deviation) || deviation <= 1e-9 * std::abs(mean) || deviation == 0)
      return {};
    std::vector<float> values;
    for (const std::uint64_t d : dims_) {
      values.push_back(static_cast<float>((vector[d] - mean) / deviation));
    }
    return values;
  }

  std::vector<std::uint64_t> dims_;
  double correlations_ = 0;
  std::vector<float> a_, b_;  // dimension by dimension, feature after feature
};

void addRows(const kindred::MatrixTask& task, std::string_view role, const Place& of_a,
             const Place& of_b, Features& features) {
  const ModelWeights &a = task.a.weights(), &b = task.b.weights();
  const std::uint64_t rows = a.rows(role, of_a);
  if (rows == 0 || rows != b.rows(role, of_b)) return;
  const kindred::Matrix of_first = a.matrix(role, of_a), of_second = b.matrix(role, of_b);
  if (of_first.columns != of_second.columns) return;
  for (std::uint64_t r = 0; r < rows; ++r) {
    features.add(of_first.values.data() + r * of_first.columns,
                 of_second.values.data() + r * of_second.columns);
  }
}

// At most so many coordinates, evenly spaced.
std::vector<std::uint64_t> chosen(std::uint64_t hidden, std::uint64_t most) {
  const std::uint64_t count = std::min(most, hidden);
  std::vector<std::uint64_t> dims;
  for (std::uint64_t i = 0; i < count; ++i) dims.push_back(i * hidden / count);
  return dims;
}

void report(const kindred::MatrixTask& task, const Features& features, const std::string& by,
            std::vector<Finding>& findings) {
  if (features.empty()) return;
  exchange::FixedPoints points(task.seed);
  points.add(features.similarity());
  if (points.parts() == 0) return;
  Finding finding = points.finding("the order of coordinates of " + task.a.weights().model() +
                                   " is random; matched by " + by + "; fixed points");
  finding.assumptions =
      exchange::assumption(task.a.weights(), "the coordinates of the residual stream");
  finding.details["features"] = static_cast<double>(features.count());
  findings.push_back(std::move(finding));
}

void test(const kindred::MatrixTask& task, std::int64_t shift, const std::string& layers,
          std::uint64_t dims, std::vector<Finding>& findings) {
  Features features(chosen(task.a.weights().shape().hidden, dims));
  const auto depth = static_cast<std::int64_t>(task.a.weights().shape().layers);
  addRows(task, role::kFinalNorm, {}, {}, features);
  for (std::int64_t l = 0; l < depth; ++l) {
    addRows(task, role::kAttentionNorm, {l, -1, false}, {l + shift, -1, false}, features);
    addRows(task, role::kMlpNorm, {l, -1, false}, {l + shift, -1, false}, features);
  }
  report(task, features, "norms" + layers, findings);
  if (!findings.empty() && layers.empty()) findings.back().constants = features.meanCorrelation();
  const std::uint64_t norms = features.count();
  for (std::int64_t l = 0; l < depth; ++l) {
    addRows(task, role::kRouter, {l, -1, false}, {l + shift, -1, false}, features);
  }
  if (features.count() > norms) report(task, features, "norms and routers" + layers, findings);
}

}  // namespace

std::vector<Finding> kindred::fixed_points::ofCoordinates(const MatrixTask& task,
                                                          const Limits& limits) {
  const auto &a = task.a.weights().shape(), &b = task.b.weights().shape();
  std::vector<Finding> findings;
  if (a.hidden != b.hidden || a.hidden < 2) return findings;
  // An alignment of layers would read the order of the coordinates; so layers are paired by
  // number, from the start and, where depths differ, also from the end.
  const auto more = static_cast<std::int64_t>(b.layers) - static_cast<std::int64_t>(a.layers);
  test(task, 0, more == 0 ? "" : ", layers counted from the start", limits.dims, findings);
  if (more != 0) test(task, more, ", layers counted from the end", limits.dims, findings);
  return findings;
}
