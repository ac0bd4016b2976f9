// Centred kernel alignment of each layer of one model with each of another, unbiased.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/stats/assignment.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>
#include <kindred/random.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::survey::cell;
using kindred::survey::Series;

constexpr std::uint64_t kMostBytes = std::uint64_t{512} << 20;

// Half of the U-centred Gram matrix of the examples (columns of `features`), scaled to length 1.
// Inner products of two of these are the unbiased linear CKA (Kornblith et al., ICML 2019, with the
// unbiased HSIC of Song et al., JMLR 13 (2012), as in Nguyen et al., ICLR 2021):
//   K_ij = x_i . x_j with zero diagonal,  m_i = sum_j K_ij / (n-2) - sum K / (2 (n-1)(n-2)),
//   K~_ij = K_ij - m_i - m_j for i != j,  CKA = <K~, L~> / sqrt(<K~, K~> <L~, L~>),
// the last as Szekely and Rizzo, Annals of Statistics 42 (2014), write it.
arma::vec centredGram(const arma::mat& features) {
  arma::mat gram = kindred::linear::innerProducts(features, features);
  const arma::uword n = gram.n_rows;
  const auto count = static_cast<double>(n);
  gram.diag().zeros();
  const arma::vec sums = arma::sum(gram, 1);
  const double all = arma::accu(sums) / (2 * (count - 1) * (count - 2));
  arma::vec half(n * (n - 1) / 2);
  double square = 0;
  for (arma::uword j = 1, at = 0; j < n; ++j) {
    for (arma::uword i = 0; i < j; ++i, ++at) {
      half[at] = gram(i, j) - (sums[i] + sums[j]) / (count - 2) + 2 * all;
      square += half[at] * half[at];
    }
  }
  if (std::isfinite(square) && square > 0) {
    half /= std::sqrt(square);
  } else {
    half.fill(std::numeric_limits<double>::quiet_NaN());
  }
  return half;
}

class Cka final : public kindred::Survey {
 public:
  explicit Cka(const kindred::Parameters& p)
      : examples_(static_cast<std::size_t>(p.integer("examples"))),
        seed_(static_cast<std::uint64_t>(p.integer("seed"))),
        of_columns_(p.text("axis") == "columns") {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    kindred::survey::needTwo(models);
    SurveyReport report;
    kindred::survey::forPairs(models, [&](std::size_t i, std::size_t j) {
      for (const auto& [a, b] : kindred::survey::matched(*models[i], *models[j])) {
        compare(models, i, a, j, b, report);
      }
    });
    if (report.values.empty()) {
      throw kindred::inputError(
          "", "no matrices of two models have four " + std::string(axis()) + " in common",
          "axis: columns needs equally wide matrices, axis: rows as many rows");
    }
    return report;
  }

 private:
  const char* axis() const { return of_columns_ ? "columns" : "rows"; }

  // How many examples a tensor has; 0: it is no matrix.
  std::uint64_t length(const kindred::TensorInfo& info) const {
    if (info.shape.size() != 2 || info.elements == 0) return 0;
    return info.shape[of_columns_ ? 1 : 0];
  }

  // How many examples all matrices of the series have; 0 where they differ.
  std::uint64_t commonLength(const SurveyedModel& model, const Series& series) const {
    const std::uint64_t first = length(model.tensors()[series.tensors.begin()->second]);
    for (const auto& [layer, tensor] : series.tensors) {
      if (length(model.tensors()[tensor]) != first) return 0;
    }
    return first;
  }

  std::vector<std::size_t> drawn(std::uint64_t all) const {
    std::vector<std::size_t> places(all);
    std::iota(places.begin(), places.end(), std::size_t{0});
    if (all <= examples_) return places;
    kindred::Random(seed_).shuffle(std::span(places));
    places.resize(examples_);
    std::sort(places.begin(), places.end());
    return places;
  }

  // Columns are examples.
  arma::mat features(const kindred::Matrix& matrix, const std::vector<std::size_t>& places) const {
    arma::mat found(of_columns_ ? matrix.rows : matrix.columns, places.size());
    for (std::size_t e = 0; e < places.size(); ++e) {
      for (std::size_t f = 0; f < found.n_rows; ++f) {
        const std::size_t row = of_columns_ ? f : places[e], column = of_columns_ ? places[e] : f;
        found(f, e) = matrix.values[row * matrix.columns + column];
      }
    }
    return found;
  }

  // A column a layer.
  arma::mat grams(const SurveyedModel& model, const Series& series,
                  const std::vector<std::size_t>& places) const {
    const std::size_t n = places.size();
    arma::mat all(n * (n - 1) / 2, series.tensors.size());
    arma::uword column = 0;
    for (const auto& [layer, tensor] : series.tensors) {
      all.col(column++) = centredGram(features(model.read(tensor), places));
    }
    return all;
  }

