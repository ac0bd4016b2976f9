#include "starts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <kindred/random.hpp>

#include "comparer.hpp"
#include "evidence/start.hpp"
#include "proportion.hpp"
#include "trainer/save.hpp"
#include "trainer/training.hpp"
#include "transformations.hpp"
#include "zoo.hpp"

namespace kindred::calibration {
namespace {

using trainer::Corpus;
using trainer::Shape;

constexpr std::size_t kWords = 128;

struct Pair {
  bool descends;
  std::string how;
  Model first, second;
};

// Small, since a start takes nine trainings and it is starts that are independent.
Shape shapeOf(std::size_t start) {
  Shape shape;
  shape.hidden = 32 + 8 * (start % 3);
  shape.layers = 2 + start % 2;
  shape.heads = 4;
  shape.kv_heads = 2;
  shape.head_dim = shape.rotary_dim = shape.hidden / 4;
  shape.intermediate = 2 * shape.hidden;
  shape.vocabulary = kWords;
  return shape;
}

std::uint64_t seedOf(std::size_t start, std::size_t which) {
  return Random{(kSeries << 48) + (std::uint64_t{5000} << 32) + start * 64 + which}();
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
      pairs.push_back({false, std::to_string(length) + " steps apart, " + text, root,
                       trainedFrom(begun(start), start, length, 1e-2, language, which++)});
    }
    pairs.push_back({true, std::to_string(length) + " steps, then a quarter at a low rate", root,
                     trainedFrom(root, start, length / 4, 3e-3, 5, which++)});
    pairs.push_back({true, std::to_string(length) + " steps, then as many at full rate", root,
                     trainedFrom(root, start, length, 1e-2, 5, which++)});
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
  std::string line(const std::string& how) const {
    const auto n = static_cast<double>(std::max<std::size_t>(measured, 1));
    return fmt::format("| {} | {} | {:.2f} | {:.2f} | {} | {} | {} | {} |\n", how,
                       measured + unmeasured, constants / n, rows / n, said[0], said[1], said[2],
                       unmeasured);
  }
};

// Of the pairs of which one of the two was said: how many are so, and in how many starts not all.
struct Said {
  std::uint64_t right = 0, said = 0;
  std::set<std::size_t> wrong_starts;

  void add(std::size_t start, bool is_so) {
    ++said;
    right += is_so;
    if (!is_so) wrong_starts.insert(start);
  }
  std::string sentence(const char* what, std::size_t starts, const evidence::Rate& stated) const {
    const Proportion wrong = proportion(wrong_starts.size(), starts);
    return fmt::format(
        "Of {} pairs that look like {} {} are so; not all of them are in {} of {} starts (95 % "
        "bounds of the share of such starts: {:.3f} to {:.3f}). What stands beside verdicts is {} "
        "of {}.\n",
        said, what, right, wrong.successes, starts, wrong.low, wrong.high, stated.right,
        stated.said);
  }
};

// All that is known after some starts.
class Tally {
 public:
  void add(std::size_t start, const Pair& pair, const std::optional<evidence::Start>& made) {
    ++pairs_[pair.descends];
    rows_[(pair.descends ? "descends: " : "start shared: ") + pair.how].add(made);
    if (!made) return;
    if (made->looks_like == evidence::LooksLike::descent) descent_.add(start, pair.descends);
    if (made->looks_like == evidence::LooksLike::shared_start) shared_.add(start, !pair.descends);
  }

  std::string section(std::size_t starts) const {
    std::string text = fmt::format(
        "Written by `bench_calibration --starts {}`. Of each of {} independent starts {} pairs "
        "share it and no more, and of {} one descends from the other: models of widths 32 to 48, "
        "trained for 60, 150 or 400 steps. Columns: the mean correlation of gains of norms, the "
        "mean cosine of matched up rows, and how many pairs look like what "
        "([sign-tests.md](sign-tests.md#descent-or-a-shared-start)). Pairs of one start are not "
        "independent of each other, so bounds are those of starts.\n\n"
        "| pairs | number | gains | rows | descent | shared start | either | not measured |\n"
        "|---|---|---|---|---|---|---|---|\n",
        starts, starts, pairs_[0] / starts, pairs_[1] / starts);
    for (const auto& [how, row] : rows_) text += row.line(how);
    return text + "\n" + descent_.sentence("descent", starts, evidence::kDescentRight) + "\n" +
           shared_.sentence("a shared start", starts, evidence::kSharedStartRight);
  }

 private:
  std::size_t pairs_[2] = {};
  std::map<std::string, Row> rows_;
  Said descent_, shared_;
};

std::vector<std::optional<evidence::Start>> compared(const std::vector<Pair>& pairs,
                                                     const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> folders;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (const auto& [name, model] : {std::pair{"-a", &pairs[i].first}, {"-b", &pairs[i].second}}) {
      folders.push_back(folder / (std::to_string(i) + name));
      trainer::save(*model, folders.back(), DType::BF16);
    }
  }
  const Comparer comparer(folders);
  std::vector<std::optional<evidence::Start>> made;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    made.push_back(comparer.compare(2 * i, 2 * i + 1).start);
  }
  return made;
}

}  // namespace

void measureStarts(std::size_t starts, const std::filesystem::path& folder,
                   const std::function<void(const std::string&)>& show) {
  Tally tally;
  for (std::size_t start = 0; start < starts; ++start) {
    const std::vector<Pair> pairs = pairsOf(start);
    const auto made = compared(pairs, folder / std::to_string(start));
    for (std::size_t i = 0; i < pairs.size(); ++i) tally.add(start, pairs[i], made[i]);
    show(tally.section(start + 1));
  }
}

}  // namespace kindred::calibration
