#include "servers/cases/draft.hpp"

#include <bit>
#include <cmath>
#include <utility>

namespace kindred::servers {
namespace {

constexpr double kTurn = 6.283185307179586;

double unit(std::uint64_t word) { return (static_cast<double>(word >> 11) + 0.5) * 0x1p-53; }

// Calls f(i, normal number) for each of so many.
template <class F>
void eachNormal(std::size_t count, std::uint64_t seed, F&& f) {
  for (std::size_t i = 0; i < count; i += 2) {
    const double radius = std::sqrt(-2 * std::log(unit(mixed(seed, i))));
    const double angle = kTurn * unit(mixed(seed, i + 1));
    f(i, radius * std::cos(angle));
    if (i + 1 < count) f(i + 1, radius * std::sin(angle));
  }
}

double lengthOf(const Array& array) {
  double squares = 0;
  for (const double value : array.values) squares += value * value;
  return std::sqrt(squares / static_cast<double>(array.values.size()));
}

// As the Hub publishes large files: with marks that say nothing else.
Content weightsContent(std::string bytes) {
  Content content = textContent(std::move(bytes));
  const std::string tag = content.etag.substr(1, content.etag.size() - 2);
  content.sha256 = tag + tag + tag + tag;
  return content;
}

}  // namespace

bool isMatrix(const Array& array) { return array.shape.size() > 1; }

Array normals(std::vector<std::uint64_t> shape, double mean, double sd, std::uint64_t seed) {
  std::size_t count = 1;
  for (const std::uint64_t extent : shape) count *= extent;
  Array array{std::move(shape), std::vector<double>(count)};
  eachNormal(count, seed,
             [&](std::size_t i, double value) { array.values[i] = mean + sd * value; });
  return array;
}

Draft trained(Draft draft, double share, std::uint64_t seed) {
  for (auto& [name, array] : draft.arrays) {
    const double step = (isMatrix(array) ? share : share / 10) * lengthOf(array);
    eachNormal(array.values.size(), seeded(seed, name),
               [&](std::size_t i, double value) { array.values[i] += step * value; });
  }
  return draft;
}

Array cut(const Array& array, std::uint64_t rows, std::uint64_t columns) {
  if (!isMatrix(array)) {
    const auto first = array.values.begin();
    return {{rows}, {first, first + static_cast<std::ptrdiff_t>(rows)}};
  }
  Array part{{rows, columns}, {}};
  for (std::uint64_t row = 0; row < rows; ++row) {
    const auto first = array.values.begin() + static_cast<std::ptrdiff_t>(row * array.shape.back());
    part.values.insert(part.values.end(), first, first + static_cast<std::ptrdiff_t>(columns));
  }
  return part;
}

double rounded(DType dtype, double value) {
  const std::uint16_t bits = support::halfBits(dtype, value);
  if (dtype == DType::BF16) return std::bit_cast<float>(std::uint32_t{bits} << 16);
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double size =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

void round(Draft& draft, DType dtype) {
  for (auto& [name, array] : draft.arrays) {
    for (double& value : array.values) value = rounded(dtype, value);
  }
}

std::vector<TestTensor> stored(const Draft& draft, DType dtype) {
  std::vector<TestTensor> tensors;
  for (const auto& [name, array] : draft.arrays) {
    tensors.push_back(support::tensorOf(name, dtype, array.shape, array.values));
  }
  return tensors;
}

std::map<std::string, Content> filesOf(const std::string& config,
                                       const std::vector<TestTensor>& tensors, std::size_t shards,
                                       const std::string& stem) {
  std::map<std::string, Content> files{{"config.json", textContent(config)}};
  if (shards == 1) {
    files[stem + ".safetensors"] = weightsContent(support::safetensorsBytes(tensors));
    return files;
  }
  std::vector<std::vector<TestTensor>> parts(shards);
  std::map<std::string, std::string> shard_of;
  std::size_t total = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::size_t shard = i * shards / tensors.size();
    shard_of[tensors[i].name] = shardName(shard + 1, shards, stem);
    total += tensors[i].bytes.size();
    parts[shard].push_back(tensors[i]);
  }
  for (std::size_t i = 0; i < shards; ++i) {
    files[shardName(i + 1, shards, stem)] = weightsContent(support::safetensorsBytes(parts[i]));
  }
  files[stem + ".safetensors.index.json"] = indexContent(total, shard_of);
  return files;
}

std::map<std::string, Content> filesOf(const Draft& draft, DType dtype, std::size_t shards) {
  return filesOf(draft.config, stored(draft, dtype), shards);
}

}  // namespace kindred::servers
