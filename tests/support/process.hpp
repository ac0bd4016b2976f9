// Runs programs without a shell and collects what they print.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kindred::support {

struct RunOptions {
  // Added to the test's own environment; nullopt removes the variable.
  std::map<std::string, std::optional<std::string>> environment = {};
  std::filesystem::path directory = {};  // empty: the test's own
  std::string input = {};                // given on standard input
  std::chrono::milliseconds timeout = std::chrono::seconds(240);
};

struct RunResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  bool timed_out = false;  // killed, with its children
  std::string out;
  std::string err;
  long peak_kib = 0;  // largest resident set
};

// A program under way. The destructor kills it, and the processes that it started.
class Process {
 public:
  explicit Process(std::vector<std::string> command, RunOptions options = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Waits until standard output or standard error contains `text`; false: it ended or timed out.
  bool waitFor(const std::string& text);
  void send(int signal) const;
  // Waits for its end.
  RunResult finish();

 private:
  bool pump();  // one round of reading and writing; false: both outputs ended or time is over
  void close(int& descriptor);

  RunOptions options_;
  RunResult result_;
  std::chrono::steady_clock::time_point deadline_;
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  std::size_t written_ = 0;
};

// Any program.
RunResult runCommand(std::vector<std::string> command, RunOptions options = {});
// The built kindred with these arguments.
RunResult run(std::vector<std::string> arguments, RunOptions options = {});
// The command line of the built kindred, for Process.
std::vector<std::string> kindredCommand(std::vector<std::string> arguments);

}  // namespace kindred::support
