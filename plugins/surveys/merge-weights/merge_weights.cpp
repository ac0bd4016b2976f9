// Of which mixture of named parents a model may be made: the least-squares weights of its matrices
// on theirs with their errors, how well parents can be told apart, and what the mixture leaves
// unexplained. Weights are fitted where the parents differ most, and rounding to the stored type
// with them: where parents differ by few of its steps, rounding moves the weight.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/analysis/survey/moments.hpp>
#include <kindred/survey.hpp>

#include "mixture.hpp"

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::SurveyValue;
using kindred::merge::Mixture;
using kindred::merge::mixtureOf;
using kindred::merge::Sums;
using kindred::survey::cell;

constexpr std::size_t kWeight = 0, kUnexplained = 1, kAlone = 2, kError = 3, kCondition = 4;
constexpr std::size_t kRounding = 5, kAlong = 6, kCollinearity = 7;
constexpr double kNone = Mixture::kNone;

std::map<std::string, std::size_t> byName(const SurveyedModel& model) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < model.tensors().size(); ++i) {
    places.emplace(model.tensors()[i].name, i);
  }
  return places;
}

class MergeWeights final : public kindred::Survey {
 public:
  explicit MergeWeights(const kindred::Parameters& parameters)
      : rows_(static_cast<std::uint64_t>(parameters.integer("rows"))) {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    if (models.size() < 2) {
      throw kindred::inputError("", "a mixture needs a model and at least one parent",
                                "name the model first, then its parents");
    }
    std::vector<std::map<std::string, std::size_t>> places;
    for (const SurveyedModel* parent : models.subspan(1)) places.push_back(byName(*parent));
    SurveyReport report;
    Sums all(models.size() - 1);
    std::map<std::int64_t, Sums> layers;
    std::size_t matched = 0;
    for (std::size_t t = 0; t < models[0]->tensors().size(); ++t) {
      const std::vector<std::size_t> parents = partnersOf(models, places, t);
      if (parents.empty()) continue;
      const Sums sums = sumsOf(models, t, parents);
      record(mixtureOf(sums), sums.all.elements, t, parents, report);
      all += sums;
      ++matched;
      const std::int64_t layer = models[0]->tensors()[t].layer;
      if (layer >= 0) layers.try_emplace(layer, models.size() - 1).first->second += sums;
    }
    if (all.all.elements == 0) {
      throw kindred::inputError(
          "",
          "no matrix of '" + models[0]->key() + "' has one of its name and shape in every parent",
          "select matrices that all models have");
    }
    report.tables.push_back(tableOf(models, mixtureOf(all), report));
    if (layers.size() > 1) report.tables.push_back(layerTable(models, layers));
    // One matrix is too little to write down a whole model's recipe.
    if (auto yaml = yamlTable(models, mixtureOf(all), layers); matched > 1 && !yaml.rows.empty()) {
      report.tables.push_back(std::move(yaml));
    }
    return report;
  }

 private:
  // The tensor of each parent that has the name and shape of the model's; empty where one lacks it,
  // and for vectors: gains of norms are alike in all models.
  static std::vector<std::size_t> partnersOf(
      std::span<const SurveyedModel* const> models,
      const std::vector<std::map<std::string, std::size_t>>& places, std::size_t tensor) {
    const kindred::TensorInfo& info = models[0]->tensors()[tensor];
    std::vector<std::size_t> partners;
    if (info.shape.size() < 2 || info.elements == 0) return partners;
    for (std::size_t p = 0; p < places.size(); ++p) {
      const auto found = places[p].find(info.name);
      if (found == places[p].end()) return {};
      if (models[p + 1]->tensors()[found->second].shape != info.shape) return {};
      partners.push_back(found->second);
    }
    return partners;
  }

  Sums sumsOf(std::span<const SurveyedModel* const> models, std::size_t tensor,
              const std::vector<std::size_t>& parents) const {
    const std::uint64_t all = models[0]->tensors()[tensor].shape[0];
    std::vector<std::uint32_t> rows;
    for (std::uint64_t i = 0; all > rows_ && i < rows_; ++i) {
      rows.push_back(static_cast<std::uint32_t>(i * all / rows_));
    }
    std::vector<std::vector<float>> values{models[0]->read(tensor, rows).values};
    for (std::size_t p = 0; p < parents.size(); ++p) {
      values.push_back(models[p + 1]->read(parents[p], rows).values);
    }
    const kindred::TensorInfo& child = models[0]->tensors()[tensor];
    return kindred::merge::sumsOf(values, child.codec.empty() ? child.dtype : kindred::DType::F32);
  }

