#include "doubled.hpp"

#include <cmath>
#include <functional>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include <kindred/random.hpp>

#include "bench/marks.hpp"
#include "parallel.hpp"
#include "tally.hpp"
#include "trainer/edits.hpp"
#include "trainer/perturb.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/restructure.hpp"
#include "trainer/save.hpp"
#include "trainer/training.hpp"
#include "transformations.hpp"
#include "zoo.hpp"

namespace kindred::calibration {
namespace {

constexpr std::size_t kModels = 24;         // of each kind: 276 pairs
constexpr unsigned kBits[] = {8, 4, 3, 2};  // of rounded models, in turn

struct DoubledKind {
  std::string name;
  std::uint64_t budget;  // bytes read of a model; 0: as by default
  std::function<void(Model&, std::size_t index, std::uint64_t seed)> make;
  trainer::Storage stored = DType::F32;
  bool wide = false;  // rows that are whole blocks of GGUF's
};

// How far copies have drifted apart since they were made, in turn.
double driftOf(std::size_t index) {
  constexpr double kDrifts[] = {0.1, 0.4, 0.8, 1.5};
  return kDrifts[index % std::size(kDrifts)];
}

void shuffleExperts(Model& model, std::uint64_t seed) {
  trainer::permuteUnits(model, seed);
  trainer::permuteExperts(model, seed + 1);
}

// A quarter of the tokens has rows that are all equal, another one coordinate each.
void blankTokens(Model& model) {
  for (trainer::Matrix<float>* matrix : {&model.embedding, &model.output}) {
    for (std::size_t t = 0; t < matrix->rows / 2; ++t) {
      const bool constant = t % 2 == 0;
      for (std::size_t c = 0; c < matrix->columns; ++c) {
        (*matrix)(t, c) = constant || c == t / 2 % matrix->columns ? 0.3f : 0.0f;
      }
    }
  }
}

// Codes without their zero point.
void dropZeroPoints(Model& model) {
  for (const trainer::Named<float>& named : trainer::matrices(model)) {
    if (named.name.ends_with("norm.weight")) continue;
    float least = 0;
    for (const float x : named.matrix->values) least = std::min(least, x);
    for (float& x : named.matrix->values) x -= least;
  }
}

std::vector<DoubledKind> doubledKinds() {
  std::vector<DoubledKind> kinds{
      {"experts-in-part", 150000,
       [](Model& model, std::size_t index, std::uint64_t seed) {
         upcycle(model, 16, seed);
         addNoise(model, driftOf(index), seed + 1);
       }},
      {"shuffled-experts-in-part", 150000,
       [](Model& model, std::size_t index, std::uint64_t seed) {
         upcycle(model, 16, seed);
         shuffleExperts(model, seed + 2);
         addNoise(model, driftOf(index), seed + 1);
       }},
      {"experts-whole", 0,
       [](Model& model, std::size_t index, std::uint64_t seed) {
         upcycle(model, 4, seed);
         shuffleExperts(model, seed + 2);
         addNoise(model, driftOf(index), seed + 1);
       }},
      {"cloned-units", 0,
       [](Model& model, std::size_t index, std::uint64_t seed) {
         cloneUnits(model, index % 2 == 0 ? 2 : 4);
         if (index % 3 == 0) trainer::permuteUnits(model, seed + 2);
         addNoise(model, driftOf(index), seed + 1);
       }},
      {"cloned-width", 0,
       [](Model& model, std::size_t index, std::uint64_t seed) {
         cloneWidth(model, 2);
         if (index % 3 == 0) trainer::permuteResidual(model, seed + 2);
         addNoise(model, driftOf(index), seed + 1);
       }},
      {"sorted-units", 0, [](Model& model, std::size_t, std::uint64_t) { sortUnits(model); }},
      {"sorted-coordinates", 0,
       [](Model& model, std::size_t, std::uint64_t) { sortResidual(model); }},
      {"blank-tokens", 0, [](Model& model, std::size_t, std::uint64_t) { blankTokens(model); }},
      {"no-zero-points", 0,
       [](Model& model, std::size_t, std::uint64_t) { dropZeroPoints(model); }},
      {"symmetric-integers", 0,
       [](Model& model, std::size_t index, std::uint64_t) {
         roundToIntegers(model, kBits[index % std::size(kBits)]);
       }},
      {"integers-with-zero-points", 0,
       [](Model& model, std::size_t index, std::uint64_t) {
         roundToGroups(model, kBits[index % std::size(kBits)], index % 2 == 0 ? 16 : 32);
       }},
  };
  const auto leave = [](Model&, std::size_t, std::uint64_t) {};
  for (const support::Quantised how : support::kAllQuantised) {
    kinds.push_back({std::string("stored-") + support::nameOf(how), 0, leave, how});
  }
  using enum support::GgufType;
  for (const support::GgufType type : {F16, Q8_0, Q4_0, Q4_K, Q2_K, IQ4_XS, MXFP4}) {
    kinds.push_back({std::string("stored-") + support::nameOf(type), 0, leave, type, true});
  }
  return kinds;
}

trainer::Shape shapeOf(bool wide) {
  trainer::Shape shape;
  shape.layers = 2;
  if (wide) {
    shape.hidden = shape.intermediate = 256;
    shape.heads = 8;
    shape.kv_heads = 4;
    shape.head_dim = shape.rotary_dim = 32;
  }
  return shape;
}

std::vector<Model> roots(bool wide) {
  std::vector<Model> models(kModels);
  const trainer::Shape shape = shapeOf(wide);
  parallelFor(kModels, [&](std::size_t i) {
    const std::size_t language = 1 + i % 2;
    models[i] = trainer::initialise<float>(shape, trainer::words(shape.vocabulary, language),
                                           Random{(kSeries << 48) + 7000 + i}());
    trainer::Training training;
    training.steps = wide ? 40 : 80;
    training.seed = Random{(kSeries << 48) + 8000 + i}();
    train(models[i], trainer::Corpus(shape.vocabulary, language), training);
  });
  return models;
}

NullTally compareAll(const DoubledKind& kind, const std::vector<Model>& roots,
                     const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> folders;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    Model model = roots[i];
    kind.make(model, i, Random{(kSeries << 48) + 9000 + i}());
    folders.push_back(folder / kind.name / ("m" + std::to_string(i)));
    trainer::save(model, folders.back(), kind.stored);
  }
  const Comparer comparer(folders, kind.budget);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    for (std::size_t j = i + 1; j < folders.size(); ++j) pairs.emplace_back(i, j);
  }
  std::vector<Compared> compared(pairs.size());
  parallelFor(pairs.size(), [&](std::size_t p) {
    compared[p] = comparer.compare(pairs[p].first, pairs[p].second);
  });
  NullTally tally;
  for (const Compared& pair : compared) tally.add(pair);
  return tally;
}

