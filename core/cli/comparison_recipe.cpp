#include "cli/comparison_recipe.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace kindred::cli {
namespace {

struct Test {
  const char* name;
  const char* plugin;
  const char* parameters = "";
};

// Exact tests on whole models, each on every gauge that the architecture grants.
constexpr Test kTests[] = {
    {"sign-test", "sign-test"},
    {"order-of-units", "fixed-points", ", gauge: mlp-unit"},
    {"order-of-coordinates", "fixed-points", ", gauge: residual-dim"},
    {"order-of-experts", "fixed-points", ", gauge: expert"},
    {"order-of-heads", "fixed-points", ", gauge: kv-group"},
    {"tree-coins", "tree-coins"},
};

// Tests whose null is made by controls, for what no exact test can see.
constexpr Test kCalibrated[] = {{"unit-invariants", "unit-invariants"},
                                {"gram", "gram"},
                                {"probe-match", "probe-match"},
                                {"spectra", "spectra"}};

// What corresponds in relatives; told of two models, not of a whole folder.
constexpr Test kDescribing[] = {{"characterise", "characterise"}};

class RecipeWriter {
 public:
  RecipeWriter(const Compared& compared, const Asked& asked, const std::string& why)
      : models_(compared.models), subjects_(compared.subjects()), deep_(asked.deep) {
    const std::uint64_t most = asked.most;
    // An eighth settles most pairs of relatives.
    read_ = most >= 8 ? fmt::format("[{}, {}]", most / 8, most) : std::to_string(most);
    text_ = "kindred: 1\ntitle: " + title() +
            "\nquestion: \"Do the weights of one descend from the other's, or were they trained "
            "independently?\"\n" +
            (why.empty() ? "" : "why: " + nlohmann::json(why).dump() + "\n") +
            (asked.beacon.empty() ? "" : "beacon: " + nlohmann::json(asked.beacon).dump() + "\n") +
            (asked.check_null ? "check-null: 99\n" : "") + recipeHead(models_, compared.controls) +
            "steps:\n";
    for (std::size_t i = 0; i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < models_.size(); ++j) bytes(models_[i], models_[j]);
    }
    for (std::size_t i = 0; i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < models_.size(); ++j) tests(kTests, models_[i], models_[j]);
    }
    for (std::size_t i = 0; compared.controls > 0 && i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < subjects_; ++j) tests(kCalibrated, models_[i], models_[j]);
    }
    if (subjects_ == 2) tests(kDescribing, models_[0], models_[1]);
    for (std::size_t i = 0; i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < models_.size(); ++j) byContent(models_[i], models_[j]);
    }
  }

  const std::string& text() const { return text_; }

 private:
  std::string title() const {
    if (subjects_ == 2) return "\"" + models_[0].key + " and " + models_[1].key + "\"";
    return "\"Every pair of " + std::to_string(subjects_) + " models\"";
  }

  static std::string pair(const ModelArgument& a, const ModelArgument& b) {
    return "compare: [\"" + a.key + "\", \"" + b.key + "\"]";
  }

  static bool isLocal(const ModelArgument& model) {
    return model.plugin == "local-mmap" &&
           std::all_of(model.adapter.begin(), model.adapter.end(), isLocal);
  }

  // Whole files: cheap on a disk, not over a network.
  void bytes(const ModelArgument& a, const ModelArgument& b) {
    const bool local = isLocal(a) && isLocal(b);
    if (!local && !deep_) return;
    text_ += "  - {name: bytes-" + std::to_string(++number_) + ", " + pair(a, b) +
             ", pair: content, metrics: [{plugin: byte-hash, hash: xxh3}]}\n";
    text_ += "  - {name: plain-" + std::to_string(number_) + ", " + pair(a, b) +
             ", pair: counterparts, metrics: [cosine]}\n";
  }

  void tests(std::span<const Test> list, const ModelArgument& a, const ModelArgument& b) {
    for (const Test& test : list) {
      text_ += fmt::format("  - {{name: {}-{}, {}, test: {{plugin: {}{}}}, read: {}}}\n", test.name,
                           ++number_, pair(a, b), test.plugin, test.parameters, read_);
    }
  }

  // Reads nothing where the families of both are known.
  void byContent(const ModelArgument& a, const ModelArgument& b) {
    text_ += "  - {name: order-matching-" + std::to_string(++number_) + ", " + pair(a, b) +
             ", pair: content, test: {plugin: order-matching}, read: " + read_ + "}\n";
  }

  const std::vector<ModelArgument>& models_;
  std::size_t subjects_;
  bool deep_;
  std::string read_;  // stages of bytes
  std::string text_;
  std::size_t number_ = 0;
};

}  // namespace

std::string comparisonRecipe(const Compared& compared, const Asked& asked, const std::string& why) {
  return RecipeWriter(compared, asked, why).text();
}

}  // namespace kindred::cli
