// What a run read, kept in one file: whoever has it runs it again, without the models and without a
// network, to the bit.
#include <gmock/gmock.h>

#include <fstream>

#include "recipes.hpp"
#include "servers/range_server.hpp"
#include "support/gguf_llama.hpp"
#include "support/torch.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using servers::Content;
using servers::RangeServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kCommit(40, 'c');

class Bundles : public testing::Test {
 protected:
  RunResult kindred(std::vector<std::string> arguments, const std::string& endpoint = "") const {
    support::RunOptions options;
    options.directory = dir_.path();
    options.environment = {{"HF_ENDPOINT", endpoint.empty() ? "http://127.0.0.1:9" : endpoint},
                           {"HF_TOKEN", "hf_never_shown"},
                           {"HF_HOME", (dir_ / "hub").string()},
                           {"XDG_CACHE_HOME", (dir_ / "cache").string()}};
    return support::run(std::move(arguments), options);
  }

  // What a run into this folder came to, without what may be another at another time.
  nlohmann::json report(const std::string& folder) const {
    auto document = nlohmann::json::parse(support::readFile(dir_ / (folder + "/report.json")));
    document.erase("cost");
    return document;
  }
  void expectTheSame(const std::string& first, const std::string& second) const {
    for (const char* file : {"/observations.csv", "/findings.csv"}) {
      EXPECT_EQ(support::readFile(dir_ / (second + file)), support::readFile(dir_ / (first + file)))
          << file;
    }
    EXPECT_EQ(report(second), report(first));
    EXPECT_EQ(manifest(second).at("ranges"), manifest(first).at("ranges"));
  }
  nlohmann::json manifest(const std::string& folder) const {
    return nlohmann::json::parse(support::readFile(dir_ / (folder + "/manifest.json")));
  }
  std::string bundle(const std::string& name = "x") const {
    return support::readFile(dir_ / (name + ".kbundle"));
  }

  // Runs x.kbundle, keeping what is read, and expects all of it to be as in `first`.
  void expectAgain(const std::string& first) const {
    const RunResult again =
        kindred({"run", "x.kbundle", "--force", "--out", "again", "--bundle", "second.kbundle"});
    ASSERT_EQ(again.exit_code, 0) << again.err;
    expectTheSame(first, "again");
    EXPECT_EQ(bundle("second"), bundle());
  }

  // base and tuned in the folder models/.
  void writeModels() const {
    const Toy base = toyLlama(1);
    saveModel(dir_ / "models/base", stored(base), toyLlamaConfig());
    saveModel(dir_ / "models/tuned", stored(tuned(base, 3)), toyLlamaConfig());
  }
  RunResult compareModels(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"compare", "models/base", "models/tuned", "--force",
                                   "--out",   "first",       "--bundle",     "x.kbundle"};
    words.insert(words.end(), more.begin(), more.end());
    return kindred(words);
  }
  // The same names, with a tensor much longer than what is read to find it.
  void writeLongModels() const {
    for (const auto& [name, seed] : {std::pair{"base", 1U}, {"tuned", 2U}}) {
      saveModel(dir_ / ("models/" + std::string(name)),
                {support::randomTensor("lm_head.weight", DType::BF16, {4096, 256}, seed)},
                "{\"x\": " + std::to_string(seed) + "}");
    }
  }
  // A recipe that reads the beginning of one tensor of either.
  std::string smallRecipe(const std::string& source = "{plugin: local-mmap, root: models}") const {
    return "kindred: 1\ntitle: a test\nsources:\n  disk: " + source +
           "\nmodels:\n  a: disk:base\n  b: disk:tuned\nsteps:\n"
           "  - {name: heads, compare: [a, b], select: [\"lm_head.weight\"], sample: {head: 64}, "
           "metrics: [cosine]}\n";
  }
  RunResult runSmall(std::vector<std::string> more = {}) const {
    dir_.write("recipe.yaml", smallRecipe());
    std::vector<std::string> words{"run",   "recipe.yaml", "--force",  "--out",
                                   "first", "--bundle",    "x.kbundle"};
    words.insert(words.end(), more.begin(), more.end());
    return kindred(words);
  }

  TempDir dir_;
};

