#include <memory>

#include "pair_alignment.hpp"

namespace {

using kindred::ModelProfile;

class GateAligner final : public kindred::Aligner {
 public:
  explicit GateAligner(const kindred::Parameters&) {}

  std::unique_ptr<ModelProfile> profile(const kindred::ModelWeights& weights,
                                        const kindred::Doubling* known) const override {
    return std::make_unique<kindred::aligner::Profile>(weights, known);
  }
  std::unique_ptr<kindred::PairAlignment> align(const ModelProfile& a,
                                                const ModelProfile& b) const override {
    return std::make_unique<kindred::aligner::BlindAlignments>(own(a), own(b));
  }

 private:
  static const kindred::aligner::Profile& own(const ModelProfile& profile) {
    const auto* made_here = dynamic_cast<const kindred::aligner::Profile*>(&profile);
    if (made_here != nullptr) return *made_here;
    throw kindred::Error(kindred::Category::plugin, "",
                         "the aligner was given a profile that another aligner made");
  }
};

}  // namespace

KINDRED_ALIGNER(GateAligner, "aligner", "1.0",
                "Finds rotation, layers, experts, heads and units that belong together")
