#include "steps/addresses.hpp"

#include <algorithm>

#include "recipe/words.hpp"
#include "steps/schema.hpp"

namespace kindred::steps {
namespace {

using recipe::FigureAddress;
using recipe::quote;
using recipe::Reading;
using recipe::split;
using yaml::described;
using yaml::Node;

// Splits at dots, keeping empty parts.
std::vector<std::string> parts(std::string_view address) {
  std::vector<std::string> out;
  for (std::size_t from = 0;;) {
    const std::size_t dot = address.find('.', from);
    out.emplace_back(address.substr(from, dot - from));
    if (dot == std::string_view::npos) return out;
    from = dot + 1;
  }
}

bool isAggregate(std::string_view word) {
  const std::vector<std::string> named = split(kAggregates);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::find(named.begin(), named.end(), word) != named.end() ||
         (word.size() == 3 && word[0] == 'p' && digit(word[1]) && digit(word[2]) && word != "p00");
}

// Of that name and sound; reports where there is none, unless what it should be is wrong itself.
const Step* findStep(const std::string& name, const std::vector<Step>& steps, const Node& node,
                     Reading& reading) {
  std::vector<std::string> known;
  bool sound = true;
  for (const Step& step : steps) {
    if (step.name == name) return step.sound ? &step : nullptr;
    if (!step.name.empty()) known.push_back(step.name);
    sound &= step.sound;
  }
  if (!sound && recipe::didYouMean(name, known).empty()) return nullptr;
  reading.report(node.place, "unknown step " + quote(name),
                 reading.near(name, known, "no step stands before this one"));
  return nullptr;
}

// Metrics and their figures are checked where their plugins are known; those of documents here.
void resolveDocumentFigure(const Step& step, FigureAddress& address, const Node& node,
                           Reading& reading) {
  const DocumentKind* kind = documentKind(step);
  if (kind == nullptr) return;
  if (address.metric != kind->word) {
    reading.report(node.place,
                   "step " + quote(step.name) + " has no metric " + quote(address.metric),
                   reading.near(address.metric, metricNames(step), ""));
    return;
  }
  if (address.figure.empty()) address.figure = kind->figures.front().name;
  if (hasFigure(*kind, address.figure)) return;
  std::vector<std::string> known;
  for (const DocumentFigure& figure : kind->figures) known.emplace_back(figure.name);
  reading.report(node.place, quote(kind->word) + " has no figure " + quote(address.figure),
                 reading.near(address.figure, known, ""));
}

// Which figures a test has beside these is known only when its plugin is.
void readFindingAddress(const Node& node, const std::vector<std::string>& words, Reading& reading) {
  if (words.size() == 2 && recipe::isName(words[1])) return;
  reading.report(
      node.place,
      "step " + quote(words[0]) + " is a test and has no figure " +
          quote(node.scalar.substr(std::min(node.scalar.size(), words[0].size() + 1))),
      "a test has " + recipe::alternatives(findingColumns()) + ", or a figure of its own");
}

}  // namespace

std::vector<std::string> findingColumns() { return split(kFindingColumns); }

FigureAddress readTableAddress(const Node& node, const std::vector<Step>& steps, Reading& reading) {
  const std::vector<std::string> words = parts(node.scalar);
  if (words.size() < 2 || words.size() > 3) {
    reading.report(node.place,
                   "expected STEP.METRIC or STEP.METRIC.FIGURE, but got " + described(node));
    return {};
  }
  const Step* step = findStep(words[0], steps, node, reading);
  if (step == nullptr) return {};
  if (isTest(*step) || documentKind(*step) != nullptr) {
    reading.report(node.place,
                   "step " + quote(step->name) + " is " +
                       (isTest(*step) ? "a test and has no table"
                                      : "about documents and has no table of tensors"),
                   "name a step with 'metrics'");
    return {};
  }
  return {words[0], words[1], words.size() == 3 ? words[2] : "", ""};
}

FigureAddress readFigureAddress(const Node& node, const std::vector<Step>& steps,
                                Reading& reading) {
  const std::vector<std::string> words = parts(node.scalar);
  const Step* step = findStep(words[0], steps, node, reading);
  if (step == nullptr) return {};
  if (isTest(*step)) {
    readFindingAddress(node, words, reading);
    return {words[0], words.size() > 1 ? words[1] : "", "", ""};
  }
  if (words.size() < 2) {
    reading.report(node.place, "expected STEP.METRIC.AGGREGATE, but got " + described(node));
    return {};
  }
  if (words.size() < 3 || words.size() > 4 || !isAggregate(words.back())) {
    std::vector<std::string> aggregates = split(kAggregates);
    aggregates.emplace_back("a percentile such as p05");
    reading.report(node.place, "figure " + quote(node.scalar) + " does not end in an aggregate",
                   "STEP.METRIC.AGGREGATE or STEP.METRIC.FIGURE.AGGREGATE with " +
                       recipe::alternatives(aggregates));
    return {};
  }
  FigureAddress address{words[0], words[1], words.size() == 4 ? words[2] : "", words.back()};
  resolveDocumentFigure(*step, address, node, reading);
  return address;
}

}  // namespace kindred::steps
