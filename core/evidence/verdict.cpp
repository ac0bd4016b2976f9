#include "evidence/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/gauge.hpp>

#include "evidence/copies.hpp"
#include "evidence/levels.hpp"
#include "evidence/rows.hpp"
#include "evidence/shared_bytes.hpp"
#include "evidence/start.hpp"

namespace kindred::evidence {
namespace {

class Judge {
 public:
  Judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
        const Coverage& coverage, const std::vector<Unfair>& unfair)
      : a_(a), b_(b), coverage_(coverage), unfair_(unfair) {
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
    for (const auto& [_, count] : coverage.components) total_ += count;
  }

  Verdict run() const {
    Verdict verdict = decide();
    if (coverage_.ran == Ran::in_part && !isRelated(verdict.klass)) {
      verdict.klass = deciding_ > 0 ? Class::inconclusive : Class::not_run;
      verdict.sentence = interrupted();
    }
    verdict.power = powerOf(verdict.klass);
    if (isRelated(verdict.klass)) verdict.breadth = breadth();
    return verdict;
  }

 private:
  struct Total {
    std::uint64_t equal = 0, different = 0;
    Total& operator+=(const ComponentCount& count) {
      equal += count.equal + count.tied + count.constant;
      different += count.changed + count.absent + count.only_b;
      return *this;
    }
  };

  Verdict decide() const {
    Verdict verdict;
    if (best_ != nullptr) verdict.log10_p = best_->log10_p;
    verdict.unverified =
        best_ != nullptr && unverified(best_->finding) && !coverage_.identity.holds();
    const bool exact = !rejected_.empty();
    if (told() != nullptr) verdict.sizes = sizeText(*told());
    if (coverage_.ran == Ran::not_at_all) {
      verdict.klass = Class::not_run;
      verdict.sentence = fmt::format(
          "The run was interrupted before {} and {} were compared: nothing is said of them.", a_,
          b_);
    } else if (coverage_.identity.holds()) {
      verdict.klass = Class::identical;
      verdict.sentence = same();
    } else if (exact && (arranged_ || onlyTurned()) && !borneOut()) {
      verdict.klass = Class::arranged;
      verdict.sentence = arranged();
    } else if (exact && !supported_ && !sharedBytesAreEvidence(coverage_)) {
      verdict.klass = Class::inconclusive;
      verdict.sentence = unsupported();
    } else if (exact && onlySomeMatched() && !sharedBytesAreEvidence(coverage_)) {
      verdict.klass = Class::inconclusive;
      verdict.sentence = agreeInSome();
    } else if (exact && !(onlyOfPlaces() && othersAreApart())) {
      const bool narrow = isNarrow(breadth()) && !redrawn_;
      verdict.klass = narrow ? Class::partial : Class::shared_weights;
      verdict.start = start();
      verdict.sentence = rejection() + startText(verdict.start) + spread(narrow) + onlyStream() +
                         notInAll() + differences();
    } else if (exact || sharedBytesAreEvidence(coverage_)) {
      verdict.klass = othersAreApart() ? Class::partial : Class::shared_weights;
      verdict.unverified = verdict.unverified && exact;  // bytes are as they are
      verdict.sentence = partly(exact) + differences();
    } else if (calibrated_ != nullptr) {
      const bool enough = rejects(calibrated_->finding, calibrated_->log10_p);
      verdict.klass = enough ? Class::shared_weights_calibrated : Class::inconclusive;
      verdict.sentence = alike(enough);
      verdict.log10_p = calibrated_->log10_p;
    } else if (redrawn_) {
      verdict.klass = Class::inconclusive;
      verdict.sentence =
          fmt::format("The evidence on {} and {} points two ways. ", a_, b_) + redrawn();
    } else if (unitsHaveNoSigns() && isBorneOut(*ordered_)) {
      verdict.klass = Class::inconclusive;
      verdict.sizes = sizeText(*ordered_);
      verdict.sentence =
          fmt::format("The evidence on {} and {} points two ways. ", a_, b_) + reordered();
    } else if (deciding_ == 0 && !calibrated_ran_) {
      verdict.klass = coverage_.tensors_a == 0 ? Class::inconclusive : Class::untestable;
      verdict.sentence = undecided();
    } else {
      verdict.klass = Class::no_evidence;
      verdict.sentence = nothing();
    }
    return verdict;
  }