  static void record(const Mixture& mixture, std::uint64_t elements, std::size_t tensor,
                     const std::vector<std::size_t>& parents, SurveyReport& report) {
    const auto of = [&](std::size_t figure, std::size_t parent, double value) {
      report.values.push_back({figure, 0, tensor, parent + 1, parents[parent], elements, value});
    };
    const auto ofTensor = [&](std::size_t figure, double value) {
      SurveyValue one{figure, 0, tensor};
      one.elements = elements;
      one.value = value;
      report.values.push_back(one);
    };
    for (std::size_t p = 0; p < parents.size(); ++p) of(kWeight, p, mixture.weights[p]);
    ofTensor(kUnexplained, mixture.unexplained);
    ofTensor(kAlone, mixture.alone);
    for (std::size_t p = 0; p < parents.size(); ++p) {
      of(kError, p, mixture.errors[p]);
      of(kRounding, p, mixture.rounding[p]);
    }
    ofTensor(kCondition, std::isfinite(mixture.condition) ? mixture.condition : kNone);
    if (parents.size() != 2) return;
    ofTensor(kAlong, mixture.along);
    ofTensor(kCollinearity, mixture.collinearity);
  }

  static kindred::TextTable tableOf(std::span<const SurveyedModel* const> models,
                                    const Mixture& mixture, const SurveyReport& report) {
    kindred::TextTable table;
    table.title = "Weights of " + models[0]->key() + " on its parents";
    table.columns = {"parent", "weight", "from", "to", "least", "most"};
    double sum = 0;
    for (std::size_t p = 1; p < models.size(); ++p) {
      double least = std::numeric_limits<double>::infinity(), most = -least;
      for (const SurveyValue& value : report.values) {
        if (value.figure != kWeight || value.model_b != p || std::isnan(value.value)) continue;
        least = std::min(least, value.value);
        most = std::max(most, value.value);
      }
      const double weight = mixture.weights[p - 1];
      sum += weight;
      const bool any = least <= most;
      table.rows.push_back({models[p]->key(), cell(weight), from(mixture, p - 1),
                            to(mixture, p - 1), cell(any ? least : kNone),
                            cell(any ? most : kNone)});
    }
    table.note = fmt::format(
        "Least squares over the quarter of all elements at which the parents differ most; from and "
        "to "
        "hold the weight with 95 % (jackknife over blocks of rows, which takes blocks for "
        "independent, and the most that rounding to the stored type can do); least and most of any "
        "one matrix. The weights sum to {}. The mixture leaves "
        "{} "
        "of the square unexplained, the best parent alone {}. {}",
        cell(sum), cell(mixture.unexplained), cell(mixture.alone), conditionText(mixture));
    return table;
  }

  static std::string from(const Mixture& mixture, std::size_t p) {
    return cell(mixture.weights[p] - mixture.half(p));
  }
  static std::string to(const Mixture& mixture, std::size_t p) {
    return cell(mixture.weights[p] + mixture.half(p));
  }

  static std::string conditionText(const Mixture& mixture) {
    constexpr double kBad = 30;
    if (mixture.weights.size() < 2) return "One parent alone: there is nothing to tell apart.";
    if (!std::isfinite(mixture.condition)) {
      return "The parents are too alike to have weights of their own.";
    }
    return fmt::format(
        "The condition number of the parents is {}{}", cell(mixture.condition, 1),
        mixture.condition > kBad
            ? ": they are so alike that small changes of the model, such as rounding, "
              "move the weights by much, while their sum stays."
            : ".");
  }

