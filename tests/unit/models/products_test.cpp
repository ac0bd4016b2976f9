// Rows of latent attention, times what writes the latent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "models/role_shapes.hpp"
#include "unit/models/models.hpp"

namespace kindred::models {
namespace {

using support::MemorySource;
using testing::ElementsAre;

// Two heads of one row of keys and two of values, on a latent of two and a stream of three.
Checkpoint latentModel(MemorySource& source, std::uint64_t keys = 2) {
  const std::string at = "model.layers.0.self_attn.";
  const auto tensor = [&](const char* name, std::vector<std::uint64_t> shape,
                          const std::vector<double>& values) {
    return support::tensorOf(at + name, DType::F32, std::move(shape), values);
  };
  std::vector<double> out;
  for (std::uint64_t i = 0; i < 2 * (keys + 2) * 2; ++i) out.push_back(static_cast<double>(i));
  const std::string config =
      R"({"model_type":"deepseek_v3","hidden_size":3,"num_hidden_layers":1,)"
      R"("num_attention_heads":2,"kv_lora_rank":2,"qk_rope_head_dim":2,"v_head_dim":2,)"
      R"("qk_nope_head_dim":)" +
      std::to_string(keys) + "}";
  return modelOf(source, config,
                 {tensor("kv_a_proj_with_mqa.weight", {4, 3}, {1, 0, 2, 0, 1, 1, 9, 9, 9, 8, 8, 8}),
                  tensor("kv_a_layernorm.weight", {2}, {10, 1}),
                  tensor("kv_b_proj.weight", {2 * (keys + 2), 2}, out)});
}

std::vector<float> rowsOf(const RoleShapes& shapes, std::string_view role, std::uint64_t first,
                          std::uint64_t count) {
  for (const View& view : shapes.views) {
    if (view.info.role != role) continue;
    const std::uint64_t columns = view.info.shape[1];
    std::vector<float> rows(count * columns);
    view.shard->file->read(first * columns * sizeof(float),
                           std::as_writable_bytes(std::span(rows)));
    return rows;
  }
  return {};
}

RoleShapes shapesOf(const Checkpoint& model) {
  return roleShapes(model, *shippedArchitectures().recognise(model));
}

TEST(Products, AreRowsOnTheStream) {
  MemorySource source;
  const Checkpoint model = latentModel(source);
  const RoleShapes shapes = shapesOf(model);
  EXPECT_TRUE(shapes.misfits.empty());
  // Rows 0, 1, 4 and 5 are keys, (0, 1), (2, 3), (8, 9) and (10, 11): x (10, 0, 20) + y (0, 1, 1).
  EXPECT_THAT(rowsOf(shapes, "attention.k", 0, 4),
              ElementsAre(0, 1, 1, 20, 3, 43, 80, 9, 169, 100, 11, 211));
  EXPECT_THAT(rowsOf(shapes, "attention.v", 0, 4),
              ElementsAre(40, 5, 85, 60, 7, 127, 120, 13, 253, 140, 15, 295));
  EXPECT_THAT(rowsOf(shapes, "attention.v", 1, 2), ElementsAre(60, 7, 127, 120, 13, 253));
  EXPECT_EQ(shapes.dimensions.head_dim, 2u);
  EXPECT_EQ(shapes.dimensions.kv_heads, 2u);
}

TEST(Products, OfKeysMayHaveOtherRowsThanValues) {
  MemorySource source;
  const Checkpoint model = latentModel(source, 1);
  const RoleShapes shapes = shapesOf(model);
  EXPECT_TRUE(shapes.misfits.empty());
  // Row 0 is a key, rows 1 and 2 are values.
  EXPECT_THAT(rowsOf(shapes, "attention.k", 0, 1), ElementsAre(0, 1, 1));
  EXPECT_THAT(rowsOf(shapes, "attention.v", 0, 1), ElementsAre(20, 3, 43));
  EXPECT_THAT(shapes.dimensions.heads_by_layer, ElementsAre(HeadShape{2, 2, 1, 2, 0}));
  EXPECT_EQ(shapes.dimensions.head_dim, 2u);
}

TEST(Products, LeaveTheKeyThatAllHeadsShareARoleOfItsOwn) {
  MemorySource source;
  const Checkpoint model = latentModel(source);
  const RoleShapes shapes = shapesOf(model);
  const auto shared = std::find_if(shapes.views.begin(), shapes.views.end(), [](const View& view) {
    return view.info.role == "attention.k_rope";
  });
  ASSERT_NE(shared, shapes.views.end());
  EXPECT_THAT(shared->info.shape, ElementsAre(2u, 3u));
}

}  // namespace
}  // namespace kindred::models
