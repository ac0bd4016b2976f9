// Settings of the Hub's own tools and of other programs, taken as they stand.
#include "fixture.hpp"
#include "settings.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::Fault;
using servers::randomContent;
using servers::textContent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kPinned(40, 'a');

class EnvironmentTest : public RemoteTest {
 protected:
  Settings settings(Changes changes = {}) const {
    changes.insert({"endpoint", server_.endpoint()});
    return settingsFrom(parametersWith(changes));
  }
};

TEST_F(EnvironmentTest, TokensComeFromWhereTheHubsToolsHaveThem) {
  const Environment endpoint("HF_ENDPOINT", server_.endpoint());
  EXPECT_EQ(settings().token, "");
  folder_.write("token", "  hf_home\r\n\n");
  EXPECT_EQ(settings().token, "hf_home");
  folder_.write("elsewhere/token", "hf_path\n");
  const Environment home("HOME", folder_.text());
  const Environment path("HF_TOKEN_PATH", "~/elsewhere/token");
  EXPECT_EQ(settings().token, "hf_path");
  const Environment old("HUGGING_FACE_HUB_TOKEN", "hf_old\n");
  EXPECT_EQ(settings().token, "hf_old");
  const Environment now("HF_TOKEN", "hf_now");
  EXPECT_EQ(settings().token, "hf_now");
  const Environment none("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
  EXPECT_EQ(settings().token, "");
  EXPECT_THAT(settings().token_withheld, HasSubstr("HF_HUB_DISABLE_IMPLICIT_TOKEN"));
}

TEST_F(EnvironmentTest, HomesMayBeWrittenWithTildesAndVariables) {
  const Environment endpoint("HF_ENDPOINT", server_.endpoint());
  folder_.write("a/token", "hf_tilde");
  folder_.write("b/huggingface/token", "hf_cache");
  const Environment home("HOME", folder_.text());
  const Environment other("KINDRED_TEST_HOME", folder_.text());
  for (const char* text : {"~/a", "$KINDRED_TEST_HOME/a", "${HOME}/a"}) {
    const Environment hub("HF_HOME", text);
    EXPECT_EQ(settings().token, "hf_tilde") << text;
  }
  const Environment hub("HF_HOME", std::nullopt);
  const Environment cache("XDG_CACHE_HOME", "~/b");
  EXPECT_EQ(settings().token, "hf_cache");
}

TEST_F(EnvironmentTest, ABrokenTokenIsNamedByItsPlaceAndNotShown) {
  folder_.write("token", "hf_two words");
  const std::string error = errorOf([&] { settings(); });
  EXPECT_THAT(error, HasSubstr((folder_ / "token").string()));
  EXPECT_THAT(error, ::testing::Not(HasSubstr("hf_two")));
}

TEST_F(EnvironmentTest, CertificatesComeFromTheFirstThatIsSet) {
  const std::string file = folder_.write("ca.pem", "x").string();
  const Environment last("SSL_CERT_FILE", folder_.write("last.pem", "x").string());
  EXPECT_THAT(settings().ca_file, HasSubstr("last.pem"));
  const Environment requests("REQUESTS_CA_BUNDLE", file);
  EXPECT_EQ(settings().ca_file, file);
  const Environment curl("CURL_CA_BUNDLE", folder_.text());
  EXPECT_EQ(settings().ca_file, "");
  EXPECT_EQ(settings().ca_folder, folder_.text());
  EXPECT_EQ(settings({{"ca-file", file}}).ca_file, file);
  const Environment gone("CURL_CA_BUNDLE", "/no/such/file.pem");
  EXPECT_THAT(errorOf([&] { settings(); }),
              ::testing::AllOf(HasSubstr("CURL_CA_BUNDLE"), HasSubstr("/no/such/file.pem")));
}

TEST_F(EnvironmentTest, OfflineIsWhatTheHubsToolsCallOffline) {
  EXPECT_FALSE(settings().offline);
  for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
    for (const char* on : {"1", "true", "YES", "On"}) {
      const Environment set(name, on);
      EXPECT_TRUE(settings().offline) << name << on;
      EXPECT_THAT(settings().offline_remedy, HasSubstr(name));
    }
    const Environment off(name, "0");
    EXPECT_FALSE(settings().offline);
  }
}

// The test's server is the proxy of an address that nobody has.
TEST_F(EnvironmentTest, ProxiesAreAskedUnlessAHostIsExempt) {
  server_.publish("org/model", "main", kPinned, {{"config.json", textContent("{}")}});
  const Environment proxy("http_proxy", server_.endpoint());
  const Changes elsewhere{{"endpoint", "http://192.0.2.1"},
                          {"attempts", std::int64_t{1}},
                          {"connect-timeout", std::int64_t{1}}};
  EXPECT_EQ(source(elsewhere)->open("org/model")->revision(), kPinned);
  EXPECT_EQ(server_.seen().size(), 1U);
  const Environment exempt("no_proxy", "192.0.2.1");
  server_.forget();
  EXPECT_THAT(errorOf([&] { source(elsewhere)->open("org/other"); }), HasSubstr("192.0.2.1"));
  EXPECT_THAT(server_.seen(), IsEmpty());
}

