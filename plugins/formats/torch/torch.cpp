// Files of torch as a format.
#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/format.hpp>

#include "torch_file.hpp"

namespace kindred::torch {
namespace {

constexpr std::array<std::string_view, 4> kEndings{".bin", ".pt", ".pth", ".ckpt"};
// What trainers save beside the weights, and what other tools call so.
constexpr std::array<std::string_view, 7> kOthers{
    "training_args", "optimizer", "scheduler", "rng_state", "trainer", "scaler", "openvino_",
};

void addNotes(const TorchFile& from, const std::string& name, Catalogue& catalogue) {
  for (const std::string& left : from.left_out) {
    catalogue.notes.push_back(fmt::format("left out of {}: {}", name, left));
  }
  if (from.suspicious.empty()) return;
  catalogue.notes.push_back(fmt::format(
      "{} names {}, which weights have no use for and which runs where such a file is loaded "
      "and not only read",
      name, fmt::join(from.suspicious, ", ")));
}

class Torch final : public Format {
 public:
  FormatTraits traits() const override {
    return {"PyTorch", fmt::format("*{}", fmt::join(kEndings, ", *"))};
  }

  FileUse use(std::string_view name) const override {
    const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
    const auto begins = [&](std::string_view word) { return name.starts_with(word); };
    if (ends(".bin.index.json")) return {Claim::usual, true, true};
    if (std::none_of(kEndings.begin(), kEndings.end(), ends)) return {};
    if (std::any_of(kOthers.begin(), kOthers.end(), begins)) return {};
    if (name == "pytorch_model.bin") return {Claim::usual, false, true};
    return {Claim::perhaps};
  }

  bool begins(std::span<const std::byte> beginning) const override {
    return beginsAsTorch(beginning, "");
  }

  Catalogue read(std::span<const FormatFile> files, const ReadTogether&) const override {
    Catalogue catalogue;
    catalogue.spans = Spans::shared;
    for (std::size_t i = 0; i < files.size(); ++i) {
      TorchFile file = readTorchFile(files[i]);
      for (CatalogueTensor& tensor : file.tensors) tensor.file = i;
      std::move(file.tensors.begin(), file.tensors.end(), std::back_inserter(catalogue.tensors));
      addNotes(file, files[i].name, catalogue);
    }
    return catalogue;
  }
};

}  // namespace
}  // namespace kindred::torch

KINDRED_FORMAT(kindred::torch::Torch, "torch", "1.0",
               "Files that torch.save() wrote, as data: nothing that they hold is run")
