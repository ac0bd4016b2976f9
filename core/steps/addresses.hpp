// Figures' addresses: STEP.METRIC[.FIGURE].AGGREGATE and the like. Whether a step has the metric,
// and that the figure, is known only when its plugins are; makeTools() checks that.
#pragma once

#include <string>
#include <vector>

#include "recipe/reader.hpp"
#include "steps/step.hpp"

namespace kindred::steps {

// Reads "STEP.METRIC[.FIGURE]" of one of `steps`, and reports what does not exist.
recipe::FigureAddress readTableAddress(const yaml::Node& node, const std::vector<Step>& steps,
                                       recipe::Reading& reading);
// Reads what an expectation may name.
recipe::FigureAddress readFigureAddress(const yaml::Node& node, const std::vector<Step>& steps,
                                        recipe::Reading& reading);

// What every test has, whatever figures it declares.
std::vector<std::string> findingColumns();

}  // namespace kindred::steps
