#include "pair_alignment.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include <kindred/analysis/linear/matching.hpp>

namespace kindred::aligner {
namespace {

using linear::innerProducts;
using linear::rotated;

// With the probes' similarity this far above chance no further candidate is tried.
constexpr double kCertain = 0.3;
// A rotation is taken where it is better than none by this much: what is judged is not all that two
// models may share, and of strangers any rotation may come out best.
constexpr double kClearly = 0.05;
// Units are matched by index where this share of gate rows is nearest to its own index.
constexpr double kSameOrder = 0.9;

// Shared tokens used at most, spread over B's vocabulary.
constexpr std::size_t kTokens = 4096;

std::vector<TokenPair> sharedTokens(const ModelWeights& a, const ModelWeights& b) {
  std::vector<TokenPair> pairs;
  std::unordered_map<std::string_view, std::uint32_t> of_a;
  for (std::uint32_t row = 0; row < a.tokens().size(); ++row) {
    if (!a.tokens()[row].empty()) of_a.emplace(a.tokens()[row], row);
  }
  for (std::uint32_t row = 0; row < b.tokens().size(); ++row) {
    const auto found = of_a.find(b.tokens()[row]);
    if (found != of_a.end()) pairs.push_back({found->second, row});
  }
  if (pairs.size() <= kTokens) return pairs;
  std::vector<TokenPair> spread;
  for (std::size_t t = 0; t < kTokens; ++t) spread.push_back(pairs[t * pairs.size() / kTokens]);
  return spread;
}

Rotation plain(const Candidate& candidate, double similarity, bool with_values) {
  Rotation rotation;
  rotation.found_by = candidate.found_by;
  rotation.similarity = similarity;
  if (candidate.rotation.is_empty()) return rotation;
  rotation.rows = candidate.rotation.n_rows;
  rotation.columns = candidate.rotation.n_cols;
  if (with_values) {
    const arma::fmat transposed = candidate.rotation.t();
    rotation.values.assign(transposed.begin(), transposed.end());
  }
  return rotation;
}

void matchUnits(MlpMatch& match, const arma::fmat& cosines) {
  const arma::urowvec nearest = arma::index_max(cosines, 0);
  std::size_t in_place = 0;
  for (arma::uword j = 0; j < nearest.n_cols; ++j) in_place += nearest[j] == j;
  match.same_order =
      cosines.n_rows == cosines.n_cols &&
      static_cast<double>(in_place) >= kSameOrder * static_cast<double>(nearest.n_cols);
  if (match.same_order) {
    match.units.resize(cosines.n_cols);
    std::iota(match.units.begin(), match.units.end(), 0);
    return;
  }
  linear::Matching matching = linear::assign(cosines);
  match.units = std::move(matching.a_of_b);
  match.certificate = std::move(matching.certificate);
}

double meanExcess(const std::vector<MlpChoice>& choices) {
  double sum = 0;
  for (const MlpChoice& choice : choices) sum += choice.excess;
  return choices.empty() ? 0 : sum / static_cast<double>(choices.size());
}

constexpr double kMargin = 1.25;

// Whether some pairing could be beyondAnyOrder(): no pairing makes a row more alike than its
// largest cosine, nor leaves less than its second largest to those that it was not paired with.
bool mayBeBeyondAnyOrder(const arma::fmat& sizes) {
  if (sizes.n_cols > sizes.n_rows) return true;  // some rows are not paired, and do not count
  double largest = 0, second = 0;
  for (arma::uword j = 0; j < sizes.n_cols; ++j) {
    float most = 0, next = 0;
    const float* column = sizes.colptr(j);
    for (arma::uword i = 0; i < sizes.n_rows; ++i) {
      next = std::max(next, std::min(column[i], most));
      most = std::max(most, column[i]);
    }
    largest += most;
    second += next;
  }
  return largest > kMargin * second;
}

// Whether rows that were paired by absolute cosines are more alike than any order of strangers'
// rows could make them: well above each row's largest cosine with the rows that it was not paired
// with. A search for pairs that are alike finds some among strangers, and whoever orders a model's
// units to fit another's finds as many.
bool beyondAnyOrder(const arma::fmat& sizes, const std::vector<std::int32_t>& a_of_b) {
  double matched = 0, others = 0;
  for (arma::uword j = 0; j < sizes.n_cols; ++j) {
    if (a_of_b[j] < 0) continue;
    const auto i = static_cast<arma::uword>(a_of_b[j]);
    float largest = 0;
    for (arma::uword k = 0; k < sizes.n_rows; ++k) {
      if (k != i) largest = std::max(largest, sizes(k, j));
    }
    matched += sizes(i, j);
    others += largest;
  }
  return others > 0 && matched > kMargin * others;
}

// Of each layer of B the layer of A that holds the MLP most like one of its own.
std::map<std::int64_t, std::int64_t> layersOf(const Alignment& alignment) {
  std::map<std::int64_t, const MlpMatch*> best;
  for (const MlpMatch& match : alignment.mlps) {
    const auto [known, fresh] = best.try_emplace(match.b.layer, &match);
    if (!fresh && match.similarity > known->second->similarity) known->second = &match;
  }
  std::map<std::int64_t, std::int64_t> layers;
  for (const auto& [layer, match] : best) layers[layer] = match->a.layer;
  return layers;
}

bool inColumns(const GaugeUse& use) { return use.of == GaugeUse::Of::signs && use.axis == 1; }

}  // namespace

BlindAlignments::BlindAlignments(const Profile& a, const Profile& b)
    : a_(a), b_(b), tokens_(sharedTokens(a.weights(), b.weights())) {}

void BlindAlignments::consider(Candidate candidate) {
  const bool none = candidate.found_by == "none";
  if (none && a_.weights().shape().hidden != b_.weights().shape().hidden) return;
  if (candidate.left_out) left_out_.push_back(candidate);
  if (!none && candidate.rotation.is_empty()) return;
  Scored scored{std::move(candidate), 0, {}, {}};
  if (scored.candidate.found_by != "gates") {
    const arma::fmat& rotation = scored.candidate.rotation;
    scored.by_gates = mapMlps(a_, b_, rotation, b_.probes());
    scored.candidate.excess = meanExcess(scored.by_gates);
    if (scored.candidate.excess < kCertain) {
      scored.by_ups = mapMlps(a_, b_, rotation, b_.probes(), PairedBy::ups);
      scored.candidate.excess = std::max(scored.candidate.excess, meanExcess(scored.by_ups));
    }
  }
  const double values = valueExcess(a_, b_, scored.candidate.rotation);
  scored.score = std::max(scored.candidate.excess, values);
  candidates_.push_back(std::move(scored));
}

std::vector<MlpChoice> BlindAlignments::choices(const Scored& chosen,
                                                const std::vector<std::size_t>& mlps_of_b,
                                                PairedBy by) const {
  std::map<std::size_t, MlpChoice> known;
  for (const MlpChoice& choice : by == PairedBy::gates ? chosen.by_gates : chosen.by_ups) {
    known.emplace(choice.b, choice);
  }
  std::vector<std::size_t> others;
  for (const std::size_t mlp : mlps_of_b) {
    if (!known.contains(mlp)) others.push_back(mlp);
  }
  if (!others.empty()) {
    for (const MlpChoice& choice : mapMlps(a_, b_, chosen.candidate.rotation, others, by)) {
      known.emplace(choice.b, choice);
    }
  }
  std::vector<MlpChoice> choices;
  for (const std::size_t mlp : mlps_of_b) {
    if (const auto found = known.find(mlp); found != known.end()) choices.push_back(found->second);
  }
  return choices;
}

const BlindAlignments::Scored* BlindAlignments::best(bool may_read_attention) const {
  const Scored* chosen = nullptr;
  for (const Scored& scored : candidates_) {
    if (scored.candidate.found_by == "attention" && !may_read_attention) continue;
    const bool by_chance = chosen != nullptr && chosen->candidate.found_by == "none" &&
                           scored.score < chosen->score + kClearly;
    if (chosen == nullptr || (scored.score > chosen->score && !by_chance)) chosen = &scored;
  }
  return chosen;
}

void BlindAlignments::search() {
  if (searched_) return;
  searched_ = true;
  const auto certain = [&] {
    const Scored* chosen = best(false);
    return chosen != nullptr && chosen->score >= kCertain;
  };
  consider(identity());
  if (!certain()) consider(fromEmbeddings(a_, b_, tokens_, Fit::where_worth));
  if (!certain()) consider(fromAttention(a_, b_, Fit::where_worth));
  if (!certain()) {
    for (const auto& partners : gateStarts(a_, b_)) {
      if (!certain()) consider(fromGates(a_, b_, partners, Fit::where_worth));
    }
  }
  // Streams of different widths are compared under some rotation or not at all.
  const auto none = [&] { return best(false) == nullptr; };
  if (none()) consider(fromEmbeddings(a_, b_, tokens_, Fit::always));
  for (const auto& partners : none() ? gateStarts(a_, b_) : Starts()) {
    if (none()) consider(fromGates(a_, b_, partners, Fit::always));
  }
  if (none() && candidates_.empty()) consider(fromAttention(a_, b_, Fit::always));
}

const std::vector<MlpMatch>& BlindAlignments::mlpsUnder(const Scored& chosen) {
  const auto [known, fresh] = mlps_.try_emplace(&chosen);
  if (fresh) known->second = matchMlps(chosen);
  return known->second;
}

const HeadPairs& BlindAlignments::headsUnder(const Scored& chosen) {
  const auto [known, fresh] = heads_.try_emplace(&chosen);
  if (fresh) known->second = pairHeads(a_, b_, chosen.candidate.rotation);
  return known->second;
}

std::vector<MlpMatch> BlindAlignments::matchMlps(const Scored& chosen) const {
  const arma::fmat& rotation = chosen.candidate.rotation;
  std::vector<MlpMatch> matches;
  std::vector<std::size_t> all(b_.mlps()), unclear;
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (const MlpChoice& choice : choices(chosen, all, PairedBy::gates)) {
    if (choice.excess < kCertain) unclear.push_back(choice.b);
    MlpMatch match;
    match.a = a_.place(choice.a);
    match.b = b_.place(choice.b);
    match.similarity = choice.similarity;
    matchUnits(match, innerProducts(rotated(a_.gates(choice.a), rotation), b_.gates(choice.b)));
    matches.push_back(std::move(match));
  }
  matchByUps(matches, unclear, chosen);
  return matches;
}

void BlindAlignments::matchByUps(std::vector<MlpMatch>& matches,
                                 const std::vector<std::size_t>& unclear,
                                 const Scored& chosen) const {
  const arma::fmat& rotation = chosen.candidate.rotation;
  for (const MlpChoice& choice : choices(chosen, unclear, PairedBy::ups)) {
    if (a_.weights().rows(role::kUp, a_.place(choice.a)) == 0) continue;  // it has no gate
    if (b_.weights().rows(role::kUp, b_.place(choice.b)) == 0) continue;
    const arma::fmat sizes =
        arma::abs(innerProducts(rotated(a_.ups(choice.a), rotation), b_.ups(choice.b)));
    if (!mayBeBeyondAnyOrder(sizes)) continue;
    linear::Matching matching = linear::assign(sizes);
    if (!beyondAnyOrder(sizes, matching.a_of_b)) continue;
    matches[choice.b] = {a_.place(choice.a),
                         b_.place(choice.b),
                         choice.similarity,
                         std::move(matching.a_of_b),
                         false,
                         std::move(matching.certificate)};
  }
}

void BlindAlignments::addMlps(Alignment& alignment, const Scored& chosen, bool with_units) {
  alignment.mlps = mlpsUnder(chosen);
  for (MlpMatch& match : alignment.mlps) {
    if (with_units) break;
    match.units.clear();
    match.same_order = false;
    match.certificate.clear();
  }
  alignment.readings.push_back({std::string(role::kUp), 0, false, with_units, "units"});
  alignment.readings.push_back({std::string(role::kUp), 1, true, true, "units"});
  alignment.readings.push_back({std::string(role::kGate), 0, true, with_units, "units"});
  alignment.readings.push_back({std::string(role::kGate), 1, true, true, "units"});
}

Alignment BlindAlignments::alignedFor(const GaugeUse& use) {
  Alignment alignment;
  alignment.tokens = tokens_;
  // Any rotation would read the signs and order of the stream's coordinates. Columns whose signs
  // are tossed are paired by the test itself.
  if (use.gauge == kindred::Gauge::residual_dim || inColumns(use)) return alignment;
  search();
  const bool on_values = use.gauge == kindred::Gauge::value_dim;
  const bool on_keys =
      use.gauge == kindred::Gauge::rotary_pair || use.gauge == kindred::Gauge::rotary_free;
  const bool on_heads = use.gauge == kindred::Gauge::kv_group;
  const bool may_read_attention = !on_keys && !on_heads;
  const Scored* chosen = best(may_read_attention);
  if (chosen == nullptr) return alignment;  // the residual streams have nothing in common
  const arma::fmat& rotation = chosen->candidate.rotation;
  alignment.rotation = plain(chosen->candidate, chosen->score, true);
  alignment.readings = chosen->candidate.readings;
  // What fitted candidates, and what they were judged by: the order of no rows, and of up and value
  // rows no signs either.
  for (const std::string_view role : {role::kGate, role::kUp, role::kValue}) {
    alignment.readings.push_back({std::string(role), 0, role == role::kGate, false, "rotation"});
    alignment.readings.push_back({std::string(role), 1, true, true, "rotation"});
  }
  for (const Candidate& candidate : left_out_) {
    if (candidate.found_by == "attention" && !may_read_attention) continue;
    alignment.readings.insert(alignment.readings.end(), candidate.readings.begin(),
                              candidate.readings.end());
  }
  for (const Scored& scored : candidates_) {
    alignment.considered.push_back(plain(scored.candidate, scored.score, false));
  }
  const auto add = [&](std::string_view role, bool order) {
    alignment.readings.push_back({std::string(role), 0, false, order, "heads"});
    alignment.readings.push_back({std::string(role), 1, true, true, "heads"});
  };
  if (on_values) {
    alignment.heads = matchHeadsForValues(a_, b_, headsUnder(*chosen), rotation);
    add(role::kKey, true);
    add(role::kValue, false);
  } else if (on_keys && use.role == role::kSharedKey) {
    addMlps(alignment, *chosen, true);
    alignment.heads = matchLayers(layersOf(alignment));
  } else if (on_keys) {
    alignment.heads = matchHeadsForKeys(a_, b_, headsUnder(*chosen), rotation);
    add(role::kValue, false);
    add(role::kKey, true);
  } else {
    addMlps(alignment, *chosen, use.of == GaugeUse::Of::signs);
  }
  if (use.gauge == kindred::Gauge::latent_dim && use.of == GaugeUse::Of::signs) {
    alignment.heads = matchLatents(a_, b_, use.role, layersOf(alignment), rotation);
    add(use.role, true);
  }
  return alignment;
}

const Alignment& BlindAlignments::blindTo(const GaugeUse& use) {
  // Latents of queries and of keys are one gauge in two roles, and so are rotary keys.
  const bool by_role = use.gauge == kindred::Gauge::latent_dim ||
                       use.gauge == kindred::Gauge::rotary_pair || inColumns(use);
  const auto key = std::tuple(use.gauge, by_role ? use.role : std::string(), use.of);
  const auto found = alignments_.find(key);
  if (found != alignments_.end()) return found->second;
  return alignments_.emplace(key, alignedFor(use)).first->second;
}

}  // namespace kindred::aligner
