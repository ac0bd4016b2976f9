// What the parts of the benchmark of the remote source share.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <kindred/source.hpp>

#include "bench/spent.hpp"

namespace kindred::bench {

using Changes = std::vector<std::pair<std::string, Parameters::Value>>;
// The plugin's defaults, without a cache and with plain files, and some changed.
std::unique_ptr<Source> makeSource(Changes changes);

double median(std::vector<double> values);

// Prints one target: "name: value (target)", and remembers whether it was met.
void target(const std::string& name, double value, bool at_least, double limit);
bool allMet();

// Each throws where the bytes are not equal, before it times anything.
void bulk();
void latency();
void hub();
void giants();

}  // namespace kindred::bench
