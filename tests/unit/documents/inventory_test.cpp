#include "documents/inventory.hpp"

#include <deque>
#include <stdexcept>

#include "support.hpp"
#include "unit/models/models.hpp"

namespace kindred::documents {
namespace {

using models::Checkpoint;
using models::weight;
using support::TestTensor;
using testing::ElementsAre;
using testing::HasSubstr;

// A model of a known family, "m" replaced by its key.
class Models {
 public:
  const Catalogue& add(const std::string& key, const std::string& type, const std::string& more,
                       const std::vector<TestTensor>& tensors) {
    source_.put(key, "config.json", "{\"model_type\": \"" + type + "\"" + more + "}");
    source_.put(key, "model.safetensors", support::safetensorsBytes(tensors));
    const auto location = source_.open(key);
    checkpoints_.push_back(
        std::make_unique<Checkpoint>(support::openStored(key, source_, *location)));
    const Checkpoint& checkpoint = *checkpoints_.back();
    catalogues_.push_back({checkpoint, models::shippedArchitectures().recognise(checkpoint)});
    return catalogues_.back();
  }
  Report inventory(const Claims& claims = {}) const {
    const std::vector<Catalogue> list(catalogues_.begin(), catalogues_.end());
    return documents::inventory(list, claims);
  }

 private:
  support::MemorySource source_;
  std::vector<std::unique_ptr<Checkpoint>> checkpoints_;
  std::deque<Catalogue> catalogues_;
};

TextTable tableNamed(const Report& report, const std::string& title) {
  for (const TextTable& table : report.tables) {
    if (table.title.starts_with(title)) return table;
  }
  throw std::runtime_error("no table " + title);
}

std::vector<TestTensor> norms(int layers, std::uint64_t size) {
  std::vector<TestTensor> tensors{weight("model.norm.weight", {size})};
  for (int layer = 0; layer < layers; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    tensors.push_back(weight(prefix + "input_layernorm.weight", {size}));
    tensors.push_back(weight(prefix + "mlp.up_proj.weight", {2 * size, size}));
  }
  return tensors;
}

TEST(Inventory, CountsTensorsParametersAndBytes) {
  Models models;
  models.add("a", "llama", "", norms(2, 8));
  const Report report = models.inventory();
  EXPECT_EQ(figureOf(report, "tensors"), 5);
  EXPECT_EQ(figureOf(report, "parameters"), 8 + 2 * (8 + 128));
  EXPECT_EQ(figureOf(report, "bytes"), 2 * (8 + 2 * (8 + 128)));
  EXPECT_TRUE(std::isnan(figureOf(report, "active"))) << "no mixture of experts";
}

TEST(Inventory, ListsEveryTensorWithItsPlace) {
  Models models;
  models.add(
      "a", "llama", "",
      {weight("model.layers.3.input_layernorm.weight", {4}), weight("odd \x1b name", {2, 3})});
  const TextTable table = tableNamed(models.inventory(), "Tensors of a");
  EXPECT_THAT(table.columns, ElementsAre("tensor", "dtype", "shape", "role", "layer", "expert",
                                         "file", "offset", "bytes"));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.rows[0][0], "model.layers.3.input_layernorm.weight");
  EXPECT_THAT(table.rows[0][1], "BF16");
  EXPECT_THAT(table.rows[0][2], "[4]");
  EXPECT_THAT(table.rows[0][3], "norm.attention");
  EXPECT_THAT(table.rows[0][4], "3");
  EXPECT_THAT(table.rows[0][6], "model.safetensors");
  EXPECT_THAT(table.rows[0][8], "8");
  EXPECT_THAT(table.rows[1][0], "odd \\u001b name");
  EXPECT_THAT(table.rows[1][2], "[2, 3]");
}

TEST(Inventory, MeetsTensorsOfEqualRoleLayerAndShape) {
  Models models;
  models.add("a", "llama", "", norms(3, 8));
  models.add("b", "qwen3", "", norms(2, 8));
  const Report report = models.inventory();
  EXPECT_EQ(figureOf(report, "comparable"), 5);
  EXPECT_EQ(figureOf(report, "only_a"), 2);
  EXPECT_EQ(figureOf(report, "only_b"), 0);
  const Rows alone = rowsWith(tableNamed(report, "Tensors of a"), 9, "only here");
  EXPECT_EQ(alone.size(), 2U);
  EXPECT_EQ(rowsWith(tableNamed(report, "Tensors by role"), 1, "norm.attention"),
            (Rows{{"norms", "norm.attention", "3", "24", "2", "16", "2", "0", "1", "0"}}));
}

TEST(Inventory, TellsOtherShapesFromMissingTensors) {
  Models models;
  models.add("a", "llama", "", norms(1, 8));
  models.add("b", "llama", "", norms(1, 4));
  const Report report = models.inventory();
  EXPECT_EQ(figureOf(report, "comparable"), 0);
  EXPECT_EQ(figureOf(report, "only_a"), 0);
  EXPECT_EQ(rowsWith(tableNamed(report, "Tensors of b"), 9, "shapes differ").size(), 3U);
}

TEST(Inventory, MeetsTensorsOfUnknownFamiliesByName) {
  Models models;
  models.add("a", "nobodys", "", {weight("x", {2}), weight("y", {2})});
  models.add("b", "nobodys", "", {weight("y", {2}), weight("z", {2})});
  const Report report = models.inventory();
  EXPECT_EQ(figureOf(report, "comparable"), 1);
  EXPECT_EQ(figureOf(report, "only_a"), 1);
  EXPECT_EQ(figureOf(report, "only_b"), 1);
}

std::vector<TestTensor> mixture(int experts) {
  std::vector<TestTensor> tensors{weight("model.embed_tokens.weight", {10, 4}),
                                  weight("model.layers.0.self_attn.k_proj.bias", {4}),
                                  weight("model.layers.1.eh_proj.weight", {4, 8})};
  for (int e = 0; e < experts; ++e) {
    tensors.push_back(
        weight("model.layers.0.mlp.experts." + std::to_string(e) + ".up_proj.weight", {4, 4}));
  }
  return tensors;
}

constexpr const char* kMixture =
    ", \"num_hidden_layers\": 1, \"n_routed_experts\": 8, \"num_experts_per_tok\": 2";

TEST(Inventory, HoldsItsCountsAgainstTheCardsClaim) {
  Models models;
  models.add("a", "glm4_moe", kMixture, mixture(8));
  const Report report = models.inventory({400, 38});
  EXPECT_EQ(figureOf(report, "active"), 40 + 4 + 2 * 16);
  EXPECT_EQ(figureOf(report, "active_of_claim"), 2);
  EXPECT_EQ(figureOf(report, "total_of_claim"), (40 + 4 + 32 + 8 * 16) / 400.0);
  EXPECT_EQ(tableNamed(report, "Size of a").rows.size(), 2U);
}

TEST(Inventory, NamesLineageBreadcrumbs) {
  Models models;
  models.add("a", "glm4_moe", kMixture, mixture(2));
  models.add("b", "glm4_moe", kMixture, {weight("lm_head.weight", {4, 4}), weight("strange", {4})});
  const TextTable table = tableNamed(models.inventory(), "Lineage breadcrumbs");
  const auto row = [&](const std::string& what) { return rowsWith(table, 0, what).at(0); };
  EXPECT_THAT(
      row("biases of queries, keys or values"),
      ElementsAre(testing::_, HasSubstr("1, first model.layers.0.self_attn.k_proj.bias"), "-"));
  EXPECT_THAT(row("layers beyond num_hidden_layers (next-token prediction)").at(1),
              HasSubstr("model.layers.1.eh_proj.weight"));
  EXPECT_THAT(row("head beside the embeddings"),
              ElementsAre(testing::_, "-", HasSubstr("lm_head")));
  EXPECT_THAT(row("tensors that play no known role"),
              ElementsAre(testing::_, "-", HasSubstr("1, first strange")));
}

}  // namespace
}  // namespace kindred::documents
