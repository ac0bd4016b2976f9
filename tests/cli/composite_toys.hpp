// Toys of several parts: towers and projectors beside the small Llama, with their configurations.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred::clitest {

// Names and shapes of Qwen2.5-VL's tower: 64 wide, four heads.
Toy qwenTower(std::uint64_t seed);
// Names of CLIP's tower, below `prefix`.
Toy clipTower(std::uint64_t seed, const std::string& prefix);

// The matrices of a tower by what they are, of 64 wide blocks: other names for the same shapes.
struct TowerNames {
  std::string block;  // "visual.blocks.{l}."
  std::string first, second, attention_out, in, out;
  std::string packed;  // queries, keys and values in one; empty: apart
  std::array<std::string, 3> apart = {};
  std::string gate = {};  // of a gated MLP, whose up rows are then `in`
};

Toy towerOf(std::uint64_t seed, const TowerNames& names);
// An MLP from 128 to 64, with 176 units.
Toy projectorToy(std::uint64_t seed, const std::string& in, const std::string& out);
Toy withParts(Toy one, const Toy& other);
// 48 wide with 96 units, of what is 64 wide with 176.
Toy narrower(const Toy& toy);

inline constexpr const char* kTowerSizes = R"("hidden_size":64,"intermediate_size":176,)";
std::string qwenConfig();
std::string clipConfig();
std::string llavaConfig();

void saveComposite(const support::TempDir& dir, const std::string& name, const Toy& toy,
                   const std::string& config);

using ComponentClasses = std::map<std::string, std::string>;
// Of a pair's report.
ComponentClasses classesByComponent(const nlohmann::json& report);

}  // namespace kindred::clitest
