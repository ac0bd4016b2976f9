// Which heads a layer's matrices are held against, where layers differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/role_shapes.hpp"
#include "unit/models/models.hpp"

namespace kindred::models {
namespace {

using support::MemorySource;
using testing::ElementsAre;
using testing::HasSubstr;

struct LayerSizes {
  std::uint64_t queries, keys, values;  // rows; 0 values: there are none
};

// Of a stream of 8. What is stated about its heads stands in `config`.
Checkpoint attentionModel(MemorySource& source, const std::string& config,
                          const std::vector<LayerSizes>& layers) {
  std::vector<support::TestTensor> tensors;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::string at = "model.layers." + std::to_string(l) + ".self_attn.";
    tensors.push_back(weight(at + "q_proj.weight", {layers[l].queries, 8}));
    tensors.push_back(weight(at + "k_proj.weight", {layers[l].keys, 8}));
    if (layers[l].values > 0) {
      tensors.push_back(weight(at + "v_proj.weight", {layers[l].values, 8}));
    }
    tensors.push_back(weight(at + "o_proj.weight", {8, layers[l].queries}));
  }
  return modelOf(source,
                 R"({"model_type":"gemma4_text","hidden_size":8,"num_hidden_layers":)" +
                     std::to_string(layers.size()) +
                     R"(,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":4)" + config +
                     "}",
                 tensors);
}

RoleShapes fittedIn(const Checkpoint& model) {
  return roleShapes(model, *shippedArchitectures().recognise(model));
}

std::size_t count(const RoleShapes& shapes, std::string_view role) {
  std::size_t views = 0;
  for (const View& view : shapes.views) views += view.info.role == role;
  return views;
}

const char* const kTwoKinds =
    R"(,"layer_types":["sliding_attention","full_attention"],"global_head_dim":6,)"
    R"("num_global_key_value_heads":1)";

TEST(HeadsOfLayers, AreThoseOfTheirKind) {
  MemorySource source;
  const RoleShapes shapes = fittedIn(attentionModel(source, kTwoKinds, {{16, 8, 8}, {24, 6, 6}}));
  EXPECT_TRUE(shapes.misfits.empty()) << summary(shapes.misfits);
  EXPECT_THAT(shapes.dimensions.heads_by_layer,
              ElementsAre(HeadShape{4, 2, 4, 4, 4}, HeadShape{4, 1, 6, 6, 6}));
  EXPECT_EQ(shapes.dimensions.head_dim, 6u);
  EXPECT_EQ(shapes.dimensions.kv_heads, 2u);
}

TEST(HeadsOfLayers, ThatDoNotFitTheirKindAreLeftOut) {
  MemorySource source;
  const RoleShapes shapes = fittedIn(attentionModel(source, kTwoKinds, {{16, 8, 8}, {16, 8, 8}}));
  EXPECT_EQ(count(shapes, "attention.k"), 1u);
  EXPECT_THAT(summary(shapes.misfits), HasSubstr("heads of 6 dimensions"));
}

TEST(HeadsOfLayers, ThatNoMatrixRestsOnAreNoSize) {
  for (const char* hostile : {R"(,"global_head_dim":2147483647)", R"(,"v_head_dim":2147483647)"}) {
    MemorySource source;
    const RoleShapes shapes = fittedIn(attentionModel(
        source, R"(,"layer_types":["sliding_attention","full_attention"])" + std::string(hostile),
        {{16, 8, 8}, {16, 8, 8}}));
    EXPECT_EQ(shapes.dimensions.head_dim, 4u) << hostile;
  }
}

TEST(HeadsOfLayers, AreToldFromTheirMatricesWhereNothingSaysTheirKind) {
  MemorySource source;
  const RoleShapes shapes =
      fittedIn(attentionModel(source, R"(,"global_head_dim":6)", {{24, 12, 12}, {16, 8, 8}}));
  EXPECT_TRUE(shapes.misfits.empty()) << summary(shapes.misfits);
  EXPECT_THAT(shapes.dimensions.heads_by_layer,
              ElementsAre(HeadShape{4, 2, 6, 6, 6}, HeadShape{4, 2, 4, 4, 4}));
}

