// The permutation test of a table's diagonal, against SciPy's vectorised permutation_test, one core
// each. Both must find the same statistic, and the same p-value and null moments within what the
// number of permutations allows.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <exception>
#include <numbers>
#include <vector>

#include <kindred/random.hpp>

#include <kindred/analysis/stats/permutation.hpp>

#include "bench/scipy_peer.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace kindred;

struct Case {
  const char* name;
  std::size_t size;  // of the square part that has a diagonal
  std::uint64_t permutations;
  double target;
};

constexpr Case kCases[] = {
    {"1e6 of a 48 by 46 table", 46, 1000000, 400},
    {"1e5 of 1408 units", 1408, 100000, 300},
};

// Normal values, the diagonal raised so that its mean lies two standard deviations up.
std::vector<double> tableOf(std::size_t size) {
  Random random(5);
  std::vector<double> values(size * size);
  for (double& value : values) {
    value = std::sqrt(-2 * std::log(1 - random.unit())) *
            std::cos(2 * std::numbers::pi * random.unit());
  }
  const auto n = static_cast<double>(size);
  double diagonal = 0;
  for (std::size_t i = 0; i < size; ++i) diagonal += values[i * size + i] / n;
  for (std::size_t i = 0; i < size; ++i) values[i * size + i] += 2 / std::sqrt(n) - diagonal;
  return values;
}

bool agree(double a, double b, double error) { return std::abs(a - b) <= 5 * error; }

bool run(const Case& task) {
  const support::TempDir folder;
  const std::vector<double> values = tableOf(task.size);
  const stats::MatrixView<double> table{values, task.size, task.size};
  bench::writeNumbers<double>(folder / "table", values);
  stats::PermutationTest found;
  const auto test = [&] { found = stats::permutationTest(table, task.permutations, 7); };

  double ours = bench::shortest(20, test);
  bench::Figures scipy = bench::runScipy(
      KINDRED_PEER,
      {(folder / "table").string(), std::to_string(task.size), std::to_string(task.permutations)});
  ours = std::min(ours, bench::shortest(20, test));

  const auto n = static_cast<double>(task.size);
  const auto drawn = static_cast<double>(task.permutations);
  const double p = std::pow(10, found.log10_p_greater);
  const double sd = found.sd / n;
  // Members of one coset may depend on each other: at the worst, n of them count as one.
  const double p_error = std::sqrt(p * (1 - p) * (n + 1) / drawn);
  const bool equal = agree(found.observed / n, scipy["statistic"], 1e-12) &&
                     agree(p, scipy["p"], p_error) &&
                     agree(found.mean / n, scipy["mean"], sd / std::sqrt(drawn)) &&
                     agree(sd, scipy["sd"], sd / std::sqrt(2 * drawn));
  const double ratio = scipy["seconds"] / ours;
  fmt::print(
      "{:<26} kindred {:8.2f} ms   scipy {:9.1f} ms   {:6.0f} times faster (target {:g}{})\n",
      task.name, ours * 1e3, scipy["seconds"] * 1e3, ratio, task.target,
      ratio < task.target ? ", MISSED" : "");
  fmt::print("{:<26} p {:.5f} and {:.5f}, null mean {:.5f} and {:.5f}, sd {:.5f} and {:.5f}\n",
             equal ? "" : "  RESULTS DIFFER", p, scipy["p"], found.mean / n, scipy["mean"], sd,
             scipy["sd"]);
  return equal;
}

}  // namespace

int main() {
  try {
    bool good = true;
    for (const Case& task : kCases) good = run(task) && good;
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
