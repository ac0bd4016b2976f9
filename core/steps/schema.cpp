#include "steps/schema.hpp"

#include <string>
#include <vector>

#include "steps/kinds.hpp"

namespace kindred::steps {
namespace {

// What every step has, and keys that go with several kinds; each kind's own stand with the kind.
constexpr recipe::Key kNameKey[] = {
    {.name = "name",
     .shape = &recipe::kName,
     .required = true,
     .example = "same-layer",
     .meaning = "how results and other parts of the recipe name the step; used once"},
};
constexpr recipe::Shape kRead{.says = "a number of bytes, as 64000000 or 64MB, or a list of them",
                              .scalar = recipe::ScalarType::bytes,
                              .least = 1,
                              .most = recipe::kLargest,
                              .items = &recipe::kBytes,
                              .most_items = 8};
constexpr recipe::Key kCommonKeys[] = {
    {.name = "foreach",
     .shape = &recipe::kForeach,
     .example = "{other: [tuned, stranger]}",
     .meaning = "repeats the step: in each repetition `$other`, wherever it stands in the step (in "
                "its name, too), is the next word of the list. Several lists go together, and are "
                "equally long"},
    {.name = "read",
     .shape = &kRead,
     .fallback = "64MB",
     .example = "[8MB, 64MB]",
     .meaning = "for a test of whole models: bytes of weights that it reads of each model. Several "
                "numbers are stages: a later one runs only for models that all earlier ones left "
                "open",
     .needs = "test"},
    {.name = "select",
     .shape = &recipe::kSelect,
     .fallback = "every tensor",
     .example = "norms",
     .meaning = "the tensors: a selection's name, or a selection written here",
     .needs = "compare|describe"},
    {.name = "pair",
     .shape = &recipe::kPair,
     .fallback = "`same-name`",
     .example = "same-layer",
     .meaning = "which tensor of the first model meets which of the second",
     .needs = "compare"},
    {.name = "sample",
     .shape = &recipe::kSample,
     .fallback = "`all`",
     .example = "{head: 1000}",
     .meaning = "the elements that are read",
     .needs = "compare|describe"},
    {.name = "note",
     .shape = &recipe::kText,
     .example = "any two models' norms are this alike",
     .meaning =
         "what the figures say and what they don't; stands beside the step in reports, and on the "
         "terminal with `--verbose`"},
    {.name = "claim",
     .shape = &recipe::kText,
     .example = "R. Roe: a cosine of 0.99",
     .meaning = "who claims what of this step's figures; every report says so"},
    {.name = "why",
     .shape = &recipe::kText,
     .example = "a stranger on the same scale",
     .meaning = "what the step is there for; every report says so"},
    {.name = "metrics",
     .shape = &recipe::kMetrics,
     .example = "[cosine, mad]",
     .meaning = "what is measured; all metrics of a step share one pass over the data",
     .excludes = "test"},
};

constexpr recipe::Shape kRedraws{.says = "a number of redraws",
                                 .scalar = recipe::ScalarType::integer,
                                 .least = 19,
                                 .most = 9999};

// Expectations.
constexpr recipe::Shape kVersion{
    .says = "the recipe version, which is 1", .scalar = recipe::ScalarType::choice, .choices = "1"};
constexpr recipe::Shape kTolerance{
    .says = "a number", .scalar = recipe::ScalarType::number, .least = 0};
constexpr recipe::Shape kInterval{.says = "a list of two numbers, [LOW, HIGH]",
                                  .items = &recipe::kNumber,
                                  .least_items = 2,
                                  .most_items = 2};
constexpr recipe::Key kExpectationKeys[] = {
    {.name = "foreach",
     .shape = &recipe::kForeach,
     .example = "{other: [tuned, stranger]}",
     .meaning = "repeats the expectation, as it repeats a step"},
    {.name = "figure",
     .shape = &recipe::kText,
     .required = true,
     .example = "same-layer.pearson.mean",
     .meaning = "`STEP.METRIC[.FIGURE].AGGREGATE`, or `STEP.log10_p`, `STEP.log10_p_adjusted`, "
                "`STEP.statistic` or `STEP.FIGURE` of a test"},
    {.name = "between",
     .shape = &kInterval,
     .example = "[-0.05, 0.05]",
     .meaning = "both bounds, themselves allowed",
     .excludes = "at-least|at-most|equals"},
    {.name = "at-least",
     .shape = &recipe::kNumber,
     .example = "0.9",
     .meaning = "the lower bound, itself allowed",
     .excludes = "equals"},
    {.name = "at-most",
     .shape = &recipe::kNumber,
     .example = "-3",
     .meaning = "the upper bound, itself allowed",
     .excludes = "equals"},
    {.name = "equals",
     .shape = &recipe::kNumber,
     .example = "0.9487",
     .meaning = "the value itself"},
    {.name = "tolerance",
     .shape = &kTolerance,
     .fallback = "0",
     .example = "0.00005",
     .meaning = "how far from `equals` the figure may be",
     .needs = "equals"},
    {.name = "origin",
     .shape = &recipe::kText,
     .example = "published table 2",
     .meaning = "where the bound comes from, repeated in the report"},
};
constexpr recipe::Shape kExpectation{.title = "An expectation",
                                     .says = "a mapping with the keys of an expectation",
                                     .keys = kExpectationKeys,
                                     .one_of = "between|at-least|at-most|equals"};
constexpr recipe::Shape kExpectations{
    .says = "a list of expectations", .items = &kExpectation, .least_items = 0};

// The shape of a recipe with the keys of all kinds of steps.
class Table {
 public:
  Table() {
    add(kNameKey);
    forEach(Folders(), [&]<class Folder>(std::type_identity<Folder>) {
      add(Folder::keys());
      if (Folder::kNamesModels)
        models_ += (models_.empty() ? "" : "|") + std::string(Folder::kWords);
      if (Folder::kMeasures) measured_ += std::string("|") + Folder::kWords;
    });
    add(kCommonKeys);
    one_of_ = models_ + " metrics" + measured_;
    step_.keys = step_keys_;
    step_.one_of = one_of_.c_str();
    titled_ = {&recipe_, &recipe::kSource, &recipe::kModel,  &recipe::kSelection,
               &step_,   &recipe::kPair,   &recipe::kSample, &recipe::kMetric};
    for (const recipe::Key& key : step_keys_) {
      const bool own = key.shape->title != nullptr && key.shape != &recipe::kPair &&
                       key.shape != &recipe::kSample;
      if (own) titled_.push_back(key.shape);
    }
    titled_.push_back(&kExpectation);
  }
  Table(const Table&) = delete;

