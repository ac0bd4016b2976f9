// Adapters (PEFT): small sets of factors that change another model and are no model themselves.
// What one is, from the names and shapes of its tensors and from adapter_config.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::models {

// A module whose weights change by scale * B A, a matrix of low rank.
struct AdaptedModule {
  std::string name;            // as the adapter has it: "model.layers.0.self_attn.q_proj"
  std::string a, b;            // tensors: [rank, inputs] and [outputs, rank]
  std::string magnitude = {};  // tensor of its rows' lengths; empty: there is none
  bool embedding = false;      // its inputs are tokens: the model stores it turned
  std::uint64_t rank = 0, inputs = 0, outputs = 0;
  double scale = 1;
};

// A tensor that the adapter holds whole, in place of the model's.
struct WholeTensor {
  std::string tensor;  // in its file
  std::string name;    // the model's
};

struct Adapter {
  std::string method;                  // for people: "LoRA", "rsLoRA", "DoRA", "(IA)3"
  std::string base, base_revision;     // as adapter_config.json names them; empty: it doesn't
  std::vector<std::string> targets;    // names or patterns of modules, as it states them
  std::vector<AdaptedModule> modules;  // in natural order of their names
  std::vector<WholeTensor> whole;      // likewise
  std::vector<double> alphas;          // that its modules have, smallest first
  bool inputs_first = false;           // the model's matrices are stored [inputs, outputs]
  std::string start = {};              // how its factors began, where that is more than a flag
  bool stated = false;                 // adapter_config.json lies beside it
  std::string place;                   // of its weights, for errors
  std::string not_applied = {};        // why it can't be applied to a model; empty: it can
};

// Whether tensors are an adapter's: at least half of them are called as factors are, and none as
// what an adapter wraps. `named`: the file is, so that one such tensor is enough, or
// adapter_config.json says that it is one.
bool isAdapter(const std::vector<Tensor>& tensors, bool named);

struct AdapterTexts {
  std::string weights_place;         // of the file of tensors
  std::string config, config_place;  // adapter_config.json; empty: there is none
};

// Text and shapes are not trusted: where they contradict each other, or the text says something of
// another type than it must, that is an Error which names the file and the tensor or the key.
Adapter readAdapter(const std::vector<Tensor>& tensors, const AdapterTexts& texts);

// Whether its factors began at random numbers, as far as adapter_config.json says, and not at what
// was computed from its base.
bool beganAtRandom(const Adapter& adapter);

// "LoRA of rank 8, for 'org/base'"
std::string describe(const Adapter& adapter);
// "8", "4 to 16"; empty: it has no factors.
std::string ranksOf(const Adapter& adapter);
// Layers whose modules change, by the first number in their names; ascending.
std::vector<std::uint64_t> layersOf(const Adapter& adapter);

}  // namespace kindred::models
