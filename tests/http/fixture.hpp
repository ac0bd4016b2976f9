// What the tests of the remote source share: a source with chosen parameters, a private cache
// folder, and an environment without the user's own tokens.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/source.hpp>

#include "servers/range_server.hpp"
#include "support/temp_dir.hpp"

namespace kindred::http {

using Changes = std::map<std::string, Parameters::Value>;

// The plugin's declared defaults with some changed.
Parameters parametersWith(const Changes& changes);

// Sets an environment variable while it lives; nullopt: removes it.
class Environment {
 public:
  Environment(std::string name, std::optional<std::string> value);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

// The text of the kindred::Error that `action` throws; fails the test where it throws none.
template <class F>
std::string errorOf(F&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return {};
}

class RemoteTest : public ::testing::Test {
 protected:
  RemoteTest();

  // A source that retries fast, keeps its cache in the test's folder and asks the test's server.
  std::unique_ptr<Source> source(Changes changes = {}) const;
  std::unique_ptr<Source> filesSource(Changes changes = {}) const;
  static std::string read(File& file, std::uint64_t offset, std::uint64_t length);

  support::TempDir folder_;
  servers::RangeServer server_;

 private:
  std::vector<std::unique_ptr<Environment>> environment_;
};

}  // namespace kindred::http
