#include "kept.hpp"

namespace kindred::calibration {

std::string nothingShared(const Kept& x, const Kept& y) {
  if ((x.attention && y.attention) || (x.mlps && y.mlps)) return {};
  const bool embeddings = x.embeddings && y.embeddings, norms = x.norms && y.norms;
  if (!embeddings && !norms) return "they kept different components";
  if (x.stream && y.stream) return {};
  return std::string(embeddings ? "embeddings" : "norms") +
         (embeddings && norms ? " and norms" : "") +
         " alone are left in both, in two residual streams";
}

}  // namespace kindred::calibration
