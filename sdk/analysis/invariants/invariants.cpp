#include <kindred/analysis/invariants/invariants.hpp>

#include <algorithm>
#include <cmath>

#include <kindred/analysis/stats/ranks.hpp>

namespace kindred::invariants {
namespace {

std::vector<double> lengths(const arma::fmat& columns) {
  std::vector<double> list;
  for (arma::uword j = 0; j < columns.n_cols; ++j) {
    const float* column = columns.colptr(j);
    list.push_back(std::sqrt(linear::dot(column, column, columns.n_rows)));
  }
  return list;
}

// The columns scaled to length 1, or to 0 where they have none.
arma::fmat normalised(arma::fmat columns, const std::vector<double>& lengths) {
  for (arma::uword j = 0; j < columns.n_cols; ++j) {
    const bool good = std::isfinite(lengths[j]) && lengths[j] > 0;
    columns.col(j) *= good ? static_cast<float>(1 / lengths[j]) : 0.0f;
    if (!good) columns.col(j).zeros();
  }
  return columns;
}

arma::fmat rowsAsColumns(const Matrix& matrix) {
  return arma::fmat(matrix.values.data(), matrix.columns, matrix.rows);
}

}  // namespace

std::vector<GaugeUse> noGauge() { return {{Gauge::none, GaugeUse::Of::signs, "", 0}}; }

Mlp mlpOf(const ModelWeights& weights, const Place& place) {
  Mlp mlp;
  const auto read = [&](std::string_view role) {
    return weights.rows(role, place) == 0 ? arma::fmat()
                                          : rowsAsColumns(weights.matrix(role, place));
  };
  mlp.gate = read(role::kGate);
  mlp.up = read(role::kUp);
  const arma::fmat down = read(role::kDown);  // a column holds a row: one coordinate of all units
  if (down.n_rows >= mlp.gate.n_cols && down.n_cols == mlp.gate.n_rows) {
    mlp.down = down.head_rows(mlp.gate.n_cols).t();
  }
  mlp.gate_length = lengths(mlp.gate);
  mlp.up_length = lengths(mlp.up);
  mlp.down_length = lengths(mlp.down);
  mlp.gate = normalised(std::move(mlp.gate), mlp.gate_length);
  mlp.up = normalised(std::move(mlp.up), mlp.up_length);
  mlp.down = normalised(std::move(mlp.down), mlp.down_length);
  return mlp;
}

std::vector<const MlpMatch*> spread(const Alignment& alignment, std::size_t most) {
  std::vector<const MlpMatch*> list;
  const std::size_t count = std::min(most, alignment.mlps.size());
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(&alignment.mlps[i * alignment.mlps.size() / count]);
  }
  return list;
}

double agreement(const std::vector<std::int32_t>& x, const std::vector<std::int32_t>& y,
                 std::size_t smaller) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    same += x[i] >= 0 && x[i] == y[i];
  }
  return smaller == 0 ? 0 : static_cast<double>(same) / static_cast<double>(smaller);
}

double shareBeyondStrangers(double units) { return std::max(0.1, 12 / std::max(units, 1.0)); }

double rankCorrelation(std::span<const double> x, std::span<const double> y) {
  const auto finite = [](std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  };
  if (x.size() != y.size() || x.size() < 2 || !finite(x) || !finite(y)) return 0;
  const std::vector<std::uint64_t> rx = stats::doubledRanks(x), ry = stats::doubledRanks(y);
  const double mean = static_cast<double>(x.size()) + 1;  // of doubled ranks
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = static_cast<double>(rx[i]) - mean, b = static_cast<double>(ry[i]) - mean;
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

void Mean::add(double value, std::uint64_t units) {
  if (!std::isfinite(value)) return;
  sum_ += value;
  ++count_;
  units_ += units;
}

double Mean::meanSize() const {
  return count_ == 0 ? 0 : static_cast<double>(units_) / static_cast<double>(count_);
}

std::vector<Finding> Mean::finding(const std::string& what, const MatrixTask& task,
                                   std::optional<double> beyond_strangers) const {
  if (count_ == 0) return {};
  Finding finding;
  finding.statistic = sum_ / static_cast<double>(count_);
  finding.null = what;
  finding.units = units_;
  finding.beyond_strangers = beyond_strangers;
  finding.seed = task.seed;
  finding.details["parts"] = static_cast<double>(count_);
  return {finding};
}

}  // namespace kindred::invariants
