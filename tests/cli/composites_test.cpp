// Models of several parts: each part has its own verdict, and the pair's names them.
#include <gmock/gmock.h>

#include <set>

#include <nlohmann/json.hpp>

#include "compared.hpp"
#include "composite_toys.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;

TEST(Composites, ThatShareATowerAloneArePartialAndBothPartsAreNamed) {
  TempDir dir;
  saveComposite(dir, "a", withParts(toyLlama(1), qwenTower(5)), qwenConfig());
  saveComposite(dir, "b", withParts(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
              AllOf(HasSubstr("Shared in part, by component: vision tower: shared weights (p <= "),
                    HasSubstr("language model: no evidence of shared weights")));
  EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "no-evidence"},
                                                          {"vision tower", "shared-weights"}}));
  EXPECT_LT(report.at("verdict").at("log10_p").get<double>(), -6);
  EXPECT_THAT(report.at("verdict").at("power").get<std::string>(),
              HasSubstr("of the language model: "));
}

TEST(Composites, HaveTheirTowersUnderAnyPrefix) {
  TempDir dir;
  saveComposite(dir, "a", withParts(toyLlama(1), qwenTower(5)), qwenConfig());
  for (const char* prefix : {"model.visual.", "model.vision_model.", "tower."}) {
    saveComposite(dir, "b",
                  withParts(renamed(toyLlama(2), "model.", "model.language_model."),
                            renamed(tuned(qwenTower(5), 6), "visual.", prefix)),
                  qwenConfig());
    EXPECT_EQ(
        classesByComponent(compared(dir, "a", "b")),
        (ComponentClasses{{"language model", "no-evidence"}, {"vision tower", "shared-weights"}}))
        << prefix;
  }
}

TEST(Composites, ThatShareTheLanguageModelAloneArePartial) {
  TempDir dir;
  saveComposite(dir, "a", withParts(toyLlama(1), qwenTower(5)), qwenConfig());
  saveComposite(dir, "b", withParts(tuned(toyLlama(1), 3), qwenTower(9)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "shared-weights"},
                                                          {"vision tower", "no-evidence"}}));
}

TEST(Composites, ATowerThatWasTakenUnchangedIsNotTheLanguageModels) {
  TempDir dir;
  saveComposite(dir, "a", withParts(toyLlama(1), qwenTower(5)), qwenConfig());
  saveComposite(dir, "b", withParts(toyLlama(2), qwenTower(5)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_EQ(classesByComponent(report),
            (ComponentClasses{{"language model", "no-evidence"}, {"vision tower", "identical"}}));
}

TEST(Composites, ThatAreRelatedAsAWholeAreSharedWeights) {
  TempDir dir;
  const Toy base = withParts(toyLlama(1), qwenTower(5));
  saveComposite(dir, "a", base, qwenConfig());
  saveComposite(dir, "b", tuned(base, 7), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "shared-weights"},
                                                          {"vision tower", "shared-weights"}}));
  saveComposite(dir, "c", base, qwenConfig());
  EXPECT_EQ(compared(dir, "a", "c").at("verdict").at("class"), "identical");
}

TEST(Composites, OfStrangersAreAccusedInNoPart) {
  TempDir dir;
  for (std::uint64_t seed = 10; seed < 40; seed += 10) {
    saveComposite(dir, "a", withParts(toyLlama(seed), qwenTower(seed + 1)), qwenConfig());
    saveComposite(dir, "b", withParts(toyLlama(seed + 2), qwenTower(seed + 3)), qwenConfig());
    const json report = compared(dir, "a", "b");
    EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
    EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "no-evidence"},
                                                            {"vision tower", "no-evidence"}}));
  }
}

