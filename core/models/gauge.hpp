// The gauges that the host knows. An architecture file states no others; a test may name any, and
// the architecture answers for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <kindred/gauge.hpp>

namespace kindred::models {

enum class KnownGauge : std::uint8_t {
  mlp_unit,
  value_dim,
  rotary_pair,
  rotary_free,
  latent_dim,
  residual_dim,
  expert,
  kv_group,
  layer,
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
  vocabulary
};

inline constexpr std::array kGaugeNames{gauge::kMlpUnit,
                                        gauge::kValueDim,
                                        gauge::kRotaryPair,
                                        gauge::kRotaryFree,
                                        gauge::kLatentDim,
                                        gauge::kResidualDim,
                                        gauge::kExpert,
                                        gauge::kKvGroup,
                                        gauge::kLayer,
                                        std::string_view("residual-sign"),
                                        std::string_view("residual-order"),
                                        std::string_view("q-head"),
                                        std::string_view("query-key-order"),
                                        std::string_view("gate-sign"),
                                        std::string_view("unit-sign"),
                                        std::string_view("norm-sign"),
                                        std::string_view("router-sign"),
                                        std::string_view("attention-gate-sign"),
                                        std::string_view("vocabulary")};
static_assert(kGaugeNames.size() == static_cast<std::size_t>(KnownGauge::vocabulary) + 1);

constexpr std::string_view name(KnownGauge gauge) {
  return kGaugeNames[static_cast<std::size_t>(gauge)];
}

// Nothing where the host knows no gauge of this name.
constexpr std::optional<KnownGauge> knownGauge(std::string_view text) {
  for (std::size_t i = 0; i < kGaugeNames.size(); ++i) {
    if (kGaugeNames[i] == text) return static_cast<KnownGauge>(i);
  }
  return std::nullopt;
}

}  // namespace kindred::models
