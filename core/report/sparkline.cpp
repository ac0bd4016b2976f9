#include "report/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace kindred::report {
namespace {

constexpr std::size_t kLeastLayers = 4, kMostColumns = 48;  // layers; more are joined

struct Curve {
  std::string step, metric, figure;
  std::map<std::int64_t, std::pair<double, int>> layers = {};  // sum and count

  std::vector<double> values() const {
    const std::size_t a_column = (layers.size() + kMostColumns - 1) / kMostColumns;
    std::vector<double> means;
    double sum = 0;
    std::size_t count = 0;
    for (const auto& [_, layer] : layers) {
      sum += layer.first / layer.second;
      if (++count < a_column) continue;
      means.push_back(sum / static_cast<double>(count));
      sum = 0;
      count = 0;
    }
    if (count > 0) means.push_back(sum / static_cast<double>(count));
    return means;
  }
};

std::vector<Curve> linesOf(const std::vector<results::Observation>& observations) {
  std::map<std::pair<std::string, std::string>, std::size_t> index;
  std::vector<Curve> lines;
  for (const results::Observation& o : observations) {
    if (o.layer_a < 0 || (o.layer_b >= 0 && o.layer_b != o.layer_a)) continue;
    const auto [at, fresh] = index.try_emplace({o.step, o.metric}, lines.size());
    if (fresh) lines.push_back({o.step, o.metric, o.figure});
    Curve& line = lines[at->second];
    if (o.figure != line.figure || !std::isfinite(o.value)) continue;
    auto& [sum, count] = line.layers[o.layer_a];
    sum += o.value;
    ++count;
  }
  std::erase_if(lines, [](const Curve& line) { return line.layers.size() < kLeastLayers; });
  return lines;
}

std::string label(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 2) + "..";
}

}  // namespace

std::string sparkline(const std::vector<double>& values, double low, double high) {
  constexpr std::array<const char*, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      text += ' ';
      continue;
    }
    const double share = high > low ? (value - low) / (high - low) : 0.5;
    text += kBlocks[static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * 7.0))];
  }
  return text;
}

std::string layerLines(const std::vector<results::Observation>& observations) {
  const std::vector<Curve> lines = linesOf(observations);
  if (lines.empty()) return {};
  std::map<std::string, std::pair<double, double>> scales;
  for (const Curve& line : lines) {
    auto [scale, fresh] = scales.try_emplace(line.metric, INFINITY, -INFINITY);
    for (const double value : line.values()) {
      scale->second.first = std::min(scale->second.first, value);
      scale->second.second = std::max(scale->second.second, value);
    }
  }
  std::string text = "\nBy layer, each metric on one scale (from its smallest to its largest):\n";
  for (const Curve& line : lines) {
    const auto& [low, high] = scales.at(line.metric);
    text += fmt::format("  {:<16} {:<10} {}\n", label(line.step, 16), label(line.metric, 10),
                        sparkline(line.values(), low, high));
  }
  return text;
}

}  // namespace kindred::report
