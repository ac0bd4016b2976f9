// Models whose files are not what they should be: what is wrong is said by name.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "demo.hpp"
#include "recipes.hpp"
#include "support/gguf.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using support::GgufWriter;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const char* const kLfsPointer = "version https://git-lfs.github.com/spec/v1\nsize 500\n";

RunResult inspectionOf(const fs::path& path) { return support::run({"inspect", path.string()}); }

RunResult comparisonIn(const TempDir& dir, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compare");
  arguments.insert(arguments.end(), {"--force", "--out", (dir / "out").string()});
  return support::run(arguments);
}

// Queries of four heads of 16, with what `more` writes.
template <class More>
std::string ggufWith(const char* tensor, const More& more) {
  constexpr std::uint32_t kF16 = 1;
  GgufWriter writer;
  writer.text("general.architecture", "llama");
  writer.number("llama.embedding_length", 64);
  more(writer);
  writer.tensor(tensor, kF16, {64, 64}, std::string(64 * 64 * 2, '\1'));
  return writer.bytes();
}

constexpr const char* kQueryName = "blk.0.attn_q.weight";

TEST(Indices, ThatAreNamedByPathAreReadWithTheirShards) {
  TempDir dir;
  for (const char* part : {"1", "2"}) {
    support::writeSafetensors(dir / "m" / ("model-" + std::string(part) + "-of-2.safetensors"),
                              {support::tensorOf(part, DType::F32, {1}, {1})});
  }
  const auto index = dir.write("m/model.safetensors.index.json",
                               R"({"weight_map":{"1":"model-1-of-2.safetensors",)"
                               R"("2":"model-2-of-2.safetensors"}})");
  const RunResult result = inspectionOf(index);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("tensors       2 in 2 files\n"));
  EXPECT_EQ(comparisonIn(dir, {index.string(), (dir / "m").string()}).exit_code, 0);
}

TEST(GgufParts, AreRefusedWhereTwoAreOne) {
  TempDir dir;
  const auto part = [](std::uint32_t number, const char* tensor) {
    return ggufWith(tensor, [&](GgufWriter& writer) {
      writer.number("split.no", number);
      writer.number("split.count", 2);
    });
  };
  dir.write("m/m-00001-of-00002.gguf", part(0, kQueryName));
  dir.write("m/m-00002-of-00002.gguf", part(0, kQueryName));
  const RunResult twice = inspectionOf(dir / "m");
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("m-00002-of-00002.gguf: it is read as part 2 of the model, and "
                                   "by its header it is part 1"));
  dir.write("m/m-00002-of-00002.gguf", part(1, kQueryName));
  EXPECT_THAT(inspectionOf(dir / "m").err,
              HasSubstr("m-00002-of-00002.gguf: tensor 'blk.0.attn_q.weight' "
                        "is also in 'm-00001-of-00002.gguf'"));
  dir.write("m/m-00002-of-00002.gguf", part(1, "blk.1.attn_q.weight"));
  EXPECT_EQ(inspectionOf(dir / "m").exit_code, 0);
}

TEST(GgufKeys, WithAValueForEachLayerAreOneNumberWhereAllAreEqual) {
  TempDir dir;
  const auto inspected = [&](const std::vector<std::uint32_t>& heads,
                             const std::vector<std::uint32_t>& units) {
    return inspectionOf(dir.write("m.gguf", ggufWith(kQueryName, [&](GgufWriter& writer) {
                                    writer.numbers("llama.attention.head_count", heads);
                                    writer.numbers("llama.feed_forward_length", units);
                                  })));
  };
  const RunResult equal = inspected({4, 4}, {128, 128});
  EXPECT_EQ(equal.exit_code, 0) << equal.err;
  EXPECT_THAT(equal.out, HasSubstr("heads in pairs"));
  EXPECT_EQ(equal.err, "");
  const RunResult mixed = inspected({4, 4}, {128, 256});
  EXPECT_EQ(mixed.exit_code, 0) << mixed.err;
  EXPECT_THAT(mixed.err, HasSubstr("'llama.feed_forward_length' is a list of values that are not "
                                   "all one number, and is not read"));
}

TEST(GgufKeys, ThatNoModelHasAreNamedWithTheirFile) {
  TempDir dir;
  const auto refused = [&](const char* key, std::uint32_t value) {
    const RunResult result = inspectionOf(dir.write(
        "m.gguf", ggufWith(kQueryName, [&](GgufWriter& writer) { writer.number(key, value); })));
    EXPECT_EQ(result.exit_code, 2) << result.out;
    return result.err;
  };
  EXPECT_THAT(refused("llama.attention.head_count", 4294967295u),
              AllOf(HasSubstr("m.gguf: 'llama.attention.head_count' is 4294967295, not a whole "
                              "number from 0 to 2147483647"),
                    Not(HasSubstr("config.json"))));
  EXPECT_THAT(refused("general.alignment", 1u << 31),
              HasSubstr("general.alignment is 2147483648; the limit is 1073741824"));
  EXPECT_THAT(refused("general.alignment", 3), HasSubstr("no power of two"));
}

