#include "evidence/verdict.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evidence/beacon.hpp"
#include "evidence/judge.hpp"
#include "evidence/levels.hpp"
#include "evidence/rows.hpp"
#include "evidence/shared_bytes.hpp"

namespace kindred::evidence {

Judge::Judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
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

Verdict Judge::run() const {
  Verdict verdict = decide();
  if (coverage_.ran == Ran::in_part && !isRelated(verdict.klass)) {
    verdict.klass = deciding_ > 0 ? Class::inconclusive : Class::not_run;
    verdict.sentence = interrupted();
  }
  verdict.power = powerOf(verdict.klass);
  if (verdict.klass == Class::no_evidence) verdict.seen = seen();
  if (isRelated(verdict.klass)) verdict.breadth = breadth();
  return verdict;
}

Verdict Judge::decide() const {
  Verdict verdict;
  if (best_ != nullptr) verdict.log10_p = best_->log10_p;
  verdict.unverified =
      best_ != nullptr && unverified(best_->finding) && !coverage_.identity.holds();
  const bool exact = !rejected_.empty();
  if (told() != nullptr) verdict.sizes = sizeText(*told());
  if (coverage_.ran == Ran::not_at_all) {
    verdict.klass = Class::not_run;
    verdict.sentence = notCompared();
  } else if (coverage_.identity.holds()) {
    verdict.klass = Class::identical;
    verdict.sentence = same();
  } else if (exact && (arranged_ || onlyTurned()) && !borneOut() &&
             !sharedBytesAreEvidence(coverage_)) {
    verdict.klass = Class::arranged;
    verdict.sentence = arranged();
  } else if (exact && !supported_ && !sharedBytesAreEvidence(coverage_)) {
    verdict.klass = Class::inconclusive;
    verdict.sentence = unsupported();
  } else if (exact && onlySomeMatched() && !sharedBytesAreEvidence(coverage_)) {
    verdict.klass = Class::inconclusive;
    verdict.sentence = agreeInSome();
  } else if (exact && !(onlyOfPlaces() && othersAreApart())) {
    const bool narrow = isNarrow(breadth()) && !mostIsAlike();
    const bool norms = onlyOfTheStream() && onlyNormsAreShared(coverage_);
    verdict.klass = narrow || norms ? Class::partial : Class::shared_weights;
    verdict.start = start();
    verdict.not_in = inVain();
    verdict.sentence = rejection() + startText(verdict.start) + spread(narrow) + onlyStream() +
                       notInAll(verdict.not_in) + differences();
    if (verdict.unverified && sharedBytesAreEvidence(coverage_)) {
      verdict.unverified = false;  // bytes are as they are
      verdict.sentence = sharedBytesSentence(a_, b_, coverage_) + " " + verdict.sentence;
    }
  } else if (exact || sharedBytesAreEvidence(coverage_)) {
    verdict.klass = isPartly(exact) ? Class::partial : Class::shared_weights;
    verdict.unverified = verdict.unverified && exact;  // bytes are as they are
    verdict.sentence = partly(exact) + differences();
  } else if (calibrated_ != nullptr) {
    const bool enough = rejects(calibrated_->finding, calibrated_->log10_p);
    verdict.klass = enough ? Class::shared_weights_calibrated : Class::inconclusive;
    verdict.sentence = alike(enough);
    verdict.log10_p = calibrated_->log10_p;
  } else if (mostIsAlike()) {
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

void Judge::addDeciding(const Adjusted& entry) {
  const Finding& finding = entry.finding;
  ++deciding_;
  if (finding.constants) constants_ = finding.constants;
  if (finding.power && finding.power->redrawn) seeing_redrawn_.insert(finding.test);
  layers_in_place_ &=
      std::all_of(finding.matches.begin(), finding.matches.end(),
                  [](const PlaceMatch& match) { return match.layer_a == match.layer_b; });
  if (best_ == nullptr || entry.log10_p < best_->log10_p) best_ = &entry;
  if (rejects(finding, entry.log10_p)) addRejecting(entry);
  addSizes(finding);
  if (finding.gauge == Gauge::mlp_unit && finding.likeness && !finding.likeness->agreement) {
    ordered_ = &finding;
  }
  // What lies along the residual stream is one part; a test of any other has to have found
  // nothing, and to have been able to find something, before the rest can be called another's.
  // What is tossed where it stands says nothing of parts that were moved.
  const bool in_place = finding.power && finding.power->paired_by == kItsPlace;
  tested_in_vain_ |= !rejects(finding, entry.log10_p) && !isOfTheStream(finding) && !in_place &&
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
    // Of the last stage.
    tossed_[{finding.gauge, finding.power->rows, in_place}] = text;
  }
}

Breadth Judge::breadth() const {
  std::vector<const Adjusted*> sorted = rejecting_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Adjusted* x, const Adjusted* y) { return x->log10_p < y->log10_p; });
  std::vector<const Finding*> findings;
  for (const Adjusted* entry : sorted) findings.push_back(&entry->finding);
  return breadthOf(findings);
}

