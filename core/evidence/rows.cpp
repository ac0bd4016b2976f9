#include "evidence/rows.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evidence/axis_words.hpp"

namespace kindred::evidence {
namespace {

constexpr std::uint64_t kFewest = 32;  // rows that sizes speak of
constexpr double kAlike = 2.5;         // times chance; strangers reach 1.6
constexpr double kStrangers = 1.6;
constexpr double kNoMore = 1.15;  // less is no more than chance
// Under an order the rows are held against the best that any order reaches.
constexpr double kBeyondOrder = 1.5;
constexpr double kBeyondTurned = 1.5;
constexpr std::uint64_t kFewestClear = 16;

double ratio(const Likeness& likeness) {
  return likeness.chance > 0 ? likeness.matched / likeness.chance : 0;
}

// Two decimals, or two digits of what is smaller.
std::string shortNumber(double value) {
  return value >= 0.1 ? fmt::format("{:.2f}", value) : fmt::format("{:.2g}", value);
}

}  // namespace

Rows rowsOf(const Finding& finding) {
  if (!finding.likeness || finding.likeness->rows < kFewest) return Rows::unknown;
  const double times = ratio(*finding.likeness);
  if (times >= kAlike) return Rows::alike;
  return times <= kStrangers ? Rows::strangers : Rows::between;
}

bool isOfOneLayer(const Finding& finding) {
  return finding.layer_a >= 0 && !finding.by_layer.empty();
}

bool hasCopies(const Finding& finding) {
  return finding.likeness && finding.likeness->clear >= kFewestClear;
}

bool mostAreAlike(const Finding& finding) {
  if (rowsOf(finding) != Rows::alike) return false;
  const Likeness& likeness = *finding.likeness;
  return likeness.median == 0 || likeness.median >= kAlike * kMedianOfRandom * likeness.chance;
}

bool mayBeTurned(const Finding& finding) {
  if (!finding.likeness || finding.likeness->rows < kFewest || hasCopies(finding)) return false;
  return finding.likeness->matched < kBeyondTurned * finding.likeness->turned;
}

bool isArranged(const Finding& finding) {
  if (!finding.likeness || finding.likeness->rows < kFewest || hasCopies(finding)) return false;
  const auto& agreement = finding.likeness->agreement;
  if (!agreement) return ratio(*finding.likeness) < kBeyondOrder;
  constexpr double kErrors = 4;
  return rowsOf(finding) != Rows::alike &&
         agreement->mean + kErrors * agreement->error < agreement->least;
}

bool isBorneOut(const Finding& finding) {
  if (!finding.likeness || finding.likeness->rows < kFewest) return false;
  if (finding.likeness->agreement) {
    return rowsOf(finding) == Rows::alike && !mayBeTurned(finding);
  }
  return ratio(*finding.likeness) >= kBeyondOrder && !mayBeTurned(finding);
}

bool isUnsupported(const Finding& finding) {
  if (!finding.likeness || finding.likeness->rows < kFewest || hasCopies(finding)) return false;
  return finding.likeness->agreement && ratio(*finding.likeness) < kNoMore;
}

std::string sizeText(const Finding& finding) {
  if (!finding.likeness) return {};
  const Likeness& likeness = *finding.likeness;
  const double root = std::sqrt(static_cast<double>(std::max<std::uint64_t>(likeness.width, 1)));
  const auto cosine = [&](double times_root) { return shortNumber(times_root / root); };
  // An order is held against the best of any order, so that is what stands beside it.
  return fmt::format("the mean absolute cosine of {} pairs of rows ({}) is {}, {} {}",
                     likeness.rows, inWords(finding.gauge), cosine(likeness.matched),
                     likeness.agreement ? "that of rows which do not belong together"
                                        : "the most that another order of them reaches",
                     cosine(likeness.chance)) +
         (likeness.turned > 0
              ? fmt::format(", that of strangers' rows which somebody turned to fit up to {}",
                            cosine(likeness.turned))
              : "");
}

std::string powerText(const Finding& finding) {
  if (!finding.power) return {};
  const Power& power = *finding.power;
  std::string found;
  if (power.if_paired) {
    found += fmt::format("{:.4f} where {} shows which rows belong together", *power.if_paired,
                         power.paired_by);
    if (power.pairing) found += fmt::format(" (from {:.2g} on)", std::min(1.0, *power.pairing));
  }
  if (power.alone) {
    found += fmt::format("{}{:.2g} by these rows alone, in order or shuffled",
                         found.empty() ? "" : ", or ", std::min(1.0, *power.alone));
  }
  std::string text = fmt::format("{} ({} coins", power.rows, finding.units);
  text += found.empty() ? ": too few to find any copy"
                        : ": found with 99 % probability from a row correlation of " + found;
  if (power.paired_by == kItsPlace) {
    text += "; of a shuffled copy none";
  } else if (!power.whole) {
    text += "; read in part, so of a shuffled copy only rows that are in both parts";
  }
  return text + ")";
}

}  // namespace kindred::evidence
