// Which key-value head of A is most like each of B's.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "profile.hpp"

namespace kindred::aligner {

// By keys (dimension with dimension, blind to turns within a rotary pair's plane and so to signs of
// pairs), and by the planes that their value rows span.
struct HeadPairs {
  std::vector<HeadMatch> by_keys, by_planes;
};
HeadPairs pairHeads(const Profile& a, const Profile& b, const arma::fmat& rotation);

// For coins on values: the heads that make value rows more alike; value rows within the heads by
// absolute cosines.
std::vector<HeadMatch> matchHeadsForValues(const Profile& a, const Profile& b,
                                           const HeadPairs& pairs, const arma::fmat& rotation);

// Layers of A and B that stand for each other, one match each, head -1.
std::vector<HeadMatch> matchLayers(const std::map<std::int64_t, std::int64_t>& layer_of_b);

// The same for layers that both have a latent, and for each coordinate of B's latent (rows of
// `role`) the coordinate of A by absolute cosines: blind to signs.
std::vector<HeadMatch> matchLatents(const Profile& a, const Profile& b, std::string_view role,
                                    const std::map<std::int64_t, std::int64_t>& layer_of_b,
                                    const arma::fmat& rotation);

// How much nearer than chance the planes are that the value rows of B's probes and of the nearest
// heads of A span: blind to their signs and order. 0 where the heads have nothing to compare.
double valueExcess(const Profile& a, const Profile& b, const arma::fmat& rotation);

// For coins on keys: the heads that make keys more alike.
std::vector<HeadMatch> matchHeadsForKeys(const Profile& a, const Profile& b, const HeadPairs& pairs,
                                         const arma::fmat& rotation);

}  // namespace kindred::aligner
