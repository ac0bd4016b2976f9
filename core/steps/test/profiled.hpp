// What profiling a model came to, as a unit of work: other ranks, and a run that goes on, take from
// it what is dear to find again.
#pragma once

#include <optional>
#include <string>

#include <kindred/alignment.hpp>

#include "results/results.hpp"

namespace kindred::steps {

struct Profiled {
  results::StepResult result;
  Doubling doubling;
};

// None: it can't be saved.
std::optional<std::string> profiledJson(const Profiled& profiled);
// `place` stands for the text in errors.
Profiled profiledOf(const std::string& place, const std::string& text);

}  // namespace kindred::steps
