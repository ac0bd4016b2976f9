// Rules for one line of a tensor: a vector, a row or a column.
#pragma once

#include <span>

namespace kindred::constants {

// All values equal.
bool isConstant(std::span<const double> line);
// Rising or falling all along, or turning once: ranges, frequencies, windows.
bool isSorted(std::span<const double> line);
// Most values follow from the two before them by x[i+1] = a x[i] + b x[i-1] + c with the same a, b
// and c, to within `tolerance` of their spread: sinusoids under any sampling, geometric sequences,
// ranges, and these with seams, one every five values or rarer.
bool isRecurrent(std::span<const double> line, double tolerance);

}  // namespace kindred::constants
