#include "evidence/components.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kindred::evidence {
namespace {

std::string inWords(Class klass) {
  switch (klass) {
    case Class::identical:
      return "identical";
    case Class::shared_weights:
    case Class::shared_weights_calibrated:
      return "shared weights";
    case Class::partial:
      return "shared in part";
    case Class::arranged:
      return "signs or order agree, the rows behind them don't";
    case Class::no_evidence:
      return "no evidence of shared weights";
    case Class::untestable:
      return "not testable";
    case Class::not_run:
      return "not run";
    case Class::inconclusive:
    case Class::several:
      return "inconclusive";
  }
  return "inconclusive";
}

std::string said(const ComponentVerdict& part) {
  const bool decided = isRelated(part.verdict.klass) && part.verdict.log10_p < 0;
  return fmt::format(
      "{}: {}{}", models::name(part.component), inWords(part.verdict.klass),
      decided ? fmt::format(" (p <= 10^{:.1f})", std::ceil(part.verdict.log10_p * 10) / 10)
              : std::string());
}

std::string listed(const std::vector<const ComponentVerdict*>& parts) {
  std::vector<std::string> list;
  for (const ComponentVerdict* part : parts) list.push_back(said(*part));
  return fmt::format("{}", fmt::join(list, "; "));
}

// What would have been seen of those that show nothing.
std::string powerOf(const std::vector<const ComponentVerdict*>& parts) {
  std::vector<std::string> list;
  for (const ComponentVerdict* part : parts) {
    list.push_back(
        fmt::format("of the {}: {}", models::name(part->component), part->verdict.power));
  }
  return fmt::format("{}", fmt::join(list, ". "));
}

// The same in plain sentences.
std::string seenOf(const std::vector<const ComponentVerdict*>& parts) {
  std::string text;
  for (const ComponentVerdict* part : parts) {
    if (part->verdict.seen.empty()) continue;
    text += fmt::format("{}Of the {}: {}", text.empty() ? "" : " ", models::name(part->component),
                        part->verdict.seen);
  }
  return text;
}

// What the parts come to where none shares weights and the models as wholes can't be tested: a
// tower that was published alone is no language model. The first of these that one of them has.
std::optional<Verdict> ofPartsAlone(const std::vector<const ComponentVerdict*>& parts) {
  for (const Class klass : {Class::arranged, Class::inconclusive, Class::no_evidence}) {
    for (const ComponentVerdict* part : parts) {
      if (part->verdict.klass == klass) return part->verdict;
    }
  }
  return std::nullopt;
}

// A fifth of both models that nobody has compared is a part of which nothing is said.
constexpr double kLargeRemainder = 0.2, kNamedRemainder = 0.01;

std::string remainderText(const Remainder& remainder) {
  if (std::max(remainder.of_a, remainder.of_b) < kNamedRemainder) return {};
  return fmt::format(
      " Nothing is said of what no component of both holds: {:.0f} % of the first model's "
      "parameters and {:.0f} % of the second's.",
      100 * remainder.of_a, 100 * remainder.of_b);
}

}  // namespace

Verdict combined(Verdict whole, const std::vector<ComponentVerdict>& components,
                 const Remainder& remainder) {
  std::vector<const ComponentVerdict*> related, others, all;
  for (const ComponentVerdict& part : components) {
    (isRelated(part.verdict.klass) ? related : others).push_back(&part);
    all.push_back(&part);
  }
  if (whole.klass == Class::identical || components.empty()) return whole;
  const bool partly = std::min(remainder.of_a, remainder.of_b) >= kLargeRemainder;
  const Verdict& first = components.front().verdict;
  const bool alone =
      components.size() == 1 && first.klass == whole.klass && first.unverified == whole.unverified;
  if (alone && (!partly || related.empty())) return whole;
  if (related.empty()) {
    // What the models share has no role in a part that was tested.
    const bool apart = std::any_of(others.begin(), others.end(), [](const auto* part) {
      return part->verdict.klass == Class::no_evidence;
    });
    if (whole.klass == Class::shared_weights && apart) whole.klass = Class::partial;
    if (whole.klass == Class::untestable) whole = ofPartsAlone(others).value_or(std::move(whole));
    whole.sentence = fmt::format("By component: {}. {}", listed(all), whole.sentence);
    if (!isRelated(whole.klass)) {
      whole.power = powerOf(others);
      whole.seen = seenOf(others);
    }
    return whole;
  }
  const Verdict& best =
      (*std::min_element(related.begin(), related.end(), [](const auto* x, const auto* y) {
        return x->verdict.log10_p < y->verdict.log10_p;
      }))->verdict;
  if (others.empty()) {
    Verdict verdict = best;
    if (verdict.klass == Class::identical) verdict.klass = Class::shared_weights;
    if (partly) verdict.klass = Class::partial;
    verdict.sentence = fmt::format("{}: {}.{} {}", partly ? "Shared in part" : "By component",
                                   listed(all), remainderText(remainder), best.sentence);
    return verdict;
  }
  Verdict verdict = best;
  verdict.klass = Class::partial;
  verdict.sentence = fmt::format("Shared in part, by component: {}; {}. {}", listed(related),
                                 listed(others), best.sentence);
  verdict.power = powerOf(others);
  return verdict;
}

}  // namespace kindred::evidence
