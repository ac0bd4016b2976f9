#include "bench.hpp"

#include <algorithm>
#include <cstdio>

#include "support/loaded_plugin.hpp"

namespace kindred::bench {
namespace {

bool all_met = true;

}  // namespace

std::unique_ptr<Source> makeSource(Changes changes) {
  changes.insert(changes.begin(), {{"layout", "files"}, {"cache-size", "0"}});
  return support::load<Source>("http-range", std::move(changes));
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

void target(const std::string& name, double value, bool at_least, double limit) {
  const bool met = at_least ? value >= limit : value <= limit;
  all_met = all_met && met;
  std::printf("  %-58s %8.3f  (%s %g: %s)\n", name.c_str(), value,
              at_least ? "at least" : "at most", limit, met ? "met" : "NOT MET");
  std::fflush(stdout);
}

bool allMet() { return all_met; }

}  // namespace kindred::bench