  const recipe::Shape& root() const { return recipe_; }
  std::span<const recipe::Shape* const> titled() const { return titled_; }

 private:
  void add(std::span<const recipe::Key> keys) {
    step_keys_.insert(step_keys_.end(), keys.begin(), keys.end());
  }

  std::vector<recipe::Key> step_keys_;
  std::string models_, measured_, one_of_;
  recipe::Shape step_{.title = "A step", .says = "a mapping with the keys of a step"};
  recipe::Shape steps_{.says = "a list of steps", .items = &step_, .most_items = 100000};
  const recipe::Key keys_[12] = {
      {.name = "kindred",
       .shape = &kVersion,
       .required = true,
       .example = "1",
       .meaning = "the version of this language"},
      {.name = "title",
       .shape = &recipe::kText,
       .example = "Norms of two models",
       .meaning = "the report's heading"},
      {.name = "question",
       .shape = &recipe::kText,
       .example = "Do B's norms descend from A's?",
       .meaning = "what the run is to answer, in a sentence"},
      {.name = "claim",
       .shape = &recipe::kText,
       .example = "R. Roe, 3 May 2026: the norms of A and B are the same.",
       .meaning = "who claims what; every report says so beside what was found"},
      {.name = "why",
       .shape = &recipe::kText,
       .example = "Norms of strangers are as alike as these.",
       .meaning = "what this run can tell of it and what it cannot; every report says so"},
      {.name = "beacon",
       .shape = &recipe::kText,
       .fallback = "none",
       .example = "drand round 4242424: 7f3a09d1",
       .meaning = "a value that nobody could predict when the models' files were fixed, of at most "
                  "256 printable characters: it draws layers and rows that a last stage of tests "
                  "reads of models that are not read whole at once, and no verdict rests on rows "
                  "that could be foreseen alone"},
      {.name = "check-null",
       .shape = &kRedraws,
       .fallback = "none",
       .example = "99",
       .meaning = "how often the signs of the reference of each exact test are drawn anew and the "
                  "test is run again, on what its first stage reads: its p-values have to come out "
                  "uniform, and no verdict rests on a test whose p-values do not"},
      {.name = "sources",
       .shape = &recipe::kSources,
       .required = true,
       .example = "{disk: {plugin: local-mmap, root: .}}",
       .meaning = "where bytes come from, each under a name of your choice"},
      {.name = "models",
       .shape = &recipe::kModels,
       .required = true,
       .example = "{a: disk:alpha, b: disk:beta}",
       .meaning = "the checkpoints, each under a name of your choice"},
      {.name = "selections",
       .shape = &recipe::kSelections,
       .example = "{norms: [\"*.input_layernorm.weight\"]}",
       .meaning = "sets of tensors that several steps use, each under a name of your choice"},
      {.name = "steps",
       .shape = &steps_,
       .required = true,
       .example = "[{name: all, compare: [a, b], metrics: [cosine]}]",
       .meaning = "what is measured and tested, in order"},
      {.name = "expect",
       .shape = &kExpectations,
       .example = "[{figure: all.cosine.mean, at-most: 0.1}]",
       .meaning = "bounds on figures; where one is not met, `kindred run` ends with exit code 3"},
  };
  recipe::Shape recipe_{
      .title = "The recipe", .says = "a mapping with the keys of a recipe", .keys = keys_};
  std::vector<const recipe::Shape*> titled_;
};

const Table& table() {
  static const Table kTable;
  return kTable;
}

}  // namespace

const recipe::Shape& recipeShape() { return table().root(); }

std::span<const recipe::Shape* const> titledShapes() { return table().titled(); }

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
  - name: any-layers                           # each layer with each: what chance looks like
    compare: [base, tuned]
    select: norms
    pair: all-layers
    metrics: [{plugin: cosine, centred: true, as: pearson}]
  - name: layers-in-order
    test: {plugin: permutation-test, of: any-layers.pearson, permutations: 9999, seed: 7}
expect:
  - {figure: norms.pearson.mean, at-least: 0.9}
  - {figure: norms-control.pearson.mean, between: [-0.2, 0.2]}
)";
}

}  // namespace kindred::steps
