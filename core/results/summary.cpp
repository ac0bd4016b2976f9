#include "results/summary.hpp"

#include <map>
#include <tuple>

#include "results/aggregate.hpp"

namespace kindred::results {

std::vector<Summary> summarise(const std::vector<Observation>& observations) {
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;
  std::map<Key, std::size_t> index;
  std::vector<Summary> summaries;
  std::vector<std::vector<double>> values;
  for (const Observation& o : observations) {
    const auto [at, fresh] =
        index.try_emplace(Key{o.step, o.metric, o.figure, o.model_a, o.model_b}, summaries.size());
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
  return summaries;
}

}  // namespace kindred::results
