#include "models/layer_heads.hpp"

#include <fmt/format.h>

namespace kindred::models {
namespace {

bool fits(std::int64_t layer, const HeadShape& heads, const RoleViews& views) {
  for (const auto role : {role::kQuery, role::kKey, role::kValue, role::kAttentionOutput}) {
    const View* view = views.find(role, {layer, -1});
    if (view == nullptr || view->info.shape.size() != 2) continue;
    const std::size_t axis = role == role::kAttentionOutput ? 1 : 0;
    if (view->info.shape[axis] != rowsOfHeads(heads, role)) return false;
  }
  return true;
}

// Sizes that no matrix of the layer rests on are 0.
void keepWhatIsThere(std::int64_t layer, HeadShape& heads, const RoleViews& views) {
  const auto has = [&](std::string_view role) { return views.find(role, {layer, -1}) != nullptr; };
  const bool q = has(role::kQuery), k = has(role::kKey);
  const bool v = has(role::kValue), o = has(role::kAttentionOutput);
  if (!q && !k) heads.key_dim = heads.rotary_dim = 0;
  if (!v && !o) heads.value_dim = 0;
  if (!q && !k && !v && !o) heads = {};
}

}  // namespace

LayerHeads::LayerHeads(const Dimensions& d, std::uint64_t depth, const RoleViews& views) {
  kinds_ = d.head_kinds;
  if (kinds_.empty()) {
    kinds_.push_back({d.heads, d.kv_heads, d.head_dim, d.head_dim, d.rotary_dim});
  }
  for (std::uint64_t l = 0; l < depth; ++l) {
    const auto layer = static_cast<std::int64_t>(l);
    const HeadShape* kind = kindOf(layer, d, views);
    heads_.push_back(kind == nullptr ? HeadShape{} : *kind);
    HeadShape& heads = heads_.back();
    if (l + d.layers_that_share >= depth) heads.kv_heads = 0;
    const bool no_values = views.find(role::kValue, {layer, -1}) == nullptr;
    if (d.keys_are_values && no_values && views.find(role::kKey, {layer, -1}) != nullptr) {
      values_are_keys_.insert(layer);
    }
  }
}

// The kind of heads that config.json states for a layer, or that its matrices have; null: several
// would do.
const HeadShape* LayerHeads::kindOf(std::int64_t layer, const Dimensions& stated,
                                    const RoleViews& views) const {
  const auto at = static_cast<std::size_t>(layer);
  if (at < stated.kind_of_layer.size() && stated.kind_of_layer[at] < kinds_.size()) {
    return &kinds_[stated.kind_of_layer[at]];
  }
  const HeadShape* found = nullptr;
  for (const HeadShape& kind : kinds_) {
    if (!fits(layer, kind, views)) continue;
    if (found != nullptr) return nullptr;
    found = &kind;
  }
  return found != nullptr ? found : &kinds_.front();
}

const HeadShape& LayerHeads::of(std::int64_t layer) const {
  static constexpr HeadShape kNone;
  const auto at = static_cast<std::size_t>(layer);
  return layer >= 0 && at < heads_.size() ? heads_[at] : kNone;
}

std::string LayerHeads::problem(const Dimensions& d) const {
  if (d.heads == 0) return "config.json does not state num_attention_heads";
  if (d.head_dim == 0 && d.hidden == 0) {
    return "config.json states neither hidden_size nor head_dim";
  }
  if (d.head_dim == 0) {
    return fmt::format("{} heads leave no dimension of hidden_size {}", d.heads, d.hidden);
  }
  for (const HeadShape& of : kinds_) {
    if (of.kv_heads == 0 || of.heads % of.kv_heads == 0) continue;
    return fmt::format("{} query heads cannot share {} key-value heads", of.heads, of.kv_heads);
  }
  return {};
}

std::vector<HeadShape> LayerHeads::there(const RoleViews& views) const {
  std::vector<HeadShape> by_layer = heads_;
  for (std::size_t l = 0; l < by_layer.size(); ++l) {
    const auto layer = static_cast<std::int64_t>(l);
    if (valuesAreKeys(layer)) by_layer[l].value_dim = 0;
    keepWhatIsThere(layer, by_layer[l], views);
  }
  return by_layer;
}

bool turnsInPairs(const HeadShape& heads) {
  return heads.rotary_dim <= heads.key_dim && heads.rotary_dim % 2 == 0;
}

std::uint64_t rowsOfHeads(const HeadShape& heads, std::string_view role) {
  const bool of_queries = role == role::kQuery || role == role::kAttentionOutput;
  return (of_queries ? heads.heads : heads.kv_heads) * headDim(heads, role);
}

}  // namespace kindred::models