  void addDeciding(const Adjusted& entry) {
    const Finding& finding = entry.finding;
    ++deciding_;
    if (finding.constants) constants_ = finding.constants;
    if (best_ == nullptr || entry.log10_p < best_->log10_p) best_ = &entry;
    if (rejects(finding, entry.log10_p)) addRejecting(entry);
    addSizes(finding);
    if (finding.gauge == Gauge::mlp_unit && finding.likeness && !finding.likeness->agreement) {
      ordered_ = &finding;
    }
    // What lies along the residual stream is one part; a test of any other has to have found
    // nothing, and to have been able to find something, before the rest can be called another's.
    tested_in_vain_ |= !rejects(finding, entry.log10_p) && !isOfTheStream(finding) &&
                       finding.log10_p_floor <= kLog10Evidence;
    if (byContent(finding)) {
      ++matched_;
      if (rejects(finding, entry.log10_p)) ++matched_kin_;
    }
    const bool could = finding.log10_p_floor <= kLog10Evidence && finding.power;
    if (could && rejects(finding, entry.log10_p)) found_.insert(finding.power->rows);
    // Tests that a rotation blinds say nothing of what is not shared.
    if (could && finding.power->rotated && rowsOf(finding) == Rows::strangers) {
      idle_.insert(finding.power->rows);
    }
    copies_.add(finding);
    if (finding.detectable_rho && (!rho_ || *finding.detectable_rho < *rho_)) {
      rho_ = finding.detectable_rho;
    }
    if (const std::string text = powerText(finding); !text.empty()) {
      tossed_[{finding.gauge, finding.power->rows}] = text;  // of the last stage
    }
  }

