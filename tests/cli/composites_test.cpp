// Models of several parts: each part has its own verdict, and the pair's names them.
#include <gmock/gmock.h>

#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "compared.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;

constexpr int kLayers = 2;

Array below(const Array& a, const Array& b, const Array& c) {
  Array all{{a.shape[0] + b.shape[0] + c.shape[0], a.shape[1]}, a.values};
  all.values.insert(all.values.end(), b.values.begin(), b.values.end());
  all.values.insert(all.values.end(), c.values.begin(), c.values.end());
  return all;
}

// Names and shapes of Qwen2.5-VL's tower: 64 wide, four heads.
Toy qwenTower(std::uint64_t seed) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    const std::string to = "visual.blocks." + std::to_string(layer) + ".";
    const std::string queries = from + "self_attn.q_proj.weight";
    tower[to + "attn.qkv.weight"] = below(q.at(queries), k.at(queries), v.at(queries));
    tower[to + "attn.proj.weight"] = q.at(from + "self_attn.o_proj.weight");
    tower[to + "norm1.weight"] = q.at(from + "input_layernorm.weight");
    tower[to + "norm2.weight"] = q.at(from + "post_attention_layernorm.weight");
    for (const char* part : {"gate_proj", "up_proj", "down_proj"}) {
      tower[to + "mlp." + part + ".weight"] = q.at(from + "mlp." + part + ".weight");
    }
  }
  tower["visual.merger.ln_q.weight"] = q.at("model.norm.weight");
  tower["visual.merger.mlp.0.weight"] = k.at("model.layers.0.mlp.up_proj.weight");
  return tower;
}

// Names of CLIP's tower, below `prefix`.
Toy clipTower(std::uint64_t seed, const std::string& prefix) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    const std::string to = prefix + "encoder.layers." + std::to_string(layer) + ".";
    const std::string queries = from + "self_attn.q_proj.weight";
    tower[to + "self_attn.q_proj.weight"] = q.at(queries);
    tower[to + "self_attn.k_proj.weight"] = k.at(queries);
    tower[to + "self_attn.v_proj.weight"] = v.at(queries);
    tower[to + "self_attn.out_proj.weight"] = q.at(from + "self_attn.o_proj.weight");
    tower[to + "layer_norm1.weight"] = q.at(from + "input_layernorm.weight");
    tower[to + "layer_norm2.weight"] = q.at(from + "post_attention_layernorm.weight");
    tower[to + "mlp.fc1.weight"] = q.at(from + "mlp.up_proj.weight");
    tower[to + "mlp.fc2.weight"] = q.at(from + "mlp.down_proj.weight");
  }
  tower[prefix + "post_layernorm.weight"] = q.at("model.norm.weight");
  return tower;
}

// The matrices of a tower by what they are, of 64 wide blocks: other names for the same shapes.
struct Names {
  std::string block;  // "visual.blocks.{l}."
  std::string first, second, attention_out, in, out;
  std::string packed;  // queries, keys and values in one; empty: apart
  std::array<std::string, 3> apart = {};
  std::string gate = {};  // of a gated MLP, whose up rows are then `in`
};

Toy towerOf(std::uint64_t seed, const Names& names) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    std::string to = names.block;
    to.replace(to.find("{l}"), 3, std::to_string(layer));
    const std::string queries = from + "self_attn.q_proj.weight";
    if (!names.packed.empty()) {
      tower[to + names.packed] = below(q.at(queries), k.at(queries), v.at(queries));
    } else {
      tower[to + names.apart[0]] = q.at(queries);
      tower[to + names.apart[1]] = k.at(queries);
      tower[to + names.apart[2]] = v.at(queries);
    }
    tower[to + names.attention_out] = q.at(from + "self_attn.o_proj.weight");
    tower[to + names.first] = q.at(from + "input_layernorm.weight");
    tower[to + names.second] = q.at(from + "post_attention_layernorm.weight");
    if (!names.gate.empty()) tower[to + names.gate] = q.at(from + "mlp.gate_proj.weight");
    tower[to + names.in] = q.at(from + "mlp.up_proj.weight");
    tower[to + names.out] = q.at(from + "mlp.down_proj.weight");
  }
  return tower;
}

