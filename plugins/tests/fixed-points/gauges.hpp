// Parts of the reference that keep their number when they are matched with the other model's, one
// function a gauge. No finding: there was nothing to match.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/matrix_test.hpp>

namespace kindred::fixed_points {

struct Limits {
  std::uint64_t draws = 0;  // random permutations for Spearman's rho of units; 0: without it
  std::uint64_t dims = 0;   // coordinates of the residual stream used at most
};

std::vector<Finding> ofUnits(const MatrixTask& task, const Limits& limits);
std::vector<Finding> ofExperts(const MatrixTask& task, const Limits& limits);
std::vector<Finding> ofHeads(const MatrixTask& task, const Limits& limits);
std::vector<Finding> ofCoordinates(const MatrixTask& task, const Limits& limits);

}  // namespace kindred::fixed_points
