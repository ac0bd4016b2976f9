#include "steps/survey/surveyed_model.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "models/matrix_rows.hpp"
#include "run/interrupt.hpp"
#include "run/tiles.hpp"
#include "run/vocabulary.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

void stopWhereInterrupted() {
  if (run::interrupted()) throw Error(Category::input, "", "interrupted");
}

void convert(std::span<const std::byte> bytes, const models::View& view, std::span<float> into) {
  run::MemoryFile file(bytes, view.shard->file->place());
  run::readFloats({file, 0, view.info.dtype, view.info.name}, into);
}

}  // namespace

ReadingModel::ReadingModel(const Step& step, const Surveyed& surveyed, run::Executor& executor,
                           std::mutex& mutex)
    : step_(step), surveyed_(surveyed), executor_(executor), mutex_(mutex) {
  for (const plan::Selected& selected : surveyed.tensors) infos_.push_back(selected.view.info);
}

const std::vector<std::string>& ReadingModel::tokens() const {
  const std::lock_guard lock(mutex_);
  stopWhereInterrupted();
  if (!tokens_) tokens_ = run::tokensOf(*surveyed_.model, ranges_);
  return *tokens_;
}

Matrix ReadingModel::read(std::size_t tensor, std::span<const std::uint32_t> rows) const {
  const std::lock_guard lock(mutex_);
  stopWhereInterrupted();
  const models::View& from = view(tensor);
  Matrix matrix;
  matrix.tensor = &infos_[tensor];
  const std::uint64_t available = models::rowsOf(from.info.shape);
  matrix.columns = available == 0 ? 0 : from.info.elements / available;
  matrix.rows = rows.empty() ? available : rows.size();
  checkSize(from, matrix, rows.empty());
  checkPacked(from, rows.empty());
  matrix.values.resize(matrix.rows * matrix.columns);
  if (matrix.values.empty()) return matrix;
  if (rows.empty()) {
    readWhole(tensor, matrix);
  } else {
    readRows(from, rows, matrix);
  }
  executor_.noteMemory();
  return matrix;
}

const models::View& ReadingModel::view(std::size_t tensor) const {
  if (tensor >= surveyed_.tensors.size()) {
    throw Error(Category::internal, "", "asks for a tensor that its step does not select");
  }
  return surveyed_.tensors[tensor].view;
}

void ReadingModel::checkSize(const models::View& view, const Matrix& matrix, bool whole) const {
  const std::uint64_t most = kMostBytes / sizeof(float);
  if (matrix.columns == 0 || matrix.rows <= most / matrix.columns) return;
  throw inputError(
      recipe::text(step_.place),
      fmt::format("survey step '{}' would hold {} of '{}' of model '{}', more than {} MiB",
                  step_.name, whole ? "all" : fmt::format("{} rows", matrix.rows),
                  words::escaped(view.info.name), key(), kMostBytes >> 20),
      whole ? "select smaller tensors" : "take fewer rows");
}

void ReadingModel::checkPacked(const models::View& view, bool whole) const {
  if (info(view.info.dtype).bits % 8 == 0 || (whole && view.first == 0)) return;
  throw inputError(recipe::text(step_.place),
                   fmt::format("a part of '{}' can't be read by itself: {} is packed",
                               words::escaped(view.info.name), name(view.info.dtype)),
                   "select whole tensors, or some of another dtype");
}

plan::ByteRange ReadingModel::whole(std::size_t tensor) const {
  const models::View& from = view(tensor);
  return plan::bytesOf(from, {0, from.info.elements});
}

void ReadingModel::readWhole(std::size_t tensor, Matrix& matrix) const {
  if (tensor < ahead_first_ || tensor >= ahead_end_) {
    ahead_.clear();
    ahead_first_ = tensor;
    ahead_end_ = tensor;
    do {
      ahead_.want(*surveyed_.model, whole(ahead_end_++));
    } while (surveyed_.model->source->remote() && ahead_end_ < surveyed_.tensors.size() &&
             ahead_.bytes() + whole(ahead_end_).length <= plan::kHeldBytes);
    ahead_.read(ranges_);
    executor_.progress.advance(ahead_.bytes(), true);
  }
  const models::View& from = view(tensor);
  convert(ahead_.find(whole(tensor)), from, matrix.values);
}

void ReadingModel::readRows(const models::View& view, std::span<const std::uint32_t> rows,
                            Matrix& matrix) const {
  std::vector<std::uint32_t> sorted(rows.begin(), rows.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (sorted.back() >= models::rowsOf(view.info.shape)) {
    throw Error(Category::internal, "",
                fmt::format("asks for row {} of a matrix of {}", sorted.back(),
                            models::rowsOf(view.info.shape)));
  }
  // Neighbouring rows are one range.
  struct Piece {
    std::size_t first, end;  // into `sorted`
    plan::ByteRange range;
  };
  std::vector<Piece> pieces;
  run::Held held;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i + 1;
    while (end < sorted.size() && sorted[end] == sorted[end - 1] + 1) ++end;
    pieces.push_back(
        {i, end, plan::bytesOf(view, {sorted[i] * matrix.columns, (end - i) * matrix.columns})});
    held.want(*surveyed_.model, pieces.back().range);
    i = end;
  }
  held.read(ranges_);
  executor_.progress.advance(held.bytes(), true);
  std::vector<float> values(sorted.size() * matrix.columns);
  for (const Piece& piece : pieces) {
    convert(held.find(piece.range), view,
            std::span(values).subspan(piece.first * matrix.columns,
                                      (piece.end - piece.first) * matrix.columns));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), rows[i]) - sorted.begin();
    const auto from = values.begin() + at * static_cast<std::ptrdiff_t>(matrix.columns);
    std::copy_n(from, matrix.columns,
                matrix.values.begin() + static_cast<std::ptrdiff_t>(i * matrix.columns));
  }
}

std::vector<results::RangeRead> ReadingModel::takeRanges() const {
  const std::lock_guard lock(mutex_);
  return std::exchange(ranges_, {});
}

}  // namespace kindred::steps
