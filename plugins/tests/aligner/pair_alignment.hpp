// Alignments of a pair of models, each blind to one gauge.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rotation.hpp"

namespace kindred::aligner {

class BlindAlignments final : public PairAlignment {
 public:
  BlindAlignments(const Profile& a, const Profile& b);
  const Alignment& blindTo(const GaugeUse& use) override;

 private:
  struct Scored {
    Candidate candidate;
    // The largest excess of the probes' gates, ups and value planes: models that kept any of them
    // share the residual stream that all live in.
    double score = 0;
  };
  void consider(Candidate candidate);
  // The most similar candidate; null: none allowed.
  const Scored* best(bool may_read_attention) const;
  // Tries candidates, cheapest first, until one is certain.
  void search();

  Alignment alignedFor(const GaugeUse& use);
  void matchMlps(Alignment& alignment, const arma::fmat& rotation, bool with_units) const;
  // The MLPs of B whose gates tell nothing, matched by up rows where these are alike.
  void matchByUps(std::vector<MlpMatch>& matches, const std::vector<std::size_t>& unclear,
                  const arma::fmat& rotation, bool with_units) const;

  const Profile& a_;
  const Profile& b_;
  std::vector<TokenPair> tokens_;
  std::vector<Scored> candidates_;
  bool searched_ = false;
  std::map<std::tuple<Gauge, std::string, GaugeUse::Of>, Alignment> alignments_;
};

}  // namespace kindred::aligner
