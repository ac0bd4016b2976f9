// A step of a recipe as a checked value: what all kinds have, and what its own kind asks for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recipe/values.hpp"
#include "steps/kinds.hpp"

namespace kindred::steps {

struct Step {
  std::string name;
  std::string note;                 // what its figures say and what they don't, for readers
  std::string claim, why;           // who claims what of them, and what the step is there for
  std::vector<std::string> models;  // as many as its kind takes, in order
  recipe::Place place;
  Kind kind;
  bool sound = true;  // its kind and what it measures are as the schema wants them: where not,
                      // nothing is reported that may follow from that
};

// The key that makes a step one of its kind, which stands for it in results: "compare".
std::string_view word(const Step& step);
// What it measures, tests or looks with; none for steps about documents.
std::vector<recipe::PluginUse> pluginsOf(const Step& step);
// How results name what it measures: metrics, its survey, or the word of a step about documents.
std::vector<std::string> metricNames(const Step& step);
// Null: it takes none.
const recipe::Sample* sampleOf(const Step& step);
const asked::PairTest* pairTest(const Step& step);
// Null: it looks at tensors.
const DocumentKind* documentKind(const Step& step);
bool isTest(const Step& step);
bool isSurvey(const Step& step);
// How the tensors of two models meet, as a recipe writes it; empty where a step compares none.
std::string pairingOf(const Step& step);

}  // namespace kindred::steps