// An MLP from 128 to 64, with 176 units.
Toy projector(std::uint64_t seed, const std::string& in, const std::string& out) {
  const std::string mlp = "model.layers.0.mlp.";
  const Array left = toyLlama(seed).at(mlp + "up_proj.weight");
  const Array right = toyLlama(seed + 1000).at(mlp + "up_proj.weight");
  Array wide{{left.shape[0], 128}, {}};
  for (std::size_t row = 0; row < left.shape[0]; ++row) {
    for (const Array* half : {&left, &right}) {
      const auto at = half->values.begin() + static_cast<std::ptrdiff_t>(row * 64);
      wide.values.insert(wide.values.end(), at, at + 64);
    }
  }
  return {{in, wide}, {out, toyLlama(seed).at(mlp + "down_proj.weight")}};
}

Toy together(Toy one, const Toy& other) {
  one.insert(other.begin(), other.end());
  return one;
}

// 48 wide with 96 units, of what is 64 wide with 176.
Toy narrower(const Toy& toy) {
  const auto cut = [](std::uint64_t size) { return size == 64 ? 48 : size == 176 ? 96 : size; };
  Toy made;
  for (const auto& [name, array] : toy) {
    Array& part = made[name];
    for (const std::uint64_t size : array.shape) part.shape.push_back(cut(size));
    const std::uint64_t columns = array.shape.back(), rows = array.values.size() / columns;
    for (std::uint64_t row = 0; row < (array.shape.size() > 1 ? cut(rows) : 1); ++row) {
      const auto from = array.values.begin() + static_cast<std::ptrdiff_t>(row * columns);
      part.values.insert(part.values.end(), from, from + static_cast<std::ptrdiff_t>(cut(columns)));
    }
  }
  return made;
}

constexpr const char* kSizes = R"("hidden_size":64,"intermediate_size":176,)";

std::string qwenConfig() {
  std::string config = toyLlamaConfig("qwen2_5_vl");
  config.pop_back();
  return config + R"(,"vision_config":{"model_type":"qwen2_5_vl",)" + kSizes +
         R"("depth":2,"num_heads":4}})";
}

std::string clipConfig() {
  return std::string(R"({"model_type":"clip_vision_model",)") + kSizes +
         R"("num_hidden_layers":2,"num_attention_heads":4})";
}

std::string llavaConfig() {
  return R"({"model_type":"llava","text_config":)" + toyLlamaConfig() + R"(,"vision_config":)" +
         clipConfig() + "}";
}

void save(const TempDir& dir, const std::string& name, const Toy& toy, const std::string& config) {
  saveModel(dir / name, stored(toy), config);
}

// Classes by component.
std::map<std::string, std::string> componentsOf(const json& report) {
  std::map<std::string, std::string> classes;
  for (const json& part : report.at("pairs").at(0).at("components")) {
    classes[part.at("component")] = part.at("verdict").at("class");
  }
  return classes;
}

using Classes = std::map<std::string, std::string>;

TEST(Composites, ThatShareATowerAloneArePartialAndBothPartsAreNamed) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
              AllOf(HasSubstr("Shared in part, by component: vision tower: shared weights (p <= "),
                    HasSubstr("language model: no evidence of shared weights")));
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "no-evidence"}, {"vision tower", "shared-weights"}}));
  EXPECT_LT(report.at("verdict").at("log10_p").get<double>(), -6);
  EXPECT_THAT(report.at("verdict").at("power").get<std::string>(),
              HasSubstr("of the language model: "));
}

