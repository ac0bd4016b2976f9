// fuzz SECONDS [SEED]: feeds damaged checkpoints and recipes to their readers. Each must be read or
// refused with a kindred::Error; anything else (another exception, a crash, a sanitizer's report)
// is a defect. Prints the seed, so that a failure can be repeated.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <kindred/error.hpp>
#include <kindred/random.hpp>

#include "models/checkpoint.hpp"
#include "steps/recipe.hpp"
#include "support/open_model.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"
#include "support/temp_dir.hpp"

namespace {

using kindred::Random;
using namespace std::chrono;

const std::vector<std::string> kSpice{"18446744073709551615",
                                      "-1",
                                      "1e308",
                                      "0.5",
                                      "null",
                                      "[[[[",
                                      "{",
                                      "}",
                                      "\"dtype\"",
                                      "\"F4\"",
                                      "\"../../x\"",
                                      "\\u0000",
                                      "\xff\xfe",
                                      "*a",
                                      "&a",
                                      "<<: *a",
                                      "? :",
                                      "{layer}",
                                      "!!binary ",
                                      "\t"};

std::string damaged(std::string text, Random& random) {
  for (std::uint64_t n = 1 + random.below(6); n > 0 && !text.empty(); --n) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = std::min<std::size_t>(1 + random.below(16), text.size() - at);
    switch (random.below(5)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(random.below(text.size()), length));
        break;
      case 3:
        text.replace(at, length, kSpice[random.below(kSpice.size())]);
        break;
      default:
        text.insert(at, kSpice[random.below(kSpice.size())]);
    }
  }
  return text;
}

void readCheckpoint(const std::string& file, const std::string& index) {
  kindred::support::MemorySource source;
  source.put("m", "model.safetensors", file);
  if (!index.empty()) source.put("m", "model.safetensors.index.json", index);
  const auto location = source.open("m");
  kindred::support::openStored("m", source, *location);
}

// How often the input was refused; throws whatever is no kindred::Error.
template <class Read>
bool refused(Read&& read) {
  try {
    read();
    return false;
  } catch (const kindred::Error& error) {
    if (error.category() == kindred::Category::internal) throw;
    return true;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto end = steady_clock::now() + seconds(argc > 1 ? std::atoi(argv[1]) : 10);
  const std::uint64_t seed =
      argc > 2 ? std::strtoull(argv[2], nullptr, 10)
               : static_cast<std::uint64_t>(system_clock::now().time_since_epoch().count());
  std::cout << "seed " << seed << std::endl;
  Random random(seed);
  using kindred::DType;
  const std::string file = kindred::support::safetensorsBytes(
      {kindred::support::randomTensor("model.layers.0.w", DType::BF16, {4, 8}, 1),
       kindred::support::randomTensor("b", DType::F4, {16}, 2),
       kindred::support::randomTensor("empty", DType::F32, {0, 3}, 3)});
  const std::string index =
      R"({"metadata":{"total_size":72},"weight_map":{"model.layers.0.w":"model.safetensors",)"
      R"("b":"model.safetensors","empty":"model.safetensors"}})";
  const std::string recipe =
      kindred::support::readFile(std::string(KINDRED_SOURCE_DIR) + "/configs/demo.yaml");
  std::uint64_t inputs = 0, refusals = 0;
  while (steady_clock::now() < end) {
    const bool damage_index = random.below(2) == 0;
    refusals += refused([&] {
      readCheckpoint(damage_index ? file : damaged(file, random),
                     damage_index ? damaged(index, random) : "");
    });
    const kindred::steps::Checked checked =
        kindred::steps::parse(damaged(recipe, random), "fuzz.yaml");
    refusals += !checked.diagnostics.empty();
    inputs += 2;
  }
  std::cout << inputs << " inputs, " << refusals << " refused, none mistaken\n";
  return 0;
}
