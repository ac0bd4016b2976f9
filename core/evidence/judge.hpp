// How a pair is judged: what its findings come to, and in which words it is said. For verdict.cpp
// and its sentences alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "evidence/copies.hpp"
#include "evidence/shared_bytes.hpp"
#include "evidence/verdict.hpp"

namespace kindred::evidence {

class Judge {
 public:
  Judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
        const Coverage& coverage, const std::vector<Unfair>& unfair);
  Verdict run() const;

 private:
  struct Total {
    std::uint64_t equal = 0, different = 0;
    Total& operator+=(const ComponentCount& count) {
      equal += count.equal + count.tied + count.constant;
      different += count.changed + count.absent + count.only_b;
      return *this;
    }
  };

  Verdict decide() const;
  std::string notCompared() const;
  void addDeciding(const Adjusted& entry);
  Breadth breadth() const;
  std::string spread(bool narrow) const;
  void addRejecting(const Adjusted& entry);
  // How alike up rows are that were matched, of the test to which they are most.
  void addRows(const Finding& finding);
  // Gains were held against each other where they stand. That is told only where most of the model
  // is alike and stands there.
  std::optional<Start> start() const;
  bool standsInPlace() const;

  // The sizes that are told are those of the gauge whose rows are most alike.
  void addSizes(const Finding& finding);
  // Of the calibrated tests that are clear of their controls and large, the most telling.
  void addCalibrated(const Adjusted& entry);
  // Tests of other parts found nothing, nor are their rows alike.
  bool othersAreApart() const { return tested_in_vain_ && !mostIsAlike(); }

  // Not of the one layer alone to which rows of all others were matched.
  bool mostIsAlike() const { return alike_ && 2 * alike_layers_ >= tossed_layers_; }

  // What is shared, by a test or by bytes alone, is a part: others are apart, or nothing is known
  // of any but norms.
  bool isPartly(bool exact) const {
    return othersAreApart() || ((!exact || onlyOfTheStream()) && onlyNormsAreShared(coverage_));
  }
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
  bool onlySomeMatched() const;
  std::string agreeInSome() const;
  // Whose sizes are told: of a rejection those of the rows behind it, else those that are largest.
  const Finding* told() const;
  std::string sizes() const;
  std::string arranged() const;
  std::string unsupported() const;
  std::string redrawn() const;
  // Of MLPs without a gate only the order was tested.
  bool unitsHaveNoSigns() const;
  // In order each unit is nearest to its own where it is more like it than the best of the others.
  std::string orderOfUnits() const;
  std::string reordered() const;
  std::string rejection() const;
  // Tests of models whose family is not known rest on what nobody has checked.
  static bool unverified(const Finding& finding) { return finding.basis == Basis::unverified; }
  // Those of models whose family is not known have no reference.
  static bool byContent(const Finding& finding);
  std::string unverifiedRejection() const;
  std::string alike(bool enough) const;
  // Controls that were none, for the end of a sentence.
  std::string leftOut() const;
  std::string same() const;
  std::string onlyStream() const;
  // A part is not the whole: roles whose signs are at chance and whose rows are as strangers' are.
  std::string inVain() const;
  static std::string notInAll(const std::string& in_vain);
  // Worth a sentence where most is the same.
  std::string differences() const;
  // Evidence of norms and embeddings, or equal bytes, and nothing else.
  std::string partly(bool exact) const;
  std::string interrupted() const;
  std::string undecided() const;
  std::string nothing() const;
  // Tensors of a known family that no test can know the axes of: a tower, a projector.
  std::string withoutRole() const;
  std::string powerOf(Class klass) const;
  std::string power() const;
  std::string seen() const;
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
  // Rows are alike, whatever their signs, in so many layers of those of which any were tossed.
  bool alike_ = false;
  std::size_t alike_layers_ = 0, tossed_layers_ = 0;
  bool tested_in_vain_ = false;
  const Finding* sized_ = nullptr;    // the one whose sizes are told
  const Finding* ordered_ = nullptr;  // of the order of units, of the last stage
  // By gauge and role, matched and in place: which copies would be found.
  std::map<std::tuple<Axis, std::string, bool>, std::string> tossed_;
  Total total_;
  std::optional<double> rho_;
  std::optional<double> constants_, rows_;  // that tell descent from a shared start
  bool layers_in_place_ = true;             // as far as tests have matched them
  std::set<std::string> seeing_redrawn_;    // tests that find coordinates wherever they stand
};

}  // namespace kindred::evidence
