#include <fmt/format.h>

#include "fingerprint/compare.hpp"
#include "fingerprint/grams.hpp"
#include "fingerprint/streams.hpp"

namespace kindred::fingerprint {

Reference::Reference(const Fingerprint& fingerprint)
    : print_(fingerprint),
      units_(coinageOf(fingerprint.units, fingerprint.hidden)),
      values_(coinageOf(fingerprint.values, fingerprint.hidden)),
      bands_(coinageOf(fingerprint.bands)),
      coordinates_(coordinatesOf(fingerprint.maps)) {
  const auto refuse = [&](Gauge gauge, const std::string& why) {
    if (!why.empty()) refused_.try_emplace(gauge, why);
  };
  for (const Gauge gauge : {Gauge::mlp_unit, Gauge::value_dim, Gauge::residual_dim}) {
    const auto grant = print_.grants.find(gauge);
    if (grant == print_.grants.end()) {
      refuse(gauge, "the fingerprint says nothing of it");
    } else if (!grant->second.sign) {
      refuse(gauge, grant->second.reason.empty() ? "not granted" : grant->second.reason);
    }
  }
  const auto unfairIn = [&](const std::string& why) {
    return why.empty() ? why : fmt::format("in {} alone signs are not fair: {}", print_.model, why);
  };
  refuse(Gauge::mlp_unit, unfairIn(unfair(print_.units, units_)));
  refuse(Gauge::mlp_unit, unfairIn(unfair(print_.bands, bands_)));
  refuse(Gauge::mlp_unit, unfairIn(unfair(print_, units_)));
  refuse(Gauge::value_dim, unfairIn(unfair(print_.values, values_)));
  refuse(Gauge::residual_dim, unfairIn(unfair(print_.maps, coordinates_)));
  if (const auto grant = print_.grants.find(Gauge::residual_dim); grant != print_.grants.end()) {
    refuse(Gauge::residual_dim, grant->second.asymmetry);
  }
}

std::string Reference::refused(Gauge gauge) const {
  const auto found = refused_.find(gauge);
  return found == refused_.end() ? std::string() : found->second;
}

}  // namespace kindred::fingerprint
