#include "rotation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include <kindred/analysis/linear/matching.hpp>
#include <kindred/analysis/linear/signatures.hpp>

#include "screen.hpp"

namespace kindred::aligner {
namespace {

constexpr std::size_t kBest = 64;  // units that speak for an MLP
// Of an MLP's units these, evenly spread, are asked which MLP of the other model is theirs.
constexpr arma::uword kAsked = 384, kAskedFirst = 96;
constexpr std::size_t kLikely = 2;         // MLPs that the first of them leave
constexpr std::size_t kCosines = 4 << 20;  // at a time
constexpr int kRounds = 10;                // of assignment and Procrustes in turn
constexpr const char* kLeftOut = "no rotation, like rows have no like products";

using linear::Pairs;
using linear::rotated;
using linear::unitColumns;

arma::fmat selected(const arma::fmat& columns, const Pairs& pairs, bool first) {
  arma::uvec chosen(pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    chosen[k] = first ? pairs[k].first : pairs[k].second;
  }
  return columns.cols(chosen);
}

// Mean of so many that are largest.
double meanOfBest(std::vector<float>& values, std::size_t most) {
  const std::size_t count = std::min(most, values.size());
  if (count == 0) return 0;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count - 1),
                   values.end(), std::greater<>());
  return std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), 0.0) /
         static_cast<double>(count);
}

// Of A's MLPs named, the one whose signatures are nearest to those of B's; a.mlps(): none.
std::size_t nearestBySignature(const Profile& a, const arma::fmat& of_b,
                               const std::vector<std::size_t>& mlps) {
  if (of_b.is_empty()) return a.mlps();
  if (mlps.size() == 1) return a.signatures(mlps.front()).is_empty() ? a.mlps() : mlps.front();
  double best_score = -std::numeric_limits<double>::infinity();
  std::size_t best = a.mlps();
  for (const std::size_t mlp : mlps) {
    if (a.signatures(mlp).is_empty()) continue;
    const arma::frowvec nearest =
        arma::max(linear::signatureSimilarity(a.signatures(mlp), of_b), 0);
    const double score = arma::mean(nearest);
    if (score <= best_score) continue;
    best_score = score;
    best = mlp;
  }
  return best;
}

// Units of two MLPs that may correspond.
struct Probe {
  arma::fmat a, b;        // gates
  arma::fmat similarity;  // of signatures
  Pairs pairs;
  std::size_t mlp_a, mlp_b;
};

// The mean absolute cosine (which sees no signs) of the up rows of units that correspond, above
// that of random directions; 0 where there are none.
double upExcess(const Profile& a, const Profile& b, const arma::fmat& rotation,
                const std::vector<Probe>& probes) {
  const auto has = [](const Profile& model, std::size_t mlp) {
    return model.weights().rows(role::kUp, model.place(mlp)) > 0;
  };
  double sum = 0;
  std::size_t count = 0;
  for (const Probe& probe : probes) {
    if (probe.pairs.empty() || !has(a, probe.mlp_a) || !has(b, probe.mlp_b)) continue;
    const arma::fmat of_a = rotated(selected(a.ups(probe.mlp_a), probe.pairs, true), rotation);
    const arma::fmat of_b = selected(b.ups(probe.mlp_b), probe.pairs, false);
    for (arma::uword k = 0; k < of_a.n_cols; ++k) {
      sum += std::abs(linear::dot(of_a.colptr(k), of_b.colptr(k), of_a.n_rows));
    }
    count += of_a.n_cols;
  }
  const double chance = std::sqrt(2 / (arma::datum::pi * static_cast<double>(rotation.n_cols)));
  return count == 0 ? 0 : sum / static_cast<double>(count) - chance;
}

// Whether rounds of a search by gates get nearer to anything. What is right makes rows that it was
// not fitted to more alike from round to round, and those that it was fitted to by far; what is
// wrong settles at once, as near as any rotation comes.
class Progress {
 public:
  // The mean cosine of the gates that the rotation was fitted to, and the excess of ups.
  bool goesOn(double gates, double ups) {
    const bool nearer = gates > kGates * gates_ || ups > kUps * ups_ || ups >= kClear;
    gates_ = gates;
    ups_ = ups;
    return ++rounds_ <= kFirst || nearer;
  }

 private:
  // Measured, of models of width 128 without anything in common: at most 1.03 and 1.13. Of a copy
  // whose units are hard to tell: 1.02 and 1.7 in the second round, 1.07 and 2.3 in the third.
  static constexpr double kGates = 1.02, kUps = 1.2;
  static constexpr double kClear = 0.3;
  static constexpr int kFirst = 2;