  void compare(std::span<const SurveyedModel* const> models, std::size_t i, const Series& a,
               std::size_t j, const Series& b, SurveyReport& report) const {
    const std::uint64_t length_a = commonLength(*models[i], a);
    if (length_a < 4 || length_a != commonLength(*models[j], b)) return;
    const std::vector<std::size_t> places = drawn(length_a);
    const std::uint64_t pairs = places.size() * (places.size() - 1) / 2;
    if (pairs > kMostBytes / sizeof(double) / (a.tensors.size() + b.tensors.size())) {
      throw kindred::inputError("", "so many examples of so many layers need more than 512 MiB",
                                "lower 'examples', or select fewer layers");
    }
    const arma::mat of_a = grams(*models[i], a, places), of_b = grams(*models[j], b, places);
    arma::mat values(of_a.n_cols, of_b.n_cols);
    for (arma::uword x = 0; x < of_a.n_cols; ++x) {
      for (arma::uword y = 0; y < of_b.n_cols; ++y) values(x, y) = inner(of_a, x, of_b, y);
    }
    arma::uword x = 0;
    for (const auto& [layer_a, tensor_a] : a.tensors) {
      arma::uword y = 0;
      for (const auto& [layer_b, tensor_b] : b.tensors) {
        report.values.push_back({0, i, tensor_a, j, tensor_b, pairs, values(x, y++)});
      }
      ++x;
    }
    report.tables.push_back(tableOf(*models[i], a, *models[j], b, values, places.size()));
  }

  static double inner(const arma::mat& a, arma::uword x, const arma::mat& b, arma::uword y) {
    const double *of_a = a.colptr(x), *of_b = b.colptr(y);
    double sums[4] = {};
    for (arma::uword k = 0; k < a.n_rows; ++k) sums[k % 4] += of_a[k] * of_b[k];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

  kindred::TextTable tableOf(const SurveyedModel& model_a, const Series& a,
                             const SurveyedModel& model_b, const Series& b, const arma::mat& values,
                             std::size_t examples) const {
    kindred::TextTable table;
    table.title = "Unbiased linear CKA of " + a.kind() + ": each layer's best partner";
    table.columns = {
        "layer of " + model_a.key(), "assigned", "cka", "own number", "best", "margin"};
    table.note = "Examples are " + cell(static_cast<std::int64_t>(examples)) + " " + axis() +
                 ", features the " + (of_columns_ ? "rows" : "columns") + ". assigned: layer of " +
                 model_b.key() +
                 " by linear assignment; best: by itself; margin: to the second best. CKA does not "
                 "change when features are rotated; it does when examples are reordered.";
    if (!values.is_finite()) return table;
    const arma::mat by_row = values.t();  // column-major: row-major as values
    const kindred::stats::MatrixView<double> view{
        {by_row.memptr(), by_row.n_elem}, values.n_rows, values.n_cols};
    const auto best = kindred::stats::assignRelabelled(view, kindred::stats::Goal::maximise, seed_);
    std::vector<std::int64_t> layers_b;
    for (const auto& [layer, tensor] : b.tensors) layers_b.push_back(layer);
    std::size_t x = 0;
    for (const auto& [layer, tensor] : a.tensors) {
      std::vector<double> row(view.row(x), view.row(x) + view.columns);
      const std::size_t assigned = best.column_of_row[x++];
      const auto own = std::find(layers_b.begin(), layers_b.end(), layer) - layers_b.begin();
      const auto top = std::max_element(row.begin(), row.end()) - row.begin();
      const bool is_assigned = assigned != kindred::stats::kUnassigned;
      std::vector<std::string> line{cell(layer), is_assigned ? cell(layers_b[assigned]) : "-",
                                    is_assigned ? cell(row[assigned]) : "-",
                                    static_cast<std::size_t>(own) < row.size()
                                        ? cell(row[static_cast<std::size_t>(own)])
                                        : "-",
                                    cell(layers_b[static_cast<std::size_t>(top)])};
      std::sort(row.begin(), row.end(), std::greater<>());
      line.push_back(row.size() > 1 ? cell(row[0] - row[1]) : "-");
      table.rows.push_back(std::move(line));
    }
    return table;
  }

  std::size_t examples_;
  std::uint64_t seed_;
  bool of_columns_;
};

}  // namespace

KINDRED_SURVEY(Cka, "cka", "1.0",
               "Unbiased linear CKA of each layer of one model with each of another",
               kindred::figure("cka", "unbiased linear centred kernel alignment of two layers")
                   .in(kindred::Unit::cosine, -1, 1)
                   .same(1),
               kindred::choice("axis", "columns|rows", "columns",
                               "which are the examples; the other axis holds the features"),
               kindred::integer("examples", "512", 4, 8192,
                                "how many are drawn, the same ones of every layer"),
               kindred::integer("seed", "0", 0, 9007199254740991.0, "of the draw"))
