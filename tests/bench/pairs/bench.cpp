// A model, its child and a stranger in every storage that is read, each against each: writes what
// the program says of them into docs/formats.md.
//
//   bench_pairs
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "bench/marks.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "trainer/save.hpp"
#include "trainer/training.hpp"

namespace kindred::bench {
namespace {

using nlohmann::json;
using support::GgufType;
using support::Quantised;
using Model = trainer::Weights<float>;

struct Held {
  const char* name;
  trainer::Storage storage;
};
const Held kHeld[] = {{"safetensors BF16", DType::BF16}, {"FP8 blocks", Quantised::fp8_blocks},
                      {"GGUF F16", GgufType::F16},       {"GGUF Q8_0", GgufType::Q8_0},
                      {"GGUF Q4_K", GgufType::Q4_K},     {"GGUF Q2_K", GgufType::Q2_K},
                      {"GGUF IQ4_XS", GgufType::IQ4_XS}, {"torch .bin", trainer::TorchFile{}},
                      {"GPTQ 4 bit", Quantised::gptq},   {"AWQ 4 bit", Quantised::awq},
                      {"nf4", Quantised::nf4},           {"MLX 4 bit", Quantised::mlx}};

Model root(std::uint64_t seed) {
  trainer::Shape shape;
  shape.layers = 2;
  shape.hidden = shape.intermediate = 256;  // whole blocks of 256
  shape.heads = 8;
  shape.kv_heads = 4;
  shape.head_dim = shape.rotary_dim = 32;
  return trainer::initialise<float>(shape, trainer::words(shape.vocabulary, 1), seed);
}

Model trained(Model model, std::size_t language, std::size_t steps, std::uint64_t seed) {
  trainer::Training training;
  training.steps = steps;
  training.rate = 3e-3;
  training.seed = seed;
  trainer::train(model, trainer::Corpus(model.shape.vocabulary, language), training);
  return model;
}

class Models {
 public:
  Models() {
    const Model parent = trained(root(1), 1, 120, 2);
    save("parent", parent);
    save("child", trained(parent, 2, 60, 3));
    save("stranger", trained(root(4), 1, 120, 5));
  }

  json compared(const std::string& a, std::size_t i, const std::string& b, std::size_t j) const {
    const support::RunResult result =
        support::run({"compare", folder(a, i).string(), folder(b, j).string(), "--json", "--force",
                      "--out", (dir_ / "out").string()});
    if (result.exit_code != 0) throw std::runtime_error(result.err);
    return json::parse(result.out);
  }

 private:
  void save(const std::string& name, const Model& model) {
    for (std::size_t i = 0; i < std::size(kHeld); ++i) {
      trainer::save(model, folder(name, i), kHeld[i].storage);
    }
  }

  std::filesystem::path folder(const std::string& name, std::size_t storage) const {
    return dir_ / name / std::to_string(storage);
  }

  support::TempDir dir_;
};

std::string row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::vector<std::string> heads(const char* first) {
  std::vector<std::string> cells{first};
  for (const Held& held : kHeld) cells.emplace_back(held.name);
  return cells;
}

// "10^-312", or what else was said.
std::string said(const json& report) {
  const json& verdict = report.at("verdict");
  const std::string klass = verdict.at("class");
  if (klass != "shared-weights") return klass;
  return fmt::format("10^{:.0f}", verdict.at("log10_p").get<double>());
}

// What the description says of rounding; empty: nothing.
std::string rounding(const json& report) {
  const std::string text = report.at("tables").dump();
  for (const std::string start : {"rounded to ", "equal but for rounding", "matrices equal"}) {
    const std::size_t at = text.find(start);
    if (at == std::string::npos) continue;
    return text.substr(at, text.find_first_of(":;\"", at) - at);
  }
  return {};
}

struct Result {
  std::string text;
  bool clean = true;  // every child found, no stranger accused
};

Result compareAll() {
  const Models models;
  Result result;
  constexpr std::size_t kCount = std::size(kHeld);
  std::string children = row(heads("parent \\ child"));
  children += row(std::vector<std::string>(kCount + 1, "---"));
  std::size_t found = 0, accused = 0;
  double smallest = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    std::vector<std::string> cells{kHeld[i].name};
    for (std::size_t j = 0; j < kCount; ++j) {
      cells.push_back(said(models.compared("parent", i, "child", j)));
      found += cells.back().starts_with("10^");
      const json stranger = models.compared("parent", i, "stranger", j).at("verdict");
      accused += stranger.at("class") != "no-evidence";
      smallest = std::min(smallest, stranger.at("log10_p").get<double>());
    }
    children += row(cells);
    std::cerr << children.substr(children.rfind('\n', children.size() - 2) + 1);
  }
  std::string copies = row({"stored as", "beside its BF16"});
  copies += row({"---", "---"});
  for (std::size_t j = 1; j < kCount; ++j) {
    copies += row({kHeld[j].name, rounding(models.compared("parent", 0, "parent", j))});
  }
  result.clean = found == kCount * kCount && accused == 0;
  result.text = fmt::format(
      "A trained model of two layers, 256 wide, and a child trained further on other text, each in "
      "twelve storages: {} of {} pairs are found (p-values adjusted, as `kindred compare` prints "
      "them):\n\n{}\nA stranger trained from another seed on the same text is accused in {} of {} "
      "pairs (smallest adjusted p: 10^{:.1f}). What the description says of the same "
      "weights:\n\n{}",
      found, kCount * kCount, children, accused, kCount * kCount, smallest, copies);
  return result;
}

}  // namespace
}  // namespace kindred::bench

int main() {
  const auto [text, clean] = kindred::bench::compareAll();
  kindred::bench::writeBetweenMarks("formats.md", "pairs of storages", text);
  return clean ? 0 : 1;
}
