#include "results/summary.hpp"

#include <map>
#include <tuple>

#include "results/aggregate.hpp"

namespace kindred::results {
namespace {

using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;

Key keyOf(const Observation& o) { return {o.step, o.metric, o.figure, o.model_a, o.model_b}; }

}  // namespace

std::vector<Summary> summarise(const std::vector<Observation>& observations) {
  std::map<Key, std::size_t> index;
  std::vector<Summary> summaries;
  std::vector<std::vector<double>> values;
  for (const Observation& o : observations) {
    const auto [at, fresh] = index.try_emplace(keyOf(o), summaries.size());
    if (fresh) {
      Summary summary;
      summary.step = o.step;
      summary.metric = o.metric;
      summary.figure = o.figure;
      summary.model_a = o.model_a;
      summary.model_b = o.model_b;
      summaries.push_back(std::move(summary));
      values.emplace_back();
    }
    values[at->second].push_back(o.value);
  }
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    Summary& s = summaries[i];
    s.count = static_cast<std::uint64_t>(aggregate(values[i], "count"));
    s.undefined = values[i].size() - s.count;
    s.mean = aggregate(values[i], "mean");
    s.sd = aggregate(values[i], "sd");
    s.min = aggregate(values[i], "min");
    s.median = aggregate(values[i], "median");
    s.max = aggregate(values[i], "max");
  }
  for (const Observation& o : observations) {
    Summary& s = summaries[index.at(keyOf(o))];
    if (s.min_of.empty() && o.value == s.min) s.min_of = o.tensor_a;
    if (s.max_of.empty() && o.value == s.max) s.max_of = o.tensor_a;
  }
  return summaries;
}

}  // namespace kindred::results
