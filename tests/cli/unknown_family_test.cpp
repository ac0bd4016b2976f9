// kindred compare where nothing says what a tensor is, and where equality is no evidence.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numbers>

#include <kindred/random.hpp>

#include "demo.hpp"
#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path kSource = KINDRED_SOURCE_DIR;

RunResult compareIn(const TempDir& dir, const std::vector<std::string>& what,
                    std::vector<std::string> more = {"--json"}) {
  std::vector<std::string> arguments{"compare"};
  arguments.insert(arguments.end(), what.begin(), what.end());
  arguments.insert(arguments.end(), {"--force", "--out", (dir / "out").string()});
  arguments.insert(arguments.end(), more.begin(), more.end());
  support::RunOptions options;
  options.timeout = std::chrono::seconds(280);
  return support::run(arguments, options);
}

json compared(const fs::path& a, const fs::path& b) {
  TempDir dir;
  const RunResult result = compareIn(dir, {a.string(), b.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

// The weights of a checkpoint without its configuration, under names that say nothing.
void hide(const fs::path& model, const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto& entry : fs::directory_iterator(model)) {
    if (entry.path().extension() != ".safetensors") continue;
    std::string file = support::readFile(entry.path());
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    json renamed = json::object();
    const json header = json::parse(file.substr(8, length));
    for (const auto& [name, span] : header.items()) {
      if (name == "__metadata__") continue;
      renamed["t" + std::to_string(std::hash<std::string>()(folder.string() + name))] = span;
    }
    std::ofstream(folder / entry.path().filename(), std::ios::binary)
        << support::safetensorsBytes(renamed.dump(), file.substr(8 + length));
  }
}

TEST(UnknownFamilies, KinInTheirOrderAreFoundUnderAnAssumptionThatIsNamed) {
  TempDir dir;
  hide(kDemo / "base", dir / "x");
  hide(kDemo / "tuned", dir / "y");
  const json report = compared(dir / "x", dir / "y");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
              HasSubstr("Under the unverified assumption that"));
  EXPECT_LT(report.at("verdict").at("log10_p").get<double>(), -20);
}

TEST(UnknownFamilies, StrangersAreNotAccusedAndThePowerIsStated) {
  TempDir dir;
  hide(kDemo / "base", dir / "x");
  hide(kDemo / "stranger", dir / "y");
  const json report = compared(dir / "x", dir / "y");
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_THAT(report.at("verdict").at("power").get<std::string>(), HasSubstr("0."));
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(), HasSubstr("shuffled"));
}

