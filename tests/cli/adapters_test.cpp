// Adapters: what they are, what they make of a base, and what is said of them by themselves.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include <kindred/random.hpp>

#include "recipes.hpp"
#include "servers/range_server.hpp"
#include "support/gguf.hpp"
#include "support/quantised.hpp"
#include "support/torch.hpp"
#include "toys.hpp"

namespace kindred::clitest::adapters {
namespace {

using nlohmann::json;
using support::Arrays;
using testing::AllOf;
using testing::HasSubstr;
using Vector = std::vector<double>;

// What an adapter changes of a module: scale * B A.
struct Change {
  Array a, b;
  double scale = 1;
};
using Changes = std::map<std::string, Change>;

Array drawn(Random& random, std::uint64_t rows, std::uint64_t columns, double most) {
  Array array{{rows, columns}, std::vector<double>(rows * columns)};
  for (double& value : array.values) value = most * (2 * random.unit() - 1);
  return array;
}

// Of every projection of a model (or those whose name holds `only`), of one rank and alpha.
Changes changesOf(const Toy& base, std::uint64_t seed, std::uint64_t rank = 4,
                  const std::string& only = "proj", double alpha = 8) {
  Random random(seed);
  Changes changes;
  for (const auto& [name, array] : base) {
    if (name.find(only) == std::string::npos) continue;
    const std::uint64_t outputs = array.shape[0], inputs = array.shape[1];
    changes[name.substr(0, name.size() - 7)] = {drawn(random, rank, inputs, 0.3),
                                                drawn(random, outputs, rank, 0.1),
                                                alpha / static_cast<double>(rank)};
  }
  return changes;
}

const std::string kPrefix = "base_model.model.";

Toy factorsOf(const Changes& changes) {
  Toy factors;
  for (const auto& [module, change] : changes) {
    factors[kPrefix + module + ".lora_A.weight"] = change.a;
    factors[kPrefix + module + ".lora_B.weight"] = change.b;
  }
  return factors;
}

// A whole model as it is saved while PEFT wraps it.
Toy wrapped(const Toy& toy, const Changes& changes) {
  Toy all;
  for (const auto& [name, array] : toy) {
    const std::string module = name.substr(0, name.size() - 7);
    const auto change = changes.find(module);
    if (change == changes.end()) {
      all[kPrefix + name] = array;
      continue;
    }
    all[kPrefix + module + ".base_layer.weight"] = array;
    all[kPrefix + module + ".lora_A.default.weight"] = change->second.a;
    all[kPrefix + module + ".lora_B.default.weight"] = change->second.b;
  }
  return all;
}

std::vector<TestTensor> inFull(const Toy& toy) {
  std::vector<TestTensor> tensors;
  for (const auto& [name, array] : toy) {
    tensors.push_back(support::tensorOf(name, DType::F32, array.shape, array.values));
  }
  return tensors;
}

std::string configOf(const std::string& more = "", const std::string& type = "LORA") {
  return R"({"peft_type":")" + type +
         R"(","base_model_name_or_path":"org/base","revision":"v1","r":4,"lora_alpha":8,)"
         R"("target_modules":["q_proj","v_proj"])" +
         more + "}";
}

void saveAdapter(const std::filesystem::path& folder, const Toy& tensors,
                 const std::string& config = configOf()) {
  std::filesystem::create_directories(folder);
  support::writeSafetensors(folder / "adapter_model.safetensors", inFull(tensors));
  if (!config.empty()) std::ofstream(folder / "adapter_config.json") << config;
}

double at(const Array& array, std::uint64_t row, std::uint64_t column) {
  return array.values[row * array.shape[1] + column];
}

Toy merged(Toy model, const Changes& changes) {
  for (const auto& [module, change] : changes) {
    Array& weights = model.at(module + ".weight");
    for (std::uint64_t o = 0; o < weights.shape[0]; ++o) {
      for (std::uint64_t i = 0; i < weights.shape[1]; ++i) {
        double sum = 0;
        for (std::uint64_t k = 0; k < change.a.shape[0]; ++k) {
          sum += at(change.b, o, k) * at(change.a, k, i);
        }
        weights.values[o * weights.shape[1] + i] += change.scale * sum;
      }
    }
  }
  return model;
}

