// Symbol tables of libraries, which may be anybody's.
#include "plugin/symbols.hpp"

#include <elf.h>
#include <gmock/gmock.h>
#include <link.h>

#include <cstring>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"

namespace kindred::plugin {
namespace {

template <class T>
std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// A library of nothing but so many tables of the same symbols, whose names begin in `names` one
// byte after the other.
std::string library(std::size_t tables, std::size_t symbols, const std::string& names) {
  ElfW(Ehdr) header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  header.e_type = ET_DYN;
  header.e_shentsize = sizeof(ElfW(Shdr));
  header.e_shnum = static_cast<ElfW(Half)>(1 + tables);
  header.e_shoff = sizeof header;
  ElfW(Shdr) text{}, table{};
  text.sh_type = SHT_STRTAB;
  text.sh_offset = sizeof header + (1 + tables) * sizeof text;
  text.sh_size = names.size();
  table.sh_type = SHT_DYNSYM;
  table.sh_offset = text.sh_offset + names.size();
  table.sh_size = symbols * sizeof(ElfW(Sym));
  std::string bytes = raw(header) + raw(text);
  for (std::size_t i = 0; i < tables; ++i) bytes += raw(table);
  bytes += names;
  for (std::size_t i = 0; i < symbols; ++i) {
    ElfW(Sym) symbol{};
    symbol.st_name = static_cast<ElfW(Word)>(i);
    symbol.st_info = STB_GLOBAL << 4;
    symbol.st_shndx = 1;
    bytes += raw(symbol);
  }
  return bytes;
}

TEST(Symbols, AreReadOfOneTable) {
  const support::TempDir folder;
  EXPECT_THAT(exportedSymbols(folder.write("x.so", library(3, 2, "ab"))),
              testing::ElementsAre("ab", "b"));
}

TEST(Symbols, ThatShareALongNameAreRefusedBeforeTheyFillTheMemory) {
  const support::TempDir folder;
  const auto path = folder.write("x.so", library(1, 1000, std::string(1'000'000, 'x')));
  EXPECT_THAT(support::refusalOf([&] { exportedSymbols(path); }).message(),
              testing::HasSubstr("names are too long"));
}

}  // namespace
}  // namespace kindred::plugin
