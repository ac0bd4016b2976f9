// The processes of one run that was started under mpirun or srun: a rank each, which run the same
// command and share its work (run/share.hpp). Rank 0 alone talks and writes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace kindred::run {

struct Message {
  int from = 0;
  std::string text;
};

// How ranks reach each other. For the thread that made it.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  // Messages from one rank to another arrive in order.
  virtual void send(int to, const std::string& text) = 0;
  virtual std::optional<Message> receive() = 0;  // none: nothing has come
  // Ends the processes of all ranks with this exit code.
  [[noreturn]] virtual void abort(int code) = 0;

  bool first() const { return rank() == 0; }

  std::uint64_t times_shared = 0;  // of share()
};

// Null: this process was started alone. Where there are others, and nothing that reaches them, an
// Error.
std::unique_ptr<Ranks> startRanks();

// Threads for a rank where nobody says how many: a fair share of its machine.
unsigned threadsOfRank();

}  // namespace kindred::run
