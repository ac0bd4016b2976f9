#include <kindred/analysis/exchange/heads.hpp>

namespace kindred::exchange {

arma::fmat headOverlaps(const MatrixTask& task, std::string_view role, std::int64_t layer_a,
                        std::int64_t layer_b) {
  const auto &a = task.a.weights(), &b = task.b.weights();
  const kindred::Place of_a{layer_a, -1, false}, of_b{layer_b, -1, false};
  const std::uint64_t dim_a = headDim(a.shape().headsOf(layer_a), role);
  const std::uint64_t dim_b = headDim(b.shape().headsOf(layer_b), role);
  if (dim_a == 0 || dim_b == 0 || a.rows(role, of_a) == 0 || b.rows(role, of_b) == 0) return {};
  const arma::fmat cosines =
      linear::innerProducts(linear::rotated(linear::unitColumns(a.matrix(role, of_a)),
                                            linear::matrixOf(task.alignment.rotation)),
                            linear::unitColumns(b.matrix(role, of_b)));
  arma::fmat overlap(cosines.n_rows / dim_a, cosines.n_cols / dim_b);
  for (arma::uword i = 0; i < overlap.n_rows; ++i) {
    for (arma::uword j = 0; j < overlap.n_cols; ++j) {
      overlap(i, j) = static_cast<float>(arma::norm(
          arma::fmat(cosines.submat(i * dim_a, j * dim_b, arma::size(dim_a, dim_b))), "fro"));
    }
  }
  return overlap;
}

}  // namespace kindred::exchange
