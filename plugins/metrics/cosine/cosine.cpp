// The cosine of the angle between two tensors seen as vectors; centred, Pearson's r.
#include <cmath>

#include <kindred/analysis/cosine/accumulator.hpp>
#include <kindred/analysis/cosine/block_sums.hpp>
#include <kindred/analysis/cosine/moments.hpp>
#include <kindred/metric.hpp>

namespace {

using kindred::PairAccumulator;
using kindred::PairTile;
using kindred::cosine::BlockSums;
using kindred::cosine::Moments;
using kindred::cosine::ShiftedSums;

class PearsonAccumulator final : public PairAccumulator {
 public:
  void add(const PairTile& tile) override {
    tile.eachBlock([&](auto a, auto b) { addBlock(a.data(), b.data(), a.size()); });
  }

  void merge(PairAccumulator& next) override {
    auto& more = dynamic_cast<PearsonAccumulator&>(next);
    close();
    more.close();
    before_.merge(more.before_);
    undefined_ |= more.undefined_;
  }

  std::vector<double> finish() override {
    close();
    if (undefined_) return {std::nan("")};
    return {kindred::cosine::ratio(before_.aa, before_.bb, before_.ab)};
  }

 private:
  // Whether the shift is near enough to the mean; see moments.hpp.
  static bool near(double sum, double squares, std::size_t size) {
    return 5 * sum * sum <= static_cast<double>(size) * squares;
  }

  template <class T>
  void addBlock(const T* a, const T* b, std::size_t size) {
    if (undefined_) return;
    BlockSums block = kindred::cosine::shifted(a, b, size, sums_.shift_a, sums_.shift_b);
    // One change of shift is enough for floats. The mean of doubles may need a second look.
    for (int changes = 0; changes < 2; ++changes) {
      const bool near_a = near(block.a, block.aa, size);
      const bool near_b = near(block.b, block.bb, size);
      if (near_a && near_b) break;
      if (!std::isfinite(block.aa) || !std::isfinite(block.bb)) break;
      ShiftedSums shifted;
      const auto count = static_cast<double>(size);
      shifted.shift_a = near_a ? sums_.shift_a : sums_.shift_a + block.a / count;
      shifted.shift_b = near_b ? sums_.shift_b : sums_.shift_b + block.b / count;
      close();
      sums_ = shifted;
      block = kindred::cosine::shifted(a, b, size, sums_.shift_a, sums_.shift_b);
    }
    undefined_ = !std::isfinite(block.aa) || !std::isfinite(block.bb);
    sums_.add(block, size);
  }

  // Moves the sums of the present shift to the moments.
  void close() {
    before_.merge(Moments(sums_));
    const double shift_a = sums_.shift_a;
    const double shift_b = sums_.shift_b;
    sums_ = {};
    sums_.shift_a = shift_a;
    sums_.shift_b = shift_b;
  }

  ShiftedSums sums_;  // of the blocks since the shift last changed
  Moments before_;    // of all blocks before them
  bool undefined_ = false;
};

class Cosine final : public kindred::PairMetric {
 public:
  explicit Cosine(const kindred::Parameters& p)
      : centred_(p.flag("centred")), about_(p.number("about")) {
    if (centred_ && about_ != 0) {
      throw kindred::Error(kindred::Category::input, "",
                           "'centred' subtracts each tensor's own mean, 'about' a number",
                           "give one of them");
    }
  }

  std::unique_ptr<PairAccumulator> start(const kindred::Pair&) const override {
    if (centred_) return std::make_unique<PearsonAccumulator>();
    return std::make_unique<kindred::cosine::Accumulator>(about_);
  }

 private:
  bool centred_;
  double about_;
};

}  // namespace

KINDRED_METRIC(
    Cosine, "cosine", "1.0", "Cosine of the angle between two tensors",
    kindred::figure("cosine", "of the two tensors as vectors")
        .in(kindred::Unit::cosine, -1, 1)
        .same(1)
        .independent("Tensors whose values lie near a common value, norms above all, have "
                     "cosines near 1 in independent models too, unless each tensor's "
                     "mean is taken away first (Pearson's r, about 0 in independent "
                     "models): what counts is the distance from the controls."),
    kindred::flag("centred", false, "subtract each tensor's mean first: Pearson's r"),
    kindred::number("about", "0", -1e9, 1e9,
                    "subtract this number from both first; not with 'centred'"))
