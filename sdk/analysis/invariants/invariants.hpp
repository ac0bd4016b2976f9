// What calibrated tests have in common. They compare what no change of signs, order, scale or
// rotation alters, so they see through disguises that blind every exact test. No symmetry gives
// them a null: it comes from pairs of models with the run's controls (see docs/calibrated.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/matrix_test.hpp>

namespace kindred::invariants {

// A calibrated test uses no gauge and needs no alignment that is blind to one.
std::vector<GaugeUse> noGauge();

// One MLP as unit-length columns, one a unit, with the lengths they had; empty where the model has
// no such matrix, or where too few of its rows are read.
struct Mlp {
  arma::fmat gate, up, down;
  std::vector<double> gate_length, up_length, down_length;
};
Mlp mlpOf(const ModelWeights& weights, const Place& place);

// At most `most` of the alignment's MLP matches, spread evenly.
std::vector<const MlpMatch*> spread(const Alignment& alignment, std::size_t most);

// The share of units that two matchings give the same partner; of the units of the smaller side.
double agreement(const std::vector<std::int32_t>& x, const std::vector<std::int32_t>& y,
                 std::size_t smaller);

// A share of units matched alike that strangers stay below. By chance one unit of an MLP of any
// size is, whatever the models; among strangers of one recipe up to four were seen, and 1.3 % of
// the units.
double shareBeyondStrangers(double units);

// Spearman's rank correlation of two lists of equal length, ties at mean ranks; 0 where one is
// constant or holds what is not finite.
double rankCorrelation(std::span<const double> x, std::span<const double> y);

// The mean of a test's values over what it compared, as a finding for the host to calibrate; no
// finding where there is none. `beyond_strangers`: see Finding.
class Mean {
 public:
  void add(double value, std::uint64_t units);
  std::vector<Finding> finding(const std::string& what, const MatrixTask& task,
                               std::optional<double> beyond_strangers) const;
  // Of what was compared, in units.
  double meanSize() const;

 private:
  double sum_ = 0;
  std::uint64_t count_ = 0, units_ = 0;
};

}  // namespace kindred::invariants
