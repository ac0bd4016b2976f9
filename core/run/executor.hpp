// What runs steps: threads, other ranks, a journal, progress, memory.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "results/results.hpp"
#include "run/progress.hpp"
#include "run/units.hpp"

namespace kindred::run {

struct Executor {
  Progress& progress;
  unsigned threads = 1;
  Crew crew = {};
  // What was found of each tensor that was read whole, by model and place: judging its values takes
  // longer than reading it, and a model takes part in many pairs.
  std::map<std::pair<std::string, std::string>, results::TensorContent> contents = {};
  std::uint64_t peak_memory_bytes = 0;  // private

  // Keeps the peak.
  void noteMemory();
};

}  // namespace kindred::run
