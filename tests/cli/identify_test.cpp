// kindred fingerprint, identify, and compare on fingerprints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <kindred/random.hpp>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::RunResult;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A folder of models: a base, its child, a child whose units were shuffled, and two strangers.
void writeFamily(const TempDir& dir) {
  const auto save = [&](const char* name, const Toy& toy) {
    saveModel(dir / "models" / name, stored(toy), toyLlamaConfig());
  };
  const Toy base = toyLlama(1);
  save("base", base);
  save("child", tuned(base, 2));
  Toy shuffled = tuned(base, 3);
  for (auto& [name, array] : shuffled) {
    const bool down = name.find("down_proj") != std::string::npos;
    if (!down && name.find("gate_proj") == std::string::npos &&
        name.find("up_proj") == std::string::npos) {
      continue;
    }
    // Unit u becomes unit (7 u + 3) mod n.
    const std::uint64_t rows = array.shape[0], columns = array.shape[1];
    const std::uint64_t units = down ? columns : rows;
    const Array before = array;
    for (std::uint64_t r = 0; r < rows; ++r) {
      for (std::uint64_t c = 0; c < columns; ++c) {
        const std::uint64_t to_r = down ? r : (7 * r + 3) % units;
        const std::uint64_t to_c = down ? (7 * c + 3) % units : c;
        array.values[to_r * columns + to_c] = before.values[r * columns + c];
      }
    }
  }
  save("shuffled", shuffled);
  save("stranger-1", toyLlama(10));
  save("stranger-2", toyLlama(11));
}

std::string fingerprinted(const TempDir& dir, const std::string& name) {
  const std::string file = (dir / "prints" / (name + ".kfp")).string();
  const RunResult result =
      support::run({"fingerprint", (dir / "models" / name).string(), "--force", "--out", file});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return file;
}

