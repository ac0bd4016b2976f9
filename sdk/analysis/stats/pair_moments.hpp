// What pair metrics that depend on each side's moments alone have in common.
#pragma once

#include <kindred/analysis/stats/moments.hpp>
#include <kindred/metric.hpp>

namespace kindred::stats {

class PairMoments : public PairAccumulator {
 public:
  void add(const PairTile& tile) override {
    tile.eachBlock([&](auto a, auto b) {
      a_.add(a);
      b_.add(b);
    });
  }

  void merge(PairAccumulator& next) override {
    const auto& more = dynamic_cast<PairMoments&>(next);
    a_.merge(more.a_);
    b_.merge(more.b_);
  }

 protected:
  bool defined() const { return a_.defined() && b_.defined(); }

  Moments a_, b_;
};

}  // namespace kindred::stats
