// The other end of run/guests.hpp: a process that was started to compute one unit of a run, tells
// what it came to, and ends.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kindred::run {

class Errand {
 public:
  // What this process was started for; null: for itself. The first to ask keeps standard error,
  // which is to be silenced until run(): what is said before is said by the other process, too.
  static std::unique_ptr<Errand> ofThisProcess();
  ~Errand();
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;

  const std::string& unit() const { return unit_; }
  // Where the run that asks keeps what it has finished.
  const std::filesystem::path& results() const { return results_; }

  // That models are read from servers, while the unit is computed.
  void readsFromServers() { remote_ = true; }

  // Computes the unit, with its output on standard error and no more rights than that takes
  // (run/confined.hpp), tells its text or what it threw, and ends the process.
  [[noreturn]] void run(const std::function<std::optional<std::string>()>& compute);

 private:
  Errand(std::string unit, std::filesystem::path results, int to);

  std::string unit_;
  std::filesystem::path results_;
  int to_ = -1, standard_error_ = -1;
  bool remote_ = false;
};

// What an errand tells, and how its process is told of it: environment variables and a descriptor.
namespace errand {
inline constexpr const char* kUnit = "KINDRED_ERRAND";
inline constexpr const char* kResults = "KINDRED_ERRAND_RESULTS";
inline constexpr int kDescriptor = 3;
inline constexpr char kDone = '+', kFailed = '-';  // first of what is told
}  // namespace errand

}  // namespace kindred::run
