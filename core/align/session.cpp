#include "align/session.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <kindred/analysis/align/certificates.hpp>

namespace kindred::align {
namespace {

// So large a share of a trained model's units may be alike without being copies.
constexpr double kAlikeByChance = 0.1;

bool isAsymmetric(const ModelWeights& weights) {
  for (const Place& place : weights.mlps()) {
    if (!weights.asymmetry(role::kUp, place).empty()) return true;
  }
  return false;
}

// A test of order assumes that the reference's is random. The other's is looked at too: a trend
// too weak to be seen in the one finds its match in a strong one.
std::optional<std::string> sorted(const ModelProfile& a, const ModelProfile& b, const GaugeUse& use,
                                  SelfTests& self_tests) {
  if (use.of != GaugeUse::Of::order) return std::nullopt;
  for (const ModelProfile* model : {&a, &b}) {
    if (auto reason = self_tests.computed(*model, use)) return reason;
    if (auto reason = self_tests.ordered(*model, use)) return reason;
  }
  return std::nullopt;
}

bool has(const ModelWeights& weights, const std::string& role) {
  if (weights.rows(role, {}) > 0) return true;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    if (weights.rows(role, {static_cast<std::int64_t>(l), -1, false}) > 0) return true;
  }
  return std::any_of(weights.mlps().begin(), weights.mlps().end(),
                     [&](const Place& place) { return weights.rows(role, place) > 0; });
}

// A gauge may show in several roles of which a family has some: what neither model has is no
// refusal where another is there.
bool isElsewhere(const std::vector<GaugeUse>& uses, const GaugeUse& use, const Subjects& subjects) {
  const auto either = [&](const GaugeUse& of) {
    return has(subjects.a.weights(), of.role) || has(subjects.b.weights(), of.role);
  };
  return !either(use) && std::any_of(uses.begin(), uses.end(), [&](const GaugeUse& other) {
    return other.gauge == use.gauge && other.of == use.of && either(other);
  });
}

struct Order {
  const ModelProfile* reference;
  const ModelProfile* other;
  PairAlignment* alignment;
};

// The order in which a pair may be tested, or why it may not.
struct Choice {
  std::optional<Order> order;
  std::string reason;
  bool unfair = false;
};

std::vector<std::uint32_t> tokensOf(const Alignment& alignment) {
  std::vector<std::uint32_t> tokens;
  for (const TokenPair& token : alignment.tokens) tokens.push_back(token.a);
  return tokens;
}

// Of the residual stream alone it depends on the alignment, on which other threads may be at work.
std::optional<std::string> notFair(const Order& order, const GaugeUse& use, SelfTests& self_tests) {
  if (use.of != GaugeUse::Of::signs) return std::nullopt;
  const bool by_tokens = use.gauge == Gauge::residual_dim;
  return self_tests.against(
      *order.reference, use,
      by_tokens ? tokensOf(order.alignment->blindTo(use)) : std::vector<std::uint32_t>());
}

std::optional<std::string> notAllowed(const Order& order, const GaugeUse& use,
                                      SelfTests& self_tests) {
  const ModelWeights& reference = order.reference->weights();
  if (auto reason = notGranted(reference, use)) return reason;
  if (auto reason = sorted(*order.reference, *order.other, use, self_tests)) return reason;
  return notBlind(reference, use, order.alignment->blindTo(use));
}

Choice chooseReference(const Subjects& subjects, const GaugeUse& use, SelfTests& self_tests) {
  const Order first{&subjects.a, &subjects.b, &subjects.alignment};
  auto unfair = notFair(first, use, self_tests);
  if (auto reason = notAllowed(first, use, self_tests))
    return {std::nullopt, std::move(*reason), false};
  if (!unfair) return {first, {}, false};
  if (!subjects.exchanged) return {std::nullopt, std::move(*unfair), true};
  const Order second{&subjects.b, &subjects.a, &subjects.exchanged()};
  auto reason = notAllowed(second, use, self_tests);
  if (!reason) reason = notFair(second, use, self_tests);
  if (!reason) return {second, {}, false};
  return {std::nullopt, *unfair + "; nor may the other model serve as the reference: " + *reason,
          true};
}

}  // namespace

bool firstIsReference(const ModelProfile& a, const ModelProfile& b) {
  const bool a_asymmetric = isAsymmetric(a.weights()), b_asymmetric = isAsymmetric(b.weights());
  if (a_asymmetric != b_asymmetric) return b_asymmetric;
  return a.doubling().share <= b.doubling().share + kAlikeByChance;
}

std::vector<GaugeUse> usesOf(const NamedTest& test, const Subjects& subjects) {
  const std::vector<GaugeUse> all = test.test->uses();
  std::vector<GaugeUse> uses;
  std::copy_if(all.begin(), all.end(), std::back_inserter(uses),
               [&](const GaugeUse& use) { return !isElsewhere(all, use, subjects); });
  return uses;
}

Outcome runUse(const NamedTest& named, const GaugeUse& use, const Subjects& subjects,
               SelfTests& self_tests, std::uint64_t seed) {
  Outcome outcome;
  // What controls calibrate needs no symmetry: the alignment is as free on their pairs.
  const bool exact = !named.test->calibrated();
  const Choice choice =
      exact ? chooseReference(subjects, use, self_tests)
            : Choice{Order{&subjects.a, &subjects.b, &subjects.alignment}, {}, false};
  if (!choice.order) {
    outcome.refusals.push_back({named.name, use.gauge, choice.reason, choice.unfair});
    return outcome;
  }
  const auto& [a, b, alignment] = *choice.order;
  const Alignment& blind = alignment->blindTo(use);
  outcome.findings = named.test->run({*a, *b, blind, use, seed});
  for (Finding& finding : outcome.findings) {
    finding.test = named.name;
    finding.gauge = use.gauge;
    // What controls calibrate describes until they have done so.
    finding.basis = exact ? Basis::exact : Basis::describes;
    if (const std::string file =
            exact ? a->weights().gauge(use.role, use.axis, use.gauge).unverified : "";
        !file.empty()) {
      finding.basis = Basis::unverified;
      finding.assumptions +=
          ", and the gauge holds that the user's own architecture file grants: " + file;
    }
    finding.reference = a->weights().model();
    if (finding.alignment.empty()) {
      finding.alignment = describe(blind);
      addAssignments(finding, blind);
    }
  }
  return outcome;
}

Outcome runTests(const std::vector<NamedTest>& tests, const Subjects& subjects,
                 SelfTests& self_tests, std::uint64_t seed) {
  Outcome outcome;
  for (const NamedTest& test : tests) {
    for (const GaugeUse& use : usesOf(test, subjects)) {
      Outcome made = runUse(test, use, subjects, self_tests, seed);
      std::move(made.findings.begin(), made.findings.end(), std::back_inserter(outcome.findings));
      std::move(made.refusals.begin(), made.refusals.end(), std::back_inserter(outcome.refusals));
    }
  }
  return outcome;
}

}  // namespace kindred::align
