// Small recipes over small checkpoints, for tests of the commands.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/safetensors.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {

using support::RunResult;
using support::TempDir;
using support::TestTensor;

// Folders a/ and b/ with two layers each: a norm and a weight a layer, seeded. Equal seeds, equal
// weights.
inline void writePair(const TempDir& dir, std::uint64_t seed_a, std::uint64_t seed_b) {
  for (const auto& [name, seed] : {std::pair{"a", seed_a}, std::pair{"b", seed_b}}) {
    std::vector<TestTensor> tensors;
    for (int layer = 0; layer < 2; ++layer) {
      const std::string prefix = "layers." + std::to_string(layer) + ".";
      const auto offset = static_cast<std::uint64_t>(layer);
      tensors.push_back(support::randomTensor(prefix + "norm", DType::F32, {64}, seed + offset));
      tensors.push_back(
          support::randomTensor(prefix + "up", DType::BF16, {32, 64}, seed + 10 + offset));
    }
    std::filesystem::create_directories(dir / name);
    support::writeSafetensors(dir / (std::string(name) + "/model.safetensors"), tensors);
  }
}

// A recipe over a/ and b/ beside it, with these steps (and whatever follows them).
inline std::string recipe(const std::string& steps) {
  return "kindred: 1\n"
         "title: a test\n"
         "sources:\n"
         "  disk: {plugin: local-mmap, root: .}\n"
         "models:\n"
         "  a: disk:a\n"
         "  b: disk:b\n"
         "steps:\n" +
         steps;
}

inline const char* const kSameName =
    "  - name: same\n"
    "    compare: [a, b]\n"
    "    metrics: [cosine, mad]\n";

inline RunResult runRecipe(const TempDir& dir, const std::string& text,
                           std::vector<std::string> options = {}) {
  const auto file = dir.write("recipe.yaml", text);
  std::vector<std::string> arguments{"run", file.string(), "--force", "--out",
                                     (dir / "out").string()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return support::run(arguments);
}

inline nlohmann::json reportOf(const TempDir& dir) {
  return nlohmann::json::parse(support::readFile(dir / "out/report.json"));
}

// A figure's summary in report.json.
inline nlohmann::json summaryOf(const nlohmann::json& report, const std::string& step,
                                const std::string& metric, const std::string& figure) {
  for (const auto& entry : report.at("observations")) {
    if (entry.at("step") == step && entry.at("metric") == metric && entry.at("figure") == figure) {
      return entry;
    }
  }
  ADD_FAILURE() << "no summary of " << step << "." << metric << "." << figure;
  return {};
}

}  // namespace kindred::clitest
