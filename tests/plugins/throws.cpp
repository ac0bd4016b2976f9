// Throws something when it is made, or when it is given its first tile.
#include <kindred/metric.hpp>
#include <stdexcept>

#if defined(THROWS_ERROR)
#define SAMPLE_NAME "throws-error"
#elif defined(THROWS_STANDARD)
#define SAMPLE_NAME "throws-standard"
#elif defined(THROWS_INT)
#define SAMPLE_NAME "throws-int"
#else
#define SAMPLE_NAME "throws-in-add"
#endif

namespace {

class Thrower final : public kindred::PairAccumulator {
 public:
  void add(const kindred::PairTile&) override {
    throw std::runtime_error("no tile is good enough");
  }
  void merge(PairAccumulator&) override {}
  std::vector<double> finish() override { return {0}; }
};

class Throws final : public kindred::PairMetric {
 public:
  Throws() {
#if defined(THROWS_ERROR)
    throw kindred::inputError("", "'root' is not a folder", "give a folder");
#elif defined(THROWS_STANDARD)
    throw std::out_of_range("index 7 of 3");
#elif defined(THROWS_INT)
    throw 42;
#endif
  }
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Thrower>();
  }
};

}  // namespace

KINDRED_METRIC(Throws, SAMPLE_NAME, "1.0", "Throws")
