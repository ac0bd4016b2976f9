// kindred compare where a model's names have words before them, or lack those of its family.
#include <gmock/gmock.h>

#include "recipes.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;

json comparedNames(const TempDir& dir, const std::string& a, const std::string& b) {
  const RunResult result = support::run({"compare", (dir / a).string(), (dir / b).string(),
                                         "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

struct Renaming {
  std::string body, head;  // what stands for "model." and before "lm_head."
};

class EveryPrefix : public testing::TestWithParam<Renaming> {
 protected:
  static Toy with(const Toy& toy) {
    return renamed(renamed(toy, "model.", GetParam().body), "lm_head.",
                   GetParam().head + "lm_head.");
  }
};

TEST_P(EveryPrefix, IsReadAsTheFamilysOwn) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  saveModel(dir / "kin", stored(with(tuned(base, 2))), toyLlamaConfig());
  saveModel(dir / "stranger", stored(with(toyLlama(3))), toyLlamaConfig());
  EXPECT_EQ(comparedNames(dir, "a", "stranger").at("verdict").at("class"), "no-evidence");
  const json report = comparedNames(dir, "a", "kin");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  const json coverage = report.at("pairs")[0].at("coverage");
  EXPECT_EQ(coverage.at("understood_b"), coverage.at("tensors_b")) << coverage;
  EXPECT_NE(report.at("models")[1].at("naming"), "");
  EXPECT_EQ(report.at("models")[0].at("naming"), "");
}

INSTANTIATE_TEST_SUITE_P(
    Names, EveryPrefix,
    testing::Values(Renaming{"model.language_model.", ""},
                    Renaming{"language_model.model.", "language_model."},
                    Renaming{"language_model.model.", ""}, Renaming{"model.model.", "model."},
                    Renaming{"model.model.", ""}, Renaming{"module.model.", "module."},
                    Renaming{"_orig_mod.model.", "_orig_mod."}, Renaming{"model._orig_mod.", ""},
                    Renaming{"base_model.model.model.", "base_model.model."},
                    Renaming{"module.module.model.", "module.module."},
                    Renaming{"transformer.", ""}, Renaming{"", ""},
                    Renaming{"thinker.model.", "thinker."}));

TEST(Names, OfOneLayerMayBeWrapped) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  const Toy kin = renamed(tuned(base, 2), "model.layers.1.", "model.layers.1._orig_mod.");
  saveModel(dir / "kin", stored(kin), toyLlamaConfig());
  const json report = comparedNames(dir, "a", "kin");
  const json coverage = report.at("pairs")[0].at("coverage");
  EXPECT_EQ(coverage.at("understood_b"), coverage.at("tensors_b")) << coverage;
}

TEST(Names, OfAVisionTowerAreNotTheLanguageModels) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  Toy composite = renamed(tuned(base, 2), "model.", "model.language_model.");
  Toy tower = renamed(toyLlama(7), "model.", "model.vision_tower.encoder.");
  for (const auto& [name, array] : tower) {
    if (name.find("self_attn") != std::string::npos) composite[name] = array;
  }
  saveModel(dir / "kin", stored(composite),
            R"({"model_type":"llava","text_config":)" + toyLlamaConfig() + "}");
  const json report = comparedNames(dir, "a", "kin");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(report.at("models")[1].at("naming"), "'model.language_model.' stands for 'model.'");
}

TEST(Names, OfWhichOneFitsLeaveTheOthersToTheirContents) {
  TempDir dir;
  const Toy base = toyLlama(1);
  for (const auto& [name, toy] :
       {std::pair{"a", base}, {"kin", tuned(base, 2)}, {"stranger", toyLlama(3)}}) {
    Toy odd;
    for (const auto& [tensor, array] : toy) {
      const bool fits = tensor == "lm_head.weight";
      odd[fits ? tensor : "blocks/" + std::to_string(odd.size())] = array;
    }
    saveModel(dir / name, stored(odd), toyLlamaConfig());
  }
  EXPECT_THAT(comparedNames(dir, "a", "kin").at("verdict").at("class"),
              AnyOf("shared-weights", "partial"));
  EXPECT_EQ(comparedNames(dir, "a", "stranger").at("verdict").at("class"), "no-evidence");
}

TEST(Names, OfATowerWithoutRolesAreSaidNotToBeTested) {
  TempDir dir;
  const Toy base = toyLlama(1);
  for (const auto& [name, toy] : {std::pair{"a", base}, {"b", toyLlama(3)}}) {
    Toy with_tower = toy, tower;
    for (const auto& [tensor, array] : base) {
      if (!tensor.ends_with("o_proj.weight")) continue;
      tower["vision_tower.blocks." + std::to_string(tower.size()) + ".proj"] = array;
    }
    if (std::string_view(name) == "b") tower = tuned(tower, 2);
    with_tower.merge(tower);
    saveModel(dir / name, stored(with_tower), toyLlamaConfig());
  }
  const json verdict = comparedNames(dir, "a", "b").at("verdict");
  EXPECT_EQ(verdict.at("class"), "no-evidence");
  EXPECT_THAT(verdict.at("sentence").get<std::string>(),
              HasSubstr("have no role in its family, and no test that decides has looked at them"));
}

}  // namespace
}  // namespace kindred::clitest
