#include "verdict/verdict.hpp"

#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "stats/levels.hpp"

namespace kindred::verdict {
namespace {

class Judge {
 public:
  Judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
        const Coverage& coverage)
      : a_(a), b_(b), coverage_(coverage) {
    for (const Adjusted& entry : findings) {
      if (entry.finding.controls && left_out_.empty()) {
        left_out_ = entry.finding.controls->left_out;
      }
      switch (entry.finding.basis) {
        case Basis::describes:
          break;
        case Basis::calibrated:
          addCalibrated(entry);
          break;
        case Basis::exact:
        case Basis::unverified:
          addDeciding(entry);
          break;
      }
    }
    for (const auto& [component, count] : coverage.components) {
      total_ += count;
      if (count.equal > 0) equal_parts_.insert(component);
    }
  }

  Verdict run() const {
    Verdict verdict;
    if (best_ != nullptr) verdict.log10_p = best_->log10_p;
    verdict.unverified = best_ != nullptr && unverified(best_->finding) && !allEqual();
    const bool exact = !rejected_.empty();
    verdict.power = exact || total_.equal > 0 ? "not needed: shared weights were found" : power();
    if (allEqual()) {
      verdict.klass = Class::identical;
      verdict.sentence = fmt::format("All tensors of {} and {} hold the same bytes.", a_, b_);
    } else if (exact && onlySomeMatched()) {
      verdict.klass = Class::partial;
      verdict.sentence = fmt::format("Shared in part: {} of {} tensors matched by content. ",
                                     matched_kin_, matched_) +
                         unverifiedRejection();
    } else if (exact && !onlyOfTheStream()) {
      verdict.klass = Class::shared_weights;
      verdict.sentence = rejection();
    } else if (exact || trainedPartsAreEqual()) {
      verdict.klass = Class::partial;
      verdict.sentence = partly(exact);
    } else if (calibrated_ != nullptr) {
      const bool enough = rejects(calibrated_->finding, calibrated_->log10_p);
      verdict.klass = enough ? Class::shared_weights_calibrated : Class::inconclusive;
      verdict.sentence = alike(enough);
      verdict.log10_p = calibrated_->log10_p;
      verdict.power = enough ? "not needed: the pair stands out from the controls" : power();
    } else if (deciding_ == 0 && !calibrated_ran_) {
      verdict.klass = coverage_.tensors_a == 0 ? Class::inconclusive : Class::untestable;
      verdict.sentence = undecided();
    } else {
      verdict.klass = Class::no_evidence;
      verdict.sentence = nothing();
    }
    return verdict;
  }

 private:
  struct Total {
    std::uint64_t equal = 0, constant = 0, tied = 0, changed = 0, absent = 0;
    Total& operator+=(const ComponentCount& count) {
      equal += count.equal;
      tied += count.tied;
      constant += count.constant;
      changed += count.changed;
      absent += count.absent;
      return *this;
    }
  };

  void addDeciding(const Adjusted& entry) {
    const Finding& finding = entry.finding;
    ++deciding_;
    if (best_ == nullptr || entry.log10_p < best_->log10_p) best_ = &entry;
    if (rejects(finding, entry.log10_p)) rejected_.insert(finding.gauge);
    if (unverified(finding)) {
      ++matched_;
      if (rejects(finding, entry.log10_p)) ++matched_kin_;
    }
    if (finding.detectable_rho && (!rho_ || *finding.detectable_rho < *rho_)) {
      rho_ = finding.detectable_rho;
    }
  }

  // Of the calibrated tests that are clear of their controls and large, the most telling.
  void addCalibrated(const Adjusted& entry) {
    calibrated_ran_ = true;
    if (!entry.finding.controls->clear) return;
    if (!entry.finding.controls->large) {
      held_back_ = true;
      return;
    }
    if (calibrated_ == nullptr || entry.log10_p < calibrated_->log10_p) calibrated_ = &entry;
  }

  bool allEqual() const {
    return total_.equal > 0 && total_.changed == 0 && total_.absent == 0 &&
           coverage_.tensors_a == coverage_.tensors_b;
  }

  // Order and sign of the residual stream's coordinates can be shared through norms or embeddings
  // alone; the other gauges belong to the matrices themselves.
  bool onlyOfTheStream() const {
    return rejected_.size() == 1 && *rejected_.begin() == "residual-dim" && total_.changed > 0;
  }

  // Of models of unknown families, fewer than half of the matched tensors.
  bool onlySomeMatched() const {
    return rejected_.size() == 1 && matched_kin_ > 0 && 2 * matched_kin_ < matched_;
  }

  // Equal bytes are evidence where the architecture says that the tensor is trained; a computed
  // constant of an unknown role is none.
  bool trainedPartsAreEqual() const {
    return !equal_parts_.empty() && !(equal_parts_.size() == 1 && equal_parts_.contains("other"));
  }

