// A bundle: its directory and index, then the first byte of each range that it says it holds.
#include <vector>

#include <kindred/bundle/reader.hpp>

#include "file.hpp"
#include "harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  const fuzz::MemoryFile file(data, size);
  fuzz::answered([&] {
    const bundle::Bundle bundle(file.path());
    for (const bundle::HeldLocation& location : bundle.index().locations) {
      for (const bundle::HeldFile& held : location.files) {
        for (const bundle::Range& range : held.ranges) {
          std::vector<std::byte> whole(range.length), first(1);
          bundle.readUnchecked(range, whole);
          fuzz::answered([&] { bundle.read(held, range.offset, first); });
        }
      }
    }
  });
  return 0;
}
