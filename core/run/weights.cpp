#include "run/weights.hpp"

#include <algorithm>
#include <set>

#include <kindred/error.hpp>

#include "checkpoint/names.hpp"
#include "run/held.hpp"
#include "run/tiles.hpp"
#include "run/vocabulary.hpp"

namespace kindred::run {
namespace {

// Rows of an MLP that are read where not even one MLP a layer fits whole: each layer's first.
constexpr std::uint64_t kFewRows = 64;

// The norm whose gains stand before what reads the residual stream in this role.
std::string_view normBefore(std::string_view role) {
  if (role == role::kGate || role == role::kUp || role == role::kRouter) return role::kMlpNorm;
  if (role == role::kQuery || role == role::kKey || role == role::kValue) {
    return role::kAttentionNorm;
  }
  return role == role::kOutput ? role::kFinalNorm : std::string_view{};
}

}  // namespace

CheckpointWeights::CheckpointWeights(const plan::Model& model, WeightBudget budget)
    : model_(model) {
  const checkpoint::Dimensions d = checkpoint::dimensionsOf(model.checkpoint);
  shape_ = {d.layers,
            d.hidden,
            d.heads,
            d.kv_heads,
            d.head_dim,
            d.rotary_dim,
            model.architecture->rotaryInterleaved()};
  for (const std::string_view role :
       {role::kEmbedding, role::kOutput, role::kGate, role::kUp, role::kDown, role::kRouter,
        role::kQuery, role::kKey, role::kValue, role::kAttentionOutput, role::kAttentionNorm,
        role::kMlpNorm, role::kFinalNorm}) {
    addRole(role, role, false);
  }
  addRole("shared.gate", role::kGate, true);
  addRole("shared.up", role::kUp, true);
  addRole("shared.down", role::kDown, true);
  listMlps(budget.bytes);
  tokens_ = tokensOf(model, ranges_);
}

void CheckpointWeights::addRole(std::string_view role, std::string_view name, bool shared) {
  for (checkpoint::View& view : model_.architecture->resolve(model_.checkpoint, role)) {
    const Place place{view.info.layer, shared ? -1 : view.info.expert, shared};
    views_.emplace(Key{name, place}, std::move(view));
  }
}

void CheckpointWeights::listMlps(std::uint64_t budget) {
  const auto bytesOf = [&](const Place& place) {
    return find(role::kGate, place)->tensor->bytes + find(role::kUp, place)->tensor->bytes;
  };
  std::uint64_t all = 0;
  for (const auto& [key, view] : views_) {
    const Place& place = key.second;
    if (key.first != role::kGate || find(role::kUp, place) == nullptr) continue;
    mlps_.push_back(place);
    all += bytesOf(place);
  }
  std::sort(mlps_.begin(), mlps_.end(), [](const Place& x, const Place& y) {
    return std::tuple(x.layer, !x.shared, x.expert) < std::tuple(y.layer, !y.shared, y.expert);
  });
  if (all <= budget) return;
  std::set<std::int64_t> layers;
  std::uint64_t one_a_layer = 0;
  std::erase_if(mlps_, [&](const Place& place) {
    if (!layers.insert(place.layer).second) return true;
    one_a_layer += bytesOf(place);
    return false;
  });
  if (one_a_layer > budget) mlp_rows_ = kFewRows;
}

const checkpoint::View* CheckpointWeights::find(std::string_view role, const Place& place) const {
  const auto found = views_.find(Key{role, place});
  return found == views_.end() ? nullptr : &found->second;
}

std::uint64_t CheckpointWeights::rows(std::string_view role, const Place& place) const {
  const checkpoint::View* view = find(role, place);
  if (view == nullptr || view->info.shape.empty()) return 0;
  if (view->info.shape.size() == 1) return 1;
  const bool thinned = mlp_rows_ != 0 && (role == role::kGate || role == role::kUp);
  return thinned ? std::min(mlp_rows_, view->info.shape[0]) : view->info.shape[0];
}

Matrix CheckpointWeights::matrix(std::string_view role, const Place& place,
                                 std::span<const std::uint32_t> wanted) const {
  const checkpoint::View* view = find(role, place);
  if (view == nullptr || view->info.shape.size() > 2) {
    throw Error(Category::internal, model_.key, "no matrix of role " + std::string(role));
  }
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
    held.want(model_, ranges.back());
    i = end;
  }
  std::vector<RangeRead> read;
  held.read(read);
  std::size_t at = 0;
  for (const plan::ByteRange& range : ranges) {
    MemoryFile file(held.find(range), range.shard->file->place());
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
  const checkpoint::View* view = find(norm, Place{place.layer, -1, false});
  if (view == nullptr || view->info.elements != matrix.columns) return;
  const std::uint32_t first = 0;
  Matrix gains;
  gains.rows = 1;
  gains.columns = matrix.columns;
  readRows(*view, {&first, 1}, gains);
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    matrix.values[i] *= gains.values[i % matrix.columns];
  }
}

GaugeGrant CheckpointWeights::gauge(std::string_view role, unsigned axis,
                                    std::string_view name) const {
  for (const checkpoint::Gauge& gauge : model_.architecture->gauges(role, axis)) {
    if (gauge.name == name) return {gauge.sign, gauge.permutation, gauge.reason};
  }
  return {false, false,
          "architecture " + model_.architecture->name() + " states no gauge '" + std::string(name) +
              "' there"};
}

std::string CheckpointWeights::asymmetry(std::string_view role, const Place& place) const {
  const checkpoint::View* view = find(role, place);
  if (view == nullptr) return {};
  switch (view->info.dtype) {
    case DType::I8:
    case DType::U8:
    case DType::I16:
    case DType::U16:
    case DType::I32:
    case DType::U32:
    case DType::I64:
    case DType::U64:
    case DType::F8_E8M0:
      return "stored as " + std::string(name(view->info.dtype)) +
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
