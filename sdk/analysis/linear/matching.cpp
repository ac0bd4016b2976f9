#include <kindred/analysis/linear/matching.hpp>

#include <kindred/analysis/stats/assignment.hpp>

namespace kindred::linear {

Matching assign(const arma::fmat& similarity) {
  // Armadillo's columns are the rows of a row-major matrix.
  const stats::MatrixView<float> view{
      {similarity.memptr(), similarity.n_elem}, similarity.n_cols, similarity.n_rows};
  const stats::Assignment best = stats::assign(view, stats::Goal::maximise);
  Matching matching;
  for (const std::size_t a : best.column_of_row) {
    matching.a_of_b.push_back(a == stats::kUnassigned ? -1 : static_cast<std::int32_t>(a));
  }
  matching.certificate = stats::certify(view, stats::Goal::maximise, best).text();
  return matching;
}

Pairs pairsOf(const Matching& matching) {
  Pairs pairs;
  for (std::size_t b = 0; b < matching.a_of_b.size(); ++b) {
    if (matching.a_of_b[b] < 0) continue;
    pairs.emplace_back(static_cast<arma::uword>(matching.a_of_b[b]), b);
  }
  return pairs;
}

}  // namespace kindred::linear