TEST_F(Bundles, OfLocalModelsComeOutToTheBitWithoutTheModels) {
  writeModels();
  const RunResult first = compareModels();
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, AllOf(HasSubstr("Bundle: x.kbundle ("), HasSubstr(" kB, SHA-256 ")));
  EXPECT_EQ(report("first").at("verdict").at("class"), "shared-weights");
  fs::remove_all(dir_ / "models");
  expectAgain("first");
  const RunResult third = kindred({"run", "x.kbundle", "--force", "--out", "third"});
  EXPECT_THAT(third.err, testing::Not(HasSubstr("is now")));  // of a recipe that nobody edits
}

TEST_F(Bundles, TellNothingOfTheMachineThatWroteThem) {
  writeModels();
  ASSERT_EQ(compareModels().exit_code, 0);
  EXPECT_THAT(bundle(), AllOf(Not(HasSubstr(dir_.text())), Not(HasSubstr("hf_never_shown"))));
  dir_.write("recipe.yaml", smallRecipe("{plugin: local-mmap, root: " + dir_.text() + "/models}"));
  const RunResult run =
      kindred({"run", "recipe.yaml", "--force", "--out", "o", "--bundle", "y.kbundle"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(bundle("y"), Not(HasSubstr(dir_.text())));
}

// What is in models/, on a Hub, and a comparison of it that was kept.
class BundlesOfAHub : public Bundles {
 protected:
  BundlesOfAHub() {
    writeModels();
    publish();
    const RunResult first =
        kindred({"compare", "org/base", "org/tuned", "--out", "first", "--bundle", "x.kbundle"},
                server_->endpoint());
    EXPECT_EQ(first.exit_code, 0) << first.err;
    EXPECT_EQ(report("first").at("verdict").at("class"), "shared-weights");
  }
  void publish() {
    for (const std::string model : {"base", "tuned"}) {
      std::map<std::string, Content> files;
      for (const auto& entry : fs::directory_iterator(dir_ / ("models/" + model))) {
        const std::string name = entry.path().filename().string();
        files[name] = servers::textContent(support::readFile(entry.path()));
        if (name.ends_with(".safetensors"))
          files[name].sha256 =
              std::to_string(1'000'000'000'000'000'000U + ++hash_) + std::string(45, 'e');
      }
      server_->publish("org/" + model, "main", kCommit, files);
    }
  }
  RunResult verify(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"verify", "x.kbundle"};
    words.insert(words.end(), more.begin(), more.end());
    return kindred(words);
  }

  std::uint64_t hash_ = 0;  // of each file another
  std::unique_ptr<RangeServer> server_ = std::make_unique<RangeServer>();
};

TEST_F(BundlesOfAHub, NeedNoNetwork) {
  server_.reset();
  fs::remove_all(dir_ / "cache");
  fs::remove_all(dir_ / "models");
  expectAgain("first");
  EXPECT_EQ(report("again").at("models").at(0).at("revision"), kCommit);
  EXPECT_THAT(bundle(), Not(HasSubstr("hf_never_shown")));
}

TEST_F(BundlesOfAHub, AreHeldAgainstTheServerThatTheyCameFrom) {
  server_->forget();
  const RunResult same = verify();
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, AllOf(HasSubstr("org/base@" + kCommit), HasSubstr("Nothing differs"),
                              Not(HasSubstr("not asked"))));
  EXPECT_GT(server_->bytesSent("model.safetensors"), 0U) << "what was fetched before counts not";
}

TEST_F(BundlesOfAHub, SayWhichServerCouldNotBeAsked) {
  EXPECT_THAT(verify({"--offline"}).out,
              AllOf(HasSubstr("org/base@" + kCommit + ": not asked where it came from: --offline"),
                    HasSubstr("Nothing differs")));
  server_->failEndpoint({.kind = servers::Fault::Kind::status, .status = 404});
  const RunResult gone = verify();
  EXPECT_EQ(gone.exit_code, 0) << gone.out << gone.err;
  EXPECT_THAT(gone.out, HasSubstr("org/tuned@" + kCommit + ": not asked where it came from: "));
}

TEST_F(BundlesOfAHub, WithABitTurnedAreNamedByItsPlace) {
  std::string text = bundle();
  text.back() ^= 1;
  dir_.write("x.kbundle", text);
  const RunResult turned = verify({"--offline"});
  EXPECT_EQ(turned.exit_code, 3);
  EXPECT_THAT(turned.out, AllOf(HasSubstr("differs: bytes "), HasSubstr(", in the bundle itself")));
}

