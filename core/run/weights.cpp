#include "run/weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include <kindred/analysis/stop/stop.hpp>

#include "results/hash.hpp"
#include "run/architecture_files.hpp"
#include "run/tiles.hpp"
#include "run/vocabulary.hpp"
#include "words/names.hpp"

namespace kindred::run {
namespace {

// The norm whose gains stand before what reads the residual stream in this role.
std::string_view normBefore(std::string_view role) {
  if (role == role::kGate || role == role::kUp || role == role::kRouter) return role::kMlpNorm;
  for (const std::string_view reader : {role::kQuery, role::kKey, role::kValue, role::kQueryLatent,
                                        role::kKeyValueLatent, role::kSharedKey}) {
    if (role == reader) return role::kAttentionNorm;
  }
  return role == role::kOutput ? role::kFinalNorm : std::string_view{};
}

bool isGain(std::string_view role) {
  return role == role::kAttentionNorm || role == role::kMlpNorm || role == role::kFinalNorm;
}

// Bytes that are held when a remote model is read ahead.
constexpr std::uint64_t kMostAhead = std::uint64_t{256} << 20;

// Blanks tokens so that about `most` are left. Which are left depends on their text and the beacon
// alone, and fewer are some of more: so two models keep the same ones.
void thinOut(std::vector<std::string>& tokens, std::uint64_t most, const std::string& beacon) {
  if (most >= plan::kMostTokens && beacon.empty()) return;
  std::uint64_t every = 1;
  while (tokens.size() / every > most) every *= 2;
  for (std::string& token : tokens) {
    const std::string digest = results::xxh3(beacon + token).substr(0, 8);
    if (std::strtoull(digest.c_str(), nullptr, 16) % every != 0) token.clear();
  }
}

thread_local RangesRead* t_listing = nullptr;

}  // namespace

RangesRead::RangesRead() : outer_(std::exchange(t_listing, this)) {}

RangesRead::~RangesRead() { t_listing = outer_; }

RangesRead* RangesRead::current() { return t_listing; }

void RangesRead::add(const std::vector<results::RangeRead>& ranges) {
  ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
}

CheckpointWeights::CheckpointWeights(const plan::Model& model, const plan::WeightReading& reading)
    : model_(model), reading_(reading) {
  const models::Dimensions& d = reading.dimensions;
  shape_ = {d.layers,
            d.hidden,
            d.heads,
            d.kv_heads,
            d.head_dim,
            d.rotary_dim,
            d.rotary_interleaved.value_or(model.architecture->rotaryInterleaved()),
            d.heads_by_layer};
  if (reading.tokens == 0) return;
  tokens_ = tokensOf(model, ranges_);
  keepTokensWithRows();
  thinOut(tokens_, reading.tokens, reading.beacon);
}

// A tokenizer may know more tokens than there are rows.
void CheckpointWeights::keepTokensWithRows() {
  for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
    const std::uint64_t there = rows(role, {});
    if (there == 0 || there >= tokens_.size()) continue;
    tokens_without_row_ += static_cast<std::uint64_t>(
        std::count_if(tokens_.begin() + static_cast<std::ptrdiff_t>(there), tokens_.end(),
                      [](const std::string& token) { return !token.empty(); }));
    tokens_.resize(there);
  }
}

void CheckpointWeights::readAhead() {
  if (!model_.source->remote() || reading_.bytes > kMostAhead) return;
  for (const auto& [key, matrix] : reading_.matrices) {
    if (plan::ofTokens(key.first)) continue;
    if (matrix.rows == 0 || matrix.view.info.shape.empty()) continue;
    for (const plan::ByteRange& range : matrix.ranges()) ahead_.want(model_, range);
  }
  std::vector<results::RangeRead> read;
  ahead_.read(read);
  list(read);
}

void CheckpointWeights::list(const std::vector<results::RangeRead>& ranges) const {
  if (RangesRead* listing = RangesRead::current()) return listing->add(ranges);
  const std::lock_guard lock(mutex_);
  ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
}

const plan::ReadableMatrix* CheckpointWeights::find(std::string_view role,
                                                    const Place& place) const {
  const auto found = reading_.matrices.find(plan::MatrixKey{role, place});
  return found == reading_.matrices.end() ? nullptr : &found->second;
}

std::uint64_t CheckpointWeights::rows(std::string_view role, const Place& place) const {
  const plan::ReadableMatrix* matrix = find(role, place);
  return matrix == nullptr || matrix->view.info.shape.empty() ? 0 : matrix->rows;
}

bool CheckpointWeights::whole(std::string_view role, const Place& place) const {
  const plan::ReadableMatrix* matrix = find(role, place);
  return matrix == nullptr || matrix->view.info.shape.size() < 2 ||
         matrix->rows == matrix->view.info.shape.front();
}

Matrix CheckpointWeights::matrix(std::string_view role, const Place& place,
                                 std::span<const std::uint32_t> wanted) const {
  stopWhereAsked();
  const plan::ReadableMatrix* readable = find(role, place);
  if (readable == nullptr) return {nullptr, 0, shape_.hidden, {}};
  if (readable->view.info.shape.size() > 2) {
    throw Error(Category::internal, model_.key, "no matrix of role " + std::string(role));
  }
  const models::View* view = &readable->view;
  Matrix matrix;
  matrix.tensor = &view->info;
  matrix.columns = view->info.shape.back();
  std::vector<std::uint32_t> numbers(wanted.begin(), wanted.end());
  if (wanted.empty()) {
    numbers.resize(rows(role, place));
    std::iota(numbers.begin(), numbers.end(), 0u);
  }
  for (std::uint32_t& row : numbers) row = readable->number(row);
  matrix.rows = numbers.size();
  readRows(*view, numbers, matrix);
  fold(role, place, matrix);
  return matrix;
}

