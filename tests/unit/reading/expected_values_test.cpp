// Files that the formats' own tools wrote, and the values that those tools read from them. They are
// no part of the sources: KINDRED_FORMATS names the folder that holds them and their expected.json.
#include <gmock/gmock.h>

#include <fmt/format.h>
#include <openssl/sha.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "codecs/rows.hpp"
#include "codecs/scalars.hpp"
#include "formats/catalogue.hpp"
#include "reading/open.hpp"
#include "support/open_model.hpp"
#include "support/sources.hpp"

namespace kindred::reading {
namespace {

using nlohmann::json;

std::string hashOf(std::span<const std::byte> bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::vector<std::byte> bytesAt(File& file, std::uint64_t offset, std::uint64_t length) {
  std::vector<std::byte> bytes(length);
  file.read(offset, bytes);
  return bytes;
}

std::vector<float> decoded(const codecs::Codec& codec, File& file, std::uint64_t base) {
  std::vector<float> values(codec.rows() * codec.columns());
  std::vector<std::vector<std::byte>> stored;
  std::vector<codecs::Bytes> spans;
  for (const codecs::Piece& piece : codec.pieces(0, codec.rows())) {
    stored.push_back(bytesAt(file, base + piece.offset, piece.length));
  }
  spans.assign(stored.begin(), stored.end());
  codec.decode(0, codec.rows(), spans, values);
  return values;
}

class ExpectedValues : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("KINDRED_FORMATS");
    if (folder == nullptr) GTEST_SKIP() << "KINDRED_FORMATS names no folder of files to read";
    folder_ = folder;
    expected_ = json::parse(std::ifstream(folder_ / "expected.json"));
  }

  std::shared_ptr<File> fileOf(const std::string& path) {
    location_ = source_.open((folder_ / path).string());
    return location_->open(location_->list().front());
  }