TEST(Composites, HaveTheirTowersUnderAnyPrefix) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  for (const char* prefix : {"model.visual.", "model.vision_model.", "tower."}) {
    save(dir, "b",
         together(renamed(toyLlama(2), "model.", "model.language_model."),
                  renamed(tuned(qwenTower(5), 6), "visual.", prefix)),
         qwenConfig());
    EXPECT_EQ(componentsOf(compared(dir, "a", "b")),
              (Classes{{"language model", "no-evidence"}, {"vision tower", "shared-weights"}}))
        << prefix;
  }
}

TEST(Composites, ThatShareTheLanguageModelAloneArePartial) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(tuned(toyLlama(1), 3), qwenTower(9)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "shared-weights"}, {"vision tower", "no-evidence"}}));
}

TEST(Composites, ATowerThatWasTakenUnchangedIsNotTheLanguageModels) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(toyLlama(2), qwenTower(5)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "no-evidence"}, {"vision tower", "identical"}}));
}

TEST(Composites, ThatAreRelatedAsAWholeAreSharedWeights) {
  TempDir dir;
  const Toy base = together(toyLlama(1), qwenTower(5));
  save(dir, "a", base, qwenConfig());
  save(dir, "b", tuned(base, 7), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "shared-weights"}, {"vision tower", "shared-weights"}}));
  save(dir, "c", base, qwenConfig());
  EXPECT_EQ(compared(dir, "a", "c").at("verdict").at("class"), "identical");
}

TEST(Composites, OfStrangersAreAccusedInNoPart) {
  TempDir dir;
  for (std::uint64_t seed = 10; seed < 40; seed += 10) {
    save(dir, "a", together(toyLlama(seed), qwenTower(seed + 1)), qwenConfig());
    save(dir, "b", together(toyLlama(seed + 2), qwenTower(seed + 3)), qwenConfig());
    const json report = compared(dir, "a", "b");
    EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
    EXPECT_EQ(componentsOf(report),
              (Classes{{"language model", "no-evidence"}, {"vision tower", "no-evidence"}}));
  }
}

