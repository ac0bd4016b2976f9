// Do two vectors have their most extreme coordinates in the same places, with the same values?
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <vector>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::survey::cell;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSameValue = 1e-3;  // relative

// The places of the k values farthest from the median, in ascending order. Ties: the first.
std::vector<std::size_t> extremes(const std::vector<float>& values, std::size_t k) {
  std::vector<float> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  const double median =
      sorted.size() % 2 == 1 ? sorted[half] : (double{sorted[half - 1]} + sorted[half]) / 2;
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    return std::abs(values[x] - median) > std::abs(values[y] - median);
  });
  order.resize(k);
  std::sort(order.begin(), order.end());
  return order;
}

// log10 P(X >= common), X hypergeometric: k places drawn at random of n, k of which are marked.
double tail(std::uint64_t n, std::uint64_t k, std::uint64_t common) {
  using kindred::stats::log10Factorial;
  const auto choose = [](std::uint64_t m, std::uint64_t r) {
    return log10Factorial(m) - log10Factorial(r) - log10Factorial(m - r);
  };
  std::vector<double> terms;
  for (std::uint64_t x = common; x <= k; ++x) {
    if (k - x > n - k) continue;
    terms.push_back(choose(k, x) + choose(n - k, k - x) - choose(n, k));
  }
  return std::min(0.0, kindred::stats::log10Sum(terms));
}

bool finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

class OutlierCoordinates final : public kindred::Survey {
 public:
  explicit OutlierCoordinates(const kindred::Parameters& p)
      : coordinates_(static_cast<std::size_t>(p.integer("coordinates"))) {}

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
      throw kindred::inputError("", "no vector of finite numbers meets one of the same length",
                                "select norms by layer, of models of one hidden size");
    }
    return report;
  }

 private:
  kindred::TextTable headed(const SurveyedModel& a, const SurveyedModel& b) const {
    kindred::TextTable table;
    table.title = "The " + cell(static_cast<std::int64_t>(coordinates_)) +
                  " most extreme coordinates of " + a.key() + " and " + b.key();
    table.columns = {"layer", "vector", "in common", "by chance", "same value", "log10 p"};
    table.note =
        "log10 p takes the places as drawn at random. It describes and is no evidence: the norms "
        "of one network share a residual stream, so that its layers repeat each other.";
    return table;
  }

  void compare(std::span<const SurveyedModel* const> models, std::size_t i, std::size_t j,
               const kindred::survey::Meeting& met, kindred::TextTable& table,
               SurveyReport& report) const {
    const SurveyedModel &a = *models[i], &b = *models[j];
    if (a.tensors()[met.a].shape.size() != 1) return;
    if (a.tensors()[met.a].shape != b.tensors()[met.b].shape) return;
    const std::vector<float> x = a.read(met.a).values, y = b.read(met.b).values;
    if (x.empty() || !finite(x) || !finite(y)) return;
    const std::size_t n = x.size(), k = std::min(coordinates_, n);
    const std::vector<std::size_t> of_x = extremes(x, k), of_y = extremes(y, k);
    std::vector<std::size_t> common;
    std::set_intersection(of_x.begin(), of_x.end(), of_y.begin(), of_y.end(),
                          std::back_inserter(common));
    const auto agree = std::count_if(common.begin(), common.end(), [&](std::size_t c) {
      return std::abs(x[c] - y[c]) <= kSameValue * std::max(std::abs(x[c]), std::abs(y[c]));
    });
    const auto found = static_cast<double>(common.size());
    const double figures[] = {
        found, found / static_cast<double>(k), static_cast<double>(k) / static_cast<double>(n),
        tail(n, k, common.size()), common.empty() ? kNaN : static_cast<double>(agree) / found};
    for (std::size_t f = 0; f < std::size(figures); ++f) {
      report.values.push_back({f, i, met.a, j, met.b, n, figures[f]});
    }
    table.rows.push_back({cell(met.layer), met.kind, cell(static_cast<std::int64_t>(common.size())),
                          cell(figures[2] * static_cast<double>(k), 2), cell(figures[4], 2),
                          cell(figures[3], 2)});
  }

  std::size_t coordinates_;
};

}  // namespace

KINDRED_SURVEY(
    OutlierCoordinates, "outlier-coordinates", "1.0",
    "Are the most extreme coordinates of two vectors the same ones?",
    kindred::figure("outlier-coordinates", "how many of them are in the same places")
        .in(kindred::Unit::count, 0, kindred::kUnbounded),
    kindred::figure("overlap", "share of them that are in the same places")
        .in(kindred::Unit::share, 0, 1)
        .same(1),
    kindred::figure("expected", "overlap of places drawn at random").in(kindred::Unit::share, 0, 1),
    kindred::figure("log10_p", "hypergeometric tail of the overlap; describes only")
        .in(kindred::Unit::log10_p, -kindred::kUnbounded, 0),
    kindred::figure("same_value", "share of common places whose values agree to one in a thousand")
        .in(kindred::Unit::share, 0, 1)
        .same(1),
    kindred::integer("coordinates", "32", 1, 65536,
                     "how many coordinates farthest from the median are compared"))
