// Are the embeddings of the same tokens alike? Rows are paired by the token's text, never by id.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>
#include <kindred/random.hpp>
#include <kindred/survey.hpp>

namespace {

using kindred::Matrix;
using kindred::SurveyedModel;
using kindred::SurveyReport;
using kindred::survey::cell;

struct Shared {
  std::string token;
  std::uint32_t a, b;  // rows
};

std::uint64_t rowsOf(const kindred::TensorInfo& info) {
  return info.shape.size() < 2 ? 0 : info.shape.front();
}

void needTokens(const SurveyedModel& model) {
  if (!model.tokens().empty()) return;
  throw kindred::inputError(
      "", "model '" + model.key() + "' has no tokenizer.json, so its rows have no tokens",
      "put its tokenizer.json beside its weights");
}

// By row of the first model. A token that a tokenizer lists twice counts at its first row.
std::vector<Shared> sharedTokens(const SurveyedModel& a, std::uint64_t rows_a,
                                 const SurveyedModel& b, std::uint64_t rows_b) {
  std::unordered_map<std::string, std::uint32_t> in_b;
  for (std::size_t i = 0; i < std::min<std::size_t>(b.tokens().size(), rows_b); ++i) {
    if (!b.tokens()[i].empty()) in_b.try_emplace(b.tokens()[i], static_cast<std::uint32_t>(i));
  }
  std::vector<Shared> found;
  for (std::size_t i = 0; i < std::min<std::size_t>(a.tokens().size(), rows_a); ++i) {
    const auto at = in_b.find(a.tokens()[i]);
    if (at == in_b.end()) continue;
    found.push_back({a.tokens()[i], static_cast<std::uint32_t>(i), at->second});
    in_b.erase(at);
  }
  return found;
}

std::span<const float> rowOf(const Matrix& matrix, std::size_t row) {
  return std::span(matrix.values).subspan(row * matrix.columns, matrix.columns);
}

// Each row less the mean of all.
std::vector<std::vector<double>> centred(const Matrix& matrix) {
  std::vector<double> mean(matrix.columns, 0);
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    mean[i % matrix.columns] += matrix.values[i];
  }
  for (double& x : mean) x /= static_cast<double>(matrix.rows);
  std::vector<std::vector<double>> rows(matrix.rows);
  for (std::size_t r = 0; r < matrix.rows; ++r) {
    rows[r] = kindred::survey::wide(rowOf(matrix, r));
    for (std::size_t c = 0; c < matrix.columns; ++c) rows[r][c] -= mean[c];
  }
  return rows;
}

class TokenEmbeddings final : public kindred::Survey {
 public:
  explicit TokenEmbeddings(const kindred::Parameters& p)
      : tokens_(static_cast<std::size_t>(p.integer("tokens"))),
        seed_(static_cast<std::uint64_t>(p.integer("seed"))),
        threshold_(p.number("threshold")) {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    kindred::survey::needTwo(models);
    SurveyReport report;
    kindred::survey::forPairs(models, [&](std::size_t i, std::size_t j) {
      for (const kindred::survey::Meeting& met : kindred::survey::meetings(*models[i], *models[j]))
        compare(models, i, met.a, j, met.b, report);
    });
    if (report.values.empty()) {
      throw kindred::inputError("", "no embedding of one model meets one of another",
                                "select: {role: embedding}");
    }
    return report;
  }

 private:
  void compare(std::span<const SurveyedModel* const> models, std::size_t i, std::size_t ta,
               std::size_t j, std::size_t tb, SurveyReport& report) const {
    const SurveyedModel &a = *models[i], &b = *models[j];
    const kindred::TensorInfo &info_a = a.tensors()[ta], &info_b = b.tensors()[tb];
    if (rowsOf(info_a) == 0 || rowsOf(info_b) == 0) return;
    if (info_a.elements / rowsOf(info_a) != info_b.elements / rowsOf(info_b)) {
      throw kindred::inputError(
          "", "the embeddings of '" + a.key() + "' and '" + b.key() + "' are not equally wide",
          "compare models of one hidden size");
    }
    needTokens(a);
    needTokens(b);
    const std::vector<Shared> all = sharedTokens(a, rowsOf(info_a), b, rowsOf(info_b));
    const std::vector<Shared> drawn = sampled(all);
    std::vector<double> figures(7, std::numeric_limits<double>::quiet_NaN());
    figures[4] = static_cast<double>(all.size());
    if (!drawn.empty()) measure(a, ta, b, tb, drawn, figures, report);
    for (std::size_t f = 0; f < figures.size(); ++f) {
      report.values.push_back({f, i, ta, j, tb, drawn.size(), figures[f]});
    }
  }

  // By row of the first model.
  std::vector<Shared> sampled(std::vector<Shared> all) const {
    if (all.size() <= tokens_) return all;
    kindred::Random random(seed_);
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random.shuffle(std::span(order));
    order.resize(tokens_);
    std::sort(order.begin(), order.end());
    std::vector<Shared> drawn;
    for (const std::size_t at : order) drawn.push_back(std::move(all[at]));
    return drawn;
  }

