// Families whose tensors GGUF arranges or names otherwise than the Hub does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "family_layouts.hpp"

namespace kindred::clitest {

struct Regrouped {
  const char* family;
  const char* gguf;               // its architecture there
  std::uint64_t groups, queries;  // key-value heads, and queries of each; 0: GGUF groups none anew
  // Beginnings of names where they end with a point, else parts of them; and GGUF's.
  std::map<std::string, std::string> names;
  std::set<std::string> gauges;
  bool less_one = false;  // whether the Hub stores gains less one
  std::string hub = {};   // its model_type there; empty: that of the family's first layout
};

std::ostream& operator<<(std::ostream& out, const Regrouped& test);

// All of them.
std::vector<Regrouped> regroupedFamilies();

// A name of the Hub's as it is in GGUF.
std::string ggufName(std::string name, const Regrouped& test);

// The model as GGUF's converters write it.
void saveRegrouped(const std::filesystem::path& path, const Toy& toy, const Regrouped& test);

}  // namespace kindred::clitest
