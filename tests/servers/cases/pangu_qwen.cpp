// Two models whose spreads over depth run alike and whose weights have nothing in common, a
// descendant of one of them, and two more strangers with such curves.
#include <algorithm>
#include <cmath>

#include "servers/cases/models.hpp"

namespace kindred::servers {
namespace {

// Scales the projections of attention of each layer to a curve over depth that training gives to
// many models, with `own` of the model's own.
void bend(Draft& draft, const Decoder& shape, double own, std::uint64_t seed) {
  for (const char* part : {"q_proj", "k_proj", "v_proj", "o_proj"}) {
    const std::string name = std::string("self_attn.") + part + ".weight";
    const Array noise = normals({shape.layers}, 0, own, seeded(seed, part));
    for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
      const double depth = static_cast<double>(layer) / static_cast<double>(shape.layers - 1);
      const double size = 0.8 + 0.4 * depth - 0.25 * std::cos(6.283185307179586 * depth);
      for (double& value : draft.at(inLayer(shape, layer, name)).values) {
        value *= size + noise.values[layer];
      }
    }
  }
}

Draft bent(const Decoder& shape, double own, std::uint64_t seed) {
  Draft draft = decoder(shape, seed);
  bend(draft, shape, own, seed);
  return draft;
}

const Decoder& qwenShape() {
  static const Decoder kQwen{.type = "qwen2",
                             .architecture = "Qwen2ForCausalLM",
                             .hidden = 64,
                             .layers = 24,
                             .heads = 4,
                             .kv_heads = 2,
                             .head_dim = 16,
                             .units = 96,
                             .biases = true};
  return kQwen;
}

Draft qwenBase() { return bent(qwenShape(), 0.06, 71); }

}  // namespace

std::vector<CaseModel> qwenOfTurnedRows(bool biases) {
  Draft base = qwenBase();
  for (auto& [name, array] : base.arrays) {
    if (!name.ends_with(".bias")) continue;
    for (double& value : array.values) value *= 30;
  }
  Draft turned = base;
  for (auto& [name, array] : turned.arrays) {
    if (name.ends_with("v_proj.weight")) {
      for (std::size_t i = 0; i < array.values.size(); ++i) {
        if (i / array.shape.back() % 2 == 0) array.values[i] = -array.values[i];
      }
    } else if (name.ends_with("v_proj.bias") && !biases) {
      std::fill(array.values.begin(), array.values.end(), 0);
    }
  }
  return {{"Qwen/Qwen2.5-14B", filesOf(base, DType::BF16, 2)},
          {"Qwen/Qwen2.5-14B-Instruct", filesOf(turned, DType::BF16, 2)}};
}

std::vector<CaseModel> panguQwen() {
  Decoder pangu = qwenShape();
  pangu.type = "PanguProMoE";
  pangu.architecture = "PanguProMoEForCausalLM";
  pangu.experts = Decoder::Experts::qwen;
  pangu.expert_count = 4;
  pangu.expert_units = 24;
  pangu.shared_units = 48;
  const Decoder llama{.layers = 16, .units = 96};
  Decoder deepseek = llama;
  deepseek.layers = 15;
  const Draft base = qwenBase();
  return {{"Qwen/Qwen2.5-14B", filesOf(base, DType::BF16, 2)},
          {"IntervitensInc/pangu-pro-moe-model", filesOf(bent(pangu, 0.06, 72), DType::BF16, 2)},
          {"Qwen/Qwen2.5-14B-Instruct", filesOf(trained(base, 0.05, 73), DType::BF16, 2)},
          {"NousResearch/Llama-2-7b-hf", filesOf(bent(llama, 0.08, 74), DType::F16, 2)},
          {"deepseek-ai/deepseek-llm-7b-base", filesOf(bent(deepseek, 0.08, 75), DType::BF16, 2)}};
}

}  // namespace kindred::servers
