// docs/recipes.md: the schema table with some words around it.
#include <fmt/format.h>

#include "recipe/words.hpp"
#include "steps/recipe.hpp"
#include "steps/schema.hpp"
#include "yaml/document.hpp"

namespace kindred::steps {
namespace {

using recipe::split;

constexpr const char* kIntroduction = R"(# Recipes

<!-- Generated from the keys in core/steps and core/recipe/schema.cpp; a test fails when this page and
     the program differ. KINDRED_UPDATE_GOLDEN=1 build/bin/unit_steps writes it again. -->

A recipe is a YAML file that says which models are compared, on which tensors, and how. This one
compares the norms of a model and its fine-tuned child, with a stranger beside them as a control:

)";

constexpr const char* kHowToRun = R"(
```sh
kindred check recipe.yaml    # is it right? reads no model
kindred plan recipe.yaml     # which tensors meet, and how many bytes will be read
kindred run recipe.yaml --out results
```

What is wrong is reported all at once, each with its place and, where a word is nearly right, with
the word that was probably meant:

```
recipe.yaml:17:5: unknown key 'metrcs' (did you mean 'metrics'?)
recipe.yaml:32:14: unknown step 'norm' (did you mean 'norms'?)
```

## How to read the tables

A key in **bold** must be there. A value may have several forms, told apart by how they are written:
a word, a list in `[brackets]` or a mapping in `{braces}`. Where a plugin is named, the plugin's own
parameters stand beside `plugin`; `kindred plugins NAME` lists them with types, ranges and defaults.
Names that you choose consist of letters, digits, `_` and `-`; those of models may hold
dots and slashes.
)";

constexpr const char* kPatterns = R"(
In a pattern `{layer}`, `{expert}` and `{head}` stand for a number and capture it, any other
`{word}` stands for text up to the next dot, and `*` for any text. A pattern stands for the whole
name: `model.layers.{layer}.mlp.up_proj.weight`. Roles need no patterns and serve families that
name their tensors differently: `kindred architectures` lists them.
)";

constexpr const char* kPairingsText = R"(
| Written | What meets |
|---|---|
| `same-name` | tensors of the same name |
| `same-layer` | tensors of the same role or pattern in the same layer |
| `all-layers` | every layer of the first model and every layer of the second |
| `within` | the tensors of one model among themselves: `compare` names one model |
| `content` | what the metric itself finds to belong together; for metrics of whole sets such as `byte-hash` |
| `counterparts` | tensors of equal shape and the same role, layer and expert, or of the same name where a family is unknown; there may be none |
)";

constexpr const char* kFigures = R"(
A metric has one figure or several, in a fixed order (`kindred plugins NAME`). An address without a
figure means the first one. Over the pairs of a step a figure is summed up by an aggregate: `mean`,
`sd`, `min`, `max`, `median`, `count` or a percentile `p01` to `p99`. A survey's figures are named
in the same way. A test may have figures too; they need no aggregate: of several findings of one
step the one with the smallest p-value is meant.

| Address | Means |
|---|---|
| `norms.mad.mean` | the mean over pairs of the first figure of `mad` |
| `norms.mad.p99.mean` | the mean over pairs of the figure `p99` of `mad` |
| `norms.mad.p99` | the 99th percentile over pairs of the first figure of `mad` |
| `layers-in-order.log10_p` | the test's p-value, as its decimal logarithm |
| `layers-in-order.log10_p_adjusted` | the same, adjusted for all tests of the run (Holm) |
| `layers-in-order.statistic` | the test's statistic |
| `layers-in-order.null_mean` | one of the figures that the test declares |
)";

constexpr const char* kSettings = R"(
## Changing a value on the command line

`--set KEY=VALUE` changes one value before the recipe is checked; it may be repeated. KEY is the
path of keys with dots between them; entries of a list go by their `name`, or by their number from
0. VALUE is YAML. Nothing that `--set` writes escapes the checks.

```sh
kindred run recipe.yaml --set sources.disk.root=/data/models
kindred run recipe.yaml --set 'sources.disk={plugin: http-range}' --set models.base=disk:org/name@main
kindred run recipe.yaml --set models.tuned.role=control
kindred run recipe.yaml --set steps.norms.sample.head=100 --set expect.0.at-least=0.5
```

The text that goes into a run's manifest is the recipe with these changes made.

## Limits

)";

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string anchor(const recipe::Shape& shape) {
  std::string out;
  for (const char* c = shape.title; *c != '\0'; ++c) {
    out += *c == ' ' ? '-' : *c >= 'A' && *c <= 'Z' ? static_cast<char>(*c - 'A' + 'a') : *c;
  }
  return out;
}