TEST(UnknownFamilies, AKnownOneAndAnUnknownOneCanBeCompared) {
  TempDir dir;
  fs::create_directories(dir / "models");
  fs::copy(kDemo / "base", dir / "models/base");
  fs::copy(kDemo / "stranger", dir / "models/stranger");
  hide(kDemo / "tuned", dir / "models/hidden");
  const RunResult result = compareIn(dir, {"--all", (dir / "models").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, std::string> classes;
  const json report = json::parse(result.out);
  for (const json& pair : report.at("pairs")) {
    classes[pair.at("a").get<std::string>() + " " + pair.at("b").get<std::string>()] =
        pair.at("verdict").at("class");
  }
  EXPECT_EQ(classes.at("base hidden"), "shared-weights");
  EXPECT_EQ(classes.at("base stranger"), "no-evidence");
  EXPECT_EQ(classes.at("hidden stranger"), "no-evidence");
}

TEST(UnknownFamilies, WithoutACommonShapeAreUntestable) {
  TempDir dir;
  for (const char* name : {"a", "b"}) {
    fs::create_directories(dir / name);
    const std::uint64_t rows = *name == 'a' ? 32 : 48;
    support::writeSafetensors(dir / (std::string(name) + "/model.safetensors"),
                              {support::randomTensor("up", DType::F32, {rows, 64}, 1)});
  }
  const RunResult result = compareIn(dir, {(dir / "a").string(), (dir / "b").string()}, {});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.out, HasSubstr("Not testable"));
}

// It may be a table whose rows and columns both mean something: nothing in it says that it is not.
TEST(UnknownFamilies, OneTensorOfManyThatAgreesAccusesNobody) {
  TempDir dir;
  for (const char* name : {"a", "b"}) {
    std::vector<TestTensor> tensors{support::randomTensor("w0", DType::F32, {64, 48}, 1)};
    for (std::uint64_t i = 1; i < 5; ++i) {
      tensors.push_back(support::randomTensor("w" + std::to_string(i), DType::F32, {64, 48},
                                              100 * static_cast<unsigned char>(*name) + i));
    }
    fs::create_directories(dir / name);
    support::writeSafetensors(dir / (std::string(name) + "/model.safetensors"), tensors);
  }
  const json verdict = compared(dir / "a", dir / "b").at("verdict");
  EXPECT_EQ(verdict.at("class"), "inconclusive");
  EXPECT_TRUE(verdict.at("unverified").get<bool>());
  EXPECT_THAT(verdict.at("sentence").get<std::string>(),
              HasSubstr("Of 5 tensors of a and b that were matched by content 1 agree"));
}

// Each of 40 matrices may be paired with each of 40 others.
TEST(UnknownFamilies, WithManyTensorsOfAShapeAreAccusedInNoneOf36Pairs) {
  TempDir dir;
  for (std::uint64_t m = 0; m < 9; ++m) {
    const std::string model = "m" + std::to_string(m);
    std::vector<TestTensor> tensors;
    for (std::uint64_t t = 0; t < 40; ++t) {
      tensors.push_back(support::randomTensor(model + ".t" + std::to_string(t), DType::F32,
                                              {48, 32}, 1000 * m + t));
    }
    fs::create_directories(dir / "models" / model);
    support::writeSafetensors(dir / "models" / model / "model.safetensors", tensors);
  }
  const RunResult result = compareIn(dir, {"--all", (dir / "models").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  ASSERT_EQ(report.at("pairs").size(), 36U);
  for (const json& pair : report.at("pairs")) {
    EXPECT_EQ(pair.at("verdict").at("class"), "no-evidence") << pair.at("a") << pair.at("b");
  }
}

TEST(ComputedTensors, CountForNothingAndAreListed) {
  TempDir dir;
  std::vector<double> basis;
  for (int row = 0; row < 66; ++row) {
    for (int n = 0; n < 64; ++n) {
      const double angle = 2 * std::numbers::pi * (row % 33) * n / 64;
      basis.push_back((row < 33 ? std::cos(angle) : std::sin(angle)) *
                      std::sin(std::numbers::pi * n / 64));
    }
  }
  for (const auto& [name, seed] : {std::pair{"a", 1u}, std::pair{"b", 2u}}) {
    fs::create_directories(dir / name);
    support::writeSafetensors(dir / (std::string(name) + "/model.safetensors"),
                              {support::tensorOf("basis", DType::F32, {66, 1, 64}, basis),
                               support::randomTensor("up", DType::F32, {64, 64}, seed)});
  }
  const json report = compared(dir / "a", dir / "b");
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  const json coverage = report.at("pairs").at(0).at("coverage");
  EXPECT_EQ(coverage.at("components").at("other").at("constant"), 1);
  EXPECT_EQ(coverage.at("components").at("other").at("equal"), 0);
  ASSERT_EQ(coverage.at("no_evidence").size(), 1u);
  EXPECT_EQ(coverage.at("no_evidence").at(0).at("tensor"), "basis");
  EXPECT_THAT(coverage.at("no_evidence").at(0).at("reason").get<std::string>(),
              HasSubstr("table of sines"));
  // The same with trained values is evidence.
  for (const char* name : {"a", "b"}) {
    support::writeSafetensors(dir / (std::string(name) + "/model.safetensors"),
                              {support::randomTensor("basis", DType::F32, {66, 1, 64}, 5),
                               support::randomTensor("up", DType::F32, {64, 64}, *name)});
  }
  const json trained = compared(dir / "a", dir / "b");
  EXPECT_NE(trained.at("verdict").at("class"), "no-evidence");
  EXPECT_EQ(trained.at("pairs").at(0).at("coverage").at("components").at("other").at("equal"), 1);
}

// A frozen table over a 14 x 14 grid behind a class token, or one that training has shaken.
// Normal, nearly.
double shaken(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

std::vector<double> gridTable(double noise, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  for (int position = -1; position < 14 * 14; ++position) {
    for (int feature = 0; feature < 96; ++feature) {
      const int t = feature < 48 ? position / 14 : position % 14;
      const double angle = t * std::pow(10000.0, -(feature % 24) / 24.0);
      const double wave = (feature / 24) % 2 == 0 ? std::sin(angle) : std::cos(angle);
      values.push_back((position < 0 ? 0 : wave) + noise * shaken(random));
    }
  }
  return values;
}

TEST(ComputedTensors, OfTwoAxesAccuseNoStrangersUnderNoiseEither) {
  for (const double noise : {0.0, 0.1, 0.4}) {
    TempDir dir;
    for (const auto& [name, seed] : {std::pair{"a", 1u}, std::pair{"b", 2u}}) {
      fs::create_directories(dir / name);
      support::writeSafetensors(
          dir / (std::string(name) + "/model.safetensors"),
          {support::tensorOf("positions", DType::F32, {1, 197, 96}, gridTable(noise, seed)),
           support::randomTensor("up", DType::F32, {64, 64}, seed)});
    }
    const json report = compared(dir / "a", dir / "b");
    EXPECT_EQ(report.at("verdict").at("class"), "no-evidence") << noise;
    EXPECT_THAT(report.at("steps").dump(),
                HasSubstr(noise == 0 ? "computed, not trained" : "no order in it is random"));
  }
}

// Matrices that began as the same pattern of ones and were trained apart.
TEST(UnknownFamilies, ThatBeganAsIdentitiesAreNotAccused) {
  const auto shifted = [](std::size_t shift, std::uint64_t seed) {
    Random random(seed);
    std::vector<double> values(std::size_t{96} * 64);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool one = (i / 64 + shift) % 64 == i % 64;
      values[i] = 0.05 * shaken(random) + (one ? 1 : 0);
    }
    return values;
  };
  for (const std::size_t shift : {0u, 5u}) {
    TempDir dir;
    for (const auto& [name, seed] : {std::pair{"a", 1u}, std::pair{"b", 2u}}) {
      std::vector<TestTensor> tensors;
      for (std::size_t i = 0; i < 4; ++i) {
        tensors.push_back(support::tensorOf("mix" + std::to_string(i), DType::F32, {96, 64},
                                            shifted(shift, 10 * seed + i)));
      }
      fs::create_directories(dir / name);
      support::writeSafetensors(dir / (std::string(name) + "/model.safetensors"), tensors);
    }
    EXPECT_EQ(compared(dir / "a", dir / "b").at("verdict").at("class"), "no-evidence") << shift;
  }
}

TEST(UnknownFamilies, AreCalledUnverifiedWhereverTheirVerdictStands) {
  TempDir dir;
  hide(kDemo / "base", dir / "x");
  hide(kDemo / "tuned", dir / "y");
  const RunResult result = compareIn(dir, {(dir / "x").string(), (dir / "y").string()}, {});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("x and y: Shared weights (unverified)"));
  EXPECT_TRUE(json::parse(support::readFile(dir / "out/report.json"))
                  .at("verdict")
                  .at("unverified")
                  .get<bool>());
  EXPECT_THAT(support::readFile(dir / "out/report.md"), HasSubstr("unverified assumption"));
  const std::string page = support::readFile(dir / "out/report.html");
  EXPECT_THAT(page, HasSubstr("Shared weights (unverified)"));
  EXPECT_THAT(page, HasSubstr("unverified assumption"));
}

TEST(Coverage, SaysWhatWasUnderstoodComparedAndLeftOut) {
  TempDir dir;
  const RunResult result =
      compareIn(dir, {(kDemo / "base").string(), (kDemo / "norms-only").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json coverage = json::parse(result.out).at("pairs").at(0).at("coverage");
  EXPECT_EQ(coverage.at("understood_a"), coverage.at("tensors_a"));
  EXPECT_EQ(coverage.at("understood_bytes_a"), coverage.at("bytes_a"));
  EXPECT_EQ(coverage.at("compared").at("tensors"), coverage.at("tensors_a"));
  EXPECT_LT(std::abs(coverage.at("plain_cosine").at("value").get<double>()), 0.2);
  EXPECT_GT(coverage.at("plain_cosine").at("parameters").get<double>(), 1e4);
}

TEST(Coverage, StandsInTheSummaryWithin80Columns) {
  TempDir dir;
  const RunResult result =
      compareIn(dir, {(kDemo / "base").string(), (kDemo / "disguised").string(), "--verbose"}, {});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Coverage: of base's"));
  EXPECT_THAT(result.out, HasSubstr("Plain cosine over"));
  EXPECT_THAT(result.out, HasSubstr("optimal, verified by their dual prices"));
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const auto inner = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // a character's further bytes
    });
    EXPECT_LE(line.size() - static_cast<std::size_t>(inner), 80u) << line;
  }
}

// Two steps that read some rows of some tensors, and no test.
json coverageOfRows() {
  TempDir dir;
  const auto file = dir.write(
      "recipe.yaml", "kindred: 1\ntitle: rows\nsources:\n  disk: {plugin: local-mmap, root: \"" +
                         kDemo.string() +
                         "\"}\nmodels:\n  a: disk:base\n  b: disk:tuned\nsteps:\n"
                         "  - {name: rows, compare: [a, b], select: {role: mlp.up}, "
                         "sample: {head: 640}, metrics: [cosine]}\n");
  const RunResult result =
      support::run({"run", file.string(), "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out).at("pairs").at(0).at("coverage");
}

TEST(Coverage, CountsRowsWhereRowsWereRead) {
  const json coverage = coverageOfRows();
  EXPECT_EQ(coverage.at("compared").at("tensors"), 6);
  EXPECT_EQ(coverage.at("compared").at("bytes"), 6 * 640 * 2);
  EXPECT_EQ(coverage.at("compared_size"), 6 * 176 * 64 * 2);
}

TEST(Coverage, SpeaksOfNoBudgetWhereNoneWasSet) {
  const json left_out = coverageOfRows().at("left_out");
  EXPECT_FALSE(left_out.contains("over budget"));
  EXPECT_TRUE(left_out.contains("not read"));
}

TEST(Coverage, SaysWhatTestsMayReadWhereThatIsNotAll) {
  TempDir dir;
  const RunResult result = compareIn(
      dir,
      {(kDemo / "base").string(), (kDemo / "tuned").string(), "--max-bytes", "20000", "--verbose"},
      {});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Tests that decide could read 20.0 kB of each model"));
  EXPECT_EQ(json::parse(support::readFile(dir / "out/report.json"))
                .at("pairs")
                .at(0)
                .at("coverage")
                .at("budget"),
            20000);
  EXPECT_EQ(compared(kDemo / "base", kDemo / "tuned").at("pairs").at(0).at("coverage").at("budget"),
            0);
}

TEST(Certificates, AreRecordedWithEveryFindingThatRestsOnAnAssignment) {
  const json report = compared(kDemo / "base", kDemo / "disguised");
  const json assignments = report.at("pairs").at(0).at("assignments");
  EXPECT_GT(assignments.at("solved"), 0);
  EXPECT_EQ(assignments.at("optimal"), assignments.at("solved"));
  for (const json& finding : report.at("findings")) {
    if (finding.at("test") != "unit-matching") continue;
    if (finding.at("details").contains("parts")) {
      EXPECT_EQ(finding.at("details").at("assignments"), finding.at("details").at("parts"));
      EXPECT_EQ(finding.at("details").at("assignments_optimal"),
                finding.at("details").at("assignments"));
    }
  }
}

TEST(PaddedRows, AreListedAndNotRead) {
  TempDir dir;
  fs::copy(kDemo / "base", dir / "padded");
  json tokenizer = json::parse(support::readFile(kDemo / "base/tokenizer.json"));
  json kept = json::object();
  for (const auto& [token, id] : tokenizer.at("model").at("vocab").items()) {
    if (id < 500) kept[token] = id;
  }
  tokenizer["model"]["vocab"] = kept;
  tokenizer["added_tokens"] = json::array();
  fs::remove(dir / "padded/tokenizer.json");
  std::ofstream(dir / "padded/tokenizer.json") << tokenizer.dump();
  const json report = compared(dir / "padded", kDemo / "stranger");
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_THAT(report.at("steps").dump(), HasSubstr("12 of 512 rows of padded have no token"));
}

// One recipe, another seed, config.json equal to the byte: the case in which a comparison of
// configurations would call any two models a match.
TEST(HeadlineNegative, EqualConfigurationsAreNoEvidenceAndChangeNoVerdict) {
  TempDir dir;
  const auto with = [&](const std::string& name, const std::string& model,
                        const std::string& more) {
    fs::copy(kDemo / model, dir / name);
    fs::permissions(dir / name, fs::perms::owner_all, fs::perm_options::add);
    json config = json::parse(support::readFile(kDemo / "base/config.json"));
    if (!more.empty()) {
      config["_name_or_path"] = more;
      config["initializer_range"] = 0.5;
      config["torch_dtype"] = "float64";
    }
    fs::remove(dir / name / "config.json");
    std::ofstream(dir / name / "config.json") << config.dump();
  };
  with("base", "base", "");
  for (const auto& [model, expected] :
       {std::pair{"stranger", "no-evidence"}, std::pair{"tuned", "shared-weights"}}) {
    const std::string equal = std::string(model) + "/equal", other = std::string(model) + "/other";
    fs::create_directories(dir / model);
    with(equal, model, "");
    with(other, model, "elsewhere");
    ASSERT_EQ(support::readFile(dir / "base/config.json"),
              support::readFile(dir / (equal + "/config.json")));
    const json first = compared(dir / "base", dir / equal);
    const json second = compared(dir / "base", dir / other);
    EXPECT_EQ(first.at("verdict").at("class"), expected);
    EXPECT_EQ(first.at("verdict").at("class"), second.at("verdict").at("class"));
    EXPECT_EQ(first.at("verdict").at("log10_p"), second.at("verdict").at("log10_p"));
  }
}

TEST(SharedSilero, RetrainedDescendantIsFoundAndIndependentReleasesAreNot) {
  const fs::path silero = kSource / "../shared/silero-vad";
  if (!fs::exists(silero)) GTEST_SKIP() << "not here: " << silero;  // an extra check
  TempDir dir;
  const RunResult result = compareIn(dir, {"--all", silero.string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  ASSERT_EQ(report.at("pairs").size(), 6u);
  for (const json& pair : report.at("pairs")) {
    const std::string a = pair.at("a"), b = pair.at("b");
    const bool kin = a == "tinygrad" && b == "v6.2";
    const json verdict = pair.at("verdict");
    EXPECT_EQ(verdict.at("class"), kin ? "shared-weights" : "no-evidence") << a << " and " << b;
    if (!kin) {
      EXPECT_THAT(verdict.at("power").get<std::string>(), HasSubstr("row correlation"));
    }
    const json coverage = pair.at("coverage");
    EXPECT_EQ(coverage.at("components").at("other").at("equal"), 0) << a << " and " << b;
    EXPECT_THAT(coverage.at("no_evidence").at(0).at("tensor").get<std::string>(),
                HasSubstr("stft"));
  }
}

}  // namespace
}  // namespace kindred::clitest
