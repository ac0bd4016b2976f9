#include "recipe/schema.hpp"

namespace kindred::recipe {
namespace {

constexpr double kLargest = 9007199254740992.0;  // 2^53

// Simple values.
constexpr Shape kText{.says = "text", .scalar = ScalarType::text};
constexpr Shape kName{.says = "a name of letters, digits, '_' and '-'", .scalar = ScalarType::name};
constexpr Shape kNumber{.says = "a number", .scalar = ScalarType::number};
constexpr Shape kTolerance{.says = "a number", .scalar = ScalarType::number, .least = 0};
constexpr Shape kCount{
    .says = "an integer", .scalar = ScalarType::integer, .least = 1, .most = kLargest};
constexpr Shape kSeed{
    .says = "an integer", .scalar = ScalarType::integer, .least = 0, .most = kLargest};
constexpr Shape kLayer{
    .says = "an integer", .scalar = ScalarType::integer, .least = 0, .most = 1e6};
constexpr Shape kVersion{
    .says = "the recipe version, which is 1", .scalar = ScalarType::choice, .choices = "1"};
constexpr Shape kTexts{.says = "a list of texts", .items = &kText};
constexpr Shape kLayers{.says = "a list of layer numbers", .items = &kLayer};
constexpr Shape kLayerRange{.says = "a list of two layer numbers, [FIRST, LAST]",
                            .items = &kLayer,
                            .least_items = 2,
                            .most_items = 2};
constexpr Shape kNameMap{.says = "a mapping from names in the first model to names in the second",
                         .values = &kText,
                         .keys_are_names = false};
constexpr Shape kInterval{.says = "a list of two numbers, [LOW, HIGH]",
                          .items = &kNumber,
                          .least_items = 2,
                          .most_items = 2};

// Sources.
constexpr Key kSourceKeys[] = {
    {.name = "plugin",
     .shape = &kName,
     .required = true,
     .example = "local-mmap",
     .meaning = "the source plugin that reads the bytes"},
    {.name = "root",
     .shape = &kText,
     .fallback = "the plugin's",
     .example = "../models",
     .meaning = "for plugins that read a folder: the folder that models are named in. A relative "
                "path counts from the recipe's own folder, or from the working folder where "
                "`--set` gives it"},
};
constexpr Shape kSource{.title = "A source",
                        .says = "a mapping with the key 'plugin'",
                        .keys = kSourceKeys,
                        .parameters = true};
constexpr Shape kSources{.says = "a mapping from names to sources", .values = &kSource};

// Models.
constexpr Shape kRole{
    .says = "subject or control", .scalar = ScalarType::choice, .choices = "subject|control"};
constexpr Key kModelKeys[] = {
    {.name = "at",
     .shape = &kText,
     .required = true,
     .example = "hub:org/name@main",
     .meaning = "`SOURCE:ADDRESS`: a name under `sources`, a colon, and where that source finds "
                "the model"},
    {.name = "role",
     .shape = &kRole,
     .fallback = "`subject`",
     .example = "control",
     .meaning = "`control`: known to be unrelated (or related), measured on the same scale in the "
                "same run"},
};
constexpr Shape kModel{.title = "A model",
                       .says = "SOURCE:ADDRESS or a mapping with the key 'at'",
                       .scalar = ScalarType::text,
                       .keys = kModelKeys,
                       .shorthand = "at"};
// Models keep the names that they have elsewhere: Qwen2.5-7B.
constexpr Shape kModels{
    .says = "a mapping from names to models", .values = &kModel, .keys_may_have_dots = true};

// Selections.
constexpr Key kSelectionKeys[] = {
    {.name = "names",
     .shape = &kTexts,
     .example = "[\"model.layers.{layer}.mlp.up_proj.weight\"]",
     .meaning = "patterns; a list alone means the same"},
    {.name = "role",
     .shape = &kText,
     .example = "mlp.up",
     .meaning = "one role, resolved by the model's architecture (`kindred architectures`)",
     .excludes = "roles"},
    {.name = "roles",
     .shape = &kTexts,
     .example = "[mlp.up, mlp.gate]",
     .meaning = "several roles"},
    {.name = "layers",
     .shape = &kLayerRange,
     .fallback = "all layers",
     .example = "[0, 45]",
     .meaning = "of these tensors, those of the layers from FIRST to LAST"},
};
constexpr Shape kSelection{
    .title = "A selection",
    .says = "a list of patterns or a mapping with 'names', 'role' or 'roles'",
    .items = &kText,
    .keys = kSelectionKeys,
    .one_of = "names|role|roles"};
constexpr Shape kSelections{.says = "a mapping from names to selections", .values = &kSelection};
constexpr Shape kSelect{
    .says = "a selection's name, a list of patterns or a mapping with 'names', 'role' or 'roles'",
    .scalar = ScalarType::name,
    .items = &kText,
    .keys = kSelectionKeys,
    .one_of = "names|role|roles"};

// Pairings.
constexpr Key kPairKeys[] = {
    {.name = "layers",
     .shape = &kLayers,
     .example = "[10, 20]",
     .meaning = "every layer of the first model against these layers of the second",
     .excludes = "map"},
    {.name = "map",
     .shape = &kNameMap,
     .example = "{conv1.weight: encoder.0.weight}",
     .meaning = "tensors of the first model against tensors of the second, by their names"},
};
constexpr Shape kPair{
    .title = "A pairing",
    .says =
        "same-name, same-layer, all-layers, within, content, counterparts, {layers: ...} or {map: "
        "...}",
    .scalar = ScalarType::choice,
    .choices = "same-name|same-layer|all-layers|within|content|counterparts",
    .keys = kPairKeys,
    .one_of = "layers|map"};

// Samples.
constexpr Key kSampleKeys[] = {
    {.name = "head",
     .shape = &kCount,
     .example = "1000",
     .meaning = "the first so many elements of each tensor",
     .excludes = "blocks"},
    {.name = "blocks",
     .shape = &kCount,
     .example = "16",
     .meaning = "so many contiguous blocks, at places drawn from the seed",
     .needs = "of"},
    {.name = "of",
     .shape = &kCount,
     .example = "4096",
     .meaning = "the elements of each block",
     .needs = "blocks"},
    {.name = "seed",
     .shape = &kSeed,
     .fallback = "0",
     .example = "7",
     .meaning = "where the blocks lie; the same seed gives the same blocks on every machine",
     .needs = "blocks"},
};
constexpr Shape kSample{.title = "A sample",
                        .says = "all, {head: N} or {blocks: N, of: SIZE, seed: S}",
                        .scalar = ScalarType::choice,
                        .choices = "all",
                        .keys = kSampleKeys,
                        .one_of = "head|blocks"};

// Metrics and tests.
constexpr Key kMetricKeys[] = {
    {.name = "plugin",
     .shape = &kName,
     .required = true,
     .example = "cosine",
     .meaning = "the metric plugin (`kindred plugins` lists them)"},
    {.name = "as",
     .shape = &kName,
     .fallback = "the plugin's name",
     .example = "pearson",
     .meaning = "the name in results and addresses; needed where a step uses a plugin twice"},
};
constexpr Shape kMetric{.title = "A metric",
                        .says = "a metric's name or a mapping with the key 'plugin'",
                        .scalar = ScalarType::name,
                        .keys = kMetricKeys,
                        .parameters = true,
                        .shorthand = "plugin"};
constexpr Shape kMetrics{.says = "a list of metrics", .items = &kMetric, .most_items = 64};
constexpr Key kTestKeys[] = {
    {.name = "plugin",
     .shape = &kName,
     .required = true,
     .example = "permutation-test",
     .meaning = "the test plugin"},
    {.name = "of",
     .shape = &kText,
     .example = "same-layer.pearson",
     .meaning = "the figure whose table is tested, `STEP.METRIC[.FIGURE]` of a step above; without "
                "it the step names models with `compare`, and their rows are tested"},
};
constexpr Shape kTest{.title = "A test",
                      .says = "a mapping with the key 'plugin'",
                      .keys = kTestKeys,
                      .parameters = true};
constexpr Key kSurveyKeys[] = {
    {.name = "plugin",
     .shape = &kName,
     .required = true,
     .example = "router-alignment",
     .meaning = "the survey plugin (`kindred plugins` lists them)"},
    {.name = "as",
     .shape = &kName,
     .fallback = "the plugin's name",
     .example = "routers",
     .meaning = "the name in results and addresses"},
};
constexpr Shape kSurvey{.title = "A survey",
                        .says = "a survey's name or a mapping with the key 'plugin'",
                        .scalar = ScalarType::name,
                        .keys = kSurveyKeys,
                        .parameters = true,
                        .shorthand = "plugin"};

// Steps.
constexpr Shape kRead{.says = "a number of bytes or a list of them",
                      .scalar = ScalarType::integer,
                      .least = 1,
                      .most = kLargest,
                      .items = &kCount,
                      .most_items = 8};
constexpr Shape kModelKey{.says = "a model's name", .scalar = ScalarType::text};
constexpr Shape kCompare{.says = "a model's name or a list of two (for a survey up to 16)",
                         .scalar = ScalarType::text,
                         .items = &kModelKey,
                         .most_items = kMostSurveyed};
constexpr Shape kTwoModels{
    .says = "a list of two models", .items = &kModelKey, .least_items = 2, .most_items = 2};
constexpr Shape kUpToTwoModels{
    .says = "a list of one or two models", .items = &kModelKey, .most_items = 2};
constexpr Shape kSomeModels{.says = "a list of models", .items = &kModelKey, .most_items = 100};
constexpr Shape kParameters{
    .says = "a number", .scalar = ScalarType::number, .least = 1, .most = 1e18};
constexpr Key kClaimsKeys[] = {
    {.name = "total",
     .shape = &kParameters,
     .example = "102.6e9",
     .meaning = "parameters of the whole model"},
    {.name = "active",
     .shape = &kParameters,
     .example = "12e9",
     .meaning = "parameters that take part in computing one token"},
};
constexpr Shape kClaims{.says = "a mapping with 'total', 'active' or both",
                        .keys = kClaimsKeys,
                        .one_of = "total|active"};
// What a step about documents does not go with.
constexpr const char* kTensorKeys = "compare|describe|test|metrics|survey";
constexpr Key kStepKeys[] = {
    {.name = "name",
     .shape = &kName,
     .required = true,
     .example = "same-layer",
     .meaning = "how results and other parts of the recipe name the step; used once"},
    {.name = "compare",
     .shape = &kCompare,
     .example = "[solar, glm]",
     .meaning = "two models whose tensors are paired; with `pair: within` one; with `survey` up to "
                "16, each with the tensors selected",
     .excludes = "describe"},
    {.name = "describe",
     .shape = &kModelKey,
     .example = "solar",
     .meaning = "one model whose tensors are measured each by itself",
     .excludes = "test"},
    {.name = "test",
     .shape = &kTest,
     .example = "{plugin: permutation-test, of: same-layer.pearson}",
     .meaning = "a test of another step's table, or with `compare` of the rows of matrices"},
    {.name = "survey",
     .shape = &kSurvey,
     .example = "{plugin: router-alignment, seed: 7}",
     .meaning =
         "a plugin that looks at whole matrices of the models that `compare` names, and gives "
         "figures and tables",
     .needs = "compare",
     .excludes = "describe|test|metrics|pair|sample"},
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
     .shape = &kName,
     .example = "solar",
     .meaning = "a model's licence, clause by clause beside the text that `against` names",
     .needs = "against",
     .excludes = kTensorKeys},
    {.name = "against",
     .shape = &kText,
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
    {.name = "read",
     .shape = &kRead,
     .fallback = "64000000",
     .example = "[8000000, 64000000]",
     .meaning = "for a test of whole models: bytes of weights that it reads of each model. Several "
                "numbers are stages: a later one runs only for models that all earlier ones left "
                "open",
     .needs = "test"},
    {.name = "select",
     .shape = &kSelect,
     .fallback = "every tensor",
     .example = "norms",
     .meaning = "the tensors: a selection's name, or a selection written here",
     .needs = "compare|describe"},
    {.name = "pair",
     .shape = &kPair,
     .fallback = "`same-name`",
     .example = "same-layer",
     .meaning = "which tensor of the first model meets which of the second",
     .needs = "compare"},
    {.name = "sample",
     .shape = &kSample,
     .fallback = "`all`",
     .example = "{head: 1000}",
     .meaning = "the elements that are read",
     .needs = "compare|describe"},
    {.name = "note",
     .shape = &kText,
     .example = "any two models' norms are this alike",
     .meaning = "what the figures say and what they don't; printed below them"},
    {.name = "metrics",
     .shape = &kMetrics,
     .example = "[cosine, mad]",
     .meaning = "what is measured; all metrics of a step share one pass over the data",
     .excludes = "test"},
};
constexpr Shape kStep{.title = "A step",
                      .says = "a mapping with the keys of a step",
                      .keys = kStepKeys,
                      .one_of =
                          "compare|describe|test|configs|tokenizers|licence|inventory|manifests|"
                          "model-code "
                          "metrics|test|survey|configs|tokenizers|licence|inventory|manifests|"
                          "model-code"};
constexpr Shape kSteps{.says = "a list of steps", .items = &kStep, .most_items = 100000};

// Expectations.
constexpr Key kExpectationKeys[] = {
    {.name = "figure",
     .shape = &kText,
     .required = true,
     .example = "same-layer.pearson.mean",
     .meaning = "`STEP.METRIC[.FIGURE].AGGREGATE`, or `STEP.log10_p`, `STEP.statistic` or "
                "`STEP.FIGURE` of a test"},
    {.name = "between",
     .shape = &kInterval,
     .example = "[-0.05, 0.05]",
     .meaning = "both bounds, themselves allowed",
     .excludes = "at-least|at-most|equals"},
    {.name = "at-least",
     .shape = &kNumber,
     .example = "0.9",
     .meaning = "the lower bound, itself allowed",
     .excludes = "equals"},
    {.name = "at-most",
     .shape = &kNumber,
     .example = "-3",
     .meaning = "the upper bound, itself allowed",
     .excludes = "equals"},
    {.name = "equals", .shape = &kNumber, .example = "0.9487", .meaning = "the value itself"},
    {.name = "tolerance",
     .shape = &kTolerance,
     .fallback = "0",
     .example = "0.00005",
     .meaning = "how far from `equals` the figure may be",
     .needs = "equals"},
    {.name = "origin",
     .shape = &kText,
     .example = "published table 2",
     .meaning = "where the bound comes from, repeated in the report"},
};
constexpr Shape kExpectation{.title = "An expectation",
                             .says = "a mapping with the keys of an expectation",
                             .keys = kExpectationKeys,
                             .one_of = "between|at-least|at-most|equals"};
constexpr Shape kExpectations{
    .says = "a list of expectations", .items = &kExpectation, .least_items = 0};

// The recipe.
constexpr Key kRecipeKeys[] = {
    {.name = "kindred",
     .shape = &kVersion,
     .required = true,
     .example = "1",
     .meaning = "the version of this language"},
    {.name = "title",
     .shape = &kText,
     .example = "Norms of two models",
     .meaning = "the report's heading"},
    {.name = "question",
     .shape = &kText,
     .example = "Do B's norms descend from A's?",
     .meaning = "what the run is to answer, in a sentence"},
    {.name = "sources",
     .shape = &kSources,
     .required = true,
     .example = "{disk: {plugin: local-mmap, root: .}}",
     .meaning = "where bytes come from, each under a name of your choice"},
    {.name = "models",
     .shape = &kModels,
     .required = true,
     .example = "{a: disk:alpha, b: disk:beta}",
     .meaning = "the checkpoints, each under a name of your choice"},
    {.name = "selections",
     .shape = &kSelections,
     .example = "{norms: [\"*.input_layernorm.weight\"]}",
     .meaning = "sets of tensors that several steps use, each under a name of your choice"},
    {.name = "steps",
     .shape = &kSteps,
     .required = true,
     .example = "[{name: all, compare: [a, b], metrics: [cosine]}]",
     .meaning = "what is measured and tested, in order"},
    {.name = "expect",
     .shape = &kExpectations,
     .example = "[{figure: all.cosine.mean, at-most: 0.1}]",
     .meaning = "bounds on figures; where one is not met, `kindred run` ends with exit code 3"},
};
constexpr Shape kRecipe{
    .title = "The recipe", .says = "a mapping with the keys of a recipe", .keys = kRecipeKeys};

constexpr const Shape* kTitled[] = {&kRecipe, &kSource, &kModel, &kSelection, &kStep,       &kPair,
                                    &kSample, &kMetric, &kTest,  &kSurvey,    &kExpectation};

}  // namespace

const Shape& recipeShape() { return kRecipe; }

std::span<const Shape* const> titledShapes() { return kTitled; }

const Key* findKey(const Shape& shape, std::string_view name) {
  for (const Key& key : shape.keys) {
    if (name == key.name) return &key;
  }
  return nullptr;
}

const char* exampleRecipe() {
  return R"(kindred: 1
title: Are two models' norms more alike than a stranger's?
sources:
  disk: {plugin: local-mmap, root: models}   # the folder 'models' beside this file
models:
  base:     disk:base
  tuned:    disk:tuned
  stranger: {at: disk:stranger, role: control}
selections:
  norms: ["model.layers.{layer}.input_layernorm.weight",
          "model.layers.{layer}.post_attention_layernorm.weight"]
steps:
  - name: norms
    compare: [base, tuned]
    select: norms
    pair: same-layer
    metrics: [mad, {plugin: cosine, centred: true, as: pearson}]
  - name: norms-control
    compare: [base, stranger]
    select: norms
    pair: same-layer
    metrics: [mad, {plugin: cosine, centred: true, as: pearson}]
  - name: layers-in-order
    test: {plugin: permutation-test, of: norms.pearson, permutations: 9999, seed: 7}
expect:
  - {figure: norms.pearson.mean, at-least: 0.9}
  - {figure: norms-control.pearson.mean, between: [-0.2, 0.2]}
)";
}

}  // namespace kindred::recipe
