#include "difference.hpp"

#include "groups.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace kindred::characterise {
namespace {

constexpr double kEnergy = 0.95;
constexpr arma::uword kMostRows = 2048;  // of a matrix whose difference is decomposed
constexpr std::uint64_t kOneScale = 16;  // neighbours in a row that have one scale in any encoding
constexpr std::uint64_t kRoundedRows = 256;  // of a matrix whose rounding is looked at
constexpr std::size_t kRoundedPairs = 4;     // of MLPs
constexpr double kScaled = 0.05;             // median departure of a row's scale from 1 that counts

arma::fmat columnsOf(const ModelWeights& weights, std::string_view role, const Place& place) {
  if (weights.rows(role, place) == 0) return {};
  const Matrix matrix = weights.matrix(role, place);
  return arma::fmat(matrix.values.data(), matrix.columns, matrix.rows);
}

double length(const arma::fmat& matrix) {
  return std::sqrt(linear::dot(matrix.memptr(), matrix.memptr(), matrix.n_elem));
}

// The factor of each column of A that brings it closest to B's.
std::vector<double> scalesOf(const arma::fmat& a, const arma::fmat& b) {
  std::vector<double> scales;
  for (arma::uword j = 0; j < b.n_cols; ++j) {
    const double square = linear::dot(a.colptr(j), a.colptr(j), a.n_rows);
    scales.push_back(square > 0 ? linear::dot(a.colptr(j), b.colptr(j), b.n_rows) / square : 0);
  }
  return scales;
}

// More than a scale of each row would be: such rows were rescaled or negated on purpose.
bool isScaled(const std::vector<double>& scales) {
  std::vector<double> departures;
  for (const double scale : scales) departures.push_back(std::abs(scale - 1));
  if (departures.empty()) return false;
  const auto middle = departures.begin() + static_cast<std::ptrdiff_t>(departures.size() / 2);
  std::nth_element(departures.begin(), middle, departures.end());
  const auto negated = std::count_if(scales.begin(), scales.end(), [](double s) { return s < 0; });
  return *middle > kScaled ||
         static_cast<double>(negated) > 0.2 * static_cast<double>(scales.size());
}

// For each row of B the row of A; -1: none.
using Rows = std::vector<std::int32_t>;

std::optional<Difference> compare(const MatrixTask& task, std::string_view role, const Place& a,
                                  const Place& b, const Rows& rows, bool may_scale) {
  const arma::fmat all_a = columnsOf(task.a.weights(), role, a);
  const arma::fmat all_b = columnsOf(task.b.weights(), role, b);
  if (all_a.is_empty() || all_b.is_empty() || !all_a.is_finite() || !all_b.is_finite()) return {};
  const arma::fmat turned = linear::rotated(all_a, linear::matrixOf(task.alignment.rotation));
  if (turned.n_rows != all_b.n_rows) return {};
  std::vector<arma::uword> of_a, of_b;
  for (std::size_t j = 0; j < std::min<std::size_t>(rows.size(), all_b.n_cols); ++j) {
    if (rows[j] < 0 || static_cast<arma::uword>(rows[j]) >= turned.n_cols) continue;
    if (of_a.size() == kMostRows) break;
    of_a.push_back(static_cast<arma::uword>(rows[j]));
    of_b.push_back(j);
  }
  if (of_a.size() < 2) return {};
  arma::fmat from = turned.cols(arma::uvec(of_a));
  const arma::fmat to = all_b.cols(arma::uvec(of_b));
  Difference difference{std::string(role), a, b};
  if (may_scale) {
    const std::vector<double> scales = scalesOf(from, to);
    difference.scaled = isScaled(scales);
    for (arma::uword j = 0; difference.scaled && j < from.n_cols; ++j) {
      from.col(j) *= static_cast<float>(scales[j]);
    }
  }
  const arma::fmat delta = to - from;
  const double size = length(to);
  difference.relative = size > 0 ? length(delta) / size : 0;
  const arma::fvec values = linear::singularValues(delta);
  difference.full = values.n_elem;
  double energy = 0;
  for (const float value : values) energy += double{value} * value;
  double sum = 0;
  for (arma::uword i = 0; i < values.n_elem && energy > 0; ++i) {
    sum += double{values[i]} * values[i] / energy;
    if (i == 0) difference.first = sum;
    if (i < 8) difference.first_eight = sum;
    if (difference.rank == 0 && sum >= kEnergy) difference.rank = i + 1;
  }
  return difference;
}

// Rows of a role whose heads follow the map of key-value heads.
Rows rowsOfHeads(const HeadMap& heads, std::uint64_t rows) {
  Rows list;
  if (heads.a_of_b.empty()) return list;
  const std::uint64_t block = rows / heads.a_of_b.size();
  for (const std::int32_t head : heads.a_of_b) {
    for (std::uint64_t i = 0; i < block; ++i) {
      list.push_back(
          head < 0 ? -1 : static_cast<std::int32_t>(static_cast<std::uint64_t>(head) * block + i));
    }
  }
  return list;
}

std::string formatOf(const TensorInfo& tensor) {
  return tensor.codec.empty() ? std::string(name(tensor.dtype)) : tensor.codec;
}

// For each unit of A the unit of B; -1: none.
Rows inverse(const Rows& units, std::uint64_t units_a) {
  Rows list(units_a, -1);
  for (std::size_t j = 0; j < units.size(); ++j) {
    if (units[j] >= 0 && static_cast<std::uint64_t>(units[j]) < units_a) {
      list[static_cast<std::size_t>(units[j])] = static_cast<std::int32_t>(j);
    }
  }
  return list;
}

// How many coded values are the nearest to the plain ones among those of their group.
struct Neighbours {
  std::uint64_t seen = 0, nearest = 0;
  Groups groups;

