// Files that torch.save() wrote (.bin, .pt, .pth), zip archives and the older stream of pickles, as
// data: nothing that they hold is run, looked up or imported.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/format.hpp>

namespace kindred::torch {

struct TorchFile {
  std::vector<CatalogueTensor> tensors;  // views of storages, in the order of the file
  std::vector<std::string> left_out;     // "name: why", what looks like a tensor and can't be read
  std::string mapping;  // the key under which the weights stood: "state_dict"; empty: the root
  // Globals that weights have no use for and that run something where a pickle is trusted.
  std::vector<std::string> suspicious;
};

// Whether a file that begins so is one of the two.
bool beginsAsTorch(std::span<const std::byte> beginning, const std::string& place);

// An Error names the file and what is wrong with it.
TorchFile readTorchFile(const FormatFile& file);

}  // namespace kindred::torch
