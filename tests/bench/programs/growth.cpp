// How time and memory of a comparison of strangers grow.
#include <cmath>
#include <functional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models.hpp"
#include "sections.hpp"

namespace kindred::bench {
namespace {

// Of y against x, both by their logarithms, by least squares.
double slope(const std::vector<double>& x, const std::vector<double>& y) {
  double mean_x = 0, mean_y = 0, along = 0, square = 0;
  const auto count = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += std::log(x[i]) / count;
    mean_y += std::log(y[i]) / count;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    along += (std::log(x[i]) - mean_x) * (std::log(y[i]) - mean_y);
    square += std::pow(std::log(x[i]) - mean_x, 2);
  }
  return along / square;
}

struct Axis {
  const char* name;
  std::vector<std::uint64_t> values;
  std::function<Size(std::uint64_t)> sized;
};

Spent pairOf(const std::filesystem::path& folder, const Size& size) {
  writeModel(folder / "a", size, 1);
  writeModel(folder / "b", size, 2);
  const Spent spent = bestOf(2, [&] {
    return kindred({"compare", (folder / "a").string(), (folder / "b").string(), "--out",
                    (folder / "out").string(), "--force"});
  });
  std::filesystem::remove_all(folder);
  return spent;
}

Spent allOf(const std::filesystem::path& folder, std::uint64_t models) {
  for (std::uint64_t m = 0; m < models; ++m) {
    writeModel(folder / "all" / std::to_string(m), {128, 352, 4, 1024}, 100 + m);
  }
  const Spent spent = kindred({"compare", "--all", (folder / "all").string(), "--out",
                               (folder / "out").string(), "--force"});
  std::filesystem::remove_all(folder);
  return spent;
}

std::string rowOf(const char* name, const std::vector<std::uint64_t>& values,
                  const std::vector<Spent>& spent) {
  std::vector<double> x, seconds, memory;
  std::vector<std::string> times, sizes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    x.push_back(static_cast<double>(values[i]));
    seconds.push_back(spent[i].processor);
    memory.push_back(static_cast<double>(spent[i].peak_kib));
    times.push_back(fmt::format("{:.2f}", seconds.back()));
    sizes.push_back(fmt::format("{}", spent[i].peak_kib / 1024));
  }
  return fmt::format("| {} | {} | {} | {:.2f} | {} | {:.2f} |\n", name, fmt::join(values, ", "),
                     fmt::join(times, ", "), slope(x, seconds), fmt::join(sizes, ", "),
                     slope(x, memory));
}

}  // namespace

std::string growth(const std::filesystem::path& scratch) {
  const std::vector<Axis> axes{{"layers",
                                {2, 4, 8, 16},
                                [](std::uint64_t n) {
                                  return Size{512, 1408, n, 2048};
                                }},
                               {"width",
                                {256, 512, 1024, 2048},
                                [](std::uint64_t n) {
                                  return Size{n, 1408, 4, 2048};
                                }},
                               {"units of an MLP", {704, 1408, 2816, 5632}, [](std::uint64_t n) {
                                  return Size{512, n, 4, 2048};
                                }}};
  std::string table =
      "Strangers of width 512 with 1,408 units and 4 layers, one size changed at a time; models: "
      "all "
      "pairs of so many of width 128. A slope of 1 is growth in proportion.\n\n"
      "| what grows | to | processor, s | slope | MiB | slope |\n|---|---|---|---|---|---|\n";
  for (const Axis& axis : axes) {
    std::vector<Spent> spent;
    for (const std::uint64_t value : axis.values) {
      spent.push_back(pairOf(scratch / "pair", axis.sized(value)));
    }
    table += rowOf(axis.name, axis.values, spent);
  }
  const std::vector<std::uint64_t> counts{4, 8, 16};
  std::vector<Spent> spent;
  for (const std::uint64_t count : counts) spent.push_back(allOf(scratch / "models", count));
  return table + rowOf("models, all pairs", counts, spent);
}

}  // namespace kindred::bench
