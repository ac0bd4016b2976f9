#include "run/architecture_files.hpp"

#include "results/hash.hpp"

namespace kindred::run {

std::string foreignFiles(const models::Architecture& architecture) {
  std::string files;
  for (const auto& [name, text] : architecture.foreign()) {
    files += (files.empty() ? "" : ", ") + name + ".yaml (XXH3-128 " + results::xxh3(text) + ")";
  }
  return files;
}

}  // namespace kindred::run