  double gates_ = 0, ups_ = 0;
  int rounds_ = 0;
};

// Rows of one role, those of equal number corresponding.
struct LikeRows {
  std::string_view role;
  arma::fmat a, b;
};

// The rotation that fits best, where any is worth fitting.
Candidate fitted(std::string found_by, const std::vector<LikeRows>& all, Fit fit) {
  Candidate candidate{std::move(found_by), {}, {}, 0};
  const bool worth = std::any_of(all.begin(), all.end(), [&](const LikeRows& rows) {
    if (fit == Fit::always) return true;
    GramAgreement agreement;
    agreement.add(rows.a, rows.b);
    return agreement.beyondChance();
  });
  candidate.left_out = !worth && !all.empty();
  for (const LikeRows& rows : all) {
    const std::string purpose = worth ? "rotation" : kLeftOut;
    candidate.readings.push_back({std::string(rows.role), 0, true, true, purpose});
    candidate.readings.push_back({std::string(rows.role), 1, true, true, purpose});
  }
  if (!worth) return candidate;
  arma::fmat moments;
  for (const LikeRows& rows : all) {
    const arma::fmat product = rows.a * rows.b.t();
    moments = moments.is_empty() ? product : arma::fmat(moments + product);
  }
  candidate.rotation = linear::procrustes(moments);
  return candidate;
}

// The largest of some similarities, or of their sizes; none is less than 0. Floats that are not
// negative are ordered as the whole numbers that they are stored as, of which compilers take many
// at once.
float largest(const float* values, arma::uword count, bool of_sizes) {
  const std::int32_t mask = of_sizes ? 0x7fffffff : -1;
  std::int32_t most = 0;
  for (arma::uword i = 0; i < count; ++i) {
    most = std::max(most, std::bit_cast<std::int32_t>(values[i]) & mask);
  }
  return std::bit_cast<float>(most);
}

// Of an MLP's units those that are asked, the first few of them evenly spread too.
arma::uvec askedOf(arma::uword units) {
  const arma::uvec asked = linear::spread(units, kAsked);
  const arma::uvec first = linear::spread(asked.n_elem, kAskedFirst);
  arma::uvec others = arma::regspace<arma::uvec>(0, 1, asked.n_elem);
  others.shed_row(asked.n_elem);
  others.shed_rows(first);
  return asked.elem(arma::join_cols(first, others));
}

// A's MLPs, among which those of B have their likes.
class MlpsOf {
 public:
  MlpsOf(const Profile& model, PairedBy by, arma::uword hidden_of_b)
      : model_(model), by_ups_(by == PairedBy::ups), hidden_(static_cast<double>(hidden_of_b)) {}

