// A plugin built with something else than the host. Its static initialiser leaves a file where the
// environment variable KINDRED_SAMPLE_TRACE says: the host must refuse it before that runs.
#include <cstdlib>
#include <fstream>
#include <kindred/metric.hpp>

#if defined(FOREIGN_HEADERS)
#undef KINDRED_SDK_HASH
#define KINDRED_SDK_HASH 00000000
#else
#undef KINDRED_ABI_SYMBOL
#define KINDRED_ABI_SYMBOL FOREIGN_MARK
#endif

namespace {

const bool traced = [] {
  if (const char* file = std::getenv("KINDRED_SAMPLE_TRACE")) std::ofstream(file) << "ran\n";
  return true;
}();

class Foreign final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return nullptr;
  }
};

}  // namespace

KINDRED_METRIC(Foreign, "foreign", "1.0", "Built elsewhere")
