#include "documents/breadcrumbs.hpp"

#include <fmt/format.h>

#include "words/names.hpp"

namespace kindred::documents {
namespace {

using models::Tensor;

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

bool isBiasOf(std::string_view name, std::string_view part) {
  return name.ends_with(".bias") && has(name, part);
}

// By names, which all families of decoders spell alike here: the family may be unknown.
struct Feature {
  const char* what;
  bool (*shows)(std::string_view name);
};
constexpr Feature kFeatures[] = {
    {"biases of queries, keys or values",
     [](std::string_view n) {
       return isBiasOf(n, ".q_proj") || isBiasOf(n, ".k_proj") || isBiasOf(n, ".v_proj") ||
              isBiasOf(n, ".qkv_proj");
     }},
    {"bias of the attention's output", [](std::string_view n) { return isBiasOf(n, ".o_proj"); }},
    {"norms of queries or keys",
     [](std::string_view n) { return has(n, ".q_norm.") || has(n, ".k_norm."); }},
    {"biases of norms", [](std::string_view n) { return isBiasOf(n, "norm"); }},
    {"biases in MLPs",
     [](std::string_view n) {
       return isBiasOf(n, ".gate_proj") || isBiasOf(n, ".up_proj") || isBiasOf(n, ".down_proj");
     }},
    {"score corrections of routers",
     [](std::string_view n) { return has(n, "e_score_correction_bias"); }},
    {"shared experts", [](std::string_view n) { return has(n, ".shared_expert"); }},
    {"head beside the embeddings", [](std::string_view n) { return n == "lm_head.weight"; }},
};

// "138, first model.layers.0.self_attn.k_proj.bias"; empty: none.
struct Tally {
  std::uint64_t count = 0;
  const Tensor* first = nullptr;

  void add(const Tensor& tensor) {
    if (count++ == 0) first = &tensor;
  }
  std::string text() const {
    if (count == 0) return "-";
    return fmt::format("{}, first {}", count, words::escaped(first->name, 80));
  }
};

// Next-token-prediction layers stand behind the layers that config.json counts.
Tally beyondLayers(const Catalogue& model) {
  Tally tally;
  if (model.architecture == nullptr) return tally;
  const std::uint64_t layers = models::dimensionsOf(model.checkpoint).layers;
  for (const Tensor& tensor : model.checkpoint.tensors()) {
    const auto placement = model.architecture->placementOf(tensor.name);
    const bool numbered = placement && placement->layer >= 0 && layers > 0;
    if (numbered && static_cast<std::uint64_t>(placement->layer) >= layers) tally.add(tensor);
  }
  return tally;
}

Tally withoutRole(const Catalogue& model) {
  Tally tally;
  if (model.architecture == nullptr) return tally;
  for (const Tensor& tensor : model.checkpoint.tensors()) {
    if (model.architecture->roleOf(tensor.name).empty()) tally.add(tensor);
  }
  return tally;
}

}  // namespace

TextTable breadcrumbs(std::span<const Catalogue> models) {
  TextTable table{"Lineage breadcrumbs",
                  {"tensors"},
                  {},
                  "Habits of a code base, which many models share. A tensor that a model's code "
                  "never reads is worth a question; it answers none."};
  for (const Catalogue& model : models) table.columns.push_back(model.checkpoint.model());
  const auto add = [&](const char* what, const auto& tally) {
    std::vector<std::string> row{what};
    for (const Catalogue& model : models) row.push_back(tally(model).text());
    table.rows.push_back(std::move(row));
  };
  for (const Feature& feature : kFeatures) {
    add(feature.what, [&](const Catalogue& model) {
      Tally tally;
      for (const Tensor& tensor : model.checkpoint.tensors()) {
        if (feature.shows(tensor.name)) tally.add(tensor);
      }
      return tally;
    });
  }
  add("layers beyond num_hidden_layers (next-token prediction)", beyondLayers);
  add("tensors that play no known role", withoutRole);
  return table;
}

}  // namespace kindred::documents