  // Of some of B's MLPs, of each of which these rows are asked.
  std::vector<MlpChoice> mostAlike(std::span<const std::size_t> mlps_of_b,
                                   const std::vector<arma::fmat>& asked) const {
    std::vector<arma::uword> begins{0};
    for (const arma::fmat& each : asked) begins.push_back(begins.back() + firstOf(each));
    arma::fmat first(model_.allGates().n_rows, begins.back());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (firstOf(asked[i]) == 0) continue;
      first.cols(begins[i], begins[i + 1] - 1) = asked[i].head_cols(firstOf(asked[i]));
    }
    arma::fmat cosines =
        linear::innerProducts(by_ups_ ? model_.allUps() : model_.allGates(), first);
    std::vector<MlpChoice> choices;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const arma::fmat own(cosines.colptr(begins[i]), cosines.n_rows, firstOf(asked[i]), false);
      choices.push_back(mostAlike(mlps_of_b[i], asked[i], own));
    }
    return choices;
  }

 private:
  static arma::uword firstOf(const arma::fmat& asked) {
    return std::min<arma::uword>(asked.n_cols, kAskedFirst);
  }

  // A few of B's rows say which MLPs are likely, and all that are asked which of these it is.
  MlpChoice mostAlike(std::size_t mlp_of_b, const arma::fmat& asked,
                      const arma::fmat& cosines) const {
    std::vector<MlpChoice> likely;
    std::vector<std::vector<float>> best(model_.mlps());
    for (std::size_t m = 0; m < model_.mlps(); ++m) {
      keepLargest(cosines, model_.firstUnit(m), m, best[m]);
      likely.push_back(choice(mlp_of_b, m, best[m], asked.n_cols));
    }
    const auto more = [](const MlpChoice& x, const MlpChoice& y) {
      return x.excess != y.excess ? x.excess > y.excess : x.a < y.a;  // of copies the first
    };
    const std::size_t count = std::min(kLikely, likely.size());
    std::partial_sort(likely.begin(), likely.begin() + static_cast<std::ptrdiff_t>(count),
                      likely.end(), more);
    likely.resize(count);
    if (cosines.n_cols == asked.n_cols) return likely.front();
    const arma::fmat others = asked.tail_cols(asked.n_cols - cosines.n_cols);
    for (MlpChoice& each : likely) {
      const arma::fmat rows = by_ups_ ? model_.ups(each.a) : model_.gates(each.a);
      keepLargest(linear::innerProducts(rows, others), 0, each.a, best[each.a]);
      each = choice(mlp_of_b, each.a, best[each.a], asked.n_cols);
    }
    return *std::min_element(likely.begin(), likely.end(), more);
  }

  void keepLargest(const arma::fmat& cosines, arma::uword first, std::size_t mlp,
                   std::vector<float>& best) const {
    for (arma::uword j = 0; j < cosines.n_cols; ++j) {
      best.push_back(largest(cosines.colptr(j) + first, model_.units(mlp), by_ups_));
    }
  }

  // From the largest similarity of so many of the rows that are asked.
  MlpChoice choice(std::size_t mlp_of_b, std::size_t mlp, std::vector<float> best,
                   std::size_t asked) const {
    if (model_.units(mlp) == 0) return {mlp_of_b, mlp, 0, -std::numeric_limits<double>::infinity()};
    const double similarity = best.empty() ? 0 : meanOfBest(best, kBest * best.size() / asked);
    // The largest of n cosines of random directions is about sqrt(2 ln n / d).
    const double of_row = static_cast<double>((by_ups_ ? 2 : 1) * model_.units(mlp));
    const double chance = std::sqrt(2 * std::log(of_row + 1) / hidden_);
    return {mlp_of_b, mlp, similarity, similarity - chance};
  }

  const Profile& model_;
  bool by_ups_;
  double hidden_;
};

}  // namespace

Candidate identity() { return {"none", {}, {}, 0}; }

Candidate fromEmbeddings(const Profile& a, const Profile& b, const std::vector<TokenPair>& tokens,
                         Fit fit) {
  std::vector<LikeRows> rows;
  std::vector<std::uint32_t> of_a, of_b;
  for (const TokenPair& token : tokens) {
    of_a.push_back(token.a);
    of_b.push_back(token.b);
  }
  for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
    if (tokens.size() < 2) break;
    if (a.weights().rows(role, {}) == 0 || b.weights().rows(role, {}) == 0) continue;
    rows.push_back({role, unitColumns(a.weights().matrix(role, {}, of_a)),
                    unitColumns(b.weights().matrix(role, {}, of_b))});
  }
  return fitted("embeddings", rows, fit);
}

Candidate fromAttention(const Profile& a, const Profile& b, Fit fit) {
  std::vector<LikeRows> rows;
  const auto add = [&](const AttentionRows& of_a, const AttentionRows& of_b,
                       std::string_view role) {
    if (of_a.columns.is_empty()) return;
    // Rows of equal number belong together as far as layers have the same heads.
    const std::size_t layers = std::min(of_a.layers.size(), of_b.layers.size());
    for (std::size_t i = 0; i < layers; ++i) {
      if (of_a.layers[i].heads != of_b.layers[i].heads) return;
      if (of_a.layers[i].dim != of_b.layers[i].dim) return;
    }
    const arma::uword common = std::min(of_a.columns.n_cols, of_b.columns.n_cols);
    if (common == 0) return;
    rows.push_back({role, of_a.columns.head_cols(common), of_b.columns.head_cols(common)});
  };
  add(a.queries(), b.queries(), role::kQuery);
  add(a.keys(), b.keys(), role::kKey);
  return fitted("attention", rows, fit);
}

