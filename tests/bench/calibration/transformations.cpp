#include "transformations.hpp"

#include <functional>
#include <numeric>
#include <string_view>

#include "trainer/perturb.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/restructure.hpp"
#include "trainer/signs.hpp"
#include "trainer/training.hpp"

namespace kindred::calibration {
namespace {

using List = std::vector<Transformation>;
using To = Transformation::To;

constexpr std::size_t kSteps[3] = {0, 25, 75};  // of training after an edit, by strength

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}
bool isAttention(std::string_view name) { return has(name, "self_attn"); }
bool isMlp(std::string_view name) { return has(name, ".mlp."); }
bool isEmbedding(std::string_view name) {
  return has(name, "embed_tokens") || has(name, "lm_head");
}
bool isNorm(std::string_view name) { return name.ends_with("norm.weight"); }

// An edit in place, then training on the other corpus at a low rate: none, some, more.
Transformation edited(std::string name, To to,
                      std::function<void(Model&, std::size_t, std::uint64_t)> edit) {
  return {
      std::move(name),
      {"alone", "then 25 steps", "then 75 steps"},
      to,
      [edit = std::move(edit)](const Materials& from, std::size_t strength, std::uint64_t seed) {
        Model model = from.root;
        edit(model, strength, seed);
        trainOn(model, from.other, {kSteps[strength]}, seed);
        return model;
      }};
}

// An edit whose own strength varies, with nothing after it.
Transformation graded(std::string name, std::array<std::string, 3> strengths, To to,
                      std::function<void(Model&, std::size_t, std::uint64_t)> edit,
                      std::size_t steps_after = 0) {
  return {std::move(name), std::move(strengths), to,
          [edit = std::move(edit), steps_after](const Materials& from, std::size_t strength,
                                                std::uint64_t seed) {
            Model model = from.root;
            edit(model, strength, seed);
            trainOn(model, from.other, {steps_after}, seed);
            return model;
          }};
}

Transformation keeping(const Kept& kept, Transformation transformation) {
  transformation.keeps = kept;
  return transformation;
}

constexpr Kept kRotated{.norms = false, .stream = false};  // rotateResidual() folds the gains

// Parts begun again, then trained as long as they need to work, at full rate.
Transformation replaced(std::string name, std::function<bool(std::string_view)> chosen) {
  return {std::move(name),
          {"alone", "then 50 steps", "then 150 steps"},
          To::all,
          [chosen = std::move(chosen)](const Materials& from, std::size_t strength,
                                       std::uint64_t seed) {
            Model model = from.root;
            reinitialise(model, chosen, seed);
            trainOn(model, from.own, {strength * (strength + 1) * 25, 5e-3}, seed);
            return model;
          }};
}

void addTraining(List& list) {
  list.push_back({"fine-tuned on another corpus",
                  {"20 steps", "60 steps", "150 steps"},
                  To::all,
                  [](const Materials& from, std::size_t strength, std::uint64_t seed) {
                    constexpr std::size_t kCourse[3] = {20, 60, 150};
                    Model model = from.root;
                    trainOn(model, from.other, {kCourse[strength]}, seed);
                    return model;
                  }});
  list.push_back({"training continued at full rate",
                  {"half as long", "as long", "twice as long"},
                  To::all,
                  [](const Materials& from, std::size_t strength, std::uint64_t seed) {
                    Model model = from.root;
                    trainOn(model, from.other, {75u << strength, 1e-2}, seed);
                    return model;
                  }});
}

void addMerges(List& list) {
  list.push_back({"low-rank update merged",
                  {"rank 1", "rank 4", "rank 16"},
                  To::all,
                  [](const Materials& from, std::size_t strength, std::uint64_t seed) {
                    Model tuned = from.root, model = from.root;
                    trainOn(tuned, from.other, {75, 1e-2}, seed);
                    mergeLowRank(model, std::move(tuned), std::size_t{1} << (2 * strength));
                    return model;
                  }});
  list.push_back({"merged with another descendant",
                  {"30 %", "50 %", "70 %"},
                  To::all,
                  [](const Materials& from, std::size_t strength, std::uint64_t seed) {
                    Model model = from.root;
                    trainOn(model, from.other, {50, 1e-2}, seed);
                    mergeLinearly(model, from.sibling, 0.3 + 0.2 * static_cast<double>(strength));
                    return model;
                  }});
  list.push_back({"merged with a stranger",
                  {"20 % of it", "35 % of it", "50 % of it"},
                  To::all,
                  [](const Materials& from, std::size_t strength, std::uint64_t) {
                    Model model = from.root;
                    mergeLinearly(model, from.stranger, 0.2 + 0.15 * static_cast<double>(strength));
                    return model;
                  }});
  list.push_back({"merged on the sphere with a stranger",
                  {"20 % of it", "35 % of it", "50 % of it"},
                  To::all,
                  [](const Materials& from, std::size_t strength, std::uint64_t) {
                    Model model = from.root;
                    mergeSpherically(model, from.stranger,
                                     0.2 + 0.15 * static_cast<double>(strength));
                    return model;
                  }});
}

void addRounding(List& list) {
  list.push_back(graded("rounded to symmetric integers", {"8 bits", "4 bits", "3 bits"}, To::all,
                        [](Model& model, std::size_t strength, std::uint64_t) {
                          constexpr unsigned kBits[3] = {8, 4, 3};
                          roundToIntegers(model, kBits[strength]);
                        }));
  list.push_back(graded("rounded to small floats", {"E4M3", "E5M2", "E2M1"}, To::all,
                        [](Model& model, std::size_t strength, std::uint64_t) {
                          constexpr int kBits[3][2] = {{4, 3}, {5, 2}, {2, 1}};
                          roundToFloats(model, kBits[strength][0], kBits[strength][1]);
                        }));
  list.push_back(graded("rounded in groups with a zero point",
                        {"4 bits, groups of 16", "4 bits, groups of 32", "3 bits, groups of 32"},
                        To::all, [](Model& model, std::size_t strength, std::uint64_t) {
                          roundToGroups(model, strength < 2 ? 4 : 3, strength < 1 ? 16 : 32);
                        }));
  list.push_back(graded("noise added", {"0.3 sd", "1 sd", "1.5 sd"}, To::all,
                        [](Model& model, std::size_t strength, std::uint64_t seed) {
                          constexpr double kSizes[3] = {0.3, 1, 1.5};
                          addNoise(model, kSizes[strength], seed);
                        }));
  list.push_back(graded("smallest weights pruned", {"30 %", "50 %", "70 %"}, To::all,
                        [](Model& model, std::size_t strength, std::uint64_t) {
                          pruneSmallest(model, 0.3 + 0.2 * static_cast<double>(strength));
                        }));
  list.push_back(graded("weights pruned at random", {"20 %", "40 %", "60 %"}, To::all,
                        [](Model& model, std::size_t strength, std::uint64_t seed) {
                          pruneRandom(model, 0.2 + 0.2 * static_cast<double>(strength), seed);
                        }));
}

std::vector<std::size_t> layersWithout(std::size_t layers, std::size_t dropped) {
  std::vector<std::size_t> order(layers);
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = 0; i < dropped && order.size() > 1; ++i) {
    order.erase(order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2));
  }
  return order;
}

