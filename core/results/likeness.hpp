// How alike the rows of relatives are, as a run's tests of signs measured it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "results/report.hpp"

namespace kindred::results {

// Two models, whichever of them was named first.
using Edge = std::pair<std::string, std::string>;
Edge ordered(const std::string& a, const std::string& b);

// A layer of a pair: how alike its rows are, within [0, 1], and how many there were.
struct LayerLikeness {
  double alike = 0;
  double rows = 0;
};
using PairLikeness = std::map<std::int64_t, LayerLikeness>;  // by layer of the reference

// Of each pair the finding with the most coins, by gauge.
using Measured = std::map<std::string, std::map<Edge, const Finding*>>;

// Of pairs within these models, or within these parts of models of one kind; the findings are the
// report's.
Measured measuredOf(const Report& report, const std::set<std::string>& members,
                    std::optional<models::Component> part = {});

PairLikeness likenessOf(const Finding& finding);

// Over all layers, by rows; NaN where there are none. `times`: of each layer how often it counts,
// others not at all.
double meanOf(const PairLikeness& pair, const std::map<std::int64_t, double>* times = nullptr);

// -ln of a correlation, which adds up along a path of independent changes. Beyond 1e-3 a distance
// is not measured any more, only that it is large.
double distanceOf(double correlation);

}  // namespace kindred::results
