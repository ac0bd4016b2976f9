// Which codec is found for tensors that stand beside each other, and what it makes of them.
#include <gmock/gmock.h>

#include <cstring>

#include "models/architecture.hpp"
#include "reading/open.hpp"
#include "support/open_model.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"
#include "support/torch.hpp"

namespace kindred::reading::finding {
namespace {

using support::TestTensor;
using testing::Each;

models::Checkpoint opened(support::MemorySource& source, std::vector<TestTensor> tensors,
                          const std::string& config = "{}") {
  source.put("m", "model.safetensors", support::safetensorsBytes(tensors));
  source.put("m", "config.json", config);
  const auto location = source.open("m");
  return openCheckpoint("m", source, *location, support::builtFormats());
}

template <class T>
std::string bytesOf(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<float> numbersOf(const models::Tensor& tensor) {
  std::vector<float> values(tensor.elements);
  tensor.numbers->shard.file->read(0, std::as_writable_bytes(std::span(values)));
  return values;
}

const std::string kModule = "model.layers.0.mlp.up_proj.";

// As the tool saves a layer: settings stand beside codes as tensors, words as their letters.
std::vector<TestTensor> hqqLayer() {
  return {{kModule + "W_q", DType::U8, {2, 16}, std::string(32, '\x51')},
          {kModule + "scale", DType::F32, {4, 1}, bytesOf<float>({1, 2, 3, 4})},
          {kModule + "zero", DType::F32, {4, 1}, bytesOf<float>({1, 1, 1, 1})},
          {kModule + "shape", DType::I64, {2}, bytesOf<std::int64_t>({4, 16})},
          {kModule + "nbits", DType::I32, {}, bytesOf<std::int32_t>({4})},
          {kModule + "group_size", DType::I32, {}, bytesOf<std::int32_t>({16})},
          {kModule + "axis", DType::I32, {}, bytesOf<std::int32_t>({1})},
          {kModule + "packing", DType::U8, {7}, "4bit_u8"},
          {kModule + "compute_dtype", DType::U8, {13}, "torch.float16"},
          {kModule + "quant_scale", DType::U8, {}, std::string(1, '\0')},
          {kModule + "quant_zero", DType::U8, {}, std::string(1, '\0')},
          {kModule + "view_as_float", DType::U8, {}, std::string(1, '\0')}};
}

TEST(CodecsAreFound, OfHqqBesideItsSettings) {
  support::MemorySource source;
  const models::Checkpoint model = opened(source, hqqLayer());
  const models::Tensor* tensor = model.find(kModule + "weight");
  ASSERT_NE(tensor, nullptr);
  ASSERT_NE(tensor->numbers, nullptr);
  EXPECT_EQ(tensor->shape, (std::vector<std::uint64_t>{4, 16}));
  EXPECT_EQ(tensor->numbers->codec, "HQQ, 4 bit, groups of 16");
  const std::vector<float> values =
      numbersOf(*tensor);  // codes 5 in the first half, 1 in the other
  EXPECT_THAT(std::vector<float>(values.begin(), values.begin() + 16), Each(4));
  EXPECT_THAT(std::vector<float>(values.begin() + 16, values.begin() + 32), Each(8));
  EXPECT_THAT(std::vector<float>(values.begin() + 32, values.end()), Each(0));
  for (const models::Tensor& other : model.tensors()) {
    if (&other == tensor) continue;
    EXPECT_EQ(other.encoding, models::Encoding::part) << other.name;
  }
}

TEST(CodecsAreFound, OfHqqOnlyWhereNothingIsMissing) {
  for (const char* gone : {"scale", "zero", "shape"}) {
    std::vector<TestTensor> tensors = hqqLayer();
    std::erase_if(tensors, [&](const TestTensor& t) { return t.name == kModule + gone; });
    support::MemorySource source;
    const models::Checkpoint model = opened(source, tensors);
    const models::Tensor* codes = model.find(kModule + "W_q");
    ASSERT_NE(codes, nullptr) << gone;
    EXPECT_EQ(codes->numbers, nullptr) << gone;
    EXPECT_EQ(models::shown(*codes), models::Shown::nothing) << gone;
  }
}

TEST(CodecsAreFound, OfFourBitFloatsInPairs) {
  // 1 and -6, under two to the power of 1: as DeepSeek V4 stores its experts, and as F4.
  for (const bool own : {false, true}) {
    support::MemorySource source;
    const models::Checkpoint model =
        opened(source, {{kModule + "weight",
                         own ? DType::F4 : DType::I8,
                         {2, own ? 64u : 32u},
                         std::string(64, '\xf2')},
                        {kModule + "scale", DType::F8_E8M0, {2, 2}, std::string(4, '\x80')}});
    const models::Tensor* tensor = model.find(kModule + "weight");
    ASSERT_NE(tensor, nullptr);
    ASSERT_NE(tensor->numbers, nullptr);
    EXPECT_EQ(tensor->shape, (std::vector<std::uint64_t>{2, 64}));
    EXPECT_EQ(tensor->numbers->codec, "MXFP4, groups of 32");
    const std::vector<float> values = numbersOf(*tensor);
    EXPECT_EQ(values[0], 2);
    EXPECT_EQ(values[127], -12);
  }
}

// As gpt-oss is published: each expert's matrix in rows, where its floats would lie in columns.
TEST(CodecsAreFound, OfTwoMatricesOfExpertsInOneModule) {
  const std::string at = "model.layers.0.mlp.experts.";
  support::MemorySource source;
  const models::Checkpoint model =
      opened(source,
             {{at + "gate_up_proj_blocks", DType::U8, {2, 128, 1, 16}, std::string(4096, '\x22')},
              {at + "gate_up_proj_scales", DType::U8, {2, 128, 1}, std::string(256, '\x7f')},
              {at + "down_proj_blocks", DType::U8, {2, 32, 2, 16}, std::string(2048, '\x22')},
              {at + "down_proj_scales", DType::U8, {2, 32, 2}, std::string(128, '\x80')}},
             R"({"model_type":"gpt_oss","hidden_size":32,"intermediate_size":64,)"
             R"("num_local_experts":2})");
  const models::Tensor* in = model.find(at + "gate_up_proj");
  const models::Tensor* out = model.find(at + "down_proj");
  ASSERT_TRUE(in != nullptr && in->numbers != nullptr);
  ASSERT_TRUE(out != nullptr && out->numbers != nullptr);
  EXPECT_EQ(in->shape, (std::vector<std::uint64_t>{2, 128, 32}));
  EXPECT_THAT(numbersOf(*in), Each(1));
  EXPECT_EQ(out->shape, (std::vector<std::uint64_t>{2, 32, 64}));
  EXPECT_THAT(numbersOf(*out), Each(2));
  const models::ArchitectureRegistry families(KINDRED_SOURCE_DIR "/configs/architectures");
  const auto family = families.recognise(model);
  ASSERT_NE(family, nullptr);
  const std::vector<models::View> ups = family->resolve(model, "mlp.up");
  ASSERT_EQ(ups.size(), 2u);
  EXPECT_EQ(ups[0].info.shape, (std::vector<std::uint64_t>{64, 32}));
  EXPECT_EQ(ups[0].first, 32u);
  EXPECT_EQ(ups[0].row_step, 64u);
  EXPECT_EQ(ups[0].column_step, 1u);
}

TEST(CodecsAreFound, OfSmallFloatsInWords) {
  support::MemorySource source;
  const models::Checkpoint model =
      opened(source,
             {{kModule + "weight", DType::U32, {2, 16}, std::string(128, '\x38')},  // 1
              {kModule + "scales", DType::U8, {2, 2}, std::string(4, '\x81')}},     // 2^2
             R"({"quantization":{"group_size":32,"bits":8,"mode":"mxfp8"}})");
  const models::Tensor* tensor = model.find(kModule + "weight");
  ASSERT_NE(tensor, nullptr);
  ASSERT_NE(tensor->numbers, nullptr);
  EXPECT_EQ(tensor->shape, (std::vector<std::uint64_t>{2, 64}));
  EXPECT_THAT(numbersOf(*tensor), Each(4));
}

TEST(CodecsAreFound, OfMicroscaledFloatsAsGptOssNamesThem) {
  support::MemorySource source;
  const models::Checkpoint model = opened(
      source,
      {{"block.0.mlp.mlp1_weight.blocks", DType::U8, {2, 4, 1, 16}, std::string(128, '\x22')},
       {"block.0.mlp.mlp1_weight.scales", DType::U8, {2, 4, 1}, std::string(8, '\x80')}});
  const models::Tensor* tensor = model.find("block.0.mlp.mlp1_weight");
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->shape, (std::vector<std::uint64_t>{2, 4, 32}));
  EXPECT_THAT(numbersOf(*tensor), Each(2));
}

TEST(CodecsAreFound, OfQuantoBytesUnderTheNameOfTheWeight) {
  support::MemorySource source;
  const models::Checkpoint model =
      opened(source, {{kModule + "weight._data", DType::I8, {2, 3}, "\1\2\3\4\5\6"},
                      {kModule + "weight._scale", DType::F32, {2, 1}, bytesOf<float>({1, 2})},
                      {kModule + "input_scale", DType::F32, {}, bytesOf<float>({9})}});
  const models::Tensor* tensor = model.find(kModule + "weight");
  ASSERT_NE(tensor, nullptr);
  ASSERT_NE(tensor->numbers, nullptr);
  EXPECT_THAT(numbersOf(*tensor), testing::ElementsAre(1, 2, 3, 8, 10, 12));
}

// As AutoAWQ packs it for one vector at a time: words lie along the inputs, as in GPTQ, of which
// the shapes here could be, too.
std::vector<TestTensor> awqRows() {
  return {
      {kModule + "qweight", DType::I32, {16, 8}, std::string(512, '\x53')},
      {kModule + "qzeros", DType::I32, {16, 1}, std::string(64, '\x11')},
      {kModule + "scales", DType::F16, {16, 8}, bytesOf(std::vector<std::uint16_t>(128, 0x4000))}};
}

std::string awqConfig(const std::string& version) {
  return R"({"quantization_config":{"quant_method":"awq","bits":4,"group_size":16,"version":")" +
         version + "\"}}";
}

TEST(CodecsAreFound, OfWordsAlongEachRow) {
  support::MemorySource source;
  const models::Checkpoint model = opened(source, awqRows(), awqConfig("GEMV"));
  const models::Tensor* tensor = model.find(kModule + "weight");
  ASSERT_NE(tensor, nullptr);
  ASSERT_NE(tensor->numbers, nullptr);
  EXPECT_EQ(tensor->shape, (std::vector<std::uint64_t>{16, 64}));
  EXPECT_EQ(tensor->numbers->codec, "AWQ, 4 bit, groups of 16");
  EXPECT_EQ(numbersOf(*tensor)[0], 4);  // (3 - 1) * 2
  EXPECT_EQ(numbersOf(*tensor)[1], 8);
}

TEST(CodecsAreFound, OfAwqOnlyWhereItsOrderIsKnown) {
  for (const char* version : {"gemm", "gemv_fast", "marlin", "exllama"}) {
    support::MemorySource source;
    const models::Checkpoint model = opened(source, awqRows(), awqConfig(version));
    const models::Tensor* codes = model.find(kModule + "qweight");
    ASSERT_NE(codes, nullptr) << version;
    EXPECT_EQ(codes->numbers, nullptr) << version;
    EXPECT_EQ(models::shown(*codes), models::Shown::nothing) << version;
  }
}

// Four rows in turns, words of 16 bits, factors that stand for zero points.
TEST(CodecsAreFound, NotOfRowsInTurns) {
  support::MemorySource source;
  const models::Checkpoint model =
      opened(source,
             {support::randomTensor(kModule + "qweight", DType::I16, {16, 64}, 1),
              support::randomTensor(kModule + "qzeros", DType::F16, {8, 64}, 2),
              support::randomTensor(kModule + "scales", DType::F16, {8, 64}, 3)},
             awqConfig("gemv_fast"));
  const models::Tensor* codes = model.find(kModule + "qweight");
  ASSERT_NE(codes, nullptr);
  EXPECT_EQ(codes->numbers, nullptr);
  EXPECT_EQ(models::shown(*codes), models::Shown::nothing);
  EXPECT_EQ(models::whyNot(codes->encoding, codes->dtype),
            "stored as I16: integers packed in words along the inputs (GPTQ, AWQ), which are no "
            "numbers to compare without a decoder");
}

// HQQ's own pickles: what stands beside the codes is a part of the module, its shape no tensor.
TEST(CodecsAreFound, NotOfHqqThatDoesNotStateItsShape) {
  support::MemorySource source;
  source.put(
      "m", "qmodel.pt",
      support::torchBytes({{kModule + "W_q", DType::U8, {2, 16}, std::string(32, '\x51')},
                           {kModule + "meta.scale", DType::F32, {4, 1}, std::string(16, 1)},
                           {kModule + "meta.zero", DType::F32, {4, 1}, std::string(16, 1)}}));
  source.put("m", "config.json", "{}");
  const auto location = source.open("m");
  const models::Checkpoint model = openCheckpoint("m", source, *location, support::builtFormats());
  const models::Tensor* codes = model.find(kModule + "W_q");
  ASSERT_NE(codes, nullptr);
  EXPECT_EQ(codes->numbers, nullptr);
  EXPECT_EQ(models::whyNot(codes->encoding, codes->dtype),
            "stored as U8: integers laid over one another under scales and zero points (HQQ), "
            "which are no numbers to compare without a decoder");
  for (const char* part : {"meta.scale", "meta.zero"}) {
    EXPECT_EQ(model.find(kModule + part)->encoding, models::Encoding::companion) << part;
  }
}

// Scales of a hostile file may have any dtype.
TEST(CodecsAreFound, OnlyUnderScalesThatAreNumbersOfWholeBytes) {
  for (const DType dtype : {DType::F4, DType::F6_E2M3, DType::C64, DType::I64, DType::U64}) {
    const std::uint64_t bytes = 16 * info(dtype).bits / 8;
    support::MemorySource source;
    const models::Checkpoint model =
        opened(source, {{kModule + "weight", DType::F8_E4M3, {16, 8}, std::string(128, '\x38')},
                        {kModule + "weight_scale", dtype, {16, 1}, std::string(bytes, '\x7f')}});
    const models::Tensor* tensor = model.find(kModule + "weight");
    ASSERT_NE(tensor, nullptr);
    EXPECT_EQ(tensor->numbers, nullptr) << name(dtype);
  }
}

}  // namespace
}  // namespace kindred::reading::finding
