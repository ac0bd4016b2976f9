// What plugins return, checked before anything else sees it. What does not hold is an Error that
// names the plugin.
#pragma once

#include <string>
#include <vector>

#include <kindred/test.hpp>

namespace kindred::evidence {

// Findings with what the host alone says set anew: the basis is `basis`, and no controls stand
// behind them yet. Logarithms of p lie between the test's own floor and 0, numbers are finite (an
// undefined statistic or figure is NaN), and what decides names its null and what it assumes.
std::vector<Finding> checked(const std::string& plugin, Basis basis, std::vector<Finding> findings);

// A metric's figure, finite or NaN.
double checkedFigure(const std::string& plugin, const std::string& figure, const TensorInfo& tensor,
                     double value);

}  // namespace kindred::evidence
