// Which copies the tests of a run would have seen, by what was done to the copy.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <kindred/test.hpp>

namespace kindred::evidence {

// Bytes that tests may read of each model where one holds more, else 0; and those with which they
// would see what was shuffled or rotated, or redrawn (0: no number of bytes would).
struct Budgets {
  std::uint64_t read = 0, mlp = 0, maps = 0;
};

class Copies {
 public:
  // Of a test of signs that states its power; others are passed over.
  void add(const Finding& finding);
  // "of a copy in order ... ; of a shuffled one ...", and what would not have been seen with the
  // bytes that would show it. Empty where no test stated its power.
  std::string text(const Budgets& budgets) const;
  // The same in sentences for somebody who has never heard of a coin.
  std::string plain(const Budgets& budgets) const;

 private:
  struct Seen {
    double rho = 1;
    std::string rows;
    std::uint64_t coins = 0;
  };
  // A kind of copy, as the field calls it and in plain words, and the bytes that would show it.
  struct Kind {
    const char *term, *plain;
    const Seen* copy;  // null: it would not be seen
    std::uint64_t needed;
  };
  std::array<Kind, 4> kinds(const Budgets& budgets) const;
  static void keep(std::optional<Seen>& best, const std::optional<double>& rho,
                   const Finding& finding);

  bool any_ = false;
  std::optional<Seen> in_order_, shuffled_, rotated_, redrawn_;
};

}  // namespace kindred::evidence