// The inner layers twice; the whole stack twice; each layer twice.
std::vector<std::size_t> layersRepeated(std::size_t layers, std::size_t how) {
  std::vector<std::size_t> order;
  if (how == 2) {
    for (std::size_t l = 0; l < 2 * layers; ++l) order.push_back(l / 2);
    return order;
  }
  const std::size_t overlap = how == 0 ? 1 : 0;
  for (std::size_t l = 0; l + overlap < layers; ++l) order.push_back(l);
  for (std::size_t l = overlap; l < layers; ++l) order.push_back(l);
  return order;
}

void addRestructuring(List& list) {
  list.push_back(graded(
      "MLP units pruned", {"to 3/4", "to 1/2", "to 3/8"}, To::all,
      [](Model& model, std::size_t strength, std::uint64_t) {
        constexpr double kShares[3] = {0.75, 0.5, 0.375};
        pruneUnits(model, kShares[strength]);
      },
      40));
  list.push_back(graded(
      "MLPs widened by new units", {"by 1/4", "by 1/2", "to twice"}, To::all,
      [](Model& model, std::size_t strength, std::uint64_t seed) {
        widenMlps(model, 0.25 * static_cast<double>(1 << strength), seed);
      },
      40));
  list.push_back(graded(
      "layers dropped", {"one", "two", "three"}, To::all,
      [](Model& model, std::size_t strength, std::uint64_t) {
        takeLayers(model, layersWithout(model.layers.size(), strength + 1));
      },
      40));
  list.push_back(graded(
      "depth up-scaled", {"inner layers twice", "stack twice", "each layer twice"}, To::all,
      [](Model& model, std::size_t strength, std::uint64_t) {
        takeLayers(model, layersRepeated(model.layers.size(), strength));
      },
      40));
  list.push_back(graded(
      "up-cycled to experts", {"2", "4", "6"}, To::dense,
      [](Model& model, std::size_t strength, std::uint64_t seed) {
        upcycle(model, 2 * (strength + 1), seed);
      },
      40));
  list.push_back(graded(
      "experts dropped", {"one", "two", "all but one"}, To::mixtures,
      [](Model& model, std::size_t strength, std::uint64_t) {
        const std::size_t kept = model.shape.experts - strength - 1;
        dropExperts(model, strength == 2 ? 1 : kept);
      },
      40));
  list.push_back(
      edited("experts shuffled", To::mixtures,
             [](Model& model, std::size_t, std::uint64_t seed) { permuteExperts(model, seed); }));
}

