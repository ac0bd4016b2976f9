// The index of a model in shards, beside a shard that is whole.
#include "harness.hpp"
#include "model.hpp"
#include "support/safetensors.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) { return kindred::fuzz::loadFormats(); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  static const std::string shard =
      support::safetensorsBytes({support::randomTensor("model.layers.0.w", DType::BF16, {4, 8}, 1),
                                 support::randomTensor("b", DType::F32, {16}, 2)});
  fuzz::answered([&] {
    fuzz::openModel({{"model-00001-of-00001.safetensors", shard},
                     {"model.safetensors.index.json", fuzz::textOf(data, size)}});
  });
  return 0;
}
