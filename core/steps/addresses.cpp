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
  bool named = true;
  for (const Step& step : steps) {
    if (step.name == name) return step.sound ? &step : nullptr;
    if (!step.name.empty()) known.push_back(step.name);
    named &= !step.name.empty();
  }
  if (!named && recipe::didYouMean(name, known).empty()) return nullptr;
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

// What follows the step's name.
std::string behindStep(const Node& node, const std::vector<std::string>& words) {
  return node.scalar.substr(std::min(node.scalar.size(), words[0].size() + 1));
}

// Which figures a test has beside these is known only when its plugin is.
void readFindingAddress(const Node& node, const std::vector<std::string>& words, Reading& reading) {
  if (words.size() == 2 && recipe::isName(words[1])) return;
  const bool goes_on = words.size() > 2 && words::contains(findingColumns(), words[1]);
  reading.report(
      node.place,
      "step " + quote(words[0]) + " is a test and has no figure " + quote(behindStep(node, words)),
      goes_on
          ? "did you mean " + quote(words[0] + "." + words[1]) + "?"
          : "a test has " + recipe::alternatives(findingColumns()) + ", or a figure of its own");
}

// What an address that is none of a figure may have meant: with what is wrong in it corrected, and
// what lacks filled in. Empty where that can't be told.
std::string meantFigure(const Step& step, const std::vector<std::string>& words) {
  const std::vector<std::string> metrics = metricNames(step), aggregates = split(kAggregates);
  const bool ends = words.size() > 2 || isAggregate(words[1]);
  std::string metric = words[1], aggregate = ends ? words.back() : aggregates.front();
  if (metrics.size() == 1) metric = metrics.front();
  if (!words::contains(metrics, metric)) metric = recipe::didYouMean(metric, metrics);
  if (!isAggregate(aggregate)) aggregate = recipe::didYouMean(aggregate, aggregates);
  const DocumentKind* documents = documentKind(step);
  if (words.size() == 3 && documents != nullptr && hasFigure(*documents, words[2])) {
    return step.name + "." + metric + "." + words[2] + "." + aggregates.front();
  }
  if (metric.empty() || aggregate.empty() || words.size() > 4) return {};
  return step.name + "." + metric + (words.size() == 4 ? "." + words[2] : "") + "." + aggregate;
}

// "write norms.cosine.mean or norms.mad.mean; ..."
std::string figuresOf(const Step& step) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> figures, aggregates = split(kAggregates);
  for (const std::string& metric : metricNames(step)) {
    if (figures.size() == kShown) break;
    figures.push_back(step.name + "." + metric + "." + aggregates.front());
  }
  const std::string first = aggregates.front();
  aggregates.erase(aggregates.begin());
  aggregates.emplace_back("a percentile such as p05");
  return "write " + recipe::alternatives(figures) +
         (metricNames(step).size() > kShown ? " and others" : "") + "; for " + first + " also " +
         recipe::alternatives(aggregates);
}

// Reports an address that is none of a figure of a step that is no test.
void reportNoFigure(const Step& step, const std::vector<std::string>& words, const Node& node,
                    Reading& reading) {
  if (words.size() == 2 && words::contains(findingColumns(), words[1])) {
    reading.report(node.place,
                   "step " + quote(step.name) + " is no test and has no " + quote(words[1]),
                   figuresOf(step));
    return;
  }
  const std::string meant = meantFigure(step, words);
  reading.report(node.place, "figure " + quote(node.scalar) + " does not end in an aggregate",
                 meant.empty() ? figuresOf(step) : "did you mean " + quote(meant) + "?");
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
    reading.report(node.place, "expected STEP.METRIC.AGGREGATE, but got " + described(node),
                   figuresOf(*step));
    return {};
  }
  if (words.size() < 3 || words.size() > 4 || !isAggregate(words.back())) {
    reportNoFigure(*step, words, node, reading);
    return {};
  }
  FigureAddress address{words[0], words[1], words.size() == 4 ? words[2] : "", words.back()};
  resolveDocumentFigure(*step, address, node, reading);
  return address;
}

}  // namespace kindred::steps
