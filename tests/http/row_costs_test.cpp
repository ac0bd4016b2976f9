// A row of a matrix costs over the network what docs/formats.md says of its format.
#include "codecs/codec.hpp"
#include "fixture.hpp"
#include "reading/open.hpp"
#include "support/gguf.hpp"
#include "support/open_model.hpp"
#include "support/quantised.hpp"
#include "support/torch.hpp"

namespace kindred::http {
namespace {

using support::Quantised;
using support::TestTensor;

constexpr std::uint64_t kRows = 256, kColumns = 512;
const char* const kMatrix = "model.layers.0.mlp.down_proj.weight";

// Before the matrix stands more than is fetched together with the header.
TestTensor filler() { return support::randomTensor("a.filler", DType::BF16, {2048, 1024}, 1); }

class RowCosts : public RemoteTest {
 protected:
  // Bytes that the server sent for row 100 of the matrix in this file.
  std::uint64_t ofRow(const std::string& name, const std::string& bytes) {
    server_.serve("/m/" + name, servers::textContent(bytes));
    const auto source = filesSource({{"gap", "0"}});
    const auto location = source->open("m/" + name);
    const auto model = reading::openCheckpoint("m", *source, *location, support::builtFormats());
    const models::Tensor* tensor = model.find(kMatrix);
    if (tensor == nullptr) throw std::runtime_error("no matrix");
    const models::View view = models::whole(model, *tensor);
    const std::uint64_t row = view.info.elements / kRows * info(view.info.dtype).bits / 8;
    server_.forget();
    readRange(*source, *view.shard, view.offset + 100 * row, row);
    return server_.bytesSent("/m/");
  }

  std::uint64_t ofQuantisedRow(Quantised how) {
    support::Arrays arrays;
    arrays["a.filler"] = {{2048, 1024}, std::vector<double>(2048 * 1024, 1.5)};
    auto& matrix = arrays[kMatrix] = {{kRows, kColumns}, {}};
    for (std::uint64_t i = 0; i < kRows * kColumns; ++i) {
      matrix.values.push_back(std::sin(static_cast<double>(i * i % 9973)));
    }
    return ofRow("model.safetensors", support::safetensorsBytes(support::quantised(arrays, how)));
  }

  std::uint64_t ofGgufRow(std::uint32_t type, std::uint64_t row_bytes) {
    support::GgufWriter writer;
    writer.text("general.architecture", "llama");
    writer.tensor("filler", 30, {2048, 1024}, filler().bytes);
    writer.tensor("blk.0.ffn_down.weight", type, {kRows, kColumns},
                  std::string(kRows * row_bytes, '\1'));
    return ofRow("model.gguf", writer.bytes());
  }

 private:
  static void readRange(Source& source, const models::Shard& shard, std::uint64_t offset,
                        std::uint64_t length) {
    std::vector<std::vector<std::byte>> held;
    std::vector<ReadRequest> requests;
    const auto want = [&](const models::Shard& of, std::uint64_t at, std::uint64_t bytes) {
      held.emplace_back(bytes);
      requests.push_back({of.file.get(), at, held.back()});
    };
    if (shard.decoded == nullptr) {
      want(shard, offset, length);
    } else {
      for (const auto& range : shard.decoded->stored(offset, length)) {
        want(*range.shard, range.offset, range.length);
      }
    }
    source.read(requests);
  }
};

TEST_F(RowCosts, OfPlainNumbersAreTheRow) {
  const auto matrix = support::randomTensor(kMatrix, DType::BF16, {kRows, kColumns}, 2);
  EXPECT_EQ(ofRow("model.safetensors", support::safetensorsBytes({filler(), matrix})),
            2 * kColumns);
  EXPECT_EQ(ofRow("model.bin", support::torchBytes({filler(), matrix})), 2 * kColumns);
}

TEST_F(RowCosts, OfGgufAreItsBlocks) {
  EXPECT_EQ(ofGgufRow(12, kColumns / 256 * 144), kColumns / 256 * 144) << "Q4_K";
  EXPECT_EQ(ofGgufRow(8, kColumns / 32 * 34), kColumns / 32 * 34) << "Q8_0";
}

TEST_F(RowCosts, OfTablesAreCodesAndMagnitudesAndTheTable) {
  EXPECT_EQ(ofQuantisedRow(Quantised::nf4), kColumns / 2 + kColumns / 64 * 4 + 16 * 4);
}

TEST_F(RowCosts, OfWordsAlongTheInputsAreTheWholeMatrix) {
  const std::uint64_t codes = kRows * kColumns / 2;
  EXPECT_GT(ofQuantisedRow(Quantised::gptq), codes);
  EXPECT_LT(ofQuantisedRow(Quantised::gptq), codes + codes / 2);
}

}  // namespace
}  // namespace kindred::http
