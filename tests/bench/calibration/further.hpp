// Further ways of comparing the independent models: by fingerprints, and by tests that controls
// calibrate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "comparer.hpp"
#include "fingerprint/compare.hpp"

namespace kindred::calibration {

// Bytes that are read of a model of which little is.
inline constexpr std::uint64_t kLittle = 150'000;

// Fingerprints of a comparer's models.
class Prints {
 public:
  Prints(const Comparer& comparer, std::size_t count);

  // By their place in the list. [any-thread]
  Compared compare(std::size_t a, std::size_t b) const;

 private:
  std::vector<fingerprint::Fingerprint> prints_;
  std::deque<fingerprint::Reference> references_;  // to prints_
};

// What one calibrated test said of independent pairs.
struct CalibratedTally {
  struct Row {
    std::uint64_t pairs = 0, at_5 = 0, at_1 = 0, accused = 0;
    double share(std::uint64_t part) const {
      return pairs == 0 ? 0 : static_cast<double>(part) / static_cast<double>(pairs);
    }
  };
  Row alike, other;  // pairs of the controls' recipe, and of others
};

// Adds pairs with controls that are drawn anew each time: of `of_recipe` all, and of `others`,
// which are places in the comparer's list, the pair alone.
void addCalibrated(const Comparer& comparer, const std::vector<std::size_t>& of_recipe,
                   const std::vector<std::size_t>& others,
                   std::map<std::string, CalibratedTally>& tallies);

}  // namespace kindred::calibration
