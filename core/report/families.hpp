// All pairs of many models: who shares weights with whom.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "report/context.hpp"

namespace kindred::report {

// Groups of models that pairs connect, each sorted, largest first. Models without any are groups of
// one.
std::vector<std::vector<std::string>> connected(
    const std::vector<std::string>& models,
    const std::vector<std::pair<std::string, std::string>>& related);

struct Family {
  std::vector<std::string> models;
  // Models without which the family falls into `parts`, among which tests found nothing: a merge of
  // two families joins them so. Empty: there are none.
  std::vector<std::string> joints;
  std::vector<std::vector<std::string>> parts;
  // Pairs of one of its models with another's that were not run or could not be tested: a model
  // alone with such a pair need not be alone.
  std::uint64_t undecided = 0;
};

// Of the models asked about, controls left out.
std::vector<Family> families(const Context& context);

// For the terminal: the families, then every pair of relatives with its p-value.
std::string familySummary(const Context& context);

}  // namespace kindred::report
