// With how many bytes tests would see what they did not: worked out from headers alone.
#pragma once

#include <cstdint>
#include <map>

#include "evidence/verdict.hpp"
#include "plan/models.hpp"

namespace kindred::outcome {

class Wider {
 public:
  // Of the pair, into a coverage that says what was read; nothing where that was all.
  void fill(const plan::Model& a, const plan::Model& b, evidence::Coverage& coverage);

 private:
  // The first doubling of `from` with which the MLPs that are read are read whole, or all bytes; 0:
  // there is none whose units have signs.
  std::uint64_t ofMlp(const plan::Model& model, std::uint64_t from);

  std::map<std::pair<const plan::Model*, std::uint64_t>, std::uint64_t> known_;
};

}  // namespace kindred::outcome