  // `units`: for each column of `coded` the column of `plain`.
  void add(const Matrix& plain, const Matrix& coded, const Rows& units) {
    for (std::uint64_t r = 0; r < std::min(coded.rows, kRoundedRows); ++r) {
      const float* values = coded.values.data() + r * coded.columns;
      const float* from = plain.values.data() + r * plain.columns;
      for (std::uint64_t at = 0; at + kOneScale <= coded.columns; at += kOneScale) {
        const std::set<float> grid(values + at, values + at + kOneScale);
        if (grid.size() < 2) continue;
        std::vector<float> of_plain;
        for (std::uint64_t i = at; i < at + kOneScale; ++i) {
          if (i >= units.size() || units[i] < 0) continue;
          const auto unit = static_cast<std::uint64_t>(units[i]);
          if (unit >= plain.columns) continue;
          count(from[unit], values[i], grid);
          of_plain.push_back(from[unit]);
        }
        if (of_plain.size() == kOneScale) {
          groups.add(of_plain, std::vector<float>(values + at, values + at + kOneScale));
        }
      }
    }
  }

 private:
  void count(float plain, float coded, const std::set<float>& grid) {
    const auto above = grid.lower_bound(plain);
    float least = std::numeric_limits<float>::infinity();
    if (above != grid.end()) least = *above - plain;
    if (above != grid.begin()) least = std::min(least, plain - *std::prev(above));
    ++seen;
    nearest += std::abs(coded - plain) <= least * 1.0001F;
  }
};

double medianDistinct(const Matrix& matrix) {
  std::vector<double> counts;
  for (std::uint64_t r = 0; r < std::min<std::uint64_t>(matrix.rows, 256); ++r) {
    const float* row = matrix.values.data() + r * matrix.columns;
    counts.push_back(static_cast<double>(std::set<float>(row, row + matrix.columns).size()));
  }
  if (counts.empty()) return 0;
  const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::nth_element(counts.begin(), middle, counts.end());
  return *middle;
}

}  // namespace

std::vector<Difference> differencesOf(const MatrixTask& task, const Correspondence& found,
                                      std::size_t most) {
  std::vector<const MlpPair*> real;
  for (const MlpPair& pair : found.mlps) {
    if (pair.real) real.push_back(&pair);
  }
  std::vector<Difference> list;
  const auto add = [&](std::optional<Difference> difference) {
    if (difference) list.push_back(std::move(*difference));
  };
  const std::size_t count = std::min(most, real.size());
  for (std::size_t i = 0; i < count; ++i) {
    const MlpMatch& match = *real[i * real.size() / count]->match;
    add(compare(task, role::kGate, match.a, match.b, match.units, false));
    add(compare(task, role::kUp, match.a, match.b, match.units, true));
  }
  std::vector<const HeadMap*> maps;
  for (const HeadMap& map : found.heads) {
    if (map.real) maps.push_back(&map);
  }
  for (std::size_t i = 0; i < std::min(most, maps.size()); ++i) {
    const HeadMap& heads = *maps[i * maps.size() / std::min(most, maps.size())];
    const Place a{heads.layer_a, -1, false}, b{heads.layer_b, -1, false};
    for (const auto role : {role::kQuery, role::kKey, role::kValue}) {
      add(compare(task, role, a, b, rowsOfHeads(heads, task.b.weights().rows(role, b)), false));
    }
  }
  return list;
}

namespace {

// What is seen of matrices of which one model has codes and the other the numbers.
class RoundedValues {
 public:
  explicit RoundedValues(std::string of) { rounding_.of = std::move(of); }

