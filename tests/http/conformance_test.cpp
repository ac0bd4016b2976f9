// The promises of every source, kept over a network.
#include "fixture.hpp"
#include "support/loaded_plugin.hpp"

namespace kindred::http {
namespace {

class ConformanceTest : public RemoteTest {
 protected:
  void serveModel() {
    server_.publish("org/model", "main", std::string(40, 'a'),
                    {{"config.json", servers::textContent("{}")},
                     {"model-1.safetensors", servers::randomContent(700'000, 1)},
                     {"model-2.safetensors", servers::randomContent(3'000, 2)}});
  }
  std::string complaintsWith(const std::string& cache_size) const {
    return support::complaints("http-range",
                               {{"endpoint", server_.endpoint()},
                                {"cache", (folder_ / "cache").string()},
                                {"cache-size", cache_size}},
                               {.address = "org/model@main", .files = {{"config.json", "{}"}}});
  }
};

TEST_F(ConformanceTest, TheKitHasNoComplaintWithACache) {
  serveModel();
  EXPECT_EQ(complaintsWith("1GB"), "");
}

TEST_F(ConformanceTest, TheKitHasNoComplaintWithoutACache) {
  serveModel();
  EXPECT_EQ(complaintsWith("0"), "");
}

}  // namespace
}  // namespace kindred::http
