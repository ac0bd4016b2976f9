// Is a smaller projection cut out of a larger one?
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>
#include <kindred/survey.hpp>

#include "subsets.hpp"

namespace {

using kindred::Matrix;
using kindred::RowSimilarities;
using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::survey::cell;

// Rows of the larger matrix that are held at once.
constexpr std::uint32_t kChunk = 1024;

// The units of a tensor: its rows, or (of a projection that is narrower, not shorter) its columns.
class Units {
 public:
  Units(const SurveyedModel& model, std::size_t tensor, bool columns)
      : model_(model), tensor_(tensor) {
    const std::vector<std::uint64_t>& shape = model.tensors()[tensor].shape;
    count_ = shape[columns ? 1 : 0];
    width_ = shape[columns ? 0 : 1];
    if (!columns) return;
    const Matrix matrix = model.read(tensor);
    turned_.resize(matrix.values.size());
    for (std::size_t r = 0; r < matrix.rows; ++r) {
      for (std::size_t c = 0; c < matrix.columns; ++c) {
        turned_[c * matrix.rows + r] = matrix.values[r * matrix.columns + c];
      }
    }
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t width() const { return width_; }

  // The first `width` numbers of the units named.
  Matrix read(const std::vector<std::uint32_t>& units, std::uint64_t width) const {
    Matrix cut{nullptr, units.size(), width, {}};
    const Matrix whole = turned_.empty() ? model_.read(tensor_, units) : Matrix{};
    for (std::size_t k = 0; k < units.size(); ++k) {
      const float* from =
          turned_.empty() ? whole.values.data() + k * width_ : turned_.data() + units[k] * width_;
      cut.values.insert(cut.values.end(), from, from + width);
    }
    return cut;
  }

 private:
  const SurveyedModel& model_;
  std::size_t tensor_;
  std::uint64_t count_ = 0, width_ = 0;
  std::vector<float> turned_;  // where units are columns
};

std::vector<std::uint32_t> numbered(std::uint64_t first, std::uint64_t end) {
  std::vector<std::uint32_t> list;
  for (std::uint64_t i = first; i < end; ++i) list.push_back(static_cast<std::uint32_t>(i));
  return list;
}

RowSimilarities similarities(const Units& small, const Units& large, std::uint64_t most) {
  RowSimilarities found;
  found.rows_small = small.count();
  found.rows_large = large.count();
  const std::uint64_t width = std::min(small.width(), large.width());
  const std::uint64_t taken = std::min<std::uint64_t>(most, small.count());
  std::vector<std::uint32_t> rows;
  for (std::uint64_t k = 0; k < taken; ++k) {
    rows.push_back(static_cast<std::uint32_t>(k * small.count() / taken));
    found.sampled.push_back(rows.back());
  }
  found.values.resize(taken * large.count());
  const arma::mat of_small = kindred::linear::wideUnitColumns(small.read(rows, width));
  for (std::uint64_t first = 0; first < large.count(); first += kChunk) {
    const std::uint64_t end = std::min<std::uint64_t>(first + kChunk, large.count());
    const arma::mat of_large =
        kindred::linear::wideUnitColumns(large.read(numbered(first, end), width));
    const arma::mat cosines = kindred::linear::innerProducts(of_large, of_small);
    for (std::uint64_t k = 0; k < taken; ++k) {
      std::copy(cosines.begin_col(k), cosines.end_col(k),
                found.values.begin() + static_cast<std::ptrdiff_t>(k * large.count() + first));
    }
  }
  return found;
}

// Share of equal numbers among the sampled units and their namesakes in the larger.
double equalShare(const Units& small, const Units& large, const RowSimilarities& found) {
  const std::uint64_t width = std::min(small.width(), large.width());
  std::vector<std::uint32_t> rows;
  for (const std::size_t row : found.sampled) rows.push_back(static_cast<std::uint32_t>(row));
  const Matrix x = small.read(rows, width), y = large.read(rows, width);
  std::size_t equal = 0;
  for (std::size_t k = 0; k < x.values.size(); ++k) equal += x.values[k] == y.values[k];
  return static_cast<double>(equal) / static_cast<double>(x.values.size());
}

class Truncation final : public kindred::Survey {
 public:
  explicit Truncation(const kindred::Parameters& p)
      : rows_(static_cast<std::uint64_t>(p.integer("rows"))),
        seed_(static_cast<std::uint64_t>(p.integer("seed"))) {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    kindred::survey::needTwo(models);
    SurveyReport report;
    kindred::survey::forPairs(models, [&](std::size_t i, std::size_t j) {
      kindred::TextTable table = headed(*models[i], *models[j]);
      for (const kindred::survey::Meeting& met : kindred::survey::meetings(*models[i], *models[j]))
        compare(models, i, j, met, table, report);
      if (!table.rows.empty()) report.tables.push_back(std::move(table));
    });
    if (report.values.empty()) {
      throw kindred::inputError("",
                                "no matrix of one model meets one of another shape in its layer",
                                "select projections whose sizes differ; equal ones are compared "
                                "element by element with metrics");
    }
    return report;
  }

