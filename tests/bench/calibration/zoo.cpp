#include "zoo.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <kindred/random.hpp>

#include "parallel.hpp"
#include "trainer/restructure.hpp"
#include "trainer/training.hpp"

namespace kindred::calibration {
namespace {

using trainer::Corpus;
using trainer::Router;
using trainer::Shape;

// How a model is made, but for its seed.
struct Recipe {
  Shape shape;
  std::uint64_t language = 1;  // of corpus and tokenizer
  trainer::Optimizer optimizer = trainer::Optimizer::adamw;
  DType dtype = DType::BF16;
};

Shape denseShape(std::size_t hidden, std::size_t layers) {
  Shape shape;
  shape.hidden = hidden;
  shape.layers = layers;
  shape.heads = 4;
  shape.kv_heads = 2;
  shape.head_dim = shape.rotary_dim = hidden / 4;
  shape.intermediate = 2 * hidden;
  shape.vocabulary = 128;
  return shape;
}

Shape mixtureShape(std::size_t hidden, std::size_t layers, Router router) {
  Shape shape = denseShape(hidden, layers);
  shape.experts = 4;
  shape.expert_intermediate = hidden;
  shape.router = router;
  return shape;
}

// A seed of its own for everything that is drawn: what two strangers had in common by chance of a
// seed, the tests would find. Another series is other models throughout.
std::uint64_t seedOf(std::uint64_t kind, std::uint64_t index, std::uint64_t series = kSeries) {
  return Random{(series << 48) + (kind << 32) + index}();
}

// Half of all models share the first recipe: other seeds of it are the hardest strangers.
Recipe recipeOf(std::size_t hidden, std::size_t index) {
  Recipe recipe{denseShape(hidden, 3)};
  if (index % 2 == 0) return recipe;
  switch (index / 2 % 5) {
    case 0:  // other depth, heads, width, language
      recipe.shape = denseShape(hidden, 2);
      recipe.shape.heads = 8;
      recipe.shape.kv_heads = 4;
      recipe.shape.head_dim = recipe.shape.rotary_dim = hidden / 8;
      recipe.shape.intermediate = 3 * hidden;
      recipe.language = 2;
      break;
    case 1:
      recipe.shape = mixtureShape(hidden, 2, Router::softmax);
      break;
    case 2:  // a dense layer first, a shared expert, half of each head rotary
      recipe.shape = mixtureShape(hidden, 3, Router::sigmoid);
      recipe.shape.first_dense = 1;
      recipe.shape.shared_experts = 1;
      recipe.shape.rotary_dim = recipe.shape.head_dim / 2;
      recipe.language = 3;
      break;
    case 3:
      recipe.shape = denseShape(hidden, 4);
      recipe.dtype = DType::F32;
      break;
    default:
      recipe.optimizer = trainer::Optimizer::sgd;
      recipe.dtype = DType::F16;
  }
  return recipe;
}

Model trained(const Recipe& recipe, std::uint64_t seed, std::size_t steps) {
  Model model = trainer::initialise<float>(
      recipe.shape, trainer::words(recipe.shape.vocabulary, recipe.language), seed);
  trainer::Training training;
  training.steps = steps;
  training.optimizer = recipe.optimizer;
  if (recipe.optimizer == trainer::Optimizer::sgd) training.rate = 0.3;
  training.seed = seedOf(seed, 1);
  train(model, Corpus(recipe.shape.vocabulary, recipe.language), training);
  return model;
}

// Up-scaled or up-cycled, then trained a little: its copies have begun to differ.
Member doubled(const Member& base, std::size_t index, std::uint64_t seed) {
  Member member = base;
  member.doubled = true;
  if (index % 2 == 0 && !base.model.shape.mixture()) {
    member.name = base.name + "-upcycled";
    upcycle(member.model, 4, seed);
  } else {
    member.name = base.name + "-upscaled";
    std::vector<std::size_t> order;
    for (std::size_t l = 0; l < 2 * base.model.layers.size(); ++l) order.push_back(l / 2);
    takeLayers(member.model, order);
  }
  trainOn(member.model, Corpus(member.model.shape.vocabulary, 9), {25}, seed);
  return member;
}

}  // namespace

std::vector<std::vector<Member>> independentModels(const ZooSize& size) {
  std::vector<std::vector<Member>> groups;
  for (const std::size_t width : size.widths) {
    const std::size_t count = size.models_each;
    std::vector<Member>& group = groups.emplace_back(count + size.doubled_each);
    parallelFor(count, [&](std::size_t i) {
      const Recipe recipe = recipeOf(width, i);
      const std::string name = "w" + std::to_string(width) + "-" + std::to_string(i);
      group[i] = {name, name, trained(recipe, seedOf(width, i), 120), recipe.dtype};
    });
    // Roots of different recipes, spread over the group.
    parallelFor(size.doubled_each, [&](std::size_t d) {
      const std::size_t base = (d * count / size.doubled_each) / 2 * 2 + d / 2 % 2;
      group[count + d] = doubled(group[base], d, seedOf(1000 + width, d));
    });
  }
  return groups;
}

std::vector<Member> ofKind(Variety kind, std::size_t count, std::uint64_t series) {
  constexpr std::size_t kWidth = 48;
  std::vector<Member> members(count);
  const std::uint64_t of_kind = 3000 + static_cast<std::uint64_t>(kind);
  parallelFor(count, [&](std::size_t i) {
    Recipe recipe{denseShape(kWidth, 2 + i % 2)};
    (kind == Variety::plain ? recipe.shape.plain : recipe.shape.biases) = true;
    recipe.language = 1 + i % 3;
    const std::string name = (kind == Variety::plain ? "p" : "b") + std::to_string(i);
    members[i] = {name, name, trained(recipe, seedOf(of_kind, i, series), 120), recipe.dtype};
  });
  return members;
}

std::vector<Member> family(std::size_t index, const std::vector<Transformation>& transformations) {
  const std::size_t width = index < 2 ? 64 : 48;
  Recipe recipe{index % 2 == 0
                    ? denseShape(width, 4)
                    : mixtureShape(width, 4, index < 2 ? Router::sigmoid : Router::softmax)};
  recipe.language = index + 1;
  const std::uint64_t kind = 2000 + index;
  Materials materials{trained(recipe, seedOf(kind, 0), 150),
                      {},
                      trained(recipe, seedOf(kind, 1), 150),
                      Corpus(recipe.shape.vocabulary, recipe.language),
                      Corpus(recipe.shape.vocabulary, 20 + index)};
  materials.sibling = materials.root;
  trainOn(materials.sibling, materials.other, {60, 5e-3}, seedOf(kind, 2));

  const std::string root = "root" + std::to_string(index);
  std::vector<Member> members{{root, root, materials.root}};
  for (std::size_t t = 0; t < transformations.size(); ++t) {
    if (!transformations[t].appliesTo(materials.root)) continue;
    for (std::size_t strength = 0; strength < 3; ++strength) {
      Member member{root + "-" + std::to_string(t) + "-" + std::to_string(strength), root, {}};
      member.transformation = transformations[t].name;
      member.strength = strength;
      member.keeps = transformations[t].keeps;
      member.doubled = member.transformation.find("up-") == 0;
      members.push_back(std::move(member));
    }
  }
  parallelFor(members.size() - 1, [&](std::size_t i) {
    Member& member = members[i + 1];
    const auto found =
        std::find_if(transformations.begin(), transformations.end(),
                     [&](const Transformation& t) { return t.name == member.transformation; });
    member.model = found->make(materials, member.strength, seedOf(kind, 10 + i));
  });
  return members;
}

}  // namespace kindred::calibration
