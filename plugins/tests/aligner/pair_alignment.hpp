// Alignments of a pair of models, each blind to one gauge.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "heads.hpp"
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
    std::vector<MlpChoice> by_gates, by_ups;  // of B's probes, where these judged it
  };
  void consider(Candidate candidate);
  // The most similar candidate; null: none allowed.
  const Scored* best(bool may_read_attention) const;
  // Tries candidates, cheapest first, until one is certain.
  void search();

  Alignment alignedFor(const GaugeUse& use);
  // The MLPs that belong together under a candidate, worked out once.
  const std::vector<MlpMatch>& mlpsUnder(const Scored& chosen);
  std::vector<MlpMatch> matchMlps(const Scored& chosen) const;
  // Likewise heads.
  const HeadPairs& headsUnder(const Scored& chosen);
  std::vector<MlpChoice> choices(const Scored& chosen, const std::vector<std::size_t>& mlps_of_b,
                                 PairedBy by) const;
  // The MLPs of B whose gates tell nothing, matched by up rows where these are alike.
  void matchByUps(std::vector<MlpMatch>& matches, const std::vector<std::size_t>& unclear,
                  const Scored& chosen) const;
  void addMlps(Alignment& alignment, const Scored& chosen, bool with_units);

  const Profile& a_;
  const Profile& b_;
  std::vector<TokenPair> tokens_;
  std::vector<Scored> candidates_;
  std::vector<Candidate> left_out_;
  bool searched_ = false;  // then candidates stay where they are
  std::map<const Scored*, std::vector<MlpMatch>> mlps_;
  std::map<const Scored*, HeadPairs> heads_;
  std::map<std::tuple<Gauge, std::string, GaugeUse::Of>, Alignment> alignments_;
};

}  // namespace kindred::aligner
