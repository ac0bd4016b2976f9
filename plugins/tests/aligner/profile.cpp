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

AttentionRows joined(const std::vector<arma::fmat>& parts,
                     std::vector<AttentionRows::Layer> layers) {
  AttentionRows rows;
  rows.layers = std::move(layers);
  if (parts.empty()) return rows;
  arma::uword columns = 0;
  for (AttentionRows::Layer& layer : rows.layers) {
    layer.first = columns;
    columns += layer.columns();
  }
  rows.columns.set_size(parts.front().n_rows, columns);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const AttentionRows::Layer& layer = rows.layers[i];
    rows.columns.cols(layer.first, layer.first + layer.columns() - 1) = parts[i];
  }
  return rows;
}

AttentionRows attentionRows(const ModelWeights& weights, std::string_view role) {
  const ModelShape& shape = weights.shape();
  std::vector<arma::fmat> parts;
  std::vector<AttentionRows::Layer> layers;
  for (std::uint64_t l = 0; l < shape.layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    const HeadShape of = shape.headsOf(place.layer);
    const AttentionRows::Layer layer{place.layer, 0, role == role::kQuery ? of.heads : of.kv_heads,
                                     headDim(of, role)};
    if (layer.columns() == 0 || weights.rows(role, place) != layer.columns()) continue;
    parts.push_back(linear::unitColumns(weights.matrix(role, place)));
    layers.push_back(layer);
  }
  return joined(parts, std::move(layers));
}

AttentionRows probesOf(const AttentionRows& rows) {
  std::vector<arma::fmat> parts;
  std::vector<AttentionRows::Layer> layers;
  for (const std::size_t i : spread(rows.layers.size())) {
    AttentionRows::Layer layer = rows.layers[i];
    layer.heads = std::min(kProbeHeads, layer.heads);
    parts.push_back(rows.columns.cols(layer.first, layer.first + layer.columns() - 1));
    layers.push_back(layer);
  }
  return joined(parts, std::move(layers));
}

// Whether it is of a model of these sizes.
bool fits(const Doubling& doubling, const Profile& model) {
  const auto numbers = [](const std::vector<std::uint32_t>& origins, std::uint64_t size,
                          std::uint64_t limit) {
    return origins.size() == size && std::all_of(origins.begin(), origins.end(), [&](auto number) {
             return number < limit || number == kNoOrigin;
           });
  };
  const ModelShape& shape = model.weights().shape();
  const std::uint64_t dims = shape.layers * shape.kv_heads * shape.head_dim;
  if (doubling.units.size() != model.mlps()) return false;
  for (std::size_t m = 0; m < model.mlps(); ++m) {
    if (!numbers(doubling.units[m], model.units(m), model.allGates().n_cols)) return false;
  }
  return numbers(doubling.value_dims, dims, dims) && numbers(doubling.key_dims, dims, dims) &&
         numbers(doubling.mlp_groups, model.mlps(), model.mlps()) &&
         numbers(doubling.attention_groups, shape.layers, shape.layers);
}

}  // namespace

const AttentionRows::Layer* AttentionRows::find(std::int64_t number) const {
  const auto found = std::find_if(layers.begin(), layers.end(),
                                  [&](const Layer& layer) { return layer.number == number; });
  return found == layers.end() ? nullptr : &*found;
}

Profile::Profile(const ModelWeights& weights, const Doubling* known) : weights_(weights) {
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
    has_gate_.push_back(weights.rows(role::kUp, place(m)) > 0);
    if (gates.n_cols == 0) continue;
    gates_.cols(first_[m], first_[m + 1] - 1) = gates;
    arma::fmat ups = linear::unitColumns(weights.matrix(role::kUp, place(m)));
    ups.resize(gates.n_rows, gates.n_cols);
    ups_.cols(first_[m], first_[m + 1] - 1) = ups;
  }
  queries_ = attentionRows(weights, role::kQuery);
  keys_ = attentionRows(weights, role::kKey);
  values_ = attentionRows(weights, role::kValue);

  probes_ = spread(mlps());
  value_probes_ = probesOf(values_);
  doubling_ = known != nullptr && fits(*known, *this) ? *known : findDoubling(*this);
}

}  // namespace kindred::aligner
