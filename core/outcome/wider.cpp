#include "outcome/wider.hpp"

#include <algorithm>

#include "plan/reading.hpp"

namespace kindred::outcome {
namespace {

bool hasSigns(const plan::Model& model, unsigned axis, Gauge gauge) {
  if (model.architecture == nullptr) return false;
  const auto stated = model.architecture->gauges(role::kUp, axis);
  return std::any_of(stated.begin(), stated.end(), [&](const models::StatedGauge& one) {
    return one.which == gauge && one.sign;
  });
}

std::uint64_t bytesOf(const plan::Model& model) {
  std::uint64_t bytes = 0;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) bytes += tensor.bytes;
  return bytes;
}

// Every MLP that is read at all.
bool readsMlpsWhole(const plan::WeightReading& reading) {
  std::size_t mlps = 0;
  for (const auto& [key, matrix] : reading.matrices) {
    if (key.first != role::kUp) continue;
    if (matrix.view.info.shape.empty() || matrix.rows < matrix.view.info.shape.front())
      return false;
    ++mlps;
  }
  return mlps > 0;
}

}  // namespace

std::uint64_t Wider::ofMlp(const plan::Model& model, std::uint64_t from) {
  if (!hasSigns(model, 0, Gauge::mlp_unit)) return 0;
  const auto [at, fresh] = known_.try_emplace({&model, from}, 0);
  if (!fresh) return at->second;
  const std::uint64_t all = bytesOf(model);
  std::uint64_t bytes = from;
  while (bytes < all && !readsMlpsWhole(plan::readingOf(model, bytes))) bytes *= 2;
  return at->second = std::min(bytes, std::max(all, from));
}

void Wider::fill(const plan::Model& a, const plan::Model& b, evidence::Coverage& coverage) {
  if (coverage.budget == 0) return;
  const std::uint64_t of_a = ofMlp(a, coverage.budget), of_b = ofMlp(b, coverage.budget);
  if (of_a > 0 && of_b > 0) coverage.budget_mlp = std::max(of_a, of_b);
  if (hasSigns(a, 1, Gauge::residual_dim) || hasSigns(b, 1, Gauge::residual_dim)) {
    coverage.budget_maps = std::max(coverage.bytes_a, coverage.bytes_b);
  }
}

}  // namespace kindred::outcome
