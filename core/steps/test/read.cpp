#include <algorithm>

#include "steps/addresses.hpp"
#include "steps/reading.hpp"

namespace kindred::steps {
namespace {

constexpr recipe::Key kTestUseKeys[] = {
    {.name = "plugin",
     .shape = &recipe::kName,
     .required = true,
     .example = "permutation-test",
     .meaning = "the test plugin"},
    {.name = "of",
     .shape = &recipe::kText,
     .example = "same-layer.pearson",
     .meaning = "the figure whose table is tested, `STEP.METRIC[.FIGURE]` of a step above; without "
                "it the step names models with `compare`, and their rows are tested"},
};
constexpr recipe::Shape kTest{.title = "A test",
                              .says = "a mapping with the key 'plugin'",
                              .keys = kTestUseKeys,
                              .parameters = true};
constexpr recipe::Key kTestKeys[] = {
    {.name = "test",
     .shape = &kTest,
     .example = "{plugin: permutation-test, of: same-layer.pearson}",
     .meaning = "a test of another step's table, or with `compare` of the rows of matrices"},
};

std::vector<std::uint64_t> readStages(StepReading& reading) {
  std::vector<std::uint64_t> stages;
  const auto add = [&](const yaml::Node& node) {
    const auto bytes = recipe::bytesIn(&node);
    if (bytes == 0) return;  // reported by the schema
    if (!stages.empty() && bytes <= stages.back()) {
      reading.report(node.place, "a stage must read more than the one before it", "");
    }
    stages.push_back(bytes);
  };
  if (const yaml::Node* read = reading.node.find("read")) {
    if (read->kind == yaml::Node::Kind::scalar) add(*read);
    for (const yaml::Node& node : read->items) add(node);
  }
  if (stages.empty()) stages = {plan::kDefaultRead};
  return stages;
}

asked::TableTest readTableTest(recipe::PluginUse use, const yaml::Node& of, StepReading& reading) {
  asked::TableTest asked;
  asked.test = std::move(use);
  std::erase_if(asked.test.parameters,
                [](const recipe::RawParameter& given) { return given.name == "of"; });
  if (reading.node.find("compare") != nullptr) {
    reading.report(of.place, "'of' does not go with 'compare'",
                   "a test works on one step's table or on rows, not on both");
  }
  if (of.kind != yaml::Node::Kind::scalar) return asked;
  asked.of = of.scalar;
  asked.of_place = of.place;
  asked.address = readTableAddress(of, reading.earlier, reading);
  return asked;
}

}  // namespace

std::span<const recipe::Key> TestSteps::keys() { return kTestKeys; }

std::variant<asked::TableTest, asked::PairTest> TestSteps::read(StepReading& reading) {
  const yaml::Node& test = *reading.node.find("test");
  recipe::PluginUse use = recipe::readPluginUse(test);
  if (const yaml::Node* of = test.find("of")) return readTableTest(std::move(use), *of, reading);
  if (reading.node.find("compare") == nullptr && test.kind == yaml::Node::Kind::map) {
    reading.report(test.place, "the test has nothing to work on",
                   "name a figure with 'of', or models with 'compare' beside 'test'");
  }
  Met met = readMet(reading);
  return asked::PairTest{
      std::move(use),      std::move(met.selection), std::move(met.meeting),  met.sample,
      readStages(reading), reading.given.beacon,     reading.given.check_null};
}

}  // namespace kindred::steps
