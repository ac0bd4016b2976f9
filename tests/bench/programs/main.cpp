// bench_programs [--print] [NAME...]: whole runs of the program, each section of docs/benchmarks.md
// that is named, or all: startup, hashes, local, strangers, growth. Writes them into the page, with
// --print it does not. Needs 8 GB in the folder for temporary files.
#include <cstdio>
#include <exception>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "bench/marks.hpp"
#include "sections.hpp"
#include "support/temp_dir.hpp"

namespace kindred::bench {

Spent kindred(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), KINDRED_BINARY);
  return runProgram(arguments, true);
}

std::string line(const std::string& what, double value, bool at_least, double limit) {
  const bool met = at_least ? value >= limit : value <= limit;
  return fmt::format("| {} | {:.2f} | at {} {:g} | {} |\n", what, value,
                     at_least ? "least" : "most", limit, met ? "met" : "not met");
}

namespace {

using Section = std::string (*)(const std::filesystem::path&);

int run(std::set<std::string> names) {
  const std::map<std::string, Section> sections{{"startup", startUp},
                                                {"hashes", hashes},
                                                {"local", localFiles},
                                                {"strangers", strangers},
                                                {"growth", growth}};
  const bool writes = names.erase("--print") == 0;
  for (const std::string& name : names) {
    if (!sections.contains(name)) throw std::runtime_error("no section named '" + name + "'");
  }
  for (const auto& [name, section] : sections) {
    if (!names.empty() && !names.contains(name)) continue;
    const support::TempDir scratch;
    const std::string text = section(scratch.path());
    fmt::print("{}\n{}\n", name, text);
    std::fflush(stdout);
    if (writes) writeBetweenMarks("benchmarks.md", name, text);
  }
  return 0;
}

}  // namespace
}  // namespace kindred::bench

int main(int argc, char** argv) {
  try {
    return kindred::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_programs: {}\n", error.what());
    return 1;
  }
}
