// A format whose files say in a word which lie its catalogue tells.
#include <kindred/format.hpp>
#include <kindred/header_stream.hpp>

#include <stdexcept>

namespace {

using kindred::Catalogue;
using kindred::CatalogueTensor;

CatalogueTensor floats(const char* name, std::uint64_t count, std::uint64_t offset) {
  CatalogueTensor tensor;
  tensor.name = name;
  tensor.shape = {count};
  tensor.offset = offset;
  return tensor;
}

struct Liar final : kindred::Format {
  kindred::FormatTraits traits() const override { return {"Liar's", "*.liar"}; }
  kindred::FileUse use(std::string_view name) const override {
    return {name.ends_with(".liar") ? kindred::Claim::probably : kindred::Claim::none};
  }
  bool begins(std::span<const std::byte>) const override { return false; }
  Catalogue read(std::span<const kindred::FormatFile> files,
                 const kindred::ReadTogether&) const override {
    const auto& first = files.front().beginning;
    std::string lie(reinterpret_cast<const char*>(first.data()), first.size());
    lie.resize(lie.find(' '));
    Catalogue catalogue;
    catalogue.tensors = {floats("a", 4, 32), floats("b", 4, 48)};
    CatalogueTensor& b = catalogue.tensors[1];
    if (lie == "beyond") b.offset = 1 << 20;
    if (lie == "wraps") b.offset = ~std::uint64_t{0} - 3;
    if (lie == "overlap") b.offset = 40;
    if (lie == "overflow") b.shape = {std::uint64_t{1} << 40, std::uint64_t{1} << 40};
    if (lie == "size") b.bytes = 12;
    if (lie == "twin") b.name = "a";
    if (lie == "file") b.file = 7;
    if (lie == "block") b.block = "Q17_X";
    if (lie == "row") b.block = "Q8_0";
    if (lie == "name") b.name = "b\xff";
    if (lie == "axes") b.shape.assign(100, 1);
    if (lie == "data") catalogue.data_begins = {std::uint64_t{1} << 40};
    if (lie == "datas") catalogue.data_begins = {0, 0};
    if (lie == "gap") {
      catalogue.spans = kindred::Spans::gapless;
      catalogue.data_begins = {0};
    }
    if (lie == "view") b.view = kindred::Strided{2, {3}}, b.bytes = 16;
    if (lie == "viewless") b.view = kindred::Strided{0, {1}};
    if (lie == "strides") b.view = kindred::Strided{0, {1, 1}}, b.bytes = 16;
    if (lie == "repeats") b.view = kindred::Strided{0, {0}}, b.bytes = 16, b.shape = {1000};
    if (lie == "note") catalogue.notes = {"a \x1b[2J note"};
    if (lie == "throws") throw std::runtime_error("a slip");
    if (lie == "escape") throw kindred::inputError("", "a \x1b[2J name");
    return catalogue;
  }
};

}  // namespace

KINDRED_FORMAT(Liar, "liar", "1.0", "Catalogues that are not true")
