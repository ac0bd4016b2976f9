// The models of the calibration: independent ones in several recipes and widths, doubled ones made
// of some of these, and families of descendants. Everything follows from fixed seeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <kindred/dtype.hpp>

#include "transformations.hpp"

namespace kindred::calibration {

// Of all seeds.
inline constexpr std::uint64_t kSeries = 4;

struct Member {
  std::string name;
  std::string root;  // the independent model whose weights it has
  Model model;
  DType dtype = DType::BF16;  // as saved
  bool doubled = false;       // up-cycled or up-scaled: parts of it are copies of each other
  // Of a family's descendant:
  std::string transformation = {};
  std::size_t strength = 0;
  Kept keeps = {};
};

struct ZooSize {
  std::vector<std::size_t> widths = {32, 48, 64};
  std::size_t models_each = 50;  // independent, of each width
  std::size_t doubled_each = 6;  // made of these, of each width
};

// For each width its independent and its doubled models: all of different roots are independent.
std::vector<std::vector<Member>> independentModels(const ZooSize& size);

// Independent models of one width, of two depths and three languages: with LayerNorm and MLPs
// without a gate, or with RMS norms, gated MLPs and biases of queries, keys and values.
enum class Variety { plain, biased };
std::vector<Member> ofKind(Variety kind, std::size_t count, std::uint64_t series = kSeries);

// The root first, then every transformation at every strength that applies to it.
constexpr std::size_t kFamilies = 4;  // dense and mixture, of two widths
std::vector<Member> family(std::size_t index, const std::vector<Transformation>& transformations);

}  // namespace kindred::calibration
