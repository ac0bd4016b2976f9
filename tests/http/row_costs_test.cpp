// A row of a matrix, or a column, costs over the network what docs/formats.md says of its format.
#include <cmath>
#include <cstring>
#include <map>
#include <ostream>

#include "fixture.hpp"
#include "models/matrix_rows.hpp"
#include "reading/open.hpp"
#include "support/gguf.hpp"
#include "support/open_model.hpp"
#include "support/quantised.hpp"
#include "support/torch.hpp"

namespace kindred::http {
namespace {

using support::Quantised;
using support::TestTensor;

constexpr std::uint64_t kRows = 256, kColumns = 512, kGroup = 16;
const char* const kMatrix = "model.layers.0.mlp.down_proj.weight";

// Before the matrix stands more than is fetched together with the header.
TestTensor filler() { return support::randomTensor("a.filler", DType::BF16, {2048, 1024}, 1); }

// What the server sent for a run of rows or columns, and whether that gave the numbers which are
// there when all is read.
struct Spent {
  std::uint64_t bytes = 0;
  bool same = false;
};
bool operator==(const Spent& x, const Spent& y) { return x.bytes == y.bytes && x.same == y.same; }
std::ostream& operator<<(std::ostream& out, const Spent& spent) {
  return out << spent.bytes << " bytes" << (spent.same ? "" : ", other numbers");
}
Spent costing(std::uint64_t bytes) { return {bytes, true}; }

class RowCosts : public RemoteTest {
 protected:
  // The model in this file, opened over the network.
  void open(const std::string& name, const std::string& bytes,
            const std::string& config = R"({"model_type":"llama"})") {
    const std::string folder = "m" + std::to_string(++opened_);
    server_.serve("/" + folder + "/" + name, servers::textContent(bytes));
    server_.serve("/" + folder + "/config.json", servers::textContent(config));
    // Only names that models usually have are looked for.
    address_ = name == "model.safetensors" ? folder : folder + "/" + name;
    openAgain();
  }

  void openQuantised(Quantised how) {
    support::Arrays arrays;
    arrays["a.filler"] = {{2048, 1024}, std::vector<double>(2048 * 1024, 1.5)};
    auto& matrix = arrays[kMatrix] = {{kRows, kColumns}, {}};
    for (std::uint64_t i = 0; i < kRows * kColumns; ++i) {
      matrix.values.push_back(std::sin(static_cast<double>(i * i % 9973)));
    }
    open("model.safetensors", support::safetensorsBytes(support::quantised(arrays, how)),
         support::quantisedConfig(R"({"model_type":"llama"})", how));
  }

  void openGguf(std::uint32_t type, std::uint64_t row_bytes) {
    support::GgufWriter writer;
    writer.text("general.architecture", "llama");
    writer.tensor("filler", 30, {2048, 1024}, filler().bytes);
    writer.tensor("blk.0.ffn_down.weight", type, {kRows, kColumns},
                  support::randomTensor("", DType::U8, {kRows * row_bytes}, 2).bytes);
    open("model.gguf", writer.bytes());
  }

  const models::Tensor& matrix() const {
    const models::Tensor* tensor = model_.find(kMatrix);
    if (tensor == nullptr) throw std::runtime_error("no matrix");
    return *tensor;
  }

  Spent ofRows(std::uint64_t first, std::uint64_t count) {
    openAgain();
    const models::View view = models::whole(model_, matrix());
    return ofLines({*view.shard, view.info.dtype, view.offset, kRows, kColumns}, first, count);
  }
  Spent ofRow() { return ofRows(100, 1); }

  bool hasColumns() const {
    return matrix().numbers && matrix().numbers->by_columns.decoded != nullptr;
  }

  // Columns as they are read, held against the rows of the whole matrix.
  Spent ofColumns(std::uint64_t first, std::uint64_t count) {
    openAgain();
    if (!hasColumns()) return {};
    const models::MatrixRows columns(matrix().numbers->by_columns, DType::F32, 0, kColumns, kRows);
    Spent spent = ofLines(columns, first, count);
    const models::View view = models::whole(model_, matrix());
    const std::vector<float> rows =
        read({*view.shard, view.info.dtype, view.offset, kRows, kColumns}, 0, kRows);
    const std::vector<float> wanted = read(columns, first, count);
    for (std::uint64_t i = 0; i < count * kRows; ++i) {
      spent.same = spent.same && rows[i % kRows * kColumns + first + i / kRows] == wanted[i];
    }
    return spent;
  }

 private:
  std::vector<float> read(const models::MatrixRows& lines, std::uint64_t first,
                          std::uint64_t count) {
    std::vector<models::ByteRange> ranges;
    lines.addStored(first, count, ranges);
    std::vector<std::vector<std::byte>> held;
    std::vector<ReadRequest> requests;
    for (const models::ByteRange& range : ranges) {
      held.emplace_back(range.length);
      requests.push_back({range.shard->file.get(), range.offset, held.back()});
    }
    source_->read(requests);
    const std::vector<std::span<const std::byte>> bytes(held.begin(), held.end());
    std::span<const std::span<const std::byte>> stored(bytes);
    return lines.take(first, count, stored);
  }

