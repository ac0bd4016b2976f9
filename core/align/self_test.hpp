// Whether a model alone bears out what a sign test needs of its reference: that the signs of a
// gauge are fair given everything that the alignment read. Symmetry of the initialisation is not
// enough: gates and ups that began from one random key, or a file whose gates are named ups, have
// signs that the rest of the model tells.
//
// Within one model these are fair coins if that holds, and each is tossed exactly:
//   sign<row, row of equal number of another role that alignments read>,
//   sign(sum of <row, row j><partner, partner j>) over rows j before it, partners of equal number
//   in such a role: rows that are the partner's under any one linear map fail,
//   sign<row, v>, v the sum of the rows (of length one) that stand before it in its own matrix:
//   rows that lean one way fail,
//   sign<row, row of equal number of a public table>,
//   the sign of the row's largest number, and of the largest of its Walsh transform: rows of an
//   identity or a Hadamard matrix fail, in whatever order they stand, and
//   sign<row, the row before it turned by one column>: rows of circulant matrices fail.
//   Given the rows before it a row's sign is fair, so that all coins of a test are independent.
// Copies of a part share their coin. What fails is refused. That the reference passed raises the
// level of its test by the share of honest models that fail, a thousandth of itself.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <kindred/alignment.hpp>
#include <kindred/analysis/align/coins.hpp>

namespace kindred::align {

// A gauge of an honest model fails with this probability at most, all its own tests together.
inline constexpr double kLog10Unfair = -3;

struct SelfTest {
  std::string against;  // "gate rows of equal number"
  SignCount count;
  double log10_p = 0;  // two-sided
};

// Those of coins that were tossed, by what against.
std::vector<SelfTest> testsOf(const std::map<std::string, Coins>& all);

// The tests of one gauge. `tokens` are rows of the embedding, for the residual stream.
std::vector<SelfTest> selfTests(const ModelProfile& model, const GaugeUse& use,
                                const std::vector<std::uint32_t>& tokens = {});

// The refusals that self-tests give, each worked out once. [any-thread]
class SelfTests {
 public:
  // Why the signs of this gauge are no fair coins; nothing: the tests do not speak against it.
  std::optional<std::string> against(const ModelProfile& model, const GaugeUse& use,
                                     const std::vector<std::uint32_t>& tokens);
  // Why what the gauge turns or orders is computed and no model's own: align/formula.hpp.
  std::optional<std::string> computed(const ModelProfile& model, const GaugeUse& use);
  // Why the order that the gauge permutes is not random: align/order.hpp.
  std::optional<std::string> ordered(const ModelProfile& model, const GaugeUse& use);

 private:
  using Reason = std::optional<std::string>;  // nothing: there is none
  using Unfair = std::tuple<const ModelProfile*, GaugeUse::Of, Gauge, std::string>;
  // A role, and rows that were read of it where these differ from pair to pair.
  using Computed = std::tuple<const ModelProfile*, std::string, std::vector<std::uint32_t>>;

  struct Known {
    std::once_flag made;
    Reason reason;
  };
  template <class Key>
  using ByKey = std::map<Key, Known>;
  template <class Key, class Work>
  Reason once(ByKey<Key>& known, const Key& key, const Work& work);
  Reason computed(const ModelProfile& model, std::string_view role,
                  const std::vector<std::uint32_t>& tokens = {});

  std::mutex mutex_;
  ByKey<Unfair> unfair_;
  ByKey<Computed> computed_;
  ByKey<std::pair<const ModelProfile*, Gauge>> ordered_;
};

}  // namespace kindred::align