TEST(Composites, OfWhichATowerWasPublishedAloneShareNoLanguageModel) {
  TempDir dir;
  save(dir, "a", qwenTower(5), qwenConfig());
  save(dir, "b", qwenTower(7), qwenConfig());
  save(dir, "c", tuned(qwenTower(5), 6), qwenConfig());
  const json strangers = compared(dir, "a", "b");
  EXPECT_EQ(strangers.at("verdict").at("class"), "no-evidence");
  EXPECT_EQ(componentsOf(strangers), (Classes{{"vision tower", "no-evidence"}}));
  EXPECT_THAT(strangers.at("verdict").at("power").get<std::string>(), HasSubstr("vision tower"));
  const json kin = compared(dir, "a", "c");
  EXPECT_EQ(kin.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(componentsOf(kin), (Classes{{"vision tower", "shared-weights"}}));
}

TEST(Composites, ShareNoPartThatIsConstantInBoth) {
  TempDir dir;
  Toy zeros = projector(1, "multi_modal_projector.linear_1.weight",
                        "multi_modal_projector.linear_2.weight");
  for (auto& [name, array] : zeros) std::fill(array.values.begin(), array.values.end(), 0.F);
  for (const std::uint64_t seed : {1U, 2U}) {
    const Toy language = renamed(toyLlama(seed), "", "language_model.");
    save(dir, std::to_string(seed),
         together(together(language, clipTower(seed + 4, "vision_tower.vision_model.")), zeros),
         llavaConfig());
  }
  const json report = compared(dir, "1", "2");
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_EQ(componentsOf(report), (Classes{{"language model", "no-evidence"},
                                           {"projector", "untestable"},
                                           {"vision tower", "no-evidence"}}));
}

// Of LLaVA's first layout config.json says nothing of the tower, and no family knows its names.
TEST(Composites, HaveATowerOfUnknownNamesComparedByContent) {
  TempDir dir;
  const std::string prefix = "model.vision_tower.vision_tower.vision_model.";
  save(dir, "a", together(toyLlama(1), clipTower(5, prefix)), toyLlamaConfig());
  save(dir, "b", together(toyLlama(2), tuned(clipTower(5, prefix), 6)), toyLlamaConfig());
  save(dir, "c", together(toyLlama(3), clipTower(8, prefix)), toyLlamaConfig());
  const json verdict = compared(dir, "a", "b").at("verdict");
  EXPECT_EQ(verdict.at("class"), "shared-weights");
  EXPECT_EQ(verdict.at("unverified"), true);
  EXPECT_THAT(support::readFile(dir / "out/report.md"),
              testing::Not(HasSubstr("residual streams")));
  EXPECT_EQ(compared(dir, "a", "c").at("verdict").at("class"), "no-evidence");
}

// A map between streams of two widths is fitted to the rows that it is judged by.
TEST(Composites, TowersOfStrangersOfTwoWidthsAreNotMoreAlikeThanAnyOrderOfThem) {
  const std::string narrow_config =
      R"({"model_type":"clip_vision_model","hidden_size":48,"intermediate_size":96,)"
      R"("num_hidden_layers":2,"num_attention_heads":4})";
  for (const std::uint64_t seed : {10U, 20U}) {
    TempDir dir;
    save(dir, "wide", clipTower(seed, "vision_model."), clipConfig());
    save(dir, "narrow", narrower(clipTower(seed + 5, "vision_model.")), narrow_config);
    EXPECT_EQ(compared(dir, "wide", "narrow").at("verdict").at("class"), "no-evidence") << seed;
    EXPECT_EQ(compared(dir, "narrow", "wide").at("verdict").at("class"), "no-evidence") << seed;
  }
}

TEST(Composites, HaveATowerThatIsFoundInAPlainTower) {
  TempDir dir;
  const Toy language = renamed(toyLlama(1), "", "language_model.");
  save(dir, "a", together(language, clipTower(5, "vision_tower.vision_model.")), llavaConfig());
  save(dir, "b", tuned(clipTower(5, "vision_model."), 6), clipConfig());
  save(dir, "c", clipTower(8, "vision_model."), clipConfig());
  EXPECT_EQ(componentsOf(compared(dir, "a", "b")), (Classes{{"vision tower", "shared-weights"}}));
  EXPECT_EQ(componentsOf(compared(dir, "a", "c")), (Classes{{"vision tower", "no-evidence"}}));
}

TEST(Composites, HaveALanguageModelThatIsFoundInAPlainOne) {
  TempDir dir;
  const Toy language = renamed(toyLlama(1), "", "language_model.");
  save(dir, "a", together(language, clipTower(5, "vision_tower.vision_model.")), llavaConfig());
  save(dir, "b", tuned(toyLlama(1), 3), toyLlamaConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(componentsOf(report), (Classes{{"language model", "shared-weights"}}));
}

TEST(Composites, AreIdentifiedByTheirComponents) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "models/tower", together(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  save(dir, "models/language", tuned(toyLlama(1), 3), toyLlamaConfig());
  save(dir, "models/stranger", together(toyLlama(8), qwenTower(9)), qwenConfig());
  const std::string print = (dir / "models" / "tower.kfp").string();
  const auto made =
      support::run({"fingerprint", (dir / "models" / "tower").string(), "--out", print});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("vision tower"));
  const auto result = support::run(
      {"identify", (dir / "a").string(), "--among", (dir / "models").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, std::string> classes;
  std::map<std::string, Classes> parts;
  const json said = json::parse(result.out);
  for (const json& candidate : said.at("candidates")) {
    const std::string name = candidate.at("model");
    classes[name] = candidate.at("class");
    if (!candidate.contains("components")) continue;
    for (const json& part : candidate.at("components")) {
      parts[name][part.at("component")] = part.at("class");
    }
  }
  const Classes shared{{"language model", "no-evidence"}, {"vision tower", "shared-weights"}};
  EXPECT_EQ(classes, (Classes{{"tower", "partial"},
                              {"tower-2", "partial"},
                              {"language", "shared-weights"},
                              {"stranger", "no-evidence"}}));
  EXPECT_EQ(parts["tower"], shared);
  EXPECT_EQ(parts["tower-2"], shared);  // as a fingerprint
  EXPECT_EQ(parts["language"], (Classes{{"language model", "shared-weights"}}));
}

struct Composite {
  const char* language;  // its model type
  const char* tower;     // likewise
  Names names;
  std::string ends = {};  // a norm behind the blocks
  std::string prefix = "language_model.";
  std::array<std::string, 2> projector = {};
};

std::vector<Composite> composites() {
  return {
      {"qwen2_vl",
       "qwen2_vl",
       {"visual.blocks.{l}.", "norm1.weight", "norm2.weight", "attn.proj.weight", "mlp.fc1.weight",
        "mlp.fc2.weight", "attn.qkv.weight"},
       "visual.merger.ln_q.weight",
       "",
       {"visual.merger.mlp.0.weight", "visual.merger.mlp.2.weight"}},
      {"qwen3_vl",
       "qwen3_vl",
       {"model.visual.blocks.{l}.", "norm1.weight", "norm2.weight", "attn.proj.weight",
        "mlp.linear_fc1.weight", "mlp.linear_fc2.weight", "attn.qkv.weight"},
       "model.visual.merger.norm.weight",
       "",
       {"model.visual.merger.linear_fc1.weight", "model.visual.merger.linear_fc2.weight"}},
      {"internvl_chat",
       "intern_vit_6b",
       {"vision_model.encoder.layers.{l}.", "norm1.weight", "norm2.weight", "attn.proj.weight",
        "mlp.fc1.weight", "mlp.fc2.weight", "attn.qkv.weight"},
       "",
       "language_model.",
       {"mlp1.1.weight", "mlp1.3.weight"}},
      {"internvl",
       "internvl_vision",
       {"vision_tower.encoder.layer.{l}.",
        "layernorm_before.weight",
        "layernorm_after.weight",
        "attention.projection_layer.weight",
        "mlp.fc1.weight",
        "mlp.fc2.weight",
        "",
        {"attention.q_proj.weight", "attention.k_proj.weight", "attention.v_proj.weight"}},
       "",
       "language_model.",
       {"multi_modal_projector.linear_1.weight", "multi_modal_projector.linear_2.weight"}},
      {"mistral3",
       "pixtral",
       {"vision_tower.transformer.layers.{l}.",
        "attention_norm.weight",
        "ffn_norm.weight",
        "attention.o_proj.weight",
        "feed_forward.up_proj.weight",
        "feed_forward.down_proj.weight",
        "",
        {"attention.q_proj.weight", "attention.k_proj.weight", "attention.v_proj.weight"},
        "feed_forward.gate_proj.weight"},
       "",
       "language_model.",
       {"multi_modal_projector.linear_1.weight", "multi_modal_projector.linear_2.weight"}},
  };
}

class Published : public testing::TestWithParam<Composite> {
 protected:
  static Toy tower(std::uint64_t seed) {
    Toy made = towerOf(seed, GetParam().names);
    if (!GetParam().ends.empty()) {
      made[GetParam().ends] = toyLlama(seed).at("model.norm.weight");
    }
    return made;
  }
  static Toy language(std::uint64_t seed) { return renamed(toyLlama(seed), "", GetParam().prefix); }
  static Toy between(std::uint64_t seed) {
    return projector(seed, GetParam().projector[0], GetParam().projector[1]);
  }
  static std::string config() {
    return std::string(R"({"model_type":")") + GetParam().language + R"(","text_config":)" +
           toyLlamaConfig() + R"(,"vision_config":{"model_type":")" + GetParam().tower + R"(",)" +
           kSizes + R"("depth":2,"num_hidden_layers":2,"num_heads":4,"num_attention_heads":4}})";
  }
};

TEST_P(Published, ThatShareATowerAreSharedInThatPart) {
  TempDir dir;
  save(dir, "a", together(together(language(1), tower(5)), between(6)), config());
  save(dir, "b", together(together(language(2), tuned(tower(5), 3)), between(7)), config());
  EXPECT_EQ(componentsOf(compared(dir, "a", "b")), (Classes{{"language model", "no-evidence"},
                                                            {"vision tower", "shared-weights"},
                                                            {"projector", "no-evidence"}}));
}

TEST_P(Published, ThatShareAProjectorAreSharedInThatPart) {
  TempDir dir;
  save(dir, "a", together(together(language(1), tower(5)), between(6)), config());
  save(dir, "b", together(together(language(2), tower(8)), tuned(between(6), 3)), config());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(componentsOf(report), (Classes{{"language model", "no-evidence"},
                                           {"vision tower", "no-evidence"},
                                           {"projector", "shared-weights"}}));
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
              HasSubstr("projector: shared weights (p <= "));
}

// Qwen3-VL merges what its tower gives on the way by MLPs of their own.
TEST(Composites, HaveMergersOfLowerLayersInTheirProjector) {
  TempDir dir;
  const Composite qwen = composites()[1];
  const auto merger = [](std::uint64_t seed, const std::string& module) {
    const std::string stem = "model.visual." + module;
    return projector(seed, stem + ".linear_fc1.weight", stem + ".linear_fc2.weight");
  };
  const auto whole = [&](std::uint64_t seed, const Toy& lower) {
    Toy made = together(renamed(toyLlama(seed), "", qwen.prefix), towerOf(seed + 1, qwen.names));
    made[qwen.ends] = toyLlama(seed + 1).at("model.norm.weight");
    return together(together(made, merger(seed + 2, "merger")), lower);
  };
  const std::string config = R"({"model_type":"qwen3_vl","text_config":)" + toyLlamaConfig() +
                             R"(,"vision_config":{"model_type":"qwen3_vl",)" + kSizes +
                             R"("depth":2,"num_heads":4}})";
  const Toy lower =
      together(merger(50, "deepstack_merger_list.0"), merger(60, "deepstack_merger_list.1"));
  const Toy others =
      together(merger(70, "deepstack_merger_list.0"), merger(80, "deepstack_merger_list.1"));
  save(dir, "a", whole(1, lower), config);
  save(dir, "b", whole(11, tuned(lower, 3)), config);
  save(dir, "c", whole(21, others), config);
  EXPECT_EQ(componentsOf(compared(dir, "a", "b")).at("projector"), "shared-weights");
  EXPECT_EQ(componentsOf(compared(dir, "a", "c")).at("projector"), "no-evidence");
}

INSTANTIATE_TEST_SUITE_P(Composites, Published, testing::ValuesIn(composites()),
                         [](const auto& test) { return std::string(test.param.language); });

TEST(Composites, OfTwoTowersHaveBothTested) {
  TempDir dir;
  const std::string config =
      R"({"model_type":"clip","text_config":{"model_type":"clip_text_model",)"
      R"("hidden_size":64,"intermediate_size":176,"num_hidden_layers":2,)"
      R"("num_attention_heads":4,"vocab_size":256},"vision_config":)" +
      clipConfig() + "}";
  const auto both = [](std::uint64_t text, std::uint64_t vision) {
    return together(clipTower(text, "text_model."), clipTower(vision, "vision_model."));
  };
  save(dir, "a", both(1, 5), config);
  save(dir, "b", tuned(both(1, 9), 3), config);
  EXPECT_EQ(componentsOf(compared(dir, "a", "b")),
            (Classes{{"language model", "shared-weights"}, {"vision tower", "no-evidence"}}));
}

TEST(Composites, OfAnEncoderThatListensAndADecoderHaveBothTested) {
  TempDir dir;
  const Names names{
      "model.encoder.layers.{l}.",
      "self_attn_layer_norm.weight",
      "final_layer_norm.weight",
      "self_attn.out_proj.weight",
      "fc1.weight",
      "fc2.weight",
      "",
      {"self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"}};
  Names decoder = names;
  decoder.block = "model.decoder.layers.{l}.";
  const std::string config =
      R"({"model_type":"whisper","d_model":64,"encoder_layers":2,"decoder_layers":1,)"
      R"("num_hidden_layers":1,"encoder_attention_heads":4,"decoder_attention_heads":4,)"
      R"("encoder_ffn_dim":176,"decoder_ffn_dim":176,"vocab_size":256})";
  const auto both = [&](std::uint64_t listens, std::uint64_t speaks) {
    return together(towerOf(listens, names), towerOf(speaks, decoder));
  };
  save(dir, "a", both(1, 5), config);
  save(dir, "b", tuned(both(1, 9), 3), config);
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "no-evidence"}, {"audio tower", "shared-weights"}}));
}

