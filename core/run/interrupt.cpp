#include "run/interrupt.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "plugin/stop.hpp"

namespace kindred::run {
namespace {

constexpr int kInterruptedCode = 130;

std::atomic<bool>* g_flag = nullptr;
std::string g_said;  // whole before a handler is set
timer_t g_timer;
bool g_timed = false;
struct sigaction g_previous_int, g_previous_term, g_previous_alarm;

// Only what may be called in a handler.
void say(const char* text, std::size_t size) {
  if (::write(STDERR_FILENO, text, size) < 0) return;  // nobody is there to read it
}

void onSignal(int) {
  const int reason = errno;
  g_flag->store(true);
  say(g_said.data(), g_said.size());
  if (g_timed) {
    itimerspec due{};
    due.it_value.tv_sec = kPatienceMilliseconds / 1000;
    due.it_value.tv_nsec = kPatienceMilliseconds % 1000 * 1'000'000;
    timer_settime(g_timer, 0, &due, nullptr);
  }
  errno = reason;
}

void onSignalOutsideRuns(int) {
  constexpr char kStopped[] = "\nkindred: stopped\n";
  say(kStopped, sizeof kStopped - 1);
  ::_exit(kInterruptedCode);
}

void onAlarm(int) {
  constexpr char kLeft[] = "kindred: what was under way did not stop, and is left\n";
  say(kLeft, sizeof kLeft - 1);
  ::_exit(kInterruptedCode);
}

void handle(int signal, void (*handler)(int), int flags, struct sigaction& previous) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = flags;
  sigaction(signal, &action, &previous);
}

}  // namespace

void endOnSignals() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) handle(signal, onSignalOutsideRuns, SA_RESTART, before);
  }
}

InterruptGuard::InterruptGuard(const std::string& said) {
  g_flag = &plugin::stopFlag();
  *g_flag = false;
  g_said = "\nkindred: stopping; " + said + "Once more ends it at once.\n";
  handle(SIGALRM, onAlarm, static_cast<int>(SA_RESTART), g_previous_alarm);
  sigevent expires{};
  expires.sigev_notify = SIGEV_SIGNAL;
  expires.sigev_signo = SIGALRM;
  g_timed = timer_create(CLOCK_MONOTONIC, &expires, &g_timer) == 0;
  // The handler is for the first signal only; a second one meets the default action.
  const int once = static_cast<int>(SA_RESETHAND | SA_RESTART);
  handle(SIGINT, onSignal, once, g_previous_int);
  handle(SIGTERM, onSignal, once, g_previous_term);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &g_previous_int, nullptr);
  sigaction(SIGTERM, &g_previous_term, nullptr);
  if (g_timed) timer_delete(g_timer);
  g_timed = false;
  sigaction(SIGALRM, &g_previous_alarm, nullptr);
  *g_flag = false;
}

bool interrupted() { return plugin::stopFlag().load(std::memory_order_relaxed); }

void interrupt() { plugin::stopFlag() = true; }

}  // namespace kindred::run
