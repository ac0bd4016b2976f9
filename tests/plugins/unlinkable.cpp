// Needs data that no library has: the dynamic linker refuses it.
#include <kindred/metric.hpp>

extern int kindred_sample_missing;

namespace {

class Unlinkable final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    kindred_sample_missing = 1;
    return nullptr;
  }
};

}  // namespace

KINDRED_METRIC(Unlinkable, "unlinkable", "1.0", "Can't be linked")