  void measure(const SurveyedModel& a, std::size_t ta, const SurveyedModel& b, std::size_t tb,
               const std::vector<Shared>& drawn, std::vector<double>& figures,
               SurveyReport& report) const {
    std::vector<std::uint32_t> rows_a, rows_b;
    for (const Shared& shared : drawn) {
      rows_a.push_back(shared.a);
      rows_b.push_back(shared.b);
    }
    const Matrix of_a = a.read(ta, rows_a), of_b = b.read(tb, rows_b);
    std::vector<double> cosines, defined;
    for (std::size_t k = 0; k < drawn.size(); ++k) {
      cosines.push_back(kindred::survey::cosine(rowOf(of_a, k), rowOf(of_b, k)));
      if (std::isfinite(cosines.back())) defined.push_back(cosines.back());
    }
    if (!defined.empty()) {
      const auto moments = kindred::survey::momentsOf(std::span<const double>(defined));
      const auto above = std::count_if(defined.begin(), defined.end(),
                                       [&](double value) { return value > threshold_; });
      figures[0] = moments.mean;
      figures[1] = moments.sd();
      figures[2] = *std::max_element(defined.begin(), defined.end());
      figures[3] = static_cast<double>(above) / static_cast<double>(defined.size());
    }
    figures[5] = randomPairs(of_a);
    figures[6] = centredMean(of_a, of_b);
    report.tables.push_back(tableOf(a, b, drawn, cosines));
  }

  // Mean |cosine| of as many random pairs of the first model's own rows.
  double randomPairs(const Matrix& matrix) const {
    if (matrix.rows < 2) return std::numeric_limits<double>::quiet_NaN();
    kindred::Random random(seed_ + 1);
    double sum = 0, count = 0;
    for (std::uint64_t k = 0; k < matrix.rows; ++k) {
      const std::uint64_t x = random.below(matrix.rows);
      const std::uint64_t y = (x + 1 + random.below(matrix.rows - 1)) % matrix.rows;
      const double value = kindred::survey::cosine(rowOf(matrix, x), rowOf(matrix, y));
      if (!std::isfinite(value)) continue;
      sum += std::abs(value);
      ++count;
    }
    return sum / count;  // NaN where no pair is defined
  }

  static double centredMean(const Matrix& a, const Matrix& b) {
    const auto rows_a = centred(a), rows_b = centred(b);
    double sum = 0, count = 0;
    for (std::size_t k = 0; k < rows_a.size(); ++k) {
      const double value = kindred::survey::cosine(std::span<const double>(rows_a[k]),
                                                   std::span<const double>(rows_b[k]));
      if (!std::isfinite(value)) continue;
      sum += value;
      ++count;
    }
    return sum / count;
  }

  kindred::TextTable tableOf(const SurveyedModel& a, const SurveyedModel& b,
                             const std::vector<Shared>& drawn,
                             const std::vector<double>& cosines) const {
    kindred::TextTable table;
    table.title = "Embeddings of shared tokens, most alike first";
    table.columns = {"token", "row in " + a.key(), "row in " + b.key(), "cosine"};
    std::vector<std::size_t> order(drawn.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t k) { return std::isnan(cosines[k]) ? -2 : cosines[k]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t x, std::size_t y) { return key(x) > key(y); });
    for (const std::size_t k : order) {
      table.rows.push_back({drawn[k].token, cell(std::int64_t{drawn[k].a}),
                            cell(std::int64_t{drawn[k].b}), cell(cosines[k])});
    }
    table.note =
        "Tokens are drawn from those that both tokenizers have. Models trained apart have no "
        "coordinates in common, so that cosines near zero are what strangers give; descendants "
        "keep most rows almost as they were.";
    return table;
  }

  std::size_t tokens_;
  std::uint64_t seed_;
  double threshold_;
};

}  // namespace

KINDRED_SURVEY(
    TokenEmbeddings, "token-embeddings", "1.0",
    "Cosine of two models' embeddings of the same tokens, paired by the token's text",
    kindred::figure("token-embeddings", "mean cosine over the tokens drawn")
        .in(kindred::Unit::cosine, -1, 1)
        .same(1),
    kindred::figure("sd", "population standard deviation of the cosines")
        .in(kindred::Unit::number, 0, kindred::kUnbounded),
    kindred::figure("max", "largest cosine").in(kindred::Unit::cosine, -1, 1),
    kindred::figure("above", "share of cosines above the threshold").in(kindred::Unit::share, 0, 1),
    kindred::figure("shared", "how many tokens both tokenizers have")
        .in(kindred::Unit::count, 0, kindred::kUnbounded),
    kindred::figure("random", "mean |cosine| of random pairs of the first model's drawn rows")
        .in(kindred::Unit::cosine, 0, 1),
    kindred::figure("centred", "mean cosine after each side's mean row is subtracted")
        .in(kindred::Unit::cosine, -1, 1)
        .same(1),
    kindred::integer("tokens", "200", 1, 100000, "how many shared tokens are drawn"),
    kindred::integer("seed", "0", 0, 9007199254740991.0, "of the draw"),
    kindred::number("threshold", "0.9", -1, 1, "for the figure 'above'"))
