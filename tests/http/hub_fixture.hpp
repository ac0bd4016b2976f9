// A Hub with one model of two shards and a configuration.
#pragma once

#include "fixture.hpp"

namespace kindred::http {

inline const std::string kCommit(40, 'a');

class HubTest : public RemoteTest {
 protected:
  HubTest() {
    server_.publish("org/model", "main", kCommit,
                    {{"config.json", servers::textContent("{\"hidden_size\": 8}")},
                     {"model-1.safetensors", first_},
                     {"model-2.safetensors", second_}});
  }
  static std::string resolvePath(const std::string& file) {
    return "/org/model/resolve/" + kCommit + "/" + file;
  }
  static std::string storePath(const std::string& file) {
    return "/store/org/model/" + kCommit + "/" + file;
  }
  // How many requests were answered so.
  std::size_t answered(int status) const {
    const auto seen = server_.seen();
    return static_cast<std::size_t>(std::count_if(
        seen.begin(), seen.end(), [&](const auto& one) { return one.status == status; }));
  }

  servers::Content first_ = servers::randomContent(3'000'000, 1);
  servers::Content second_ = servers::randomContent(200'000, 2);
};

}  // namespace kindred::http
