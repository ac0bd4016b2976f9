// Work that ranks do together: units are handed out one by one to whoever is free, the dearest
// first, and every rank is told what all of them came to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "run/ranks.hpp"

namespace kindred::run {

struct SharedWork {
  std::vector<std::string> names;   // of units, the same on every rank
  std::vector<std::uint64_t> cost;  // of each, in any unit of measure
  unsigned threads = 1;             // that compute, on this rank
  // What a unit came to; none: it can't be told to others, and each rank is to compute it itself.
  // [any-thread]
  std::function<std::optional<std::string>(std::size_t)> compute;
  // On the first rank: what is known of a unit from before, and a unit that is now done.
  std::function<std::optional<std::string>(std::size_t)> known;
  std::function<void(std::size_t, const std::string&)> done;
};

// The texts of all units, on every rank; none: it is to be computed here, or the run was
// interrupted. What a unit throws is thrown on every rank. An Error where a rank has other units,
// since it sees other files.
std::vector<std::optional<std::string>> share(Ranks& ranks, const SharedWork& work);

// Tells the first rank, from another, that this one is lost and why.
void sayLost(Ranks& ranks, const std::string& why);

}  // namespace kindred::run
