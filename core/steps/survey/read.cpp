#include "steps/reading.hpp"

namespace kindred::steps {
namespace {

constexpr recipe::Key kSurveyUseKeys[] = {
    {.name = "plugin",
     .shape = &recipe::kName,
     .required = true,
     .example = "router-alignment",
     .meaning = "the survey plugin (`kindred plugins` lists them)"},
    {.name = "as",
     .shape = &recipe::kName,
     .fallback = "the plugin's name",
     .example = "routers",
     .meaning = "the name in results and addresses"},
};
constexpr recipe::Shape kSurvey{.title = "A survey",
                                .says = "a survey's name or a mapping with the key 'plugin'",
                                .scalar = recipe::ScalarType::name,
                                .keys = kSurveyUseKeys,
                                .parameters = true,
                                .shorthand = "plugin"};
constexpr recipe::Key kSurveyKeys[] = {
    {.name = "survey",
     .shape = &kSurvey,
     .example = "{plugin: router-alignment, seed: 7}",
     .meaning =
         "a plugin that looks at whole matrices of the models that `compare` names, and gives "
         "figures and tables",
     .needs = "compare",
     .excludes = "describe|test|metrics|pair|sample"},
};

}  // namespace

std::span<const recipe::Key> SurveySteps::keys() { return kSurveyKeys; }

asked::Survey SurveySteps::read(StepReading& reading) {
  reading.readModels("compare");
  if (const yaml::Node* compare = reading.node.find("compare")) {
    reading.checkDifferent(*compare, "a survey sees each model once");
  }
  return {recipe::readSelect(reading.node.find("select"), reading),
          recipe::readPluginUse(*reading.node.find("survey"))};
}

}  // namespace kindred::steps