TEST(Composites, OfWhichATowerWasPublishedAloneShareNoLanguageModel) {
  TempDir dir;
  saveComposite(dir, "a", qwenTower(5), qwenConfig());
  saveComposite(dir, "b", qwenTower(7), qwenConfig());
  saveComposite(dir, "c", tuned(qwenTower(5), 6), qwenConfig());
  const json strangers = compared(dir, "a", "b");
  EXPECT_EQ(strangers.at("verdict").at("class"), "no-evidence");
  EXPECT_EQ(classesByComponent(strangers), (ComponentClasses{{"vision tower", "no-evidence"}}));
  EXPECT_THAT(strangers.at("verdict").at("power").get<std::string>(), HasSubstr("vision tower"));
  const json kin = compared(dir, "a", "c");
  EXPECT_EQ(kin.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(classesByComponent(kin), (ComponentClasses{{"vision tower", "shared-weights"}}));
}

TEST(Composites, ShareNoPartThatIsConstantInBoth) {
  TempDir dir;
  Toy zeros = projectorToy(1, "multi_modal_projector.linear_1.weight",
                           "multi_modal_projector.linear_2.weight");
  for (auto& [name, array] : zeros) std::fill(array.values.begin(), array.values.end(), 0.F);
  for (const std::uint64_t seed : {1U, 2U}) {
    const Toy language = renamed(toyLlama(seed), "", "language_model.");
    saveComposite(
        dir, std::to_string(seed),
        withParts(withParts(language, clipTower(seed + 4, "vision_tower.vision_model.")), zeros),
        llavaConfig());
  }
  const json report = compared(dir, "1", "2");
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "no-evidence"},
                                                          {"projector", "untestable"},
                                                          {"vision tower", "no-evidence"}}));
}

// Of LLaVA's first layout config.json says nothing of the tower, and no family knows its names.
TEST(Composites, HaveATowerOfUnknownNamesComparedByContent) {
  TempDir dir;
  const std::string prefix = "model.vision_tower.vision_tower.vision_model.";
  saveComposite(dir, "a", withParts(toyLlama(1), clipTower(5, prefix)), toyLlamaConfig());
  saveComposite(dir, "b", withParts(toyLlama(2), tuned(clipTower(5, prefix), 6)), toyLlamaConfig());
  saveComposite(dir, "c", withParts(toyLlama(3), clipTower(8, prefix)), toyLlamaConfig());
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
    saveComposite(dir, "wide", clipTower(seed, "vision_model."), clipConfig());
    saveComposite(dir, "narrow", narrower(clipTower(seed + 5, "vision_model.")), narrow_config);
    EXPECT_EQ(compared(dir, "wide", "narrow").at("verdict").at("class"), "no-evidence") << seed;
    EXPECT_EQ(compared(dir, "narrow", "wide").at("verdict").at("class"), "no-evidence") << seed;
  }
}

TEST(Composites, HaveATowerThatIsFoundInAPlainTower) {
  TempDir dir;
  const Toy language = renamed(toyLlama(1), "", "language_model.");
  saveComposite(dir, "a", withParts(language, clipTower(5, "vision_tower.vision_model.")),
                llavaConfig());
  saveComposite(dir, "b", tuned(clipTower(5, "vision_model."), 6), clipConfig());
  saveComposite(dir, "c", clipTower(8, "vision_model."), clipConfig());
  EXPECT_EQ(classesByComponent(compared(dir, "a", "b")),
            (ComponentClasses{{"vision tower", "shared-weights"}}));
  EXPECT_EQ(classesByComponent(compared(dir, "a", "c")),
            (ComponentClasses{{"vision tower", "no-evidence"}}));
}

TEST(Composites, HaveALanguageModelThatIsFoundInAPlainOne) {
  TempDir dir;
  const Toy language = renamed(toyLlama(1), "", "language_model.");
  saveComposite(dir, "a", withParts(language, clipTower(5, "vision_tower.vision_model.")),
                llavaConfig());
  saveComposite(dir, "b", tuned(toyLlama(1), 3), toyLlamaConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "shared-weights"}}));
}

