#include "pair_metric.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>

namespace kindred::support {

namespace {

template <class T>
Values part(const std::vector<T>& all, std::size_t first, std::size_t count) {
  const std::span<const T> numbers(all.data() + first, count);
  Values values;
  if constexpr (std::is_same_v<T, float>) {
    values.narrow = numbers;
  } else {
    values.wide = numbers;
  }
  return values;
}

template <class T>
std::vector<double> measureAs(const PairMetric& metric, const std::vector<T>& a,
                              const std::vector<T>& b, Cut cut) {
  TensorInfo info;
  info.dtype = std::is_same_v<T, float> ? DType::F32 : DType::F64;
  info.shape = {a.size()};
  info.elements = a.size();
  const Pair pair{info, info, a.size()};
  std::unique_ptr<PairAccumulator> all;
  std::size_t done = 0;
  do {
    std::unique_ptr<PairAccumulator> segment = metric.start(pair);
    const std::size_t end = done + std::min(cut.segment, a.size() - done);
    while (done < end) {
      const std::size_t count = std::min(cut.tile, end - done);
      segment->add({part(a, done, count), part(b, done, count), done});
      done += count;
    }
    if (all) {
      all->merge(*segment);
    } else {
      all = std::move(segment);
    }
  } while (done < a.size());
  return all->finish();
}

}  // namespace

std::vector<double> measure(const PairMetric& metric, const Numbers& a, const Numbers& b, Cut cut) {
  if (const auto* floats = std::get_if<std::vector<float>>(&a)) {
    return measureAs(metric, *floats, std::get<std::vector<float>>(b), cut);
  }
  return measureAs(metric, std::get<std::vector<double>>(a), std::get<std::vector<double>>(b), cut);
}

}  // namespace kindred::support