TEST(Files, InCapitalsAreFound) {
  TempDir dir;
  fs::create_directories(dir / "m");
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  fs::copy_file(dir / "a/model.safetensors", dir / "m/MODEL.SAFETENSORS");
  EXPECT_EQ(inspectionOf(dir / "m").exit_code, 0);
}

TEST(Files, ThatAreNoneAreSaidToBeFoldersAndPipes) {
  TempDir dir;
  const auto broken = [&](const char* name, bool pipe) {
    fs::remove_all(dir / "m");
    saveModel(dir / "m", stored(toyLlama(1)), toyLlamaConfig());
    fs::remove(dir / "m" / name);
    if (pipe) {
      EXPECT_EQ(::mkfifo((dir / "m" / name).c_str(), 0600), 0);
    } else {
      fs::create_directory(dir / "m" / name);
    }
    const RunResult result = inspectionOf(dir / "m");
    EXPECT_EQ(result.exit_code, 2) << result.out;
    return result.err;
  };
  for (const char* name : {"config.json", "model.safetensors"}) {
    EXPECT_THAT(broken(name, true), HasSubstr("m/" + std::string(name) + ": is a pipe"));
    EXPECT_THAT(broken(name, false), HasSubstr("m/" + std::string(name) + ": is a folder"));
  }
}

TEST(Files, ThatAreLinksToThemselvesAreSaidToBe) {
  TempDir dir;
  fs::create_directories(dir / "m");
  fs::create_symlink("model.safetensors", dir / "m/model.safetensors");
  EXPECT_THAT(inspectionOf(dir / "m").err, HasSubstr("a link that leads back to itself"));
}

// Two relatives, and one model on a server that no one can reach.
RunResult comparedWithOneOutOfReach(const TempDir& dir, std::vector<std::string> more) {
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(tuned(toyLlama(1), 2)), toyLlamaConfig());
  support::RunOptions options;
  options.environment = {{"HF_ENDPOINT", "http://127.0.0.1:1"}};
  std::vector<std::string> arguments{"compare", "--out", (dir / "out").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return support::run(arguments, options);
}

TEST(CompareAll, ComparesTheOthersWhereAServerCannotBeReached) {
  TempDir dir;
  const auto list =
      dir.write("list.txt", (dir / "a").string() + "\nhub:org/far\n" + (dir / "b").string() + "\n");
  const RunResult result = comparedWithOneOutOfReach(dir, {"--all", list.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("org/far is left out"));
  EXPECT_EQ(reportOf(dir).at("models").size(), 2u);
  EXPECT_THAT(support::readFile(dir / "out/report.md"), HasSubstr("'org/far' is left out"));
}

TEST(CompareAll, DoesNotGoOnWithoutAControlThatWasNamed) {
  TempDir dir;
  const RunResult result = comparedWithOneOutOfReach(
      dir, {"--all", (dir / "a").string(), (dir / "b").string(), "--control", "hub:org/far"});
  EXPECT_EQ(result.exit_code, 2) << result.out;
  EXPECT_THAT(result.err, AllOf(HasSubstr("org/far"), Not(HasSubstr("left out"))));
  EXPECT_FALSE(fs::exists(dir / "out/report.json"));
}

TEST(CompareAll, LeavesOutWhatCannotBeReadAndSaysSoInTheReport) {
  TempDir dir;
  saveModel(dir / "all/a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "all/b", stored(tuned(toyLlama(1), 2)), toyLlamaConfig());
  dir.write("all/pointer/model.safetensors", kLfsPointer);
  fs::create_symlink(dir / "moved", dir / "all/link");
  support::writeSafetensors(dir / "all/void/model.safetensors", {});
  const RunResult result = comparisonIn(dir, {"--all", (dir / "all").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("pointer is left out"), HasSubstr("void is left out"),
                                HasSubstr("link is left out")));
  EXPECT_EQ(reportOf(dir).at("models").size(), 2u);
  for (const char* file : {"out/report.json", "out/report.md", "out/report.html"}) {
    EXPECT_THAT(support::readFile(dir / file),
                AllOf(HasSubstr("pointer"), HasSubstr("Git LFS pointer"), HasSubstr("no tensor")))
        << file;
  }
  const RunResult again =
      support::run({"run", (dir / "out/recipe.yaml").string(), "--out", (dir / "again").string()});
  EXPECT_EQ(again.exit_code, 0) << again.err;
}

TEST(CompareAll, TakesWhatAShellMakesOfAStar) {
  TempDir dir;
  const fs::path all = dir / "all";
  saveModel(all / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(all / "b", stored(tuned(toyLlama(1), 2)), toyLlamaConfig());
  dir.write("all/README.md", "four models");
  fs::create_directories(all / "logs");
  ASSERT_EQ(comparisonIn(dir, {"--all", all.string()}).exit_code, 0);
  const json of_folder = reportOf(dir).at("pairs");
  std::vector<std::string> words;
  for (const auto& entry : fs::directory_iterator(all)) words.push_back(entry.path().string());
  std::sort(words.begin(), words.end());
  words.insert(words.begin(), "--all");
  const RunResult of_names = comparisonIn(dir, words);
  ASSERT_EQ(of_names.exit_code, 0) << of_names.err;
  EXPECT_EQ(reportOf(dir).at("pairs"), of_folder);
  EXPECT_THAT(of_names.err, AllOf(HasSubstr("README.md is left out: it is no file of weights"),
                                  HasSubstr("logs is left out: there are no weights in it")));
  const RunResult of_folders = comparisonIn(dir, {"--all", all.string(), (all / "a").string()});
  EXPECT_EQ(of_folders.exit_code, 0) << of_folders.err;
  EXPECT_THAT(of_folders.err, HasSubstr("a is left out: it is the same as 'a'"));
  EXPECT_EQ(reportOf(dir).at("pairs"), of_folder);
}

TEST(CompareAll, TakesModelsInFoldersOfOrganisations) {
  TempDir dir;
  saveModel(dir / "all/orgA/x", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "all/orgB/x", stored(tuned(toyLlama(1), 2)), toyLlamaConfig());
  fs::create_directories(dir / "all/logs/old");
  const RunResult result = comparisonIn(dir, {"--all", (dir / "all").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("orgA/x"), HasSubstr("orgB/x")));
  EXPECT_THAT(result.err, HasSubstr("logs is left out: there are no weights in it"));
}

TEST(Compare, WarnsOfAControlThatIsARelative) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(toyLlama(2)), toyLlamaConfig());
  saveModel(dir / "kin", stored(tuned(toyLlama(1), 3)), toyLlamaConfig());
  const RunResult result = comparisonIn(
      dir, {(dir / "a").string(), (dir / "b").string(), "--control", (dir / "kin").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("--control 'kin' shares weights with 'a'"));
  EXPECT_THAT(result.out, HasSubstr("A relative calibrates nothing"));
}

TEST(Compare, WritesARecipeWithoutOlderNames) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(toyLlama(2)), toyLlamaConfig());
  ASSERT_EQ(comparisonIn(dir, {(dir / "a").string(), (dir / "b").string()}).exit_code, 0);
  const RunResult checked = support::run({"check", (dir / "out/recipe.yaml").string()});
  EXPECT_EQ(checked.exit_code, 0);
  EXPECT_EQ(checked.err, "");
}

