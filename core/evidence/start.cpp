#include "evidence/start.hpp"

#include <array>

#include <fmt/format.h>

namespace kindred::evidence {
namespace {

// Of gains over rows. `bench_calibration --starts` measures both, and how often they are right.
constexpr double kDescent = 0.75, kSharedStart = 0.6;
constexpr double kLeastRows = 0.3;

std::string rateText(const Rate& rate) {
  return fmt::format(" (calibrated on small models: right of {} of {} pairs of which it was said).",
                     rate.right, rate.said);
}

}  // namespace

std::string_view name(LooksLike looks_like) {
  constexpr std::array<std::string_view, 3> kNames{"descent", "shared-start", "either"};
  return kNames[static_cast<std::size_t>(looks_like)];
}

std::optional<Start> startOf(std::optional<double> constants, std::optional<double> rows) {
  if (!constants || !rows || *rows < kLeastRows) return std::nullopt;
  Start start{*constants, *rows};
  const double ratio = *constants / *rows;
  if (ratio >= kDescent) start.looks_like = LooksLike::descent;
  if (ratio <= kSharedStart) start.looks_like = LooksLike::shared_start;
  return start;
}

std::string startText(const std::optional<Start>& start) {
  if (!start) return " Whether by descent or by a shared start can't be said of this pair.";
  const std::string figures = fmt::format(
      " Gains of norms, which every start sets alike, correlate by {:.2f} where matched rows agree "
      "by {:.2f}: ",
      start->constants, start->rows);
  switch (start->looks_like) {
    case LooksLike::descent:
      return figures + "as after descent rather than a shared start" + rateText(kDescentRight);
    case LooksLike::shared_start:
      return figures + "as in models that share a start and were trained apart" +
             rateText(kSharedStartRight);
    case LooksLike::either:
      return figures + "descent and a shared start both look like this.";
  }
  return {};
}

}  // namespace kindred::evidence
