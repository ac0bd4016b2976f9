// The words of verdicts.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "evidence/judge.hpp"
#include "evidence/levels.hpp"
#include "evidence/rows.hpp"
#include "evidence/shared_bytes.hpp"

namespace kindred::evidence {

std::string Judge::spread(bool narrow) const {
  const std::string text = breadthText(breadth());
  if (text.empty()) return {};
  return fmt::format(" Breadth: {}.{}", text,
                     narrow ? " That is a part of the models: a few rows or layers of one in the "
                              "other look like this."
                            : "");
}

std::string Judge::agreeInSome() const {
  return fmt::format(
             "Of {} tensors of {} and {} that were matched by content {} agree in the order of "
             "rows and "
             "of columns, and the others do not: that is too little to decide. Tables whose rows "
             "and "
             "columns both stand for something (tokens, classes, positions, principal axes) "
             "agree so in "
             "independent models, and so does a part that was shared. ",
             matched_, a_, b_, matched_kin_) +
         unverifiedRejection();
}

std::string Judge::sizes() const {
  if (told() == nullptr) return {};
  std::string text = sizeText(*told());
  text.front() = 'T';
  return " " + text + ".";
}

std::string Judge::arranged() const {
  return fmt::format(
      "Signs or order agree between {} and {} more often than chance allows (p <= 10^{:.1f}, {}, "
      "axis {}), and the rows behind them do not bear it out: {}.{} Explanations compatible with "
      "this: a merge with a small share of the other or a descendant trained far from it, units, "
      "signs, coordinates or a rotation of an independent model chosen by somebody who had the "
      "other's file, a mask or another fixed structure that both were given. By itself it is no "
      "evidence of shared weights. Direction "
      "and intent are not tested.",
      a_, b_, std::ceil(best_->log10_p * 10) / 10, best_->finding.test, best_->finding.gauge.name(),
      onlyTurned() ? "they are no more alike than rows that were turned to fit would be"
                   : "rows that are alike and therefore agree so often would be far more alike",
      sizes());
}

std::string Judge::unsupported() const {
  return fmt::format(
      "Signs agree between {} and {} more often than chance allows (p <= 10^{:.1f}, {}, axis "
      "{}), "
      "while the rows behind them are no more alike than rows of strangers.{} A very small share "
      "of one model in the other looks like this, and so do signs that are not fair for a reason "
      "that no self-test sees. Tests of other parts, or controls (--control), can tell them "
      "apart.",
      a_, b_, std::ceil(best_->log10_p * 10) / 10, best_->finding.test, best_->finding.gauge.name(),
      sizes());
}

std::string Judge::redrawn() const {
  return "Matched rows are far more alike than rows of strangers, while their signs are at "
         "chance." +
         sizes() +
         " Signs that were drawn anew in one of two models that share weights explain it. No "
         "exact "
         "test can decide then: name controls (--control), which the calibrated tests need; they "
         "survive such a redraw.";
}

std::string Judge::orderOfUnits() const {
  const Likeness& likeness = *ordered_->likeness;
  return fmt::format(
      "units of MLPs without a gate ({}) have an order and no signs: a copy in order would be "
      "found from a row correlation of about {:.2g}, and one whose units were put in another "
      "order would be described and not decided",
      ordered_->units, likeness.chance / std::sqrt(static_cast<double>(likeness.width)));
}

std::string Judge::reordered() const {
  std::string text = sizeText(*ordered_);
  text.front() = 'T';
  return "Rows of units are more alike than any order of strangers' could make them, while their "
         "order is at chance. " +
         text +
         ". Units of one of two models that share weights, put in another order, explain it. "
         "Units of MLPs without a gate have no signs, and no exact test can decide then: name "
         "controls (--control), which the calibrated tests need.";
}

std::string Judge::rejection() const {
  const Finding& finding = best_->finding;
  if (unverified(finding)) return unverifiedRejection() + sizes();
  return fmt::format(
      "The hypothesis that the tested tensors of {} and {} were trained from independent random "
      "initialisations is rejected: p <= 10^{:.1f}, adjusted for all tests of this run ({}, axis "
      "{}, {} units; null: {}; assumes: {}).{} {} Direction and intent are not tested.",
      a_, b_, std::ceil(best_->log10_p * 10) / 10, finding.test, finding.gauge.name(),
      finding.units, finding.null, finding.assumptions, sizes(), kExplanations);
}

std::string Judge::unverifiedRejection() const {
  const Finding& finding = best_->finding;
  return fmt::format(
      "Under the unverified assumption that {}, the hypothesis that the tested tensors of {} and "
      "{} were trained from independent random initialisations is rejected: p <= 10^{:.1f}, "
      "adjusted for all tests of this run ({}; null: {}). {}{} Direction and intent are not "
      "tested.",
      finding.assumptions, a_, b_, std::ceil(best_->log10_p * 10) / 10, finding.test, finding.null,
      kExplanations,
      byContent(finding) ? " So are computed values that were not recognised as such." : "");
}

std::string Judge::alike(bool enough) const {
  const Finding& finding = calibrated_->finding;
  const Controls controls = finding.controls.value_or(Controls{});
  const std::string seen = fmt::format(
      "No exact test rejects independence of {} and {}, but what no disguise changes is more "
      "alike in them than in all {} pairs with the {} controls, clear of these and beyond what "
      "strangers of one recipe reach ({}: {:.3f}, controls at most {:.3f}, such strangers below "
      "{:.3f}).",
      a_, b_, controls.pairs, controls.models, finding.test, finding.statistic, controls.largest,
      finding.beyond_strangers.value_or(0));
  if (!enough) {
    return seen +
           fmt::format(
               " Too few controls to decide: the conformal p-value is {:.3f}, adjusted for the "
               "calibrated tests of this run; {:.2f} and {} controls are needed. Name more "
               "controls of like kind.",
               std::pow(10, calibrated_->log10_p), std::pow(10, kLog10Calibrated),
               kFewestControls) +
           leftOut();
  }
  return seen +
         fmt::format(
             " This says that the pair is more alike than the controls, no more: calibrated p <= "
             "{:.4f}, adjusted for the calibrated tests of this run; it holds if {}. Shared "
             "weights whose signs, order, scale and rotation were drawn anew look like this. "
             "Direction and intent are not tested.",
             std::pow(10, calibrated_->log10_p), finding.assumptions) +
         leftOut();
}

std::string Judge::leftOut() const {
  if (left_out_.empty()) return {};
  std::string names;
  for (const std::string& control : left_out_) names += (names.empty() ? "" : ", ") + control;
  return " Left out of the controls: " + names + ".";
}

std::string Judge::same() const {
  std::string text = fmt::format(
      "Each tensor of {} has its counterpart in {} and the other way round: of the same role or "
      "name, shape, encoding and bytes.",
      a_, b_);
  for (const std::string& remark : coverage_.identity.remarks) {
    text += " " + remark + (remark.ends_with('.') ? "" : ".");
  }
  return text;
}

std::string Judge::onlyStream() const {
  return onlyOfTheStream() ? " Only what lies along the residual stream (norms or embeddings) "
                             "could be tested in this run."
                           : "";
}

// Roles by the part that they are of: "attention (k, v)".
std::string Judge::inVain() const {
  std::vector<std::string> roles, parts;
  std::set_difference(idle_.begin(), idle_.end(), found_.begin(), found_.end(),
                      std::back_inserter(roles));
  std::map<std::string, std::vector<std::string>> by_part;
  for (const std::string& role : roles) {
    const std::size_t dot = role.find('.');
    std::vector<std::string>& own = by_part[role.substr(0, dot)];
    if (dot != std::string::npos) own.push_back(role.substr(dot + 1));
  }
  for (const auto& [part, own] : by_part) {
    parts.push_back(own.empty() ? part : fmt::format("{} ({})", part, fmt::join(own, ", ")));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string Judge::notInAll(const std::string& in_vain) {
  if (in_vain.empty()) return {};
  return fmt::format(
      " Not in all parts: signs of {} are at chance and the rows no more alike than strangers'.",
      in_vain);
}

std::string Judge::differences() const {
  const std::string text = differenceSentence(coverage_.identity);
  return text.empty() || total_.equal <= total_.different ? "" : " " + text;
}

std::string Judge::partly(bool exact) const {
  std::string text;
  if (sharedBytesAreEvidence(coverage_)) {
    text = sharedBytesSentence(a_, b_, coverage_) +
           " Explanations compatible with this: either model made from the other, a common "
           "ancestor, a merge component, a shared initialisation, such as a published or a "
           "default seed. Direction and intent are not tested.";
  }
  if (exact) {
    text += fmt::format(
        "{}Independence of {} is rejected: p <= 10^{:.1f}, adjusted for all tests of this run ({}, "
        "axis {}; null: {}; assumes: {}).",
        text.empty() ? "" : " ",
        onlyOfTheStream() ? "what lies along the residual stream (norms or embeddings)"
                          : "where experts, heads or coordinates stand",
        std::ceil(best_->log10_p * 10) / 10, best_->finding.test, best_->finding.gauge.name(),
        best_->finding.null, best_->finding.assumptions);
  }
  if (!exact && mostIsAlike()) {
    return text + " In other tensors the evidence points two ways. " + redrawn();
  }
  if (othersAreApart()) {
    return "Shared in part: " + text +
           " In the other tested tensors no evidence of shared weights was found.";
  }
  return (isPartly(exact) ? "Shared in part: " : "") + text +
         " No test of other tensors could have found anything.";
}

std::string Judge::notCompared() const {
  return coverage_.unopened.empty()
             ? fmt::format(
                   "The run was interrupted before {} and {} were compared: nothing is "
                   "said of them.",
                   a_, b_)
             : fmt::format("Nothing is said of {} and {}: {}.", a_, b_, coverage_.unopened);
}

std::string Judge::interrupted() const {
  return fmt::format(
      "The run was interrupted before all tests of {} and {} were done, and those that were "
      "done found nothing: run it to its end.",
      a_, b_);
}

std::string Judge::undecided() const {
  return fmt::format(
      "No test that decides could be run on {} and {}: similarities are described, and none of "
      "them says by itself whether weights are shared.",
      a_, b_);
}

std::string Judge::nothing() const {
  std::string text = fmt::format(
      "No evidence of shared weights in the tested tensors of {} and {}. This does not show that "
      "they are independent: distillation, and parts that were retrained or not tested, would "
      "not be seen.{}",
      a_, b_, sizes());
  if (held_back_) {
    text +=
        " The pair is more alike than its pairs with the controls, but by no more than strangers "
        "of one recipe may be.";
  }
  text += leftOut();
  if (best_ == nullptr || !byContent(best_->finding)) return text + withoutRole();
  return text +
         " Models of unknown families are compared under an unverified assumption and in the "
         "order in which they are stored: shuffled or rotated copies would not be seen either.";
}

std::string Judge::withoutRole() const {
  const auto without = coverage_.tensors_a - coverage_.understood_a;
  if (without == 0) return {};
  return fmt::format(
      " {} of the {} tensors of {} ({} of {} bytes) have no role in its family, and no test that "
      "decides has looked at them: of these only equal bytes would be seen.",
      without, coverage_.tensors_a, a_, coverage_.bytes_a - coverage_.understood_bytes_a,
      coverage_.bytes_a);
}

std::string Judge::powerOf(Class klass) const {
  switch (klass) {
    case Class::identical:
    case Class::shared_weights:
      return "not needed: shared weights were found";
    case Class::shared_weights_calibrated:
      return "not needed: the pair stands out from the controls";
    case Class::partial:
      return "of the other tensors: " + power();
    case Class::arranged:
      return "not stated: signs or order agree and the rows behind them do not, so that neither "
             "tells "
             "what a copy would have shown";
    case Class::not_run:
      return "none: the pair was not tested";
    case Class::inconclusive:
    case Class::no_evidence:
    case Class::untestable:
    case Class::several:
      return power();
  }
  return power();
}

std::string Judge::seen() const {
  if (!tossed_.empty()) {
    return copies_.plain({coverage_.budget, coverage_.budget_mlp, coverage_.budget_maps});
  }
  if (!rho_) return {};
  return fmt::format(
      "Seen, 99 times in 100, would be a copy whose rows of numbers still correlate with the "
      "original's (1: unchanged) by at least {:.4f} in its order.",
      *rho_);
}

std::string Judge::power() const {
  std::string text;
  if (deciding_ == 0) {
    text = "not stated: no test decided";
  } else if (!tossed_.empty()) {
    text = copies_.text({coverage_.budget, coverage_.budget_mlp, coverage_.budget_maps});
    text += text.empty() ? "signs were tossed of " : "; signs were tossed of ";
    for (const auto& [coins, of_gauge] : tossed_) {
      if (coins != tossed_.begin()->first) text += ", ";
      text += of_gauge;
    }
    text += "; other rows were not tossed, and copies of these alone would not be seen";
  } else if (rho_) {
    text = fmt::format("a row correlation of {:.4f} would have been detected with 99 % probability",
                       *rho_);
  } else {
    text = "not computed for the tests of this run";
  }
  if (unitsHaveNoSigns()) {
    text = tossed_.empty() && !rho_ ? orderOfUnits() : text + "; " + orderOfUnits();
  }
  for (const Unfair& unfair : unfair_) {
    text += fmt::format("; no coin of gauge {}: {}", unfair.gauge.name(), unfair.reason);
  }
  return text;
}

}  // namespace kindred::evidence
