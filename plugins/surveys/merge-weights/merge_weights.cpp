// Of which mixture of named parents a model may be made: the least-squares weights of its matrices
// on theirs, and what the mixture leaves unexplained.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::SurveyValue;
using kindred::survey::cell;

constexpr std::size_t kWeight = 0, kUnexplained = 1, kAlone = 2;  // figures
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

struct Mixture {
  std::vector<double> weights;  // NaN: parents cannot be told apart
  double unexplained = kNone;   // share of the child's square
  double alone = kNone;         // the same with the best parent alone
};

Mixture mixtureOf(const Products& products) {
  Mixture mixture;
  mixture.weights.assign(products.child.n_elem, kNone);
  if (!(products.square > 0) || !products.gram.is_finite()) return mixture;
  const auto share = [&](double explained) {
    return std::max(0.0, 1 - explained / products.square);
  };
  double best = 0;
  for (arma::uword i = 0; i < products.child.n_elem; ++i) {
    if (!(products.gram(i, i) > 0)) return mixture;
    best = std::max(best, products.child[i] * products.child[i] / products.gram(i, i));
  }
  mixture.alone = share(best);
  arma::vec solved;
  // Equal parents have no weights of their own: their Gram matrix is singular.
  if (arma::rcond(products.gram) < 1e-10) return mixture;
  if (!arma::solve(solved, products.gram, products.child, arma::solve_opts::no_approx)) {
    return mixture;
  }
  mixture.weights.assign(solved.begin(), solved.end());
  mixture.unexplained = share(arma::dot(solved, products.child));
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
    Products all(models.size() - 1);
    for (std::size_t t = 0; t < models[0]->tensors().size(); ++t) {
      const std::vector<std::size_t> parents = partnersOf(models, places, t);
      if (parents.empty()) continue;
      const Products products = productsOf(models, t, parents);
      record(mixtureOf(products), products.elements, t, parents, report);
      all += products;
    }
    if (all.elements == 0) {
      throw kindred::inputError(
          "",
          "no matrix of '" + models[0]->key() + "' has one of its name and shape in every parent",
          "select matrices that all models have");
    }
    report.tables.push_back(tableOf(models, mixtureOf(all), report));
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

  Products productsOf(std::span<const SurveyedModel* const> models, std::size_t tensor,
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
    const auto product = [&](std::size_t x, std::size_t y) {
      return kindred::linear::dot(values[x].data(), values[y].data(), values[0].size());
    };
    Products products(parents.size());
    products.elements = values[0].size();
    products.square = product(0, 0);
    for (std::size_t i = 0; i < parents.size(); ++i) {
      products.child[i] = product(0, i + 1);
      for (std::size_t j = 0; j < parents.size(); ++j) {
        products.gram(i, j) = product(i + 1, j + 1);
      }
    }
    return products;
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
  }

  static kindred::TextTable tableOf(std::span<const SurveyedModel* const> models,
                                    const Mixture& mixture, const SurveyReport& report) {
    kindred::TextTable table;
    table.title = "Weights of " + models[0]->key() + " on its parents";
    table.columns = {"parent", "weight", "least", "most"};
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
      table.rows.push_back(
          {models[p]->key(), cell(weight), cell(any ? least : kNone), cell(any ? most : kNone)});
    }
    table.note = fmt::format(
        "Least squares over all matrices together; least and most of any one matrix. The weights "
        "sum to {}. The mixture leaves {} of the square unexplained, the best parent alone {}.",
        cell(sum), cell(mixture.unexplained), cell(mixture.alone));
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
                   .in(kindred::Unit::share, 0, 1),
               kindred::figure("alone", "share of the square that the best parent alone leaves")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded),
               kindred::integer("rows", "1024", 1, 1e9,
                                "rows of each matrix at most, evenly spaced"))
