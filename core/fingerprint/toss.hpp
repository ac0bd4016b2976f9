// Coins of paired rows of two fingerprints, and what a test of them finds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/likeness.hpp>
#include <kindred/test.hpp>

#include "fingerprint/compare.hpp"
#include "fingerprint/layers.hpp"

namespace kindred::fingerprint {

// One way of tossing one kind of rows.
struct Way {
  Gauge gauge;
  std::string_view role;       // whose rows are tossed
  std::string_view paired_by;  // empty: they themselves
  const char* null;            // what changes sign together
  const char* how;             // rows were paired
  bool in_place = false;       // as they stand: a shuffle hides them
  bool rotated = false;        // a rotation of the stream changes nothing
  double least = 0;            // correlation at which rows are paired rightly, as measured
};

using Cosine = std::function<double(std::size_t a, std::size_t b)>;

// Coins and sizes of the pairs.
class Toss {
 public:
  // Of rows that do not belong together: those of the next pair, or, where pairs were chosen by
  // their own sizes, `chosen` ones that were chosen so, of `width` numbers. No coins: cosines below
  // `threshold`.
  Toss(const std::vector<RowsPaired>& pairs, const std::vector<std::int32_t>& layer,
       const Coinage& coinage, double threshold, const Cosine& cosine,
       std::optional<std::vector<RowsPaired>> chosen = {}, std::uint64_t width = 1);

  align::SignCount count() const { return coins_.count(); }
  // `candidates`: rows among which partners were sought; `level` is that of the power, in log10.
  Finding finding(const Way& way, const Fingerprint& a, std::size_t candidates, double level) const;
  // With the jackknife's error over layers.
  Distance distance() const;

 private:
  double log10P() const;
  std::uint64_t width() const;
  Power power(const Way& way, std::uint64_t coins, std::size_t candidates, double level) const;

  align::Coins coins_;
  align::Sizes sizes_;
  std::uint64_t width_ = 1;                                     // where others were chosen
  std::map<std::int32_t, std::pair<double, double>> by_layer_;  // sum of cosines, count
};

}  // namespace kindred::fingerprint
