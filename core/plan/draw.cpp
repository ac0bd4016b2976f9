#include "plan/draw.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include <kindred/model_weights.hpp>

#include "results/hash.hpp"

namespace kindred::plan {
namespace {

constexpr std::uint64_t kPiece = 16;

// What its rows are numbers of.
std::string_view axisOf(std::string_view role) {
  return role == role::kGate || role == role::kUp ? "units" : "coordinates";
}

// Numbers in the order of their keys.
template <class Number, class KeyOf>
void sortByKey(std::vector<Number>& numbers, KeyOf&& key) {
  std::vector<std::pair<std::string, Number>> keyed;
  for (const Number number : numbers) keyed.emplace_back(key(number), number);
  std::sort(keyed.begin(), keyed.end());
  std::transform(keyed.begin(), keyed.end(), numbers.begin(),
                 [](const auto& entry) { return entry.second; });
}

}  // namespace

std::string Draw::keyOf(std::string_view what, std::int64_t number) const {
  return results::xxh3(fmt::format("{}\n{}\n{}", beacon_, what, number));
}

void Draw::order(std::vector<std::int64_t>& layers) const {
  if (beacon_.empty()) return;
  sortByKey(layers, [&](std::int64_t layer) { return keyOf("layers", layer); });
}

std::vector<std::uint32_t> Draw::rows(std::string_view role, std::uint64_t all,
                                      std::uint64_t count) {
  if (beacon_.empty() || count >= all) return {};
  const std::string_view axis = axisOf(role);
  const auto [known, fresh] = pieces_.try_emplace({axis, all});
  if (fresh) {
    known->second.resize((all + kPiece - 1) / kPiece);
    std::iota(known->second.begin(), known->second.end(), std::uint64_t{0});
    sortByKey(known->second,
              [&](std::uint64_t at) { return keyOf(axis, static_cast<std::int64_t>(at)); });
  }
  std::vector<std::uint32_t> numbers;
  for (const std::uint64_t at : known->second) {
    const std::uint64_t end = std::min(all, (at + 1) * kPiece);
    for (std::uint64_t row = at * kPiece; row < end && numbers.size() < count; ++row) {
      numbers.push_back(static_cast<std::uint32_t>(row));
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace kindred::plan