TEST(Composites, AreIdentifiedByTheirComponents) {
  TempDir dir;
  saveComposite(dir, "a", withParts(toyLlama(1), qwenTower(5)), qwenConfig());
  saveComposite(dir, "models/tower", withParts(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  saveComposite(dir, "models/language", tuned(toyLlama(1), 3), toyLlamaConfig());
  saveComposite(dir, "models/stranger", withParts(toyLlama(8), qwenTower(9)), qwenConfig());
  const std::string print = (dir / "models" / "tower.kfp").string();
  const auto made =
      support::run({"fingerprint", (dir / "models" / "tower").string(), "--out", print});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("vision tower"));
  const auto result = support::run(
      {"identify", (dir / "a").string(), "--among", (dir / "models").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, std::string> classes;
  std::map<std::string, ComponentClasses> parts;
  const json said = json::parse(result.out);
  for (const json& candidate : said.at("candidates")) {
    const std::string name = candidate.at("model");
    classes[name] = candidate.at("class");
    if (!candidate.contains("components")) continue;
    for (const json& part : candidate.at("components")) {
      parts[name][part.at("component")] = part.at("class");
    }
  }
  const ComponentClasses shared{{"language model", "no-evidence"},
                                {"vision tower", "shared-weights"}};
  EXPECT_EQ(classes, (ComponentClasses{{"tower", "partial"},
                                       {"tower-2", "partial"},
                                       {"language", "shared-weights"},
                                       {"stranger", "no-evidence"}}));
  EXPECT_EQ(parts["tower"], shared);
  EXPECT_EQ(parts["tower-2"], shared);  // as a fingerprint
  EXPECT_EQ(parts["language"], (ComponentClasses{{"language model", "shared-weights"}}));
}

TEST(Composites, OfTwoTowersHaveBothTested) {
  TempDir dir;
  const std::string config =
      R"({"model_type":"clip","text_config":{"model_type":"clip_text_model",)"
      R"("hidden_size":64,"intermediate_size":176,"num_hidden_layers":2,)"
      R"("num_attention_heads":4,"vocab_size":256},"vision_config":)" +
      clipConfig() + "}";
  const auto both = [](std::uint64_t text, std::uint64_t vision) {
    return withParts(clipTower(text, "text_model."), clipTower(vision, "vision_model."));
  };
  saveComposite(dir, "a", both(1, 5), config);
  saveComposite(dir, "b", tuned(both(1, 9), 3), config);
  EXPECT_EQ(
      classesByComponent(compared(dir, "a", "b")),
      (ComponentClasses{{"language model", "shared-weights"}, {"vision tower", "no-evidence"}}));
}

TEST(Composites, OfAnEncoderThatListensAndADecoderHaveBothTested) {
  TempDir dir;
  const TowerNames names{
      "model.encoder.layers.{l}.",
      "self_attn_layer_norm.weight",
      "final_layer_norm.weight",
      "self_attn.out_proj.weight",
      "fc1.weight",
      "fc2.weight",
      "",
      {"self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"}};
  TowerNames decoder = names;
  decoder.block = "model.decoder.layers.{l}.";
  const std::string config =
      R"({"model_type":"whisper","d_model":64,"encoder_layers":2,"decoder_layers":1,)"
      R"("num_hidden_layers":1,"encoder_attention_heads":4,"decoder_attention_heads":4,)"
      R"("encoder_ffn_dim":176,"decoder_ffn_dim":176,"vocab_size":256})";
  const auto both = [&](std::uint64_t listens, std::uint64_t speaks) {
    return withParts(towerOf(listens, names), towerOf(speaks, decoder));
  };
  saveComposite(dir, "a", both(1, 5), config);
  saveComposite(dir, "b", tuned(both(1, 9), 3), config);
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "no-evidence"},
                                                          {"audio tower", "shared-weights"}}));
}

TEST(Composites, OfTwoStacksHaveTheDecoderTestedToo) {
  TempDir dir;
  const auto stack = [](const std::string& root, const char* mlp) {
    return TowerNames{root + ".block.{l}.",
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
    return withParts(towerOf(encoder, stack("encoder", "layer.1")),
                     towerOf(decoder, stack("decoder", "layer.2")));
  };
  saveComposite(dir, "a", both(1, 5), config);
  saveComposite(dir, "b", tuned(both(4, 5), 3), config);
  EXPECT_EQ(classesByComponent(compared(dir, "a", "b")),
            (ComponentClasses{{"language model", "no-evidence"}, {"decoder", "shared-weights"}}));
}

TEST(Composites, HaveTheirPartsCalibratedByTheSamePartsOfControls) {
  TempDir dir;
  const auto composite = [&](const std::string& name, std::uint64_t seed) {
    saveComposite(dir, name, withParts(toyLlama(seed), qwenTower(seed + 1)), qwenConfig());
    return (dir / name).string();
  };
  std::vector<std::string> words{"compare", composite("a", 1), composite("b", 3)};
  for (const char* name : {"c", "d", "e"}) {
    words.push_back("--control");
    words.push_back(composite(name, static_cast<std::uint64_t>(10 * *name)));
  }
  saveComposite(dir, "plain", toyLlama(7),
                toyLlamaConfig());  // has no tower to stand beside the others'
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
  saveComposite(dir, "a", withParts(toyLlama(1), qwenTower(5)), qwenConfig());
  saveComposite(dir, "b", withParts(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  compared(dir, "a", "b");
  const auto again = support::run({"verify", (dir / "out").string()});
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
}

}  // namespace
}  // namespace kindred::clitest
