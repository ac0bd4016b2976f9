#include <kindred/analysis/stats/moments.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace kindred::stats {
namespace {

// The sum of f over the block, element i in lane i % 8.
template <class T, class F>
double laneSum(std::span<const T> block, F&& f) {
  constexpr std::size_t kLanes = 8;
  double lanes[kLanes] = {};
  const std::size_t whole = block.size() - block.size() % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += f(block[i + lane]);
  }
  for (std::size_t i = whole; i < block.size(); ++i) lanes[i - whole] += f(block[i]);
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

template <class T>
Moments momentsOf(std::span<const T> block) {
  Moments moments;
  if (block.empty()) return moments;
  moments.count = static_cast<double>(block.size());
  moments.mean = laneSum(block, [](double x) { return x; }) / moments.count;
  const double mean = moments.mean;
  moments.deviation = laneSum(block, [mean](double x) { return (x - mean) * (x - mean); });
  const auto [least, most] = std::minmax_element(block.begin(), block.end());
  moments.least = *least;
  moments.most = *most;
  return moments;
}

}  // namespace

void Moments::add(std::span<const float> block) { merge(momentsOf(block)); }
void Moments::add(std::span<const double> block) { merge(momentsOf(block)); }

void Moments::merge(const Moments& next) {
  if (next.count == 0) return;
  if (count == 0) {
    *this = next;
    return;
  }
  const double total = count + next.count;
  const double delta = next.mean - mean;
  const double share = next.count / total;
  mean += delta * share;
  deviation += next.deviation + delta * delta * share * count;
  least = std::min(least, next.least);
  most = std::max(most, next.most);
  count = total;
}

bool Moments::defined() const {
  return count > 0 && std::isfinite(mean) && std::isfinite(deviation);
}

double Moments::sd() const { return std::sqrt(deviation / count); }

double Moments::norm() const { return std::sqrt(deviation + count * mean * mean); }

double Moments::cv() const {
  return mean == 0 ? std::numeric_limits<double>::quiet_NaN() : sd() / std::abs(mean);
}

}  // namespace kindred::stats
