#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace kindred::support {
namespace {

using Clock = std::chrono::steady_clock;

std::pair<int, int> makePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  return {ends[0], ends[1]};
}

// "NAME=value" for execve: the test's environment with the changes asked for.
std::vector<std::string> environmentWith(const RunOptions& options) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (!options.environment.contains(name)) variables.emplace_back(text);
  }
  for (const auto& [name, value] : options.environment) {
    if (value) variables.push_back(name + "=" + *value);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Between fork and exec only async-signal-safe calls are allowed: everything is prepared before.
[[noreturn]] void becomeChild(std::array<int, 3> ends, const char* directory, char** command,
                              char** environment) {
  setpgid(0, 0);
  for (int i = 0; i < 3; ++i) dup2(ends[static_cast<std::size_t>(i)], i);
  if (*directory != '\0' && chdir(directory) != 0) _exit(126);
  execvpe(command[0], command, environment);
  const char* reason = strerror(errno);
  for (const char* part : {"cannot execute ", static_cast<const char*>(command[0]), ": ", reason}) {
    if (write(2, part, strlen(part)) < 0) break;
  }
  _exit(127);
}

}  // namespace

Process::Process(std::vector<std::string> command, RunOptions options)
    : options_(std::move(options)), deadline_(Clock::now() + options_.timeout) {
  signal(SIGPIPE, SIG_IGN);  // the program may end before it has read its input
  const auto [in_read, in_write] = makePipe();
  const auto [out_read, out_write] = makePipe();
  const auto [err_read, err_write] = makePipe();
  std::vector<std::string> variables = environmentWith(options_);
  const std::vector<char*> argv = pointers(command);
  const std::vector<char*> envp = pointers(variables);
  const std::string directory = options_.directory.string();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ == 0) {
    becomeChild({in_read, out_write, err_write}, directory.c_str(), const_cast<char**>(argv.data()),
                const_cast<char**>(envp.data()));
  }
  setpgid(pid_, pid_);
  in_ = in_write, out_ = out_read, err_ = err_read;
  for (int end : {in_read, out_write, err_write}) ::close(end);
  fcntl(in_, F_SETFL, O_NONBLOCK);
  if (options_.input.empty()) close(in_);
}

Process::~Process() {
  if (pid_ > 0) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(in_), close(out_), close(err_);
}

void Process::close(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

bool Process::pump() {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
  if (left.count() <= 0) {
    result_.timed_out = true;
    return false;
  }
  if (out_ < 0 && err_ < 0) return false;
  std::array<pollfd, 3> watched{pollfd{in_, POLLOUT, 0}, pollfd{out_, POLLIN, 0},
                                pollfd{err_, POLLIN, 0}};
  if (poll(watched.data(), watched.size(), static_cast<int>(left.count())) <= 0) return true;
  if (watched[0].revents != 0) {
    const ssize_t count =
        write(in_, options_.input.data() + written_, options_.input.size() - written_);
    if (count > 0) written_ += static_cast<std::size_t>(count);
    if ((count < 0 && errno != EAGAIN) || written_ == options_.input.size()) close(in_);
  }
  const auto take = [&](int& descriptor, const pollfd& state, std::string& text) {
    if (state.revents == 0) return;
    std::array<char, 65536> buffer;
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) close(descriptor);
  };
  take(out_, watched[1], result_.out);
  take(err_, watched[2], result_.err);
  return true;
}

bool Process::waitFor(const std::string& text) {
  const auto seen = [&] {
    return result_.out.find(text) != std::string::npos ||
           result_.err.find(text) != std::string::npos;
  };
  while (!seen()) {
    if (!pump()) return false;
  }
  return true;
}

void Process::send(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

RunResult Process::finish() {
  while (pump()) {
  }
  if (result_.timed_out) kill(-pid_, SIGKILL);
  int status = 0;
  rusage usage{};
  while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  result_.peak_kib = usage.ru_maxrss;
  return result_;
}

RunResult runCommand(std::vector<std::string> command, RunOptions options) {
  return Process(std::move(command), std::move(options)).finish();
}

std::vector<std::string> kindredCommand(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), KINDRED_BINARY);
  return arguments;
}

RunResult run(std::vector<std::string> arguments, RunOptions options) {
  return runCommand(kindredCommand(std::move(arguments)), std::move(options));
}

}  // namespace kindred::support
