// Architectures as data: which tensor plays which role, and which gauges each role's axes have.
// docs/architectures.md describes the files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/gauge.hpp>
#include <kindred/heads.hpp>

#include "models/checkpoint.hpp"
#include "models/component.hpp"

namespace kindred::models {

// What of a model's shape the roles and gauges depend on, from config.json. Zero: not stated.
struct Dimensions {
  std::uint64_t hidden = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0, rotary_dim = 0;
  std::uint64_t intermediate = 0, experts = 0, experts_per_token = 0, expert_intermediate = 0;
  std::uint64_t shared_experts = 0, vocabulary = 0, first_dense = 0;
  std::uint64_t group = 0;          // query heads of a key-value head
  std::uint64_t expert_groups = 0;  // to which routing is limited
  // Layers turn different parts of a head, and nothing says which layers turn which.
  bool rotary_differs = false;
  // Whether rotary pairs are neighbours; none: as the family has them.
  std::optional<bool> rotary_interleaved;
  // Latent attention: the ranks of the latents, and the parts of a head; values of other attention
  // that have another size than keys.
  std::uint64_t q_rank = 0, kv_rank = 0, rope_dim = 0, nope_dim = 0, value_dim = 0;
  // Where layers differ: the heads that there are, and which each layer has (empty: not stated, to
  // be told from shapes). Of one kind alone nothing is here.
  std::vector<HeadShape> head_kinds;
  std::vector<std::size_t> kind_of_layer;
  bool keys_are_values = false;         // in layers that have keys and no values
  std::uint64_t layers_that_share = 0;  // the last ones, which use keys and values of earlier ones
  // As roleShapes() finds them, where not all are alike: every layer's.
  std::vector<HeadShape> heads_by_layer;
};

// What moves (or changes sign) as one along a gauge's axes.
enum class Scope {
  each,          // every index by itself, all may change places
  inside_heads,  // every index by itself, but it stays inside its head
  rotary_pairs,  // the two dimensions of a rotary pair, in the key and in the queries of its group
  rotary_free,   // as inside_heads, only dimensions beyond the rotary ones
  whole_heads,   // a query head with all its dimensions, inside its group
  whole_groups   // a key-value head with its queries
};
std::string_view name(Scope scope);  // "inside-heads"

// A change of the weights that leaves function, initialisation and training alone
// (a sign or a permutation along one axis of a role).
struct StatedGauge {
  Gauge which = Gauge::layer;
  bool sign = false;
  bool permutation = false;
  Scope scope = Scope::each;
  std::string reason;  // why it holds, or why it is refused (both flags false)
};

struct RoleAxis {
  std::string role;   // "mlp.up"
  unsigned axis = 0;  // 0: rows, 1: columns

  std::string text() const { return role + (axis == 0 ? " rows" : " columns"); }
  friend bool operator==(const RoleAxis&, const RoleAxis&) = default;
};

// Whether all indices of an axis may change places, as tests that exchange rows need it.
struct OrderGrant {
  std::optional<Gauge> gauge;  // none: they may not
  std::string reason;          // why, or why not
};

// A gauge as the file states it: everything that changes together.
struct GaugeRule {
  Gauge which = Gauge::layer;
  Scope scope = Scope::each;
  std::vector<RoleAxis> sign, permutation, refused;
  std::string because;
  std::string unless;     // a dimension: of more than one the gauge does not hold
  std::string otherwise;  // why not
};

// Where a tensor stands in a model; indices are -1 where there are none.
struct Placement {
  std::string role;  // of a fused tensor: "attention.q+attention.k+attention.v"
  std::int64_t layer = -1;
  std::int64_t expert = -1;
  bool all_experts = false;  // one matrix for each expert of the layer
};

// What a tensor is made of.
struct Parts {
  std::vector<View> views;
  std::string problem;  // "has 15 rows, but its parts have 16 by config.json"; then no views
};

// A fused tensor whose parts cannot be told apart, and why.
struct Unsplit {
  const Tensor* tensor;
  std::string problem;
  bool of_experts = false;  // it would hold a matrix for each expert
};

struct SplitRule;
struct UntestedRule;
struct ProductRule;
struct ArchitectureRules;  // one file, with all that it extends
class Naming;              // how one checkpoint's names differ from the file's

class Architecture {
 public:
  explicit Architecture(std::shared_ptr<const ArchitectureRules> rules);
  // The same family, by whose names `checkpoint` is read (its own may have words before them), with
  // the gauges that hold at its sizes.
  Architecture named(const Checkpoint& checkpoint) const;

