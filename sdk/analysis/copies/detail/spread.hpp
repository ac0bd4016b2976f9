// How large squared cosines of unrelated columns are.
#pragma once

#include <kindred/analysis/copies/copies.hpp>

namespace kindred::copies {

// What multiplies a squared cosine, so that it has mean 1 in unrelated columns: for each role the
// number of rows, or less where the columns favour some directions.
std::vector<float> scales(const Roles& roles, Usual usual);

// For each pair of columns the sum over the roles of scaled squared cosines: about chi-square with
// as many degrees of freedom as there are roles. Rows: `a`.
arma::fmat likeness(const std::vector<arma::fmat>& a, const std::vector<arma::fmat>& b,
                    const std::vector<float>& scales);

}  // namespace kindred::copies
