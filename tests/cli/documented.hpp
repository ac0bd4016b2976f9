// Commands that pages tell people to type, typed in a folder with the models that they speak of.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {

inline const std::filesystem::path kRepository = KINDRED_SOURCE_DIR;

using Lines = std::vector<std::string>;

Lines linesOf(const std::string& text);
// The first fenced block of this language on a page.
std::string firstOf(const std::filesystem::path& page, const std::string& language);

// A folder as the pages suppose it, and a shell in it that finds `kindred` in the folder `bin`.
class World {
 public:
  explicit World(const std::filesystem::path& bin);
  support::RunResult type(const std::string& command) const;
  const support::TempDir& folder() const { return dir_; }

 private:
  support::TempDir dir_;
  std::filesystem::path bin_;
};

// "..." stands for any number of lines, or for the rest of one.
bool matches(std::span<const std::string> said, std::span<const std::string> expected);

// Types every command of the program that stands on a page of this repository, and holds what comes
// out against what the page says. How many were typed, and of how many the page says what they
// print.
struct Typed {
  std::size_t commands = 0, printed = 0;
};
Typed typeAll(const std::string& page, const std::filesystem::path& bin);

}  // namespace kindred::clitest
