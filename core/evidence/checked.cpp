#include "evidence/checked.hpp"

#include <cmath>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "words/names.hpp"

namespace kindred::evidence {
namespace {

[[noreturn]] void refuse(const std::string& plugin, const std::string& what) {
  throw Error(Category::plugin, "plugin '" + plugin + "'", what,
              "a fault in the plugin: tell its author");
}

void checkProbability(const std::string& plugin, const Finding& finding) {
  const double p = finding.log10_p, floor = finding.log10_p_floor;
  if (std::isfinite(p) && std::isfinite(floor) && p <= 0 && floor <= 0 &&
      p >= floor * (1 + 1e-9) - 1e-9) {
    return;
  }
  refuse(plugin, fmt::format("gave log10 p = {} with floor {}: it must lie between the floor and 0",
                             p, floor));
}

void checkSize(const std::string& plugin, double size) {
  if (!std::isfinite(size)) refuse(plugin, fmt::format("gave rows a size of {}", size));
}

void checkSizes(const std::string& plugin, const Finding& finding) {
  if (finding.likeness) {
    checkSize(plugin, finding.likeness->matched);
    checkSize(plugin, finding.likeness->chance);
    if (const auto& agreement = finding.likeness->agreement) {
      for (const double size : {agreement->mean, agreement->error, agreement->least}) {
        checkSize(plugin, size);
      }
    }
  }
  if (!finding.power) return;
  for (const auto& rho : {finding.power->if_paired, finding.power->pairing, finding.power->alone}) {
    if (rho) checkSize(plugin, *rho);
  }
}

void checkNumbers(const std::string& plugin, const Finding& finding) {
  if (std::isinf(finding.statistic)) refuse(plugin, "gave an infinite statistic");
  for (const auto& [name, value] : finding.details) {
    if (std::isinf(value)) refuse(plugin, "gave the infinite figure '" + name + "'");
  }
  if (finding.detectable_rho &&
      !(std::isfinite(*finding.detectable_rho) && *finding.detectable_rho > 0)) {
    refuse(plugin, fmt::format("would detect a correlation of {}", *finding.detectable_rho));
  }
  if (finding.beyond_strangers && !std::isfinite(*finding.beyond_strangers)) {
    refuse(plugin, "gave no finite size that strangers stay below");
  }
  if (finding.assignments.optimal > finding.assignments.solved) {
    refuse(plugin, "proved more assignments optimal than it solved");
  }
}

}  // namespace

std::vector<Finding> checked(const std::string& plugin, Basis basis,
                             std::vector<Finding> findings) {
  for (Finding& finding : findings) {
    finding.basis = basis;
    finding.controls.reset();
    if (finding.test.empty()) finding.test = plugin;
    checkProbability(plugin, finding);
    checkNumbers(plugin, finding);
    checkSizes(plugin, finding);
    const bool decides = basis == Basis::exact || basis == Basis::unverified;
    if ((decides || finding.log10_p < 0) && finding.null.empty()) {
      refuse(plugin, "gave a p-value and names no null");
    }
    if (decides && finding.assumptions.empty()) {
      refuse(plugin, "gave a p-value and does not say what it assumes");
    }
  }
  return findings;
}

double checkedFigure(const std::string& plugin, const std::string& figure, const TensorInfo& tensor,
                     double value) {
  if (!std::isinf(value)) return value;
  refuse(plugin, fmt::format("gave the infinite figure '{}' for '{}': undefined is NaN", figure,
                             words::escaped(tensor.name)));
}

}  // namespace kindred::evidence
