#include "run/aggregate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "evidence/figures.hpp"
#include "results/aggregate.hpp"

namespace kindred::run {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string wantedText(const recipe::Expectation& expectation) {
  if (expectation.least && expectation.most) {
    return *expectation.least == *expectation.most
               ? fmt::format("equal to {}", *expectation.least)
               : fmt::format("between {} and {}", *expectation.least, *expectation.most);
  }
  return expectation.least ? fmt::format("at least {}", *expectation.least)
                           : fmt::format("at most {}", expectation.most.value_or(kNaN));
}

// A figure of a test's own: of several findings that have it the one with the smallest p-value.
double detailValue(const results::Results& results, const recipe::FigureAddress& address) {
  double value = kNaN, smallest = std::numeric_limits<double>::infinity();
  for (const evidence::StepFinding& row : results.findings) {
    if (row.step != address.step || !(row.finding.log10_p < smallest)) continue;
    const auto figures = evidence::figuresOf(row.finding);
    const auto found = figures.find(address.metric);
    if (found == figures.end()) continue;
    value = found->second;
    smallest = row.finding.log10_p;
  }
  return value;
}

double findingValue(const results::Results& results, const recipe::FigureAddress& address) {
  std::vector<double> values;
  for (const evidence::StepFinding& row : results.findings) {
    if (row.step != address.step) continue;
    if (address.metric == "log10_p") values.push_back(row.finding.log10_p);
    if (address.metric == "log10_p_adjusted") values.push_back(row.log10_p_adjusted);
    if (address.metric == "statistic") values.push_back(row.finding.statistic);
  }
  // Several findings of one step: the most telling one.
  if (values.empty()) return detailValue(results, address);
  return address.metric == "statistic" ? *std::max_element(values.begin(), values.end())
                                       : *std::min_element(values.begin(), values.end());
}

}  // namespace

std::vector<double> valuesOf(const results::Results& results,
                             const recipe::FigureAddress& address) {
  std::vector<double> values;
  std::string figure = address.figure;
  for (const results::Observation& row : results.observations) {
    if (row.step != address.step || row.metric != address.metric) continue;
    if (figure.empty()) figure = row.figure;
    if (row.figure == figure) values.push_back(row.value);
  }
  return values;
}

results::ExpectationResult judge(const recipe::Expectation& expectation,
                                 const results::Results& results) {
  const recipe::FigureAddress& address = expectation.address;
  results::ExpectationResult result;
  result.figure = expectation.figure;
  result.wanted = wantedText(expectation);
  result.origin = expectation.origin;
  result.place = recipe::text(expectation.place);
  result.value = address.aggregate.empty()
                     ? findingValue(results, address)
                     : results::aggregate(valuesOf(results, address), address.aggregate);
  const auto skipped =
      std::find_if(results.skipped.begin(), results.skipped.end(),
                   [&](const results::Skipped& entry) { return entry.step == address.step; });
  if (std::isnan(result.value) && skipped != results.skipped.end()) {
    result.reason = skipped->reason;
  }
  result.met = (!expectation.least || result.value >= *expectation.least) &&
               (!expectation.most || result.value <= *expectation.most) &&
               !std::isnan(result.value);
  return result;
}

}  // namespace kindred::run
