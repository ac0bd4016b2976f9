// Two models of one architecture that began apart, and a descendant of one of them.
#include "servers/cases/models.hpp"

namespace kindred::servers {

std::vector<CaseModel> yiLlama() {
  const Decoder llama{
      .hidden = 128, .layers = 6, .heads = 8, .kv_heads = 8, .head_dim = 16, .units = 256};
  Decoder yi = llama;
  yi.kv_heads = 2;
  yi.vocabulary = 384;
  yi.more = ", \"rope_theta\": 5000000.0";
  const Draft base = decoder(llama, 11);
  return {{"NousResearch/Llama-2-7b-hf", filesOf(base, DType::F16, 2)},
          {"01-ai/Yi-6B", filesOf(decoder(yi, 12), DType::BF16, 2)},
          {"codellama/CodeLlama-7b-hf", filesOf(trained(base, 0.4, 13), DType::BF16, 2)}};
}

}  // namespace kindred::servers
