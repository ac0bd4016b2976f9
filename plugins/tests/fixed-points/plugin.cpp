// Permutation tests: a permutation gauge renumbers parts of a model that are alike; function,
// initialisation and training don't notice. If A is independent of B, a matching of A's parts with
// B's that did not see their numbers is a random permutation, and keeps about one of them in place.
#include <string>
#include <vector>

#include "gauges.hpp"

namespace {

using kindred::Finding;
using kindred::Gauge;
using kindred::GaugeUse;
namespace fixed_points = kindred::fixed_points;
namespace role = kindred::role;

struct GaugeSearch {
  Gauge which;
  std::string_view
      role;  // whose rows, or columns of norms, the architecture must let change places
  std::vector<Finding> (*find)(const kindred::MatrixTask&, const fixed_points::Limits&);
};

constexpr GaugeSearch kGauges[] = {
    {Gauge::mlp_unit, role::kGate, fixed_points::ofUnits},
    {Gauge::expert, role::kRouter, fixed_points::ofExperts},
    {Gauge::kv_group, role::kKey, fixed_points::ofHeads},
    {Gauge::residual_dim, role::kMlpNorm, fixed_points::ofCoordinates}};

class FixedPoints final : public kindred::MatrixTest {
 public:
  explicit FixedPoints(const kindred::Parameters& parameters)
      : only_(parameters.text("gauge")),
        limits_{static_cast<std::uint64_t>(parameters.integer("draws")),
                static_cast<std::uint64_t>(parameters.integer("dims"))} {}

  std::vector<GaugeUse> uses() const override {
    std::vector<GaugeUse> uses;
    for (const GaugeSearch& gauge : kGauges) {
      if (only_ != "all" && only_ != name(gauge.which)) continue;
      uses.push_back({gauge.which, GaugeUse::Of::order, std::string(gauge.role), 0});
    }
    return uses;
  }

  std::vector<Finding> run(const kindred::MatrixTask& task) const override {
    for (const GaugeSearch& gauge : kGauges) {
      if (task.use.gauge == gauge.which) return gauge.find(task, limits_);
    }
    return {};
  }

 private:
  std::string only_;
  fixed_points::Limits limits_;
};

}  // namespace

KINDRED_MATRIX_TEST(
    FixedPoints, "fixed-points", "1.0",
    "MLP units, experts, key-value heads and residual coordinates that keep their number",
    kindred::choice("gauge", "all|mlp-unit|expert|kv-group|residual-dim", "all",
                    "which gauge to test"),
    kindred::integer("draws", "999", 0, 1e7,
                     "mlp-unit: random permutations for Spearman's rho; 0: without it"),
    kindred::integer("dims", "1024", 2, 65536,
                     "residual-dim: coordinates used at most, evenly spaced"),
    kindred::integer("seed", "0", 0, 9007199254740991.0, "of the renumbering that breaks ties"))
