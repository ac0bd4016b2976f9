// The kinds of steps about documents, each with its figures and how it compares.
#include <algorithm>

#include "documents/configs.hpp"
#include "documents/licence.hpp"
#include "documents/manifests.hpp"
#include "documents/model_code.hpp"
#include "documents/tokenizers.hpp"
#include "documents/wanted.hpp"
#include "steps/documents/documents.hpp"
#include "steps/step.hpp"

namespace kindred::steps {
namespace {

constexpr DocumentFigure kConfigsFigures[] = {
    {"same", "keys with equal values"},
    {"differs", "keys with different values"},
    {"only_a", "keys that only the first has"},
    {"only_b", "keys that only the second has"},
};
constexpr DocumentFigure kTokenizersFigures[] = {
    {"common", "tokens that both have"},
    {"jaccard", "`common` over the tokens of either"},
    {"share_a", "`common` over the tokens of the first"},
    {"share_b", "`common` over the tokens of the second"},
    {"same_id", "common tokens with the same id"},
    {"shift", "the most frequent difference of ids, first less second"},
    {"shift_tokens", "common tokens whose ids differ by `shift`"},
    {"vocabulary_a", "tokens of the first, added ones left out"},
    {"vocabulary_b", "tokens of the second, added ones left out"},
    {"merges_common", "merges that both have"},
    {"merges_share_a", "`merges_common` over the merges of the first"},
    {"merges_share_b", "`merges_common` over the merges of the second"},
    {"first_merges", "of the first 1000 merges those equal at the same rank"},
    {"merge_rank_agreement", "Spearman's correlation of the ranks of common merges"},
    {"merges_a", "merges of the first"},
    {"merges_b", "merges of the second"},
};
constexpr DocumentFigure kLicenceFigures[] = {
    {"unchanged", "clauses and paragraphs of the standard text that are there word for word"},
    {"changed", "those with other words"},
    {"added", "clauses and paragraphs without a counterpart in the standard text"},
    {"removed", "those of the standard text that are missing"},
};
constexpr DocumentFigure kInventoryFigures[] = {
    {"tensors", "tensors, of each model"},
    {"parameters", "elements of all tensors, of each model"},
    {"active", "parameters that take part in one token, of each mixture of experts"},
    {"bytes", "bytes of all tensors, of each model"},
    {"comparable", "tensors of equal role, layer and shape in both"},
    {"only_a", "tensors that only the first has"},
    {"only_b", "tensors that only the second has"},
    {"total_of_claim", "`parameters` over the claimed total"},
    {"active_of_claim", "`active` over the claimed active parameters"},
};
constexpr DocumentFigure kManifestsFigures[] = {
    {"files", "files, of each model"},
    {"bytes", "bytes of all files, of each model"},
    {"equal_hashes",
     "pairs of files of different models with the same published hash; undefined where fewer than "
     "two models have any"},
};
constexpr DocumentFigure kModelCodeFigures[] = {
    {"similarity", "runs of five words that both files of a pair have, over those of either"},
    {"files_a", "text files of the first"},
    {"files_b", "text files of the second"},
    {"identical", "pairs of files that are equal byte for byte"},
};

documents::Report compareLists(DocumentTexts& texts) {
  std::vector<documents::Manifest> list;
  for (const PlannedDocument& planned : texts.step.documents) {
    const plan::Repository& repository = *planned.repository;
    if (list.empty() || list.back().model != repository.key) {
      list.push_back({repository.key, repository.address, repository.location->revision(), {}});
    }
    list.back().files.push_back({planned.name, planned.file->size(), planned.file->identity(),
                                 planned.file->publishedSha256()});
  }
  return documents::compareManifests(list);
}

documents::Report compareTexts(DocumentTexts& texts) {
  const std::vector<std::string>& models = texts.step.step->models;
  std::vector<documents::CodeFile> a, b;
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    const PlannedDocument& planned = texts.step.documents[i];
    const bool too_large = planned.bytes < planned.file->size();
    const bool first = planned.repository->key == models.front();
    (first ? a : b).push_back({texts.take(i), too_large});
  }
  return documents::compareCode(models.front(), a, models.back(), b);
}

}  // namespace

bool hasFigure(const DocumentKind& kind, std::string_view figure) {
  return std::any_of(kind.figures.begin(), kind.figures.end(),
                     [&](const DocumentFigure& known) { return figure == known.name; });
}

const DocumentKind asked::Configs::kKind{.word = "configs",
                                         .reads = "config.json",
                                         .figures = kConfigsFigures,
                                         .wanted = documents::configFile,
                                         .lacks = "config.json",
                                         .most_bytes = 16'000'000,
                                         .compare = [](DocumentTexts& texts) {
                                           return documents::compareConfigs(texts.take(0),
                                                                            texts.take(1));
                                         }};

const DocumentKind asked::Tokenizers::kKind{.word = "tokenizers",
                                            .reads = "tokenizer.json",
                                            .figures = kTokenizersFigures,
                                            .wanted = documents::tokenizerFile,
                                            .lacks = "tokenizer.json",
                                            .most_bytes = 256'000'000,
                                            .compare = [](DocumentTexts& texts) {
                                              return documents::compareTokenizers(texts.take(0),
                                                                                  texts.take(1));
                                            }};

const DocumentKind asked::Licence::kKind{.word = "licence",
                                         .reads = "LICENSE, LICENSE.txt, LICENSE.md or LICENCE",
                                         .figures = kLicenceFigures,
                                         .wanted = documents::licenceFile,
                                         .lacks = "LICENSE, LICENSE.txt, LICENSE.md or LICENCE",
                                         .most_bytes = 1'000'000,
                                         .compare = [](DocumentTexts& texts) {
                                           return documents::compareLicence(texts.take(0),
                                                                            *texts.step.standard);
                                         }};

const DocumentKind asked::Inventory::kKind{
    .word = "inventory", .reads = "headers and config.json", .figures = kInventoryFigures};

const DocumentKind asked::Manifests::kKind{
    .word = "manifests",
    .reads = "the list of files",
    .figures = kManifestsFigures,
    .wanted = [](const documents::Names& names) { return names; },
    .lacks = "files",
    .compare = compareLists};

const DocumentKind asked::ModelCode::kKind{.word = "model-code",
                                           .reads = "text files of up to 1 MB",
                                           .figures = kModelCodeFigures,
                                           .wanted = documents::textFiles,
                                           .most_bytes = 1'000'000,
                                           .leaves_large_out = true,
                                           .compare = compareTexts};

}  // namespace kindred::steps