 private:
  static kindred::TextTable headed(const SurveyedModel& a, const SurveyedModel& b) {
    kindred::TextTable table;
    table.title = "Projections of " + a.key() + " and " + b.key() + " of different sizes";
    table.columns = {"layer", "matrix", "units", "prefix", "at random", "best", "where"};
    table.note =
        "Mean cosine of units of the smaller with those of the larger: its first ones (prefix), "
        "ones at random, and the best run or regular pick, as offset:stride. The best of many lies "
        "above chance for strangers too.";
    return table;
  }

  void compare(std::span<const SurveyedModel* const> models, std::size_t i, std::size_t j,
               const kindred::survey::Meeting& met, kindred::TextTable& table,
               SurveyReport& report) const {
    const kindred::TensorInfo& of_a = models[i]->tensors()[met.a];
    const kindred::TensorInfo& of_b = models[j]->tensors()[met.b];
    if (of_a.shape.size() != 2 || of_b.shape.size() != 2 || of_a.shape == of_b.shape) return;
    if (of_a.elements == 0 || of_b.elements == 0) return;
    const bool columns = of_a.shape[0] == of_b.shape[0];
    const unsigned axis = columns ? 1 : 0;
    const Units a(*models[i], met.a, columns), b(*models[j], met.b, columns);
    const bool a_is_small = of_a.shape[axis] < of_b.shape[axis];
    const Units &small = a_is_small ? a : b, &large = a_is_small ? b : a;
    const RowSimilarities found = similarities(small, large, rows_);
    const kindred::Subset best = kindred::bestSubset(found);
    const double figures[] = {best.mean, kindred::meanOf(found, 0, 1).mean,
                              kindred::permuted(found, seed_), equalShare(small, large, found)};
    for (std::size_t f = 0; f < std::size(figures); ++f) {
      report.values.push_back({f, i, met.a, j, met.b,
                               found.sampled.size() * std::min(small.width(), large.width()),
                               figures[f]});
    }
    table.rows.push_back({cell(met.layer), met.kind,
                          std::to_string(small.count()) + "/" + std::to_string(large.count()) +
                              (columns ? " columns" : " rows"),
                          cell(figures[1]), cell(figures[2]), cell(figures[0]),
                          std::to_string(best.offset) + ":" + std::to_string(best.stride)});
  }

  std::uint64_t rows_;
  std::uint64_t seed_;
};

}  // namespace

KINDRED_SURVEY(Truncation, "truncation", "1.0",
               "Is a smaller projection a prefix, a run or a regular pick of a larger one?",
               kindred::figure("truncation", "mean cosine of the best run or regular pick")
                   .in(kindred::Unit::cosine, -1, 1)
                   .same(1),
               kindred::figure("prefix", "mean cosine with the larger one's first units")
                   .in(kindred::Unit::cosine, -1, 1)
                   .same(1),
               kindred::figure("permuted", "mean cosine with units drawn at random")
                   .in(kindred::Unit::cosine, -1, 1),
               kindred::figure("equal", "share of equal numbers in the prefix")
                   .in(kindred::Unit::share, 0, 1)
                   .same(1),
               kindred::integer("rows", "128", 1, 65536,
                                "units of the smaller that are compared, spread evenly"),
               kindred::integer("seed", "0", 0, 9007199254740991.0, "of the random units"))
