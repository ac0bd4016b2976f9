// A fresh folder for one test, removed with all that is in it when the object ends.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace kindred::support {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string text() const { return path_.string(); }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  // Writes a file, and the folders above it; returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

// The whole file; throws std::runtime_error where it can't be read.
std::string readFile(const std::filesystem::path& file);

}  // namespace kindred::support
