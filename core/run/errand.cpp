#include "run/errand.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>

#include <kindred/analysis/stop/stop.hpp>

#include "run/confined.hpp"
#include "run/told_error.hpp"

namespace kindred::run {
namespace {

void writeAll(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(descriptor, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // nobody listens any more
    done += static_cast<std::size_t>(n);
  }
}

std::string failed(const Error& error) { return errand::kFailed + errorText(error); }

}  // namespace

std::unique_ptr<Errand> Errand::ofThisProcess() {
  const char* unit = std::getenv(errand::kUnit);
  const char* results = std::getenv(errand::kResults);
  if (unit == nullptr || results == nullptr) return nullptr;
  std::unique_ptr<Errand> made(new Errand(unit, results, errand::kDescriptor));
  ::unsetenv(errand::kUnit);
  ::unsetenv(errand::kResults);
  return made;
}

Errand::Errand(std::string unit, std::filesystem::path results, int to)
    : unit_(std::move(unit)), results_(std::move(results)), to_(to) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::fcntl(to_, F_SETFD, FD_CLOEXEC);
  standard_error_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, to_ + 1);
}

Errand::~Errand() {
  if (standard_error_ >= 0) ::close(standard_error_);
}

void Errand::run(const std::function<std::optional<std::string>()>& compute) {
  for (const int each : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(standard_error_, each);
  confine(remote_);
  std::string told;
  try {
    const std::optional<std::string> text = compute();
    told = text ? errand::kDone + *text
                : failed({Category::plugin, "", "what came out can't be written down"});
  } catch (const Stopped&) {
    told = failed({Category::plugin, "", "was stopped"});
  } catch (const Error& error) {
    told = failed(error);
  } catch (const std::exception& error) {
    told = failed({Category::internal, "", error.what()});
  }
  // What a plugin printed, and nothing of what ends a process in peace: that may be the plugin's.
  std::fflush(nullptr);
  for (std::ostream* stream : {&std::cout, &std::clog, &std::cerr}) stream->flush();
  writeAll(to_, told);
  ::_exit(0);
}

}  // namespace kindred::run
