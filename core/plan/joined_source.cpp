#include "plan/joined_source.hpp"

#include <vector>

namespace kindred::plan {
namespace {

template <class T>
std::pair<std::vector<T>, std::vector<T>> divided(std::span<const T> all,
                                                  const std::set<const File*>& of_second) {
  std::pair<std::vector<T>, std::vector<T>> parts;
  for (const T& one : all)
    (of_second.contains(one.file) ? parts.second : parts.first).push_back(one);
  return parts;
}

}  // namespace

void JoinedSource::read(std::span<const ReadRequest> requests) {
  const auto [first, second] = divided(requests, of_second_);
  if (!first.empty()) first_.read(first);
  if (!second.empty()) second_.read(second);
}

Cost JoinedSource::price(std::span<const PlannedRange> ranges) const {
  const auto [first, second] = divided(ranges, of_second_);
  const Cost of_first = first_.price(first), of_second = second_.price(second);
  return {of_first.bytes + of_second.bytes, of_first.requests + of_second.requests};
}

}  // namespace kindred::plan