  const std::string& name() const;
  const std::string& summary() const;
  // What a model of this family is by itself, and may be of a composite.
  Component component() const;
  // How the checkpoint's names differ from the file's, for people; empty: they don't.
  const std::string& naming() const;
  const std::vector<std::string>& modelTypes() const;
  const std::vector<std::string>& classes() const;  // as config.json's `architectures` lists them
  // The family whose model types it has in common, and some of whose names differ; empty: none.
  const std::string& variantOf() const;
  // Of a variant: whether the checkpoint has a tensor that only the variant has.
  bool isOf(const Checkpoint& checkpoint) const;
  // The text of each file behind it that did not ship with the program, by name (without .yaml).
  const std::map<std::string, std::string>& foreign() const;
  // Whether rotary pairs are neighbours (2i, 2i+1) and not (i, i + rotary_dim / 2).
  bool rotaryInterleaved() const;
  // The part of a head that turns where config.json does not say; 0: positions turn nothing.
  double rotaryPart() const;
  // Whether a norm's gain is what is stored plus one.
  bool gainsPlusOne() const;
  // How many layers one that config.json counts stands for.
  std::uint64_t layersOfEach() const;
  std::vector<std::string> roles() const;
  // The tensor names of a role: patterns, or "rows of PATTERN" where it is split off.
  std::vector<std::string> patterns(std::string_view role) const;
  // Gauges of a role's axis (0: rows), refused ones too; empty where none is stated.
  std::vector<StatedGauge> gauges(std::string_view role, unsigned axis) const;
  // A gauge of scope each; one that only moves parts or whole heads does not do.
  OrderGrant orderOf(std::string_view role, unsigned axis) const;
  // All gauges with those of the axes that this family has.
  const std::vector<GaugeRule>& rules() const;
  // Roles that are products of others: they have no tensors of their own (models/products.hpp).
  const std::vector<ProductRule>& products() const;
  // All views of a role, fused tensors split, with layer and expert captured; by layer, expert. An
  // Error where a fused matrix's rows are not what config.json says; where a tensor of all experts
  // is not, its parts are left out (see partsOf).
  std::vector<View> resolve(const Checkpoint& checkpoint, std::string_view role) const;
  // The same, but such tensors are listed and the others go on.
  std::vector<View> resolve(const Checkpoint& checkpoint, std::string_view role,
                            std::vector<Unsplit>& unsplit) const;
  // A tensor that has one role by itself, the parts of a fused one, nothing of one without a role.
  Parts partsOf(const Checkpoint& checkpoint, const Tensor& tensor) const;
  // The role of a tensor by its name, or empty.
  std::string roleOf(std::string_view tensor_name) const;
  std::optional<Placement> placementOf(std::string_view tensor_name) const;
  // Tensors without a role that the family knows, with the reason, and why of one of them; empty:
  // the family does not know it.
  const std::vector<UntestedRule>& untested() const;
  std::string whyUntested(std::string_view tensor_name) const;

 private:
  // By the file's own name of a tensor.
  std::vector<const SplitRule*> splitsOf(std::string_view canonical) const;
  void addSplit(const Checkpoint& checkpoint, std::string_view role, std::vector<View>& views,
                std::vector<Unsplit>& unsplit) const;

  std::shared_ptr<const ArchitectureRules> rules_;
  std::shared_ptr<const Naming> naming_;
};

class ArchitectureRegistry {
 public:
  // Reads every *.yaml of the folder. One Error with all that is wrong in any of them, a line each:
  // "file:line:column: what is wrong (what is allowed)".
  explicit ArchitectureRegistry(const std::filesystem::path& folder);
  // By name; files that only serve others to extend are left out.
  const std::vector<Architecture>& all() const { return all_; }
  // By config.json's model_type, then its architectures, and with the checkpoint's own way of
  // naming; null: unknown family.
  std::shared_ptr<const Architecture> recognise(const Checkpoint& checkpoint) const;
  const Architecture* named(std::string_view name) const;
  // Of families that are such a component, the one that reads one of these model types, or the
  // variant of it whose names the checkpoint has; null: none.
  const Architecture* ofTypes(const std::vector<std::string>& model_types, Component component,
                              const Checkpoint& checkpoint) const;

 private:
  const Architecture* variantOf(const Architecture& family, const Checkpoint& checkpoint) const;
  const Architecture* familyOf(const Checkpoint& checkpoint) const;

  std::vector<Architecture> all_;
};

// The folder of architecture files that belongs to a binary: the source's in a build tree,
// <prefix>/share/kindred/configs/architectures where installed.
std::filesystem::path architectureFolder(const std::filesystem::path& executable);

// From the text of config.json (nested text_config understood); hostile numbers are an Error.
// `rotary_part`: of a head turns where nothing is stated.
Dimensions dimensionsOf(const Checkpoint& checkpoint, double rotary_part = 1);

struct ParameterCount {
  std::uint64_t total = 0;  // elements of all tensors
  // Those that take part in computing one token; only for mixtures of experts of a known family.
  // Routed experts count by experts_per_token / experts; embedding, head, shared experts and
  // everything else in full, as model cards do; layers that only predict further tokens (their
  // index is num_hidden_layers or more) not at all.
  std::optional<std::uint64_t> active;
};
ParameterCount countParameters(const Checkpoint& checkpoint, const Architecture* architecture);

}  // namespace kindred::models
