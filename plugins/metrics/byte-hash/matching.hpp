// Which tensors of two sets belong together by their bytes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "digest.hpp"

namespace kindred::byte_hash {

struct Named {
  const std::string& name;
  const Digest& digest;
};

struct Match {
  std::size_t a;
  std::size_t b;
  bool equal;    // the same bytes
  double share;  // of a's blocks that b has
};

// For each tensor of `a` in order, at most two matches: with the tensor of `b` that has the same
// bytes (of several the one with the same name, else one that no other has yet) or, without such,
// the one that shares most blocks; and with the tensor of the same name, if that is another.
// Tensors without bytes are left out.
std::vector<Match> matchByBytes(std::span<const Named> a, std::span<const Named> b);

}  // namespace kindred::byte_hash
