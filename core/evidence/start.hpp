// Descent or a shared start? A rejection can't tell one from the other. What begins as a constant
// can: gains of norms carry no start, so that models which share a start alone agree in them far
// less than in their rows. Calibrated and not exact, and it decides nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <kindred/test.hpp>

namespace kindred::evidence {

enum class LooksLike : std::uint8_t { descent, shared_start, either };
std::string_view name(LooksLike looks_like);  // "shared-start"

// How often one of the two was right in calibration, of how many pairs of which it was said.
struct Rate {
  std::uint64_t right, said;
};
inline constexpr Rate kDescentRight{205, 207}, kSharedStartRight{214, 214};

struct Start {
  double constants = 0;  // mean correlation of the gains of norms
  double rows = 0;       // mean absolute cosine of matched up rows
  LooksLike looks_like = LooksLike::either;
};

// Of what was measured of a pair whose rows are alike. Nothing where gains or rows were not
// measured, or rows are too little alike for their gains to be held against them.
std::optional<Start> startOf(std::optional<double> constants, std::optional<double> rows);

// " Gains of norms, ...": for behind a rejection.
std::string startText(const std::optional<Start>& start);

}  // namespace kindred::evidence