RunResult compare(const TempDir& dir, const std::string& a, const std::string& b,
                  const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"compare", a, b, "--force", "--out", (dir / "out").string(),
                                 "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return support::run(words);
}

std::string path(const TempDir& dir, const std::string& name) { return (dir / name).string(); }
std::string both(const TempDir& dir) { return path(dir, "base") + "+" + path(dir, "lora"); }

// Base in base/, its adapter in lora/.
class Adapters : public testing::Test {
 protected:
  void save(const Toy& factors, const std::string& config = configOf()) {
    saveModel(dir_ / "base", inFull(base_), toyLlamaConfig());
    saveAdapter(dir_ / "lora", factors, config);
  }

  // The largest absolute difference from `expected` of any number of the base with the adapter.
  double differenceFrom(const Toy& expected) {
    saveModel(dir_ / "expected", inFull(expected), toyLlamaConfig());
    const RunResult result = runRecipe(
        dir_,
        "kindred: 1\ntitle: a test\nsources:\n  disk: {plugin: local-mmap, root: .}\nmodels:\n"
        "  a: disk:expected\n  b: {at: disk:base, adapter: disk:lora}\nsteps:\n"
        "  - {name: same, compare: [a, b], metrics: [mad]}\n");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    if (result.exit_code != 0) return 1;
    const json summary = summaryOf(reportOf(dir_), "same", "mad", "max");
    EXPECT_EQ(summary.at("count"), expected.size());
    return summary.at("max");
  }

  std::string whyRefused(const Toy& factors, const std::string& config) {
    save(factors, config);
    const RunResult result = compare(dir_, path(dir_, "base"), both(dir_));
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    return result.err;
  }

  TempDir dir_;
  Toy base_ = toyLlama(1);
  Changes changes_ = changesOf(base_, 5);
};

TEST_F(Adapters, ThatWrapAWholeModelLeaveItAModel) {
  saveModel(dir_ / "a", stored(base_), toyLlamaConfig());
  saveModel(dir_ / "b", stored(wrapped(tuned(base_, 2), changes_)), toyLlamaConfig());
  const RunResult result = support::run({"compare", path(dir_, "a"), path(dir_, "b"), "--json",
                                         "--force", "--out", path(dir_, "out")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out).at("verdict").at("class"), "shared-weights");
}

TEST_F(Adapters, AreDescribed) {
  save(factorsOf(changes_));
  const RunResult result = support::run({"inspect", path(dir_, "lora")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("adapter       LoRA, a change of another model"),
                    HasSubstr("base          org/base"), HasSubstr("revision      v1"),
                    HasSubstr("rank          4\n"), HasSubstr("alpha         8\n"),
                    HasSubstr("targets       q_proj, v_proj"),
                    HasSubstr("changes       14 modules in 2 layers, 0 tensors held whole"),
                    HasSubstr("BASE+ADAPTER"), HasSubstr("against a model")));
  const json file = json::parse(support::run({"inspect", "--json", path(dir_, "lora")}).out);
  EXPECT_EQ(file.at("adapter").at("base"), "org/base");
  EXPECT_EQ(file.at("adapter").at("modules").size(), 14u);
  EXPECT_EQ(file.at("architecture"), json());
}

TEST_F(Adapters, WhoseMethodIsInSmallLettersAreApplied) {
  save(factorsOf(changes_), configOf("", "lora"));
  EXPECT_LT(differenceFrom(merged(base_, changes_)), 1e-5);
}

TEST_F(Adapters, OfOtherMethodsAreNamed) {
  save({{kPrefix + "model.layers.0.mlp.down_proj.ia3_l", Array{{1, 176}, Vector(176, 1)}}},
       configOf("", "IA3"));
  const RunResult result = support::run({"inspect", path(dir_, "lora")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("(IA)3, a change of another model"),
                                HasSubstr("not: its method is (IA)3")));
  EXPECT_THAT(compare(dir_, path(dir_, "base"), both(dir_)).err,
              HasSubstr("LoRA's alone is applied"));
}

