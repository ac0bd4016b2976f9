// Units of matched MLPs, paired by their rows: how many keep their number.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <kindred/analysis/exchange/fixed_points.hpp>
#include <kindred/analysis/stats/spearman.hpp>

#include "gauges.hpp"

namespace {

using kindred::Finding;

// The smallest of the layers' p-values, corrected for their number.
struct RankCorrelation {
  double log10_p = 0;
  double log10_floor = 0;
  double rho = 0;
  std::uint64_t layers = 0;
  std::uint64_t units = 0;

  void add(const std::vector<std::size_t>& matching, std::uint64_t draws, std::uint64_t seed) {
    const kindred::stats::Spearman found = kindred::stats::spearman(matching, draws, seed);
    ++layers;
    units += matching.size();
    log10_floor = std::min(log10_floor, found.log10_floor);
    if (layers > 1 && found.upper.log10_p >= log10_p) return;
    log10_p = found.upper.log10_p;
    rho = found.rho;
  }
};

// Rho depends on the order alone: one set of draws for all pairs of a run would give them its error
// in common. So each pair, by its names, has its own (FNV-1a).
std::uint64_t seedOfDraws(const kindred::MatrixTask& task) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : task.a.weights().model() + '\n' + task.b.weights().model()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  return task.seed + hash;
}

std::string null(const kindred::MatrixTask& task, const std::string& by) {
  return "the order of units in each MLP of " + task.a.weights().model() +
         " is random; matched by " + by;
}

Finding rankFinding(const kindred::MatrixTask& task, const RankCorrelation& ranks) {
  const double layers = std::log10(static_cast<double>(ranks.layers));
  Finding finding;
  finding.null = null(task, "gate rows; Spearman's rho of the numbers, best MLP times their count");
  finding.statistic = ranks.rho;
  finding.units = ranks.units;
  finding.log10_p = std::min(0.0, ranks.log10_p + layers);
  finding.log10_p_floor = std::min(0.0, ranks.log10_floor + layers);
  finding.seed = task.seed;
  return finding;
}

// A map of one stream onto another that was fitted to these rows turns strangers' to each other: of
// the squares of n rows its freedom (that of orthonormal columns) explains a share.
double turnedToFit(const kindred::Rotation& rotation, const kindred::Likeness& rows) {
  if (rotation.found_by != "gates" || rotation.values.empty()) return 0;
  const auto larger = static_cast<double>(std::max(rotation.rows, rotation.columns));
  const auto smaller = static_cast<double>(std::min(rotation.rows, rotation.columns));
  const double freedom = smaller * larger - smaller * (smaller + 1) / 2;
  const double share = freedom / (static_cast<double>(rows.rows) * smaller);
  return std::sqrt(static_cast<double>(rows.width) * std::min(1.0, share));
}

}  // namespace

std::vector<Finding> kindred::fixed_points::ofUnits(const MatrixTask& task, const Limits& limits) {
  const arma::fmat rotation = linear::matrixOf(task.alignment.rotation);
  struct Units {
    arma::fmat cosines;           // A's by B's
    std::vector<double> numbers;  // that each of A's has
  };
  const auto units = [&](std::string_view role, const MlpMatch& match) {
    arma::fmat of_a = linear::unitColumns(task.a.weights().matrix(role, match.a));
    const arma::fmat of_b = linear::unitColumns(task.b.weights().matrix(role, match.b));
    std::vector<double> numbers = linear::effectiveNumbers(of_a);
    return Units{linear::innerProducts(linear::rotated(std::move(of_a), rotation), of_b),
                 std::move(numbers)};
  };
  const std::uint64_t width = task.b.weights().shape().hidden;
  exchange::FixedPoints by_gates(task.seed), by_ups(task.seed + 0x10000);
  RankCorrelation ranks;
  for (const MlpMatch& match : exchange::oncePerGroup(task)) {
    const auto [gates, of_gates] = units(kindred::role::kGate, match);
    const auto matching = by_gates.add(gates, width, of_gates);
    if (limits.draws > 0 && gates.n_rows == gates.n_cols && !matching.empty()) {
      ranks.add(matching, limits.draws, seedOfDraws(task) + ranks.layers);
    }
    const auto [ups, of_ups] = units(kindred::role::kUp, match);
    if (!ups.is_empty()) by_ups.add(arma::abs(ups), width, of_ups);  // their signs are free
  }
  std::vector<Finding> findings;
  if (by_gates.parts() > 0) {
    findings.push_back(by_gates.finding(null(task, "gate rows; fixed points")));
    auto& likeness = findings.back().likeness;
    if (likeness) likeness->turned = turnedToFit(task.alignment.rotation, *likeness);
  }
  if (by_ups.parts() > 0) {
    findings.push_back(by_ups.finding(null(task, "absolute cosines of up rows; fixed points")));
  }
  if (ranks.layers > 0) findings.push_back(rankFinding(task, ranks));
  for (Finding& finding : findings) {
    finding.assumptions = exchange::assumption(task.a.weights(), "the units of an MLP");
  }
  return findings;
}
