// Do two models' routers agree once their experts are put in the best order?
#include <map>
#include <tuple>

#include <kindred/survey.hpp>

#include <kindred/analysis/survey/moments.hpp>
#include <kindred/analysis/survey/series.hpp>

#include "alignment.hpp"

namespace {

using kindred::SurveyedModel;
using kindred::SurveyReport;

class RouterAlignmentSurvey final : public kindred::Survey {
 public:
  explicit RouterAlignmentSurvey(const kindred::Parameters& p)
      : draws_(static_cast<std::uint64_t>(p.integer("draws"))),
        seed_(static_cast<std::uint64_t>(p.integer("seed"))) {}

  SurveyReport run(std::span<const SurveyedModel* const> models) const override {
    kindred::survey::needTwo(models);
    SurveyReport report;
    Nulls nulls;
    kindred::survey::forPairs(
        models, [&](std::size_t i, std::size_t j) { compare(models, i, j, nulls, report); });
    if (report.values.empty()) {
      throw kindred::inputError("", "no router of one model meets one of another in its layer",
                                "select: {role: router}; rows must be equally wide");
    }
    return report;
  }

 private:
  using Nulls = std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, double>;

  void compare(std::span<const SurveyedModel* const> models, std::size_t i, std::size_t j,
               Nulls& nulls, SurveyReport& report) const {
    using kindred::survey::cell;
    const SurveyedModel &a = *models[i], &b = *models[j];
    kindred::TextTable table;
    table.title = "Routers of " + a.key() + " and " + b.key() + ", experts in the best order";
    table.columns = {"layer", "matched", "by chance", "own number", "largest", "unaligned"};
    table.note =
        "matched: mean cosine of matched experts. by chance: the same for independent normal "
        "numbers of this shape; the best order always finds something.";
    for (const kindred::survey::Meeting& met : kindred::survey::meetings(a, b)) {
      const kindred::Matrix of_a = a.read(met.a), of_b = b.read(met.b);
      if (of_a.columns != of_b.columns || of_a.columns == 0 || of_a.rows < 2 || of_b.rows < 2)
        continue;
      const kindred::RouterAlignment found = kindred::align(of_a, of_b);
      const auto [null, fresh] = nulls.try_emplace({of_a.rows, of_b.rows, of_a.columns}, 0);
      if (fresh) {
        null->second = kindred::expectedMatch(of_a.rows, of_b.rows, of_a.columns, draws_, seed_);
      }
      const double figures[] = {found.matched, found.largest, found.unaligned, found.identity,
                                null->second};
      for (std::size_t f = 0; f < std::size(figures); ++f) {
        report.values.push_back({f, i, met.a, j, met.b, of_a.values.size(), figures[f]});
      }
      table.rows.push_back({cell(met.layer), cell(found.matched), cell(null->second),
                            cell(found.identity), cell(found.largest), cell(found.unaligned)});
    }
    if (!table.rows.empty()) report.tables.push_back(std::move(table));
  }

  std::uint64_t draws_;
  std::uint64_t seed_;
};

}  // namespace

KINDRED_SURVEY(
    RouterAlignmentSurvey, "router-alignment", "1.0",
    "Cosine of two models' router rows, experts in the best order",
    kindred::figure("router-alignment", "mean cosine of matched experts (linear assignment)")
        .in(kindred::Unit::cosine, -1, 1)
        .same(1),
    kindred::figure("max", "largest cosine of any two experts").in(kindred::Unit::cosine, -1, 1),
    kindred::figure("unaligned", "mean cosine of like-numbered experts")
        .in(kindred::Unit::cosine, -1, 1),
    kindred::figure("identity", "share of experts that are matched to their own number")
        .in(kindred::Unit::share, 0, 1),
    kindred::figure("expected", "router-alignment of independent normal numbers of this shape")
        .in(kindred::Unit::cosine, -1, 1),
    kindred::integer("draws", "4", 1, 1000, "simulations that 'expected' is the mean of"),
    kindred::integer("seed", "0", 0, 9007199254740991.0, "of the simulations"))
