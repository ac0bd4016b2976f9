#include "groups.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace kindred::characterise {
namespace {

constexpr std::size_t kOfOneScale = 16;     // elements under one scale
constexpr std::size_t kMostKept = 16384;    // sixteens that are kept
constexpr std::size_t kLooked = 3000;       // groups whose difference is held against the least
constexpr double kRepeated = 0.9;           // of the groups have been seen before
constexpr std::size_t kMostEntries = 8192;  // of a table

using Group = std::vector<int>;  // in 64ths

}  // namespace

void Groups::add(const std::vector<float>& plain, const std::vector<float>& coded) {
  for (std::size_t at = 0; at + kOfOneScale <= coded.size(); at += kOfOneScale) {
    if (sixteens_.size() == kMostKept) return;
    float least = std::numeric_limits<float>::infinity();
    for (std::size_t i = at; i < at + kOfOneScale; ++i) {
      if (coded[i] != 0) least = std::min(least, std::abs(coded[i]));
    }
    if (!std::isfinite(least)) continue;
    Pair pair;
    for (std::size_t i = at; i < at + kOfOneScale; ++i) {
      pair.plain.push_back(plain[i] / least);
      pair.coded.push_back(coded[i] / least);
    }
    sixteens_.push_back(std::move(pair));
  }
}

double Groups::share(std::size_t length, bool with_signs) const {
  const auto value = [&](float coded) { return with_signs ? coded : std::abs(coded); };
  std::map<Group, std::size_t> seen;
  std::size_t groups = 0, repeated = 0;
  for (const Pair& pair : sixteens_) {
    for (std::size_t at = 0; at < kOfOneScale; at += length, ++groups) {
      Group group;
      for (std::size_t i = at; i < at + length; ++i) {
        group.push_back(static_cast<int>(std::lround(64 * value(pair.coded[i]))));
      }
      ++seen[group];
    }
  }
  std::vector<float> table;
  std::size_t entries = 0;
  for (const auto& [group, count] : seen) {
    if (count < 2) continue;
    repeated += count;
    ++entries;
    for (const int coded : group) table.push_back(static_cast<float>(coded) / 64);
  }
  const auto all = static_cast<double>(groups);
  if (groups == 0 || static_cast<double>(repeated) < kRepeated * all) return 0;
  if (entries > kMostEntries || entries < 2) return 0;
  double least = 0, actual = 0;
  const std::size_t step = std::max<std::size_t>(groups / kLooked, 1);
  for (std::size_t g = 0; g < groups; g += step) {
    const Pair& pair = sixteens_[g * length / kOfOneScale];
    const std::size_t at = g * length % kOfOneScale;
    double own = 0;
    for (std::size_t i = at; i < at + length; ++i) {
      own += std::pow(double{pair.plain[i]} - pair.coded[i], 2);
    }
    double best = own;
    for (std::size_t e = 0; e < entries; ++e) {
      double sum = 0;
      for (std::size_t i = 0; i < length && sum < best; ++i) {
        sum += std::pow(double{value(pair.plain[at + i])} - table[e * length + i], 2);
      }
      best = std::min(best, sum);
    }
    least += best;
    actual += own;
  }
  return actual > 0 ? least / actual : 0;
}

double Groups::share() const {
  for (const std::size_t length : {8u, 4u}) {
    for (const bool with_signs : {true, false}) {
      const double found = share(length, with_signs);
      if (found > 0) return found;
    }
  }
  return 0;
}

}  // namespace kindred::characterise