Candidate fromGates(const Profile& a, const Profile& b, const std::vector<std::size_t>& partners,
                    Fit fit) {
  Candidate candidate{"gates", {}, {}, 0};
  std::vector<Probe> probes;
  for (std::size_t p = 0; p < partners.size(); ++p) {
    const std::size_t mlp = b.probes()[p];
    if (partners[p] == a.mlps() || b.signatures(mlp).is_empty()) continue;
    if (a.signatures(partners[p]).is_empty()) continue;
    probes.push_back({a.gates(partners[p]),
                      b.gates(mlp),
                      linear::signatureSimilarity(a.signatures(partners[p]), b.signatures(mlp)),
                      {},
                      partners[p],
                      mlp});
  }
  if (probes.empty()) return candidate;
  candidate.left_out = std::none_of(probes.begin(), probes.end(), [&](const Probe& probe) {
    return fit == Fit::always ||
           worthFitting(probe.a, probe.b, linear::mutualBest(probe.similarity), probe.similarity);
  });
  if (candidate.left_out) {
    candidate.readings.push_back({std::string(role::kGate), 0, true, false, kLeftOut});
    return candidate;
  }
  for (Probe& probe : probes) {
    probe.pairs = linear::pairsOf(linear::assign(probe.similarity));
    probe.similarity.reset();
  }
  Progress progress;
  for (int round = 0; round <= kRounds; ++round) {
    arma::fmat moments(a.allGates().n_rows, b.allGates().n_rows);
    double count = 0;
    for (const Probe& probe : probes) {
      moments += selected(probe.a, probe.pairs, true) * selected(probe.b, probe.pairs, false).t();
      count += static_cast<double>(probe.pairs.size());
    }
    candidate.rotation = linear::procrustes(moments);
    if (candidate.rotation.is_empty()) break;
    candidate.excess = upExcess(a, b, candidate.rotation, probes);
    const double fitted = arma::accu(candidate.rotation % moments) / std::max(count, 1.0);
    if (round == kRounds || !progress.goesOn(fitted, candidate.excess)) break;
    bool changed = false;
    for (Probe& probe : probes) {
      Pairs pairs =
          linear::mutualBest(linear::innerProducts(rotated(probe.a, candidate.rotation), probe.b));
      changed = changed || pairs != probe.pairs;
      probe.pairs = std::move(pairs);
    }
    if (!changed) break;
  }
  return candidate;
}

Starts gateStarts(const Profile& a, const Profile& b) {
  Starts starts;
  const auto add = [&](std::vector<std::size_t> partners) {
    for (const auto& known : starts) {
      if (known == partners) return;
    }
    starts.push_back(std::move(partners));
  };
  const auto layers_a = static_cast<std::int64_t>(a.weights().shape().layers);
  const auto layers_b = static_cast<std::int64_t>(b.weights().shape().layers);
  std::vector<std::vector<std::size_t>> by_layer(static_cast<std::size_t>(layers_a));
  std::vector<std::size_t> everywhere;
  for (std::size_t m = 0; m < a.mlps(); ++m) {
    by_layer[static_cast<std::size_t>(a.place(m).layer)].push_back(m);
    everywhere.push_back(m);
  }
  std::vector<std::size_t> from_start, from_end, anywhere;
  const std::vector<std::size_t> nowhere;
  for (const std::size_t mlp : b.probes()) {
    const auto at = [&](std::int64_t layer) -> const std::vector<std::size_t>& {
      return layer < 0 || layer >= layers_a ? nowhere : by_layer[static_cast<std::size_t>(layer)];
    };
    const std::int64_t layer = b.place(mlp).layer;
    from_start.push_back(nearestBySignature(a, b.signatures(mlp), at(layer)));
    from_end.push_back(nearestBySignature(a, b.signatures(mlp), at(layer + layers_a - layers_b)));
    anywhere.push_back(nearestBySignature(a, b.signatures(mlp), everywhere));
  }
  add(std::move(from_start));
  add(std::move(from_end));
  add(std::move(anywhere));
  return starts;
}

std::vector<MlpChoice> mapMlps(const Profile& a, const Profile& b, const arma::fmat& rotation,
                               const std::vector<std::size_t>& mlps_of_b, PairedBy by) {
  std::vector<MlpChoice> choices;
  if (a.mlps() == 0) return choices;
  const MlpsOf of_a(a, by, b.allGates().n_rows);
  const arma::fmat back = rotation.t();
  const std::size_t together =
      std::max<std::size_t>(kCosines / (kAskedFirst * (a.allGates().n_cols + 1)), 1);
  const std::span<const std::size_t> all = mlps_of_b;
  for (std::size_t first = 0; first < all.size(); first += together) {
    const auto some = all.subspan(first, std::min(together, all.size() - first));
    std::vector<arma::fmat> asked;
    for (const std::size_t mlp : some) {
      const arma::fmat rows = by == PairedBy::ups ? b.ups(mlp) : b.gates(mlp);
      asked.push_back(rotated(rows.cols(askedOf(rows.n_cols)), back));
    }
    const std::vector<MlpChoice> of_some = of_a.mostAlike(some, asked);
    choices.insert(choices.end(), of_some.begin(), of_some.end());
  }
  return choices;
}

}  // namespace kindred::aligner
