// What sign tests could be misled by: models whose signs are not fair, models that somebody
// arranged to fit another's, and copies whose signs were drawn anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "zoo.hpp"

namespace kindred::calibration {

// Independent models of one such kind.
struct Unfair {
  std::string name;   // "gate and up rows from one random key"
  std::string gauge;  // whose coins must be refused
  std::vector<Member> members;
};
std::vector<Unfair> unfairModels(std::size_t width, std::size_t each);

// A model, and others made with it in hand.
struct Adversary {
  std::string name;
  bool copies = false;          // the others hold its weights; else they are independent models
  std::vector<Member> members;  // the victim first
};
std::vector<Adversary> adversaries(std::size_t width, std::size_t each);

}  // namespace kindred::calibration
