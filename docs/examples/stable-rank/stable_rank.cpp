// The stable rank of every matrix that its step selects: |W|_F^2 / |W|_2^2, between 1 and the
// smaller side (Rudelson and Vershynin, Sampling from large matrices, 2007).
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/survey.hpp>

namespace {

struct StableRank final : kindred::Survey {
  using Models = std::span<const kindred::SurveyedModel* const>;

  kindred::SurveyReport run(Models models) const override {
    kindred::SurveyReport report;
    for (std::size_t m = 0; m < models.size(); ++m) {
      kindred::TextTable table;
      table.title = "Stable ranks of " + models[m]->key();
      table.columns = {"tensor", "stable rank", "full rank"};
      for (std::size_t t = 0; t < models[m]->tensors().size(); ++t) {
        const kindred::Matrix matrix = models[m]->read(t);
        if (matrix.rows < 2 || matrix.columns < 2) continue;  // a vector has rank 1
        const double rank = stableRank(matrix);
        report.values.push_back({.figure = 0,
                                 .model_a = m,
                                 .tensor_a = t,
                                 .elements = matrix.values.size(),
                                 .value = rank});
        table.rows.push_back({models[m]->tensors()[t].name, kindred::survey::cell(rank),
                              kindred::survey::cell(static_cast<std::int64_t>(
                                  std::min(matrix.rows, matrix.columns)))});
      }
      report.tables.push_back(std::move(table));
    }
    return report;
  }

  static double stableRank(const kindred::Matrix& matrix) {
    // Row-major values are the transposed matrix as Armadillo sees it; its rank is the same.
    const arma::fmat values(matrix.values.data(), matrix.columns, matrix.rows);
    const double frobenius = arma::norm(values, "fro"), largest = arma::norm(values, 2);
    return frobenius * frobenius / (largest * largest);  // NaN where all is zero
  }
};

}  // namespace

KINDRED_SURVEY(StableRank, "stable-rank", "0.1", "Stable ranks of matrices",
               kindred::figure("stable-rank",
                               "squared Frobenius norm over squared largest "
                               "singular value")
                   .in(kindred::Unit::value, 1, kindred::kUnbounded))
