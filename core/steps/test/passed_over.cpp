#include "steps/test/passed_over.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kindred::steps {
namespace {

results::LeftOut entry(const ModelWeights& weights, const std::string& step, std::string what,
                       std::string reason) {
  results::LeftOut left;
  left.step = step;
  left.model_a = weights.model();
  left.tensor_a = std::move(what);
  left.reason = std::move(reason);
  return left;
}

std::uint64_t rowsWithoutToken(const ModelWeights& weights) {
  const std::vector<std::string>& tokens = weights.tokens();
  const std::uint64_t rows = weights.rows(role::kEmbedding, {});
  if (tokens.empty()) return 0;
  const auto known = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(rows, tokens.size()));
  const auto named = std::count_if(tokens.begin(), tokens.begin() + known,
                                   [](const std::string& token) { return !token.empty(); });
  return rows - static_cast<std::uint64_t>(named);
}

}  // namespace

std::vector<results::LeftOut> passedOver(const run::CheckpointWeights& weights,
                                         const ModelProfile& profile, const std::string& step) {
  std::vector<results::LeftOut> list;
  if (weights.reading().matrices.empty()) {
    list.push_back(
        entry(weights, step, "every matrix of " + weights.model(), "none can be tested"));
  }
  for (const models::Misfit& misfit : weights.reading().misfits) {
    const std::string of = " of " + weights.model();
    list.push_back(misfit.role.empty() ? entry(weights, step, misfit.tensor + of, misfit.reason)
                                       : entry(weights, step, misfit.tensor,
                                               misfit.role + of + ' ' + misfit.reason));
  }
  if (const std::uint64_t tokens = weights.tokensWithoutRow(); tokens > 0) {
    list.push_back(entry(weights, step, std::string(role::kEmbedding),
                         fmt::format("{} tokens of the tokenizer of {} lie beyond its {} rows",
                                     tokens, weights.model(), weights.tokens().size())));
  }
  if (const std::uint64_t rows = rowsWithoutToken(weights); rows > 0) {
    list.push_back(entry(weights, step, std::string(role::kEmbedding),
                         fmt::format("{} of {} rows of {} have no token: padding is no evidence",
                                     rows, weights.rows(role::kEmbedding, {}), weights.model())));
  }
  std::uint64_t units = 0, without_coin = 0;
  for (const std::vector<std::uint32_t>& origins : profile.doubling().units) {
    units += origins.size();
    without_coin +=
        static_cast<std::uint64_t>(std::count(origins.begin(), origins.end(), kNoOrigin));
  }
  if (without_coin > 0) {
    list.push_back(
        entry(weights, step, std::string(role::kUp),
              fmt::format("{} of {} rows of {} are zero, constant or not finite: no coins",
                          without_coin, units, weights.model())));
  }
  return list;
}

}  // namespace kindred::steps
