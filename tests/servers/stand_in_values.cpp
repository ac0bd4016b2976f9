#include "servers/stand_in_values.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "servers/hub_files.hpp"

namespace kindred::servers {
namespace {

constexpr std::uint64_t kSeed = 20260101;

std::uint64_t seedOf(StandIn model, const std::string& tensor, std::uint64_t use) {
  return seeded(mixed(kSeed + use, static_cast<std::uint64_t>(model)), tensor);
}

std::uint16_t bf16(double value) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// The quantile of the standard normal distribution by bisection; p strictly inside (0, 1).
double normalQuantile(double p) {
  double low = -9, high = 9;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

// Quantiles of the 65,536 middles of equal shares: a random 16-bit number picks a normal one.
const std::vector<float>& normalTable() {
  static const std::vector<float> table = [] {
    std::vector<float> made(65536);
    for (std::size_t i = 0; i < made.size() / 2; ++i) {
      made[i] = static_cast<float>(normalQuantile((static_cast<double>(i) + 0.5) / 65536));
      made[made.size() - 1 - i] = -made[i];
    }
    return made;
  }();
  return table;
}

// A permutation of 0 .. 2^bits - 1 (bits even): four rounds of Feistel's network.
std::uint64_t shuffled(std::uint64_t index, unsigned bits, std::uint64_t seed) {
  const unsigned half = bits / 2;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  std::uint64_t left = index >> half, right = index & mask;
  for (std::uint64_t round = 0; round < 4; ++round) {
    const std::uint64_t next = left ^ (mixed(seed + round, right) >> 40 & mask);
    left = right;
    right = next;
  }
  return left << half | right;
}

bool isNorm(const std::string& name) {
  return name.ends_with("norm.weight") && name.find("_proj") == std::string::npos;
}

std::int64_t layerOf(const std::string& name) {
  const std::size_t at = name.find("layers.");
  return at == std::string::npos ? -1 : std::stol(name.substr(at + 7));
}

// Standard deviations of the matrices, after the published distances between them.
double matrixSd(StandIn model, const std::string& name) {
  const bool solar = model == StandIn::solar, phi = model == StandIn::phi;
  if (name.ends_with("k_proj.weight")) return solar || phi ? 0.0323 : 0.0259;
  if (name.ends_with("v_proj.weight")) return solar || phi ? 0.0142 : 0.0093;
  return 0.02;
}

// How much fine-tuning moved of a norm: which share of its values, and by how many steps at most.
struct Moved {
  double share;
  int steps;
};
Moved movedIn(const std::string& norm) {
  const std::int64_t layer = layerOf(norm);
  if (layer == 0) return {0.96, 9};
  if (layer < 0 || layer > 12) return {layer > 30 ? 0.001 : 0.01, 1};
  if (layer < 3) return {0.7, 3};
  return {0.5 - 0.4 * static_cast<double>(layer - 3) / 9, 1};
}

// Steps in the last place, away from zero or towards it, never through it.
std::uint16_t stepped(std::uint16_t bits, int steps) {
  const int magnitude = bits & 0x7fff;
  return static_cast<std::uint16_t>((bits & 0x8000) | std::max(magnitude + steps, 0));
}

class Values {
 public:
  explicit Values(StandIn model)
      : model_(model),
        origin_(model == StandIn::intellect ? StandIn::glm : model),
        norms_(KINDRED_TEST_DATA "/dispute/norms.csv", origin_) {}

  void fill(const GiantTensor& tensor, std::uint64_t offset, std::span<std::byte> into) const {
    const std::uint64_t width = tensor.elementBytes();
    if (isNorm(tensor.name)) {
      const NormVector norm(*this, tensor);
      return write(width, offset, into, [&](std::uint64_t i) { return norm.at(i); });
    }
    const Matrix matrix(*this, tensor);
    if (width == 4) {
      return write(width, offset, into, [&](std::uint64_t i) { return matrix.single(i); });
    }
    write(width, offset, into, [&](std::uint64_t i) { return matrix.at(i); });
  }

 private:
  // Elements that overlap [offset, offset + into.size()), cut at its ends.
  template <class F>
  static void write(std::uint64_t width, std::uint64_t offset, std::span<std::byte> into, F&& at) {
    for (std::size_t i = 0; i < into.size();) {
      const std::uint64_t place = offset + i;
      const auto value = at(place / width);
      const std::uint64_t skip = place % width;
      const auto n = std::min<std::size_t>(width - skip, into.size() - i);
      std::memcpy(into.data() + i, reinterpret_cast<const char*>(&value) + skip, n);
      i += n;
    }
  }

  MeanAndSd statistics(const std::string& name) const {
    const std::int64_t layer = layerOf(name);
    if (name.ends_with("input_layernorm.weight")) return norms_.of("input", layer);
    if (name.ends_with("post_attention_layernorm.weight")) return norms_.of("post", layer);
    return {1.5, 0.1};
  }

  // A norm's values are the normal distribution's quantiles in an order of their own, so that mean
  // and spread come out as published.
  class NormVector {
   public:
    NormVector(const Values& values, const GiantTensor& tensor)
        : statistics_(values.statistics(tensor.name)),
          bits_(static_cast<unsigned>(std::bit_width(tensor.shape.at(0) - 1) + 1) / 2 * 2),
          size_(tensor.shape.at(0)),
          seed_(seedOf(values.origin_, tensor.name, 1)),
          tuned_(values.model_ == values.origin_ ? Moved{0, 0} : movedIn(tensor.name)),
          tuning_(seedOf(values.model_, tensor.name, 2)) {}

    std::uint16_t at(std::uint64_t i) const {
      std::uint64_t rank = shuffled(i, bits_, seed_);
      while (rank >= size_) rank = shuffled(rank, bits_, seed_);
      const std::size_t quantile = (2 * rank + 1) * 32768 / size_;
      const std::uint16_t bits =
          bf16(statistics_.mean + statistics_.sd * static_cast<double>(normalTable()[quantile]));
      if (tuned_.steps == 0) return bits;
      const std::uint64_t drawn = mixed(tuning_, i);
      if (static_cast<double>(drawn >> 11) * 0x1p-53 >= tuned_.share) return bits;
      const int steps = 1 + static_cast<int>((drawn & 0xff) % static_cast<unsigned>(tuned_.steps));
      return stepped(bits, (drawn & 0x100) != 0 ? steps : -steps);
    }

   private:
    MeanAndSd statistics_;
    unsigned bits_;
    std::uint64_t size_, seed_;
    Moved tuned_;
    std::uint64_t tuning_;
  };

  class Matrix {
   public:
    Matrix(const Values& values, const GiantTensor& tensor)
        : table_(normalTable()),
          sd_(static_cast<float>(matrixSd(values.origin_, tensor.name))),
          seed_(seedOf(values.origin_, tensor.name, 1)),
          tuned_(values.model_ != values.origin_),
          tuning_(seedOf(values.model_, tensor.name, 2)) {}

    float single(std::uint64_t i) const { return sd_ * table_[mixed(seed_, i) & 0xffff]; }

    // One random word serves four elements.
    std::uint16_t at(std::uint64_t i) const {
      const unsigned shift = 16 * static_cast<unsigned>(i % 4);
      if (i / 4 != group_) {
        group_ = i / 4;
        word_ = mixed(seed_, group_);
        if (tuned_) changes_ = mixed(tuning_, group_);
      }
      const std::uint16_t bits = bf16(sd_ * table_[word_ >> shift & 0xffff]);
      if (!tuned_) return bits;
      const std::uint64_t change = changes_ >> shift & 7;
      return change > 1 ? bits : stepped(bits, change == 0 ? 1 : -1);
    }

   private:
    const std::vector<float>& table_;
    float sd_;
    std::uint64_t seed_;
    bool tuned_;
    std::uint64_t tuning_;
    mutable std::uint64_t group_ = ~std::uint64_t{0}, word_ = 0, changes_ = 0;
  };

  StandIn model_, origin_;
  PublishedNorms norms_;
};

}  // namespace

PublishedNorms::PublishedNorms(const std::filesystem::path& csv, StandIn model) {
  if (model == StandIn::phi) {
    // Not published by layer; these follow the published distances to the other two.
    for (std::int64_t layer = 0; layer < 32; ++layer) {
      const auto depth = static_cast<double>(layer);
      rows_["input"][layer] = {0.30 + 0.006 * depth, 0.12 * (0.30 + 0.006 * depth)};
      rows_["post"][layer] = {0.27 + 0.015 * depth, 0.10 * (0.27 + 0.015 * depth)};
    }
    return;
  }
  std::ifstream file(csv);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line[0] == 'l') continue;
    std::istringstream fields(line);
    std::string layer, norm, number;
    std::getline(fields, layer, ',');
    std::getline(fields, norm, ',');
    double numbers[4] = {};
    for (double& value : numbers) {
      std::getline(fields, number, ',');
      value = std::stod(number);
    }
    const std::size_t first = model == StandIn::solar ? 0 : 2;
    rows_[norm][std::stol(layer)] = {numbers[first], numbers[first + 1]};
  }
  if (rows_.empty()) throw std::runtime_error("no norms in " + csv.string());
}

MeanAndSd PublishedNorms::of(const std::string& norm, std::int64_t layer) const {
  const auto& layers = rows_.at(norm);
  const auto found = layers.find(layer);
  return found == layers.end() ? layers.rbegin()->second : found->second;
}

FillTensor standInValues(StandIn model) {
  const auto values = std::make_shared<const Values>(model);
  return [values](const GiantTensor& tensor, std::uint64_t offset, std::span<std::byte> into) {
    values->fill(tensor, offset, into);
  };
}

}  // namespace kindred::servers
