#include "evidence/copies.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <kindred/gauge.hpp>

namespace kindred::evidence {

void Copies::keep(std::optional<Seen>& best, const std::optional<double>& rho,
                  const Finding& finding) {
  if (!rho || *rho >= 1 || (best && best->rho <= *rho)) return;
  best = {*rho, finding.power->rows, finding.units};
}

void Copies::add(const Finding& finding) {
  // What is done to a model's layers or stream is not done to an adapter.
  if (!finding.power || finding.gauge == Gauge::adapter_rank) return;
  any_ = true;
  const Power& power = *finding.power;
  std::optional<double> rho = power.if_paired;
  if (power.alone && (!rho || *power.alone < *rho)) rho = power.alone;
  keep(in_order_, rho, finding);
  if (power.whole) keep(shuffled_, rho, finding);
  if (power.whole && power.rotated) keep(rotated_, rho, finding);
  if (power.redrawn) keep(redrawn_, rho, finding);
}

std::string Copies::text(std::uint64_t budget) const {
  if (!any_) return {};
  std::string seen, unseen;
  const auto tell = [&](const char* what, const std::optional<Seen>& copy) {
    if (copy) {
      seen += fmt::format("{}{} from {:.2g} ({}, {} coins)", seen.empty() ? "" : ", ", what,
                          copy->rho, copy->rows, copy->coins);
    } else {
      unseen += fmt::format("{}{}", unseen.empty() ? "" : ", ", what);
    }
  };
  tell("in order", in_order_);
  tell("with units and heads shuffled", shuffled_);
  tell("with the residual stream rotated besides", rotated_);
  tell("with all signs, orders and scales inside its layers redrawn", redrawn_);
  std::string text;
  if (!seen.empty()) {
    text = "copies are seen with 99 % probability by the correlation of their rows: " + seen;
  }
  if (!unseen.empty()) {
    text += fmt::format("{}not seen would be a copy {}", text.empty() ? "" : "; ", unseen);
    if (budget > 0) {
      text += fmt::format(" (tests read {:.1f} MB of each model; --max-bytes reads more)",
                          static_cast<double>(budget) / 1e6);
    }
  }
  return text;
}

}  // namespace kindred::evidence
