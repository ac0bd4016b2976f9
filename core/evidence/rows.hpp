// What the sizes beside a finding say.
#pragma once

#include <string>

#include <kindred/test.hpp>

namespace kindred::evidence {

// Of the mean absolute cosine of random directions.
inline constexpr double kMedianOfRandom = 0.85;

enum class Rows {
  unknown,    // no sizes, or too few
  strangers,  // as alike as rows that do not belong together
  between,
  alike
};
Rows rowsOf(const Finding& finding);
// Whether it is of one layer, the one that tells most: nothing is said of the others.
bool isOfOneLayer(const Finding& finding);
// Rows::alike not by a few of them: their median is, where it is known.
bool mostAreAlike(const Finding& finding);
// Enough of the rows are copies of rows, whatever the others are.
bool hasCopies(const Finding& finding);

// Of a finding that rejects independence: signs or an order that the rows don't bear out were
// chosen to fit, not inherited; rows that are alike can't be had without them. Either may be open.
bool isArranged(const Finding& finding);
bool isBorneOut(const Finding& finding);
// Rows that are no more alike than strangers' which somebody turned to fit, as a symmetry lets them
// be turned into each other. Near the most that cosines reach nothing can be told from it.
bool mayBeTurned(const Finding& finding);
// Rows that are no more alike than chance has it: a part too small to be told from signs that are
// not fair.
bool isUnsupported(const Finding& finding);

// "the mean absolute cosine of 2816 pairs of rows is 9.1 / sqrt(128), ..."; empty without sizes.
std::string sizeText(const Finding& finding);

// "mlp.up (2816 coins; found from a correlation of 0.03 ...)": what a test of signs tossed, and the
// copies it would have found; empty where it states none.
std::string powerText(const Finding& finding);

}  // namespace kindred::evidence
