// Reports as Chromium shows them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "browser/browser.hpp"
#include "support/safetensors.hpp"

namespace kindred::browsertest {
namespace {

namespace fs = std::filesystem;
using support::RunResult;
using support::TempDir;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kDemo = KINDRED_SOURCE_DIR "/configs/demo/";

// One browser for all tests; each opens a page of its own.
class ReportPage : public testing::Test {
 protected:
  static void SetUpTestSuite() { browser_ = std::make_unique<Browser>(); }
  static void TearDownTestSuite() { browser_.reset(); }

  void SetUp() override { browser().resize(1280, 900); }

  static Browser& browser() { return *browser_; }

  fs::path kindred(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--force", "--out", (dir_ / "out").string()});
    const RunResult result = support::run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return dir_ / "out/report.html";
  }

  static int pictures() {
    return browser().evaluate("return document.querySelectorAll('figure').length").get<int>();
  }

  // Scrolls to each picture and waits until it is drawn, with marks.
  static void expectAllDrawn() {
    for (int i = 0; i < pictures(); ++i) {
      const std::string figure = "document.querySelectorAll('figure')[" + std::to_string(i) + "]";
      browser().evaluate(figure + ".scrollIntoView({behavior: 'instant', block: 'center'})");
      EXPECT_TRUE(browser().becomesTrue(
          "const f = " + figure +
          "; const svg = f.querySelector('.chart svg.marks'), canvas = "
          "f.querySelector('.chart canvas.marks');"
          "if (svg) return [...svg.querySelectorAll('.role-mark')].some(g => "
          "g.querySelector('path, text, line, rect') !== null);"
          "if (!canvas || canvas.width === 0) return false;"
          "const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, "
          "canvas.height).data;"
          "return pixels.some(value => value !== 0);"))
          << browser().evaluate("return " + figure + ".id");
    }
  }

  static void expectQuietAndOffline() {
    EXPECT_THAT(browser().consoleErrors(), IsEmpty());
    EXPECT_THAT(browser().requests(), IsEmpty());
  }

  static std::string textOf(const std::string& selector) {
    return browser()
        .evaluate("return document.querySelector('" + selector + "').innerText")
        .get<std::string>();
  }

  TempDir dir_;

