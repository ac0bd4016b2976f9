// Files that torch.save() wrote (.bin, .pt, .pth), zip archives and the older stream of pickles, as
// data: nothing that they hold is run, looked up or imported.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/dtype.hpp>
#include <kindred/source.hpp>

namespace kindred::formats {

// A tensor as a view of its storage: element (i, j, ...) stands at first + i * strides[0] + j *
// strides[1] + ... All elements lie inside the storage, the storage inside the file.
struct TorchTensor {
  std::string name;  // keys of nested mappings joined by dots
  DType dtype = DType::F32;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> strides;  // in elements
  std::uint64_t elements = 0;
  std::uint64_t first = 0;    // element of the storage
  std::uint64_t storage = 0;  // where in the file it begins
  // Whether the elements stand in the file as other formats have them, row after row.
  bool contiguous() const;
};

struct TorchFile {
  std::vector<TorchTensor> tensors;  // in the order of the file
  std::vector<std::string> left_out;  // "name: why", what looks like a tensor and can't be read
  std::string mapping;  // the key under which the weights stood: "state_dict"; empty: the root
  // Globals that weights have no use for and that run something where a pickle is trusted.
  std::vector<std::string> suspicious;
};

// Whether the file begins as one of the two.
bool isTorchFile(File& file);

// An Error names the file and what is wrong with it.
TorchFile readTorchFile(File& file);

}  // namespace kindred::formats
