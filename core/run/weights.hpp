// A checkpoint's weights by role, as aligners and matrix tests see them.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <kindred/model_weights.hpp>

#include "plan/models.hpp"
#include "run/results.hpp"

namespace kindred::run {

// How much of each model tests may read. Where the whole does not fit, MLPs are thinned out: fewer
// experts a layer, then fewer rows of each.
struct WeightBudget {
  std::uint64_t bytes = std::uint64_t{64} << 20;
};

class CheckpointWeights final : public ModelWeights {
 public:
  // The model must be of a known architecture and outlive this.
  CheckpointWeights(const plan::Model& model, WeightBudget budget);

  const std::string& model() const override { return model_.key; }
  const std::string& architecture() const override { return model_.architecture->name(); }
  const ModelShape& shape() const override { return shape_; }
  const std::vector<Place>& mlps() const override { return mlps_; }
  const std::vector<std::string>& tokens() const override { return tokens_; }
  std::uint64_t rows(std::string_view role, const Place& place) const override;
  Matrix matrix(std::string_view role, const Place& place,
                std::span<const std::uint32_t> rows = {}) const override;
  GaugeGrant gauge(std::string_view role, unsigned axis, std::string_view name) const override;
  std::string asymmetry(std::string_view role, const Place& place) const override;

  // What was read, for the manifest.
  std::vector<RangeRead> takeRanges() const;

 private:
  using Key = std::pair<std::string, Place>;

  void addRole(std::string_view role, std::string_view name, bool shared);
  void listMlps(std::uint64_t budget);
  const checkpoint::View* find(std::string_view role, const Place& place) const;
  void fold(std::string_view role, const Place& place, Matrix& matrix) const;
  void readRows(const checkpoint::View& view, std::span<const std::uint32_t> rows,
                Matrix& matrix) const;

  const plan::Model& model_;
  ModelShape shape_;
  std::map<Key, checkpoint::View> views_;
  std::vector<Place> mlps_;
  std::uint64_t mlp_rows_ = 0;  // 0: all rows of an MLP are read
  std::vector<std::string> tokens_;
  mutable std::mutex mutex_;
  mutable std::vector<RangeRead> ranges_;
};

}  // namespace kindred::run