TEST(HeadsOfLayers, MayHaveKeysThatAreTheirValues) {
  MemorySource source;
  const RoleShapes shapes = fittedIn(attentionModel(
      source, std::string(kTwoKinds) + R"(,"attention_k_eq_v":true)", {{16, 8, 8}, {24, 6, 0}}));
  EXPECT_TRUE(shapes.misfits.empty()) << summary(shapes.misfits);
  EXPECT_EQ(count(shapes, "attention.k"), 2u);
  EXPECT_THAT(shapes.dimensions.heads_by_layer,
              ElementsAre(HeadShape{4, 2, 4, 4, 4}, HeadShape{4, 1, 6, 0, 6}));
}

TEST(HeadsOfLayers, WithoutValuesAreNotTestedWhereNothingSaysThatKeysAreValues) {
  MemorySource source;
  const RoleShapes shapes = fittedIn(attentionModel(source, kTwoKinds, {{16, 8, 8}, {24, 6, 0}}));
  EXPECT_EQ(shapes.dimensions.heads_by_layer.at(1).value_dim, 6u);
  EXPECT_THAT(summary(shapes.misfits), HasSubstr("the attention.v that belongs to it"));
}

TEST(HeadsOfLayers, ThatUseKeysOfEarlierLayersHaveNoneOfTheirOwn) {
  MemorySource source;
  const RoleShapes shapes =
      fittedIn(attentionModel(source, R"(,"num_kv_shared_layers":1)", {{16, 8, 8}, {16, 8, 8}}));
  EXPECT_EQ(count(shapes, "attention.v"), 1u);
  EXPECT_EQ(count(shapes, "attention.q"), 2u);
  EXPECT_THAT(summary(shapes.misfits), HasSubstr("keys and values of an earlier one"));
  EXPECT_THAT(shapes.dimensions.heads_by_layer,
              ElementsAre(HeadShape{4, 2, 4, 4, 4}, HeadShape{4, 0, 4, 4, 4}));
}

TEST(HeadsOfLayers, MayHaveValuesOfAnotherSizeThanKeys) {
  MemorySource source;
  const std::string at = "model.layers.0.self_attn.";
  const Checkpoint model =
      modelOf(source,
              R"({"model_type":"llama","hidden_size":8,"num_hidden_layers":1,"head_dim":6,)"
              R"("num_attention_heads":4,"num_key_value_heads":2,"v_head_dim":4})",
              {weight(at + "q_proj.weight", {24, 8}), weight(at + "k_proj.weight", {12, 8}),
               weight(at + "v_proj.weight", {8, 8}), weight(at + "o_proj.weight", {8, 16})});
  const RoleShapes shapes = fittedIn(model);
  EXPECT_TRUE(shapes.misfits.empty()) << summary(shapes.misfits);
  EXPECT_THAT(shapes.dimensions.heads_by_layer, ElementsAre(HeadShape{4, 2, 6, 4, 6}));
}

TEST(HeadsOfLayers, ThatAreAllAlikeAreStatedOnce) {
  MemorySource source;
  const RoleShapes shapes = fittedIn(attentionModel(
      source, R"(,"layer_types":["full_attention","full_attention"])", {{16, 8, 8}, {16, 8, 8}}));
  EXPECT_TRUE(shapes.dimensions.heads_by_layer.empty());
  EXPECT_EQ(shapes.dimensions.head_dim, 4u);
}

TEST(HeadsOfLayers, AreUnknownWhereTwoKindsFitAndNothingSaysWhich) {
  MemorySource source;
  const RoleShapes shapes = fittedIn(attentionModel(
      source, R"(,"swa_num_attention_heads":2,"swa_head_dim":8,"swa_num_key_value_heads":1)",
      {{16, 8, 8}}));
  EXPECT_EQ(count(shapes, "attention.k"), 0u);
  EXPECT_THAT(summary(shapes.misfits), HasSubstr("does not say which heads its layer has"));
}

}  // namespace
}  // namespace kindred::models
