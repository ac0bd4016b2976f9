// A sound tensor metric, but where FRAGILE says otherwise: it then "fails", "crashes", "exits",
// "hangs" or "computes" without an end, and says so first; or "exits at once" where it is made.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <kindred/metric.hpp>

#include <kindred/analysis/stop/stop.hpp>

namespace {

void breakDown() {
  const char* asked = std::getenv("FRAGILE");
  const std::string how = asked == nullptr ? "" : asked;
  if (how.empty()) return;
  if (how == "fails") throw kindred::inputError("", "fragile broke");
  std::fputs("fragile is at it\n", stderr);
  if (how == "crashes") std::raise(SIGSEGV);
  if (how == "exits") std::exit(0);
  for (;;) {
    if (how == "computes") kindred::stopWhereAsked();
    ::usleep(1000);
  }
}

class Count final : public kindred::TensorAccumulator {
 public:
  void add(const kindred::TensorTile& tile) override {
    breakDown();
    count_ += static_cast<double>(tile.values.size());
  }
  void merge(TensorAccumulator& next) override { count_ += static_cast<Count&>(next).count_; }
  std::vector<double> finish() override { return {count_}; }

 private:
  double count_ = 0;
};

class Fragile final : public kindred::TensorMetric {
 public:
  Fragile() {
    const char* asked = std::getenv("FRAGILE");
    if (asked != nullptr && std::string(asked) == "exits at once") std::exit(0);
  }
  std::unique_ptr<kindred::TensorAccumulator> start(const kindred::TensorInfo&,
                                                    std::uint64_t) const override {
    return std::make_unique<Count>();
  }
};

}  // namespace

KINDRED_TENSOR_METRIC(Fragile, "fragile", "1.0", "How many values a tensor has")
