// The assignment of units by cosine, against SciPy's linear_sum_assignment, one core each.
//
// A cosine of two independent rows of width d is close to normal with standard deviation 1/sqrt(d);
// a related pair has rho on top. So the matrices are drawn directly, d = 4096.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <exception>
#include <numbers>
#include <numeric>
#include <vector>

#include <kindred/random.hpp>

#include <kindred/analysis/stats/assignment.hpp>

#include "bench/scipy_peer.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace kindred;

struct Case {
  const char* name;
  std::size_t rows;
  std::size_t columns;
  double rho;
  double target;  // times faster than SciPy on the same input
};

constexpr Case kCases[] = {
    {"2048 unrelated units", 2048, 2048, 0, 8},
    {"2048 related units, rho 0.1", 2048, 2048, 0.1, 100},
    {"256 by 1408 units", 256, 1408, 0, 7},
};

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) *
         std::cos(2 * std::numbers::pi * random.unit());
}

std::vector<float> cosines(const Case& task) {
  Random random(20);
  std::vector<float> values(task.rows * task.columns);
  for (float& value : values) value = static_cast<float>(normal(random) / 64);
  std::vector<std::size_t> partner(task.columns);
  std::iota(partner.begin(), partner.end(), std::size_t{0});
  random.shuffle(std::span(partner));
  for (std::size_t i = 0; i < task.rows; ++i) {
    values[i * task.columns + partner[i]] += static_cast<float>(task.rho);
  }
  return values;
}

bool run(const Case& task) {
  const support::TempDir folder;
  const std::vector<float> values = cosines(task);
  const stats::MatrixView<float> view{values, task.rows, task.columns};
  const stats::Assignment found = stats::assign(view, stats::Goal::maximise);
  const stats::Certificate certificate = stats::certify(view, stats::Goal::maximise, found);
  bench::writeNumbers<float>(folder / "cosines", values);
  bench::writeNumbers<std::size_t>(folder / "columns", found.column_of_row);
  const auto solve = [&] { stats::assign(view, stats::Goal::maximise); };

  double ours = bench::shortest(10, solve);
  bench::Figures scipy =
      bench::runScipy(KINDRED_PEER, {(folder / "cosines").string(), (folder / "columns").string(),
                                     std::to_string(task.rows), std::to_string(task.columns), "7"});
  ours = std::min(ours, bench::shortest(10, solve));  // before and after, for the machine's moods

  const bool equal = certificate.holds &&
                     std::abs(scipy["total"] - scipy["ours"]) <= 1e-9 * std::abs(scipy["total"]) &&
                     scipy["distinct"] == static_cast<double>(task.rows);
  const double ratio = scipy["seconds"] / ours;
  fmt::print(
      "{:<28} kindred {:8.3f} ms   scipy {:8.2f} ms   {:6.1f} times faster (target {:g}{})\n",
      task.name, ours * 1e3, scipy["seconds"] * 1e3, ratio, task.target,
      ratio < task.target ? ", MISSED" : "");
  fmt::print(
      "{:<28} {}; same columns {} of {}; scipy on a negated float64 matrix made beforehand "
      "{:.2f} ms: {:.1f} times\n",
      equal ? "" : "  RESULTS DIFFER", certificate.text(), scipy["same_columns"], task.rows,
      scipy["seconds_native"] * 1e3, scipy["seconds_native"] / ours);
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
