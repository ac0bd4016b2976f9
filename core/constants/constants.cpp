#include "constants/constants.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <set>

#include "constants/line.hpp"
#include "constants/order.hpp"
#include "constants/peaks.hpp"
#include "models/dtypes.hpp"

namespace kindred::constants {
namespace {

constexpr std::uint64_t kBlockElements = std::uint64_t{1} << 16;  // looked at, twice
constexpr std::uint64_t kSmallest = 16;  // elements: fewer may be equal by chance or by default
constexpr std::uint64_t kLines = 16;     // of each axis that are looked at
constexpr std::uint64_t kMisfits = 1;    // of them that may not fit

// How far a value that was computed exactly may be off once it is rounded, and its two predecessors
// with it, in parts of the spread; 0: the format is too coarse to tell.
double tolerance(DType dtype) {
  switch (dtype) {
    case DType::F64:
    case DType::F32:
      return 3e-4;  // position times frequency loses digits before the sine is taken
    case DType::F16:
      return 2e-3;
    case DType::BF16:
      return 1.5e-2;
    default:
      return info(dtype).bits >= 16 ? 3e-4 : 0;
  }
}

// What rounding to the format adds for a line as large as this and as flat, in parts of its spread:
// slow waves near 1 differ by a few of the last digits. Not of BF16, in which gains near 1 do too.
double rounding(DType dtype, const std::vector<double>& line) {
  const double last_digit = dtype == DType::BF16 ? 0 : dtype == DType::F16 ? 0x1p-11 : 0x1p-24;
  const auto [least, most] = std::minmax_element(line.begin(), line.end());
  return 2 * last_digit * std::max(std::abs(*least), std::abs(*most)) / (*most - *least);
}

bool isIndex(DType dtype) {
  return dtype == DType::BOOL || dtype == DType::I64 || dtype == DType::U64;
}

// Masks, identities, one-hot rows: hardly any value differs from its neighbour. What pruning has
// left of a matrix stands alone among zeros too, but has values of its own.
bool hasFewSteps(std::span<const float> values) {
  constexpr std::size_t kKinds = 16;  // of values
  std::size_t steps = 0, left = 0;
  std::set<float> kinds;
  for (std::size_t i = 0; i < values.size(); ++i) {
    steps += i > 0 && values[i] != values[i - 1];
    left += values[i] != 0;
    if (values[i] != 0 && kinds.size() <= kKinds) kinds.insert(values[i]);
  }
  const bool pruned = 2 * left <= values.size() && left <= steps && kinds.size() > kKinds;
  return steps * 8 <= values.size() && !pruned;
}

// Mel and other filter banks: no value below zero, most of them zero, each row one bump.
bool isFilterBank(std::span<const float> values, std::size_t columns) {
  const auto zeros = static_cast<std::size_t>(std::count(values.begin(), values.end(), 0.0f));
  if (columns < kSmallest || values.size() < 4 * columns || 2 * zeros < values.size()) return false;
  if (std::any_of(values.begin(), values.end(), [](float x) { return !(x >= 0); })) return false;
  std::vector<double> row(columns);
  for (std::size_t first = 0; first + columns <= values.size(); first += columns) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first), columns, row.begin());
    if (!isSorted(row)) return false;
  }
  return true;
}

// Whether nearly all lines along an axis obey a rule (a constant line obeys any).
template <class Rule>
bool linesObey(std::span<const float> values, std::size_t columns, bool along_rows, Rule&& rule) {
  const std::size_t rows = values.size() / columns;
  const std::size_t length = along_rows ? columns : rows;
  const std::size_t lines = along_rows ? rows : columns;
  if (length < kSmallest) return false;
  const std::size_t looked_at = std::min<std::size_t>(kLines, lines);
  std::size_t misfits = 0;
  std::vector<double> line(length);
  for (std::size_t k = 0; k < looked_at; ++k) {
    const std::size_t number = (2 * k + 1) * lines / (2 * looked_at);
    const std::size_t first = along_rows ? number * columns : number;
    const std::size_t stride = along_rows ? 1 : columns;
    for (std::size_t i = 0; i < length; ++i) line[i] = values[first + i * stride];
    if (isConstant(line) || rule(line)) continue;
    if (++misfits > kMisfits || looked_at < kLines) return false;
  }
  return true;
}

// The lengths of rows of a tensor seen as a matrix: the first axis against all others, the first
// two against the others, and so on; axes of length one left out. Of a vector its length.
std::vector<std::uint64_t> columnsOf(const TensorInfo& tensor) {
  std::vector<std::uint64_t> all;
  std::uint64_t columns = tensor.elements;
  for (const std::uint64_t length : tensor.shape) {
    if (length <= 1) continue;
    columns /= length;
    if (columns > 1) all.push_back(columns);
  }
  if (all.empty()) all.push_back(tensor.elements);
  return all;
}

}  // namespace

std::string computed(DType dtype, std::uint64_t columns, std::span<const float> values) {
  if (values.empty() || columns == 0) return {};
  if (isFilterBank(values, columns)) return "a filter bank: each row is one bump among zeros";
  if (hasFewSteps(values))
    return "a mask or a step function: hardly any value differs from the next";
  const bool finite =
      std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
  if (!finite) return {};
  const double most_off = tolerance(dtype);
  const auto recurrent = [&](const std::vector<double>& line) {
    return isSorted(line) || (most_off > 0 && isRecurrent(line, most_off + rounding(dtype, line)));
  };
  for (const bool along_rows : {true, false}) {
    if (linesObey(values, columns, along_rows, isSorted)) {
      return "a range, a window or a list of frequencies: the values are in order";
    }
    if (linesObey(values, columns, along_rows, recurrent)) {
      return "a table of sines or powers: each value follows from the two before it";
    }
  }
  return {};
}

