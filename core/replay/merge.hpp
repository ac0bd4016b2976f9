// How a model is said to be made of others: what mergekit's YAML says, as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/diagnostics.hpp"

namespace kindred::replay {

// A number that may depend on a tensor's name and on how deep in the model it stands.
class Setting {
 public:
  struct Case {
    std::string filter;           // part of a tensor's name; empty: any
    std::vector<double> anchors;  // evenly spaced over the depth, between which it is interpolated
  };
  Setting() = default;
  explicit Setting(std::vector<Case> cases) : cases_(std::move(cases)) {}

  // `depth` within [0, 1]. Nothing where no case fits.
  std::optional<double> at(std::string_view tensor, double depth) const;
  const std::vector<Case>& cases() const { return cases_; }

 private:
  std::vector<Case> cases_;
};

enum class Method { linear, slerp, task_arithmetic, passthrough };
std::string_view name(Method method);

// Parameters of a merge, a slice or one of its models; what is said further in counts.
struct Settings {
  Setting weight, t, lambda, scale;
  std::optional<bool> normalize;
};

struct Ingredient {
  std::string model;  // as the file names it: a path, a Hub name, either with +ADAPTER
  // Layers [first, end) of it; none: all.
  std::optional<std::uint64_t> first = {}, end = {};
  Settings settings = {};
  yaml::Place place = {};
};

// Layers of the result that are made of the same layers of models.
struct Slice {
  std::vector<Ingredient> ingredients;
  Settings settings;
  std::string base = {};  // empty: the merge's
};

enum class Precision { stored, single, half, bfloat };  // `stored`: nothing is said

struct Merge {
  Method method = Method::linear;
  std::string base;  // empty: none
  std::vector<Slice> slices;
  bool whole = false;  // one slice of all layers
  Settings settings;
  Precision dtype = Precision::stored;   // of the arithmetic
  std::vector<std::string> passed_over;  // keys that say nothing of weights: tokenizer, ...

  const std::string& baseOf(const Slice& slice) const {
    return slice.base.empty() ? base : slice.base;
  }
  // Every model once, in the order in which they are named; the base last where nothing else
  // names it.
  std::vector<std::string> models() const;
};

// Reads mergekit's YAML. All that is wrong with it is one Error, with lines; so is what is not
// replayed, such as a method that draws at random.
Merge readMerge(std::string_view text, const std::string& file);

// The same merge as YAML: reads back as it is.
std::string written(const Merge& merge);

}  // namespace kindred::replay
