// A fingerprint file (.kfp), and its comparison with itself.
#include "fingerprint/compare.hpp"
#include "fingerprint/file.hpp"
#include "harness.hpp"
#include "model.hpp"
#include "support/open_model.hpp"
#include "support/sources.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) { return kindred::fuzz::loadFormats(); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  fuzz::answered([&] {
    support::MemorySource source;
    source.put("m", "m.kfp", fuzz::textOf(data, size));
    const auto location = source.open("m");
    const auto print = fingerprint::read(source, *location, support::builtFormats());
    fingerprint::compare(fingerprint::Reference(print), print, -6);
  });
  return 0;
}
