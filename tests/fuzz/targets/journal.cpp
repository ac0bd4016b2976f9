// What a run left behind to be gone on with, and what ranks tell each other: the result of a step,
// and a model's profile.
#include "harness.hpp"
#include "results/read.hpp"
#include "steps/test/profiled.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  const std::string text = fuzz::textOf(data, size);
  fuzz::answered([&] { results::stepResultOf("step.json", text); });
  fuzz::answered([&] { steps::profiledOf("profile.json", text); });
  return 0;
}
