// The one place that decides whether a test may run: the architecture grants the gauge, and the
// alignment is blind to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <kindred/matrix_test.hpp>

namespace kindred::align {

struct Refusal {
  std::string test;
  Gauge gauge = Gauge::none;
  std::string reason;
  bool unfair = false;  // the gauge is granted, but neither model's signs are fair
};

// Why the reference's architecture does not grant the gauge, or nothing.
std::optional<std::string> notGranted(const ModelWeights& reference, const GaugeUse& use);

// Which reading of the alignment sees the gauge's own randomness, or nothing. An alignment that saw
// a coin's sign makes independent models look related.
std::optional<std::string> notBlind(const ModelWeights& reference, const GaugeUse& use,
                                    const Alignment& alignment);

// "the alignment read mlp.gate (units), embedding (rotation)"
std::string describe(const Alignment& alignment);

}  // namespace kindred::align