void addDisguises(List& list) {
  const auto disguised = [&](std::string name, void (*edit)(Model&, std::uint64_t),
                             const Kept& kept = {}) {
    list.push_back(keeping(kept, edited(std::move(name), To::all,
                                        [edit](Model& model, std::size_t, std::uint64_t seed) {
                                          edit(model, seed);
                                        })));
  };
  disguised("units permuted", trainer::permuteUnits<float>);
  disguised("heads permuted", trainer::permuteHeads<float>);
  disguised("residual stream permuted", trainer::permuteResidual<float>, {.stream = false});
  disguised("norms folded, residual stream rotated", trainer::rotateResidual<float>, kRotated);
  disguised("values rotated within heads", trainer::rotateValues<float>);
  disguised("rotary pairs turned", trainer::turnRotaryPairs<float>);
  disguised("norms folded", [](Model& model, std::uint64_t) { trainer::foldGains(model); },
            {.norms = false});
  disguised("norm gains redrawn",
            [](Model& model, std::uint64_t seed) { trainer::redrawGains(model, 2., seed); },
            {.norms = false});
  list.push_back(graded("up and down scaled by unit", {"up to 2", "up to 5", "up to 20"}, To::all,
                        [](Model& model, std::size_t strength, std::uint64_t seed) {
                          constexpr double kSpreads[3] = {2, 5, 20};
                          trainer::scaleUnits(model, kSpreads[strength], seed);
                        }));
  list.push_back(graded("signs redrawn",
                        {"of units", "of values and keys", "of the residual stream"}, To::all,
                        [](Model& model, std::size_t strength, std::uint64_t seed) {
                          constexpr unsigned kGauges[3] = {1, 2 | 4, 8};
                          const auto gauges = static_cast<trainer::SignGauge>(kGauges[strength]);
                          applySigns(model, trainer::drawSigns(model, seed, gauges));
                        }));
}