void print(const DoubledKind& kind, const NullTally& tally) {
  std::cout << fmt::format("{}: {} pairs, {} accused, smallest adjusted p 10^{:.1f}\n", kind.name,
                           tally.pairs(), tally.aboveNoEvidence(), tally.smallest());
  for (const auto& [what, row] : tally.rows()) {
    std::cout << fmt::format("  {:5}", row.trials);
    for (std::size_t l = 0; l < kLevels.size(); ++l) {
      std::cout << fmt::format("  {:.4f} <= {}",
                               static_cast<double>(row.rejected[l]) /
                                   static_cast<double>(std::max<std::uint64_t>(row.trials, 1)),
                               kLevels[l]);
    }
    std::cout << "  " << what << "\n";
  }
  std::cout.flush();
}

}  // namespace

namespace {

double rate(const NullTally::Row& row, std::size_t level) {
  return static_cast<double>(row.rejected[level]) /
         static_cast<double>(std::max<std::uint64_t>(row.trials, 1));
}

constexpr std::uint64_t kFew = 100;  // trials that tell no rate

// All tests of one encoding together, and the one that rejects most often.
std::string storedRow(const DoubledKind& kind, const NullTally& tally) {
  NullTally::Row all;
  double most = 0;
  std::string worst = "none";
  for (const auto& [what, row] : tally.rows()) {
    all.trials += row.trials;
    for (std::size_t l = 0; l < kLevels.size(); ++l) all.rejected[l] += row.rejected[l];
    if (row.trials < kFew || rate(row, 0) <= most) continue;
    most = rate(row, 0);
    worst = what.substr(0, what.find(':'));
  }
  return fmt::format("| {} | {} | {} | 10^{:.1f} | {} | {:.3f} | {:.3f} | {:.4f} | {:.3f}, {} |\n",
                     kind.name.substr(kind.name.find('-') + 1), tally.pairs(),
                     tally.aboveNoEvidence(), tally.smallest(), all.trials, rate(all, 0),
                     rate(all, 1), rate(all, 2), most, worst);
}

}  // namespace

bool measureDoubled(std::string_view name, const std::filesystem::path& folder) {
  std::map<bool, std::vector<Model>> models;  // by width
  bool known = false, clean = true;
  for (const DoubledKind& kind : doubledKinds()) {
    if (name != "all" && name != kind.name) continue;
    known = true;
    if (models[kind.wide].empty()) models[kind.wide] = roots(kind.wide);
    const NullTally tally = compareAll(kind, models[kind.wide], folder);
    print(kind, tally);
    clean = clean && tally.aboveNoEvidence() == 0;
  }
  if (!known) std::cerr << "no kind of models is called " << name << "\n";
  return known && clean;
}

bool measureStored(const std::filesystem::path& folder) {
  std::map<bool, std::vector<Model>> models;
  bool clean = true;
  std::string table =
      "| stored as | pairs | accused | smallest adjusted p | p-values | <= 0.05 | <= 0.01 | <= "
      "0.001 "
      "| the test that rejects most often at 0.05 |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const DoubledKind& kind : doubledKinds()) {
    if (!kind.name.starts_with("stored-")) continue;
    if (models[kind.wide].empty()) models[kind.wide] = roots(kind.wide);
    const NullTally tally = compareAll(kind, models[kind.wide], folder);
    print(kind, tally);
    table += storedRow(kind, tally);
    clean = clean && tally.aboveNoEvidence() == 0;
    bench::writeBetweenMarks("formats.md", "strangers by encoding", table);  // it takes hours
  }
  return clean;
}

}  // namespace kindred::calibration
