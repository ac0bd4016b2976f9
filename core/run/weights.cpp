#include "run/weights.hpp"

#include <algorithm>
#include <cstdlib>

#include <kindred/error.hpp>

#include "checkpoint/names.hpp"
#include "run/architecture_files.hpp"
#include "run/hash.hpp"
#include "run/tiles.hpp"
#include "run/vocabulary.hpp"

namespace kindred::run {
namespace {

// The norm whose gains stand before what reads the residual stream in this role.
std::string_view normBefore(std::string_view role) {
  if (role == role::kGate || role == role::kUp || role == role::kRouter) return role::kMlpNorm;
  for (const std::string_view reader :
       {role::kQuery, role::kKey, role::kValue, role::kQueryLatent, role::kKeyValueLatent}) {
    if (role == reader) return role::kAttentionNorm;
  }
  return role == role::kOutput ? role::kFinalNorm : std::string_view{};
}

// Bytes that are held when a remote model is read ahead.
constexpr std::uint64_t kMostAhead = std::uint64_t{256} << 20;

// Blanks tokens so that about `most` are left. Which are left depends on their text alone, and
// fewer are some of more: so two models keep the same ones.
void thinOut(std::vector<std::string>& tokens, std::uint64_t most) {
  if (most >= plan::kMostTokens) return;
  std::uint64_t every = 1;
  while (tokens.size() / every > most) every *= 2;
  for (std::string& token : tokens) {
    const std::string digest = xxh3(token).substr(0, 8);
    if (std::strtoull(digest.c_str(), nullptr, 16) % every != 0) token.clear();
  }
}

}  // namespace

CheckpointWeights::CheckpointWeights(const plan::Model& model, const plan::WeightReading& reading)
    : model_(model), reading_(reading) {
  const checkpoint::Dimensions d = checkpoint::dimensionsOf(model.checkpoint);
  shape_ = {d.layers,
            d.hidden,
            d.heads,
            d.kv_heads,
            d.head_dim,
            d.rotary_dim,
            model.architecture->rotaryInterleaved()};
  if (reading.tokens == 0) return;
  tokens_ = tokensOf(model, ranges_);
  thinOut(tokens_, reading.tokens);
}

void CheckpointWeights::readAhead() {
  if (!model_.source->remote() || reading_.bytes > kMostAhead) return;
  for (const auto& [key, matrix] : reading_.matrices) {
    if (key.first == role::kEmbedding || key.first == role::kOutput) continue;
    if (matrix.rows == 0 || matrix.view.info.shape.empty()) continue;
    ahead_.want(model_,
                plan::bytesOf(matrix.view, {0, matrix.rows * matrix.view.info.shape.back()}));
  }
  const std::lock_guard lock(mutex_);
  ahead_.read(ranges_);
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
  const plan::ReadableMatrix* readable = find(role, place);
  if (readable == nullptr || readable->view.info.shape.size() > 2) {
    throw Error(Category::internal, model_.key, "no matrix of role " + std::string(role));
  }
  const checkpoint::View* view = &readable->view;
  Matrix matrix;
  matrix.tensor = &view->info;
  matrix.columns = view->info.shape.back();
  std::vector<std::uint32_t> all;
  if (wanted.empty()) {
    all.resize(rows(role, place));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
    wanted = all;
  }
  matrix.rows = wanted.size();
  readRows(*view, wanted, matrix);
  fold(role, place, matrix);
  return matrix;
}

void CheckpointWeights::readRows(const checkpoint::View& view, std::span<const std::uint32_t> rows,
                                 Matrix& matrix) const {
  matrix.values.resize(matrix.rows * matrix.columns);
  Held held;
  std::vector<plan::ByteRange> ranges;
  const std::uint64_t available = view.info.shape.size() == 1 ? 1 : view.info.shape[0];
  // Neighbouring rows are one range.
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
    if (rows[end - 1] >= available) {
      throw Error(Category::internal, model_.key, "a row beyond the matrix was asked for");
    }
    ranges.push_back(plan::bytesOf(view, {rows[i] * matrix.columns, (end - i) * matrix.columns}));
    if (!ahead_.has(ranges.back())) held.want(model_, ranges.back());
    i = end;
  }
  std::vector<RangeRead> read;
  held.read(read);
  std::size_t at = 0;
  for (const plan::ByteRange& range : ranges) {
    const Held& from = ahead_.has(range) ? ahead_ : held;
    MemoryFile file(from.find(range), range.shard->file->place());
    const std::uint64_t elements = range.length * 8 / info(view.info.dtype).bits;
    readFloats({file, 0, view.info.dtype, view.info.name}, {matrix.values.data() + at, elements});
    at += elements;
  }
  const std::lock_guard lock(mutex_);
  ranges_.insert(ranges_.end(), read.begin(), read.end());
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
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    matrix.values[i] *= gains.values[i % matrix.columns];
  }
}

GaugeGrant CheckpointWeights::gauge(std::string_view role, unsigned axis,
                                    std::string_view name) const {
  for (const checkpoint::Gauge& gauge : model_.architecture->gauges(role, axis)) {
    if (gauge.name == name) {
      return {gauge.sign, gauge.permutation, gauge.reason, foreignFiles(*model_.architecture)};
    }
  }
  return {false, false,
          "architecture " + model_.architecture->name() + " states no gauge '" + std::string(name) +
              "' there"};
}

std::string CheckpointWeights::asymmetry(std::string_view role, const Place& place) const {
  const plan::ReadableMatrix* matrix = find(role, place);
  if (matrix == nullptr) return {};
  switch (matrix->view.info.dtype) {
    case DType::I8:
    case DType::U8:
    case DType::I16:
    case DType::U16:
    case DType::I32:
    case DType::U32:
    case DType::I64:
    case DType::U64:
    case DType::F8_E8M0:
      return "stored as " + std::string(name(matrix->view.info.dtype)) +
             ", whose values are not symmetric about zero";
    default:
      return {};
  }
}

std::vector<RangeRead> CheckpointWeights::takeRanges() const {
  const std::lock_guard lock(mutex_);
  return std::exchange(ranges_, {});
}

}  // namespace kindred::run
