// Every mistake that a declaration can hold.
#include <kindred/metric.hpp>

namespace {

class Careless final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return nullptr;
  }
};

}  // namespace

KINDRED_METRIC(Careless, "careless", "", "Declares itself wrongly",
               kindred::figure("first", "not named like the metric"),
               kindred::flag("twice", false, "one of two"),
               kindred::flag("twice", true, "two of two"),
               kindred::integer("size", "4.5", 1, 10, "the default is no integer"),
               kindred::number("share", "2", 0, 1, "the default leaves the range"),
               kindred::number("empty", nullptr, 1, 0, "no value is allowed"),
               kindred::choice("mode", "a|b", "c", "the default is no choice"),
               kindred::choice("holes", "a||b", "a", "a choice is empty"),
               kindred::text("Bad Name", "", "a name with a space"), kindred::text("mute", "", ""))
