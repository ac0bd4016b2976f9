// The remote source against a real server: nginx, HTTP/1.1, and HTTP/2 over TLS.
#include <algorithm>
#include <fstream>

#include "fixture.hpp"
#include "servers/nginx.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::randomContent;
using ::testing::HasSubstr;
using ::testing::Not;

class NginxTest : public RemoteTest {
 protected:
  NginxTest() {
    std::filesystem::create_directories(folder_ / "root/models/x");
    const std::string text = bytesOf(content_, 0, content_.size);
    folder_.write("root/models/x/model.safetensors", text);
    folder_.write("root/models/x/config.json", "{}");
    nginx_ = std::make_unique<servers::Nginx>(servers::Nginx::Options{folder_ / "root", {}, 1});
  }
  std::unique_ptr<Source> tlsSource(Changes changes = {}) const {
    changes.insert({"endpoint", nginx_->tls()});
    changes.insert({"ca-file", nginx_->certificate().string()});
    return filesSource(std::move(changes));
  }
  // Reads many ranges in one call and checks them all.
  void readRanges(Source& remote) const {
    auto location = remote.open("models/x");
    auto file = location->open("model.safetensors");
    std::vector<std::string> texts(200);
    std::vector<ReadRequest> requests;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      texts[i].resize(8192);
      requests.push_back(
          {file.get(), 100'000 + i * 100'000, std::as_writable_bytes(std::span(texts[i]))});
    }
    remote.read(requests);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(texts[i], bytesOf(content_, 100'000 + i * 100'000, 8192)) << i;
    }
  }
  std::size_t logged(const std::string& text) const {
    std::size_t count = 0;
    const std::string log = nginx_->log();
    for (std::size_t at = 0; (at = log.find(text, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  servers::Content content_ = randomContent(21'000'000, 7);
  std::unique_ptr<servers::Nginx> nginx_;
};

TEST_F(NginxTest, ReadsOverPlainHttp) {
  auto remote = filesSource({{"endpoint", nginx_->plain()}});
  readRanges(*remote);
  EXPECT_EQ(logged("HTTP/1.1 206 GET /models/x/model.safetensors"), 201U);
}

TEST_F(NginxTest, ReadsOverHttp2AndTls) {
  auto remote = tlsSource();
  readRanges(*remote);
  EXPECT_EQ(logged("HTTP/2.0 206 GET /models/x/model.safetensors"), 201U);
  EXPECT_EQ(logged("HTTP/1.1"), 0U);
}

TEST_F(NginxTest, ReadsOverTlsWithoutHttp2) {
  auto remote = tlsSource({{"http2", "off"}});
  readRanges(*remote);
  EXPECT_EQ(logged("HTTP/1.1 206 GET /models/x/model.safetensors"), 201U);
}

TEST_F(NginxTest, TakesTheCertificateFromTheEnvironment) {
  const Environment bundle("SSL_CERT_FILE", nginx_->certificate().string());
  auto remote = tlsSource({{"ca-file", ""}});
  readRanges(*remote);
}

TEST_F(NginxTest, RefusesACertificateThatNobodyVouchesFor) {
  auto remote = tlsSource({{"ca-file", ""}});
  const std::string error = errorOf(
      [&] { remote->open("models/x/model.safetensors")->open("model.safetensors")->size(); });
  EXPECT_THAT(error, HasSubstr(nginx_->tls()));
  EXPECT_THAT(error, HasSubstr("ca-file"));
  EXPECT_THAT(error, Not(HasSubstr("attempts")));
  EXPECT_EQ(nginx_->log(), "");
}

TEST_F(NginxTest, RefusesACertificateOfAnotherHost) {
  std::string other = nginx_->tls();
  other.replace(other.find("localhost"), 9, "127.0.0.1");
  auto remote = tlsSource({{"endpoint", other}});
  EXPECT_THAT(errorOf([&] {
                remote->open("models/x/model.safetensors")->open("model.safetensors")->size();
              }),
              HasSubstr("ca-file"));
}

// HTTP/2 streams that are reset halfway, and GOAWAY after every twenty.
TEST_F(NginxTest, OutlastsStreamsAndConnectionsThatEndEarly) {
  server_.serve("/models/x/model.safetensors", content_);
  server_.serve("/models/x/config.json", servers::textContent("{}"));
  nginx_ = std::make_unique<servers::Nginx>(servers::Nginx::Options{{}, server_.endpoint(), 1, 20});
  auto remote = tlsSource({{"attempts", std::int64_t{8}}, {"cache-size", "0"}});
  readRanges(*remote);
  server_.fail("/models/x/model.safetensors",
               {.kind = servers::Fault::Kind::short_body, .every = 5});
  readRanges(*remote);
}

TEST_F(NginxTest, NoticesAFileThatWasReplaced) {
  auto remote = tlsSource();
  auto file = remote->open("models/x/model.safetensors")->open("model.safetensors");
  read(*file, 0, 8);
  folder_.write("root/models/x/model.safetensors", std::string(content_.size, 'x') + "y");
  EXPECT_THAT(errorOf([&] { read(*file, 5'000'000, 100); }), HasSubstr("changed"));
}

TEST_F(NginxTest, ReadsALargeIndexWhole) {
  // 25 MB, as the indices of the largest models have.
  std::string json = "{\"weight_map\": {";
  for (int i = 0; json.size() < 25'000'000; ++i) {
    json += (i > 0 ? ",\"" : "\"") + std::string("model.layers.") + std::to_string(i) +
            ".mlp.experts.0.up_proj.weight\": \"model-00001.safetensors\"";
  }
  json += "}}";
  folder_.write("root/big/model.safetensors.index.json", json);
  auto remote = tlsSource();
  EXPECT_THAT(remote->open("big")->list(),
              ::testing::ElementsAre("model-00001.safetensors", "model.safetensors.index.json"));
}

}  // namespace
}  // namespace kindred::http
