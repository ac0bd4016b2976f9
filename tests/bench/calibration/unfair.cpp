#include "unfair.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include <kindred/random.hpp>

#include "parallel.hpp"
#include "trainer/arrange.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/signs.hpp"
#include "trainer/training.hpp"

namespace kindred::calibration {
namespace {

using Layer = trainer::Layer<float>;
using Edit = std::function<void(Model&)>;

std::uint64_t unfairSeed(std::uint64_t kind, std::uint64_t index) {
  return Random{(kind << 32) + index}();
}

trainer::Shape shapeOf(std::size_t width) {
  trainer::Shape shape;
  shape.hidden = width;
  shape.layers = 3;
  shape.heads = shape.kv_heads = 4;
  shape.head_dim = shape.rotary_dim = width / 4;
  shape.intermediate = 2 * width;
  shape.vocabulary = 128;
  return shape;
}

Model trained(std::size_t width, std::uint64_t seed, const Edit& begin) {
  const trainer::Shape shape = shapeOf(width);
  Model model = trainer::initialise<float>(shape, trainer::words(shape.vocabulary, 1), seed);
  begin(model);
  trainer::Training training;
  training.steps = 120;
  training.seed = unfairSeed(seed, 1);
  train(model, trainer::Corpus(shape.vocabulary, 1), training);
  return model;
}

void leave(Model&) {}

template <class Change>
Edit inEveryLayer(Change change) {
  return [change](Model& model) {
    for (Layer& layer : model.layers) change(layer);
  };
}

struct Kind {
  const char* name;
  const char* gauge;
  Edit begin, end;
};

std::vector<Kind> kinds() {
  const Edit one_key = inEveryLayer([](Layer& layer) { layer.mlp.up = layer.mlp.gate; });
  const Edit near = inEveryLayer([](Layer& layer) {
    for (std::size_t i = 0; i < layer.mlp.up.values.size(); ++i) {
      layer.mlp.up.values[i] += 0.3f * layer.mlp.gate.values[i];
    }
  });
  const Edit keys_are_values = inEveryLayer([](Layer& layer) { layer.k = layer.v; });
  // A linear map of the gates, the same in every model.
  const Edit mapped = inEveryLayer([](Layer& layer) {
    trainer::Matrix<float>& up = layer.mlp.up;
    for (std::size_t i = 0; i < up.rows; ++i) {
      const float* gate = layer.mlp.gate.row(i);
      std::rotate_copy(gate, gate + 1, gate + up.columns, up.row(i));
    }
  });
  const Edit exchange = inEveryLayer([](Layer& layer) { std::swap(layer.mlp.gate, layer.mlp.up); });
  return {{"gate and up rows from one random key", "mlp-unit", one_key, leave},
          {"up rows begun as 0.3 of their gate rows and fresh numbers", "mlp-unit", near, leave},
          {"up rows begun as their gate rows with the columns turned by one", "mlp-unit", mapped,
           leave},
          {"keys begun with the numbers of the values", "value-dim", keys_are_values, leave},
          {"gate rows under the name of up rows, and the reverse", "mlp-unit", leave, exchange}};
}

Adversary framers(const char* name, std::size_t width, std::size_t each, std::size_t copied_every) {
  Adversary adversary{name, false, std::vector<Member>(each + 1)};
  const std::uint64_t kind = 4000 + copied_every;
  adversary.members[0] = {"victim", "victim", trained(width, unfairSeed(kind, 0), leave)};
  parallelFor(each, [&](std::size_t i) {
    const std::string own = "framer-" + std::to_string(i);
    Model model = trained(width, unfairSeed(kind, i + 1), leave);
    trainer::arrange(model, adversary.members[0].model, copied_every);
    adversary.members[i + 1] = {own, own, std::move(model)};
  });
  return adversary;
}

Adversary copiers(const char* name, std::size_t width, std::size_t each, std::uint64_t kind,
                  const std::function<void(Model&, std::uint64_t)>& redraw) {
  Adversary adversary{name, true, std::vector<Member>(each + 1)};
  adversary.members[0] = {"original", "original", trained(width, unfairSeed(kind, 0), leave)};
  parallelFor(each, [&](std::size_t i) {
    Model model = adversary.members[0].model;
    redraw(model, unfairSeed(kind, i + 1));
    adversary.members[i + 1] = {"copy-" + std::to_string(i), "original", std::move(model)};
  });
  return adversary;
}

}  // namespace

std::vector<Unfair> unfairModels(std::size_t width, std::size_t each) {
  std::vector<Unfair> all;
  for (const Kind& kind : kinds()) {
    Unfair& unfair = all.emplace_back(Unfair{kind.name, kind.gauge, std::vector<Member>(each)});
    const std::uint64_t number = 3000 + all.size();
    parallelFor(each, [&](std::size_t i) {
      const std::string name = "k" + std::to_string(number) + "-" + std::to_string(i);
      Model model = trained(width, unfairSeed(number, i), kind.begin);
      kind.end(model);
      unfair.members[i] = {name, name, std::move(model)};
    });
  }
  return all;
}

std::vector<Adversary> adversaries(std::size_t width, std::size_t each) {
  std::vector<Adversary> all;
  all.push_back(framers("independent, flipped and sorted to fit", width, each, 0));
  all.push_back(framers("the same, with one unit in fifty copied", width, each, 50));
  all.push_back(
      copiers("a copy with all signs drawn anew", width, each, 5001,
              [](Model& model, std::uint64_t seed) { applySigns(model, drawSigns(model, seed)); }));
  all.push_back(copiers("a copy with signs, order of units and heads drawn anew", width, each, 5002,
                        [](Model& model, std::uint64_t seed) {
                          permuteUnits(model, seed);
                          permuteHeads(model, seed + 1);
                          applySigns(model, drawSigns(model, seed + 2));
                        }));
  all.push_back(copiers("the same, trained on for 60 steps", width, each, 5003,
                        [](Model& model, std::uint64_t seed) {
                          permuteUnits(model, seed);
                          permuteHeads(model, seed + 1);
                          applySigns(model, drawSigns(model, seed + 2));
                          trainer::Training training;
                          training.steps = 60;
                          training.rate = 5e-3;
                          training.seed = seed;
                          train(model, trainer::Corpus(model.shape.vocabulary, 7), training);
                        }));
  return all;
}

}  // namespace kindred::calibration
