// What tests of signs come to where their null holds by construction: p-values of redraws, test by
// test, and which of them are too small too often.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <kindred/analysis/stats/uniformity.hpp>

#include "results/results.hpp"

namespace kindred::steps {

// Of one pair of models.
class NullCheck {
 public:
  // What one redraw came to. A test that gave nothing this time says 1.
  void add(const std::vector<evidence::StepFinding>& redraw);

  // Those of which honest ones would be called uneven in one run of a thousand, all together.
  struct Entry {
    std::string step, test, null;
    Axis gauge;
    stats::Uniformity p = {};
    std::vector<double> log10_p = {};  // of which that is
  };
  std::vector<Entry> entries() const;

 private:
  using Axes = std::pair<std::string, Axis>;  // step and gauge
  struct Tested {
    std::string test;
    std::map<std::string, std::vector<double>> of_null;  // by its words, one a redraw
    std::vector<double> of_all;                          // of all nulls together
    std::size_t most = 0;                                // nulls in one redraw
  };
  std::map<Axes, Tested> tested_;
  std::size_t redraws_ = 0;
};

// A table of them, of models `a` and `b`.
results::StepTable nullTable(const std::string& a, const std::string& b,
                             const std::vector<NullCheck::Entry>& entries);

// Findings of the two models by tests whose p-values are not uniform describe from here on, and are
// listed among what was refused.
void applyNull(const std::string& a, const std::string& b,
               const std::vector<NullCheck::Entry>& entries, results::StepResult& result);

}  // namespace kindred::steps
