#include "steps/reading.hpp"

namespace kindred::steps {
namespace {

constexpr recipe::Key kDescribeKeys[] = {
    {.name = "describe",
     .shape = &recipe::kModelKey,
     .example = "solar",
     .meaning = "one model whose tensors are measured each by itself",
     .excludes = "test"},
};

}  // namespace

std::span<const recipe::Key> DescribeSteps::keys() { return kDescribeKeys; }

asked::Tensors DescribeSteps::read(StepReading& reading) {
  reading.readModels("describe");
  return {recipe::readSelect(reading.node.find("select"), reading),
          recipe::readSample(reading.node.find("sample")),
          recipe::readMetrics(reading.node.find("metrics"), reading)};
}

}  // namespace kindred::steps
