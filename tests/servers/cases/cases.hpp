// Stand-ins for the models of the recipes in configs/cases: tensor names, layout and format as
// published, made small, of an origin that is known because it was made here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "servers/content.hpp"

namespace kindred::servers {

class RangeServer;

struct CaseModel {
  std::string repository;  // its name on the Hub
  std::map<std::string, Content> files;
};

// The models of a case by the name of its recipe. Equal calls give equal bytes.
std::vector<CaseModel> caseModels(const std::string& recipe);
std::vector<std::string> caseNames();

// Qwen2.5-14B with large biases and, as its Instruct, the same with every other value row turned
// and these rows' biases as they were; or zero.
std::vector<CaseModel> qwenOfTurnedRows(bool biases);

// Each at `server` under its name and main.
void publish(RangeServer& server, const std::vector<CaseModel>& models);

}  // namespace kindred::servers
