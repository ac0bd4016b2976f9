// @NAME@: how alike rows of equal number are in tensors that belong together.
#include <algorithm>
#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>
#include <kindred/survey.hpp>
namespace {
namespace survey = kindred::survey;

struct @CLASS@ final : kindred::Survey {
  using Models = std::span<const kindred::SurveyedModel* const>;
  kindred::SurveyReport run(Models models) const override {
    survey::needTwo(models);
    kindred::SurveyReport report;
    survey::forPairs(models, [&](std::size_t i, std::size_t j) {
      kindred::TextTable table;
      table.title = "Rows of " + models[i]->key() + " and " + models[j]->key();
      table.columns = {"layer", "tensor", "rows", "mean cosine"};
      for (const survey::Meeting& met : survey::meetings(*models[i], *models[j])) {
        const kindred::Matrix a = models[i]->read(met.a), b = models[j]->read(met.b);
        if (a.columns != b.columns) continue;
        const std::uint64_t rows = std::min(a.rows, b.rows);
        double sum = 0;
        for (std::uint64_t r = 0; r < rows; ++r) sum += survey::cosine(row(a, r), row(b, r));
        const double mean = sum / static_cast<double>(rows);  // NaN where a row is zero
        report.values.push_back({0, i, met.a, j, met.b, rows, mean});
        table.rows.push_back({survey::cell(met.layer), met.kind,
                              survey::cell(static_cast<std::int64_t>(rows)), survey::cell(mean)});
      }
      report.tables.push_back(std::move(table));
    });
    return report;
  }
  static std::span<const float> row(const kindred::Matrix& matrix, std::uint64_t number) {
    return {matrix.values.data() + number * matrix.columns, matrix.columns};
  }
};

}  // namespace
KINDRED_SURVEY(@CLASS@, "@NAME@", "0.1", "Cosines of rows of equal number",
               kindred::figure("@NAME@", "mean cosine of rows of equal number")
                   .in(kindred::Unit::cosine, -1, 1)
                   .same(1))