  // The mixture as mergekit's YAML, a line a row: one weight of each parent where those of all
  // layers fit it, else one a layer. None where some weight is not known.
  static kindred::TextTable yamlTable(std::span<const SurveyedModel* const> models,
                                      const Mixture& pooled,
                                      const std::map<std::int64_t, Sums>& layers) {
    kindred::TextTable table;
    std::vector<Mixture> of_layers;
    for (const auto& [layer, sums] : layers) of_layers.push_back(mixtureOf(sums));
    const bool numbered = !layers.empty() && layers.begin()->first == 0 &&
                          layers.rbegin()->first + 1 == static_cast<std::int64_t>(layers.size());
    bool constant = !numbered || layers.size() < 2;
    if (!constant) constant = fitsAllLayers(pooled, of_layers);
    double sum = 0;
    std::vector<std::string> weights;
    for (std::size_t p = 0; p < pooled.weights.size(); ++p) {
      sum += pooled.weights[p];
      std::vector<std::string> anchors;
      for (const Mixture& mixture : of_layers) anchors.push_back(weightText(mixture.weights[p]));
      if (constant) anchors = {weightText(pooled.weights[p])};
      for (const std::string& anchor : anchors) {
        if (anchor.empty()) return table;
      }
      weights.push_back(constant ? anchors.front() : fmt::format("[{}]", fmt::join(anchors, ", ")));
    }
    table.title = "The mixture as mergekit's YAML";
    table.columns = {"line"};
    table.rows = {{"merge_method: linear"}, {"models:"}};
    for (std::size_t p = 0; p < weights.size(); ++p) {
      table.rows.push_back({"  - model: " + models[p + 1]->key()});
      table.rows.push_back({"    parameters: {weight: " + weights[p] + "}"});
    }
    constexpr double kNearlyOne = 0.01;
    table.rows.push_back({fmt::format("parameters: {{normalize: {}}}",
                                      std::abs(sum - 1) < kNearlyOne ? "true" : "false")});
    table.note =
        "Fitted, not read from anywhere: kindred replay says whether it gives the model's bits.";
    return table;
  }

  static std::string weightText(double weight) {
    return std::isfinite(weight) ? fmt::format("{:.7g}", weight) : std::string();
  }

  // Whether the weight of all layers together lies in the interval of nearly every layer.
  static bool fitsAllLayers(const Mixture& pooled, const std::vector<Mixture>& layers) {
    constexpr double kNothing = 1e-4;  // a difference that no merge makes on purpose
    std::size_t outside = 0, all = 0;
    for (const Mixture& layer : layers) {
      for (std::size_t p = 0; p < pooled.weights.size(); ++p, ++all) {
        const double off = std::abs(layer.weights[p] - pooled.weights[p]);
        outside += !(off <= std::max(layer.half(p), kNothing));
      }
    }
    constexpr std::size_t kTenth = 10;
    return outside * kTenth <= all;
  }

  // Each layer's weights with their intervals, and how well its parents are told apart.
  static kindred::TextTable layerTable(std::span<const SurveyedModel* const> models,
                                       const std::map<std::int64_t, Sums>& layers) {
    kindred::TextTable table;
    table.title = "Weights of " + models[0]->key() + " by layer";
    table.columns = {"layer", "parent", "weight", "from", "to", "unexplained", "condition"};
    for (const auto& [layer, sums] : layers) {
      const Mixture mixture = mixtureOf(sums);
      const std::string condition =
          std::isfinite(mixture.condition) ? cell(mixture.condition, 1) : "-";
      for (std::size_t p = 0; p + 1 < models.size(); ++p) {
        table.rows.push_back({cell(layer), models[p + 1]->key(), cell(mixture.weights[p]),
                              from(mixture, p), to(mixture, p), cell(mixture.unexplained),
                              condition});
      }
    }
    table.note = "As in the table above, of the matrices of a layer together.";
    return table;
  }

  std::uint64_t rows_;
};

}  // namespace

KINDRED_SURVEY(MergeWeights, "merge-weights", "1.0",
               "Least-squares weights of a model's matrices on those of named parents",
               kindred::figure("merge-weights", "the weight of a parent's matrix")
                   .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded),
               kindred::figure("unexplained", "share of the square that the mixture leaves")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded),
               kindred::figure("alone", "share of the square that the best parent alone leaves")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded),
               kindred::figure("error", "standard error of a parent's weight")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded),
               kindred::figure("condition", "condition number of the parents' cosines")
                   .in(kindred::Unit::number, 1, kindred::kUnbounded),
               kindred::figure("rounding", "most by which rounding can have moved the weight")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded),
               kindred::figure("along",
                               "of two parents: place of the model on the line from the "
                               "second to the first, over all elements")
                   .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded),
               kindred::figure("collinearity",
                               "of two parents: cosine of the model's difference "
                               "from the second with the first's")
                   .in(kindred::Unit::cosine, -1, 1),
               kindred::integer("rows", "1024", 1, 1e9,
                                "rows of each matrix at most, evenly spaced"))
