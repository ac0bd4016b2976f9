#include <kindred/analysis/cosine/accumulator.hpp>

namespace kindred::cosine {

void Accumulator::add(const PairTile& tile) {
  tile.eachBlock([&](auto a, auto b) {
    sums_.add(about_ == 0 ? products(a.data(), b.data(), a.size())
                          : shifted(a.data(), b.data(), a.size(), about_, about_),
              a.size());
  });
}

void Accumulator::merge(PairAccumulator& next) {
  const ShiftedSums& more = dynamic_cast<Accumulator&>(next).sums_;
  sums_.aa = sums_.aa + more.aa;
  sums_.bb = sums_.bb + more.bb;
  sums_.ab = sums_.ab + more.ab;
}

}  // namespace kindred::cosine
