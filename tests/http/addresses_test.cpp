// Models named in other ways than org/name@main: folders, files, pages, new names, and a server
// that is laid out otherwise.
#include "fixture.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::Fault;
using servers::randomContent;
using servers::textContent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kNamedCommit(40, 'a');

class AddressesTest : public RemoteTest {
 protected:
  AddressesTest() {
    server_.publish("org/model", "main", kNamedCommit,
                    {{"config.json", textContent("{}")},
                     {"model.safetensors", weights_},
                     {"model.fp16.safetensors", other_},
                     {"unet/config.json", textContent("{\"a\": 1}")},
                     {"unet/x.safetensors", other_}});
  }

  servers::Content weights_ = randomContent(100'000, 1);
  servers::Content other_ = randomContent(90'000, 2);
};

TEST_F(AddressesTest, AFolderOfAModelIsAModel) {
  auto remote = source();
  auto location = remote->open("org/model@main:unet");
  EXPECT_THAT(location->list(), ElementsAre("config.json", "x.safetensors"));
  EXPECT_EQ(location->chosen(), "");
  EXPECT_EQ(read(*location->open("x.safetensors"), 50'000, 100), bytesOf(other_, 50'000, 100));
  EXPECT_EQ(read(*location->open("config.json"), 0, 8), "{\"a\": 1}");
  EXPECT_EQ(location->pinned(), "org/model@" + kNamedCommit + ":unet");
  EXPECT_EQ(location->addressOf("x.safetensors"), "org/model@main:unet/x.safetensors");
}

TEST_F(AddressesTest, AFileOfAModelComesWithWhatBelongsToIt) {
  auto remote = source();
  auto location = remote->open("org/model:model.fp16.safetensors");
  EXPECT_EQ(location->chosen(), "model.fp16.safetensors");
  EXPECT_THAT(location->list(), ElementsAre("config.json", "model.fp16.safetensors"));
  EXPECT_EQ(read(*location->open("model.fp16.safetensors"), 0, 10), bytesOf(other_, 0, 10));
}

TEST_F(AddressesTest, PastedPagesAndUrisMeanTheSame) {
  auto remote = source();
  for (const char* text : {"hf://org/model@main/unet/x.safetensors",
                           "https://huggingface.co/org/model/blob/main/unet/x.safetensors",
                           "https://hf.co/org/model/resolve/main/unet/x.safetensors?download=true",
                           "org/model/unet/x.safetensors"}) {
    auto location = remote->open(text);
    EXPECT_EQ(location->chosen(), "x.safetensors") << text;
    EXPECT_EQ(location->pinned(), "org/model@" + kNamedCommit + ":unet/x.safetensors") << text;
  }
  EXPECT_EQ(remote->open(server_.endpoint() + "/org/model/tree/main")->revision(), kNamedCommit);
  EXPECT_THAT(errorOf([&] { remote->open("https://elsewhere.example/org/model"); }),
              HasSubstr("endpoint: https://elsewhere.example"));
}

TEST_F(AddressesTest, WhatAModelLacksIsSaidWithWhatItHas) {
  auto remote = source();
  const std::string error = errorOf([&] { remote->open("org/model:vae"); });
  EXPECT_THAT(error, HasSubstr("no folder or file 'vae'"));
  EXPECT_THAT(error, HasSubstr("it has model.fp16.safetensors, model.safetensors, unet/"));
}

TEST_F(AddressesTest, RevisionsOfAnyLettersReachTheServerEncoded) {
  auto remote = source();
  errorOf([&] { remote->open("org/model@refs/pr/3"); });
  EXPECT_EQ(server_.count("/api/models/org/model/revision/refs%2Fpr%2F3"), 1U);
  errorOf([&] { remote->open("org/model@v1+cu118/größe#2%"); });
  EXPECT_EQ(server_.count("/revision/v1%2Bcu118%2Fgr%C3%B6%C3%9Fe%232%25"), 1U);
}

TEST_F(AddressesTest, ARenamedModelIsReadUnderItsNewName) {
  server_.fail("/api/models/old/Model/revision/main",
               {.kind = Fault::Kind::redirect_to,
                .location = "/api/models/org/model/revision/main?blobs=true"});
  auto remote = source();
  auto location = remote->open("old/Model");
  EXPECT_EQ(location->pinned(), "org/model@" + kNamedCommit);
  EXPECT_EQ(read(*location->open("model.safetensors"), 70'000, 9), bytesOf(weights_, 70'000, 9));
  EXPECT_EQ(server_.count("/old/Model/resolve/"), 0U);
  server_.forget();
  EXPECT_EQ(source({{"offline", true}})->open("old/Model")->revision(), kNamedCommit);
  EXPECT_THAT(server_.seen(), IsEmpty());
}

TEST_F(AddressesTest, AMirrorThatSendsElsewhereDoesNotPassTheTokenOn) {
  const Environment token("HF_TOKEN", "hf_secret");
  servers::RangeServer mirror;
  const Environment endpoint("HF_ENDPOINT", mirror.endpoint());
  for (const int status : {301, 302, 307, 308}) {
    const auto send = [&](const std::string& path, const std::string& query) {
      mirror.fail(path, {.kind = Fault::Kind::redirect_to,
                         .status = status,
                         .location = server_.endpoint() + path + query});
    };
    send("/api/models/org/model/revision/main", "?blobs=true");
    for (const char* name : {"model.safetensors", "config.json"}) {
      send("/org/model/resolve/" + kNamedCommit + "/" + name, "");
    }
    auto remote = source({{"endpoint", mirror.endpoint()}, {"cache-size", "0"}});
    auto location = remote->open("org/model");
    EXPECT_EQ(read(*location->open("model.safetensors"), 70'000, 9), bytesOf(weights_, 70'000, 9));
    EXPECT_EQ(read(*location->open("config.json"), 0, 2), "{}");
  }
  EXPECT_FALSE(mirror.seen().empty());
  for (const servers::Seen& seen : mirror.seen()) EXPECT_EQ(seen.authorization, "Bearer hf_secret");
  for (const servers::Seen& seen : server_.seen()) EXPECT_EQ(seen.authorization, "");
}

TEST_F(AddressesTest, WhatTheHubBehindAMirrorRefusesIsToldInItsWords) {
  servers::RangeServer mirror;
  const std::string path = "/api/models/org/none/revision/main";
  mirror.fail(path, {.kind = Fault::Kind::redirect_to,
                     .status = 308,
                     .location = server_.endpoint() + path + "?blobs=true"});
  auto remote = source({{"endpoint", mirror.endpoint()}});
  EXPECT_THAT(errorOf([&] { remote->open("org/none"); }),
              HasSubstr("no such model, or it is private"));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(AddressesTest, AModelWithoutSiblingsIsListedByItsTree) {
  const std::string sha = weights_.sha256;
  server_.publish("org/large", "main", kNamedCommit, {{"model.safetensors", weights_}});
  server_.serve("/api/models/org/large/revision/v2",
                textContent("{\"id\": \"org/large\", \"sha\": \"" + kNamedCommit + "\"}"));
  server_.serve("/api/models/org/large/tree/" + kNamedCommit,
                textContent(R"([{"type": "file", "path": "model.safetensors", "size": 134,
                                 "lfs": {"oid": ")" +
                            sha + R"(", "size": 100000}}])"));
  auto remote = source();
  auto location = remote->open("org/large@v2");
  EXPECT_THAT(location->list(), ElementsAre("model.safetensors"));
  auto file = location->open("model.safetensors");
  EXPECT_EQ(read(*file, 70'000, 9), bytesOf(weights_, 70'000, 9));
  EXPECT_EQ(file->publishedSha256(), sha);
}

TEST_F(AddressesTest, ModelScopeHasAnotherLayoutAndGetsNoToken) {
  const Environment token("HF_TOKEN", "hf_secret");
  server_.serve("/api/v1/models/org/model/repo/files",
                textContent(R"({"Code": 200, "Data": {"Files": [
                  {"Path": "config.json", "Type": "blob", "Size": 2},
                  {"Path": "model.safetensors", "Type": "blob", "Size": 100000, "Sha256": ")" +
                            weights_.sha256 + R"("}]}})"));
  server_.serve("/models/org/model/resolve/master/config.json", textContent("{}"));
  server_.serve("/models/org/model/resolve/master/model.safetensors", weights_);
  // Small files come whole, whatever range is asked for.
  server_.fail("/models/org/model/resolve/master/model.safetensors",
               {.kind = Fault::Kind::whole_file});
  const auto run = [&](bool offline) {
    auto remote = source({{"layout", "modelscope"}, {"offline", offline}});
    auto location = remote->open("org/model");
    EXPECT_EQ(read(*location->open("config.json"), 0, 2), "{}");
    EXPECT_EQ(read(*location->open("model.safetensors"), 70'000, 9), bytesOf(weights_, 70'000, 9));
    EXPECT_EQ(location->pinned(), "org/model@master");
  };
  run(false);
  for (const servers::Seen& seen : server_.seen()) EXPECT_EQ(seen.authorization, "");
  server_.forget();
  run(true);
  EXPECT_THAT(server_.seen(), IsEmpty());
}