  Spent ofLines(const models::MatrixRows& lines, std::uint64_t first, std::uint64_t count) {
    server_.forget();
    const std::vector<float> part = read(lines, first, count);
    const std::uint64_t sent = server_.bytesSent("/m");
    const std::vector<float> all = read(lines, 0, lines.rows());
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(first * lines.columns());
    return {sent, std::equal(part.begin(), part.end(), from, sameBits)};
  }

  // With nothing of it kept on disk.
  void openAgain() {
    model_ = {};
    location_.reset();
    source_ =
        filesSource({{"gap", "0"}, {"cache", (folder_ / std::to_string(++caches_)).string()}});
    location_ = source_->open(address_);
    model_ = reading::openCheckpoint("m", *source_, *location_, support::builtFormats());
  }

  static bool sameBits(float x, float y) { return std::memcmp(&x, &y, sizeof x) == 0; }

  std::unique_ptr<Source> source_;
  std::unique_ptr<Location> location_;
  models::Checkpoint model_;
  std::string address_;
  int opened_ = 0, caches_ = 0;
};

TEST_F(RowCosts, OfPlainNumbersAreTheRow) {
  const auto matrix = support::randomTensor(kMatrix, DType::BF16, {kRows, kColumns}, 2);
  open("model.safetensors", support::safetensorsBytes({filler(), matrix}));
  EXPECT_EQ(ofRow(), costing(2 * kColumns));
  open("model.bin", support::torchBytes({filler(), matrix}));
  EXPECT_EQ(ofRow(), costing(2 * kColumns));
}

TEST_F(RowCosts, OfGgufAreItsBlocks) {
  openGguf(12, kColumns / 256 * 144);
  EXPECT_EQ(ofRow(), costing(kColumns / 256 * 144)) << "Q4_K";
  openGguf(8, kColumns / 32 * 34);
  EXPECT_EQ(ofRow(), costing(kColumns / 32 * 34)) << "Q8_0";
}

TEST_F(RowCosts, OfCodesAreTheCodesAndWhatStandsBesideThem) {
  const std::map<Quantised, std::uint64_t> prices{
      {Quantised::fp8_blocks, kColumns + kColumns / 32 * 4},
      {Quantised::fp8_rows, kColumns + 4},
      {Quantised::int8_rows, kColumns + 4},
      {Quantised::int8_shifted, kColumns + 4 + 1},
      {Quantised::awq_gemv, kColumns / 2 + kColumns / kGroup / 2 + kColumns / kGroup * 2},
      {Quantised::packed, kColumns / 2 + kColumns / kGroup * 2},
      {Quantised::nf4, kColumns / 2 + kColumns / 64 * 4 + 16 * 4},
      {Quantised::mlx, kColumns / 2 + kColumns / kGroup * 2 * 2},
      {Quantised::nvfp4, kColumns / 2 + kColumns / kGroup + 4},
      {Quantised::hqq, kColumns + kColumns / kGroup * 2 * 2}};
  for (const auto& [how, bytes] : prices) {
    openQuantised(how);
    EXPECT_EQ(ofRow(), costing(bytes)) << nameOf(how);
    EXPECT_FALSE(hasColumns()) << nameOf(how);
  }
}

TEST_F(RowCosts, OfMxfp4AreItsCodesAndScales) {
  const std::string base(kMatrix);
  open("model.safetensors",
       support::safetensorsBytes(
           {filler(), support::randomTensor(base + "_packed", DType::U8, {kRows, kColumns / 2}, 2),
            support::randomTensor(base + "_scale", DType::U8, {kRows, kColumns / 32}, 3)}));
  EXPECT_EQ(ofRow(), costing(kColumns / 2 + kColumns / 32));
  EXPECT_FALSE(hasColumns());
}

// Of words along the inputs a row is strewn over the whole matrix, a run of a 64th of the rows
// takes its own words, and a column the row of words that it is in, with its group's scales and
// zeros.
TEST_F(RowCosts, OfWordsAlongTheInputsAreTheWholeMatrix) {
  constexpr std::uint64_t kGroups = kColumns / kGroup, kBesides = kRows * 2 + kRows / 2;
  for (const Quantised how : {Quantised::gptq, Quantised::gptq_shifted, Quantised::awq}) {
    SCOPED_TRACE(nameOf(how));
    openQuantised(how);
    EXPECT_EQ(ofRow(), costing(kRows * kColumns / 2 + kGroups * kBesides));
    EXPECT_EQ(ofRows(64, 8), costing(8 * kColumns / 2 + 8 * kGroups * kBesides / kRows));
    const std::uint64_t words = how == Quantised::awq ? kRows / 2 : kRows * 4;
    EXPECT_EQ(ofColumns(40, 1), costing(words + kBesides));
    EXPECT_EQ(ofColumns(40, 16), costing(words * (how == Quantised::awq ? 16 : 2) + 2 * kBesides));
  }
}

}  // namespace
}  // namespace kindred::http