std::string computed(const TensorInfo& tensor, std::span<const float> values) {
  for (const std::uint64_t columns : columnsOf(tensor)) {
    std::string reason = computed(tensor.dtype, columns, values);
    if (!reason.empty()) return reason;
  }
  return {};
}

std::string ordered(const TensorInfo& tensor, std::span<const float> values) {
  for (const std::uint64_t columns : columnsOf(tensor)) {
    if (columns > values.size()) continue;
    if (!rowsAreOrdered(columns, values) || !columnsAreOrdered(columns, values)) continue;
    return "rows and columns follow from their neighbours, as in tables of positions, frequencies "
           "or filters";
  }
  return {};
}

std::string patterned(const TensorInfo& tensor, std::span<const float> values) {
  for (const std::uint64_t columns : columnsOf(tensor)) {
    if (columns > values.size() || !peaksFollowNumbers(columns, values)) continue;
    return "where the largest values of its rows stand follows a rule, as in identities, cosines, "
           "Walsh functions and wavelets";
  }
  return {};
}

Recogniser::Recogniser(const TensorInfo& tensor)
    : dtype_(tensor.dtype),
      elements_(tensor.elements),
      unit_(std::lcm(info(tensor.dtype).bits, 8u) / 8) {
  if (info(dtype_).bits % 8 != 0 || elements_ < kSmallest) return;
  for (const std::uint64_t columns : columnsOf(tensor)) {
    columns_.push_back(std::min(columns, kBlockElements));
  }
  const std::uint64_t size = info(dtype_).bits / 8;
  if (elements_ <= 2 * kBlockElements) {
    blocks_.push_back({0, elements_ * size, {}});
    return;
  }
  const std::uint64_t longest = columns_.front();
  const std::uint64_t count = kBlockElements / longest * longest;
  const std::uint64_t middle = elements_ / 2 / longest * longest;
  blocks_.push_back({0, count * size, {}});
  blocks_.push_back({middle * size, std::min(middle + count, elements_) * size, {}});
}

void Recogniser::add(std::span<const std::byte> raw) {
  if (constant_) compareWithFirst(raw);
  for (Block& block : blocks_) {
    const std::uint64_t from = std::max(block.first, seen_);
    const std::uint64_t to = std::min(block.end, seen_ + raw.size());
    if (from >= to) continue;
    const std::span<const std::byte> part = raw.subspan(from - seen_, to - from);
    block.raw.insert(block.raw.end(), part.begin(), part.end());
  }
  seen_ += raw.size();
}

void Recogniser::compareWithFirst(std::span<const std::byte> raw) {
  std::uint64_t place = seen_;
  for (; first_unit_.size() < unit_ && !raw.empty(); raw = raw.subspan(1), ++place) {
    first_unit_.push_back(raw.front());
  }
  for (std::size_t i = 0; i < std::min(unit_, raw.size()); ++i) {
    constant_ &= raw[i] == first_unit_[(place + i) % unit_];
  }
  if (raw.size() > unit_) {
    constant_ &= std::memcmp(raw.data(), raw.data() + unit_, raw.size() - unit_) == 0;
  }
}

// Of complex numbers, real and imaginary parts apart: a table is one of both.
std::vector<std::vector<float>> Recogniser::planesOf(const Block& block) const {
  const std::size_t planes = dtype_ == DType::C64 ? 2 : 1;
  const DType real = dtype_ == DType::C64 ? DType::F32 : dtype_;
  std::vector<double> wide(block.raw.size() * 8 / info(real).bits);
  models::toDouble(real, block.raw, wide);
  std::vector<std::vector<float>> values(planes);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    values[i % planes].push_back(static_cast<float>(wide[i]));
  }
  return values;
}

std::string Recogniser::judge(const Block& block) const {
  const DType real = dtype_ == DType::C64 ? DType::F32 : dtype_;
  std::string all;
  for (const std::vector<float>& values : planesOf(block)) {
    std::string reason;
    for (const std::uint64_t columns : columns_) {
      reason = computed(real, columns, values);
      if (!reason.empty()) break;
    }
    if (reason.empty()) return {};
    all = std::move(reason);
  }
  return all;
}

bool Recogniser::isOrdered() const {
  if (isIndex(dtype_) || constant_) return false;
  for (const Block& block : blocks_) {
    for (const std::vector<float>& values : planesOf(block)) {
      const bool fits = std::any_of(columns_.begin(), columns_.end(), [&](std::uint64_t columns) {
        return columns <= values.size() && rowsAreOrdered(columns, values) &&
               columnsAreOrdered(columns, values);
      });
      if (!fits) return false;
    }
  }
  return !blocks_.empty();
}

std::string Recogniser::finish() const {
  if (seen_ == 0) return {};
  if (constant_) return "all elements are equal";
  if (isIndex(dtype_)) return "stored as " + std::string(name(dtype_)) + ": indices or a mask";
  if (elements_ < kSmallest) return "fewer than " + std::to_string(kSmallest) + " elements";
  std::string reason;
  for (const Block& block : blocks_) {
    reason = judge(block);
    if (reason.empty()) return {};
  }
  return reason;
}

}  // namespace kindred::constants
