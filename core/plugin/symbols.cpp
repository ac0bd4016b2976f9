// boost::dll::library_info would be the obvious tool, but in the Boost of today's distributions it
// reads .symtab only, which `strip` removes, mixes the file's string tables up where there are
// several, and trusts every offset. The dynamic symbol table is what the linker itself will use.
#include "plugin/symbols.hpp"

#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>

#include <kindred/error.hpp>

namespace kindred::plugin {
namespace {

using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);

constexpr std::uint64_t kLargestTable = 256ull << 20;  // bytes; a real one has some hundred KiB

class Library {
 public:
  explicit Library(const std::filesystem::path& path)
      : place_(path.string()), file_(path, std::ios::binary | std::ios::ate) {
    if (!file_) fail("can't be read", "check that it exists and is readable");
    size_ = static_cast<std::uint64_t>(file_.tellg());
  }

  template <class T>
  std::vector<T> table(std::uint64_t offset, std::uint64_t bytes) {
    if (offset > size_ || bytes > size_ - offset || bytes > kLargestTable) {
      fail("is a damaged shared library: a table leaves the file", "build it again");
    }
    std::vector<T> items(bytes / sizeof(T));
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(reinterpret_cast<char*>(items.data()),
               static_cast<std::streamsize>(items.size() * sizeof(T)));
    if (!file_) fail("can't be read", "check the disk");
    return items;
  }

  [[noreturn]] void fail(const std::string& what, const std::string& remedy) const {
    throw Error(Category::plugin, place_, what, remedy);
  }

  Header header() {
    if (size_ < sizeof(Header)) failFormat();
    const Header found = table<Header>(0, sizeof(Header)).front();
    const unsigned char native = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
    const bool elf = std::memcmp(found.e_ident, ELFMAG, SELFMAG) == 0;
    if (!elf || found.e_ident[EI_CLASS] != native || found.e_type != ET_DYN ||
        found.e_shentsize != sizeof(Section)) {
      failFormat();
    }
    return found;
  }

 private:
  [[noreturn]] void failFormat() const {
    fail("is not a shared library of this machine",
         "build it with kindred_add_plugin(), or remove it from the plugin folder");
  }

  std::string place_;
  std::ifstream file_;
  std::uint64_t size_ = 0;
};

bool isExported(const Symbol& symbol) {
  const unsigned binding = symbol.st_info >> 4;  // the same in 32 and 64 bits
  return symbol.st_shndx != SHN_UNDEF && binding != STB_LOCAL &&
         (symbol.st_other & 3) == STV_DEFAULT;
}

}  // namespace

std::vector<std::string> exportedSymbols(const std::filesystem::path& path) {
  Library library(path);
  const Header header = library.header();
  const auto sections =
      library.table<Section>(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Section));
  std::vector<std::string> names;
  std::uint64_t bytes = 0;
  for (const Section& section : sections) {
    if (section.sh_type != SHT_DYNSYM) continue;
    if (section.sh_link >= sections.size()) {
      library.fail("is a damaged shared library: its symbols have no names", "build it again");
    }
    const Section& strings = sections[section.sh_link];
    const auto text = library.table<char>(strings.sh_offset, strings.sh_size);
    for (const Symbol& symbol : library.table<Symbol>(section.sh_offset, section.sh_size)) {
      if (!isExported(symbol) || symbol.st_name >= text.size()) continue;
      const char* begin = text.data() + symbol.st_name;
      names.emplace_back(begin, strnlen(begin, text.size() - symbol.st_name));
      bytes += names.back().size();
      // Names may share their bytes, which a few symbols of long ones would fill any memory with.
      if (bytes > kLargestTable) {
        library.fail("is a damaged shared library: its symbols' names are too long",
                     "build it again");
      }
    }
    break;  // a library has one
  }
  return names;
}

}  // namespace kindred::plugin
