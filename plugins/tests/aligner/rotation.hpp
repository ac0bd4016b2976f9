// Candidate rotations of the residual stream, and the MLP map that each of them gives.
//
// Any search is free for a test whose gauge it does not see, so the best candidate is taken without
// correction. Best means most alike in rows that the rotation was not fitted to: a fit makes any
// rows look alike, and would win over the right rotation where the gates are not shared.
#pragma once

#include <armadillo>
#include <string>
#include <vector>

#include "profile.hpp"

namespace kindred::aligner {

struct Candidate {
  std::string found_by;  // none, embeddings, attention, gates
  arma::fmat rotation;   // A's hidden size by B's; empty: the identity
  std::vector<Reading> readings;
  // How much more alike than chance the MLPs are, by gate rows, or by up rows where the gates were
  // fitted.
  double excess = 0;
  // Nothing was fitted, since rows that would correspond have no like products (screen.hpp).
  bool left_out = false;
};

Candidate identity();
// Each is empty of rotation where the models give no ground for it, or it was left out.
enum class Fit { where_worth, always };
Candidate fromEmbeddings(const Profile& a, const Profile& b, const std::vector<TokenPair>& tokens,
                         Fit fit);
Candidate fromAttention(const Profile& a, const Profile& b, Fit fit);
// Matches the units of B's probes to those of the named MLPs of A by signature, then assigns by
// cosines and fits the rotation in turn (iterated closest points: Besl and McKay, IEEE PAMI 14,
// 1992). Its excess is that of absolute cosines of the up rows of the units matched.
Candidate fromGates(const Profile& a, const Profile& b, const std::vector<std::size_t>& partners,
                    Fit fit);
// MLPs of A, one for each of B's probes, that a search by gates may start from: layers counted from
// the start, from the end, and those with the nearest signatures.
using Starts = std::vector<std::vector<std::size_t>>;
Starts gateStarts(const Profile& a, const Profile& b);

struct MlpChoice {
  std::size_t b = 0;
  std::size_t a = 0;
  double similarity = 0;  // mean of the 64 best cosines
  double excess = 0;      // above what as many random rows would reach
};
// What pairs MLPs: gate rows by cosines, or up rows by absolute cosines, which see no signs.
enum class PairedBy { gates, ups };
// For each of B's MLPs named, A's MLP with the most similar rows.
std::vector<MlpChoice> mapMlps(const Profile& a, const Profile& b, const arma::fmat& rotation,
                               const std::vector<std::size_t>& mlps_of_b,
                               PairedBy by = PairedBy::gates);

}  // namespace kindred::aligner
