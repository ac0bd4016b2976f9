// Figures as results keep them.
#pragma once

#include <cstdint>
#include <string>

#include <kindred/tensor.hpp>

#include "results/results.hpp"
#include "steps/ready.hpp"

namespace kindred::steps {

// A metric must give as many figures as it declares.
void checkFigures(const Measure& metric, std::size_t count);

// A row of observations.csv; names are escaped. `b` null: the figure is of one tensor.
results::Observation observation(const std::string& step, const Measure& metric, std::size_t figure,
                                 const TensorInfo& a, const TensorInfo* b, std::uint64_t elements,
                                 double value);

}  // namespace kindred::steps
