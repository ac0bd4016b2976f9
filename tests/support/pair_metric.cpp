#include "pair_metric.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>

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

std::vector<std::uint64_t> bits(const std::vector<double>& figures) {
  std::vector<std::uint64_t> all;
  for (const double figure : figures) all.push_back(std::bit_cast<std::uint64_t>(figure));
  return all;
}

Numbers firstOf(const Numbers& numbers, std::size_t count) {
  return std::visit(
      [&](const auto& all) -> Numbers {
        return std::remove_cvref_t<decltype(all)>(all.begin(),
                                                  all.begin() + static_cast<std::ptrdiff_t>(count));
      },
      numbers);
}

}  // namespace

std::vector<double> measure(const PairMetric& metric, const Numbers& a, const Numbers& b, Cut cut) {
  if (const auto* floats = std::get_if<std::vector<float>>(&a)) {
    return measureAs(metric, *floats, std::get<std::vector<float>>(b), cut);
  }
  return measureAs(metric, std::get<std::vector<double>>(a), std::get<std::vector<double>>(b), cut);
}

void expectConformance(const PairMetric& metric, const Numbers& a, const Numbers& b) {
  const std::size_t size = std::visit([](const auto& all) { return all.size(); }, a);
  for (const std::size_t segment : {~std::size_t{0}, 8 * kBlock, kBlock}) {
    const auto expected = bits(measure(metric, a, b, {kBlock, segment}));
    EXPECT_EQ(bits(measure(metric, a, b, {kBlock, segment})), expected) << "run twice";
    for (const std::size_t blocks : {2, 3, 5, 8, 1000}) {
      EXPECT_EQ(bits(measure(metric, a, b, {blocks * kBlock, segment})), expected)
          << blocks << " blocks a tile, segments of " << segment;
    }
  }
  for (std::size_t length = 0; length <= std::min<std::size_t>(size, 5000);
       length += length < 130 ? 1 : 61) {
    const Numbers some_a = firstOf(a, length);
    const Numbers some_b = firstOf(b, length);
    EXPECT_EQ(bits(measure(metric, some_a, some_b, {kBlock, ~std::size_t{0}})),
              bits(measure(metric, some_a, some_b, {4 * kBlock, ~std::size_t{0}})))
        << "length " << length;
  }
}

}  // namespace kindred::support
