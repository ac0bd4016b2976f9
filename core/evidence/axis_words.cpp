#include "evidence/axis_words.hpp"

#include <algorithm>

namespace kindred::evidence {
namespace {

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '-', ' ');
  return name;
}

std::string ofGauge(Gauge gauge) {
  switch (gauge) {
    case Gauge::mlp_unit:
      return "units of the MLP";
    case Gauge::value_dim:
      return "value dimensions of attention";
    case Gauge::rotary_pair:
      return "rotary pairs of attention's keys";
    case Gauge::rotary_free:
      return "key dimensions without a position";
    case Gauge::latent_dim:
      return "dimensions of latent attention";
    case Gauge::residual_dim:
      return "coordinates of the residual stream";
    case Gauge::expert:
      return "routed experts";
    case Gauge::kv_group:
      return "key-value heads";
    case Gauge::adapter_rank:
      return "components of the adapter";
    case Gauge::layer:
      return "layers";
    default:
      return spaced(std::string(name(gauge)));
  }
}

}  // namespace

std::string inWords(const Axis& axis) {
  return axis.gauge() ? ofGauge(*axis.gauge()) : spaced(axis.name());
}

}  // namespace kindred::evidence
