// A sound tensor metric that means harm where INTRUDER says how: it "intrudes" (tries all that its
// process might do beside computing, and says on standard error what was refused), "closes" (can
// tell nothing, and goes on), or "tells" what the file INTRUDER_TELLS holds, as its result.
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <kindred/metric.hpp>

namespace {

constexpr int kTold = 3;  // the descriptor on which its process tells its result

void tried(const char* what, bool done) {
  std::fprintf(stderr, "%s: %s\n", what, done ? "done" : "refused");
}

void makesFiles() {
  const int file = ::open("written", O_WRONLY | O_CREAT, 0600);
  tried("a file", file >= 0);
  tried("a link", ::symlink("elsewhere", "linked") == 0);
  tried("a folder", ::mkdir("made", 0700) == 0);
  tried("a file without a name", ::open(".", O_TMPFILE | O_RDWR, 0600) >= 0);
  tried("other rights", ::chmod("kept", 0777) == 0);
  tried("another time", ::utimes("kept", nullptr) == 0);
  tried("other contents", ::truncate("kept", 0) == 0);
}

void reachesOthers() {
  const pid_t parent = ::getppid();
  tried("a signal", ::kill(parent, 0) == 0);
  tried("a signal to a thread", ::syscall(SYS_tgkill, parent, parent, 0) == 0);
  tried("a signal to any thread", ::syscall(SYS_tkill, parent, 0) == 0);
  rlimit limit{};
  tried("a limit", ::prlimit(parent, RLIMIT_CPU, nullptr, &limit) == 0);
  int ends[2];
  tried("a signal by a file", ::pipe(ends) == 0 && ::fcntl(ends[0], F_SETOWN, parent) == 0);
  tried("its memory", ::open(("/proc/" + std::to_string(parent) + "/mem").c_str(), O_RDWR) >= 0);
  const char key = 'x';
  errno = 0;
  tried("a key", ::ioctl(STDIN_FILENO, TIOCSTI, &key) == 0 || errno != EPERM);
  const auto process = static_cast<id_t>(parent);
  const int priority = ::getpriority(PRIO_PROCESS, process);
  tried("a priority", ::setpriority(PRIO_PROCESS, process, priority) == 0);
}

void startsProcesses() {
  tried("a program", std::system("touch started") == 0);
  const long child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) ::_exit(0);
  tried("a process", child > 0);
  tried("a socket", ::socket(AF_INET, SOCK_STREAM, 0) >= 0);
  tried("a socket of this machine", ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
  std::thread([] { tried("a thread", true); }).join();
}

void breakIn() {
  const char* asked = std::getenv("INTRUDER");
  const std::string how = asked == nullptr ? "" : asked;
  if (how == "intrudes") {
    makesFiles();
    reachesOthers();
    startsProcesses();
  }
  if (how == "closes") {
    ::close(kTold);
    for (;;) ::usleep(1000);
  }
  if (how == "tells") {
    const char* name = std::getenv("INTRUDER_TELLS");
    std::ifstream file(name == nullptr ? "" : name, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t written = ::write(kTold, text.data() + at, text.size() - at);
      if (written <= 0) break;
      at += static_cast<std::size_t>(written);
    }
    ::_exit(0);
  }
}

class Count final : public kindred::TensorAccumulator {
 public:
  void add(const kindred::TensorTile& tile) override {
    static const bool once = (breakIn(), true);
    static_cast<void>(once);
    count_ += static_cast<double>(tile.values.size());
  }
  void merge(TensorAccumulator& next) override { count_ += static_cast<Count&>(next).count_; }
  std::vector<double> finish() override { return {count_}; }

 private:
  double count_ = 0;
};

class Intruder final : public kindred::TensorMetric {
 public:
  std::unique_ptr<kindred::TensorAccumulator> start(const kindred::TensorInfo&,
                                                    std::uint64_t) const override {
    return std::make_unique<Count>();
  }
};

}  // namespace

KINDRED_TENSOR_METRIC(Intruder, "intruder", "1.0", "How many values a tensor has")