std::string linked(const recipe::Shape& shape) {
  return fmt::format("[{}](#{})", shape.title, anchor(shape));
}

// "a list of metrics", with a link to where its entries are described.
std::string valueCell(const recipe::Shape& shape) {
  std::string out = recipe::ranged(shape.says, shape.least, shape.most);
  const recipe::Shape* within = shape.items != nullptr ? shape.items : shape.values;
  if (shape.title != nullptr) return linked(shape);
  return within != nullptr && within->title != nullptr ? out + ": " + linked(*within) : out;
}

// "`a`, `b` or `c`"
std::string ticked(const char* barred) {
  std::vector<std::string> names = split(barred);
  for (std::string& name : names) name = "`" + name + "`";
  return recipe::alternatives(names);
}

std::string meaningCell(const recipe::Key& key) {
  std::string out = key.meaning;
  if (key.needs != nullptr) out += ". Needs " + ticked(key.needs) + " beside it";
  if (key.excludes != nullptr) out += ". Not beside " + ticked(key.excludes);
  return out + ".";
}

std::string table(const recipe::Shape& shape) {
  std::string out = "| Key | Value | Default | Example | Meaning |\n|---|---|---|---|---|\n";
  for (const recipe::Key& key : shape.keys) {
    out += fmt::format(
        "| {} | {} | {} | `{}` | {} |\n",
        key.required ? fmt::format("**`{}`**", key.name) : fmt::format("`{}`", key.name),
        cell(valueCell(*key.shape)), key.fallback == nullptr ? "" : key.fallback, cell(key.example),
        cell(meaningCell(key)));
  }
  if (shape.parameters) {
    out += "| any other | the plugin's | the plugin's | | a parameter of the plugin. |\n";
  }
  return out;
}

std::string groups(const recipe::Shape& shape) {
  const bool other_forms = shape.scalar != recipe::ScalarType::none || shape.items != nullptr;
  std::string out;
  for (const std::string& group : split(shape.one_of, ' ')) {
    out += (other_forms ? "A mapping has one of " : "There must be one of ") +
           ticked(group.c_str()) + ".\n";
  }
  return out;
}

std::string section(const recipe::Shape& shape) {
  std::string out = fmt::format("\n## {}\n\nWritten as {}.\n\n", shape.title, shape.says);
  out += table(shape);
  const std::string must = groups(shape);
  return must.empty() ? out : out + "\n" + must;
}

constexpr const char* kDocuments = R"(
A step may be about what stands beside the tensors: `configs`, `tokenizers`, `licence`, `inventory`,
`manifests` or `model-code`. Such a step has tables in `report.json` and the figures below, addressed
as `STEP.VERB.FIGURE.AGGREGATE` (`vocabularies.tokenizers.jaccard.mean`). What files say is shown with
its control characters escaped; nothing of it is run.

| Verb | Reads | Figure | Means |
|---|---|---|---|
)";

std::string documentFigures() {
  std::string out = kDocuments;
  forEach(DocumentSteps::Asked(), [&]<class Asked>(std::type_identity<Asked>) {
    const DocumentKind& kind = Asked::kKind;
    const DocumentFigure* first = kind.figures.data();
    for (const DocumentFigure& figure : kind.figures) {
      out += fmt::format("| {} | {} | `{}` | {} |\n",
                         &figure == first ? fmt::format("`{}`", kind.word) : "",
                         &figure == first ? kind.reads : "", figure.name, figure.meaning);
    }
  });
  return out;
}

std::string limits() {
  return fmt::format(
      "A recipe of more than {} bytes, {} values ({} written out of aliases), {} levels of "
      "nesting\n"
      "or {} entries in one list or mapping is refused (steps may be more), and so are keys given\n"
      "twice, tags and more than one document in a file.\n",
      yaml::kLargestFile, yaml::kMostNodes, yaml::kMostCopies, yaml::kDeepest,
      recipe::Shape{}.most_items);
}

}  // namespace

std::string referencePage() {
  std::string page = kIntroduction;
  page += fmt::format("```yaml\n{}```\n", exampleRecipe());
  page += kHowToRun;
  for (const recipe::Shape* shape : titledShapes()) {
    page += section(*shape);
    const std::string_view title = shape->title;
    if (title == "A selection") page += kPatterns;
    if (title == "A step") page += documentFigures();
    if (title == "A pairing") page += kPairingsText;
    if (title == "An expectation") page += kFigures;
  }
  return page + kSettings + limits();
}

}  // namespace kindred::steps
