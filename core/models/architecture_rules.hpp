// One architecture file, read and checked.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.hpp"
#include "models/name_pattern.hpp"
#include "words/pattern.hpp"

namespace kindred::models {

struct RoleName {
  const char* name;
  const char* meaning;
};
// Every role there is, in the order in which they are listed.
inline constexpr std::array kRoles{
    RoleName{"embedding", "a row for each token"},
    RoleName{"embedding.position", "a row for each position"},
    RoleName{"embedding.type", "a row for each kind of segment"},
    RoleName{"norm.embedding", "gains of the norm on embeddings"},
    RoleName{"norm.embedding_bias", "its biases"},
    RoleName{"head", "output projection"},
    RoleName{"head.bias", "its bias"},
    RoleName{"norm.attention", "gains of the norm before attention"},
    RoleName{"norm.attention_bias", "its biases"},
    RoleName{"norm.attention_out", "gains or scales behind attention"},
    RoleName{"norm.attention_out_bias", "its biases"},
    RoleName{"norm.mlp", "gains of the norm before the MLP"},
    RoleName{"norm.mlp_bias", "its biases"},
    RoleName{"norm.mlp_out", "gains or scales behind the MLP"},
    RoleName{"norm.mlp_out_bias", "its biases"},
    RoleName{"norm.final", "gains of the norm before the head"},
    RoleName{"norm.final_bias", "its biases"},
    RoleName{"attention.q", "queries"},
    RoleName{"attention.q_bias", "biases of the queries"},
    RoleName{"attention.q_norm", "gains of the norm inside each query head"},
    RoleName{"attention.q_a", "queries' projection into their latent"},
    RoleName{"attention.q_a_norm", "gains of the norm on the queries' latent"},
    RoleName{"attention.q_b", "queries from their latent"},
    RoleName{"attention.k", "keys"},
    RoleName{"attention.k_bias", "biases of the keys"},
    RoleName{"attention.k_norm", "gains of the norm inside each key head"},
    RoleName{"attention.k_rope", "the rotary part of the key that all heads share"},
    RoleName{"attention.kv_a", "projection into the latent of keys and values"},
    RoleName{"attention.kv_a_norm", "gains of the norm on that latent"},
    RoleName{"attention.kv_b", "keys and values from their latent"},
    RoleName{"attention.v", "values"},
    RoleName{"attention.v_bias", "biases of the values"},
    RoleName{"attention.gate", "gates on what attention gives, before its output projection"},
    RoleName{"attention.o", "attention's output projection"},
    RoleName{"attention.o_bias", "its bias"},
    RoleName{"router", "a row for each routed expert"},
    RoleName{"router.bias", "an entry for each routed expert"},
    RoleName{"mlp.gate", "rows of dense MLPs and routed experts on which the activation acts"},
    RoleName{"mlp.gate_bias", "their biases"},
    RoleName{"mlp.up", "up rows of dense MLPs and routed experts"},
    RoleName{"mlp.up_bias", "their biases"},
    RoleName{"mlp.down", "down columns of dense MLPs and routed experts"},
    RoleName{"mlp.down_bias", "biases of what they give"},
    RoleName{"shared.router", "gate of the shared expert"},
    RoleName{"shared.gate", "gate rows of shared experts, or of a second stream"},
    RoleName{"shared.up", "up rows of shared experts, or of a second stream"},
    RoleName{"shared.down", "down columns of shared experts, or of a second stream"},
    RoleName{"projector.out", "what the MLP of a projector gives, in another stream"},
    RoleName{"projector.out_bias", "its biases"},
    RoleName{"nextn.embedding", "embedding of the layer that predicts a further token"},
    RoleName{"nextn.norm_embedding", "gains of the norm on its embedding"},
    RoleName{"nextn.norm_hidden", "gains of the norm on its input from the stream"},
    RoleName{"nextn.projection", "projection of both into the stream"},
    RoleName{"nextn.norm", "gains of the norm before its head"},
    RoleName{"nextn.head", "its output projection"},
};

// Stands in a split for rows that have no role.
inline constexpr std::string_view kOther = "other";

// Rows of a fused matrix that belong to one role: a product of dimensions, "heads * head_dim".
struct SplitPart {
  std::string role;                  // or kOther
  std::vector<std::string> factors;  // none: an equal share of the rows that the others leave
};

// The parts of a tensor, or of each of its matrices, as it stores them.
struct SplitRule {
  NamePattern from;
  std::vector<SplitPart> parts;
  std::string experts;       // the dimension that its first axis counts; empty: it is one matrix
  std::string each;          // the dimension that says how often the parts follow one another
  bool transposed = false;   // columns are stored as rows
  bool alternating = false;  // rows of the parts take turns
};

// Rows that act on a latent, times the matrix that writes it: rows that act on the stream. They are
// what the function rests on, whatever basis the latent is in.
struct ProductRule {
  std::string of;                // the role whose rows act on the latent
  std::string gains;             // of the norm between both; empty: there is none
  std::string times;             // the role that writes the latent
  std::string each;              // the dimension that says how often the parts follow one another
  std::vector<SplitPart> parts;  // of the rows
};

// Tensors that the family has and of which it grants nothing.
struct UntestedRule {
  std::vector<words::Pattern> names;  // behind any prefix
  std::string because;
};

struct ArchitectureRules {
  std::string name;
  std::string summary;
  Component component = Component::language_model;
  std::vector<std::string> model_types;  // empty: serves others to extend
  std::vector<std::string> classes;      // as config.json's `architectures` lists them
  std::string variant_of;                // the family that has its model types
  std::optional<NamePattern> where;      // a tensor that tells a variant from that family
  bool rotary_interleaved = false;
  double rotary_part = 1;  // of a head, where config.json does not say
  bool gains_plus_one = false;
  std::map<std::string, std::vector<NamePattern>> roles;
  std::vector<SplitRule> splits;
  std::vector<ProductRule> products;
  std::vector<GaugeRule> gauges;
  std::vector<UntestedRule> untested;  // of two that name a tensor the first holds
  // Text of the files that this one is made of and that did not ship with the program, by name.
  std::map<std::string, std::string> foreign;
};

// Reads the *.yaml files of a folder, follows `extends`, and throws one Error with everything that
// is wrong. Sorted by name.
std::vector<std::shared_ptr<const ArchitectureRules>> readArchitectures(
    const std::filesystem::path& folder);

}  // namespace kindred::models
