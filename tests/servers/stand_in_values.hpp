// The numbers of the stand-ins: each a function of model, tensor and place, so that 200 GB need no
// disk. Norms have the means and spreads that were published for them, matrices scatter normally
// around zero, and INTELLECT-3 is GLM-4.5-Air with some last bits moved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "servers/giants.hpp"

namespace kindred::servers {

enum class StandIn { solar, glm, phi, intellect };

struct MeanAndSd {
  double mean = 0, sd = 0;
};

// What tests/data/dispute/norms.csv says of one model's norms.
class PublishedNorms {
 public:
  PublishedNorms(const std::filesystem::path& csv, StandIn model);
  // Layers beyond the last are as the last.
  MeanAndSd of(const std::string& norm, std::int64_t layer) const;  // norm: input | post

 private:
  std::map<std::string, std::map<std::int64_t, MeanAndSd>> rows_;
};

FillTensor standInValues(StandIn model);

}  // namespace kindred::servers