void Judge::addRejecting(const Adjusted& entry) {
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

// Coordinates agree where they stand, by a test that does not look for them elsewhere.
bool Judge::standsInPlace() const {
  return layers_in_place_ &&
         std::any_of(rejecting_.begin(), rejecting_.end(), [&](const Adjusted* entry) {
           return isOfTheStream(entry->finding) && !seeing_redrawn_.contains(entry->finding.test);
         });
}

std::optional<Start> Judge::start() const {
  constexpr double kMost = 0.5;          // of the units
  const double share = breadth().share;  // 0: not known
  if (!standsInPlace() || (share > 0 && share < kMost)) return std::nullopt;
  return startOf(constants_, rows_);
}

void Judge::addRows(const Finding& finding) {
  if (finding.gauge != Gauge::mlp_unit || !finding.likeness || !finding.likeness->agreement) return;
  const double rows =
      finding.likeness->matched / std::sqrt(static_cast<double>(finding.likeness->width));
  rows_ = std::max(rows_.value_or(0), rows);
}

void Judge::addSizes(const Finding& finding) {
  if (!finding.likeness || !finding.likeness->agreement || isOfOneLayer(finding)) return;
  // Coordinates that are alike, be it in the embedding alone, say nothing of what layers hold.
  const bool of_layers = !isOfTheStream(finding) || (finding.power && finding.power->redrawn);
  tossed_layers_ = std::max(tossed_layers_, finding.by_layer.size());
  if (of_layers && mostAreAlike(finding) && !mayBeTurned(finding)) {
    alike_ = true;
    alike_layers_ = std::max(alike_layers_, finding.by_layer.size());
  }
  const auto times = [](const Finding& x) { return x.likeness->matched / x.likeness->chance; };
  if (sized_ == nullptr || times(finding) > times(*sized_)) sized_ = &finding;
}

void Judge::addCalibrated(const Adjusted& entry) {
  calibrated_ran_ = true;
  if (!entry.finding.controls->clear) return;
  if (!entry.finding.controls->large) {
    held_back_ = true;
    return;
  }
  if (calibrated_ == nullptr || entry.log10_p < calibrated_->log10_p) calibrated_ = &entry;
}

bool Judge::onlySomeMatched() const {
  return rejected_.size() == 1 && matched_kin_ > 0 && 2 * matched_kin_ <= matched_;
}

const Finding* Judge::told() const {
  const bool own = best_ != nullptr && best_->finding.likeness && !rejected_.empty();
  return own ? &best_->finding : sized_;
}

bool Judge::unitsHaveNoSigns() const {
  return ordered_ != nullptr && std::none_of(tossed_.begin(), tossed_.end(), [](const auto& coins) {
           return std::get<Axis>(coins.first) == Gauge::mlp_unit;
         });
}

bool Judge::byContent(const Finding& finding) {
  return unverified(finding) && finding.reference.empty();
}

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
  Verdict verdict = Judge(a, b, findings, coverage, unfair).run();
  const Undrawn& undrawn = coverage.undrawn;
  if (undrawn.reason.empty() && !anyDrawn(findings)) return verdict;
  const std::vector<Adjusted> left = unforeseen(findings);
  return weaker(std::move(verdict), Judge(a, b, left, coverage, unfair).run(), findings, undrawn);
}

}  // namespace kindred::evidence
