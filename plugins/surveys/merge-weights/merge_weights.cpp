// Of which mixture of named parents a model may be made: the least-squares weights of its matrices
// on theirs with their errors, how well parents can be told apart, and what the mixture leaves
// unexplained. Weights are fitted where the parents differ most: where they differ by few steps of
// the stored type, rounding moves the weight.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::SurveyValue;
using kindred::survey::cell;

constexpr std::size_t kWeight = 0, kUnexplained = 1, kAlone = 2, kError = 3, kCondition = 4;
constexpr std::size_t kBlocks = 20;  // of rows, for the jackknife
constexpr double kT = 2.093;         // 97.5 % of Student's t with that many less one
constexpr double kMostAlike =
    0.75;                         // share of elements that are left out, where parents agree most
constexpr double kEnough = 0.02;  // share of elements that differ by more than these
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Inner products that least squares needs; sums over tensors.
struct Products {
  arma::mat gram;     // of the parents
  arma::vec child;    // of each parent with the child
  double square = 0;  // of the child
  std::uint64_t elements = 0;

  explicit Products(std::size_t parents)
      : gram(parents, parents, arma::fill::zeros), child(parents, arma::fill::zeros) {}

  Products& operator+=(const Products& other) {
    gram += other.gram;
    child += other.child;
    square += other.square;
    elements += other.elements;
    return *this;
  }
};

// Of a tensor: sums over all of its sampled elements, and by blocks of rows over those at which the
// parents differ most.
struct Sums {
  Products all;
  std::vector<Products> telling;

  explicit Sums(std::size_t parents) : all(parents), telling(kBlocks, Products(parents)) {}

  Sums& operator+=(const Sums& other) {
    all += other.all;
    for (std::size_t b = 0; b < kBlocks; ++b) telling[b] += other.telling[b];
    return *this;
  }

  Products tellingBut(std::size_t left_out) const {
    Products sum(all.child.n_elem);
    for (std::size_t b = 0; b < kBlocks; ++b) {
      if (b != left_out) sum += telling[b];
    }
    return sum;
  }
};

struct Mixture {
  std::vector<double> weights;  // NaN: parents cannot be told apart
  std::vector<double> errors;   // standard ones, by the jackknife over blocks of rows
  double unexplained = kNone;   // share of the child's square
  double alone = kNone;         // the same with the best parent alone
  double condition = kNone;     // of the parents' correlations: 1 at a right angle
};

// How much an error of the child is magnified in the weights: the root of the ratio of the largest
// and the least eigenvalue of the parents' cosines. Infinite for equal parents.
double conditionOf(const arma::mat& gram) {
  const arma::vec sizes = arma::sqrt(gram.diag());
  const arma::mat cosines = gram / (sizes * sizes.t());
  arma::vec values;
  if (!cosines.is_finite() || !arma::eig_sym(values, cosines)) return kNone;
  constexpr double kNothing = 1e-12;
  return values.min() > kNothing ? std::sqrt(values.max() / values.min())
                                 : std::numeric_limits<double>::infinity();
}

// Empty where the parents can't be told apart.
arma::vec weightsOf(const Products& products) {
  arma::vec solved;
  if (!products.gram.is_finite() || arma::rcond(products.gram) < 1e-10 ||
      !arma::solve(solved, products.gram, products.child, arma::solve_opts::no_approx)) {
    solved.reset();
  }
  return solved;
}

std::vector<double> errorsOf(const Sums& sums, std::size_t parents) {
  std::vector<arma::vec> list;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    if (sums.telling[b].elements == 0) continue;
    arma::vec weights = weightsOf(sums.tellingBut(b));
    if (!weights.is_empty()) list.push_back(std::move(weights));
  }
  std::vector<double> errors(parents, kNone);
  if (list.size() < 2) return errors;
  const auto count = static_cast<double>(list.size());
  for (std::size_t p = 0; p < parents; ++p) {
    double mean = 0, squares = 0;
    for (const arma::vec& weights : list) mean += weights[p] / count;
    for (const arma::vec& weights : list) squares += (weights[p] - mean) * (weights[p] - mean);
    errors[p] = std::sqrt((count - 1) / count * squares);
  }
  return errors;
}

