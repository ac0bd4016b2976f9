#include "trainer/save.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "support/safetensors.hpp"
#include "support/temp_dir.hpp"
#include "unit/trainer/models.hpp"

namespace kindred::trainer {
namespace {

TEST(SavedModel, HasTheFilesOfTheHub) {
  const support::TempDir folder;
  save(fresh<float>(mixtureShape(Router::sigmoid)), folder / "mixture", DType::BF16);
  const std::string config = support::readFile(folder / "mixture/config.json");
  EXPECT_NE(config.find(R"("model_type": "glm4_moe")"), std::string::npos);
  EXPECT_NE(config.find(R"("n_routed_experts": 4)"), std::string::npos);
  const std::string tokenizer = support::readFile(folder / "mixture/tokenizer.json");
  EXPECT_NE(tokenizer.find(R"(": 31}, "merges")"), std::string::npos);
  const std::string bytes = support::readFile(folder / "mixture/model.safetensors");
  EXPECT_NE(bytes.find(
                R"("model.layers.1.mlp.experts.3.up_proj.weight":{"dtype":"BF16","shape":[16,24])"),
            std::string::npos);
  EXPECT_NE(bytes.find(R"("model.layers.1.mlp.gate.weight":{"dtype":"BF16","shape":[4,24])"),
            std::string::npos);
  EXPECT_NE(bytes.find(R"("model.norm.weight":{"dtype":"BF16","shape":[24])"), std::string::npos);
}

TEST(SavedModel, HoldsTheWeightsAsTheyAre) {
  const support::TempDir folder;
  const Weights<float> weights = fresh<float>(denseShape());
  save(weights, folder / "dense", DType::F32);
  const std::string bytes = support::readFile(folder / "dense/model.safetensors");
  const auto& first = weights.output.values;  // by name: lm_head stands before the model
  const std::size_t size = first.size() * sizeof(float);
  std::uint64_t header = 0;
  ASSERT_GT(bytes.size(), sizeof(header) + size);
  std::memcpy(&header, bytes.data(), sizeof(header));
  ASSERT_GE(bytes.size(), sizeof(header) + header + size);
  EXPECT_EQ(std::memcmp(bytes.data() + sizeof(header) + header, first.data(), size), 0);
}

}  // namespace
}  // namespace kindred::trainer
