// Mistakes that people make, and the whole of what they are told: tests/data/mistakes.txt. Each
// ends with exit code 2. KINDRED_UPDATE_GOLDEN=1 writes the file again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;

const fs::path kList = fs::path(KINDRED_SOURCE_DIR) / "tests/data/mistakes.txt";

// A folder in which somebody works: two good models, a recipe, and what goes wrong.
class Desk {
 public:
  Desk() {
    for (const auto& [name, demo] :
         {std::pair{"A", "base"}, std::pair{"B", "tuned"}, std::pair{"models/base", "base"},
          std::pair{"models/tuned", "tuned"}}) {
      fs::create_directories((dir_ / name).parent_path());
      fs::copy(fs::path(KINDRED_SOURCE_DIR) / "configs/demo" / demo, dir_ / name,
               fs::copy_options::recursive);
    }
    fs::create_directories(dir_ / "empty");
    dir_.write("notes.txt", "hello\n");
    dir_.write("page.safetensors", "<!doctype html><html></html>");
    dir_.write("pointer.safetensors",
               "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n");
    dir_.write("cut.safetensors",
               support::readFile(dir_ / "A/model-00001-of-00002.safetensors").substr(0, 100));
    dir_.write("half/model.safetensors.index.json",
               R"({"weight_map": {"x": "model-00001-of-00002.safetensors"}})");
    dir_.write("recipe.yaml",
               "kindred: 1\ntitle: a question\n"
               "sources:\n  disk: {plugin: local-mmap, root: models}\n"
               "models:\n  base: disk:base\n  tuned: disk:tuned\n"
               "steps:\n  - {name: norms, compare: [base, tuned], metrics: [cosine]}\n");
    const std::string sound = support::readFile(dir_ / "recipe.yaml");
    const auto change = [&](const char* name, const std::string& what, const std::string& by) {
      std::string text = sound + "expect:\n  - {figure: norms.cosine.mean, at-least: 0.9}\n";
      dir_.write(name, text.replace(text.find(what), what.size(), by));
    };
    change("metric.yaml", "[cosine]", "[cosin]");
    change("metrics.yaml", "metrics:", "metrcs:");
    change("foreach.yaml", "{name: norms,", "{foreach: {n: [1, 2], m: [3]}, name: norms$n$m,");
    change("sources.yaml", "sources:", "source:");
    change("root.yaml", "root: models", "root: modles");
    change("expected.yaml", "norms.cosine.mean", "norms.cosin.mean");
    // Everything that can be known of it is wrong at once.
    dir_.write(
        "all.yaml",
        "kindred: 1\ntitel: a question\n"
        "sources:\n  disk: {plugin: local-mmap, root: models, raed: map}\n  hub: {plugin: "
        "http-range}\n"
        "models:\n  base: disk:base\n  tuned: hbu:tuned\n"
        "steps:\n"
        "  - name: norms\n    compare: [base, tund]\n    sampel: all\n"
        "    metrics: [cosin, {plugin: mad, centerd: true}]\n"
        "  - {name: sim, compare: [base, tuned], select: {role: mlp.upp}, read: 8mb,\n"
        "     metrics: [{plugin: cosine, centred: maybe, as: c}]}\n"
        "  - {foreach: {n: [1, 2]}, name: again$n, compar: [base, tuned], metrics: [l2-nrm]}\n"
        "  - name: far\n    compare: [base, tuned]\n    sample: {head: 1,000}\n"
        "    test: {plugin: sign-tets}\n"
        "expect:\n"
        "  - {figure: sim.c.maen, at-least: 0,9}\n"
        "  - {figure: sim.d.mean, at-most: 1}\n"
        "  - figure: sim.log10_p\n    at-most: -3,5\n"
        "  - {figure: smi.c.mean, at-most: 1}\n");
    change("address.yaml", "disk:base", "disk:bas");
    change("size.yaml", "metrics:", "read: 8mb, metrics:");
    change("point.yaml", "0.9}", "0,9}");
    change("digits.yaml", "0.9}", "'0,9'}");
    change("statistic.yaml", "norms.cosine.mean", "norms.cosine.maen");
    change("short.yaml", "norms.cosine.mean", "norms.cosine");
    change("figure.yaml", "norms.cosine.mean", "norms.log10_p");
    dir_.write("hand/report.md", "my own words\n");
    dir_.write("half-ours/manifest.json", "{\"kindred\": \"0\", \"recipe\": {\"text\": \"then\"}}");
    dir_.write("half-ours/recipe.yaml", "now\n");
    dir_.write("out.cdx.json", "{}");
    dir_.write("stated.cdx.json", "{}");
    dir_.write("stated.intoto.json", "{}");
    dir_.write("cut.kfp", support::readFile(dir_ / "cut.safetensors"));
    dir_.write("tabs.yaml", "kindred: 1\nsteps:\n\t- {name: norms}\n");
  }

  support::RunResult type(const std::string& command) const {
    support::RunOptions options;
    options.directory = dir_.path();
    const char* path = std::getenv("PATH");
    options.environment = {
        {"PATH", fs::path(KINDRED_BINARY).parent_path().string() + ":" + (path ? path : "")},
        {"XDG_CACHE_HOME", (dir_ / "cache").string()},
        {"http_proxy", std::nullopt},
        {"all_proxy", std::nullopt},
        {"ALL_PROXY", std::nullopt},
        {"KINDRED_PLUGIN_PATH", std::nullopt}};
    support::RunResult result = support::runCommand({"bash", "-c", command + " 2>&1"}, options);
    replace(result.out, KINDRED_PLUGIN_DIR, "PLUGINS");
    replace(result.out, fs::canonical(dir_.path()).string(), "HERE");
    replace(result.out, dir_.text(), "HERE");
    result.out = std::regex_replace(result.out, std::regex("after [0-9]+ ms"), "after N ms");
    replace(result.out, "Could not connect", "Couldn't connect");  // newer libcurls say so
    return result;
  }

 private:
  static void replace(std::string& text, const std::string& what, const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
      text.replace(at, what.size(), with);
    }
  }

  support::TempDir dir_;
};

TEST(Mistakes, AreToldWithTheirPlaceAndRemedy) {
  const Desk desk;
  std::istringstream list(support::readFile(kList));
  std::string now, expected;
  std::size_t count = 0;
  std::string command;
  const auto finish = [&] {
    if (command.empty()) return;
    SCOPED_TRACE(command);
    const support::RunResult result = desk.type(command);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    if (std::getenv("KINDRED_UPDATE_GOLDEN") == nullptr) {
      EXPECT_EQ(result.out, expected);
    }
    now += "$ " + command + '\n' + result.out;
    expected.clear();
    ++count;
  };
  for (std::string line; std::getline(list, line);) {
    if (line.starts_with("$ ")) {
      finish();
      command = line.substr(2);
    } else {
      expected += line + '\n';
    }
  }
  finish();
  EXPECT_GE(count, 60U);
  if (std::getenv("KINDRED_UPDATE_GOLDEN") != nullptr) std::ofstream(kList) << now;
}

}  // namespace
}  // namespace kindred::clitest