// Large files lie elsewhere, behind a link that is signed in its own way.
TEST_F(AddressesTest, ModelScopeSendsToItsStorageForLargeFiles) {
  servers::RangeServer storage;
  const servers::Content large = randomContent(6'000'000, 3);
  storage.serve("/lfs/model.safetensors", large);
  server_.serve("/api/v1/models/org/large/repo/files",
                textContent(R"({"Code": 200, "Data": {"Files": [
                  {"Path": "model.safetensors", "Type": "blob", "Size": 6000000, "Sha256": ")" +
                            large.sha256 + R"("}]}})"));
  server_.fail("/models/org/large/resolve/v1.0/model.safetensors",
               {.kind = Fault::Kind::redirect_to,
                .location = storage.endpoint() + "/lfs/model.safetensors?auth_key=1-2-3"});
  auto remote = source({{"layout", "modelscope"}, {"cache-size", "0"}});
  auto file = remote->open("org/large@v1.0")->open("model.safetensors");
  for (const std::uint64_t at : {0U, 2'000'000U, 5'000'000U}) {
    EXPECT_EQ(read(*file, at, 1000), bytesOf(large, at, 1000));
  }
  EXPECT_EQ(server_.count("/resolve/"), 1U);
  for (const servers::Seen& seen : storage.seen()) {
    EXPECT_EQ(seen.query, "auth_key=1-2-3");
    EXPECT_NE(seen.range, "");
  }
}

}  // namespace
}  // namespace kindred::http