TEST(CompareAll, TakesFilesThatLieInTheFolderAndKeepsTheirNames) {
  TempDir dir;
  fs::create_directories(dir / "all");
  for (const auto& [name, seed] : {std::pair{"模型", 1u}, {"größe", 2u}, {"b", 3u}}) {
    saveModel(dir / "m", stored(toyLlama(seed)), toyLlamaConfig());
    fs::rename(dir / "m/model.safetensors", dir / ("all/" + std::string(name) + ".safetensors"));
  }
  const RunResult result = comparisonIn(dir, {"--all", (dir / "all").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(reportOf(dir).at("pairs").size(), 3u);
  EXPECT_THAT(result.out, AllOf(HasSubstr("模型"), HasSubstr("größe")));
}

TEST(Compare, TakesNoModelForAControlThatIsComparedItself) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(toyLlama(2)), toyLlamaConfig());
  const std::string a = (dir / "a").string(), b = (dir / "b").string();
  const RunResult result = comparisonIn(dir, {a, b, "--control", a});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("is compared itself"));
}

TEST(CompareAll, NeedsTwoModelsThatCanBeRead) {
  TempDir dir;
  saveModel(dir / "all/a", stored(toyLlama(1)), toyLlamaConfig());
  dir.write("all/pointer/model.safetensors", kLfsPointer);
  const RunResult result = comparisonIn(dir, {"--all", (dir / "all").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("fewer than two of its models can be read"));
}

TEST(CompareOfTwo, NamesTheModelAndNoRecipeThatNobodyWrote) {
  TempDir dir;
  const auto why = [&](const std::string& model) {
    const RunResult result = comparisonIn(dir, {model, (kDemo / "base").string()});
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_THAT(result.err, AllOf(Not(HasSubstr("recipe.yaml")), Not(HasSubstr("pattern"))));
    return result.err;
  };
  fs::create_directories(dir / "\xff\xfe");
  EXPECT_THAT(why((dir / "\xff\xfe").string()), HasSubstr("\\xff\\xfe: its path is not UTF-8"));
  why("/");
  support::writeSafetensors(dir / "void/model.safetensors", {});
  EXPECT_THAT(why((dir / "void").string()),
              HasSubstr("void/model.safetensors: model 'void' holds no tensor"));
}

}  // namespace
}  // namespace kindred::clitest
