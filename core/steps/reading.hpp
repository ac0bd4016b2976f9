// How a step is read from a recipe: what kinds share.
#pragma once

#include <string>
#include <vector>

#include "recipe/reader.hpp"
#include "recipe/words.hpp"
#include "steps/step.hpp"

namespace kindred::steps {

struct StepReading : recipe::Reading {
  const yaml::Node& node;
  const std::vector<Step>& earlier;
  Step& step;  // its kind is made of what a kind's read() returns

  // The models that a key names, one or a list; nothing where the key is missing.
  void readModels(const char* key);
  // Reports a model that a list names twice.
  void checkDifferent(const yaml::Node& list, const char* reason);
};

// Which tensors of the models under 'compare' meet, for kinds that pair them.
struct Met {
  recipe::Selection selection;
  recipe::Meeting meeting;
  recipe::Sample sample;
};
Met readMet(StepReading& reading);

// The steps of a recipe, each checked against those before it.
std::vector<Step> readSteps(const yaml::Node& steps, recipe::Reading& reading);

}  // namespace kindred::steps