Mixture mixtureOf(const Sums& sums) {
  const Products& products = sums.all;
  const std::size_t parents = products.child.n_elem;
  Mixture mixture;
  mixture.weights.assign(parents, kNone);
  mixture.errors.assign(parents, kNone);
  if (!(products.square > 0) || !products.gram.is_finite()) return mixture;
  double best = 0;
  for (arma::uword i = 0; i < parents; ++i) {
    if (!(products.gram(i, i) > 0)) return mixture;
    best = std::max(best, products.child[i] * products.child[i] / products.gram(i, i));
  }
  const auto share = [&](double explained) {
    return std::max(0.0, 1 - explained / products.square);
  };
  mixture.alone = share(best);
  const Products telling = sums.tellingBut(kBlocks);
  mixture.condition = conditionOf(telling.gram);
  // Equal parents have no weights of their own: their Gram matrix is singular.
  const arma::vec solved = weightsOf(telling);
  if (solved.is_empty()) return mixture;
  mixture.weights.assign(solved.begin(), solved.end());
  mixture.errors = errorsOf(sums, parents);
  mixture.unexplained = share(2 * arma::dot(solved, products.child) -
                              arma::as_scalar(solved.t() * products.gram * solved));
  return mixture;
}

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
    for (std::size_t t = 0; t < models[0]->tensors().size(); ++t) {
      const std::vector<std::size_t> parents = partnersOf(models, places, t);
      if (parents.empty()) continue;
      const Sums sums = sumsOf(models, t, parents);
      record(mixtureOf(sums), sums.all.elements, t, parents, report);
      all += sums;
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
    if (auto yaml = yamlTable(models, mixtureOf(all), layers); !yaml.rows.empty()) {
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
    Sums sums(parents.size());
    addProducts(values, 0, values[0].size(), sums.all);
    const std::vector<std::vector<float>> telling = whereParentsDiffer(values);
    const std::size_t count = telling[0].size();
    for (std::size_t b = 0; b < kBlocks; ++b) {
      addProducts(telling, b * count / kBlocks, (b + 1) * count / kBlocks, sums.telling[b]);
    }
    return sums;
  }

  // The child's values and its parents' at the elements at which these differ most, in order. What
  // is chosen by the parents alone leaves the child's weights unbiased.
  static std::vector<std::vector<float>> whereParentsDiffer(
      const std::vector<std::vector<float>>& values) {
    std::vector<float> spread(values[0].size());
    for (std::size_t i = 0; i < spread.size(); ++i) {
      float least = values[1][i], most = least;
      for (std::size_t p = 2; p < values.size(); ++p) {
        least = std::min(least, values[p][i]);
        most = std::max(most, values[p][i]);
      }
      spread[i] = values.size() == 2 ? std::abs(least) : most - least;
    }
    std::vector<float> sorted(spread);
    const auto at = sorted.begin() +
                    static_cast<std::ptrdiff_t>(kMostAlike * static_cast<double>(sorted.size()));
    std::nth_element(sorted.begin(), at, sorted.end());
    // On a lattice many differ by the same: these are taken only where few differ by more.
    const auto beyond =
        std::count_if(spread.begin(), spread.end(), [&](float x) { return x > *at; });
    const bool enough = static_cast<double>(beyond) >= kEnough * static_cast<double>(spread.size());
    std::vector<std::vector<float>> chosen(values.size());
    for (std::size_t i = 0; i < spread.size(); ++i) {
      if (enough ? !(spread[i] > *at) : spread[i] < *at) continue;
      for (std::size_t m = 0; m < values.size(); ++m) chosen[m].push_back(values[m][i]);
    }
    return chosen;
  }

  // Of the elements [first, end).
  static void addProducts(const std::vector<std::vector<float>>& values, std::size_t first,
                          std::size_t end, Products& products) {
    const auto product = [&](std::size_t x, std::size_t y) {
      return end == first ? 0.0
                          : kindred::linear::dot(values[x].data() + first, values[y].data() + first,
                                                 end - first);
    };
    products.elements += end - first;
    products.square += product(0, 0);
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
      products.child[i] += product(0, i + 1);
      for (std::size_t j = 0; j + 1 < values.size(); ++j) {
        products.gram(i, j) += product(i + 1, j + 1);
      }
    }
  }

  static void record(const Mixture& mixture, std::uint64_t elements, std::size_t tensor,
                     const std::vector<std::size_t>& parents, SurveyReport& report) {
    for (std::size_t p = 0; p < parents.size(); ++p) {
      report.values.push_back(
          {kWeight, 0, tensor, p + 1, parents[p], elements, mixture.weights[p]});
    }
    SurveyValue one{kUnexplained, 0, tensor};
    one.elements = elements;
    one.value = mixture.unexplained;
    report.values.push_back(one);
    one.figure = kAlone;
    one.value = mixture.alone;
    report.values.push_back(one);
    for (std::size_t p = 0; p < parents.size(); ++p) {
      report.values.push_back({kError, 0, tensor, p + 1, parents[p], elements, mixture.errors[p]});
    }
    one.figure = kCondition;
    one.value = std::isfinite(mixture.condition) ? mixture.condition : kNone;
    report.values.push_back(one);
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
        "independent); least and most of any one matrix. The weights sum to {}. The mixture leaves "
        "{} "
        "of the square unexplained, the best parent alone {}. {}",
        cell(sum), cell(mixture.unexplained), cell(mixture.alone), conditionText(mixture));
    return table;
  }

  static std::string from(const Mixture& mixture, std::size_t p) {
    return cell(mixture.weights[p] - kT * mixture.errors[p]);
  }
  static std::string to(const Mixture& mixture, std::size_t p) {
    return cell(mixture.weights[p] + kT * mixture.errors[p]);
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
        outside += !(off <= std::max(kT * layer.errors[p], kNothing));
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
    table.columns = {"layer"};
    for (std::size_t p = 1; p < models.size(); ++p) {
      for (const char* part : {"", ", from", ", to"})
        table.columns.push_back(models[p]->key() + part);
    }
    table.columns.insert(table.columns.end(), {"unexplained", "condition"});
    for (const auto& [layer, sums] : layers) {
      const Mixture mixture = mixtureOf(sums);
      std::vector<std::string>& row = table.rows.emplace_back();
      row.push_back(cell(layer));
      for (std::size_t p = 0; p + 1 < models.size(); ++p) {
        row.insert(row.end(), {cell(mixture.weights[p]), from(mixture, p), to(mixture, p)});
      }
      row.push_back(cell(mixture.unexplained));
      row.push_back(std::isfinite(mixture.condition) ? cell(mixture.condition, 1) : "-");
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
               kindred::integer("rows", "1024", 1, 1e9,
                                "rows of each matrix at most, evenly spaced"))
