#include "evidence/copies.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <kindred/gauge.hpp>

namespace kindred::evidence {
namespace {

// A rotation has to be found before any coin is tossed under it. Measured on copies of widths 64
// and 128, every matrix of which agreed as far: from 0.5 on it was found in all, up to 0.3 in none.
constexpr double kShowsRotation = 0.5;

// A correlation from which something is seen.
std::string from(double rho) {
  return rho > 0.99 ? fmt::format("{:.4f}", rho) : fmt::format("{:.2g}", rho);
}

// As --max-bytes takes it, rounded up.
std::string asOption(std::uint64_t bytes) {
  const std::uint64_t megabytes = bytes / 1'000'000 + (bytes % 1'000'000 != 0);
  if (megabytes < 10'000) return fmt::format("{}MB", megabytes);
  return fmt::format("{}GB", megabytes / 1000 + (megabytes % 1000 != 0));
}

// What would show a copy that was not seen with `read` bytes; empty where everything was read.
std::string remedy(std::uint64_t read, std::uint64_t needed) {
  if (read == 0) return {};
  if (needed <= read) return " (no number of bytes would show it)";
  return fmt::format(" (--max-bytes {} would show it)", asOption(needed));
}

}  // namespace

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
  if (rho && power.pairing) rho = std::max(*rho, *power.pairing);
  if (power.alone && (!rho || *power.alone < *rho)) rho = power.alone;
  keep(in_order_, rho, finding);
  if (power.whole) keep(shuffled_, rho, finding);
  if (power.whole && power.rotated && rho) keep(rotated_, std::max(*rho, kShowsRotation), finding);
  if (power.redrawn) keep(redrawn_, rho, finding);
}

std::array<Copies::Kind, 4> Copies::kinds(const Budgets& budgets) const {
  const auto of = [](const std::optional<Seen>& copy) { return copy ? &*copy : nullptr; };
  return {{{"in order", "in its order", of(in_order_), budgets.mlp},
           {"with units and heads shuffled", "with neurons and heads shuffled", of(shuffled_),
            budgets.mlp},
           {"with the residual stream rotated besides",
            "with its inner coordinates rotated besides", of(rotated_), budgets.mlp},
           {"with all signs, orders and scales inside its layers redrawn",
            "with every layer disguised besides", of(redrawn_), budgets.maps}}};
}

std::string Copies::text(const Budgets& budgets) const {
  if (!any_) return {};
  std::string seen, unseen;
  for (const Kind& kind : kinds(budgets)) {
    if (const Seen* copy = kind.copy) {
      seen += fmt::format("{}{} from {} ({}, {} coins)", seen.empty() ? "" : ", ", kind.term,
                          from(copy->rho), copy->rows, copy->coins);
    } else {
      unseen +=
          (unseen.empty() ? "" : ", ") + std::string(kind.term) + remedy(budgets.read, kind.needed);
    }
  }
  std::string text;
  if (!seen.empty()) {
    text = "copies are seen with 99 % probability by the correlation of their rows: " + seen;
  }
  if (!unseen.empty()) {
    text += fmt::format("{}not seen would be a copy {}", text.empty() ? "" : "; ", unseen);
    if (budgets.read > 0) {
      text += fmt::format("; tests read {:.1f} MB of each model",
                          static_cast<double>(budgets.read) / 1e6);
    }
  }
  return text;
}

std::string Copies::plain(const Budgets& budgets) const {
  std::string seen, unseen, last;
  for (const Kind& kind : kinds(budgets)) {
    if (kind.copy == nullptr) {
      unseen += fmt::format("{}one {}{}", unseen.empty() ? "" : ", ", kind.plain,
                            remedy(budgets.read, kind.needed));
      continue;
    }
    const std::string rho = from(kind.copy->rho);
    seen += seen.empty()  ? fmt::format("at least {} {}", rho, kind.plain)
            : rho == last ? fmt::format(" or {}", kind.plain)
                          : fmt::format(", {} {}", rho, kind.plain);
    last = rho;
  }
  std::string text;
  if (!seen.empty()) {
    text = fmt::format(
        "Seen, 99 times in 100, would be a copy of the whole whose rows of numbers still correlate "
        "with the original's (1: unchanged) by {}; not always one of a few matrices alone.",
        seen);
  }
  if (any_ && !unseen.empty()) {
    text += fmt::format("{}Not seen would be a copy: {}.", text.empty() ? "" : " ", unseen);
  }
  return text;
}

}  // namespace kindred::evidence
