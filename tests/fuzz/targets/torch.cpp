// An archive of torch.save(), zip or legacy, and what its pickles build.
#include "harness.hpp"
#include "model.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) { return kindred::fuzz::loadFormats(); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred::fuzz;
  answered([&] { openModel({{"pytorch_model.bin", textOf(data, size)}}); });
  return 0;
}
