// Starting the program, against an empty one.
#include <fmt/format.h>

#include "sections.hpp"

namespace kindred::bench {
namespace {

constexpr int kRuns = 40;

}  // namespace

std::string startUp(const std::filesystem::path&) {
  const double empty = bestOf(kRuns, [] { return runProgram({KINDRED_EMPTY}, true); }).seconds;
  const auto times = [&](const std::vector<std::string>& arguments) {
    return bestOf(kRuns, [&] { return kindred(arguments); }).seconds / empty;
  };
  return fmt::format("An empty C++ program takes {:.2f} ms; the best of {} runs each.\n\n",
                     1000 * empty, kRuns) +
         kHead + line("`kindred --help`, times an empty program", times({"--help"}), false, 2.5) +
         line("`kindred plugins`", times({"plugins"}), false, 5) +
         line("`kindred plan` of the demo's recipe",
              times({"plan", KINDRED_SOURCE_DIR "/configs/demo.yaml"}), false, 8);
}

}  // namespace kindred::bench