TEST(Composites, OfTwoStacksHaveTheDecoderTestedToo) {
  TempDir dir;
  const auto stack = [](const std::string& root, const char* mlp) {
    return Names{root + ".block.{l}.",
                 "layer.0.layer_norm.weight",
                 std::string(mlp) + ".layer_norm.weight",
                 "layer.0.SelfAttention.o.weight",
                 std::string(mlp) + ".DenseReluDense.wi_1.weight",
                 std::string(mlp) + ".DenseReluDense.wo.weight",
                 "",
                 {"layer.0.SelfAttention.q.weight", "layer.0.SelfAttention.k.weight",
                  "layer.0.SelfAttention.v.weight"},
                 std::string(mlp) + ".DenseReluDense.wi_0.weight"};
  };
  const std::string config = R"({"model_type":"t5","d_model":64,"num_layers":2,"num_heads":4,)"
                             R"("num_decoder_layers":2,"d_kv":16,"d_ff":176,"vocab_size":256})";
  const auto both = [&](std::uint64_t encoder, std::uint64_t decoder) {
    return together(towerOf(encoder, stack("encoder", "layer.1")),
                    towerOf(decoder, stack("decoder", "layer.2")));
  };
  save(dir, "a", both(1, 5), config);
  save(dir, "b", tuned(both(4, 5), 3), config);
  EXPECT_EQ(componentsOf(compared(dir, "a", "b")),
            (Classes{{"language model", "no-evidence"}, {"decoder", "shared-weights"}}));
}

