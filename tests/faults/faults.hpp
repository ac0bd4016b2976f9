// What faults are tried on: a small family of models on disk and on a hub, compared pair by pair.
#pragma once

#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runs/resumed.hpp"
#include "servers/range_server.hpp"
#include "support/process.hpp"

namespace kindred::clitest {

// How often a fault is tried; KINDRED_FAULTS multiplies it.
inline int rounds(int few) {
  const char* times = std::getenv("KINDRED_FAULTS");
  return few * (times == nullptr ? 1 : std::max(1, std::atoi(times)));
}

class Faults : public testing::Test {
 protected:
  Faults() {
    const Toy base = toyLlama(1);
    for (const auto& [name, toy] : {std::pair{"base", base}, std::pair{"child", tuned(base, 2)},
                                    std::pair{"stranger", toyLlama(10)}}) {
      saveModel(dir_ / "models" / name, stored(toy), toyLlamaConfig());
    }
    for (const auto& folder : std::filesystem::directory_iterator(dir_ / "models")) {
      std::map<std::string, servers::Content> files;
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        files[name] = servers::fileContent(entry.path());
        if (name.ends_with(".safetensors")) files[name].sha256 = std::string(64, 'e');
      }
      server_.publish("org/" + folder.path().filename().string(), "main", std::string(40, 'c'),
                      files);
    }
  }

  std::string path(const std::string& name) const { return (dir_ / name).string(); }

  // Every pair of the family, from disk; or two of them on the hub.
  std::vector<std::string> command(bool remote, const std::string& option,
                                   const std::string& folder) const {
    std::vector<std::string> words{"compare", "--all", path("models")};
    if (remote) words = {"compare", "org/base", "org/child"};
    words.insert(words.end(), {option, path(folder), "--jobs", "2"});
    return words;
  }
  support::RunOptions options() const {
    return {.environment = {{"HF_ENDPOINT", server_.endpoint()},
                            {"HF_TOKEN", std::nullopt},
                            {"HF_HOME", path("hub")},
                            {"XDG_CACHE_HOME", path("cache")}},
            .timeout = std::chrono::seconds(120)};
  }
  support::RunResult run(bool remote, const std::string& option, const std::string& folder) const {
    return support::run(command(remote, option, folder), options());
  }

  support::TempDir dir_;
  servers::RangeServer server_;
};

}  // namespace kindred::clitest