  Breadth breadth() const {
    std::vector<const Adjusted*> sorted = rejecting_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Adjusted* x, const Adjusted* y) { return x->log10_p < y->log10_p; });
    std::vector<const Finding*> findings;
    for (const Adjusted* entry : sorted) findings.push_back(&entry->finding);
    return breadthOf(findings);
  }

  std::string spread(bool narrow) const {
    const std::string text = breadthText(breadth());
    if (text.empty()) return {};
    return fmt::format(" Breadth: {}.{}", text,
                       narrow ? " That is a part of the models: a few rows or layers of one in the "
                                "other look like this."
                              : "");
  }

  void addRejecting(const Adjusted& entry) {
    rejecting_.push_back(&entry);
    rejected_.insert(entry.finding.gauge);
    rejected_stream_ |= isOfTheStream(entry.finding);
    arranged_ = arranged_ || isArranged(entry.finding);
    turned_ |= mayBeTurned(entry.finding);
    addRows(entry.finding);
    const bool has_rows = entry.finding.likeness || unverified(entry.finding);
    firm_ |= has_rows && !mayBeTurned(entry.finding) && !isUnsupported(entry.finding);
    // The stream is free to be turned as a whole, so its own rows vouch for nothing else.
    (isOfTheStream(entry.finding) ? stream_borne_out_ : borne_out_) |= isBorneOut(entry.finding);
    of_rows_ |= has_rows;
    supported_ = supported_ || !isUnsupported(entry.finding);
  }

  // How alike up rows are that were matched, of the test to which they are most.
  void addRows(const Finding& finding) {
    if (finding.gauge != Gauge::mlp_unit || !finding.likeness || !finding.likeness->agreement)
      return;
    const double rows =
        finding.likeness->matched / std::sqrt(static_cast<double>(finding.likeness->width));
    rows_ = std::max(rows_.value_or(0), rows);
  }

  std::optional<Start> start() const { return startOf(constants_, rows_); }

  // The sizes that are told are those of the gauge whose rows are most alike.
  void addSizes(const Finding& finding) {
    if (!finding.likeness || !finding.likeness->agreement) return;
    if (mostAreAlike(finding) && !mayBeTurned(finding)) redrawn_ = true;
    const auto times = [](const Finding& x) { return x.likeness->matched / x.likeness->chance; };
    if (sized_ == nullptr || times(finding) > times(*sized_)) sized_ = &finding;
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

  // Tests of other parts found nothing, nor are their rows alike.
  bool othersAreApart() const { return tested_in_vain_ && !redrawn_; }

  bool onlyOfTheStream() const { return rejected_stream_ && rejected_.size() == 1; }

  bool borneOut() const { return borne_out_ || (stream_borne_out_ && onlyOfTheStream()); }

  // No rejection has rows behind it other than such as somebody may have turned to fit, or that are
  // no more alike than chance.
  bool onlyTurned() const { return turned_ && !firm_; }

  // Or no rejection has rows behind it: where experts, heads or coordinates stand was shared.
  bool onlyOfPlaces() const { return onlyOfTheStream() || !of_rows_; }

  // Of models of unknown families, no more than half of the matched tensors. A table of tokens,
  // classes or principal axes has no order that is random, on either side, and nothing in it says
  // so; that most tensors of a model are such tables is hardly ever so.
  bool onlySomeMatched() const {
    return rejected_.size() == 1 && matched_kin_ > 0 && 2 * matched_kin_ <= matched_;
  }

  std::string agreeInSome() const {
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

  // Whose sizes are told: of a rejection those of the rows behind it, else those that are largest.
  const Finding* told() const {
    const bool own = best_ != nullptr && best_->finding.likeness && !rejected_.empty();
    return own ? &best_->finding : sized_;
  }

  std::string sizes() const {
    if (told() == nullptr) return {};
    std::string text = sizeText(*told());
    text.front() = 'T';
    return " " + text + ".";
  }

  std::string arranged() const {
    return fmt::format(
        "Signs or order agree between {} and {} more often than chance allows (p <= 10^{:.1f}, {}, "
        "axis {}), and the rows behind them do not bear it out: {}.{} Explanations compatible with "
        "this: units, signs, coordinates or a rotation of an independent model chosen by somebody "
        "who had the other's file, a mask or another fixed structure that both were given, a merge "
        "with a small share of the other. By itself it is no evidence of shared weights. Direction "
        "and intent are not tested.",
        a_, b_, std::ceil(best_->log10_p * 10) / 10, best_->finding.test,
        best_->finding.gauge.name(),
        onlyTurned() ? "they are no more alike than rows that were turned to fit would be"
                     : "rows that are alike and therefore agree so often would be far more alike",
        sizes());
  }

  std::string unsupported() const {
    return fmt::format(
        "Signs agree between {} and {} more often than chance allows (p <= 10^{:.1f}, {}, axis "
        "{}), "
        "while the rows behind them are no more alike than rows of strangers.{} A very small share "
        "of one model in the other looks like this, and so do signs that are not fair for a reason "
        "that no self-test sees. Tests of other parts, or controls (--control), can tell them "
        "apart.",
        a_, b_, std::ceil(best_->log10_p * 10) / 10, best_->finding.test,
        best_->finding.gauge.name(), sizes());
  }

  std::string redrawn() const {
    return "Matched rows are far more alike than rows of strangers, while their signs are at "
           "chance." +
           sizes() +
           " Signs that were drawn anew in one of two models that share weights explain it. No "
           "exact "
           "test can decide then: name controls (--control), which the calibrated tests need; they "
           "survive such a redraw.";
  }

  // Of MLPs without a gate only the order was tested.
  bool unitsHaveNoSigns() const {
    return ordered_ != nullptr &&
           std::none_of(tossed_.begin(), tossed_.end(),
                        [](const auto& coins) { return coins.first.first == Gauge::mlp_unit; });
  }

  // In order each unit is nearest to its own where it is more like it than the best of the others.
  std::string orderOfUnits() const {
    const Likeness& likeness = *ordered_->likeness;
    return fmt::format(
        "units of MLPs without a gate ({}) have an order and no signs: a copy in order would be "
        "found from a row correlation of about {:.2g}, and one whose units were put in another "
        "order would be described and not decided",
        ordered_->units, likeness.chance / std::sqrt(static_cast<double>(likeness.width)));
  }

  std::string reordered() const {
    std::string text = sizeText(*ordered_);
    text.front() = 'T';
    return "Rows of units are more alike than any order of strangers' could make them, while their "
           "order is at chance. " +
           text +
           ". Units of one of two models that share weights, put in another order, explain it. "
           "Units of MLPs without a gate have no signs, and no exact test can decide then: name "
           "controls (--control), which the calibrated tests need.";
  }

  std::string rejection() const {
    const Finding& finding = best_->finding;
    if (unverified(finding)) return unverifiedRejection() + sizes();
    return fmt::format(
        "The hypothesis that the tested tensors of {} and {} were trained from independent random "
        "initialisations is rejected: p <= 10^{:.1f}, adjusted for all tests of this run ({}, axis "
        "{}, {} units; null: {}; assumes: {}).{} {} Direction and intent are not tested.",
        a_, b_, std::ceil(best_->log10_p * 10) / 10, finding.test, finding.gauge.name(),
        finding.units, finding.null, finding.assumptions, sizes(), kExplanations);
  }

  // Tests of models whose family is not known rest on what nobody has checked.
  static bool unverified(const Finding& finding) { return finding.basis == Basis::unverified; }
  // Those of models whose family is not known have no reference.
  static bool byContent(const Finding& finding) {
    return unverified(finding) && finding.reference.empty();
  }

  std::string unverifiedRejection() const {
    const Finding& finding = best_->finding;
    return fmt::format(
        "Under the unverified assumption that {}, the hypothesis that the tested tensors of {} and "
        "{} were trained from independent random initialisations is rejected: p <= 10^{:.1f}, "
        "adjusted for all tests of this run ({}; null: {}). {}{} Direction and intent are not "
        "tested.",
        finding.assumptions, a_, b_, std::ceil(best_->log10_p * 10) / 10, finding.test,
        finding.null, kExplanations,
        byContent(finding) ? " So are computed values that were not recognised as such." : "");
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

  // Controls that were none, for the end of a sentence.
  std::string leftOut() const {
    if (left_out_.empty()) return {};
    std::string names;
    for (const std::string& control : left_out_) names += (names.empty() ? "" : ", ") + control;
    return " Left out of the controls: " + names + ".";
  }

  std::string same() const {
    std::string text = fmt::format(
        "Each tensor of {} has its counterpart in {} and the other way round: of the same role or "
        "name, shape, encoding and bytes.",
        a_, b_);
    for (const std::string& remark : coverage_.identity.remarks) {
      text += " " + remark + (remark.ends_with('.') ? "" : ".");
    }
    return text;
  }

  std::string onlyStream() const {
    return onlyOfTheStream() ? " Only what lies along the residual stream (norms or embeddings) "
                               "could be tested in this run."
                             : "";
  }

  // A part is not the whole: roles whose signs are at chance and whose rows are as strangers' are.
  std::string notInAll() const {
    std::vector<std::string> roles;
    std::set_difference(idle_.begin(), idle_.end(), found_.begin(), found_.end(),
                        std::back_inserter(roles));
    if (roles.empty()) return {};
    return fmt::format(
        " Not in all parts: signs of {} are at chance and the rows no more alike than strangers'.",
        fmt::join(roles, ", "));
  }

  // Worth a sentence where most is the same.
  std::string differences() const {
    const std::string text = differenceSentence(coverage_.identity);
    return text.empty() || total_.equal <= total_.different ? "" : " " + text;
  }

  // Evidence of norms and embeddings, or equal bytes, and nothing else.
  std::string partly(bool exact) const {
    std::string text;
    if (sharedBytesAreEvidence(coverage_)) {
      text = sharedBytesSentence(a_, b_, coverage_) +
             " Explanations compatible with this: either model made from the other, a common "
             "ancestor, a merge component, a shared initialisation, such as a published or a "
             "default seed. Direction and intent are not tested.";
    }
    if (exact) {
      text += fmt::format(
          "{}Independence of {} is rejected: p <= 10^{:.1f} ({}, axis {}).",
          text.empty() ? "" : " ",
          onlyOfTheStream() ? "what lies along the residual stream (norms or embeddings)"
                            : "where experts, heads or coordinates stand",
          std::ceil(best_->log10_p * 10) / 10, best_->finding.test, best_->finding.gauge.name());
    }
    if (!exact && redrawn_) {
      return text + " In other tensors the evidence points two ways. " + redrawn();
    }
    if (othersAreApart()) {
      return "Shared in part: " + text +
             " In the other tested tensors no evidence of shared weights was found.";
    }
    return text + " No test of other tensors could have found anything.";
  }

  std::string interrupted() const {
    return fmt::format(
        "The run was interrupted before all tests of {} and {} were done, and those that were "
        "done found nothing: run it to its end.",
        a_, b_);
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

  // Tensors of a known family that no test can know the axes of: a tower, a projector.
  std::string withoutRole() const {
    const auto without = coverage_.tensors_a - coverage_.understood_a;
    if (without == 0) return {};
    return fmt::format(
        " {} of the {} tensors of {} ({} of {} bytes) have no role in its family, and no test that "
        "decides has looked at them: of these only equal bytes would be seen.",
        without, coverage_.tensors_a, a_, coverage_.bytes_a - coverage_.understood_bytes_a,
        coverage_.bytes_a);
  }

  std::string powerOf(Class klass) const {
    switch (klass) {
      case Class::identical:
      case Class::shared_weights:
        return "not needed: shared weights were found";
      case Class::shared_weights_calibrated:
        return "not needed: the pair stands out from the controls";
      case Class::partial:
        return "of the other tensors: " + power();
      case Class::arranged:
        return "not stated: signs or order were chosen";
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

  std::string power() const {
    std::string text;
    if (deciding_ == 0) {
      text = "not stated: no test decided";
    } else if (!tossed_.empty()) {
      text = copies_.text(coverage_.budget);
      text += text.empty() ? "signs were tossed of " : "; signs were tossed of ";
      for (const auto& [coins, of_gauge] : tossed_) {
        if (coins != tossed_.begin()->first) text += ", ";
        text += of_gauge;
      }
      text += "; other rows were not tossed, and copies of these alone would not be seen";
    } else if (rho_) {
      text = fmt::format(
          "a row correlation of {:.4f} would have been detected with 99 % probability", *rho_);
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

  static constexpr const char* kExplanations =
      "Explanations compatible with this: either model trained from the other, a common ancestor, "
      "a merge component, a shared initialisation (a published one, or the fixed default seed of a "
      "public framework: 0, 42, 1234), signs, order or rotation of one chosen by somebody who had "
      "the other.";

  const std::string& a_;
  const std::string& b_;
  const Coverage& coverage_;
  const std::vector<Unfair>& unfair_;
  const Adjusted* best_ = nullptr;
  const Adjusted* calibrated_ = nullptr;  // clear of its controls, and large
  bool calibrated_ran_ = false, held_back_ = false;
  std::vector<std::string> left_out_;  // controls
  std::size_t deciding_ = 0;
  std::size_t matched_ = 0, matched_kin_ = 0;  // tensors of unknown families
  std::set<Axis> rejected_;
  std::vector<const Adjusted*> rejecting_;
  Copies copies_;
  bool rejected_stream_ = false;
  std::set<std::string> found_, idle_;  // roles of which tests found something, or nothing
  // By a finding that rejects.
  bool arranged_ = false, borne_out_ = false, stream_borne_out_ = false, turned_ = false,
       firm_ = false, supported_ = false, of_rows_ = false;
  bool redrawn_ = false;  // rows are alike, whatever their signs
  bool tested_in_vain_ = false;
  const Finding* sized_ = nullptr;    // the one whose sizes are told
  const Finding* ordered_ = nullptr;  // of the order of units, of the last stage
  // By gauge and role: which copies would be found.
  std::map<std::pair<Axis, std::string>, std::string> tossed_;
  Total total_;
  std::optional<double> rho_;
  std::optional<double> constants_, rows_;  // that tell descent from a shared start
};

}  // namespace

bool isOfTheStream(const Finding& finding) { return finding.gauge == Gauge::residual_dim; }

bool rejects(const Finding& finding, double log10_p_adjusted) {
  switch (finding.basis) {
    case Basis::exact:
    case Basis::unverified:
      return log10_p_adjusted <= kLog10Evidence;
    case Basis::calibrated:
      return finding.controls && finding.controls->models >= kFewestControls &&
             finding.controls->clear && finding.controls->large &&
             log10_p_adjusted <= kLog10Calibrated;
    case Basis::describes:
      return false;
  }
  return false;
}

Verdict judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
              const Coverage& coverage, const std::vector<Unfair>& unfair) {
  return Judge(a, b, findings, coverage, unfair).run();
}

}  // namespace kindred::evidence
