#include "recipe/schema.hpp"

namespace kindred::recipe {

// Simple values.
constinit const Shape kText{.says = "text", .scalar = ScalarType::text};
constinit const Shape kName{.says = "a name of letters, digits, '_' and '-'",
                            .scalar = ScalarType::name};
constinit const Shape kNumber{.says = "a number", .scalar = ScalarType::number};
constinit const Shape kCount{
    .says = "an integer", .scalar = ScalarType::integer, .least = 1, .most = kLargest};
constinit const Shape kSeed{
    .says = "an integer", .scalar = ScalarType::integer, .least = 0, .most = kLargest};
constinit const Shape kBytes{.says = "a number of bytes, as 64000000 or 64MB",
                             .scalar = ScalarType::bytes,
                             .least = 1,
                             .most = kLargest};
static constexpr Shape kWord{.says = "a word or a number", .scalar = ScalarType::text};
static constexpr Shape kWordList{.says = "a list of words", .items = &kWord, .most_items = 100000};
constinit const Shape kForeach{.says = "a mapping from names to lists of words",
                               .values = &kWordList};
static constexpr Shape kLayer{
    .says = "an integer", .scalar = ScalarType::integer, .least = 0, .most = 1e6};
static constexpr Shape kTexts{.says = "a list of texts", .items = &kText};
static constexpr Shape kLayers{.says = "a list of layer numbers", .items = &kLayer};
static constexpr Shape kLayerRange{.says = "a list of two layer numbers, [FIRST, LAST]",
                                   .items = &kLayer,
                                   .least_items = 2,
                                   .most_items = 2};
static constexpr Shape kNameMap{
    .says = "a mapping from names in the first model to names in the second",
    .values = &kText,
    .keys_are_names = false};

// Sources.
static constexpr Key kSourceKeys[] = {
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
constinit const Shape kSource{.title = "A source",
                              .says = "a mapping with the key 'plugin'",
                              .keys = kSourceKeys,
                              .parameters = true};
constinit const Shape kSources{.says = "a mapping from names to sources", .values = &kSource};

// Models.
static constexpr Shape kRole{
    .says = "subject or control", .scalar = ScalarType::choice, .choices = "subject|control"};
static constexpr Shape kIfMissing{
    .says = "stop or skip", .scalar = ScalarType::choice, .choices = "stop|skip"};
static constexpr Key kModelKeys[] = {
    {.name = "at",
     .shape = &kText,
     .required = true,
     .example = "hub:org/name@main",
     .meaning = "`SOURCE:ADDRESS`: a name under `sources`, a colon, and where that source finds "
                "the model"},
    {.name = "adapter",
     .shape = &kText,
     .fallback = "none",
     .example = "hub:org/adapter@main",
     .meaning = "`SOURCE:ADDRESS` of a LoRA adapter that is applied to it: the model is then the "
                "base with its change"},
    {.name = "role",
     .shape = &kRole,
     .fallback = "`subject`",
     .example = "control",
     .meaning = "`control`: known to be unrelated (or related), measured on the same scale in the "
                "same run"},
    {.name = "date",
     .shape = &kText,
     .fallback = "not known",
     .example = "2026-01-31",
     .meaning = "when it was published, as you say: a tree of relatives that all have a date gets "
                "its root at the earliest"},
    {.name = "if-missing",
     .shape = &kIfMissing,
     .fallback = "`stop`",
     .example = "skip",
     .meaning = "where it can't be opened: `skip` goes on without it. Reports say why, steps that "
                "name it are not run, and what is expected of them is not met"},
};
constinit const Shape kModel{.title = "A model",
                             .says = "SOURCE:ADDRESS or a mapping with the key 'at'",
                             .scalar = ScalarType::text,
                             .keys = kModelKeys,
                             .shorthand = "at"};
// Models keep the names that they have elsewhere: Qwen2.5-7B.
constinit const Shape kModels{
    .says = "a mapping from names to models", .values = &kModel, .keys_name_models = true};

// Selections.
static constexpr Key kSelectionKeys[] = {
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
constinit const Shape kSelection{
    .title = "A selection",
    .says = "a list of patterns or a mapping with 'names', 'role' or 'roles'",
    .items = &kText,
    .keys = kSelectionKeys,
    .one_of = "names|role|roles"};
constinit const Shape kSelections{.says = "a mapping from names to selections",
                                  .values = &kSelection};
constinit const Shape kSelect{
    .says = "a selection's name, a list of patterns or a mapping with 'names', 'role' or 'roles'",
    .scalar = ScalarType::name,
    .items = &kText,
    .keys = kSelectionKeys,
    .one_of = "names|role|roles"};

// Pairings.
static constexpr Key kPairKeys[] = {
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
constinit const Shape kPair{
    .title = "A pairing",
    .says =
        "same-name, same-layer, all-layers, within, content, counterparts, {layers: ...} or {map: "
        "...}",
    .scalar = ScalarType::choice,
    .choices = "same-name|same-layer|all-layers|within|content|counterparts",
    .keys = kPairKeys,
    .one_of = "layers|map"};

// Samples.
static constexpr Key kSampleKeys[] = {
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
constinit const Shape kSample{.title = "A sample",
                              .says = "all, {head: N} or {blocks: N, of: SIZE, seed: S}",
                              .scalar = ScalarType::choice,
                              .choices = "all",
                              .keys = kSampleKeys,
                              .one_of = "head|blocks"};

// Metrics.
static constexpr Key kMetricKeys[] = {
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
constinit const Shape kMetric{.title = "A metric",
                              .says = "a metric's name or a mapping with the key 'plugin'",
                              .scalar = ScalarType::name,
                              .keys = kMetricKeys,
                              .parameters = true,
                              .shorthand = "plugin"};
constinit const Shape kMetrics{.says = "a list of metrics", .items = &kMetric, .most_items = 64};

constinit const Shape kModelKey{.says = "a model's name", .scalar = ScalarType::text};

const Key* findKey(const Shape& shape, std::string_view name) {
  for (const Key& key : shape.keys) {
    if (name == key.name) return &key;
  }
  return nullptr;
}

}  // namespace kindred::recipe
