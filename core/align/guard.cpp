#include "align/guard.hpp"

#include <set>

namespace kindred::align {

std::optional<std::string> notGranted(const ModelWeights& reference, const GaugeUse& use) {
  const GaugeGrant grant = reference.gauge(use.role, use.axis, use.gauge);
  if (use.of == GaugeUse::Of::signs ? grant.sign : grant.permutation) return std::nullopt;
  const std::string axis = use.axis == 0 ? "rows" : "columns";
  return "architecture '" + reference.architecture() + "' does not grant " +
         (use.of == GaugeUse::Of::signs ? "signs" : "permutations") + " of gauge '" +
         std::string(name(use.gauge)) + "' to the " + axis + " of " + use.role +
         (grant.reason.empty() ? std::string() : ": " + grant.reason);
}

std::optional<std::string> notBlind(const ModelWeights& reference, const GaugeUse& use,
                                    const Alignment& alignment) {
  for (const Reading& reading : alignment.readings) {
    const GaugeGrant touched = reference.gauge(reading.role, reading.axis, use.gauge);
    const bool sees = use.of == GaugeUse::Of::signs ? touched.sign && reading.signs
                                                    : touched.permutation && reading.order;
    if (!sees) continue;
    return "the alignment read " + reading.role + " for " + reading.purpose + ", and so the " +
           (use.of == GaugeUse::Of::signs ? "signs" : "order") + " of gauge '" +
           std::string(name(use.gauge)) + "' that decide";
  }
  return std::nullopt;
}

std::string describe(const Alignment& alignment) {
  if (alignment.readings.empty()) return {};
  std::set<std::string> parts;
  for (const Reading& reading : alignment.readings) {
    parts.insert(reading.role + " (" + reading.purpose +
                 (reading.signs || reading.axis != 0 ? "" : ", magnitudes") + ")");
  }
  std::string text = "the alignment read ";
  for (const std::string& part : parts) {
    if (part != *parts.begin()) text += ", ";
    text += part;
  }
  return text;
}

}  // namespace kindred::align
