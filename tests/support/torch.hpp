// Writes files as torch.save() does: a zip archive of a pickle and storages.
#pragma once

#include <string>
#include <vector>

#include "support/safetensors.hpp"

namespace kindred::support {

// Each tensor with a storage of its own, row after row; F32, F16, BF16 or U8.
std::string torchBytes(const std::vector<TestTensor>& tensors);
// The archive around any pickle.
std::string torchArchive(const std::string& pickle, const std::vector<std::string>& storages);

}  // namespace kindred::support