TEST_F(Bundles, AreToldFromWhatTheServerHasNow) {
  writeLongModels();
  RangeServer server;
  const auto serve = [&](const std::string& name, std::string text) {
    server.serve("/" + name, servers::textContent(std::move(text)));
  };
  for (const char* name : {"base/config.json", "base/model.safetensors", "tuned/config.json",
                           "tuned/model.safetensors"}) {
    serve(name, support::readFile(dir_ / ("models/" + std::string(name))));
  }
  dir_.write("recipe.yaml", smallRecipe("{plugin: http-range, layout: files, endpoint: \"" +
                                        server.endpoint() + "\"}"));
  const RunResult first =
      kindred({"run", "recipe.yaml", "--force", "--out", "o", "--bundle", "x.kbundle"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(kindred({"verify", "x.kbundle"}).exit_code, 0);

  std::string text = support::readFile(dir_ / "models/tuned/model.safetensors");
  text[1000] ^= 1;
  serve("tuned/model.safetensors", text);
  const RunResult differs = kindred({"verify", "x.kbundle"});
  EXPECT_EQ(differs.exit_code, 3) << differs.out << differs.err;
  EXPECT_THAT(differs.out, AllOf(HasSubstr("differs: bytes 0 to "), HasSubstr("\n1 difference."),
                                 HasSubstr("of tuned/model.safetensors")));
  const auto document = nlohmann::json::parse(kindred({"verify", "x.kbundle", "--json"}).out);
  EXPECT_EQ(document.at("same"), false);
  EXPECT_EQ(document.at("differences").size(), 1U);

  serve("tuned/model.safetensors", text + "more");
  EXPECT_THAT(kindred({"verify", "x.kbundle"}).out,
              HasSubstr("differs: size of tuned/model.safetensors"));
}

TEST_F(Bundles, OfGgufAndTorchFiles) {
  const Toy base = toyLlama(1);
  dir_.write("models/base.gguf", support::ggufLlama(base, {}, support::GgufType::Q8_0));
  fs::create_directories(dir_ / "models/tuned");
  dir_.write("models/tuned/pytorch_model.bin", support::torchBytes(stored(tuned(base, 3))));
  dir_.write("models/tuned/config.json", toyLlamaConfig());
  const RunResult first = kindred(
      {"compare", "models/base.gguf", "models/tuned", "--out", "first", "--bundle", "x.kbundle"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(report("first").at("verdict").at("class"), "shared-weights");
  fs::remove_all(dir_ / "models");
  expectAgain("first");
}

TEST_F(Bundles, OfARecipeHoldDocumentsAndNoMoreThanWasRead) {
  writeLongModels();
  dir_.write("models/base/tokenizer.json", R"({"model":{"vocab":{"a":0,"b":1}}})");
  dir_.write("models/tuned/tokenizer.json", R"({"model":{"vocab":{"a":0,"c":1}}})");
  dir_.write("recipe.yaml", smallRecipe() +
                                "  - {name: words, tokenizers: [a, b]}\n"
                                "  - {name: settings, configs: [a, b]}\n"
                                "  - {name: files, manifests: [a, b]}\n");
  const RunResult first =
      kindred({"run", "recipe.yaml", "--force", "--out", "first", "--bundle", "x.kbundle"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_LT(bundle().size(), fs::file_size(dir_ / "models/base/model.safetensors") / 4);
  fs::remove_all(dir_ / "models");
  expectAgain("first");
}

TEST_F(Bundles, SayWhatTheyDoNotHold) {
  writeLongModels();
  ASSERT_EQ(runSmall().exit_code, 0);
  const RunResult more = kindred(
      {"run", "x.kbundle", "--force", "--out", "again", "--set", "steps.heads.sample.head=200000"});
  EXPECT_EQ(more.exit_code, 2);
  EXPECT_THAT(more.err, AllOf(HasSubstr("x.kbundle: it does not hold bytes "),
                              HasSubstr("of 'model.safetensors' (it has what its own run read")));
  EXPECT_EQ(std::count(more.err.begin(), more.err.end(), '\n'), 1) << more.err;
  EXPECT_FALSE(fs::exists(dir_ / "again/report.json"));
}

TEST_F(Bundles, CanBeLookedAtBeforeTheyAreRun) {
  writeModels();
  ASSERT_EQ(runSmall().exit_code, 0);
  EXPECT_THAT(kindred({"plan", "x.kbundle"}).out, HasSubstr("heads"));
  EXPECT_EQ(kindred({"check", "x.kbundle"}).exit_code, 0);
}

TEST_F(Bundles, ResultsOfThemAreVerifiedAsOthersAre) {
  writeModels();
  ASSERT_EQ(runSmall().exit_code, 0);
  fs::remove_all(dir_ / "models");
  ASSERT_EQ(kindred({"run", "x.kbundle", "--force", "--out", "again"}).exit_code, 0);
  const RunResult verified = kindred({"verify", "again"});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(BundlesOfAHub, VerifyTheResultsThatWerePublishedBesideThem) {
  server_.reset();
  fs::remove_all(dir_ / "cache");
  EXPECT_NE(kindred({"verify", "first", "--offline"}).exit_code, 0);
  const RunResult same = kindred({"verify", "first", "--bundle", "x.kbundle"});
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, HasSubstr("The same again: "));

  std::string findings = support::readFile(dir_ / "first/findings.csv");
  findings.at(findings.size() - 2) ^= 1;
  dir_.write("first/findings.csv", findings);
  const RunResult changed = kindred({"verify", "first", "--bundle", "x.kbundle"});
  EXPECT_EQ(changed.exit_code, 3);
  EXPECT_THAT(changed.out, HasSubstr("differs: findings.csv line "));
}

TEST_F(Bundles, OfADiskCanBeHeldAgainstTheirOwnHashesAlone) {
  writeModels();
  ASSERT_EQ(runSmall().exit_code, 0);
  const RunResult verified = kindred({"verify", "x.kbundle"});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_THAT(verified.out,
              AllOf(HasSubstr("base: not asked where it came from: it was read from a "
                              "disk"),
                    HasSubstr("Nothing differs")));
}

TEST_F(Bundles, ReadNothingButThemselves) {
  writeModels();
  ASSERT_EQ(runSmall().exit_code, 0);
  const RunResult run = kindred(
      {"run", "x.kbundle", "--force", "--out", "again", "--set", "sources.disk.plugin=local-mmap"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("'local-mmap' would read from elsewhere"));
}

TEST_F(Bundles, DamagedAreRefusedInOneLine) {
  writeModels();
  ASSERT_EQ(runSmall().exit_code, 0);
  const std::string whole = bundle();
  std::string flipped = whole;
  flipped.back() ^= 1;
  for (const std::string& bytes :
       {std::string(), std::string("kindred: 1\n"), whole.substr(0, whole.size() - 1),
        whole.substr(0, 100), flipped, whole + "x"}) {
    dir_.write("y.kbundle", bytes);
    const RunResult run = kindred({"run", "y.kbundle", "--force", "--out", "again"});
    EXPECT_EQ(run.exit_code, 2) << run.out;
    EXPECT_THAT(run.err, HasSubstr("y.kbundle: "));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_FALSE(fs::exists(dir_ / "again/report.json"));
  }
  EXPECT_EQ(kindred({"run", "no.kbundle"}).exit_code, 2);
}

TEST_F(Bundles, AreNoModels) {
  writeModels();
  ASSERT_EQ(runSmall().exit_code, 0);
  const RunResult run = kindred({"inspect", "x.kbundle"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.err,
            "kindred: x.kbundle: is a bundle of what a run has read, and no model (kindred run "
            "x.kbundle runs it again)\n");
}

TEST_F(Bundles, AreNotBegunWhereTheyCannotBeWritten) {
  writeModels();
  for (const char* name : {"x.zip", "no/x.kbundle"}) {
    const RunResult run = kindred({"compare", "models/base", "models/tuned", "--bundle", name});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr(name));
    EXPECT_FALSE(fs::exists(dir_ / "out/compare/report.json"));
  }
}

TEST_F(Bundles, AreWrittenWholeOrNotAtAll) {
  writeModels();
  dir_.write("x.kbundle", "an older one");
  ASSERT_EQ(runSmall({"--max-bytes", "1"}).exit_code, 2);
  EXPECT_EQ(bundle(), "an older one");
  for (const auto& entry : fs::directory_iterator(dir_.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("part")));
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr(".kindred-")));
  }
}

}  // namespace
}  // namespace kindred::clitest
