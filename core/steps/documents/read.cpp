#include <filesystem>

#include "steps/reading.hpp"

namespace kindred::steps {
namespace {

constexpr recipe::Shape kTwoModels{
    .says = "a list of two models", .items = &recipe::kModelKey, .least_items = 2, .most_items = 2};
constexpr recipe::Shape kUpToTwoModels{
    .says = "a list of one or two models", .items = &recipe::kModelKey, .most_items = 2};
constexpr recipe::Shape kSomeModels{
    .says = "a list of models", .items = &recipe::kModelKey, .most_items = 100};
constexpr recipe::Shape kParameters{
    .says = "a number", .scalar = recipe::ScalarType::number, .least = 1, .most = 1e18};
constexpr recipe::Key kClaimsKeys[] = {
    {.name = "total",
     .shape = &kParameters,
     .example = "102.6e9",
     .meaning = "parameters of the whole model"},
    {.name = "active",
     .shape = &kParameters,
     .example = "12e9",
     .meaning = "parameters that take part in computing one token"},
};
constexpr recipe::Shape kClaims{.says = "a mapping with 'total', 'active' or both",
                                .keys = kClaimsKeys,
                                .one_of = "total|active"};
// What a step about documents does not go with.
constexpr const char* kTensorKeys = "compare|describe|test|metrics|survey";
constexpr recipe::Key kDocumentKeys[] = {
    {.name = "configs",
     .shape = &kTwoModels,
     .example = "[solar, glm]",
     .meaning = "the two models' `config.json`, key by key",
     .excludes = kTensorKeys},
    {.name = "tokenizers",
     .shape = &kTwoModels,
     .example = "[solar, glm]",
     .meaning = "the two models' `tokenizer.json`: tokens and merges in common",
     .excludes = kTensorKeys},
    {.name = "licence",
     .shape = &recipe::kName,
     .example = "solar",
     .meaning = "a model's licence, clause by clause beside the text that `against` names",
     .needs = "against",
     .excludes = kTensorKeys},
    {.name = "against",
     .shape = &recipe::kText,
     .example = "Apache-2.0",
     .meaning = "the standard text: the SPDX id of a licence in this machine's "
                "/usr/share/common-licenses, or `file:PATH`, a relative path counting from the "
                "recipe's folder",
     .needs = "licence"},
    {.name = "inventory",
     .shape = &kUpToTwoModels,
     .example = "[solar, glm]",
     .meaning = "every tensor of the models, from headers alone, and what of two is comparable",
     .excludes = kTensorKeys},
    {.name = "claims",
     .shape = &kClaims,
     .example = "{total: 102.6e9, active: 12e9}",
     .meaning = "what the model's card says of its size; for an inventory of one model",
     .needs = "inventory"},
    {.name = "manifests",
     .shape = &kSomeModels,
     .example = "[solar, glm, phi]",
     .meaning = "the models' files with sizes and published hashes",
     .excludes = kTensorKeys},
    {.name = "model-code",
     .shape = &kTwoModels,
     .example = "[solar, glm]",
     .meaning = "the two repositories' code and other small text files, compared as text",
     .excludes = kTensorKeys},
};

void readOwn(asked::Documents&, StepReading&) {}

void readOwn(asked::Licence& asked, StepReading& reading) {
  const yaml::Node* against = reading.node.find("against");
  if (against == nullptr) return;
  asked.against = recipe::textOf(against);
  asked.against_place = against->place;
  const std::string mark = "file:";
  if (!asked.against.starts_with(mark)) return;
  const std::filesystem::path folder = std::filesystem::path(against->place.file).parent_path();
  asked.against = mark + (folder / asked.against.substr(mark.size())).lexically_normal().string();
}

void readOwn(asked::Inventory& asked, StepReading& reading) {
  const yaml::Node* claims = reading.node.find("claims");
  if (claims == nullptr) return;
  if (const yaml::Node* total = claims->find("total")) {
    asked.claims.total = recipe::numberIn(total);
  }
  if (const yaml::Node* active = claims->find("active")) {
    asked.claims.active = recipe::numberIn(active);
  }
  if (reading.step.models.size() > 1) {
    reading.report(claims->place, "'claims' are of one model, but the inventory has two",
                   "make it two steps, each with its own claims");
  }
}

}  // namespace

std::span<const recipe::Key> DocumentSteps::keys() { return kDocumentKeys; }

VariantOf<DocumentSteps::Asked>::type DocumentSteps::read(StepReading& reading) {
  const char* word = nullptr;
  VariantOf<Asked>::type read;
  forEach(Asked(), [&]<class Kind>(std::type_identity<Kind>) {
    const yaml::Node* node = reading.node.find(Kind::kKind.word);
    if (node == nullptr) return;
    if (word != nullptr) {
      reading.report(node->place,
                     "a step has one of " + recipe::quote(word) + " and " +
                         recipe::quote(Kind::kKind.word) + ", not both",
                     "make them two steps");
      return;
    }
    word = Kind::kKind.word;
    reading.readModels(word);
    reading.checkDifferent(*node, "a model differs in nothing from itself");
    Kind asked;
    readOwn(asked, reading);
    read = std::move(asked);
  });
  return read;
}

}  // namespace kindred::steps