TEST_F(EnvironmentTest, ThisMachineIsNeverAskedThroughAProxy) {
  server_.publish("org/model", "main", kPinned, {{"config.json", textContent("{}")}});
  const Environment proxy("http_proxy", "http://192.0.2.1:1");
  EXPECT_EQ(source()->open("org/model")->revision(), kPinned);
}

// A model in the cache of the Hub's own tools: some files by link, others not fetched.
class HubCacheTest : public EnvironmentTest {
 protected:
  HubCacheTest() {
    weights_.etag = '"' + weights_.sha256 + '"';
    server_.publish("org/model", "main", kPinned,
                    {{"model.safetensors", weights_}, {"other.safetensors", other_}});
    link("model.safetensors", weights_.sha256, bytesOf(weights_, 0, weights_.size));
    folder_.write("hub/models--org--model/refs/main", kPinned);
  }

  void link(const std::string& name, const std::string& blob, const std::string& bytes) {
    folder_.write("hub/models--org--model/blobs/" + blob, bytes);
    const auto snapshot = folder_ / ("hub/models--org--model/snapshots/" + kPinned);
    std::filesystem::create_directories(snapshot);
    std::filesystem::remove(snapshot / name);
    std::filesystem::create_symlink("../../blobs/" + blob, snapshot / name);
  }

  servers::Content weights_ = randomContent(300'000, 1);
  servers::Content other_ = randomContent(90'000, 2);
  Environment endpoint_{"HF_ENDPOINT", server_.endpoint() + "/"};
};

TEST_F(HubCacheTest, WholeFilesOfTheCommitAreReadThereAndOthersFetched) {
  auto remote = source();
  auto location = remote->open("org/model");
  auto weights = location->open("model.safetensors");
  EXPECT_EQ(read(*weights, 200'000, 99), bytesOf(weights_, 200'000, 99));
  EXPECT_EQ(weights->identity(), weights_.sha256);
  EXPECT_EQ(weights->publishedSha256(), weights_.sha256);
  EXPECT_EQ(server_.count("model.safetensors"), 0U);
  EXPECT_EQ(read(*location->open("other.safetensors"), 80'000, 9), bytesOf(other_, 80'000, 9));
}

TEST_F(HubCacheTest, AFileOfAnotherSizeOrHashIsFetched) {
  for (const auto& [blob, bytes] :
       {std::pair(weights_.sha256, std::string("short")),
        std::pair(std::string(64, 'b'), bytesOf(weights_, 0, weights_.size))}) {
    link("model.safetensors", blob, bytes);
    server_.forget();
    auto remote = source({{"cache-size", "0"}});
    auto location = remote->open("org/model");
    EXPECT_EQ(read(*location->open("model.safetensors"), 9, 9), bytesOf(weights_, 9, 9));
    EXPECT_GT(server_.count("model.safetensors"), 0U);
  }
}

TEST_F(HubCacheTest, OfflineItIsAllThatIsThere) {
  auto remote = source({{"offline", true}});
  auto location = remote->open("org/model@main");
  EXPECT_EQ(location->revision(), kPinned);
  EXPECT_THAT(location->list(), ElementsAre("model.safetensors"));
  EXPECT_EQ(read(*location->open("model.safetensors"), 200'000, 99),
            bytesOf(weights_, 200'000, 99));
  EXPECT_THAT(server_.seen(), IsEmpty());
  EXPECT_THAT(errorOf([&] { remote->open("org/model@other"); }), HasSubstr("without --offline"));
  EXPECT_THAT(location->unlisted(), HasSubstr("without --offline"));
}

TEST_F(HubCacheTest, ALinkWhoseFileIsGoneIsFetchedAndOfflineNotThere) {
  std::filesystem::remove(folder_ / ("hub/models--org--model/blobs/" + weights_.sha256));
  {
    auto remote = source({{"offline", true}});
    EXPECT_THAT(remote->open("org/model")->list(), IsEmpty());
  }
  auto remote = source();
  auto location = remote->open("org/model");
  EXPECT_EQ(location->unlisted(), "");
  EXPECT_EQ(read(*location->open("model.safetensors"), 9, 9), bytesOf(weights_, 9, 9));
}

TEST_F(HubCacheTest, IsNotUsedForAnEndpointThatOnlyARecipeNames) {
  const Environment other("HF_ENDPOINT", "https://hub.example");
  auto location_source = source();
  auto location = location_source->open("org/model");
  read(*location->open("model.safetensors"), 9, 9);
  EXPECT_GT(server_.count("model.safetensors"), 0U);
}

TEST_F(HubCacheTest, AServerThatIsDownIsSaidWithTheWayOut) {
  server_.fail("/api/models/org/model/revision/main", {.kind = Fault::Kind::status, .status = 503});
  EXPECT_THAT(errorOf([&] { source()->open("org/model"); }),
              ::testing::AllOf(HasSubstr("503"), HasSubstr("--offline reads that")));
  server_.fail("/api/models/org/none/revision/main", {.kind = Fault::Kind::status, .status = 503});
  EXPECT_THAT(errorOf([&] { source()->open("org/none"); }), ::testing::Not(HasSubstr("--offline")));
}

}  // namespace
}  // namespace kindred::http