  std::string rejection() const {
    const Finding& finding = best_->finding;
    if (unverified(finding)) return unverifiedRejection();
    return fmt::format(
        "The hypothesis that the tested tensors of {} and {} were trained from independent random "
        "initialisations is rejected: p <= 10^{:.1f}, adjusted for all tests of this run ({}, axis "
        "{}, {} units; null: {}; assumes: {}). Explanations compatible with this: either model "
        "trained from the other, a common ancestor, a merge component, a shared initialisation. "
        "Direction and intent are not tested.",
        a_, b_, std::ceil(best_->log10_p * 10) / 10, finding.test, finding.gauge, finding.units,
        finding.null, finding.assumptions);
  }

  // Tests of models whose family is not known rest on what nobody has checked.
  static bool unverified(const Finding& finding) { return finding.basis == Basis::unverified; }

  std::string unverifiedRejection() const {
    const Finding& finding = best_->finding;
    return fmt::format(
        "Under the unverified assumption that {}, the hypothesis that the tested tensors of {} and "
        "{} were trained from independent random initialisations is rejected: p <= 10^{:.1f}, "
        "adjusted for all tests of this run ({}; null: {}). Explanations compatible with this: "
        "either model trained from the other, a common ancestor, a merge component, a shared "
        "initialisation, computed values that were not recognised as such, values drawn from the "
        "fixed default seed of a public framework (0, 42, 1234). Direction and intent are not "
        "tested.",
        finding.assumptions, a_, b_, std::ceil(best_->log10_p * 10) / 10, finding.test,
        finding.null);
  }

  std::string alike(bool enough) const {
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
                 std::pow(10, calibrated_->log10_p), std::pow(10, stats::kLog10Calibrated),
                 stats::kFewestControls) +
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

  // Controls that were none, for the end of a sentence.
  std::string leftOut() const {
    if (left_out_.empty()) return {};
    std::string names;
    for (const std::string& control : left_out_) names += (names.empty() ? "" : ", ") + control;
    return " Left out of the controls: " + names + ".";
  }

  std::string partly(bool exact) const {
    std::string parts;
    for (const std::string& part : equal_parts_) {
      if (part != "other") parts += (parts.empty() ? "" : ", ") + part;
    }
    if (parts.empty()) parts = "what lies along the residual stream (norms or embeddings)";
    std::string text = fmt::format("Shared in part: {}.", parts);
    if (total_.equal > 0) {
      text += fmt::format(" {} tensors hold the same bytes in {} and {}.", total_.equal, a_, b_);
    }
    if (exact) {
      text += fmt::format(" Independence of these parts is rejected: p <= 10^{:.1f} ({}, axis {}).",
                          std::ceil(best_->log10_p * 10) / 10, best_->finding.test,
                          best_->finding.gauge);
    }
    if (deciding_ == 0) return text + " No test of the others was run.";
    return text + " In the other tested tensors no evidence of shared weights was found.";
  }

  std::string undecided() const {
    return fmt::format(
        "No test that decides could be run on {} and {}: similarities are described, and none of "
        "them says by itself whether weights are shared.",
        a_, b_);
  }

  std::string nothing() const {
    std::string text = fmt::format(
        "No evidence of shared weights in the tested tensors of {} and {}. This does not show that "
        "they are independent: distillation, and parts that were retrained or not tested, would "
        "not be seen.",
        a_, b_);
    if (held_back_) {
      text +=
          " The pair is more alike than its pairs with the controls, but by no more than strangers "
          "of one recipe may be.";
    }
    text += leftOut();
    if (best_ == nullptr || !unverified(best_->finding)) return text;
    return text +
           " Models of unknown families are compared under an unverified assumption and in the "
           "order in which they are stored: shuffled or rotated copies would not be seen either.";
  }

  std::string power() const {
    if (deciding_ == 0) return "not stated: no test decided";
    if (!rho_) return "not computed for the tests of this run";
    return fmt::format("a row correlation of {:.4f} would have been detected with 99 % probability",
                       *rho_);
  }

  const std::string& a_;
  const std::string& b_;
  const Coverage& coverage_;
  const Adjusted* best_ = nullptr;
  const Adjusted* calibrated_ = nullptr;  // clear of its controls, and large
  bool calibrated_ran_ = false, held_back_ = false;
  std::vector<std::string> left_out_;  // controls
  std::size_t deciding_ = 0;
  std::size_t matched_ = 0, matched_kin_ = 0;  // tensors of unknown families
  std::set<std::string> rejected_;             // gauges
  std::set<std::string> equal_parts_;          // components with equal tensors that are evidence
  Total total_;
  std::optional<double> rho_;
};

}  // namespace

bool rejects(const Finding& finding, double log10_p_adjusted) {
  switch (finding.basis) {
    case Basis::exact:
    case Basis::unverified:
      return log10_p_adjusted <= stats::kLog10Evidence;
    case Basis::calibrated:
      return finding.controls && finding.controls->models >= stats::kFewestControls &&
             finding.controls->clear && finding.controls->large &&
             log10_p_adjusted <= stats::kLog10Calibrated;
    case Basis::describes:
      return false;
  }
  return false;
}

Verdict judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
              const Coverage& coverage) {
  return Judge(a, b, findings, coverage).run();
}

}  // namespace kindred::verdict
