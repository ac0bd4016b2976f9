#include "terminal/at_terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <regex>
#include <stdexcept>

namespace kindred::terminaltest {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void becomeChild(char* const* command, const TerminalOptions& options) {
  setenv("TERM", "xterm", 1);
  for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(126);
  execvp(command[0], command);
  _exit(127);
}

}  // namespace

TerminalResult runAtTerminal(std::vector<std::string> command, const TerminalOptions& options) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  winsize size{};
  size.ws_col = options.columns;
  size.ws_row = 40;
  int terminal = -1;
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
  if (pid < 0) throw std::runtime_error("there is no terminal to be had");
  if (pid == 0) becomeChild(argv.data(), options);
  TerminalResult result;
  std::size_t typed = 0;
  const auto deadline = Clock::now() + std::chrono::minutes(2);
  while (Clock::now() < deadline) {
    pollfd watched{terminal, POLLIN, 0};
    // What is typed is typed when the program has been silent for a while.
    const int ready = poll(&watched, 1, typed < options.typed.size() ? 700 : 1000);
    if (ready == 0 && typed < options.typed.size()) {
      const std::size_t end = options.typed.find_first_of("\t\n", typed);
      const std::size_t next = end == std::string::npos ? options.typed.size() : end + 1;
      if (write(terminal, options.typed.data() + typed, next - typed) < 0) break;
      typed = next;
    }
    if (ready <= 0) continue;
    std::array<char, 65536> buffer;
    const ssize_t count = read(terminal, buffer.data(), buffer.size());
    if (count <= 0) break;
    result.shown.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (Clock::now() >= deadline) kill(pid, SIGKILL);
  close(terminal);
  int status = 0;
  waitpid(pid, &status, 0);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

std::string withoutControls(const std::string& shown) {
  static const std::regex kControl("\x1b\\[[0-9;?]*[A-Za-z]|[\r\a]");
  return std::regex_replace(shown, kControl, "");
}

}  // namespace kindred::terminaltest
