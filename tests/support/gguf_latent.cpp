#include "support/gguf_latent.hpp"

#include <vector>

namespace kindred::support {

void addHalves(const Array& whole, const std::string& layer, std::uint64_t heads,
               std::uint64_t keys, GgufWriter& writer) {
  const std::uint64_t rank = whole.shape[1], rows = whole.shape[0] / heads;
  std::vector<double> of_keys, of_values;
  for (std::uint64_t head = 0; head < heads; ++head) {
    const double* of_head = whole.values.data() + head * rows * rank;
    for (std::uint64_t k = 0; k < rank; ++k) {
      for (std::uint64_t i = 0; i < keys; ++i) of_keys.push_back(of_head[i * rank + k]);
    }
    for (std::uint64_t i = keys * rank; i < rows * rank; ++i) of_values.push_back(of_head[i]);
  }
  const auto add = [&](const char* name, std::vector<std::uint64_t> shape,
                       const std::vector<double>& values) {
    writer.tensor(layer + name, 0, shape, tensorOf("", DType::F32, shape, values).bytes);
  };
  add("attn_k_b.weight", {heads, rank, keys}, of_keys);
  add("attn_v_b.weight", {heads, rows - keys, rank}, of_values);
}

}  // namespace kindred::support
