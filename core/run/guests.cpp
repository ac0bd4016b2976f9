#include "run/guests.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include <kindred/analysis/stop/stop.hpp>
#include <kindred/error.hpp>

#include "run/errand.hpp"
#include "run/interrupt.hpp"
#include "run/told_error.hpp"

extern char** environ;

namespace kindred::run {
namespace {

constexpr std::size_t kLongest = std::size_t{1} << 30;  // of what is told
constexpr int kLook = 50;                               // milliseconds between looks at the clock

// The environment of this process, with what the errand is.
std::vector<std::string> environmentOf(const std::string& unit,
                                       const std::filesystem::path& results) {
  std::vector<std::string> words;
  for (char** word = environ; *word != nullptr; ++word) words.emplace_back(*word);
  words.push_back(std::string(errand::kUnit) + "=" + unit);
  words.push_back(std::string(errand::kResults) + "=" + results.string());
  return words;
}

std::vector<char*> pointersTo(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A process under way that tells something; killed and waited for when it is left.
class Child {
 public:
  Child(std::vector<std::string> command, std::vector<std::string> environment) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("no pipe", errno);
    from_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], errand::kDescriptor);
    // Where the end has that number already, it is still to be closed on exec, unless duplicated.
    if (ends[1] == errand::kDescriptor) ::fcntl(ends[1], F_SETFD, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // Ctrl-C is for this process, which ends the other.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    const int reason = ::posix_spawn(&pid_, command.front().c_str(), &actions, &attributes,
                                     pointersTo(command).data(), pointersTo(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (reason != 0) {
      ::close(from_);
      fail(command.front(), reason);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::close(from_);
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      int status = 0;
      while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
    }
  }

  // More of what it tells; false: that was all. Returns after kLook at the latest.
  bool read(std::string& into) {
    pollfd ready{from_, POLLIN, 0};
    if (::poll(&ready, 1, kLook) <= 0) return true;
    char bytes[1 << 16];
    const ssize_t n = ::read(from_, bytes, sizeof bytes);
    if (n < 0) return errno == EINTR;
    into.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
  }

  // Its status once it has ended; waits kLook for that. It may have closed its end and go on.
  std::optional<int> ended() {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) {
      ::poll(nullptr, 0, kLook);
      return std::nullopt;
    }
    pid_ = -1;
    return status;
  }

 private:
  [[noreturn]] static void fail(const std::string& place, int reason) {
    throw Error(Category::internal, place, std::strerror(reason),
                "--trust runs plugins in this process");
  }

  pid_t pid_ = -1;
  int from_ = -1;
};

std::string endOf(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("crashed: signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("ended its process (exit code {}) before it had a result",
                     WEXITSTATUS(status));
}

}  // namespace

std::string Guests::among(const std::vector<std::string>& plugins) const {
  const auto found = std::find_if(plugins.begin(), plugins.end(), [&](const std::string& plugin) {
    return settings_.plugins.contains(plugin);
  });
  return found == plugins.end() ? std::string() : *found;
}

std::string Guests::compute(const std::string& unit, const std::string& plugin) const {
  const auto place = [&] { return fmt::format("plugin '{}'", plugin); };
  const auto deadline = std::chrono::steady_clock::now() + settings_.limit;
  Child child(settings_.command, environmentOf(unit, settings_.results));
  std::string told;
  const auto look = [&] {
    if (interrupted()) throw Stopped{};
    if (told.size() > kLongest) {
      throw Error(Category::plugin, place(), "tells more than a gigabyte of one step");
    }
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(Category::plugin, place(),
                  fmt::format("had no result after {} s and was ended", settings_.limit.count()),
                  "--plugin-time SECONDS gives it longer; if it hangs, tell its author");
    }
  };
  while (child.read(told)) look();
  std::optional<int> status;
  while (!(status = child.ended())) look();
  if (!told.empty() && told.front() == errand::kDone) return told.substr(1);
  const Error ended(Category::plugin, place(),
                    told.empty() ? endOf(*status) : "told what is neither a result nor an error",
                    "tell its author; what needs it is not computed");
  if (told.empty() || told.front() != errand::kFailed) throw ended;
  throw errorOf(told.substr(1), ended);
}

}  // namespace kindred::run
