// From the nodes of a pickle to the tensors that it describes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <kindred/dtype.hpp>

#include "pickle.hpp"
#include "torch_file.hpp"

namespace kindred::torch {

struct StorageId {
  DType dtype = DType::U8;  // U8 of untyped storages
  std::string key;
  std::uint64_t elements = 0;
};

struct StoragePlace {
  std::uint64_t offset = 0;  // in the file
  std::uint64_t bytes = 0;
};

// The storage that a persistent id names, or nothing.
std::optional<StorageId> storageId(const Pickle& pickle, const PickleNode& node);

constexpr std::uint64_t bytesOf(DType dtype) { return info(dtype).bits / 8; }

// All tensors of the mapping that holds the weights. `place_of` finds a storage in the file, or
// throws. An Error where a tensor leaves its storage, or where there is no tensor.
TorchFile readState(const Pickle& pickle, const std::string& place,
                    const std::function<StoragePlace(const StorageId&)>& place_of);

}  // namespace kindred::torch
