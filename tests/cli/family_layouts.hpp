// Families in their real layouts: tiny models whose tensors are named and arranged as published.
#pragma once

#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "compared.hpp"
#include "recipes.hpp"
#include "toys.hpp"

namespace kindred::clitest {

struct Layout {
  std::string family;   // as the program names it
  std::string config;   // behind the common sizes
  std::string tensors;  // a name and its lengths on each line; {l}, {e}: of each layer and expert
  // That must show the copy. Units of an MLP without a gate have no signs, and shuffled ones no
  // order in common.
  std::set<std::string> gauges = {"mlp-unit", "value-dim"};
  std::string others = {};  // as `tensors`: what the family has besides, without roles
};
std::ostream& operator<<(std::ostream& out, const Layout& layout);

// With `by` wherever `what` stands.
std::string replaced(std::string text, const std::string& what, const std::string& by);

// All of them.
const std::vector<Layout>& layouts();

Toy made(const Layout& layout, std::uint64_t seed);
// The same with the units of every MLP of a layer in another order.
Toy shuffled(const Layout& layout, const Toy& toy);
void save(const TempDir& dir, const std::string& name, const Layout& layout, const Toy& toy);

// The names of its tensors that have roles.
std::set<std::string> namesWithRoles(const Layout& layout);

// What `compare` reports of all pairs in the folder.
nlohmann::json comparedAll(const TempDir& dir);
// The least log10 p of the gauge's findings; of one pair, where two models are named.
double bestP(const nlohmann::json& report, const std::string& gauge, const std::string& a = "",
             const std::string& b = "");

}  // namespace kindred::clitest
