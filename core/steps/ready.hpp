// A step of one kind with its tools: metrics and tests made from their plugins with checked
// parameters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugin/plugin.hpp"

namespace kindred::steps {

struct Step;
class ToolMaker;
class Planning;
struct StepReading;

// What a figure is of.
struct Measure {
  std::string name;  // in results
  const plugin::Plugin* plugin = nullptr;
  std::vector<std::string> figures;  // in order
};

template <class Object>
struct MetricOf : Measure {
  std::unique_ptr<Object> object;
};

struct NoTools {};

template <class Asked>
struct Ready {
  const Step* step;
  const Asked* asked;
  typename Asked::Tools tools;
};
template <class Asked>
struct ReadyOf {
  using type = Ready<Asked>;
};

}  // namespace kindred::steps
