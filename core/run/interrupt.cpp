#include "run/interrupt.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace kindred::run {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;
struct sigaction g_previous_int, g_previous_term;

// Only what may be called in a handler.
void onSignal(int) {
  g_interrupted = 1;
  constexpr char kSaid[] =
      "\nkindred: stopping; what was measured is saved. Once more ends it at once, saving "
      "nothing.\n";
  const int reason = errno;
  if (::write(STDERR_FILENO, kSaid, sizeof kSaid - 1) < 0) return;  // nobody is there to read it
  errno = reason;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  g_interrupted = 0;
  struct sigaction action {};
  action.sa_handler = onSignal;
  sigemptyset(&action.sa_mask);
  // The handler is for the first signal only; a second one meets the default action.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, &g_previous_int);
  sigaction(SIGTERM, &action, &g_previous_term);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &g_previous_int, nullptr);
  sigaction(SIGTERM, &g_previous_term, nullptr);
}

bool interrupted() { return g_interrupted != 0; }

}  // namespace kindred::run
