#include "model.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "models/architecture.hpp"
#include "models/checkpoint.hpp"
#include "reading/open.hpp"
#include "support/open_model.hpp"
#include "support/sources.hpp"

namespace kindred::fuzz {
namespace {

constexpr std::uint64_t kLooked = 256;  // bytes at either end of a tensor

const models::ArchitectureRegistry& architectures() {
  static const models::ArchitectureRegistry all(KINDRED_SOURCE_DIR "/configs/architectures");
  return all;
}

void look(const models::View& view, std::uint64_t bytes) {
  const std::uint64_t length = std::min(bytes, kLooked);
  std::vector<std::byte> into(length);
  view.shard->file->read(view.offset, into);
  view.shard->file->read(view.offset + bytes - length, into);
}

}  // namespace

int loadFormats() {
  support::builtFormats();
  architectures();
  return 0;
}

void openModel(const Files& files) {
  support::MemorySource source;
  for (const auto& [name, bytes] : files) source.put("m", name, bytes);
  const auto location = source.open("m");
  const models::Checkpoint checkpoint =
      reading::openCheckpoint("m", source, *location, support::builtFormats());
  for (const models::Tensor& tensor : checkpoint.tensors()) {
    const models::View view = models::whole(checkpoint, tensor);
    // Of numbers that a codec makes, F32.
    look(view, tensor.numbers ? tensor.elements * sizeof(float) : tensor.bytes);
  }
  const auto family = architectures().recognise(checkpoint);
  if (family == nullptr) return;
  for (const std::string& role : family->roles()) family->resolve(checkpoint, role);
}

}  // namespace kindred::fuzz
