// What a test would have seen: goes with "no evidence".
#pragma once

#include <optional>
#include <string>

namespace kindred {

// What pairs rows that are tossed as they stand: layer, part and number are the same in both
// models.
inline constexpr const char* kItsPlace = "its place";

// Correlations of rows from which copies would have been found with 99 % probability. Rows must be
// paired before their signs can be compared, so there is a figure for each way of pairing.
struct Power {
  std::string rows;                 // whose signs were tossed: "mlp.up"
  std::string paired_by;            // what pairs them: "mlp.gate"; empty: only they themselves
  std::optional<double> if_paired;  // where that shows which rows belong together
  std::optional<double> alone;      // where nothing but these rows is shared, in whatever order
  bool whole =
      true;  // false: rows were left out, and of a shuffled copy only some that are in both
  bool rotated = false;  // a rotation of the residual stream is undone first
  bool redrawn = false;  // what tells a copy is left when its layers' signs and orders are redrawn
  // From which correlation on `paired_by` shows which rows belong together: a copy is seen from the
  // larger of this and if_paired. Empty: rows are paired as they stand.
  std::optional<double> pairing = {};
};

}  // namespace kindred
