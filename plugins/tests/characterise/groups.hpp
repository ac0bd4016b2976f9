// Rounding to tables of groups: encodings that choose several values together (GGUF's IQ types)
// leave none of them the nearest, but the group.
#pragma once

#include <cstdint>
#include <vector>

namespace kindred::characterise {

// The same groups of one model's values and of the other's, where these are stored as codes.
class Groups {
 public:
  // `plain` and `coded`: values of one block, a multiple of 16, under one scale for each 16.
  void add(const std::vector<float>& plain, const std::vector<float>& coded);

  // The least that the squared difference could be with the groups that the encoding is seen to
  // use, by what it is: near 1 of a rounded copy, less of one that was changed besides. 0: too few
  // groups repeat for that to be said.
  double share() const;

 private:
  struct Pair {
    std::vector<float> plain, coded;  // by the smallest coded size in their sixteen
  };
  double share(std::size_t length, bool with_signs) const;

  std::vector<Pair> sixteens_;
};

}  // namespace kindred::characterise
