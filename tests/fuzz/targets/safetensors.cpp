// A file of safetensors: header, catalogue, the first and last numbers of each tensor.
#include "harness.hpp"
#include "model.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) { return kindred::fuzz::loadFormats(); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred::fuzz;
  answered([&] { openModel({{"model.safetensors", textOf(data, size)}}); });
  return 0;
}
