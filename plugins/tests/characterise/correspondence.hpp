// Which parts of two related models belong together: MLPs with their units, layers, heads.
#pragma once

#include <map>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/matrix_test.hpp>

namespace kindred::characterise {

// An MLP of B and the MLP of A that is most like it.
struct MlpPair {
  const MlpMatch* match = nullptr;
  double cosine = 0;          // mean of matched gate rows
  double in_place = 0;        // share of matched units that keep their number
  std::uint64_t matched = 0;  // units
  std::uint64_t found = 0;    // of these, clearly more alike than strangers' would be
  std::uint64_t units_a = 0, units_b = 0;
  bool real = false;    // clearly above what strangers reach
  bool partly = false;  // not so as a whole, but many of its units are: the others were begun anew

  bool any() const { return real || partly; }
};

struct HeadMap {
  std::int64_t layer_a = -1, layer_b = -1;
  std::vector<std::int32_t> a_of_b;  // key-value heads; -1: none
  bool in_place = false;
  bool real = false;  // clearly above what strangers reach
};

// How the residual streams lie to each other.
enum class Stream { same, reordered, rotated, unknown };

struct Correspondence {
  std::vector<MlpPair> mlps;                    // one for each MLP of B, in its order
  std::map<std::int64_t, std::int64_t> layers;  // B's with MLPs: A's, or -1
  std::vector<HeadMap> heads;
  Stream stream = Stream::unknown;
};

Correspondence correspondenceOf(const MatrixTask& task);

}  // namespace kindred::characterise
