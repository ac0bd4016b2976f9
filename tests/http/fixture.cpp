#include "fixture.hpp"

#include "support/loaded_plugin.hpp"

namespace kindred::http {

Parameters parametersWith(const Changes& changes) {
  const conformance::Subject plugin =
      support::plugin("http-range", {changes.begin(), changes.end()});
  return conformance::parametersFor(plugin.descriptor(), plugin.settings);
}

Environment::Environment(std::string name, std::optional<std::string> value)
    : name_(std::move(name)) {
  if (const char* before = std::getenv(name_.c_str())) before_ = before;
  if (value) {
    ::setenv(name_.c_str(), value->c_str(), 1);
  } else {
    ::unsetenv(name_.c_str());
  }
}

Environment::~Environment() {
  if (before_) {
    ::setenv(name_.c_str(), before_->c_str(), 1);
  } else {
    ::unsetenv(name_.c_str());
  }
}

RemoteTest::RemoteTest() {
  for (const char* name : {"HF_TOKEN",
                           "HUGGING_FACE_HUB_TOKEN",
                           "HF_TOKEN_PATH",
                           "HF_HUB_DISABLE_IMPLICIT_TOKEN",
                           "HF_ENDPOINT",
                           "HF_HUB_OFFLINE",
                           "TRANSFORMERS_OFFLINE",
                           "HF_HUB_CACHE",
                           "HUGGINGFACE_HUB_CACHE",
                           "CURL_CA_BUNDLE",
                           "REQUESTS_CA_BUNDLE",
                           "SSL_CERT_FILE",
                           "SSL_CERT_DIR",
                           "http_proxy",
                           "https_proxy",
                           "all_proxy",
                           "no_proxy",
                           "HTTPS_PROXY",
                           "ALL_PROXY",
                           "NO_PROXY"}) {
    environment_.push_back(std::make_unique<Environment>(name, std::nullopt));
  }
  environment_.push_back(std::make_unique<Environment>("HF_HOME", folder_.text()));
}

std::unique_ptr<Source> RemoteTest::source(Changes changes) const {
  changes.insert({"endpoint", server_.endpoint()});
  changes.insert({"cache", (folder_ / "cache").string()});
  changes.insert({"retry-wait", 0.002});
  changes.insert({"attempts", std::int64_t{3}});
  changes.insert({"stall-timeout", std::int64_t{1}});
  return support::load<Source>("http-range", {changes.begin(), changes.end()});
}

std::unique_ptr<Source> RemoteTest::filesSource(Changes changes) const {
  changes.insert({"layout", "files"});
  return source(std::move(changes));
}

std::string RemoteTest::read(File& file, std::uint64_t offset, std::uint64_t length) {
  std::string text(length, '\0');
  file.read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace kindred::http
