// Ranks by Boost.MPI: a library of its own, which the program opens where it was started under
// mpirun or srun.
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>

#include <cstdlib>
#include <map>
#include <utility>

#include "run/ranks_library.hpp"

namespace kindred::run {
namespace {

namespace mpi = boost::mpi;

// Messages are of any length, MPI's are not.
constexpr std::size_t kMost = std::size_t{1} << 30;
constexpr int kLast = 1, kMore = 2;  // tags

class MpiRanks final : public Ranks {
 public:
  int rank() const override { return world_.rank(); }
  int size() const override { return world_.size(); }
  void send(int to, const std::string& text) override {
    std::size_t done = 0;
    for (; text.size() - done > kMost; done += kMost) sendPart(to, kMore, text, done, kMost);
    sendPart(to, kLast, text, done, text.size() - done);
  }
  std::optional<Message> receive() override {
    while (const auto found = world_.iprobe(mpi::any_source, mpi::any_tag)) {
      std::string& text = begun_[found->source()];
      const auto size = static_cast<std::size_t>(found->count<char>().value_or(0));
      const std::size_t before = text.size();
      text.resize(before + size);
      world_.recv(found->source(), found->tag(), text.data() + before, static_cast<int>(size));
      if (found->tag() == kLast) return Message{found->source(), std::exchange(text, {})};
    }
    return std::nullopt;
  }
  void abort(int code) override {
    mpi::environment::abort(code);
    std::abort();  // not reached
  }

 private:
  void sendPart(int to, int tag, const std::string& text, std::size_t from, std::size_t size) {
    world_.send(to, tag, text.data() + from, static_cast<int>(size));
  }

  mpi::environment environment_{mpi::threading::funneled, true};
  mpi::communicator world_;
  std::map<int, std::string> begun_;  // messages of which parts are here, by sender
};

}  // namespace
}  // namespace kindred::run

extern "C" __attribute__((visibility("default"))) kindred::run::Ranks* KINDRED_MAKE_RANKS() {
  return new kindred::run::MpiRanks;
}