void CheckpointWeights::readRows(const models::View& view, std::span<const std::uint32_t> rows,
                                 Matrix& matrix) const {
  matrix.values.resize(matrix.rows * matrix.columns);
  Held held;
  const std::vector<plan::RowRun> runs = plan::runsOf(view, rows);
  const std::uint64_t available = view.info.shape.size() == 1 ? 1 : view.info.shape[0];
  for (const plan::RowRun& run : runs) {
    if (run.last >= available) {
      throw Error(Category::internal, model_.key, "a row beyond the matrix was asked for");
    }
    if (!ahead_.has(run.range)) held.want(model_, run.range);
  }
  std::vector<results::RangeRead> read;
  held.read(read);
  std::vector<float> stored;
  for (const plan::RowRun& run : runs) {
    const Held& from = ahead_.has(run.range) ? ahead_ : held;
    MemoryFile file(from.find(run.range), run.range.shard->file->place());
    const Stored source{file, 0, view.info.dtype, view.info.name};
    const std::uint64_t elements = run.range.length * 8 / info(view.info.dtype).bits;
    if (view.isRun()) {
      readFloats(source, {matrix.values.data() + run.at * matrix.columns, elements});
      continue;
    }
    stored.resize(elements);
    readFloats(source, stored);
    for (std::size_t i = run.at; i < run.at + run.count; ++i) {
      for (std::size_t c = 0; c < matrix.columns; ++c) {
        matrix.values[i * matrix.columns + c] =
            stored[view.rowAt(rows[i]) - view.rowAt(run.first) + c * view.column_step];
      }
    }
  }
  if (model_.architecture->gainsPlusOne() && isGain(view.info.role)) {
    for (float& gain : matrix.values) gain += 1;
  }
  list(read);
}

void CheckpointWeights::fold(std::string_view role, const Place& place, Matrix& matrix) const {
  const std::string_view norm = normBefore(role);
  if (norm.empty()) return;
  const plan::ReadableMatrix* gain = find(norm, Place{place.layer, -1, false});
  if (gain == nullptr || gain->view.info.elements != matrix.columns) return;
  const std::uint32_t first = 0;
  Matrix gains;
  gains.rows = 1;
  gains.columns = matrix.columns;
  readRows(gain->view, {&first, 1}, gains);
  // A gain that is no number would make one of every row.
  std::replace_if(
      gains.values.begin(), gains.values.end(), [](float x) { return !std::isfinite(x); }, 1.0f);
  for (std::size_t r = 0; r < matrix.rows; ++r) {
    float* row = matrix.values.data() + r * matrix.columns;
    for (std::size_t c = 0; c < matrix.columns; ++c) row[c] *= gains.values[c];
  }
}

GaugeGrant CheckpointWeights::gauge(std::string_view role, unsigned axis, Gauge which) const {
  for (const models::StatedGauge& stated : model_.architecture->gauges(role, axis)) {
    if (stated.which != which) continue;
    if (stated.permutation) {
      // Scales of blocks stay where they are when rows or columns change places.
      if (std::string blocks = scaledByBlocks(stated.which); !blocks.empty()) {
        return {stated.sign, false, std::move(blocks), foreignFiles(*model_.architecture)};
      }
    }
    return {stated.sign, stated.permutation, stated.reason, foreignFiles(*model_.architecture)};
  }
  return {false, false,
          "architecture " + model_.architecture->name() + " states no gauge '" +
              std::string(name(which)) + "' there"};
}

std::string CheckpointWeights::scaledByBlocks(Gauge which) const {
  for (const models::GaugeRule& rule : model_.architecture->rules()) {
    if (rule.which != which) continue;
    for (const auto& [key, matrix] : reading_.matrices) {
      const models::Tensor& tensor = *matrix.view.tensor;
      if (models::shown(tensor) >= models::Shown::rows) continue;
      const bool moves = std::any_of(rule.permutation.begin(), rule.permutation.end(),
                                     [&role = matrix.view.info.role](const models::RoleAxis& axis) {
                                       return axis.role == role;
                                     });
      if (!moves) continue;
      return fmt::format("{} of {} is {}, so nothing in it can change places", key.first,
                         model_.key, models::whyNot(tensor.encoding, tensor.dtype));
    }
  }
  return {};
}

std::string CheckpointWeights::asymmetry(std::string_view role, const Place& place) const {
  const plan::ReadableMatrix* matrix = find(role, place);
  if (matrix == nullptr || matrix->view.tensor == nullptr) return {};
  const models::Tensor& tensor = *matrix->view.tensor;
  if (!tensor.numbers || tensor.numbers->symmetric) return {};
  return fmt::format("{} of {} is stored as {}, not symmetric about zero", role, model_.key,
                     tensor.numbers->codec);
}

std::vector<results::RangeRead> CheckpointWeights::takeRanges() const {
  const std::lock_guard lock(mutex_);
  return std::exchange(ranges_, {});
}

}  // namespace kindred::run
