// What the checks found, and the running of one check in a process of its own.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/error.hpp>

namespace kindred::conformance {

// The library can't be tested at all: it does not open, or is no plugin of this SDK.
class Unusable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Grade { note, warning, error };

struct Message {
  Grade grade = Grade::error;
  std::string what;
  std::string cause;
  std::string cure;
};

// One check: an identifier, and the sentence that holds where it found nothing.
struct Check {
  std::string name;
  std::string promise;
  std::vector<Message> messages;
};

// Where a check puts what it finds.
class Findings {
 public:
  void add(Grade grade, std::string what, std::string cause, std::string cure) {
    messages_.push_back({grade, std::move(what), std::move(cause), std::move(cure)});
  }
  void error(std::string what, std::string cause, std::string cure) {
    add(Grade::error, std::move(what), std::move(cause), std::move(cure));
  }
  const std::vector<Message>& messages() const { return messages_; }

 private:
  std::vector<Message> messages_;
};

namespace detail {

// Messages cross the pipe as four fields, each ended by kEnd.
inline constexpr char kEnd = '\x1f';

inline void send(int pipe, const Findings& findings) {
  std::string all;
  for (const Message& message : findings.messages()) {
    all += std::to_string(static_cast<int>(message.grade)) + kEnd;
    for (const std::string* field : {&message.what, &message.cause, &message.cure}) {
      for (const char c : *field) all += c == kEnd ? ' ' : c;
      all += kEnd;
    }
  }
  for (std::size_t sent = 0; sent < all.size();) {
    const ssize_t written = ::write(pipe, all.data() + sent, all.size() - sent);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    sent += static_cast<std::size_t>(written);
  }
}

inline std::string receive(int pipe) {
  std::string all;
  char piece[4096];
  for (;;) {
    const ssize_t got = ::read(pipe, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(piece, static_cast<std::size_t>(got));
  }
}

inline std::vector<Message> unpack(std::string_view all) {
  std::vector<std::string> fields;
  for (std::size_t end; (end = all.find(kEnd)) != std::string_view::npos;) {
    fields.emplace_back(all.substr(0, end));
    all.remove_prefix(end + 1);
  }
  std::vector<Message> messages;
  for (std::size_t i = 0; i + 4 <= fields.size(); i += 4) {
    messages.push_back({static_cast<Grade>(fields[i].empty() ? 2 : fields[i][0] - '0'),
                        fields[i + 1], fields[i + 2], fields[i + 3]});
  }
  return messages;
}

// Runs the check's body and turns what it throws into a message.
inline void guarded(const std::function<void(Findings&)>& body, Findings& findings) {
  try {
    body(findings);
  } catch (const Unusable& error) {
    findings.error(error.what(), "the host refuses such a library as well",
                   "build plugin and test together, with kindred_add_plugin() and a closing macro");
  } catch (const Error& error) {
    findings.error(std::string("refuses: ") + error.what(),
                   "the plugin threw kindred::Error where it should have worked",
                   "if the check needs a parameter or a file, pass it to run(); else handle the "
                   "case, with NaN for a figure that is undefined");
  } catch (const std::exception& error) {
    findings.error(std::string("throws: ") + error.what(),
                   "an exception other than kindred::Error left the plugin, so users see neither "
                   "place nor remedy",
                   "catch it and throw kindred::Error");
  } catch (...) {
    findings.error("throws something that is no std::exception", "users will see no reason at all",
                   "throw kindred::Error");
  }
}

inline Message ended(int status, unsigned seconds) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return {Grade::error, "did not end within " + std::to_string(seconds) + " s",
            "an endless loop, a deadlock, or a wait without a limit", "give every wait a limit"};
  }
  if (WIFSIGNALED(status)) {
    return {Grade::error, std::string("crashed: ") + ::strsignal(WTERMSIG(status)),
            "memory that is not the plugin's, an exception in a destructor or noexcept function, "
            "or a failed assertion",
            "build plugin and test with -fsanitize=address,undefined and run the test again"};
  }
  return {Grade::error, "ended the process with status " + std::to_string(WEXITSTATUS(status)),
          "the plugin called exit()", "throw kindred::Error instead"};
}

}  // namespace detail

class Report {
 public:
  explicit Report(std::string file, unsigned seconds = 120)
      : file_(std::move(file)), seconds_(seconds) {}

  // Runs `body` in a process of its own; a crash, a hang or an exception becomes a message.
  void check(const std::string& name, const std::string& promise,
             const std::function<void(Findings&)>& body) {
    int pipe[2];
    if (::pipe(pipe) != 0) throw std::runtime_error("no pipe");
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child == 0) {
      ::close(pipe[0]);
      ::signal(SIGALRM, SIG_DFL);
      ::alarm(seconds_);
      Findings findings;
      detail::guarded(body, findings);
      detail::send(pipe[1], findings);
      ::_exit(0);  // without the parent's exit handlers
    }
    ::close(pipe[1]);
    Check done{name, promise, detail::unpack(detail::receive(pipe[0]))};
    ::close(pipe[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) done.messages.push_back(detail::ended(status, seconds_));
    checks_.push_back(std::move(done));
  }

  const std::vector<Check>& checks() const { return checks_; }

  std::size_t count(Grade grade) const {
    std::size_t found = 0;
    for (const Check& check : checks_) {
      for (const Message& message : check.messages) found += message.grade == grade;
    }
    return found;
  }

  std::string text() const {
    static constexpr const char* kGrades[] = {"note", "warning", "error"};
    std::string all = file_ + "\n";
    for (const Check& check : checks_) {
      all += (check.messages.empty() ? "  ok    " : "  -     ") + check.name + ": " +
             check.promise + "\n";
      for (const Message& message : check.messages) {
        all += std::string("        ") + kGrades[static_cast<int>(message.grade)] + ": " +
               message.what + "\n";
        if (!message.cause.empty()) all += "          cause: " + message.cause + "\n";
        if (!message.cure.empty()) all += "          cure:  " + message.cure + "\n";
      }
    }
    const auto counted = [&](Grade grade, const char* word) {
      return std::to_string(count(grade)) + " " + word + (count(grade) == 1 ? "" : "s");
    };
    return all + std::to_string(checks_.size()) + " checks: " + counted(Grade::error, "error") +
           ", " + counted(Grade::warning, "warning") + ", " + counted(Grade::note, "note") + "\n";
  }

 private:
  std::string file_;
  unsigned seconds_;
  std::vector<Check> checks_;
};

}  // namespace kindred::conformance