  std::filesystem::path folder_;
  json expected_;
  support::FolderSource source_;
  std::unique_ptr<Location> location_;
};

std::uint64_t elementsOf(const CatalogueTensor& tensor) {
  std::uint64_t elements = 1;
  for (const std::uint64_t length : tensor.shape) elements *= length;
  return elements;
}

std::vector<float> valuesOf(const CatalogueTensor& tensor, File& file, std::uint64_t begin) {
  const std::uint64_t columns = tensor.shape.empty() ? 1 : tensor.shape.back();
  const std::uint64_t rows = elementsOf(tensor) / columns;
  if (tensor.block.empty()) {
    return decoded(*codecs::plainRows(tensor.dtype, rows, columns), file, begin + tensor.offset);
  }
  const auto& block = *codecs::blockType(tensor.block);
  return decoded(*codecs::blockRows(block, rows, columns), file, begin + tensor.offset);
}

TEST_F(ExpectedValues, OfGgufFilesAreReadFloatForFloat) {
  for (const auto& [path, tensors] : expected_.at("gguf").items()) {
    const auto file = fileOf(path);
    const Catalogue read = support::catalogueOf("gguf", *file);
    EXPECT_EQ(read.tensors.size(), tensors.size()) << path;
    for (const CatalogueTensor& tensor : read.tensors) {
      SCOPED_TRACE(path + " " + tensor.stored_name);
      const json& stated = tensors.at(tensor.stored_name);
      const std::string type =
          tensor.block.empty() ? std::string(kindred::name(tensor.dtype)) : tensor.block;
      EXPECT_EQ(type, stated.at("type").get<std::string>());
      auto shape = stated.at("ne").get<std::vector<std::uint64_t>>();
      std::reverse(shape.begin(), shape.end());
      EXPECT_EQ(tensor.shape, shape);
      const std::vector<float> values = valuesOf(tensor, *file, read.data_begins.at(0));
      EXPECT_EQ(hashOf(std::as_bytes(std::span(values))), stated.at("sha256").get<std::string>());
    }
  }
}

// Of a checked tensor: its bytes as they are, or its numbers.
std::vector<std::byte> valuesOf(const models::Tensor& tensor, File& file, bool as_float) {
  if (tensor.elements == 0) return {};
  if (!as_float) return bytesAt(file, tensor.offset, tensor.bytes);
  const std::uint64_t columns = tensor.shape.empty() ? 1 : tensor.shape.back();
  std::vector<float> values(tensor.elements);
  if (tensor.numbers != nullptr) {
    tensor.numbers->shard.file->read(0, std::as_writable_bytes(std::span(values)));
  } else {
    values = decoded(*codecs::plainRows(tensor.dtype, tensor.elements / columns, columns), file,
                     tensor.offset);
  }
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

TEST_F(ExpectedValues, OfTorchFilesAreReadInTheOrderOfTheirViews) {
  for (const auto& [path, tensors] : expected_.at("torch").items()) {
    const auto file = fileOf(path);
    Catalogue catalogue = support::catalogueOf("torch", *file);
    std::vector<models::Shard> shards{{"file", file}};
    const std::vector<models::Tensor> read =
        formats::checked(catalogue, {"torch", "PyTorch"}, shards);
    EXPECT_EQ(read.size(), tensors.size()) << path;
    for (const models::Tensor& tensor : read) {
      SCOPED_TRACE(path + " " + tensor.name);
      const json& stated = tensors.at(tensor.name);
      EXPECT_EQ(tensor.shape, stated.at("shape").get<std::vector<std::uint64_t>>());
      const bool as_float = stated.at("sha256_of_values_as") == "float32";
      EXPECT_EQ(hashOf(valuesOf(tensor, *file, as_float)), stated.at("sha256").get<std::string>());
    }
  }
}

void expectClose(const std::vector<float>& values, const json& stated) {
  const auto first = stated.at("first").get<std::vector<double>>();
  const auto last = stated.at("last").get<std::vector<double>>();
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += value;
    squares += double{value} * value;
  }
  const double count = static_cast<double>(values.size());
  const double norm = stated.at("norm");
  EXPECT_NEAR(std::sqrt(squares), norm, 1e-6 * norm);
  EXPECT_NEAR(sum / count, stated.at("mean").get<double>(), 1e-6 * norm / std::sqrt(count));
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_NEAR(values[i], first[i], 1e-6 * std::abs(first[i])) << i;
    const float value = values[values.size() - last.size() + i];
    EXPECT_NEAR(value, last[i], 1e-6 * std::abs(last[i])) << i;
  }
}

std::vector<float> numbersOf(const models::Checkpoint& model, const models::Tensor& tensor) {
  const models::View view = models::whole(model, tensor);
  if (tensor.numbers == nullptr) {
    return codecs::numbersOf(tensor.dtype, bytesAt(*view.shard->file, view.offset, tensor.bytes));
  }
  std::vector<float> values(tensor.elements);
  view.shard->file->read(view.offset, std::as_writable_bytes(std::span(values)));
  return values;
}

// Tools differ in the order of their operations, so the last bit may.
TEST_F(ExpectedValues, OfQuantisedModelsAreThoseOfTheirTools) {
  std::size_t equal = 0, all = 0;
  for (const auto& [name, tensors] : expected_.at("quantised").items()) {
    const auto location = source_.open((folder_ / "quantised" / name).string());
    const models::Checkpoint model =
        openCheckpoint(name, source_, *location, support::builtFormats());
    for (const auto& [tensor_name, stated] : tensors.items()) {
      SCOPED_TRACE(name + " " + tensor_name);
      const models::Tensor* tensor = model.find(tensor_name);
      ASSERT_NE(tensor, nullptr);
      EXPECT_EQ(tensor->shape, stated.at("shape").get<std::vector<std::uint64_t>>());
      const std::vector<float> values = numbersOf(model, *tensor);
      ++all;
      if (hashOf(std::as_bytes(std::span(values))) == stated.at("sha256").get<std::string>()) {
        ++equal;
      } else {
        expectClose(values, stated);
      }
    }
  }
  RecordProperty("equal", static_cast<int>(equal));
  EXPECT_GT(all, 0u);
}

}  // namespace
}  // namespace kindred::reading
