// Results of runs that were gone on with, or shared among ranks, against those of runs in one go.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/toys.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {

// What a run keeps of finished units in its folder of results, sorted.
inline std::vector<std::filesystem::path> unitsIn(const std::filesystem::path& results) {
  std::vector<std::filesystem::path> units;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(results / "journal", ignored)) {
    if (entry.path().extension() == ".unit") units.push_back(entry.path());
  }
  std::sort(units.begin(), units.end());
  return units;
}

// The same bytes but for what it cost, and the same bytes read.
inline void expectSameResults(const std::filesystem::path& some,
                              const std::filesystem::path& others) {
  const auto bytes = [](const std::filesystem::path& file) { return support::readFile(file); };
  for (const char* file : {"observations.csv", "findings.csv"}) {
    EXPECT_EQ(bytes(some / file), bytes(others / file)) << file;
  }
  const auto report = [&](const std::filesystem::path& folder) {
    auto json = nlohmann::ordered_json::parse(bytes(folder / "report.json"));
    json.erase("cost");
    return json.dump(1);
  };
  EXPECT_EQ(report(some), report(others));
  const auto ranges = [&](const std::filesystem::path& folder) {
    return nlohmann::json::parse(bytes(folder / "manifest.json")).at("ranges").dump(1);
  };
  EXPECT_EQ(ranges(some), ranges(others));
}

// Five models: a base, two that were trained on from it, two strangers.
inline void writeToyFamily(const std::filesystem::path& folder) {
  const Toy base = toyLlama(1);
  const auto save = [&](const char* name, const Toy& toy) {
    saveModel(folder / name, stored(toy), toyLlamaConfig());
  };
  save("base", base);
  save("child", tuned(base, 2));
  save("other-child", tuned(base, 3));
  save("stranger-1", toyLlama(10));
  save("stranger-2", toyLlama(11));
}

}  // namespace kindred::clitest
