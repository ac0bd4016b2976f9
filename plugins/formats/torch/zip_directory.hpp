// Where the files of a zip archive lie in it. For archives whose files are stored and not
// compressed, as torch writes them: what is compressed is listed and can't be read.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <kindred/source.hpp>

namespace kindred::torch {

struct ZipEntry {
  std::uint64_t offset = 0;  // of the local header
  std::uint64_t bytes = 0;
  bool stored = true;
};

// By name. An Error where the directory is damaged, is not all there, names an entry twice, or
// names one that leaves the file.
std::map<std::string, ZipEntry> readZipDirectory(File& file);

// Where the bytes of a stored entry begin: its local header must name it, too.
std::uint64_t dataOf(File& file, const std::string& name, const ZipEntry& entry);

}  // namespace kindred::torch