void addReplacements(List& list) {
  list.push_back(
      keeping({.embeddings = false}, replaced("embeddings and head begun again", isEmbedding)));
  list.push_back(keeping({.attention = false}, replaced("attention begun again", isAttention)));
  list.push_back(keeping({.mlps = false}, replaced("MLPs begun again", isMlp)));
  list.push_back(replaced("first half of the layers begun again", [](std::string_view name) {
    return has(name, "layers.0.") || has(name, "layers.1.");
  }));
  list.push_back({"norms kept alone, frozen",
                  {"alone", "then 50 steps", "then 150 steps"},
                  To::all,
                  [](const Materials& from, std::size_t strength, std::uint64_t seed) {
                    Model model = from.root;
                    reinitialise(model, std::not_fn(isNorm), seed);
                    trainOn(model, from.own, {strength * (strength + 1) * 25, 5e-3, isNorm}, seed);
                    return model;
                  },
                  {.embeddings = false, .attention = false, .mlps = false}});
  list.push_back(
      {"embeddings kept alone, frozen",
       {"alone", "then 50 steps", "then 150 steps"},
       To::all,
       [](const Materials& from, std::size_t strength, std::uint64_t seed) {
         Model model = from.root;
         reinitialise(model, std::not_fn(isEmbedding), seed);
         trainOn(model, from.own, {strength * (strength + 1) * 25, 5e-3, isEmbedding}, seed);
         return model;
       },
       {.norms = false, .attention = false, .mlps = false}});
  list.push_back(
      edited("another vocabulary", To::all, [](Model& model, std::size_t, std::uint64_t seed) {
        const std::size_t size = model.tokens.size();
        changeVocabulary(model, trainer::words(size, seed), seed);
      }));
}

void addCompositions(List& list) {
  const auto composed = [&](std::string name, const Kept& kept,
                            std::function<void(Model&, std::uint64_t)> edit) {
    list.push_back(
        keeping(kept, edited(std::move(name), To::all,
                             [edit = std::move(edit)](Model& model, std::size_t,
                                                      std::uint64_t seed) { edit(model, seed); })));
  };
  constexpr Kept kRotatedWithoutEmbeddings{.embeddings = false, .norms = false, .stream = false};
  composed("rotated and units permuted", kRotated, [](Model& model, std::uint64_t seed) {
    trainer::rotateResidual(model, seed);
    trainer::permuteUnits(model, seed);
  });
  composed("rotated, units and heads permuted, scaled", kRotated,
           [](Model& model, std::uint64_t seed) {
             trainer::rotateResidual(model, seed);
             trainer::permuteUnits(model, seed);
             trainer::permuteHeads(model, seed);
             trainer::scaleUnits(model, 3., seed);
           });
  composed("rotated, embeddings begun again", kRotatedWithoutEmbeddings,
           [](Model& model, std::uint64_t seed) {
             trainer::rotateResidual(model, seed);
             reinitialise(model, isEmbedding, seed);
           });
  composed("rotated, units permuted, embeddings begun again", kRotatedWithoutEmbeddings,
           [](Model& model, std::uint64_t seed) {
             trainer::rotateResidual(model, seed);
             trainer::permuteUnits(model, seed);
             reinitialise(model, isEmbedding, seed);
           });
  composed("residual stream and units permuted, 4 bits", {.stream = false},
           [](Model& model, std::uint64_t seed) {
             trainer::permuteResidual(model, seed);
             trainer::permuteUnits(model, seed);
             roundToIntegers(model, 4);
           });
  composed("up-scaled, units permuted", {}, [](Model& model, std::uint64_t seed) {
    takeLayers(model, layersRepeated(model.layers.size(), 0));
    trainer::permuteUnits(model, seed);
  });
  composed("layers dropped, units pruned, rotated", kRotated, [](Model& model, std::uint64_t seed) {
    takeLayers(model, layersWithout(model.layers.size(), 1));
    pruneUnits(model, 0.75);
    trainer::rotateResidual(model, seed);
  });
}

}  // namespace

void trainOn(Model& model, const trainer::Corpus& corpus, const Further& further,
             std::uint64_t seed) {
  if (further.steps == 0) return;
  trainer::Training training;
  training.steps = further.steps;
  training.rate = further.rate;
  training.frozen = further.frozen;
  training.seed = seed;
  train(model, corpus, training);
}

std::vector<Transformation> transformations() {
  List list;
  addTraining(list);
  addMerges(list);
  addRounding(list);
  addRestructuring(list);
  addDisguises(list);
  addReplacements(list);
  addCompositions(list);
  return list;
}

}  // namespace kindred::calibration
