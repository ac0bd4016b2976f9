#include "run/aggregate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "run/figures.hpp"

namespace kindred::run {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double quantile(std::vector<double> sorted, double q) {
  std::sort(sorted.begin(), sorted.end());
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

double mean(const std::vector<double>& values) {
  long double sum = 0;
  for (const double v : values) sum += v;
  return static_cast<double>(sum / static_cast<long double>(values.size()));
}

double deviation(const std::vector<double>& values) {
  const double centre = mean(values);
  long double sum = 0;
  for (const double v : values) sum += (v - centre) * (v - centre);
  return static_cast<double>(std::sqrt(sum / static_cast<long double>(values.size())));
}

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
    const auto figures = figuresOf(row.finding);
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

double aggregate(std::span<const double> values, const std::string& how) {
  std::vector<double> defined;
  std::copy_if(values.begin(), values.end(), std::back_inserter(defined),
               [](double v) { return !std::isnan(v); });
  if (how == "count") return static_cast<double>(defined.size());
  if (defined.empty()) return kNaN;
  if (how == "mean") return mean(defined);
  if (how == "sd") return deviation(defined);
  if (how == "min") return *std::min_element(defined.begin(), defined.end());
  if (how == "max") return *std::max_element(defined.begin(), defined.end());
  if (how == "median") return quantile(defined, 0.5);
  if (how.size() >= 2 && how[0] == 'p') return quantile(defined, std::atof(how.c_str() + 1) / 100);
  return kNaN;
}

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
                     : aggregate(valuesOf(results, address), address.aggregate);
  result.met = (!expectation.least || result.value >= *expectation.least) &&
               (!expectation.most || result.value <= *expectation.most) &&
               !std::isnan(result.value);
  return result;
}

}  // namespace kindred::run
