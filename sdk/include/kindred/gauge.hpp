// Symmetries: what changes sign, or changes places, without a change of a model's function.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kindred {

enum class Gauge : std::uint8_t {
  mlp_unit,      // a row of ups, a column of downs
  value_dim,     // a value row, an output's column
  rotary_pair,   // two key rows that turn together
  rotary_free,   // a key row without a position
  latent_dim,    // of latent attention
  residual_dim,  // of the stream
  expert,        // a routed expert of a layer
  kv_group,      // a key-value head with its queries
  adapter_rank,  // a component of an adapter: what it reads and what it writes
  layer,         // layers as such: no symmetry
  // What no test rests on: symmetries of other parts, and what only looks like one.
  residual_sign,
  residual_order,
  query_head,
  query_key_order,
  gate_sign,
  unit_sign,
  norm_sign,
  router_sign,
  attention_gate_sign,
  vocabulary,
  none  // of tests that need no symmetry, because controls calibrate them
};

// As architecture files and findings name them.
inline constexpr std::array<std::string_view, 21> kGaugeNames{
    "mlp-unit",      "value-dim",      "rotary-pair", "rotary-free",         "latent-dim",
    "residual-dim",  "expert",         "kv-group",    "adapter-rank",        "layer",
    "residual-sign", "residual-order", "q-head",      "query-key-order",     "gate-sign",
    "unit-sign",     "norm-sign",      "router-sign", "attention-gate-sign", "vocabulary",
    "none"};
static_assert(kGaugeNames.size() == static_cast<std::size_t>(Gauge::none) + 1);

constexpr std::string_view name(Gauge gauge) {
  return kGaugeNames[static_cast<std::size_t>(gauge)];
}

// Nothing where there is no gauge of this name.
constexpr std::optional<Gauge> gaugeNamed(std::string_view text) {
  for (std::size_t i = 0; i < kGaugeNames.size(); ++i) {
    if (kGaugeNames[i] == text) return static_cast<Gauge>(i);
  }
  return std::nullopt;
}

// The axis whose randomness a p-value uses: a gauge, or a test's own word for what else it
// exchanges ("row-order"). A word that is a gauge's name is that gauge.
class Axis {
 public:
  Axis() = default;
  Axis(Gauge gauge) : gauge_(gauge), name_(kindred::name(gauge)) {}
  Axis(std::string word) : gauge_(gaugeNamed(word)), name_(std::move(word)) {}
  Axis(const char* word) : Axis(std::string(word)) {}

  std::optional<Gauge> gauge() const { return gauge_; }
  const std::string& name() const { return name_; }
  bool empty() const { return name_.empty(); }

  friend bool operator==(const Axis& a, const Axis& b) { return a.name_ == b.name_; }
  friend auto operator<=>(const Axis& a, const Axis& b) { return a.name_ <=> b.name_; }

 private:
  std::optional<Gauge> gauge_;
  std::string name_;
};

}  // namespace kindred
