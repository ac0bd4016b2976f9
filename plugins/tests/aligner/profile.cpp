#include "profile.hpp"

#include <algorithm>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/linear/signatures.hpp>

#include "doubling.hpp"

namespace kindred::aligner {
namespace {

constexpr std::size_t kProbes = 6;
constexpr arma::uword kProbeHeads = 2;  // of each layer probed

// At most kProbes of so many, evenly spread.
std::vector<std::size_t> spread(std::size_t size) {
  const std::size_t count = std::min(kProbes, size);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(i * size / count);
  return chosen;
}

AttentionRows attentionRows(const ModelWeights& weights, std::string_view role,
                            std::uint64_t heads) {
  AttentionRows rows;
  const ModelShape& shape = weights.shape();
  rows.heads = heads;
  rows.head_dim = shape.head_dim;
  std::vector<arma::fmat> parts;
  for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
    const Place place{static_cast<std::int64_t>(layer), -1, false};
    if (heads == 0 || weights.rows(role, place) != heads * shape.head_dim) continue;
    parts.push_back(linear::unitColumns(weights.matrix(role, place)));
    rows.layers.push_back(place.layer);
  }
  if (parts.empty()) return rows;
  rows.columns.set_size(parts.front().n_rows, parts.size() * rows.perLayer());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    rows.columns.cols(i * rows.perLayer(), (i + 1) * rows.perLayer() - 1) = parts[i];
  }
  return rows;
}

AttentionRows probesOf(const AttentionRows& rows) {
  AttentionRows probes;
  probes.heads = std::min(kProbeHeads, rows.heads);
  probes.head_dim = rows.head_dim;
  for (const std::size_t i : spread(rows.layers.size())) {
    const arma::uword first = i * rows.perLayer();
    probes.columns =
        arma::join_rows(probes.columns, rows.columns.cols(first, first + probes.perLayer() - 1));
    probes.layers.push_back(rows.layers[i]);
  }
  return probes;
}

}  // namespace

Profile::Profile(const ModelWeights& weights) : weights_(weights) {
  first_.push_back(0);
  for (const Place& place : weights.mlps()) {
    first_.push_back(first_.back() + weights.rows(role::kGate, place));
  }
  for (std::size_t m = 0; m < mlps(); ++m) {
    const arma::fmat gates = linear::unitColumns(weights.matrix(role::kGate, place(m)));
    if (m == 0) {
      gates_.zeros(gates.n_rows, first_.back());
      ups_.zeros(gates.n_rows, first_.back());
    }
    signatures_.push_back(linear::signaturesOf(gates));
    if (gates.n_cols == 0) continue;
    gates_.cols(first_[m], first_[m + 1] - 1) = gates;
    arma::fmat ups = linear::unitColumns(weights.matrix(role::kUp, place(m)));
    ups.resize(gates.n_rows, gates.n_cols);
    ups_.cols(first_[m], first_[m + 1] - 1) = ups;
  }
  const ModelShape& shape = weights.shape();
  queries_ = attentionRows(weights, role::kQuery, shape.heads);
  keys_ = attentionRows(weights, role::kKey, shape.kv_heads);
  values_ = attentionRows(weights, role::kValue, shape.kv_heads);

  probes_ = spread(mlps());
  value_probes_ = probesOf(values_);
  doubling_ = findDoubling(*this);
}

}  // namespace kindred::aligner
