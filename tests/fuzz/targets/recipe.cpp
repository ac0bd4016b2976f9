// A recipe in YAML, and where something is wrong with it, the lines that say so.
#include "steps/recipe.hpp"
#include "harness.hpp"
#include "recipe/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  fuzz::answered([&] { steps::parse(fuzz::textOf(data, size), "recipe.yaml"); });
  return 0;
}