json identified(std::vector<std::string> words) {
  words.insert(words.begin(), "identify");
  words.emplace_back("--json");
  const RunResult result = support::run(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

class Identify : public testing::Test {
 protected:
  Identify() { writeFamily(dir_); }
  std::string model(const std::string& name) const { return (dir_ / "models" / name).string(); }
  RunResult compared(std::vector<std::string> words) const {
    words.insert(words.begin(), "compare");
    words.insert(words.end(), {"--force", "--out", (dir_ / "out").string()});
    return support::run(words);
  }

  TempDir dir_;
};

TEST_F(Identify, NamesEveryRelativeOfAModelNearestFirstAndNoStranger) {
  for (const char* name : {"base", "shuffled", "stranger-1", "stranger-2"}) {
    fingerprinted(dir_, name);
  }
  const json made = identified({model("child"), "--among", (dir_ / "prints").string()});
  EXPECT_EQ(made.at("answer"), json({"base", "shuffled"}));
  EXPECT_EQ(made.at("tested"), 4);
  const json& candidates = made.at("candidates");
  ASSERT_EQ(candidates.size(), 4U);
  EXPECT_EQ(candidates[0].at("class"), "shared-weights");
  EXPECT_LT(candidates[0].at("log10_p").get<double>(), -20);
  EXPECT_LT(candidates[0].at("distance").get<double>(), candidates[1].at("distance").get<double>());
  EXPECT_EQ(candidates[0].at("breadth"), 1.0);
  EXPECT_EQ(candidates[3].at("class"), "no-evidence");
  EXPECT_GT(candidates[3].at("log10_p").get<double>(), -6);
}

TEST_F(Identify, SaysWhichRelativesAreEquallyNear) {
  const RunResult result =
      support::run({"identify", model("child"), "--among", model("base"), model("shuffled")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("equally near")));
  std::filesystem::copy(model("base"), model("again"));
  const RunResult twice =
      support::run({"identify", model("child"), "--among", model("base"), model("again")});
  EXPECT_THAT(twice.out, HasSubstr("The first 2 are equally near"));
}

TEST_F(Identify, ReplacesItsOwnResultsWhereItIsForcedTo) {
  const std::string out = (dir_ / "out").string();
  const std::vector<std::string> words = {"identify",    model("child"), "--among",
                                          model("base"), "--out",        out};
  EXPECT_EQ(support::run(words).exit_code, 0);
  EXPECT_EQ(support::run(words).exit_code, 2);
  std::vector<std::string> forced = words;
  forced.emplace_back("--force");
  EXPECT_EQ(support::run(forced).exit_code, 0);
  dir_.write("out/identify.json", "[\"somebody's own\"]");
  EXPECT_THAT(support::run(forced).err, HasSubstr("holds identify.json, which no run of Kindred"));
}

TEST_F(Identify, HoldsNoModelAgainstItselfAndSaysWhereTheOthersLie) {
  const RunResult result = support::run(
      {"identify", model("child"), "--among", model("base"), model("child"), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("'child' is no candidate for itself"));
  const json made = json::parse(result.out);
  EXPECT_EQ(made.at("answer"), json({"base"}));
  EXPECT_EQ(made.at("candidates")[0].at("address"), "base");
  const RunResult alone = support::run({"identify", model("child"), "--among", model("child")});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(alone.err, HasSubstr("names no other model"));
}

TEST_F(Identify, TellsAFingerprintOfTheSameBytes) {
  const std::string own = fingerprinted(dir_, "child");
  fingerprinted(dir_, "base");
  const RunResult result =
      support::run({"identify", model("child"), "--among", (dir_ / "prints").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string said = "of the same bytes";
  EXPECT_THAT(result.out, HasSubstr(said));
  EXPECT_EQ(result.out.find(said), result.out.rfind(said));
  EXPECT_THAT(compared({own, model("child")}).out,
              HasSubstr("say that they are of the same bytes."));
  EXPECT_THAT(compared({own, model("base")}).out, Not(HasSubstr("the same bytes")));
  const RunResult twice = compared({"--all", own, own, model("base")});
  EXPECT_THAT(twice.err, HasSubstr("is left out: it is the same as"));
  EXPECT_EQ(json::parse(support::readFile(dir_ / "out/report.json")).at("pairs").size(), 1U);
}

TEST_F(Identify, FollowsNoLinkOutOfAFolder) {
  fingerprinted(dir_, "base");
  fingerprinted(dir_, "child");
  const std::string prints = (dir_ / "prints").string();
  std::filesystem::create_directory_symlink(dir_ / "models", prints + "/up");
  const RunResult result = compared({"--all", prints});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(support::readFile(dir_ / "out/report.json")).at("pairs").size(), 1U);
  EXPECT_THAT(result.err, HasSubstr("up is left out"));
}

TEST_F(Identify, ComparesEveryPairOfFingerprintsAndOfModelsBesideThem) {
  for (const char* name : {"base", "child", "stranger-1"}) fingerprinted(dir_, name);
  const std::string prints = (dir_ / "prints").string();
  std::filesystem::copy(model("shuffled"), prints + "/shuffled");
  const RunResult result = compared({"--all", prints});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("Of 6 pairs of models, 3 share weights"),
                                HasSubstr("alone: stranger-1"), HasSubstr("No tree")));
  const json report = json::parse(support::readFile(dir_ / "out/report.json"));
  EXPECT_EQ(report.at("pairs").size(), 6U);
  EXPECT_EQ(report.at("families")[0].at("models"), json({"base", "child", "shuffled"}));
  for (const json& pair : report.at("pairs")) {
    const bool stranger = pair.at("a") == "stranger-1" || pair.at("b") == "stranger-1";
    EXPECT_EQ(pair.at("verdict").at("class"), stranger ? "no-evidence" : "shared-weights");
  }
  EXPECT_THAT(support::readFile(dir_ / "out/report.html"), HasSubstr("How near relatives are"));
}

TEST_F(Identify, ComparesTheOtherFingerprintsWhereOneIsDamaged) {
  for (const char* name : {"base", "child"}) fingerprinted(dir_, name);
  dir_.write("prints/broken.kfp", "nothing");
  const RunResult result = compared({"--all", (dir_ / "prints").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("broken is left out"));
  EXPECT_THAT(result.out, HasSubstr("'broken' is left out, for it can't be read"));
}

TEST_F(Identify, SaysThatItIsNoneOfThemAndWhatWouldHaveBeenSeen) {
  const RunResult result =
      support::run({"identify", model("stranger-1"), "--among", model("base"), model("child")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("None of the 2 models"),
                                HasSubstr("With 99 % probability each model would have been seen"),
                                HasSubstr("base: No evidence"), HasSubstr("Not tested: norms, ")));
  for (const char* word : {"stolen", "copied", "proof"}) {
    EXPECT_THAT(result.out, Not(HasSubstr(word)));
  }
}

TEST_F(Identify, TakesAListAndGoesOnWhereACandidateIsDamaged) {
  fingerprinted(dir_, "base");
  dir_.write("prints/damaged.kfp", "this is no fingerprint");
  const auto list = dir_.write(
      "prints/list.txt", "# who it might be\nbase.kfp\n\ndamaged.kfp\n../models/stranger-1\n");
  const RunResult result =
      support::run({"identify", model("child"), "--among", list.string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("candidate 'damaged' is left out"));
  const json made = json::parse(result.out);
  EXPECT_EQ(made.at("answer"), json({"base"}));
  EXPECT_EQ(made.at("tested"), 2);
  EXPECT_EQ(made.at("failed").at(0).at("model"), "damaged");
}

TEST_F(Identify, RowsThatBeganAsAnIdentityAccuseNobody) {
  const auto began = [&](const char* name, std::uint64_t seed) {
    Toy toy = toyLlama(seed);
    for (auto& [tensor, array] : toy) {
      if (tensor.find("up_proj") == std::string::npos) continue;
      const std::uint64_t columns = array.shape[1];
      double square = 0;
      for (const float x : array.values) square += double{x} * x;
      const auto size =
          static_cast<float>(8 * std::sqrt(square / static_cast<double>(array.values.size())));
      for (std::uint64_t r = 0; r < array.shape[0]; ++r) {  // in an order of its own
        array.values[r * columns + (r * (2 * seed + 1) + seed) % columns] += size;
      }
    }
    saveModel(dir_ / "began" / name, stored(toy), toyLlamaConfig());
    return (dir_ / "began" / name).string();
  };
  const std::string one = began("one", 30), other = began("other", 31);
  const RunResult result = support::run({"identify", one, "--among", other, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out).at("candidates").at(0).at("class"), "no-evidence");
}

TEST_F(Identify, SaysWhatIsMissingOnTheCommandLine) {
  EXPECT_EQ(support::run({"identify", model("child")}).exit_code, 2);
  const RunResult empty = support::run({"identify", model("child"), "--among", dir_.text() + "/x"});
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_THAT(empty.err, HasSubstr("there is no such file or folder"));
  const RunResult word = support::run({"identify", model("child"), "--among", "nowhere"});
  EXPECT_EQ(word.exit_code, 2);
  EXPECT_EQ(word.err,
            "kindred: nowhere: there is no such file or folder (for a model of the Hub write "
            "org/name or hub:nowhere)\n");
  const auto damaged = dir_.write("damaged.kfp", "this is no fingerprint");
  const RunResult none =
      support::run({"identify", model("child"), "--among", damaged.string(), "--json"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, AllOf(HasSubstr("candidate 'damaged' is left out"),
                              HasSubstr("none of the 1 candidates could be read")));
  const RunResult size =
      support::run({"fingerprint", model("child"), "--size", "10kB", "--out", "x.kfp"});
  EXPECT_EQ(size.exit_code, 2);
  EXPECT_THAT(size.err, HasSubstr("200kB to 4MB"));
}

TEST_F(Identify, ComparesAFingerprintWithAModel) {
  const std::string base = fingerprinted(dir_, "base");
  const RunResult kin = compared({base, model("shuffled"), "--json"});
  EXPECT_EQ(kin.exit_code, 0) << kin.err;
  const json made = json::parse(kin.out);
  EXPECT_EQ(made.at("verdict").at("class"), "shared-weights");
  EXPECT_LT(made.at("verdict").at("log10_p").get<double>(), -20);
  EXPECT_EQ(made.at("pairs").size(), 1U);
  EXPECT_EQ(made.at("tables")[0].at("rows")[0][2], "100 %");
  EXPECT_EQ(support::run({"compare", base, model("child"), "--deep"}).exit_code, 2);
}

// Each has its own signs and its own order of rows: the weaker of the two tests is told.
TEST_F(Identify, SaysTheSameOfTwoFingerprintsInEitherOrder) {
  const std::string base = fingerprinted(dir_, "base");
  for (const char* name : {"child", "shuffled"}) {
    const std::string other = fingerprinted(dir_, name);
    double p = 0;
    for (const auto& [a, b] : {std::pair(base, other), std::pair(other, base)}) {
      ASSERT_EQ(compared({a, b}).exit_code, 0);
      const json report = json::parse(support::readFile(dir_ / "out" / "report.json"));
      const double now = report.at("verdict").at("log10_p");
      EXPECT_LT(now, -20);
      if (p != 0) {
        EXPECT_EQ(now, p) << name;
      }
      p = now;
    }
  }
}

TEST_F(Identify, TellsAComparisonOfFingerprintsAsAnyOther) {
  const std::string base = fingerprinted(dir_, "base");
  const RunResult kin = compared({base, model("child")});
  EXPECT_EQ(kin.exit_code, 0) << kin.err;
  EXPECT_THAT(kin.out, AllOf(HasSubstr("base and child: Shared weights\n"),
                             HasSubstr("common ancestor"), HasSubstr("Covered: "),
                             HasSubstr("not covered: norms"), HasSubstr("units of the MLP"),
                             HasSubstr("log10 p"), HasSubstr("evidence of their own")));
  EXPECT_THAT(kin.out, HasSubstr("Report: " + (dir_ / "out/report.html").string()));
  EXPECT_THAT(support::readFile(dir_ / "out/report.html"),
              AllOf(HasSubstr("Shared weights"), HasSubstr("not covered: norms")));
  const json report = json::parse(support::readFile(dir_ / "out/report.json"));
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(support::run({"report", (dir_ / "out").string()}).exit_code, 0);
  const RunResult verified = support::run({"verify", (dir_ / "out").string()});
  EXPECT_EQ(verified.exit_code, 2);
  EXPECT_THAT(verified.err, HasSubstr("which has no recipe (compare the two again)"));
  const RunResult stranger = compared({model("stranger-1"), base});
  EXPECT_EQ(stranger.exit_code, 0) << stranger.err;
  EXPECT_THAT(stranger.out, AllOf(HasSubstr("stranger-1 and base: No evidence\n"),
                                  HasSubstr("does not show that they are independent")));
  EXPECT_EQ(compared({base, model("child"), "--fail-on", "shared-weights"}).exit_code, 3);
  const RunResult unset = compared({base, model("child"), "--fail-on", ""});  // of no variable
  EXPECT_EQ(unset.exit_code, 2);
  EXPECT_THAT(unset.err, HasSubstr("--fail-on: there is no verdict ''"));
}

TEST_F(Identify, WritesTheSameFingerprintEachTimeAndStaysWithinItsSize) {
  const std::string file = fingerprinted(dir_, "base");
  const std::string first = support::readFile(file);
  EXPECT_LE(first.size(), 1'000'000U);
  fingerprinted(dir_, "base");
  EXPECT_EQ(support::readFile(file), first);
}

// A fingerprint with other bytes at a place of its header.
struct Damage {
  const char* from;
  const char* to;
  const char* says;
};

TEST_F(Identify, RefusesFingerprintsThatDoNotFitTheirFormatInOneLine) {
  const std::string base = fingerprinted(dir_, "base");
  const std::string good = support::readFile(base);
  const Damage damages[] = {
      {R"(\"version\":1,)", R"(\"version\":7,)", "of version 7 of the format"},
      {R"(\"hidden\":64,)", R"(\"hidden\":-4,)", "no whole number 'hidden'"},
      {R"(\"grants\")", R"(\"grunts\")", "no object 'grants'"},
      {R"("kindred.fingerprint")", R"("kindred.fingerpaint")", "no 'kindred.fingerprint'"},
      {R"("units.part")", R"("units.parx")", "lists of units of different lengths"},
      {R"("units.size")", R"("units.sizx")", "lists of units of different lengths"},
      {R"("grams.units")", R"("grams.unitx")", "lists of grams of different lengths"},
      {R"("grams.ups")", R"("grams.upx")", "tables of grams of another length"},
      {R"("maps.kind")", R"("maps.kinx")", "lists of maps of different lengths"},
      {R"("norms.values")", R"("norms.valuex")", "'norms.values' of a shape"},
  };
  for (const Damage& damage : damages) {
    std::string bad = good;
    const std::size_t at = bad.find(damage.from);
    ASSERT_NE(at, std::string::npos) << damage.from;
    bad.replace(at, std::strlen(damage.from), damage.to);
    const auto file = dir_.write("prints/bad.kfp", bad);
    const RunResult result = compared({file.string(), base});
    EXPECT_EQ(result.exit_code, 2) << damage.from;
    EXPECT_THAT(result.err, AllOf(HasSubstr("bad.kfp"), HasSubstr(damage.says))) << damage.from;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

// As a fingerprint was written before it held cosines inside layers, maps and gains, and as one of
// a later version of these may be.
TEST_F(Identify, ReadsFingerprintsWhosePartsItDoesNotKnow) {
  const std::string base = fingerprinted(dir_, "base");
  const std::string good = support::readFile(base);
  for (const auto& [from, to] :
       {std::pair(R"(\"sections\")", R"(\"sectionx\")"),
        std::pair(R"({\"grams\":1,\"maps\":1,)", R"({\"grams\":9,\"maps\":9,)")}) {
    std::string other = good;
    const std::size_t at = other.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    other.replace(at, std::strlen(from), to);
    const auto file = dir_.write("prints/other.kfp", other);
    const RunResult result = compared({file.string(), model("child"), "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(json::parse(result.out).at("verdict").at("class"), "shared-weights");
    EXPECT_THAT(result.out, Not(HasSubstr("cosines of gates inside their layers")));
  }
}

TEST_F(Identify, SeesARotatedCopyOfAnotherVocabularyByWhatUnitsAreToEachOther) {
  fingerprinted(dir_, "base");
  Toy rotated = tuned(toyLlama(1), 2);
  const auto rotateColumns = [](support::Array& array) {
    const std::uint64_t columns = array.shape[1];
    for (std::uint64_t r = 0; r < array.shape[0]; ++r) {
      double* row = array.values.data() + r * columns;
      for (std::uint64_t c = 0; c + 1 < columns; ++c) {
        const double angle = 0.7 + 0.3 * static_cast<double>(c), x = row[c], y = row[c + 1];
        row[c] = std::cos(angle) * x - std::sin(angle) * y;
        row[c + 1] = std::sin(angle) * x + std::cos(angle) * y;
      }
    }
  };
  const Toy stranger = toyLlama(20);
  for (auto& [name, array] : rotated) {
    if (name.ends_with("norm.weight")) {
      std::fill(array.values.begin(), array.values.end(), 1.0);
    } else if (name.find("gate_proj") != std::string::npos ||
               name.find("up_proj") != std::string::npos) {
      rotateColumns(array);
    } else {
      array = stranger.at(name);
    }
  }
  saveModel(dir_ / "models/rotated", stored(rotated), toyLlamaConfig());
  const json made = identified({model("rotated"), "--among", (dir_ / "prints").string()});
  EXPECT_EQ(made.at("answer"), json({"base"}));
  EXPECT_EQ(made.at("candidates").at(0).at("class"), "shared-weights");
}

// A fingerprint as earlier programs wrote it, which does not say what its tables hash to.
std::string withoutChecksum(std::string file) {
  const std::string field = "tables_xxh3";
  const std::size_t at = file.find(field);
  EXPECT_NE(at, std::string::npos);
  return file.replace(at, field.size(), "another_one");
}

TEST_F(Identify, RefusesFingerprintsWhoseTablesWereDamaged) {
  const std::string base = fingerprinted(dir_, "base");
  std::string bad = support::readFile(base);
  bad[bad.size() / 2] ^= 1;
  const auto file = dir_.write("prints/bad.kfp", bad).string();
  for (const RunResult& refused : {compared({file, base}), support::run({"inspect", file})}) {
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("bad.kfp"), HasSubstr("was damaged or changed"),
                                   HasSubstr("kindred fingerprint MODEL writes one")));
  }
  const auto old = dir_.write("prints/old.kfp", withoutChecksum(support::readFile(base))).string();
  EXPECT_EQ(compared({old, base}).exit_code, 0);
}

TEST_F(Identify, RefusesSizesThatAreNoNumbersAndFilesThatEndEarly) {
  const std::string base = fingerprinted(dir_, "base");
  const std::string good = withoutChecksum(support::readFile(base));
  std::uint64_t header = 0;
  std::memcpy(&header, good.data(), sizeof header);
  const json tables = json::parse(good.substr(8, header));
  const std::uint64_t sizes = tables.at("units.size").at("data_offsets").at(0);
  std::string bad = good;
  const std::uint32_t nan = 0x7fc00000;
  std::memcpy(bad.data() + 8 + header + sizes, &nan, sizeof nan);
  const RunResult result = compared({dir_.write("prints/nan.kfp", bad).string(), base});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("a size of units that is not above 0 and finite"));
  const auto cut = dir_.write("prints/cut.kfp", good.substr(0, good.size() - 9)).string();
  for (const RunResult& refused : {compared({cut, base}), support::run({"inspect", cut})}) {
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("cut.kfp"), HasSubstr("no fingerprint that can be"),
                                   HasSubstr("kindred fingerprint MODEL writes one")));
  }
}

// The fingerprint with bands of `rows` units in each of so many layers, of 16 numbers each, and no
// other rows.
std::string withBands(const std::string& good, std::size_t layers, std::size_t rows,
                      const std::string& values) {
  std::uint64_t length = 0;
  std::memcpy(&length, good.data(), sizeof length);
  json header = json::parse(good.substr(8, length));
  json made = {{"__metadata__", header.at("__metadata__")}};
  std::vector<std::int32_t> layer, none(layers * rows, 0);
  for (std::size_t i = 0; i < layers * rows; ++i) {
    layer.push_back(static_cast<std::int32_t>(i / rows));
  }
  std::string data;
  const auto add = [&](const char* name, const char* dtype, json shape, const void* bytes,
                       std::size_t size) {
    made[name] = {{"dtype", dtype},
                  {"shape", std::move(shape)},
                  {"data_offsets", {data.size(), data.size() + size}}};
    data.append(static_cast<const char*>(bytes), size);
  };
  add("bands.layer", "I32", {layer.size()}, layer.data(), 4 * layer.size());
  add("bands.part", "I32", {none.size()}, none.data(), 4 * none.size());
  add("bands.number", "I32", {none.size()}, none.data(), 4 * none.size());
  add("bands.values", "I8", {layer.size(), 16}, values.data(), values.size());
  return support::safetensorsBytes(made.dump(), data);
}

// All rows of a fingerprint are held against all: how many there are bounds the work.
TEST_F(Identify, RefusesFingerprintsOfMoreRowsOrLayersThanAreComparedInBoundedWork) {
  const std::string good = withoutChecksum(support::readFile(fingerprinted(dir_, "base")));
  const auto told = [&](std::size_t layers, std::size_t rows) {
    const std::string ones(16 * layers * rows, '\x01');
    const auto file = dir_.write("prints/many.kfp", withBands(good, layers, rows, ones));
    return compared({file.string(), (dir_ / "prints/base.kfp").string()});
  };
  const RunResult rows = told(1, 32'769), layers = told(1'025, 1), fits = told(8, 16);
  EXPECT_EQ(rows.exit_code, 2);
  EXPECT_THAT(rows.err, AllOf(HasSubstr("many.kfp"), HasSubstr("more rows of bands")));
  EXPECT_EQ(layers.exit_code, 2);
  EXPECT_THAT(layers.err, HasSubstr("rows of bands in more layers"));
  EXPECT_THAT(fits.err, Not(HasSubstr("is no fingerprint")));
}

// Of a fingerprint, and of copies of it with noise.
std::string randomBands(std::size_t rows, Random& random) {
  std::string values;
  for (std::size_t i = 0; i < 16 * rows; ++i) {
    values += static_cast<char>(static_cast<int>(random.below(200)) - 100);
  }
  return values;
}

TEST_F(Identify, OfManyFingerprintsListsRelativesAndCountsStrangers) {
  constexpr std::size_t kModels = 202, kFamily = 14, kRows = 128;
  const std::string good = withoutChecksum(support::readFile(fingerprinted(dir_, "base")));
  Random random(7);
  const std::string parent = randomBands(kRows, random);
  for (std::size_t i = 0; i < kModels; ++i) {
    std::string values = i < kFamily ? parent : randomBands(kRows, random);
    for (std::size_t k = 0; i < kFamily && k < values.size(); ++k) {
      values[k] = static_cast<char>(values[k] + static_cast<int>(random.below(20)) - 10);
    }
    const std::string name = (i < kFamily ? "relative-" : "stranger-") + std::to_string(i);
    dir_.write("many/" + name + ".kfp", withBands(good, 1, kRows, values));
  }
  const RunResult result = compared({"--all", (dir_ / "many").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("Of 20301 pairs of models, 91 share weights"),
                                HasSubstr("in 20210 nothing was found"),
                                HasSubstr("are counted and not listed"),
                                HasSubstr("adjusted by Bonferroni"), HasSubstr("alone (188): ")));
  const json report = json::parse(support::readFile(dir_ / "out" / "report.json"));
  std::map<std::string, std::size_t> listed;
  for (const json& pair : report.at("pairs")) {
    EXPECT_EQ(pair.at("verdict").at("class"), "shared-weights");
    EXPECT_LT(pair.at("verdict").at("log10_p").get<double>(), -6);
    for (const char* model : {"a", "b"}) ++listed[pair.at(model)];
  }
  ASSERT_EQ(listed.size(), kFamily);
  for (const auto& [model, relatives] : listed) EXPECT_GE(relatives, 10U) << model;
  std::map<std::string, json> unlisted;
  for (const json& some : report.at("unlisted")) unlisted[some.at("class")] = some;
  EXPECT_EQ(unlisted["no-evidence"].at("pairs"), 20210);
  EXPECT_GT(unlisted["no-evidence"].at("detectable_rho").get<double>(), 0.5);
  EXPECT_LT(unlisted["no-evidence"].at("detectable_rho").get<double>(), 1);
  EXPECT_EQ(unlisted["shared-weights"].value("pairs", 0U) + report.at("pairs").size(), 91);
  ASSERT_EQ(report.at("families").size(), 1 + kModels - kFamily);
  EXPECT_EQ(report.at("families")[0].at("models").size(), kFamily);
  EXPECT_EQ(report.at("families")[1].at("undecided"), 0);
  EXPECT_THAT(support::readFile(dir_ / "out" / "report.html"),
              HasSubstr("are counted and not listed"));
  EXPECT_EQ(compared({"--all", (dir_ / "many").string(), "--fail-on", "no-evidence"}).exit_code, 3);
}

}  // namespace
}  // namespace kindred::clitest
