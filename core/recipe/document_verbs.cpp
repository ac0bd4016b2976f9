#include "recipe/document_verbs.hpp"

#include <algorithm>

namespace kindred::recipe {
namespace {

constexpr DocumentFigure kConfigs[] = {
    {"same", "keys with equal values"},
    {"differs", "keys with different values"},
    {"only_a", "keys that only the first has"},
    {"only_b", "keys that only the second has"},
};
constexpr DocumentFigure kTokenizers[] = {
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
constexpr DocumentFigure kLicence[] = {
    {"unchanged", "clauses and paragraphs of the standard text that are there word for word"},
    {"changed", "those with other words"},
    {"added", "clauses and paragraphs without a counterpart in the standard text"},
    {"removed", "those of the standard text that are missing"},
};
constexpr DocumentFigure kInventory[] = {
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
constexpr DocumentFigure kManifests[] = {
    {"files", "files, of each model"},
    {"bytes", "bytes of all files, of each model"},
    {"equal_hashes", "pairs of files of different models with the same published hash"},
};
constexpr DocumentFigure kModelCode[] = {
    {"similarity", "runs of five words that both files of a pair have, over those of either"},
    {"files_a", "text files of the first"},
    {"files_b", "text files of the second"},
    {"identical", "pairs of files that are equal byte for byte"},
};

constexpr DocumentVerb kVerbs[] = {
    {Verb::configs, "configs", "config.json", kConfigs},
    {Verb::tokenizers, "tokenizers", "tokenizer.json", kTokenizers},
    {Verb::licence, "licence", "LICENSE, LICENSE.txt, LICENSE.md or LICENCE", kLicence},
    {Verb::inventory, "inventory", "headers and config.json", kInventory},
    {Verb::manifests, "manifests", "the list of files", kManifests},
    {Verb::model_code, "model-code", "text files of up to 1 MB", kModelCode},
};

}  // namespace

std::span<const DocumentVerb> documentVerbs() { return kVerbs; }

const DocumentVerb* documentVerb(Verb verb) {
  for (const DocumentVerb& known : kVerbs) {
    if (known.verb == verb) return &known;
  }
  return nullptr;
}

bool hasFigure(const DocumentVerb& verb, std::string_view figure) {
  return std::any_of(verb.figures.begin(), verb.figures.end(),
                     [&](const DocumentFigure& known) { return figure == known.name; });
}

}  // namespace kindred::recipe
