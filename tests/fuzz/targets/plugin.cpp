// What a plugin says of itself before it is loaded: the symbol table of its library; and the line
// that an older name of it is.
#include "file.hpp"
#include "harness.hpp"
#include "plugin/alias.hpp"
#include "plugin/symbols.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  const fuzz::MemoryFile file(data, size);
  fuzz::answered([&] { plugin::exportedSymbols(file.path()); }, Category::plugin);
  fuzz::answered([&] { plugin::readAlias(file.path()); }, Category::plugin);
  return 0;
}