 private:
  static std::unique_ptr<Browser> browser_;
};

std::unique_ptr<Browser> ReportPage::browser_;

TEST_F(ReportPage, OfTheDemoDrawsEveryPictureOffline) {
  browser().open(kindred({"run", KINDRED_SOURCE_DIR "/configs/demo.yaml"}));
  EXPECT_GE(pictures(), 8);
  EXPECT_THAT(textOf("#verdict"), HasSubstr("pairs of models"));
  expectAllDrawn();
  expectQuietAndOffline();
}

TEST_F(ReportPage, OfAComparisonSaysItsVerdictAndShowsControls) {
  // The models of the zoo where it lies beside the project, else those of the demo.
  const fs::path zoo = fs::path(KINDRED_SOURCE_DIR) / "../shared/zoo";
  const bool there = fs::exists(zoo);
  const std::string a = there ? (zoo / "alpha").string() : kDemo + "base";
  const std::string b = there ? (zoo / "alpha-finetuned").string() : kDemo + "tuned";
  const std::string control = there ? (zoo / "beta").string() : kDemo + "stranger";
  browser().open(kindred({"compare", a, b, "--control", control}));
  EXPECT_THAT(textOf("#verdict"),
              HasSubstr("agree as those of models trained independently would"));
  EXPECT_GT(browser().evaluate("return document.querySelectorAll('circle.control').length"), 0);
  expectAllDrawn();
  expectQuietAndOffline();
}

TEST_F(ReportPage, OfAllPairsDrawsTheFamilies) {
  browser().open(kindred({"compare", "--all", kDemo}));
  EXPECT_THAT(textOf("#pictures"), HasSubstr("Who shares weights with whom"));
  expectAllDrawn();
  expectQuietAndOffline();
}

TEST_F(ReportPage, OfManyPairsShowsThoseThatAreTyped) {
  const support::TempDir dir;
  for (const char* name : {"red", "green", "blue", "white", "black", "grey"}) {
    std::filesystem::copy(kDemo + "base", dir / name, std::filesystem::copy_options::recursive);
  }
  browser().open(kindred({"compare", "--all", dir.path().string()}));
  const std::string shown =
      "return [...document.querySelectorAll('.filtered tbody tr')].filter(r => !r.hidden).length";
  EXPECT_EQ(browser().evaluate(shown), 15);
  browser().evaluate(
      "const i = document.querySelector('input[type=search]'); i.value = 'red'; "
      "i.dispatchEvent(new Event('input'))");
  EXPECT_EQ(browser().evaluate(shown), 5) << textOf(".filtered");
  expectQuietAndOffline();
}

TEST_F(ReportPage, TellsTheValueUnderTheMouse) {
  browser().open(kindred({"compare", kDemo + "base", kDemo + "tuned"}));
  const std::string mark =
      "document.querySelector('figure[id*=coins] .mark-symbol.role-mark path')";
  browser().evaluate(
      "document.querySelector('figure[id*=coins]').scrollIntoView({behavior: 'instant', block: "
      "'center'})");
  ASSERT_TRUE(browser().becomesTrue("return " + mark + " !== null"));
  const auto place = browser().evaluate("const r = " + mark +
                                        ".getBoundingClientRect(); return [r.x + r.width / 2, r.y "
                                        "+ r.height / 2]");
  browser().pointAt(place[0], place[1]);
  ASSERT_TRUE(browser().becomesTrue(
      "const t = document.querySelector('#vg-tooltip-element.visible'); return t !== null"));
  EXPECT_THAT(textOf("#vg-tooltip-element"), HasSubstr("heads"));
  expectQuietAndOffline();
}

TEST_F(ReportPage, FollowsWidthAndColourScheme) {
  browser().colourScheme("dark");
  browser().resize(390, 844);
  browser().open(kindred({"compare", kDemo + "base", kDemo + "tuned"}));
  expectAllDrawn();
  EXPECT_EQ(browser().evaluate("return getComputedStyle(document.body).backgroundColor"),
            "rgb(20, 24, 27)");
  EXPECT_LE(browser().evaluate("return document.documentElement.scrollWidth").get<int>(), 390);
  browser().colourScheme("light");
  expectQuietAndOffline();
}

TEST_F(ReportPage, OffersPicturesAsSvgPngAndCsv) {
  browser().open(kindred({"compare", kDemo + "base", kDemo + "tuned"}));
  browser().evaluate(
      "document.querySelector('figure').scrollIntoView({behavior: 'instant', block: 'center'})");
  ASSERT_TRUE(browser().becomesTrue("return document.querySelector('.vega-actions a') !== null"));
  EXPECT_EQ(browser().evaluate("return [...document.querySelector('.vega-actions').children].map(a "
                               "=> a.textContent)"),
            nlohmann::json::array({"Save as SVG", "Save as PNG", "Save as CSV"}));
}

TEST_F(ReportPage, ShowsHostileNamesAsText) {
  const std::string name = "<script>window.hurt=1</script>\"'\x01\u202e<img src=x onerror=hurt=1>";
  for (const char* model : {"a", "b"}) {
    fs::create_directories(dir_ / model);
    support::writeSafetensors(dir_ / (std::string(model) + "/model.safetensors"),
                              {support::randomTensor("layers.0." + name, DType::F32, {64}, 1),
                               support::randomTensor("layers.1." + name, DType::F32, {64}, 2)});
  }
  const fs::path recipe = dir_.write(
      "recipe.yaml",
      "kindred: 1\n"
      "title: \"<script>window.hurt=1</script> \\\" \\u202e &amp;\"\n"
      "sources: {disk: {plugin: local-mmap, root: .}}\n"
      "models: {a: disk:a, b: disk:b}\n"
      "selections: {all: [\"layers.{layer}.*\"]}\n"
      "steps:\n"
      "  - {name: all, compare: [a, b], select: all, pair: all-layers, metrics: [cosine]}\n");
  kindred({"run", recipe.string()});
  // A recipe's models have harmless names, but results may come from anybody.
  nlohmann::json report = nlohmann::json::parse(support::readFile(dir_ / "out/report.json"));
  report["pairs"][0]["a"] = report["models"][0]["key"] = "</script><b>" + name;
  dir_.write("out/report.json",
             report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  ASSERT_EQ(support::run({"report", (dir_ / "out").string()}).exit_code, 0);
  browser().open(dir_ / "out/report.html");
  EXPECT_GT(pictures(), 0);
  expectAllDrawn();
  EXPECT_EQ(browser().evaluate("return typeof window.hurt"), "undefined");
  EXPECT_EQ(browser().evaluate("return document.querySelectorAll('main script:not([type]), main "
                               "img').length"),
            0);
  EXPECT_THAT(textOf("h1"), HasSubstr("<script>window.hurt=1</script> \" \\u202e &amp;"));
  EXPECT_THAT(textOf("main"), HasSubstr("</script><b><script>window.hurt=1</script>\"'"));
  expectQuietAndOffline();
}

// 47 layers with two norms each, as in a large mixture of experts; four models, six pairs.
std::string sixPairs(const TempDir& dir) {
  constexpr int kLayers = 47, kModels = 4;
  std::string models, steps;
  for (int m = 0; m < kModels; ++m) {
    std::vector<support::TestTensor> tensors;
    for (int layer = 0; layer < kLayers; ++layer) {
      for (const char* norm : {"input_layernorm", "post_attention_layernorm"}) {
        std::vector<double> values;
        for (int i = 0; i < 64; ++i) {
          values.push_back(0.5 + layer / 90.0 + 0.1 * std::sin(i * (m + 2.0) + layer));
        }
        tensors.push_back(
            support::tensorOf("model.layers." + std::to_string(layer) + "." + norm + ".weight",
                              DType::F32, {64}, values));
      }
    }
    const std::string key = "model-" + std::to_string(m);
    fs::create_directories(dir / key);
    support::writeSafetensors(dir / (key + "/model.safetensors"), tensors);
    models += "  " + key + ": disk:" + key + "\n";
    for (int other = 0; other < m; ++other) {
      const std::string b = "model-" + std::to_string(other);
      steps += "  - {name: layers-" + std::to_string(m) + std::to_string(other) + ", compare: [" +
               key + ", " + b +
               "], select: norms, pair: all-layers, metrics: [cosine, {plugin: cosine, centred: "
               "true, as: pearson}, mad]}\n";
    }
  }
  return "kindred: 1\ntitle: Six pairs\nsources:\n  disk: {plugin: local-mmap, root: "
         ".}\nmodels:\n" +
         models +
         "selections:\n  norms: [\"model.layers.{layer}.input_layernorm.weight\", "
         "\"model.layers.{layer}.post_attention_layernorm.weight\"]\nsteps:\n" +
         steps;
}

TEST_F(ReportPage, OfSixLargePairsStaysSmall) {
  const fs::path page = kindred({"run", dir_.write("recipe.yaml", sixPairs(dir_)).string()});
  EXPECT_LT(fs::file_size(page), 5'000'000U);
  browser().open(page);
  EXPECT_GE(pictures(), 12);
  expectAllDrawn();
  expectQuietAndOffline();
}

TEST_F(ReportPage, WatchersSeeARequestAndAnError) {
  const fs::path page = dir_.write(
      "page.html", "<img src='http://127.0.0.1:9/x.png'><script>console.error('oh')</script>");
  browser().open(page);
  EXPECT_THAT(browser().requests(), testing::Contains("http://127.0.0.1:9/x.png"));
  EXPECT_THAT(browser().consoleErrors(), testing::Contains(HasSubstr("oh")));
}

}  // namespace
}  // namespace kindred::browsertest
