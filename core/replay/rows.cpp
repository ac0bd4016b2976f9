// Tensors by name, their layers, and their rows.
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "models/matrix_rows.hpp"
#include "plan/ranges.hpp"
#include "replay/replay.hpp"
#include "run/held.hpp"
#include "run/tiles.hpp"

namespace kindred::replay {
namespace {

// The digits between two dots, or at an end.
std::pair<std::size_t, std::size_t> layerDigits(std::string_view name) {
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    const std::string_view part = name.substr(at, end - at);
    constexpr std::size_t kMostDigits = 6;
    const bool number =
        !part.empty() && part.size() <= kMostDigits &&
        std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (number) return {at, part.size()};
    at = end + 1;
  }
  return {0, 0};
}

}  // namespace

std::uint64_t rowCount(const models::Tensor& tensor) { return models::rowsOf(tensor.shape); }

std::string unreadable(const models::Tensor& tensor) {
  if (tensor.encoding == models::Encoding::part) return "is read with another";
  if (tensor.elements == 0) return "is empty";
  if (models::shown(tensor) != models::Shown::values) {
    return "its numbers are codes that no codec here reads";
  }
  const DTypeInfo& type = info(tensor.numbers ? DType::F32 : tensor.dtype);
  const bool plain =
      type.dtype == DType::F32 || type.dtype == DType::F16 || type.dtype == DType::BF16;
  return plain ? std::string() : fmt::format("is stored as {}", type.name);
}

std::optional<std::uint64_t> layerOf(std::string_view name) {
  const auto [at, length] = layerDigits(name);
  std::uint64_t layer = 0;
  if (length == 0) return std::nullopt;
  std::from_chars(name.data() + at, name.data() + at + length, layer);
  return layer;
}

std::string withLayer(std::string_view name, std::uint64_t layer) {
  const auto [at, length] = layerDigits(name);
  return std::string(name.substr(0, at)) + std::to_string(layer) +
         std::string(name.substr(at + length));
}

std::vector<std::uint64_t> spacedRows(std::uint64_t rows, std::uint64_t wanted) {
  std::vector<std::uint64_t> list;
  const std::uint64_t count = std::min(rows, std::max<std::uint64_t>(wanted, 1));
  // floor(i * rows / count): all of them where all are wanted.
  const std::uint64_t step = rows / count, rest = rows % count;
  for (std::uint64_t i = 0; i < count; ++i) list.push_back(i * step + i * rest / count);
  return list;
}

std::vector<float> rowsOf(const plan::Model& model, const models::Tensor& tensor,
                          std::span<const std::uint64_t> rows, std::uint64_t& bytes_read) {
  const models::View view = models::whole(model.checkpoint, tensor);
  const std::uint64_t columns = tensor.elements / rowCount(tensor);
  struct Piece {
    std::size_t first, count;
    plan::ByteRange range;
  };
  std::vector<Piece> pieces;
  run::Held held;
  for (std::size_t i = 0; i < rows.size();) {  // neighbours are one range
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
    const plan::Run run{rows[i] * columns, (end - i) * columns};
    pieces.push_back({i, end - i, plan::bytesOf(view, run)});
    held.want(model, pieces.back().range);
    i = end;
  }
  std::vector<results::RangeRead> ranges;
  held.read(ranges);
  bytes_read += held.bytes();
  std::vector<float> values(rows.size() * columns);
  for (const Piece& piece : pieces) {
    run::MemoryFile file(held.find(piece.range), view.shard->file->place());
    run::readFloats({file, 0, view.info.dtype, view.info.name},
                    std::span(values).subspan(piece.first * columns, piece.count * columns));
  }
  return values;
}

}  // namespace kindred::replay
