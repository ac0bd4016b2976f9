#include "shared_coins.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace kindred::sign_test {
namespace {

using Origins = std::vector<std::uint32_t>;

std::uint64_t copiesIn(const Origins& origins) {
  std::set<std::uint32_t> distinct;
  std::uint64_t rows = 0;
  for (const std::uint32_t origin : origins) {
    if (origin == kNoOrigin) continue;
    distinct.insert(origin);
    ++rows;
  }
  return rows - distinct.size();
}

// Of each head the rows of its key that `chosen` lists (of a pair its first).
template <class Rows>
Origins rowsOfKeys(const ModelShape& shape, const Origins& dims, Rows&& chosen) {
  Origins origins;
  for (std::uint64_t l = 0; l < shape.layers; ++l) {
    const auto layer = static_cast<std::int64_t>(l);
    const HeadShape heads = shape.headsOf(layer);
    for (std::uint64_t head = 0; head < heads.kv_heads; ++head) {
      for (const std::uint64_t row : chosen(heads)) {
        const std::size_t at = attentionDim(shape, layer, static_cast<std::int64_t>(head), row);
        if (at < dims.size()) origins.push_back(dims[at]);
      }
    }
  }
  return origins;
}

std::vector<std::uint64_t> firstOfPairs(const ModelShape& shape, const HeadShape& heads) {
  std::vector<std::uint64_t> rows;
  for (std::uint64_t p = 0; p < heads.rotary_dim / 2; ++p) rows.push_back(firstOfPair(shape, p));
  return rows;
}

std::vector<std::uint64_t> rowsWithoutPosition(const HeadShape& heads) {
  std::vector<std::uint64_t> rows;
  for (std::uint64_t i = heads.rotary_dim; i < heads.key_dim; ++i) rows.push_back(i);
  return rows;
}

std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more sets";
  return text;
}

std::string layersText(const std::set<std::int64_t>& layers) {
  std::string text = "layers ";
  for (const std::int64_t layer : layers) {
    text += (layer == *layers.begin() ? "" : " = ") + std::to_string(layer);
  }
  return text;
}

std::string joinedMlps(const ModelProfile& model) {
  std::map<std::uint32_t, std::vector<Place>> sets;
  const std::vector<Place>& places = model.weights().mlps();
  for (std::size_t m = 0; m < places.size(); ++m) {
    sets[model.doubling().mlp_groups.at(m)].push_back(places[m]);
  }
  std::vector<std::string> names;
  for (const auto& [set, members] : sets) {
    if (members.size() < 2) continue;
    std::set<std::int64_t> layers;
    for (const Place& place : members) layers.insert(place.layer);
    std::string name = layers.size() > 1 ? layersText(layers) : "";
    if (members.size() > layers.size()) {
      name = std::to_string(members.size()) + " experts of " +
             (name.empty() ? "layer " + std::to_string(members.front().layer) : name);
    }
    names.push_back(std::move(name));
  }
  return list(names);
}

std::string joinedAttention(const ModelProfile& model) {
  std::map<std::uint32_t, std::set<std::int64_t>> sets;
  const std::vector<std::uint32_t>& groups = model.doubling().attention_groups;
  for (std::size_t l = 0; l < groups.size(); ++l) {
    sets[groups[l]].insert(static_cast<std::int64_t>(l));
  }
  std::vector<std::string> names;
  for (const auto& [set, layers] : sets) {
    if (layers.size() > 1) names.push_back(layersText(layers));
  }
  std::set<std::int64_t> within;
  for (const Doubling::Join& join : model.doubling().joins) {
    if (!join.attention || join.a.layer != join.b.layer || !within.insert(join.a.layer).second) {
      continue;
    }
    names.push_back("heads of layer " + std::to_string(join.a.layer));
  }
  return list(names);
}

}  // namespace

SharedCoins sharedCoins(const MatrixTask& task, const Tosses& tosses) {
  const ModelShape& shape = task.a.weights().shape();
  const Doubling& doubling = task.a.doubling();
  const bool of_bands = task.use.axis == 1 && !tosses.origins.empty();
  if (of_bands) return {copiesIn(tosses.origins), {}};
  if (task.use.gauge == kindred::Gauge::mlp_unit) {
    Origins all;
    for (const Origins& units : doubling.units) all.insert(all.end(), units.begin(), units.end());
    return {copiesIn(all), joinedMlps(task.a)};
  }
  if (task.use.gauge == kindred::Gauge::value_dim) {
    return {copiesIn(doubling.value_dims), joinedAttention(task.a)};
  }
  if (task.use.role != role::kKey && task.use.role != role::kQuery)
    return {copiesIn(tosses.origins), {}};
  if (task.use.gauge == kindred::Gauge::rotary_pair) {
    return {
        copiesIn(rowsOfKeys(shape, doubling.key_dims,
                            [&](const HeadShape& heads) { return firstOfPairs(shape, heads); })),
        joinedAttention(task.a)};
  }
  if (task.use.gauge == kindred::Gauge::rotary_free) {
    return {copiesIn(rowsOfKeys(shape, doubling.key_dims, rowsWithoutPosition)),
            joinedAttention(task.a)};
  }
  return {copiesIn(tosses.origins), {}};
}

}  // namespace kindred::sign_test
