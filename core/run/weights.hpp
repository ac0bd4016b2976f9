// A checkpoint's weights by role, as aligners and matrix tests see them.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <kindred/model_weights.hpp>

#include "plan/reading.hpp"
#include "results/results.hpp"
#include "run/held.hpp"

namespace kindred::run {

// While one lives, what its thread reads of checkpoints' weights is listed in it, and not among
// what others read of them. Inside another, the inner one lists.
class RangesRead {
 public:
  RangesRead();
  ~RangesRead();
  RangesRead(const RangesRead&) = delete;
  RangesRead& operator=(const RangesRead&) = delete;

  std::vector<results::RangeRead> take() { return std::exchange(ranges_, {}); }
  // Of this thread; null: none lives.
  static RangesRead* current();
  void add(const std::vector<results::RangeRead>& ranges);

 private:
  std::vector<results::RangeRead> ranges_;
  RangesRead* outer_;
};

class CheckpointWeights final : public ModelWeights {
 public:
  // The model must be of a known architecture; it and the reading, whose matrices have shapes that
  // fit (checkpoint/role_shapes.hpp), must outlive this.
  CheckpointWeights(const plan::Model& model, const plan::WeightReading& reading);

  const std::string& model() const override { return model_.key; }
  const std::string& architecture() const override { return model_.architecture->name(); }
  const ModelShape& shape() const override { return shape_; }
  const std::vector<Place>& mlps() const override { return reading_.mlps; }
  const std::vector<std::string>& tokens() const override { return tokens_; }
  std::uint64_t rows(std::string_view role, const Place& place) const override;
  bool whole(std::string_view role, const Place& place) const override;
  Matrix matrix(std::string_view role, const Place& place,
                std::span<const std::uint32_t> rows = {}) const override;
  GaugeGrant gauge(std::string_view role, unsigned axis, Gauge which) const override;
  std::string asymmetry(std::string_view role, const Place& place) const override;

  const plan::WeightReading& reading() const { return reading_; }
  // Tokens of the tokenizer beyond the last row of embedding or head: not among tokens().
  std::uint64_t tokensWithoutRow() const { return tokens_without_row_; }

  // Of a remote model: reads in one call what may be read, where memory allows, so that the source
  // can merge and overlap it. Before any other call.
  void readAhead();

  // What was read where no RangesRead listed it, for the manifest.
  std::vector<results::RangeRead> takeRanges() const;

 private:
  void keepTokensWithRows();
  const plan::ReadableMatrix* find(std::string_view role, const Place& place) const;
  // Why what a gauge orders can't change places in what is stored, or empty.
  std::string scaledByBlocks(Gauge which) const;
  void list(const std::vector<results::RangeRead>& ranges) const;
  void fold(std::string_view role, const Place& place, Matrix& matrix) const;
  void readRows(const models::View& view, std::span<const std::uint32_t> rows,
                Matrix& matrix) const;

  const plan::Model& model_;
  const plan::WeightReading& reading_;
  ModelShape shape_;
  std::vector<std::string> tokens_;
  std::uint64_t tokens_without_row_ = 0;
  mutable std::mutex mutex_;
  mutable std::vector<results::RangeRead> ranges_;
  Held ahead_;
};

}  // namespace kindred::run