TEST(Composites, HaveTheirPartsCalibratedByTheSamePartsOfControls) {
  TempDir dir;
  const auto composite = [&](const std::string& name, std::uint64_t seed) {
    save(dir, name, together(toyLlama(seed), qwenTower(seed + 1)), qwenConfig());
    return (dir / name).string();
  };
  std::vector<std::string> words{"compare", composite("a", 1), composite("b", 3)};
  for (const char* name : {"c", "d", "e"}) {
    words.push_back("--control");
    words.push_back(composite(name, static_cast<std::uint64_t>(10 * *name)));
  }
  save(dir, "plain", toyLlama(7), toyLlamaConfig());  // has no tower to stand beside the others'
  words.insert(words.end(), {"--control", (dir / "plain").string(), "--json", "--force", "--out",
                             (dir / "out").string()});
  const auto result = support::run(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, std::set<int>> controls;  // by model
  const json report = json::parse(result.out);
  for (const json& finding : report.at("findings")) {
    if (finding.at("basis") != "calibrated") continue;
    controls[finding.at("model_a")].insert(finding.at("details").at("controls").get<int>());
  }
  EXPECT_EQ(controls["a"], (std::set<int>{4}));
  EXPECT_EQ(controls["a (vision tower)"], (std::set<int>{3}));
}

TEST(Composites, ComeOutAgain) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  compared(dir, "a", "b");
  const auto again = support::run({"verify", (dir / "out").string()});
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
}

}  // namespace
}  // namespace kindred::clitest
