#include "rotation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <kindred/analysis/linear/matching.hpp>
#include <kindred/analysis/linear/signatures.hpp>

#include "screen.hpp"

namespace kindred::aligner {
namespace {

constexpr std::size_t kBest = 64;  // units that speak for an MLP
// Of an MLP's units these, evenly spread, are asked which MLP of the other model is theirs.
constexpr arma::uword kAsked = 384;
constexpr int kRounds = 10;  // of assignment and Procrustes in turn
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

// Mean of the kBest largest.
double meanOfBest(std::vector<float>& values) {
  const std::size_t count = std::min(kBest, values.size());
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

// The mean absolute cosine (which sees no signs) of the up rows of matched units, above that of
// random directions.
class UpExcess {
 public:
  UpExcess(const Profile& a, const Profile& b, const arma::fmat& rotation)
      : a_(a), b_(b), rotation_(rotation) {}

  void add(std::size_t mlp_a, std::size_t mlp_b, const Pairs& pairs) {
    const arma::fmat of_a = rotated(ups(a_, mlp_a), rotation_), of_b = ups(b_, mlp_b);
    for (const auto& [i, j] : pairs) {
      if (i >= of_a.n_cols || j >= of_b.n_cols) continue;
      sum_ += std::abs(linear::dot(of_a.colptr(i), of_b.colptr(j), of_a.n_rows));
      ++count_;
    }
  }
  double mean() const {
    const double chance = std::sqrt(2 / (arma::datum::pi * static_cast<double>(rotation_.n_cols)));
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_) - chance;
  }

 private:
  static arma::fmat ups(const Profile& model, std::size_t mlp) {
    return unitColumns(model.weights().matrix(role::kUp, model.place(mlp)));
  }

  const Profile& a_;
  const Profile& b_;
  const arma::fmat& rotation_;
  double sum_ = 0;
  std::size_t count_ = 0;
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
  struct Probe {
    arma::fmat a, b;
    arma::fmat similarity;  // of signatures
    Pairs pairs;
    std::size_t mlp_a, mlp_b;
  };
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
  for (int round = 0; round <= kRounds; ++round) {
    arma::fmat moments(a.allGates().n_rows, b.allGates().n_rows);
    for (const Probe& probe : probes) {
      moments += selected(probe.a, probe.pairs, true) * selected(probe.b, probe.pairs, false).t();
    }
    candidate.rotation = linear::procrustes(moments);
    if (round == kRounds) break;
    bool changed = false;
    for (Probe& probe : probes) {
      Pairs pairs =
          linear::mutualBest(linear::innerProducts(rotated(probe.a, candidate.rotation), probe.b));
      changed = changed || pairs != probe.pairs;
      probe.pairs = std::move(pairs);
    }
    if (!changed) break;
  }
  UpExcess excess(a, b, candidate.rotation);
  if (!candidate.rotation.is_empty()) {
    for (const Probe& probe : probes) excess.add(probe.mlp_a, probe.mlp_b, probe.pairs);
  }
  candidate.excess = excess.mean();
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
  const bool by_ups = by == PairedBy::ups;
  const arma::fmat& own = by_ups ? a.allUps() : a.allGates();
  const arma::fmat turned = rotation.is_empty() ? arma::fmat() : rotated(own, rotation);
  const arma::fmat& of_a = rotation.is_empty() ? own : turned;
  const double hidden = static_cast<double>(of_a.n_rows);
  std::vector<float> best;
  for (const std::size_t mlp : mlps_of_b) {
    const arma::fmat of_b = by_ups ? b.ups(mlp) : b.gates(mlp);
    arma::fmat cosines =
        linear::innerProducts(of_a, of_b.cols(linear::spread(of_b.n_cols, kAsked)));
    if (by_ups) cosines = arma::abs(cosines);
    MlpChoice choice{mlp, 0, 0, -std::numeric_limits<double>::infinity()};
    for (std::size_t m = 0; m < a.mlps(); ++m) {
      const arma::uword first = a.firstUnit(m), units = a.units(m);
      best.assign(cosines.n_cols, 0);
      for (arma::uword j = 0; j < cosines.n_cols; ++j) {
        const float* column = cosines.colptr(j) + first;
        best[j] = *std::max_element(column, column + units);
      }
      const double similarity = meanOfBest(best);
      // The largest of n cosines of random directions is about sqrt(2 ln n / d).
      const double cosines_of_row = static_cast<double>(by_ups ? 2 * units : units);
      const double chance = std::sqrt(2 * std::log(cosines_of_row + 1) / hidden);
      if (similarity - chance > choice.excess) choice = {mlp, m, similarity, similarity - chance};
    }
    choices.push_back(choice);
  }
  return choices;
}

}  // namespace kindred::aligner
