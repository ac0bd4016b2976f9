#include "reading/open.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <kindred/error.hpp>

#include "codecs/codec_file.hpp"
#include "formats/catalogue.hpp"
#include "formats/open.hpp"
#include "models/config.hpp"
#include "reading/block_scales.hpp"
#include "reading/codec_of.hpp"
#include "reading/halves.hpp"
#include "reading/stated.hpp"
#include "words/names.hpp"

namespace kindred::reading {
namespace {

using models::Companion;
using models::Encoding;
using models::Shard;
using models::Tensor;

class Decoder {
 public:
  Decoder(Source& source, const std::vector<Shard>& shards, const std::string& config,
          std::vector<Tensor>& tensors)
      : source_(source), shards_(shards), stated_(statedIn(config)), tensors_(tensors) {
    for (const Tensor& tensor : tensors) by_name_.emplace(tensor.name, &tensor);
  }

  void run() {
    readDescriptions();
    const CodecFinder finder(stated_, contents_, by_name_);
    std::vector<std::pair<Tensor*, std::shared_ptr<const models::Numbers>>> made;
    std::vector<std::vector<std::uint64_t>> shapes;
    std::set<std::string_view> parts;
    for (Tensor& tensor : tensors_) {
      if (tensor.numbers) continue;
      std::optional<Found> found = finder.of(tensor);
      if (!found || !fits(*found)) continue;
      for (const Companion& companion : tensor.companions) parts.insert(companion.name);
      shapes.push_back(found->shape);
      made.emplace_back(&tensor, numbersOf(tensor, std::move(*found)));
    }
    for (Tensor& tensor : tensors_) {
      if (parts.contains(tensor.name)) tensor.encoding = Encoding::part;
    }
    std::vector<std::string> names;
    for (const auto& [tensor, numbers] : made) names.push_back(nameOf(tensor->name));
    for (std::size_t i = 0; i < made.size(); ++i) {
      give(*made[i].first, std::move(names[i]), std::move(made[i].second), std::move(shapes[i]));
    }
  }

 private:
  // In one call, however many there are.
  void readDescriptions() {
    std::vector<ReadRequest> requests;
    for (const Tensor& tensor : tensors_) {
      for (const Companion& companion : tensor.companions) {
        const auto entry = by_name_.find(companion.name);
        if (entry == by_name_.end() || !isDescription(companion, *entry->second)) continue;
        const Tensor& small = *entry->second;
        const auto [place, fresh] = contents_.emplace(small.name, std::string(small.bytes, '\0'));
        if (!fresh) continue;
        requests.push_back({shards_[small.shard].file.get(), small.offset,
                            std::as_writable_bytes(std::span(place->second))});
      }
    }
    if (!requests.empty()) source_.read(requests);
  }

  // Sizes are checked here once more, whatever a codec has checked: what it says it reads must lie
  // inside its parts, and the numbers must have the shape that is stated of them.
  static bool fits(const Found& found) {
    std::uint64_t rows = 1, bytes = 0;
    for (std::size_t axis = 0; axis + 1 < found.shape.size(); ++axis) {
      if (__builtin_mul_overflow(rows, found.shape[axis], &rows)) return false;
    }
    const codecs::Codec& codec = *found.codec;
    if (found.shape.empty() || rows != codec.rows() || found.shape.back() != codec.columns()) {
      return false;
    }
    if (__builtin_mul_overflow(rows, codec.columns(), &bytes) || bytes > std::uint64_t{1} << 61) {
      return false;
    }
    const auto inside = [&](const codecs::Piece& piece) {
      if (piece.part >= found.parts.size()) return false;
      const std::uint64_t there = found.parts[piece.part]->bytes;
      return piece.offset <= there && piece.length <= there - piece.offset;
    };
    const auto all = codec.pieces(0, rows), last = codec.pieces(rows - 1, 1);
    const auto column = codec.columnPieces(codec.columns() - 1, 1);
    return std::all_of(all.begin(), all.end(), inside) &&
           std::all_of(last.begin(), last.end(), inside) &&
           std::all_of(column.begin(), column.end(), inside);
  }

  std::shared_ptr<const models::Numbers> numbersOf(const Tensor& tensor, Found found) const {
    auto numbers = std::make_shared<models::Numbers>();
    numbers->codec = found.codec->name();
    numbers->symmetric = found.codec->odd();
    numbers->stored_name = tensor.name;
    numbers->stored_shape = tensor.shape;
    numbers->stored_elements = tensor.elements;
    std::vector<codecs::StoredPart> parts;
    for (const Tensor* part : found.parts) parts.push_back({&shards_[part->shard], part->offset});
    const std::shared_ptr<const codecs::Codec> codec = std::move(found.codec);
    const std::string& name = shards_[tensor.shard].name;
    auto file = std::make_shared<codecs::CodecFile>(codec, parts);
    numbers->shard = {name, file, 0, file.get()};
    if (!codec->columnPieces(0, 1).empty()) {
      auto columns = std::make_shared<codecs::CodecFile>(codec, std::move(parts),
                                                         codecs::CodecFile::Lines::columns);
      numbers->by_columns = {name, columns, 0, columns.get()};
    }
    return numbers;
  }

  // That of the matrix, unless another tensor has it.
  std::string nameOf(const std::string& codes) {
    std::string name = matrixName(codes);
    return !by_name_.contains(name) && named_.insert(name).second ? name : codes;
  }

  static void give(Tensor& tensor, std::string name, std::shared_ptr<const models::Numbers> numbers,
                   std::vector<std::uint64_t> shape) {
    tensor.name = std::move(name);
    tensor.elements = 1;
    for (const std::uint64_t length : shape) tensor.elements *= length;
    tensor.shape = std::move(shape);
    tensor.numbers = std::move(numbers);
  }

  Source& source_;
  const std::vector<Shard>& shards_;
  const Stated stated_;
  std::vector<Tensor>& tensors_;
  std::map<std::string_view, const Tensor*> by_name_;
  Contents contents_;
  std::set<std::string> named_;
};

// A file that can't be read is an error for whoever asks what it says.
void addNotesOnConfig(models::CheckpointParts& parts) {
  try {
    models::ModelConfig config = models::readConfig(parts.config, parts.config_place);
    std::move(config.notes.begin(), config.notes.end(), std::back_inserter(parts.notes));
  } catch (const Error&) {
    return;
  }
}

}  // namespace

models::Checkpoint openCheckpoint(std::string model, Source& source, Location& location,
                                  const formats::Formats& formats) {
  models::CheckpointParts parts = formats::openStored(std::move(model), source, location, formats);
  Decoder(source, parts.shards, parts.config, parts.tensors).run();
  applyScales(parts.tensors, parts.shards, parts.notes);
  joinHalves(parts.tensors, parts.shards);
  std::sort(parts.tensors.begin(), parts.tensors.end(), [](const Tensor& a, const Tensor& b) {
    if (a.name != b.name) return words::naturalLess(a.name, b.name);
    return a.shard < b.shard;
  });
  formats::checkNames(parts.tensors, parts.shards);
  addNotesOnConfig(parts);
  return models::Checkpoint(std::move(parts));
}

}  // namespace kindred::reading