TEST_F(Adapters, CannotBeTestedAgainstAModel) {
  save(factorsOf(changes_));
  const RunResult result = compare(dir_, path(dir_, "base"), path(dir_, "lora"));
  EXPECT_EQ(result.exit_code, 2);  // nothing was compared
  const json verdict = json::parse(result.out).at("verdict");
  EXPECT_EQ(verdict.at("class"), "untestable");
  EXPECT_THAT(std::string(verdict.at("sentence")),
              AllOf(HasSubstr("lora is an adapter (LoRA of rank 4, for 'org/base')"),
                    HasSubstr("BASE+ADAPTER")));
  saveModel(dir_ / "all" / "base", inFull(base_), toyLlamaConfig());
  saveModel(dir_ / "all" / "child", inFull(tuned(base_, 3)), toyLlamaConfig());
  saveAdapter(dir_ / "all" / "lora", factorsOf(changes_));
  const RunResult all = support::run(
      {"compare", "--all", path(dir_, "all"), "--force", "--out", path(dir_, "out"), "--json"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  std::map<std::string, int> classes;
  const json pairs = json::parse(all.out).at("pairs");
  for (const json& pair : pairs) ++classes[pair.at("verdict").at("class")];
  EXPECT_EQ(classes["untestable"], 2);
  EXPECT_EQ(classes["shared-weights"], 1);
}

TEST_F(Adapters, OnTheirBaseAreWhatTheirMakersMerge) {
  save(factorsOf(changes_));
  EXPECT_LT(differenceFrom(merged(base_, changes_)), 1e-6);
}

TEST_F(Adapters, ScaleByTheRootOfTheirRankWhereTheySaySo) {
  save(factorsOf(changes_), configOf(R"(,"use_rslora":true)"));
  for (auto& [module, change] : changes_) change.scale = 4;
  EXPECT_LT(differenceFrom(merged(base_, changes_)), 1e-6);
}

TEST_F(Adapters, HaveRanksAndAlphasByModule) {
  Changes wide = changesOf(base_, 6, 16, "layers.0.mlp.up_proj", 64);
  changes_.merge(wide);
  changes_["model.layers.0.mlp.up_proj"] =
      changesOf(base_, 6, 16, "layers.0.mlp.up_proj", 64).at("model.layers.0.mlp.up_proj");
  save(factorsOf(changes_), configOf(R"(,"rank_pattern":{"model.layers.0.mlp.up_proj":16},)"
                                     R"("alpha_pattern":{"layers.0.mlp.up_proj":64})"));
  EXPECT_LT(differenceFrom(merged(base_, changes_)), 1e-6);
  EXPECT_THAT(support::run({"inspect", path(dir_, "lora")}).out,
              AllOf(HasSubstr("rank          4 to 16"), HasSubstr("alpha         8, 64")));
}

TEST_F(Adapters, ReplaceWhatTheyHoldWholeAndChangeEmbeddings) {
  Toy factors = factorsOf(changes_), expected = merged(base_, changes_);
  factors[kPrefix + "lm_head.weight"] = expected["lm_head.weight"] =
      toyLlama(8).at("lm_head.weight");
  Random random(3);
  const Array a = drawn(random, 4, 256, 0.3), b = drawn(random, 64, 4, 0.3);
  factors[kPrefix + "model.embed_tokens.lora_embedding_A"] = a;
  factors[kPrefix + "model.embed_tokens.lora_embedding_B"] = b;
  for (std::uint64_t t = 0; t < 256; ++t) {
    for (std::uint64_t c = 0; c < 64; ++c) {
      for (std::uint64_t k = 0; k < 4; ++k) {
        expected["model.embed_tokens.weight"].values[t * 64 + c] += 2 * at(b, c, k) * at(a, k, t);
      }
    }
  }
  save(factors);
  EXPECT_LT(differenceFrom(expected), 1e-6);
}

TEST_F(Adapters, GiveRowsTheirLengthsWhereTheyAreDoRA) {
  Toy factors = factorsOf(changes_), expected = merged(base_, changes_);
  for (const auto& [module, change] : changes_) {
    Array& weights = expected.at(module + ".weight");
    const std::uint64_t rows = weights.shape[0], columns = weights.shape[1];
    Array lengths{{rows}, std::vector<double>(rows)};
    for (std::uint64_t r = 0; r < rows; ++r) {
      lengths.values[r] = 0.5 + 0.01 * static_cast<double>(r);
      double sum = 0;
      for (std::uint64_t c = 0; c < columns; ++c) sum += at(weights, r, c) * at(weights, r, c);
      for (std::uint64_t c = 0; c < columns; ++c) {
        weights.values[r * columns + c] *= lengths.values[r] / std::sqrt(sum);
      }
    }
    factors[kPrefix + module + ".lora_magnitude_vector"] = lengths;
  }
  save(factors, configOf(R"(,"use_dora":true)"));
  EXPECT_LT(differenceFrom(expected), 1e-6);
  EXPECT_THAT(support::run({"inspect", path(dir_, "lora")}).out, HasSubstr("DoRA"));
}

// As GPT-2's are.
TEST_F(Adapters, ChangeMatricesThatAreStoredTheOtherWay) {
  const auto turned = [](const Array& array) {
    Array other{{array.shape[1], array.shape[0]}, {}};
    for (std::uint64_t c = 0; c < array.shape[1]; ++c) {
      for (std::uint64_t r = 0; r < array.shape[0]; ++r) other.values.push_back(at(array, r, c));
    }
    return other;
  };
  save(factorsOf(changes_), configOf(R"(,"fan_in_fan_out":true)"));
  Toy expected = merged(base_, changes_), base = base_;
  for (const auto& [module, change] : changes_) {
    for (Toy* toy : {&expected, &base}) {
      Array& weights = toy->at(module + ".weight");
      weights = turned(weights);
    }
  }
  saveModel(dir_ / "base", inFull(base), toyLlamaConfig());
  EXPECT_LT(differenceFrom(expected), 1e-6);
}

TEST_F(Adapters, OnQuantisedBasesAddToTheirNumbers) {
  save(factorsOf(changes_));
  saveModel(dir_ / "base", support::quantised(base_, support::Quantised::fp8_rows),
            support::quantisedConfig(toyLlamaConfig(), support::Quantised::fp8_rows));
  const double off = differenceFrom(merged(base_, changes_));
  EXPECT_GT(off, 0);
  EXPECT_LT(off, 0.03);  // of the rounding, where the change is 0.05
}

TEST_F(Adapters, WithTheirBaseAreKinOfItAndNoStrangers) {
  save(factorsOf(changes_));
  const RunResult result = compare(dir_, path(dir_, "base"), both(dir_));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(report.at("models")[1].at("key"), "base-with-lora");
  EXPECT_THAT(std::string(report.at("models")[1].at("notes").dump()),
              HasSubstr("14 of 21 tensors change"));
  // What the adapter leaves alone is the base's own bytes, and what it changes is nobody's.
  const json components = report.at("pairs")[0].at("coverage").at("components");
  std::uint64_t equal = 0, changed = 0;
  for (const json& part : components) {
    equal += part.at("equal").get<std::uint64_t>();
    changed += part.at("changed").get<std::uint64_t>();
  }
  EXPECT_EQ(equal, 7u);
  EXPECT_EQ(changed, 14u);
  EXPECT_EQ(support::run({"verify", path(dir_, "out")}).exit_code, 0);

  saveModel(dir_ / "stranger", inFull(toyLlama(2)), toyLlamaConfig());
  const RunResult other = compare(dir_, path(dir_, "stranger"), both(dir_));
  EXPECT_EQ(json::parse(other.out).at("verdict").at("class"), "no-evidence");
}

TEST_F(Adapters, OfTorchAreAdaptersToo) {
  save(factorsOf(changes_));
  std::filesystem::remove(dir_ / "lora/adapter_model.safetensors");
  dir_.write("lora/adapter_model.bin", support::torchBytes(inFull(factorsOf(changes_))));
  EXPECT_LT(differenceFrom(merged(base_, changes_)), 1e-6);
}

TEST_F(Adapters, AreFoundUnderOtherPrefixes) {
  save(renamed(factorsOf(changes_), kPrefix + "model.", kPrefix));
  EXPECT_LT(differenceFrom(merged(base_, changes_)), 1e-6);
}

TEST_F(Adapters, ThatDoNotFitSayWhatDoesNot) {
  const Toy factors = factorsOf(changes_);
  Toy other = factors;
  other[kPrefix + "model.layers.7.mlp.up_proj.lora_A.weight"] = {{4, 64}, Vector(256, 1)};
  other[kPrefix + "model.layers.7.mlp.up_proj.lora_B.weight"] = {{176, 4}, Vector(704, 1)};
  EXPECT_THAT(whyRefused(other, configOf()),
              AllOf(HasSubstr("adapter_model.safetensors"), HasSubstr("layers.7.mlp.up_proj"),
                    HasSubstr("not in"), HasSubstr("its base is 'org/base'")));
  other = factors;
  other[kPrefix + "model.layers.0.mlp.up_proj.lora_B.weight"] = {{99, 4}, Vector(396, 1)};
  EXPECT_THAT(whyRefused(other, configOf()), HasSubstr("[99, 64], which does not fit"));
  other = factors;
  other.erase(kPrefix + "model.layers.0.mlp.up_proj.lora_B.weight");
  EXPECT_THAT(whyRefused(other, configOf()), HasSubstr("has no lora_B"));
  other = factors;
  other[kPrefix + "lm_head.weight"] = {{256, 9}, Vector(2304, 1)};
  EXPECT_THAT(whyRefused(other, configOf()), HasSubstr("is [256, 9], and it stands for [256, 64]"));
  std::filesystem::remove(dir_ / "lora/adapter_config.json");
  EXPECT_THAT(whyRefused(factors, ""), HasSubstr("adapter_config.json is not beside it"));
  EXPECT_THAT(whyRefused(factors, configOf(R"(,"init_lora_weights":"pissa")")),
              HasSubstr("from which its start was taken out"));
  EXPECT_THAT(whyRefused(factors, configOf(R"(,"alpha_pattern":{".*\\.up_proj":3})")),
              HasSubstr("does not say in plain words"));
}

TEST_F(Adapters, InTheNamesOfOtherToolsAreRefusedByTheirs) {
  const Array a{{4, 64}, Vector(256, 1)}, b{{64, 4}, Vector(256, 1)};
  const std::string kohya = "lora_te_text_model_encoder_layers_0_self_attn_q_proj";
  EXPECT_THAT(
      whyRefused({{kohya + ".lora_down.weight", a}, {kohya + ".lora_up.weight", b}}, ""),
      AllOf(HasSubstr("as kohya's tools name LoRA's"), HasSubstr("merge it into its base")));
  EXPECT_THAT(
      whyRefused({{"unet.mid.to_q.lora.down.weight", a}, {"unet.mid.to_q.lora.up.weight", b}}, ""),
      HasSubstr("as diffusers names LoRA's"));
  support::GgufWriter writer;
  writer.text("general.architecture", "llama");
  writer.text("general.type", "adapter");
  writer.tensor("blk.0.attn_q.weight.lora_a", 0, {4, 64}, std::string(1024, '\1'));
  writer.tensor("blk.0.attn_q.weight.lora_b", 0, {64, 4}, std::string(1024, '\1'));
  dir_.write("lora.gguf", writer.bytes());
  const RunResult result =
      compare(dir_, path(dir_, "base"), path(dir_, "base") + "+" + path(dir_, "lora.gguf"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("as llama.cpp or mlx-lm names LoRA's"));
}

TEST_F(Adapters, WhoseConfigurationIsWrongAreRefusedInALine) {
  const Toy factors = factorsOf(changes_);
  EXPECT_THAT(whyRefused(factors, configOf(R"(,"r":99999999999)")), HasSubstr("has rank 4"));
  EXPECT_THAT(whyRefused(factors, configOf(R"(,"r":"four")")), HasSubstr("whole number"));
  EXPECT_THAT(whyRefused(factors, configOf(R"(,"lora_alpha":"big")")), HasSubstr("a number"));
  EXPECT_THAT(whyRefused(factors, configOf(R"(,"rank_pattern":[1])")), HasSubstr("an object"));
  EXPECT_THAT(whyRefused(factors, configOf(R"(,"use_dora":1)")), HasSubstr("true or false"));
  EXPECT_THAT(
      whyRefused(factors, configOf(",\"x\":" + std::string(50, '[') + std::string(50, ']'))),
      HasSubstr("nested deeper"));
  EXPECT_THAT(whyRefused(factors, "{\"peft_type\":"), HasSubstr("not valid JSON"));
  EXPECT_THAT(whyRefused(factors, "[]"), HasSubstr("not a JSON object"));
}

TEST_F(Adapters, AndModelsAreNotTakenForEachOther) {
  save(factorsOf(changes_));
  const std::string base = path(dir_, "base"), lora = path(dir_, "lora");
  EXPECT_THAT(compare(dir_, base, base + "+" + base).err, HasSubstr("is a whole model"));
  EXPECT_THAT(compare(dir_, base, lora + "+" + base).err, HasSubstr("it is an adapter"));
  std::filesystem::rename(dir_ / "base", dir_ / "a+b");
  EXPECT_EQ(support::run({"inspect", path(dir_, "a+b")}).exit_code, 0);  // a path that exists
  EXPECT_EQ(support::run({"inspect", path(dir_, "a+b") + "+" + lora}).exit_code, 0);
}

TEST_F(Adapters, AreReadFromServers) {
  save(factorsOf(changes_));
  servers::RangeServer server;
  const auto publish = [&](const std::string& repo, const std::string& folder,
                           const std::vector<std::string>& names) {
    std::map<std::string, servers::Content> files;
    for (const std::string& name : names) {
      files[name] = servers::fileContent(dir_ / (folder + "/" + name));
    }
    server.publish(repo, "main", std::string(40, repo.back() == 'e' ? 'a' : 'b'), files);
  };
  publish("org/base", "base", {"config.json", "model.safetensors"});
  publish("org/lora", "lora", {"adapter_config.json", "adapter_model.safetensors"});
  const support::RunOptions options{{{"HF_ENDPOINT", server.endpoint()},
                                     {"HF_HOME", path(dir_, "hub")},
                                     {"XDG_CACHE_HOME", path(dir_, "cache")}}};
  const RunResult inspected = support::run({"inspect", "org/lora"}, options);
  EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
  EXPECT_THAT(inspected.out, HasSubstr("rank          4"));
  saveModel(dir_ / "merged", inFull(merged(base_, changes_)), toyLlamaConfig());
  // Both from the server, and a base there with an adapter here.
  for (const std::string& adapter : {std::string("org/lora"), path(dir_, "lora")}) {
    const RunResult result = support::run({"compare", path(dir_, "merged"), "org/base+" + adapter,
                                           "--force", "--out", path(dir_, "out"), "--json"},
                                          options);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json report = json::parse(result.out);
    EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
    EXPECT_THAT(report.at("models").dump(), AllOf(HasSubstr("org/base@aaaa"), HasSubstr(" + ")));
  }
}

// Training moves factors that began at random.
Changes moved(Changes changes, std::uint64_t seed, double most = 0.1) {
  Random random(seed);
  for (auto& [module, change] : changes) {
    for (Array* factor : {&change.a, &change.b}) {
      for (double& value : factor->values) value += most * (2 * random.unit() - 1);
    }
  }
  return changes;
}

class TwoAdapters : public testing::Test {
 protected:
  json compared(const Changes& a, const Changes& b, const std::string& more = "") {
    saveAdapter(dir_ / "a", factorsOf(a), configOf(more));
    saveAdapter(dir_ / "b", factorsOf(b), configOf(more));
    const RunResult result = compare(dir_, path(dir_, "a"), path(dir_, "b"));
    report_ = json::parse(result.out);
    exit_code_ = result.exit_code;
    return report_.at("verdict");
  }

  // That every module has this rank.
  std::string ranks(int rank) const {
    std::string list;
    for (const auto& [module, change] : changes_) {
      list += (list.empty() ? "" : ",") + support::jsonString(module) + ":" + std::to_string(rank);
    }
    return ",\"rank_pattern\":{" + list + "}";
  }

  TempDir dir_;
  json report_;
  int exit_code_ = -1;
  Toy base_ = toyLlama(1);
  Changes changes_ = changesOf(base_, 5);
};

TEST_F(TwoAdapters, OneTrainedFromTheOtherShareWeights) {
  const json verdict = compared(changes_, moved(changes_, 9));
  EXPECT_EQ(exit_code_, 0);
  EXPECT_EQ(verdict.at("class"), "shared-weights");
  EXPECT_LT(verdict.at("log10_p"), -10);
  EXPECT_THAT(std::string(verdict.at("sentence")),
              AllOf(HasSubstr("are adapters"), HasSubstr("axis adapter-rank"),
                    HasSubstr("share their start"), HasSubstr("bases were not compared")));
  EXPECT_EQ(report_.at("findings")[0].at("basis"), "exact");
  EXPECT_EQ(report_.at("findings")[0].at("units"), 14 * 4);
}

TEST_F(TwoAdapters, OfOneStartAloneAreToldAsSuch) {
  Changes other = changesOf(base_, 77);
  for (auto& [module, change] : other) change.a = changes_.at(module).a;
  const json verdict = compared(changes_, other);
  EXPECT_EQ(verdict.at("class"), "shared-weights");
  EXPECT_THAT(std::string(verdict.at("sentence")),
              HasSubstr("not trained stay as they were drawn"));
}

TEST_F(TwoAdapters, TrainedApartAreNoEvidenceAndSayTheirPower) {
  const json verdict = compared(changes_, changesOf(base_, 77));
  EXPECT_EQ(exit_code_, 0);
  EXPECT_EQ(verdict.at("class"), "no-evidence");
  EXPECT_THAT(std::string(verdict.at("power")), HasSubstr("components of adapters (56 coins"));
}

// As PEFT saves embeddings that it takes for changed.
TEST_F(TwoAdapters, ThatHoldPartsOfOneBaseWholeAreNoKinForThat) {
  const auto save = [&](const std::string& name, std::uint64_t seed) {
    Toy tensors = factorsOf(changesOf(base_, seed));
    tensors[kPrefix + "model.embed_tokens.weight"] = base_.at("model.embed_tokens.weight");
    saveAdapter(dir_ / name, tensors);
  };
  save("a", 5);
  save("b", 6);
  const json report = json::parse(compare(dir_, path(dir_, "a"), path(dir_, "b")).out);
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_THAT(report.dump(), HasSubstr("may be their base's"));
}

TEST_F(TwoAdapters, InAnyOrderOfComponentsAndOfOtherRanksAreCompared) {
  Changes shuffled = moved(changes_, 9, 0.05);
  for (auto& [module, change] : shuffled) {  // the second half of the components, and one more
    const std::uint64_t inputs = change.a.shape[1], outputs = change.b.shape[0];
    Array a{{3, inputs}, {}}, b{{outputs, 3}, {}};
    for (const std::uint64_t k : {3u, 2u, 0u}) {
      for (std::uint64_t i = 0; i < inputs; ++i) a.values.push_back(at(change.a, k, i));
    }
    for (std::uint64_t o = 0; o < outputs; ++o) {
      for (const std::uint64_t k : {3u, 2u, 0u}) b.values.push_back(at(change.b, o, k));
    }
    change.a = a;
    change.b = b;
  }
  saveAdapter(dir_ / "a", factorsOf(changes_));
  saveAdapter(dir_ / "b", factorsOf(shuffled), configOf(ranks(3)));
  const json report = json::parse(compare(dir_, path(dir_, "a"), path(dir_, "b")).out);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
}

TEST_F(TwoAdapters, ThatCannotBeTestedSayWhy) {
  Changes none = changes_;  // never trained: B is zero, and A of its own start
  for (auto& [module, change] : none) std::fill(change.b.values.begin(), change.b.values.end(), 0);
  EXPECT_EQ(compared(none, changesOf(base_, 8)).at("class"), "no-evidence");
  EXPECT_EQ(
      compared(changesOf(base_, 5, 4, "q_proj"), changesOf(base_, 5, 4, "v_proj")).at("class"),
      "untestable");
  EXPECT_THAT(report_.dump(), HasSubstr("change no module of one name"));
  EXPECT_EQ(exit_code_, 2);
  // A start that was computed from the base is no draw.
  EXPECT_EQ(compared(changes_, moved(changes_, 9), R"(,"init_lora_weights":"eva")").at("class"),
            "untestable");
  // What was made of halves that are copies of each other was not drawn either.
  Changes doubled = changes_;
  for (auto& [module, change] : doubled) {
    for (std::uint64_t i = 0; i < change.a.shape[1]; ++i) {
      change.a.values[i] = change.a.values[change.a.shape[1] + i];
    }
  }
  EXPECT_EQ(compared(doubled, moved(doubled, 9)).at("class"), "untestable");
}

}  // namespace
}  // namespace kindred::clitest::adapters
