// A merge of 4/7 of one model and 3/7 of another, constant over all of it and computed in float32,
// as the Hub had it in BF16. The parents differ by as much in each layer as the published weights
// and cosines of that layer say (see docs/cases/rio.md).
#include <cmath>
#include <map>

#include "servers/cases/models.hpp"

namespace kindred::servers {
namespace {

// Standard deviation of the parents' difference where weights have one of 0.02.
double differenceIn(const std::string& name) {
  const std::size_t at = name.find("layers.");
  if (at == std::string::npos) return 5e-4;
  const long layer = std::stol(name.substr(at + 7));
  if (name.find("shared_expert_gate") != std::string::npos) return layer == 0 ? 1e-3 : 3.2e-4;
  if (name.find("mlp.gate.") == std::string::npos) return 5e-4;
  const std::map<long, double> routers{
      {0, 5e-4}, {15, 1.7e-4}, {30, 1.9e-4}, {45, 3.2e-4}, {59, 1e-3}};
  const auto known = routers.find(layer);
  return known == routers.end() ? 5e-4 : known->second;
}

// The number that a merge program writes: products and their sum in float32.
double merged(double nex, double qwen) {
  const float sum = 0.8F * static_cast<float>(nex) + 0.6F * static_cast<float>(qwen);
  return sum / (0.8F + 0.6F);
}

}  // namespace

std::vector<CaseModel> rio() {
  const Decoder shape{.type = "qwen3_5_moe",
                      .architecture = "Qwen3_5MoeForConditionalGeneration",
                      .hidden = 128,
                      .layers = 60,
                      .heads = 2,
                      .kv_heads = 1,
                      .head_dim = 16,
                      .units = 16,
                      .vocabulary = 256,
                      .gated = true,
                      .attention_every = 4,
                      .experts = Decoder::Experts::fused,
                      .expert_count = 4,
                      .expert_units = 8,
                      .shared_units = 32,
                      .prefix = "model.language_model."};
  Draft qwen = decoder(shape, 21);
  for (auto& [name, array] : qwen.arrays) {
    for (double& value : array.values) {
      if (isMatrix(array)) value *= 0.02 * std::sqrt(static_cast<double>(array.shape.back())) / 0.5;
      value = rounded(DType::BF16, value);
    }
  }
  Draft nex = qwen, rio = qwen;
  for (auto& [name, array] : nex.arrays) {
    const Array moved =
        normals(array.shape, 0, isMatrix(array) ? differenceIn(name) : 2e-3, seeded(22, name));
    Array& child = rio.at(name);
    for (std::size_t i = 0; i < array.values.size(); ++i) {
      const double before = array.values[i];
      array.values[i] = rounded(DType::BF16, before + moved.values[i]);
      child.values[i] = merged(array.values[i], before);
    }
  }
  return {{"Qwen/Qwen3.5-397B-A17B", filesOf(qwen, DType::BF16, 4)},
          {"nex-agi/Nex-N2-Pro", filesOf(nex, DType::BF16, 4)},
          {"prefeitura-rio/Rio-3.5-Open-397B", filesOf(rio, DType::BF16, 4)}};
}

}  // namespace kindred::servers
