// The comparison of the two giants that tests and benchmark run: all norms, and one block of 64
// rows of every up_proj of expert 0.
#pragma once

#include <string>

namespace kindred::servers {

inline constexpr const char* kSolar = "upstage/Solar-Open-100B";
inline constexpr const char* kGlm = "zai-org/GLM-4.5-Air";

inline std::string giantsRecipe(const std::string& endpoint, const std::string& cache) {
  return "kindred: 1\ntitle: two giants\nsources:\n  hub: {plugin: http-range, endpoint: \"" +
         endpoint + "\", cache: \"" + cache + "\"}\nmodels:\n  solar: hub:" + kSolar +
         "@main\n  glm: hub:" + kGlm +
         "@main\nsteps:\n"
         "  - name: norms\n"
         "    compare: [solar, glm]\n"
         "    select: [\"model.layers.{layer}.input_layernorm.weight\",\n"
         "             \"model.layers.{layer}.post_attention_layernorm.weight\"]\n"
         "    pair: same-layer\n"
         "    metrics: [cosine, mad]\n"
         "  - name: blocks\n"
         "    compare: [solar, glm]\n"
         "    select: [\"model.layers.{layer}.mlp.experts.0.up_proj.weight\"]\n"
         "    pair: same-layer\n"
         "    sample: {head: 262144}\n"
         "    metrics: [cosine]\n";
}

}  // namespace kindred::servers
