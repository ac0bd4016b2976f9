#include "starts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <kindred/random.hpp>

#include "comparer.hpp"
#include "evidence/start.hpp"
#include "parallel.hpp"
#include "trainer/save.hpp"
#include "trainer/training.hpp"
#include "transformations.hpp"

namespace kindred::calibration {
namespace {

using trainer::Corpus;
using trainer::Shape;

constexpr std::size_t kWords = 128;

struct Pair {
  std::size_t start;
  bool descends;
  std::string how;
  Model first, second;
};

Shape shapeOf(std::size_t start) {
  Shape shape;
  shape.hidden = start % 3 == 0 ? 32 : start % 3 == 1 ? 48 : 64;
  shape.layers = 2 + start % 2;
  shape.heads = 4;
  shape.kv_heads = 2;
  shape.head_dim = shape.rotary_dim = shape.hidden / 4;
  shape.intermediate = 2 * shape.hidden;
  shape.vocabulary = kWords;
  return shape;
}

std::uint64_t seedOf(std::size_t start, std::size_t which) {
  return Random{(std::uint64_t{77} << 40) + start * 64 + which}();
}

Model begun(std::size_t start) {
  return trainer::initialise<float>(shapeOf(start), trainer::words(kWords, 1), seedOf(start, 0));
}

// `language` of the corpus, `which` of the batches.
Model trainedFrom(Model model, std::size_t start, std::size_t steps, double rate,
                  std::size_t language, std::size_t which) {
  trainer::Training training;
  training.steps = steps;
  training.rate = rate;
  training.seed = seedOf(start, which);
  train(model, Corpus(kWords, language), training);
  return model;
}

// One pair of each kind at one length: descent at a low and at the full rate, a start shared with
// other batches of the same text and with another text.
std::vector<Pair> pairsOf(std::size_t start) {
  constexpr std::size_t kLengths[] = {60, 150, 400};
  std::vector<Pair> pairs;
  std::size_t which = 1;
  for (const std::size_t length : kLengths) {
    const Model root = trainedFrom(begun(start), start, length, 1e-2, 1, which++);
    for (const std::size_t language : {1, 5}) {
      const std::string text = language == 1 ? "same text" : "other text";
      pairs.push_back({start, false, std::to_string(length) + " steps apart, " + text, root,
                       trainedFrom(begun(start), start, length, 1e-2, language, which++)});
    }
    pairs.push_back({start, true, std::to_string(length) + " steps, then a quarter at a low rate",
                     root, trainedFrom(root, start, length / 4, 3e-3, 5, which++)});
    pairs.push_back({start, true, std::to_string(length) + " steps, then as many at full rate",
                     root, trainedFrom(root, start, length, 1e-2, 5, which++)});
  }
  return pairs;
}

// What was said of pairs of one kind.
struct Row {
  double constants = 0, rows = 0;  // sums
  std::size_t measured = 0, unmeasured = 0;
  std::array<std::size_t, 3> said{};

  void add(const std::optional<evidence::Start>& start) {
    if (!start) {
      ++unmeasured;
      return;
    }
    ++measured;
    constants += start->constants;
    rows += start->rows;
    ++said[static_cast<std::size_t>(start->looks_like)];
  }
  void print(const std::string& how) const {
    const auto n = static_cast<double>(std::max<std::size_t>(measured, 1));
    std::printf("| %s | %zu | %.2f | %.2f | %zu | %zu | %zu | %zu |\n", how.c_str(),
                measured + unmeasured, constants / n, rows / n, said[0], said[1], said[2],
                unmeasured);
  }
};

// Of the pairs of which one of the two was said: how many are so.
struct Rate {
  std::uint64_t right = 0, said = 0;

  void add(bool is_so) {
    ++said;
    right += is_so;
  }
  // Whether it is right as often as the program says, within what chance allows.
  bool print(const char* what, const evidence::Rate& stated) const {
    std::printf("Of %llu pairs that look like %s %llu are so; the program says %llu of %llu.\n",
                static_cast<unsigned long long>(said), what, static_cast<unsigned long long>(right),
                static_cast<unsigned long long>(stated.right),
                static_cast<unsigned long long>(stated.said));
    if (said == 0 || stated.said == 0) return false;
    const double share = static_cast<double>(stated.right) / static_cast<double>(stated.said);
    const double error =
        std::sqrt(std::max(share * (1 - share), 0.001) / static_cast<double>(said));
    return static_cast<double>(right) / static_cast<double>(said) > share - 4 * error;
  }
};

}  // namespace

bool measureStarts(std::size_t starts, const std::filesystem::path& folder) {
  std::vector<std::vector<Pair>> made(starts);
  parallelFor(starts, [&](std::size_t i) { made[i] = pairsOf(i); });
  std::vector<const Pair*> pairs;
  for (const auto& some : made) {
    for (const Pair& pair : some) pairs.push_back(&pair);
  }
  std::vector<std::filesystem::path> folders;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (const auto& [name, model] :
         {std::pair{"-a", &pairs[i]->first}, {"-b", &pairs[i]->second}}) {
      folders.push_back(folder / (std::to_string(i) + name));
      trainer::save(*model, folders.back(), DType::BF16);
    }
  }
  const Comparer comparer(folders);
  std::vector<Compared> compared(pairs.size());
  parallelFor(pairs.size(),
              [&](std::size_t i) { compared[i] = comparer.compare(2 * i, 2 * i + 1); });
  std::map<std::string, Row> rows;
  Rate descent, shared_start;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    Row& row = rows[(pairs[i]->descends ? "descends: " : "start shared: ") + pairs[i]->how];
    const std::optional<evidence::Start>& start = compared[i].start;
    row.add(start);
    if (!start) continue;
    if (start->looks_like == evidence::LooksLike::descent) descent.add(pairs[i]->descends);
    if (start->looks_like == evidence::LooksLike::shared_start) {
      shared_start.add(!pairs[i]->descends);
    }
  }
  std::puts(
      "| pairs | number | gains | rows | descent | shared start | either | not measured |\n"
      "|---|---|---|---|---|---|---|---|");
  for (const auto& [how, row] : rows) row.print(how);
  const bool as_said = descent.print("descent", evidence::kDescentRight);
  return shared_start.print("a shared start", evidence::kSharedStartRight) && as_said;
}

}  // namespace kindred::calibration
