// The texts beside weights: config.json of a model whose roles are resolved by it, params.json and
// adapter_config.json.
#include "harness.hpp"
#include "model.hpp"
#include "models/adapter_config.hpp"
#include "support/safetensors.hpp"

namespace {

using kindred::support::randomTensor;
using kindred::support::TestTensor;

// A llama of one layer: width 8, two heads of 4, 12 units.
std::string weights() {
  const auto f32 = kindred::DType::F32;
  const std::string layer = "model.layers.0.";
  std::vector<TestTensor> all{randomTensor("model.embed_tokens.weight", f32, {16, 8}, 1),
                              randomTensor("model.norm.weight", f32, {8}, 2)};
  for (const char* name : {"q_proj", "k_proj", "v_proj", "o_proj"}) {
    all.push_back(randomTensor(layer + "self_attn." + name + ".weight", f32, {8, 8}, 3));
  }
  for (const char* name : {"gate_proj", "up_proj"}) {
    all.push_back(randomTensor(layer + "mlp." + name + ".weight", f32, {12, 8}, 4));
  }
  all.push_back(randomTensor(layer + "mlp.down_proj.weight", f32, {8, 12}, 5));
  return kindred::support::safetensorsBytes(all);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) { return kindred::fuzz::loadFormats(); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  static const std::string file = weights();
  const std::string text = fuzz::textOf(data, size);
  fuzz::answered([&] { fuzz::openModel({{"model.safetensors", file}, {"config.json", text}}); });
  fuzz::answered([&] {
    fuzz::openModel({{"consolidated.safetensors", file}, {"params.json", text}});
  });
  fuzz::answered([&] { models::readAdapterConfig(text, "adapter_config.json"); });
  return 0;
}
