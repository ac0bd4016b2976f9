#include "cli/listed.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include <kindred/error.hpp>

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestList = 16'000'000;

}  // namespace

bool namesList(const fs::path& file) {
  std::error_code ignored;
  const std::string ending = file.extension().string();
  return fs::is_regular_file(file, ignored) &&
         (ending.empty() || ending == ".txt" || ending == ".list");
}

std::vector<ModelArgument> listed(const fs::path& file) {
  std::error_code problem;
  if (fs::file_size(file, problem) > kLargestList || problem) {
    throw inputError(file.string(), "is too large for a list of models",
                     "name a folder, a fingerprint or a text file with a model a line");
  }
  std::ifstream in(file);
  std::vector<ModelArgument> models;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    if (++number == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);  // of some editors
    line.resize(std::min(line.find('#'), line.size()));
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    if (line.find('\0') != std::string::npos) {
      throw inputError(file.string(), "is no text file",
                       "name a folder, a fingerprint or a text file with a model a line");
    }
    const fs::path beside = file.parent_path() / line;
    try {
      models.push_back(fs::exists(beside, problem) ? modelArgument("file:" + beside.string())
                                                   : modelArgument(line));
    } catch (const Error& error) {
      const std::string where = error.place().empty() ? "" : error.place() + ": ";
      throw inputError(fmt::format("{}:{}", file.string(), number), where + error.message(),
                       error.remedy());
    }
  }
  return models;
}

}  // namespace kindred::cli
