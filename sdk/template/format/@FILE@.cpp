// @NAME@: the format's name, the number of tensors, of each the length of its name, its name, rows
// and columns (all numbers U32); then the elements of all, F32, in that order.
#include <kindred/format.hpp>
#include <kindred/header_stream.hpp>
namespace {
struct @CLASS@ final : kindred::Format {
  kindred::FormatTraits traits() const override { return {"@NAME@", "*.@NAME@"}; }
  kindred::FileUse use(std::string_view name) const override {
    return {name.ends_with(".@NAME@") ? kindred::Claim::probably : kindred::Claim::none};
  }
  bool begins(std::span<const std::byte> first) const override {
    const auto* text = reinterpret_cast<const char*>(first.data());
    return std::string_view(text, first.size()).starts_with("@NAME@");
  }
  kindred::Catalogue read(std::span<const kindred::FormatFile> files,
                          const kindred::ReadTogether&) const override {
    kindred::Catalogue catalogue;
    for (std::size_t file = 0; file < files.size(); ++file) {
      const std::string& place = files[file].file->place();
      if (!begins(files[file].beginning)) throw kindred::inputError(place, "is no @NAME@ file");
      kindred::HeaderStream header(*files[file].file, sizeof "@NAME@" - 1);
      auto left = header.number<std::uint32_t>("the number of tensors");
      for (std::uint64_t offset = 0; left > 0; --left) {  // ends with the file at the latest
        const auto name = header.take(header.number<std::uint32_t>("a name"), "a name");
        kindred::CatalogueTensor tensor{{reinterpret_cast<const char*>(name.data()), name.size()}};
        for (const char* axis : {"rows", "columns"}) {
          tensor.shape.push_back(header.number<std::uint32_t>(axis));
        }
        tensor.file = file;
        tensor.offset = offset;  // the host checks that all of it lies inside the file
        offset += std::min(tensor.shape[0] * tensor.shape[1], 1ul << 60) * sizeof(float);
        catalogue.tensors.push_back(std::move(tensor));
      }
      catalogue.data_begins.push_back(header.position());
    }
    return catalogue;
  }
};
}  // namespace
KINDRED_FORMAT(@CLASS@, "@NAME@", "0.1", "Matrices of F32, one behind the other")
