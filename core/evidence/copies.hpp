// Which copies the tests of a run would have seen, by what was done to the copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <kindred/test.hpp>

namespace kindred::evidence {

class Copies {
 public:
  // Of a test of signs that states its power; others are passed over.
  void add(const Finding& finding);
  // "of a copy in order ... ; of a shuffled one ...". `budget`: bytes that tests may read of each
  // model where one holds more, else 0. Empty where no test stated its power.
  std::string text(std::uint64_t budget) const;

 private:
  struct Seen {
    double rho = 1;
    std::string rows;
    std::uint64_t coins = 0;
  };
  static void keep(std::optional<Seen>& best, const std::optional<double>& rho,
                   const Finding& finding);

  bool any_ = false;
  std::optional<Seen> in_order_, shuffled_, rotated_, redrawn_;
};

}  // namespace kindred::evidence
