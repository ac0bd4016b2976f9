// What stored elements are, by their dtype and by what stands beside them.
#include <gtest/gtest.h>

#include "unit/models/models.hpp"

namespace kindred::models {
namespace {

using support::MemorySource;
using support::randomTensor;
using support::TestTensor;

Encoding encodingOf(const std::vector<TestTensor>& tensors, const std::string& config = "{}") {
  MemorySource source;
  return modelOf(source, config, tensors).find(tensors.front().name)->encoding;
}

TestTensor tensor(const std::string& name, DType dtype, std::vector<std::uint64_t> shape) {
  return randomTensor(name, dtype, std::move(shape), 1);
}

TEST(Encodings, OfFloatsByTheShapeOfTheirScales) {
  const TestTensor weight = tensor("m.weight", DType::F8_E4M3, {32, 64});
  const auto under = [&](const std::string& name, std::vector<std::uint64_t> shape) {
    return encodingOf({weight, tensor(name, DType::F32, std::move(shape))});
  };
  EXPECT_EQ(encodingOf({weight}), Encoding::plain);
  EXPECT_EQ(under("m.weight_scale", {}), Encoding::scaled);
  EXPECT_EQ(under("m.weight_scale", {1}), Encoding::scaled);
  EXPECT_EQ(under("m.weight_scale", {32}), Encoding::row_scaled);
  EXPECT_EQ(under("m.weight_scale", {32, 1}), Encoding::row_scaled);
  EXPECT_EQ(under("m.weight_scale", {1, 64}), Encoding::block_scaled);
  EXPECT_EQ(under("m.weight_scale_inv", {2, 4}), Encoding::block_scaled);
  EXPECT_EQ(under("m.scale", {2, 4}), Encoding::block_scaled);
  EXPECT_EQ(under("m.qscale_weight", {1}), Encoding::scaled);
  EXPECT_EQ(under("m.weight_zero_point", {32, 1}), Encoding::shifted);
  EXPECT_EQ(under("m.input_scale", {}), Encoding::plain);
}

TEST(Encodings, OfFloatsWhoseScalesAreMissingAreTakenForBlocks) {
  EXPECT_EQ(encodingOf({tensor("m.weight", DType::F8_E4M3, {32, 64})},
                       R"({"quantization_config":{"quant_method":"fp8"}})"),
            Encoding::block_scaled);
  EXPECT_EQ(encodingOf({tensor("m.weight", DType::BF16, {32, 64})},
                       R"({"quantization_config":{"quant_method":"fp8"}})"),
            Encoding::plain);
}

TEST(Encodings, OfExpertsInOneTensor) {
  const TestTensor weight = tensor("m.gate_up_proj", DType::F8_E4M3, {4, 32, 64});
  const auto under = [&](std::vector<std::uint64_t> shape) {
    return encodingOf({weight, tensor("m.gate_up_proj_scale_inv", DType::F32, std::move(shape)),
                       tensor("m.gate_up_proj_bias", DType::F32, {4, 32})});
  };
  EXPECT_EQ(under({4}), Encoding::row_scaled);
  EXPECT_EQ(under({4, 1, 1}), Encoding::row_scaled);
  EXPECT_EQ(under({4, 32, 1}), Encoding::row_scaled);
  EXPECT_EQ(under({4, 1, 2}), Encoding::block_scaled);
}

TEST(Encodings, OfIntegersByWhatStandsBesideThem) {
  const auto beside = [](DType dtype, const std::string& name,
                         const std::vector<TestTensor>& others) {
    std::vector<TestTensor> all{tensor(name, dtype, {32, 8})};
    all.insert(all.end(), others.begin(), others.end());
    return encodingOf(all);
  };
  const TestTensor scales = tensor("m.scales", DType::F16, {32, 2});
  EXPECT_EQ(beside(DType::U32, "m.weight", {scales, tensor("m.biases", DType::F16, {32, 2})}),
            Encoding::grouped_words);
  EXPECT_EQ(beside(DType::I32, "m.qweight", {scales, tensor("m.qzeros", DType::I32, {2, 1})}),
            Encoding::transposed_words);
  EXPECT_EQ(beside(DType::I32, "m.weight_packed", {tensor("m.weight_scale", DType::F16, {32, 2})}),
            Encoding::packed_words);
  EXPECT_EQ(
      beside(DType::U8, "m.weight_packed", {tensor("m.weight_scale", DType::F8_E4M3, {32, 2})}),
      Encoding::four_bit_floats);
  EXPECT_EQ(beside(DType::U8, "m.weight", {tensor("m.weight_scale", DType::F8_E4M3, {32, 2})}),
            Encoding::four_bit_floats);
  EXPECT_EQ(beside(DType::U8, "m.up_blocks", {tensor("m.up_scales", DType::U8, {32, 2})}),
            Encoding::four_bit_floats);
  EXPECT_EQ(beside(DType::U8, "m.weight", {tensor("m.weight.absmax", DType::F32, {4})}),
            Encoding::table_codes);
  EXPECT_EQ(beside(DType::BF16, "m.weight", {tensor("m.weight.absmax", DType::F32, {4})}),
            Encoding::table_codes);
  EXPECT_EQ(beside(DType::I8, "m.weight", {tensor("m.SCB", DType::F32, {32})}),
            Encoding::scaled_integers);
  EXPECT_EQ(beside(DType::U8, "m.W_q", {tensor("m.scale", DType::F16, {32, 1})}),
            Encoding::laid_over);
  EXPECT_EQ(beside(DType::BF16, "m.weight.compressed",
                   {tensor("m.weight.bitmask", DType::U8, {32, 8}),
                    tensor("m.weight.row_offsets", DType::I64, {32})}),
            Encoding::sparse);
  EXPECT_EQ(beside(DType::BF16, "m.compressed", {}), Encoding::plain);
  EXPECT_EQ(beside(DType::I16, "m.codes", {tensor("m.codebooks", DType::F16, {1, 16})}),
            Encoding::code_books);
  EXPECT_EQ(beside(DType::I64, "m.position_ids", {}), Encoding::integers);
}

TEST(Encodings, OfCompanionsAreNoWeights) {
  EXPECT_EQ(encodingOf({tensor("m.scales", DType::F16, {32, 2}),
                        tensor("m.qweight", DType::I32, {4, 32})}),
            Encoding::companion);
  EXPECT_EQ(encodingOf({tensor("m.weight.quant_state.bitsandbytes__nf4", DType::U8, {80}),
                        tensor("m.weight", DType::U8, {64, 1})}),
            Encoding::companion);
  // A gain by that name, and a bias of what is coded, are weights.
  EXPECT_EQ(
      encodingOf({tensor("norm.scale", DType::F32, {32}), tensor("norm.bias", DType::F32, {32})}),
      Encoding::plain);
  EXPECT_EQ(
      encodingOf({tensor("m.bias", DType::F16, {32}), tensor("m.qweight", DType::I32, {4, 32})}),
      Encoding::plain);
}

TEST(Encodings, AreKnownByTheConfigurationWhereNothingStandsBeside) {
  const std::string config = R"({"quantization_config":{"load_in_4bit":true}})";
  EXPECT_EQ(encodingOf({tensor("m.weight", DType::BF16, {64, 1})}, config), Encoding::table_codes);
  EXPECT_EQ(encodingOf({tensor("m.weight", DType::BF16, {64, 2})}, config), Encoding::plain);
}

}  // namespace
}  // namespace kindred::models
