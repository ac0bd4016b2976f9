// The sections of docs/benchmarks.md that whole runs of the program fill. Each prints and returns a
// table in Markdown; folders that it needs it makes in `scratch`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/spent.hpp"

namespace kindred::bench {

// A run of the built program, silently; throws where it fails.
Spent kindred(std::vector<std::string> arguments);

std::string startUp(const std::filesystem::path& scratch);
std::string hashes(const std::filesystem::path& scratch);
std::string localFiles(const std::filesystem::path& scratch);
std::string strangers(const std::filesystem::path& scratch);
std::string growth(const std::filesystem::path& scratch);

// "| what | value | target | met |" with the target as text; none: "".
std::string line(const std::string& what, double value, bool at_least, double limit);
inline constexpr const char* kHead = "| what | value | target | |\n|---|---|---|---|\n";

}  // namespace kindred::bench
