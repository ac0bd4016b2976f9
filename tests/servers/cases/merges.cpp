// Merges of models tuned from Mistral-7B, by their published recipes.
#include <algorithm>
#include <cmath>

#include "servers/cases/models.hpp"

namespace kindred::servers {
namespace {

Decoder mistral() {
  return {.type = "mistral",
          .architecture = "MistralForCausalLM",
          .hidden = 64,
          .layers = 32,
          .heads = 4,
          .kv_heads = 2,
          .head_dim = 16,
          .units = 128,
          .vocabulary = 256};
}

long layerIn(const std::string& name) {
  const std::size_t at = name.find("layers.");
  return at == std::string::npos ? -1 : std::stol(name.substr(at + 7));
}

// Anchors evenly spaced over the depth.
double between(const std::vector<double>& anchors, double depth) {
  const double place = depth * static_cast<double>(anchors.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(place), anchors.size() - 2);
  return anchors[low] + (anchors[low + 1] - anchors[low]) * (place - static_cast<double>(low));
}

double shareIn(const std::string& name, double layers) {
  const double depth = static_cast<double>(layerIn(name)) / (layers - 1);
  if (name.find("self_attn") != std::string::npos) return between({0, 0.5, 0.3, 0.7, 1}, depth);
  if (name.find("mlp") != std::string::npos) return between({1, 0.5, 0.7, 0.3, 0}, depth);
  return 0.5;
}

// On the great circle from `a` to `b`.
void slerp(Array& a, const Array& b, double t) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    ab += a.values[i] * b.values[i];
    aa += a.values[i] * a.values[i];
    bb += b.values[i] * b.values[i];
  }
  const double cosine = ab / std::sqrt(aa * bb), angle = std::acos(std::min(cosine, 1.0));
  const bool parallel = cosine > 0.9995;
  const double of_a = parallel ? 1 - t : std::sin((1 - t) * angle) / std::sin(angle);
  const double of_b = parallel ? t : std::sin(t * angle) / std::sin(angle);
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    a.values[i] = of_a * a.values[i] + of_b * b.values[i];
  }
}

// A parent's changes of its base, most of them dropped and the others enlarged (DARE).
std::vector<double> sparse(const Array& tuned, const Array& base, double density,
                           std::uint64_t seed) {
  std::vector<double> changes(tuned.values.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const bool kept = static_cast<double>(mixed(seed, i) >> 11) * 0x1p-53 < density;
    changes[i] = kept ? (tuned.values[i] - base.values[i]) / density : 0;
  }
  return changes;
}

}  // namespace

std::vector<CaseModel> neuralpipe() {
  const Draft base = decoder(mistral(), 31);
  Draft first = trained(base, 0.1, 32), second = trained(base, 0.1, 33);
  round(first, DType::BF16);
  round(second, DType::BF16);
  Draft merged = first;
  for (auto& [name, array] : merged.arrays) slerp(array, second.at(name), shareIn(name, 32));
  return {{"OpenPipe/mistral-ft-optimized-1218", filesOf(first, DType::BF16, 2)},
          {"mlabonne/NeuralHermes-2.5-Mistral-7B", filesOf(second, DType::BF16, 2)},
          {"mlabonne/NeuralPipe-7B-slerp", filesOf(merged, DType::BF16, 2)}};
}

std::vector<CaseModel> monarch() {
  const Draft base = decoder(mistral(), 31);
  const Draft kin = trained(base, 0.1, 34);  // what the parents have in common
  std::vector<Draft> parents;
  for (const std::uint64_t seed : {35u, 36u, 37u}) {
    parents.push_back(trained(kin, 0.0115, seed));
    round(parents.back(), DType::BF16);
  }
  const double weights[] = {0.36, 0.34, 0.30}, densities[] = {0.65, 0.6, 0.6};
  Draft merged = base;
  for (auto& [name, array] : merged.arrays) {
    for (std::size_t p = 0; p < parents.size(); ++p) {
      const std::vector<double> changes =
          sparse(parents[p].at(name), base.arrays.at(name), densities[p], seeded(40 + p, name));
      for (std::size_t i = 0; i < changes.size(); ++i) {
        array.values[i] += weights[p] * changes[i];
      }
    }
  }
  return {{"mistralai/Mistral-7B-v0.1", filesOf(base, DType::BF16, 2)},
          {"mlabonne/OmniTruthyBeagle-7B-v0", filesOf(parents[0], DType::BF16, 2)},
          {"mlabonne/NeuBeagle-7B", filesOf(parents[1], DType::BF16, 2)},
          {"mlabonne/NeuralOmniBeagle-7B", filesOf(parents[2], DType::BF16, 2)},
          {"mlabonne/Monarch-7B", filesOf(merged, DType::BF16, 2)}};
}

}  // namespace kindred::servers
