// Everything a rendering needs beside the results: what was asked, of what, and how.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "recipe/recipe.hpp"
#include "evidence/verdict.hpp"

namespace kindred::report {

struct ModelFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string identity;
  std::string published_sha256;  // empty: none
};

struct ModelFacts {
  std::string key, address, role, revision, architecture, architecture_files;
  std::string naming;  // how the names differ from the family's; empty: they don't
  std::uint64_t tensors = 0, parameters = 0;
  std::vector<std::string> notes;  // which files were left out; where index and shards disagree
  std::vector<ModelFile> files;
};

struct PluginFacts {
  std::string name, version, kind;
};

struct PairVerdict {
  std::string a, b;
  evidence::Verdict verdict;
  evidence::Coverage coverage;
  Assignments assignments = {};  // behind its findings
};

struct Context {
  const recipe::Recipe* recipe = nullptr;
  std::vector<ModelFacts> models;
  std::vector<PluginFacts> plugins;
  std::vector<PairVerdict> verdicts;
  std::string toolchain;
  std::vector<std::string> command_line;
};

inline bool isControl(const Context& context, const std::string& key) {
  return std::any_of(context.models.begin(), context.models.end(), [&](const ModelFacts& model) {
    return model.key == key && model.role == "control";
  });
}

// Pairs with a control are no part of what was asked.
inline bool hasControl(const Context& context, const PairVerdict& pair) {
  return isControl(context, pair.a) || isControl(context, pair.b);
}

}  // namespace kindred::report