  // Whether the two tell anything. `units`: for each column of B the column of A.
  bool add(const Matrix& of_a, const Matrix& of_b, const Rows& units) {
    if (of_a.tensor == nullptr || of_b.tensor == nullptr || of_a.rows != of_b.rows) return true;
    const bool coded_a = !of_a.tensor->codec.empty(), coded_b = !of_b.tensor->codec.empty();
    if (coded_a == coded_b) return false;
    rounding_.of_b = coded_b;
    codecs_.insert((coded_b ? of_b : of_a).tensor->codec);
    neighbours_.add(coded_b ? of_a : of_b, coded_b ? of_b : of_a,
                    coded_b ? units : inverse(units, of_a.columns));
    return true;
  }

  Rounding found() const {
    Rounding rounding = rounding_;
    for (const std::string& codec : codecs_) {
      rounding.codec += (rounding.codec.empty() ? "" : " and ") + codec;
    }
    rounding.seen = neighbours_.seen;
    if (rounding.seen == 0) return rounding;
    rounding.nearest =
        static_cast<double>(neighbours_.nearest) / static_cast<double>(rounding.seen);
    rounding.of_groups = neighbours_.groups.share();
    return rounding;
  }

 private:
  Rounding rounding_;
  Neighbours neighbours_;
  std::set<std::string> codecs_;
};

Rounding roundingOfDowns(const MatrixTask& task, const std::vector<const MlpMatch*>& matches) {
  RoundedValues seen("down projections");
  const auto &a = task.a.weights(), &b = task.b.weights();
  for (const MlpMatch* match : matches) {
    if (a.rows(role::kDown, match->a) == 0 || b.rows(role::kDown, match->b) == 0) continue;
    if (!seen.add(a.matrix(role::kDown, match->a), b.matrix(role::kDown, match->b), match->units)) {
      return {};
    }
  }
  return seen.found();
}

// Their columns are taken to be in order: a copy that was reordered besides is not told so.
Rounding roundingOfOutputs(const MatrixTask& task, const std::vector<const MlpMatch*>& matches) {
  RoundedValues seen("output projections of attention");
  const auto &a = task.a.weights(), &b = task.b.weights();
  for (const MlpMatch* match : matches) {
    const Place of_a{match->a.layer, -1, false}, of_b{match->b.layer, -1, false};
    if (a.rows(role::kAttentionOutput, of_a) == 0 || b.rows(role::kAttentionOutput, of_b) == 0) {
      continue;
    }
    const Matrix from = a.matrix(role::kAttentionOutput, of_a);
    Rows in_order(from.columns);
    std::iota(in_order.begin(), in_order.end(), 0);
    if (!seen.add(from, b.matrix(role::kAttentionOutput, of_b), in_order)) return {};
  }
  return seen.found();
}

}  // namespace

// Of what writes the stream: what reads it is multiplied by gains. Where blocks do not fit the rows
// of down projections, tools leave these as they are, and the other projection tells.
Rounding roundingOf(const MatrixTask& task, const Correspondence& found) {
  if (found.stream != Stream::same) return {};
  std::vector<const MlpMatch*> real, some;
  for (const MlpPair& pair : found.mlps) {
    if (pair.real) real.push_back(pair.match);
  }
  // Spread over the layers, some of which may have more bits than others.
  const std::size_t count = std::min(kRoundedPairs, real.size());
  for (std::size_t i = 0; i < count; ++i) some.push_back(real[i * real.size() / count]);
  const Rounding of_downs = roundingOfDowns(task, some);
  return of_downs.seen > 0 ? of_downs : roundingOfOutputs(task, some);
}

Grid gridOf(const MatrixTask& task, const Correspondence& found) {
  Grid grid;
  for (const MlpPair& pair : found.mlps) {
    if (!pair.real || pair.units_a != pair.units_b) continue;
    const auto &a = task.a.weights(), &b = task.b.weights();
    if (a.rows(role::kDown, pair.match->a) == 0 || b.rows(role::kDown, pair.match->b) == 0)
      continue;
    // Gains are not folded into downs: their values are those of the file.
    const Matrix of_a = a.matrix(role::kDown, pair.match->a);
    const Matrix of_b = b.matrix(role::kDown, pair.match->b);
    grid.a = medianDistinct(of_a);
    grid.b = medianDistinct(of_b);
    if (of_a.tensor != nullptr) grid.format_a = formatOf(*of_a.tensor);
    if (of_b.tensor != nullptr) grid.format_b = formatOf(*of_b.tensor);
    for (const Matrix* matrix : {&of_a, &of_b}) {
      grid.coded = grid.coded || (matrix->tensor != nullptr && !matrix->tensor->codec.empty());
    }
    break;
  }
  return grid;
}

}  // namespace kindred::characterise
