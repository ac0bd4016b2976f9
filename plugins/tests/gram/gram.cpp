// Units matched twice, by how their gate rows lie to each other and by how their up rows do (up to
// signs). No rotation of the residual stream, order, scale or sign changes either; units of a copy
// find the same partner both times, those of strangers by chance alone.
#include <algorithm>
#include <vector>

#include <kindred/analysis/invariants/invariants.hpp>
#include <kindred/analysis/linear/matching.hpp>
#include <kindred/analysis/linear/signatures.hpp>

namespace {

namespace invariants = kindred::invariants;
namespace linear = kindred::linear;

constexpr arma::uword kTail = 40;    // of each end of the cosines, where there are enough units
constexpr arma::uword kFewest = 16;  // units that make signatures worth comparing

class Gram final : public kindred::MatrixTest {
 public:
  explicit Gram(const kindred::Parameters& parameters)
      : most_(static_cast<std::size_t>(parameters.integer("mlps"))) {}

  std::vector<kindred::GaugeUse> uses() const override { return invariants::noGauge(); }
  bool calibrated() const override { return true; }

  std::vector<kindred::Finding> run(const kindred::MatrixTask& task) const override {
    invariants::Mean mean;
    for (const kindred::MlpMatch* match : invariants::spread(task.alignment, most_)) {
      const auto of_a = invariants::mlpOf(task.a.weights(), match->a);
      const auto of_b = invariants::mlpOf(task.b.weights(), match->b);
      const arma::uword smaller = std::min(of_a.gate.n_cols, of_b.gate.n_cols);
      if (smaller < kFewest) continue;
      const arma::uword tail = std::min(kTail, (smaller - 1) / 2);
      const auto by_gates = matching(of_a.gate, of_b.gate, {tail, tail, false});
      const auto by_ups = matching(of_a.up, of_b.up, {0, 2 * tail, true});
      mean.add(invariants::agreement(by_gates, by_ups, smaller), smaller);
    }
    return mean.finding("share of units that gates and ups match alike by their Gram signatures",
                        task, invariants::shareBeyondStrangers(mean.meanSize()));
  }

 private:
  static std::vector<std::int32_t> matching(const arma::fmat& a, const arma::fmat& b,
                                            const linear::Tails& tails) {
    const arma::fmat of_a = linear::signaturesOf(a, tails), of_b = linear::signaturesOf(b, tails);
    if (of_a.is_empty() || of_b.is_empty()) return {};
    const arma::fmat similarity = linear::signatureSimilarity(of_a, of_b);
    if (!similarity.is_finite()) return {};
    return linear::assign(similarity).a_of_b;
  }

  std::size_t most_;
};

}  // namespace

KINDRED_MATRIX_TEST(Gram, "gram", "1.0",
                    "Units matched by how rows lie to each other, blind to rotation and signs",
                    kindred::integer("mlps", "16", 1, 65536, "MLPs compared at most"))
