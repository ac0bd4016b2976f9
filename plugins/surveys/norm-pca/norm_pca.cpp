// Principal components of the selected vectors of all models together: do models form groups?
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::survey::cell;

constexpr std::size_t kComponents = 3;
constexpr std::uint64_t kMostElements = std::uint64_t{32} << 20;

// A vector's place: model and tensor.
struct Row {
  std::size_t model, tensor;
};

// What arma::princomp computes for vectors that are the rows of a matrix, by the Gram matrix of the
// centred rows, which is small: K = X X' = U diag(s^2) U', scores U diag(s).
struct Components {
  arma::mat scores;     // a row a vector, a column a component
  arma::vec variances;  // all that are not zero, largest first
};

// The columns of `vectors` are taken over and centred.
Components componentsOf(arma::mat vectors) {
  vectors.each_col() -= arma::vec(arma::mean(vectors, 1));
  arma::vec squares;
  arma::mat axes;
  const arma::mat gram = kindred::linear::innerProducts(vectors, vectors);
  if (!gram.is_finite() || !arma::eig_sym(squares, axes, arma::symmatu(gram))) {
    throw kindred::inputError("", "the vectors hold values that are not finite",
                              "select other tensors");
  }
  squares = arma::reverse(squares);
  axes = arma::fliplr(axes);
  Components found;
  found.scores.zeros(vectors.n_cols, kComponents);
  const double least = 1e-12 * std::max(squares[0], 0.0);
  for (arma::uword c = 0; c < squares.n_elem && squares[c] > least; ++c) {
    if (c < kComponents) found.scores.col(c) = axes.col(c) * std::sqrt(squares[c]);
    found.variances.resize(c + 1);
    found.variances[c] = squares[c] / (static_cast<double>(vectors.n_cols) - 1);
  }
  // A component has no direction of its own: its largest score counts as positive.
  for (arma::uword c = 0; c < kComponents; ++c) {
    auto column = found.scores.col(c);
    if (column[arma::index_max(arma::abs(column))] < 0) column *= -1;
  }
  return found;
}

class NormPca final : public kindred::Survey {
 public:
  explicit NormPca(const kindred::Parameters& p) : layers_(p.integer("layers")) {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    const std::vector<Row> rows = rowsOf(models);
    const Components found = componentsOf(read(models, rows));
    double all = 0;
    for (const double variance : found.variances) all += variance;
    SurveyReport report;
    const auto elements = models[0]->tensors()[rows.front().tensor].elements;
    const double first = found.variances.is_empty() ? std::numeric_limits<double>::quiet_NaN()
                                                    : found.variances[0] / all;
    report.values.push_back({0, 0, kindred::kNoTensor,
                             models.size() > 1 ? models.size() - 1 : kindred::kNoTensor,
                             kindred::kNoTensor, rows.size() * elements, first});
    for (std::size_t c = 0; c < kComponents; ++c) {
      for (std::size_t r = 0; r < rows.size(); ++r) {
        report.values.push_back({c + 1, rows[r].model, rows[r].tensor, kindred::kNoTensor,
                                 kindred::kNoTensor, elements, found.scores(r, c)});
      }
    }
    report.tables.push_back(explained(found, all));
    report.tables.push_back(centres(models, rows, found));
    return report;
  }

 private:
  std::vector<Row> rowsOf(std::span<const SurveyedModel* const> models) const {
    std::vector<Row> rows;
    std::uint64_t length = 0;
    for (std::size_t m = 0; m < models.size(); ++m) {
      for (std::size_t t = 0; t < models[m]->tensors().size(); ++t) {
        const kindred::TensorInfo& info = models[m]->tensors()[t];
        if (layers_ > 0 && info.layer >= layers_) continue;
        if (info.shape.size() != 1 || info.elements == 0) {
          throw kindred::inputError("", "'" + info.name + "' is not a vector",
                                    "select norms alone");
        }
        if (length != 0 && info.elements != length) {
          throw kindred::inputError("",
                                    "vectors of " + std::to_string(length) + " and of " +
                                        std::to_string(info.elements) +
                                        " elements have no components in common",
                                    "compare models of one hidden size");
        }
        length = info.elements;
        rows.push_back({m, t});
      }
    }
    if (rows.size() < 3) {
      throw kindred::inputError("", "fewer than three vectors have no components",
                                "select norms of more layers");
    }
    if (rows.size() > kMostElements / length) {
      throw kindred::inputError("", "the selected vectors hold more than 32 million elements",
                                "select fewer layers");
    }
    return rows;
  }

  static arma::mat read(std::span<const SurveyedModel* const> models,
                        const std::vector<Row>& rows) {
    arma::mat vectors;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const kindred::Matrix matrix = models[rows[r].model]->read(rows[r].tensor);
      if (r == 0) vectors.set_size(matrix.values.size(), rows.size());
      for (std::size_t i = 0; i < matrix.values.size(); ++i) vectors(i, r) = matrix.values[i];
    }
    return vectors;
  }

  static kindred::TextTable explained(const Components& found, double all) {
    kindred::TextTable table;
    table.title = "Variance explained by principal components";
    table.columns = {"component", "variance", "share", "together"};
    double sum = 0;
    for (std::size_t c = 0; c < std::min<std::size_t>(found.variances.n_elem, 10); ++c) {
      sum += found.variances[c];
      table.rows.push_back({cell(static_cast<std::int64_t>(c + 1)), cell(found.variances[c]),
                            cell(found.variances[c] / all), cell(sum / all)});
    }
    return table;
  }

  static kindred::TextTable centres(std::span<const SurveyedModel* const> models,
                                    const std::vector<Row>& rows, const Components& found) {
    kindred::TextTable table;
    table.title = "Where each model's vectors lie";
    table.columns = {"model", "vectors", "mean pc1", "sd pc1", "mean pc2", "sd pc2"};
    table.note =
        "The first component of gains that train up from one is mostly their mean: models whose "
        "gains are scaled alike lie together whether related or not.";
    for (std::size_t m = 0; m < models.size(); ++m) {
      std::vector<double> scores[2];
      for (std::size_t r = 0; r < rows.size(); ++r) {
        if (rows[r].model != m) continue;
        for (std::size_t c = 0; c < 2; ++c) scores[c].push_back(found.scores(r, c));
      }
      std::vector<std::string> line{models[m]->key(),
                                    cell(static_cast<std::int64_t>(scores[0].size()))};
      for (const std::vector<double>& one : scores) {
        const auto moments = kindred::survey::momentsOf(std::span<const double>(one));
        line.push_back(cell(moments.mean));
        line.push_back(cell(moments.sd()));
      }
      table.rows.push_back(std::move(line));
    }
    return table;
  }

  std::int64_t layers_;
};

}  // namespace

KINDRED_SURVEY(NormPca, "norm-pca", "1.0",
               "Principal components of norm vectors of several models together",
               kindred::figure("norm-pca", "share of the variance along the first component")
                   .in(kindred::Unit::share, 0, 1),
               kindred::figure("pc1", "a vector's score on the first component")
                   .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded)
                   .as(kindred::Part::coordinate, 1),
               kindred::figure("pc2", "on the second")
                   .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded)
                   .as(kindred::Part::coordinate, 2),
               kindred::figure("pc3", "on the third")
                   .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded)
                   .as(kindred::Part::coordinate, 3),
               kindred::integer("layers", "0", 0, 1e6,
                                "only layers below this number; 0: all that are selected"))
