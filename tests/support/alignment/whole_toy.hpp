// Toys with all the matrices of their layers, and what can be done to a stream's coordinates and
// inside layers without a change of the function.
#pragma once

#include "support/alignment/toy_model.hpp"

namespace kindred::test {

class WholeToy final : public ToyModel {
 public:
  WholeToy(std::string name, std::uint64_t seed, ToyShape shape = {});

  WholeToy as(std::string name) const;
  // Order, signs and scales of units, and the basis of every value head.
  WholeToy& redrawn(std::uint64_t seed);
  // The stream's coordinates, in everything that reads or writes it.
  WholeToy& coordinatesPermuted(std::uint64_t seed);
  WholeToy& coordinatesNegated(std::uint64_t seed);
  // Every so many neighbours are copies of the first of them.
  WholeToy& coordinatesCloned(std::uint64_t times);
  // Adds the same number to all that reads the stream.
  WholeToy& leaning();

 private:
  // The number at coordinate c of the stream becomes factor(c) times that at source(c).
  template <class Source, class Factor>
  void remapCoordinates(Source&& source, Factor&& factor);
};

}  // namespace kindred::test
